package report

import (
	"errors"
	"fmt"
	"strings"
)

// Code is a class of failure. cmd turns each into an exit code; nothing else
// does, and the numbers live there.
type Code string

// The classes, as the table of exit codes knows them.
const (
	Failed       Code = "failed"       // 1
	Usage        Code = "usage"        // 3: usage, configuration, rules, key
	Denied       Code = "denied"       // 4: authentication or permission
	Unsafe       Code = "unsafe"       // 5: direction, marker, same place, no confirmation
	Locked       Code = "locked"       // 6: another run holds the twin
	NotFound     Code = "not-found"    // 7: tenant or store
	Incompatible Code = "incompatible" // 8: version, schema, type
	Privacy      Code = "privacy"      // 9: unclassified field, or a leak
	Mismatch     Code = "mismatch"     // 10: counts differ, or the proof found no control
	Transient    Code = "transient"    // 11: network, snapshot lost, DDL in mid-copy
	Full         Code = "full"         // 12: destination full
	Launch       Code = "launch"       // 13: data good, Tilt not
	Interrupted  Code = "interrupted"  // 130 or 143
)

// Refusal is something we decide not to do. It says what was refused, why and
// what to do next; Lines are ready to paste where that helps.
type Refusal struct {
	Code  Code
	What  string   // "copy staging/acme prod/acme"
	Why   string   // "prod is protected"
	Hint  string   // what to do next; may be empty
	Lines []string // rules to add, places found
}

// Error returns one line, then the lines to paste, then the hint.
func (r *Refusal) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.What, r.Why)
	for _, line := range r.Lines {
		b.WriteString("\n  ")
		b.WriteString(strings.ReplaceAll(line, "\n", "\n  "))
	}
	if r.Hint != "" {
		b.WriteString("\nhint: ")
		b.WriteString(r.Hint)
	}
	return b.String()
}

// Side says on which side of the copy an error happened.
type Side string

// The sides.
const (
	Source      Side = "source"
	Destination Side = "destination"
)

// Error is what went wrong at one place of a run. Err has already been
// reduced to codes and names of objects: a server's message can quote data.
type Error struct {
	Code  Code
	Store string // "postgres"
	Op    string // "copy table", a verb and a noun
	Side  Side
	Chunk string // chunk id, may be empty
	Hint  string // what to do next; may be empty
	Err   error
}

// Error returns "store side: op [chunk]: cause".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Store != "" {
		b.WriteString(e.Store)
		if e.Side != "" {
			b.WriteString(" " + string(e.Side))
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Op)
	if e.Chunk != "" {
		b.WriteString(" [" + e.Chunk + "]")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString("\nhint: " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the class of an error: that of the first Refusal or Error
// which has one, in the order in which errors were wrapped and joined, so that
// what came first is not renamed by what went wrong while cleaning up. Failed
// is the class of what has none; beside it, a joined error that has one wins.
// The outermost class of a branch counts, whatever it wraps.
func CodeOf(err error) Code {
	if code := codeOf(err); code != "" {
		return code
	}
	return Failed
}

// codeOf walks the tree of err in order; "" is what has no class, or Failed.
func codeOf(err error) Code {
	switch e := err.(type) {
	case nil:
		return ""
	case *Refusal:
		if e != nil && e.Code != "" {
			return known(e.Code)
		}
		return ""
	case *Error:
		if e == nil {
			return ""
		}
		if e.Code != "" {
			return known(e.Code)
		}
		return codeOf(e.Err)
	case interface{ Unwrap() []error }:
		for _, joined := range e.Unwrap() {
			if code := codeOf(joined); code != "" {
				return code
			}
		}
		return ""
	}
	return codeOf(errors.Unwrap(err))
}

func known(c Code) Code {
	if c == Failed {
		return ""
	}
	return c
}

// IsTransient reports whether running the same chunk again may help.
func IsTransient(err error) bool { return CodeOf(err) == Transient }
