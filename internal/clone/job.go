package clone

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// Job is everything a run needs. All of it is made by cmd, which is where
// environment, clock and randomness enter.
type Job struct {
	Readers     []Reader // in the order of the stores: PostgreSQL's snapshot first
	Destination guard.Destination
	Rules       *ruleset.Rules
	Names       *person.Names
	Root        person.Root
	Places      []anonymize.Place // the source's own hosts and prefixes and their counterparts
	Vars        map[string]string // values of $NAME in the rules' set verbs
	Control     verify.Control
	LeakKey     []byte // random, hides what the hashes of leaks stand for

	Workers int                                  // chunks in flight over all stores; 0 for 4
	Clock   func() time.Time                     // for the manifest
	Events  report.Sink                          // may be nil
	Hooks   []Hook                               // before the switch, on the staged copy
	Sleep   func(context.Context, time.Duration) // waits between retries; nil for a real timer
}

// Hook runs the application's own step on the staged copy, before verify:
// migrations, mostly.
type Hook struct {
	Name string
	Run  func(ctx context.Context) error
}
