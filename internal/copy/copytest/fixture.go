// Package copytest is the law suite that every adapter runs on real servers.
//
// An adapter's test describes itself in a Fixture, some thirty lines, and
// calls Laws. A law comes first, then the code that obeys it.
package copytest

import (
	"context"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Fixture is one adapter with a small tenant of its own on real servers. Each
// law asks for a fresh one.
type Fixture struct {
	Source      tenant.Source // a store of prod/<name>, already filled
	Destination tenant.Store  // the same store of staging/<name>, not there yet

	Open  func(ctx context.Context, src tenant.Source) (clone.Reader, error)
	Probe func(ctx context.Context, src tenant.Source) (guard.Prober, error)
	Site  func(ctx context.Context, dst guard.SiteAddress) (guard.Site, error)

	// KeepRules is a rules file (people: none) that keeps everything the
	// tenant holds; it holds no address and no name, so its copy is clean.
	KeepRules string
	// Uncovered is KeepRules without the line of one field.
	Uncovered string
	// MaskRules is a rules file (people: none) in which the values in Secrets
	// are rewritten.
	MaskRules string
	// Secrets are values of the source that no error, event or copy may show
	// under MaskRules.
	Secrets []string

	// Dump returns everything the tenant holds on one side, by name, in a form
	// that is equal for equal content: live data only, nothing staged, no
	// marker.
	Dump func(t *testing.T, s Side) map[string]string
	// Neighbour returns what stands beside the twin under a name that begins
	// alike, and must never change.
	Neighbour func(t *testing.T) map[string]string
	// Leftovers returns the names of everything staged that lies about at the
	// destination.
	Leftovers func(t *testing.T) []string
	// PlantLeak puts a real address into the source behind a keep rule of
	// KeepRules and returns it, and the place that the refusal must
	// name: the rule or the field that let it pass.
	PlantLeak func(t *testing.T) (secret, place string)
	// Unplant removes the control record from the staged copy, as a hook gone
	// wrong would.
	Unplant func(t *testing.T, run string) error
	// Break changes the source's data in a way that makes every chunk fail at
	// the anonymiser under MaskRules: a value that a rule cannot read.
	Break func(t *testing.T)
	// Write tries to write to the source through the adapter's own read-only
	// door, in as many ways as it has, and returns the errors, one a try.
	Write func(ctx context.Context, r clone.Reader) []error
}

// Side is one of the two sides.
type Side int

// The sides.
const (
	OfSource Side = iota
	OfDestination
)
