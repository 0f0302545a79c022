package ruleset

import (
	"errors"
	"fmt"
	"slices"
)

// Error is one mistake in a rules file. Parse reports all of them, joined and in file order; errors.As finds the first.
type Error struct {
	File string // the name Parse was given
	Pos  Pos
	What string // what is wrong: `unknown verb "peson.email"`
	Hint string // what to do about it: "did you mean person.email?"; "" when nothing useful can be said
}

// Error is the mistake on one line: `rules.yaml:12:7: unknown verb "peson.email" (did you mean person.email?)`.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Pos.Line, e.Pos.Column, e.What)
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// mistakes collects errors, so that a reader of the file sees all of them at once.
type mistakes struct {
	file string
	all  []*Error
}

// add records a mistake at pos; hint may be empty.
func (m *mistakes) add(pos Pos, hint, format string, args ...any) {
	m.all = append(m.all, &Error{File: m.file, Pos: pos, What: fmt.Sprintf(format, args...), Hint: hint})
}

// join is all mistakes in file order as one error, or nil.
func (m *mistakes) join() error {
	slices.SortStableFunc(m.all, func(a, b *Error) int {
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Column - b.Pos.Column
	})
	joined := make([]error, len(m.all))
	for i, e := range m.all {
		joined[i] = e
	}
	return errors.Join(joined...)
}

// didYouMean is the hint for a word that is none of known.
func didYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}
