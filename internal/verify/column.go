package verify

import (
	"bytes"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A family name alone, or seven digits, is no proof of anything: Berlin is a
// city and a surname. But a column in which nearly every value is somebody's
// family name is the column of their names.

// hint is what a whole value is, when it proves nothing alone.
type hint byte

const (
	noHint hint = iota
	familyName
	knownNumber
	hints
)

// String names what a column of such values holds, for a report.
func (h hint) String() string { return [...]string{"", "family names", "phone numbers"}[h] }

// column is one field and what its values may be.
type column struct {
	at   place
	hint hint
}

// tendency is how many of a column's values are so, since the first that was.
type tendency struct {
	hits, values int64
	distinct     map[uint64]bool // up to fewestDistinct hashes
	sure         map[uint64]bool // the same of values that are somebody's, in a field of people
}

// A column is a leak from so many different values on, if they are at least
// four of five, or if its name says that people are in it.
const fewestDistinct = 3

func (t *tendency) leaks() bool {
	return len(t.distinct) >= fewestDistinct && t.hits*5 >= t.values*4 || len(t.sure) >= fewestDistinct
}

// tend notes what one value is.
func (f *Field) tend(is hint, value []byte) {
	if is == noHint && !f.tends || len(bytes.TrimSpace(value)) == 0 {
		return
	}
	f.tends = true
	f.another()
	if is == noHint {
		return
	}
	t := f.tendencies[is]
	if t == nil {
		t = &tendency{values: 1, distinct: make(map[uint64]bool), sure: make(map[uint64]bool)}
		f.tendencies[is] = t
	}
	t.hits++
	if len(t.distinct) < fewestDistinct {
		t.distinct[f.in.w.letters.bytes(value)] = true
	}
	if is == familyName && len(t.sure) < fewestDistinct && f.people && f.in.somebody(value) {
		h, _ := f.in.phrase(value)
		t.sure[h] = true
	}
}

// another counts one value more.
func (f *Field) another() {
	for _, t := range f.tendencies {
		if t != nil {
			t.values++
		}
	}
}

// columnLeaks adds the columns of several Inspectors up and returns those
// that are leaks.
func columnLeaks(inspectors []*Inspector) []report.Leak {
	all := make(map[column]*tendency)
	add := func(f *Field) {
		for h, t := range f.tendencies {
			if t == nil {
				continue
			}
			c := column{f.at, hint(h)}
			sum := all[c]
			if sum == nil {
				sum = &tendency{distinct: make(map[uint64]bool), sure: make(map[uint64]bool)}
				all[c] = sum
			}
			sum.hits += t.hits
			sum.values += t.values
			for h := range t.distinct {
				sum.distinct[h] = true
			}
			for h := range t.sure {
				sum.sure[h] = true
			}
		}
	}
	for _, in := range inspectors {
		for _, f := range in.fields {
			add(f)
			for _, leaf := range f.leaves {
				add(leaf)
			}
		}
	}
	var leaks []report.Leak
	for c, t := range all {
		if t.leaks() {
			leaks = append(leaks, report.Leak{Place: c.at.String(), Kind: fmt.Sprintf("a column of %s", c.hint)})
		}
	}
	return leaks
}
