package serve

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Request is one copy that somebody may have.
type Request struct {
	Source      tenant.Ref
	Destination tenant.Ref
	By          Caller
	Chat        Chat // where the copy was asked for; the zero Chat for a laptop's
	Options
}

// Chat is where a copy was asked for, and the one message there that tells of
// it: what the service has to know to go on telling after a restart. It is
// kept on the Job.
type Chat struct {
	Channel string // as Slack names it
	Message string // Slack's name of the message
	User    string // id of the Slack user
}

// Started is a Job that runs.
type Started struct {
	Job      string // its name
	Attached bool   // it was there already: the request did not make it
}

// Ended is how a run ended.
type Ended struct {
	Code    int           `json:"code"`            // of the table of exit codes; -1 when there is none
	Class   report.Code   `json:"class,omitempty"` // where there is no exit code, of what kept the service from following the run
	Message string        `json:"message"`         // the termination message, or the Job's reason
	Took    time.Duration `json:"took"`            // the run, in nanoseconds
	Records int64         `json:"records"`         // in all stores
}

// Jobs starts runs in the cluster and follows them.
type Jobs interface {
	// Start makes the Job of a request, or finds the one that runs for the
	// same destination.
	Start(ctx context.Context, r Request) (Started, error)
	// Follow calls line with each line of the destination's run, from the
	// first one on, and returns when the run has ended.
	Follow(ctx context.Context, dst tenant.Ref, line func(Line) error) (Ended, error)
	// Cancel ends the destination's run and waits until its pod is gone.
	Cancel(ctx context.Context, dst tenant.Ref) error
	// Untold are the runs that were asked for in a chat, under way or ended,
	// whose end has not been told there.
	Untold(ctx context.Context) ([]Request, error)
	// Told remembers that a run's end has been told.
	Told(ctx context.Context, r Request) error
}
