package serve

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Request is one copy that somebody may have.
type Request struct {
	Source      tenant.Ref
	Destination tenant.Ref
	Confirm     string // --confirm, over data that is there for the first time
	By          Caller
}

// Started is a Job that runs.
type Started struct {
	Job      string // its name
	Attached bool   // it was there already: the request did not make it
}

// Ended is how a run ended.
type Ended struct {
	Code    int           `json:"code"`    // of the table of exit codes; -1 when the Job ended without one
	Message string        `json:"message"` // the termination message, or the Job's reason
	Took    time.Duration `json:"took"`    // in nanoseconds, from the Job's start
}

// Jobs starts runs in the cluster and follows them.
type Jobs interface {
	// Start makes the Job of a request, or finds the one that runs for the
	// same destination.
	Start(ctx context.Context, r Request) (Started, error)
	// Follow calls line with each event of the destination's run, a JSON
	// object each, from the first one on, and returns when the run has ended.
	Follow(ctx context.Context, dst tenant.Ref, line func([]byte) error) (Ended, error)
	// Cancel ends the destination's run and waits until its pod is gone.
	Cancel(ctx context.Context, dst tenant.Ref) error
}
