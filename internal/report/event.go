package report

import "time"

// Phase is a part of a run, in the order in which they come.
type Phase string

// The phases of clone.Run.
const (
	Survey  Phase = "survey"
	People  Phase = "people"
	Compile Phase = "compile"
	Prepare Phase = "prepare"
	Copy    Phase = "copy"
	Seal    Phase = "seal"
	Hooks   Phase = "hooks"
	Verify  Phase = "verify"
	Switch  Phase = "switch"
	Record  Phase = "record"
)

// Event is one line of a run's only stream; bars, plain lines, JSON lines and
// the summary are faces of it.
type Event struct {
	Time  time.Time `json:"time"`
	Phase Phase     `json:"phase"`
	Store string    `json:"store,omitempty"` // empty: the run as a whole
	Chunk string    `json:"chunk,omitempty"`
	Done  bool      `json:"done,omitempty"`  // the phase (of this store) has ended
	Note  string    `json:"note,omitempty"`  // for people; names places, never values
	Total int64     `json:"total,omitempty"` // expected bytes, 0 when not known
	Tally *Tally    `json:"tally,omitempty"` // what this chunk or phase added
}

// Sink receives events, one at a time, in order. It must not block for long.
type Sink func(Event)
