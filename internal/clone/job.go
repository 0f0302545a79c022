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
	Readers     []Reader // stores to copy, PostgreSQL's first: its snapshot is the oldest
	People      []Reader // stores that are not copied but declare people
	Destination guard.Destination

	Rules   *ruleset.Rules
	Lock    *ruleset.Lock // what a "*" of the rules may cover; nil when there is no schema.lock
	Locking string        // the command that pins what this source has, for messages
	Names   *person.Names
	Root    person.Root
	Epoch   int               // of the key, from 1 on; 1 when 0
	Places  []anonymize.Place // the source's own hosts and prefixes and their counterparts
	Vars    map[string]string // values of $NAME in the rules' set verbs
	Random  Random

	Workers int              // chunks in flight over all stores; DefaultWorkers when 0
	Clock   func() time.Time // for the manifest
	Sleep   func(ctx context.Context, d time.Duration) error
	Fence   func(ctx context.Context) error // asked before each phase and each chunk whether the run may go on; its refusal is a lost lock; may be nil
	Ready   func(ctx context.Context) error // asked once, right before the first switch, whether anything uses the twin; its refusal leaves the old one; may be nil
	Events  report.Sink                     // may be nil
	Hooks   []Hook                          // before the switch, on the staged copy
	Tool    string                          // tenantcopy's own version, for the manifest
}

// DefaultWorkers is how many chunks are in flight when nobody says otherwise:
// most of a chunk's time is spent waiting for servers.
const DefaultWorkers = 6

// Random is the run's randomness, drawn by cmd.
type Random struct {
	Control verify.Control // the record that every scan must find
	LeakKey []byte         // hides what the hashes of leaks stand for
}

// Hook runs the application's own step on the staged copy, before verify:
// migrations, mostly.
type Hook struct {
	Name string
	Run  func(ctx context.Context) error
}
