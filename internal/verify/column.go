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
}

// A column is a leak from so many different values on, if they are at least
// four of five.
const fewestDistinct = 3

func (t *tendency) leaks() bool { return len(t.distinct) >= fewestDistinct && t.hits*5 >= t.values*4 }

// column notes what one value is.
func (in *Inspector) column(at place, is hint, value []byte) {
	if len(bytes.TrimSpace(value)) == 0 {
		return
	}
	for _, h := range []hint{familyName, knownNumber} {
		t := in.columns[column{at, h}]
		if t == nil {
			if is != h {
				continue
			}
			t = &tendency{distinct: make(map[uint64]bool)}
			in.columns[column{at, h}] = t
		}
		t.values++
		if is == h {
			t.hits++
			if len(t.distinct) < fewestDistinct {
				t.distinct[in.w.letters.bytes(value)] = true
			}
		}
	}
}

// columnLeaks adds the columns of several Inspectors up and returns those
// that are leaks.
func columnLeaks(inspectors []*Inspector) []report.Leak {
	all := make(map[column]*tendency)
	for _, in := range inspectors {
		for c, t := range in.columns {
			sum := all[c]
			if sum == nil {
				sum = &tendency{distinct: make(map[uint64]bool)}
				all[c] = sum
			}
			sum.hits += t.hits
			sum.values += t.values
			for h := range t.distinct {
				sum.distinct[h] = true
			}
		}
	}
	var leaks []report.Leak
	for c, t := range all {
		if t.leaks() {
			leaks = append(leaks, report.Leak{Place: c.at.group + "." + c.at.field, Kind: fmt.Sprintf("a column of %s", c.hint)})
		}
	}
	return leaks
}
