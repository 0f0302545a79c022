package doctor

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
)

// Patient is what an adapter's prober or site is to the doctor: guard's facts,
// and what else it can be asked.
type Patient interface {
	guard.Prober
	Questions() Questions
}

// Questions are what a store of one side can be asked beside guard's facts.
// Each is a read, through the session that is open. nil: stores of the kind,
// or of the side, do not tell.
type Questions struct {
	Fit     func(ctx context.Context) error                                            // whether the server's version can be copied from or to
	Lasting func(ctx context.Context) error                                            // whether sessions last
	Missing func(ctx context.Context) (Grants, error)                                  // rights that a copy needs and the identity lacks
	Excess  func(ctx context.Context) (Grants, error)                                  // rights that it has and no copy needs
	Now     func(ctx context.Context) (time.Time, error)                               // the server's clock
	Holds   func(ctx context.Context) (int64, error)                                   // bytes to copy
	Room    func(ctx context.Context) (Room, error)                                    // what is left at the destination
	Holder  func(ctx context.Context, twin string, now time.Time) (by string, _ error) // who has the twin's lock; "" for nobody
}

// Grants are rights that somebody lacks, or has too many of.
type Grants struct {
	Says   string   // in one line: whose rights they are, and on what
	Lines  []string // statements that mend it, one a right
	Hint   string   // what to do with them
	Unsure string   // what the server does not tell; what is listed is true all the same
}

// Room is the space of a destination, in bytes.
type Room struct {
	Free  int64  // negative where nobody says
	Says  string // where the number is from, or why there is none
	Tight string // what is wrong whatever is to be copied; empty for nothing
}
