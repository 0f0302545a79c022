package doctor

import (
	"fmt"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Level is how bad a finding is.
type Level string

// The levels.
const (
	Fine    Level = "ok"
	Warning Level = "warning" // a copy is possible all the same
	Failed  Level = "failed"  // a copy would end with the exit code of the finding's class
	Unclear Level = "unclear" // it could not be told; with a class, a copy needs to know
)

// Finding is what one check found.
type Finding struct {
	Group        string      `json:"group"` // what was looked at: "postgres of prod/acme"
	Check        string      `json:"check"` // of Table
	Level        Level       `json:"level"`
	Class        report.Code `json:"class,omitempty"` // of the exit code
	Text         string      `json:"text"`            // names places, never values
	Lines        []string    `json:"lines,omitempty"` // ready to paste
	Hint         string      `json:"hint,omitempty"`  // what to do next
	Milliseconds float64     `json:"milliseconds"`    // what the check took
}

// Answer is a finding before anybody knows where it belongs.
type Answer struct {
	Level Level
	Class report.Code
	Text  string
	Hint  string
	Lines []string
}

// Good is an answer that leaves nothing to do.
func Good(format string, args ...any) Answer {
	return Answer{Level: Fine, Text: fmt.Sprintf(format, args...)}
}

// Warn is an answer that keeps no copy from being made.
func Warn(text, hint string, lines ...string) Answer {
	return Answer{Level: Warning, Text: text, Hint: hint, Lines: lines}
}

// Unsure is an answer that nobody gave, and that a copy does not need.
func Unsure(text, hint string) Answer { return Answer{Level: Unclear, Text: text, Hint: hint} }

// Bad is the answer of an error. Its text is the error's first line; lines to
// paste and hints come apart.
func Bad(err error) Answer {
	out := Answer{Level: Failed, Class: report.CodeOf(err)}
	for i, line := range strings.Split(err.Error(), "\n") {
		hint, isHint := strings.CutPrefix(line, "hint: ")
		switch {
		case isHint && out.Hint == "":
			out.Hint = hint
		case isHint:
			out.Hint += "; " + hint
		case i == 0:
			out.Text = line
		default:
			out.Lines = append(out.Lines, strings.TrimPrefix(line, "  "))
		}
	}
	return out
}

// Worst returns the class by which the command ends: of the first finding that
// failed, else of the first that is unclear and should not be, else none.
func Worst(all []Finding) (f Finding, bad bool) {
	for _, level := range []Level{Failed, Unclear} {
		for _, f := range all {
			if f.Level == level && f.Class != "" {
				return f, true
			}
		}
	}
	return Finding{}, false
}
