// Surnames: made from parts, so that a few hundred embedded fragments give
// hundreds of thousands of names that sound right and that nobody bears.

package person

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
)

// familyParts names the lines of a table in the order in which the parts make
// a surname: consonants to begin with, a vowel and a consonant, a consonant
// that links (or none), and an ending that begins with a vowel. Because of
// that order no two combinations read the same.
func familyParts() [4]string { return [4]string{"onset", "core", "link", "end"} }

// familyTable is a locale's surnames: every combination of one fragment of
// each part, without the few that are real. A combination's number counts the
// last part fastest.
type familyTable struct {
	parts   [4][]string
	letters [4][]uint8 // of each fragment
	except  []uint64   // the numbers left out, ascending
	longest int        // letters

	heads, tails []string // the first two parts joined, and the last two: a name is one of each
}

// parseFamilies reads a table: a line begins with the part its fragments
// belong to, or with "except" before whole surnames; lines of one part add up.
func parseFamilies(text string) (familyTable, error) {
	var t familyTable
	var except []string
	names := familyParts()
	for line := range tableLines(text) {
		if line[0] == "except" {
			except = append(except, line[1:]...)
			continue
		}
		i := slices.Index(names[:], line[0])
		if i < 0 {
			return familyTable{}, fmt.Errorf("unknown part %q", line[0])
		}
		for _, fragment := range line[1:] {
			if fragment == "-" { // the empty fragment
				fragment = ""
			}
			t.parts[i] = append(t.parts[i], fragment)
		}
	}
	for i, p := range t.parts {
		if len(p) == 0 {
			return familyTable{}, fmt.Errorf("part %q is missing", names[i])
		}
		longest := 0
		for _, fragment := range p {
			longest = max(longest, utf8.RuneCountInString(fragment))
			t.letters[i] = append(t.letters[i], uint8(utf8.RuneCountInString(fragment)))
		}
		t.longest += longest
	}
	for _, e := range except {
		number, ok := t.number(e, 0, 0)
		if !ok {
			return familyTable{}, fmt.Errorf("exception %q is no combination", e)
		}
		t.except = append(t.except, number)
	}
	slices.Sort(t.except)
	t.except = slices.Compact(t.except)
	t.joinHalves()
	return t, nil
}

// joinHalves fills heads and tails, in the order in which names are counted.
func (t *familyTable) joinHalves() {
	t.heads, t.tails = joinParts(t.parts[0], t.parts[1]), joinParts(t.parts[2], t.parts[3])
}

// joinParts joins each of first with each of second, all in one piece of memory.
func joinParts(first, second []string) []string {
	var all []byte
	var ends []int
	for _, a := range first {
		for _, b := range second {
			all = append(append(all, a...), b...)
			ends = append(ends, len(all))
		}
	}
	out, text, start := make([]string, len(ends)), string(all), 0
	for i, end := range ends {
		out[i], start = text[start:end], end
	}
	return out
}

// number is the inverse of combination: it reads rest as fragments from part i
// on, before being the number of the parts already read.
func (t *familyTable) number(rest string, i int, before uint64) (uint64, bool) {
	if i == len(t.parts) {
		return before, rest == ""
	}
	for j, fragment := range t.parts[i] {
		if tail, ok := strings.CutPrefix(rest, fragment); ok {
			if n, ok := t.number(tail, i+1, before*uint64(len(t.parts[i]))+uint64(j)); ok {
				return n, true
			}
		}
	}
	return 0, false
}

// size is the number of surnames.
func (t *familyTable) size() uint64 { return uint64(len(t.heads)*len(t.tails) - len(t.except)) }

// name returns the surname at an index below size, stepping over what is left
// out.
func (t *familyTable) name(index uint64) string {
	return string(t.append(make([]byte, 0, 32), index))
}

// append appends what name returns.
func (t *familyTable) append(dst []byte, index uint64) []byte {
	for _, e := range t.except {
		if e > index {
			break
		}
		index++
	}
	head, tail := t.halves(index)
	return append(append(dst, head...), tail...)
}

// combination joins the fragments of a number.
func (t *familyTable) combination(number uint64) string {
	head, tail := t.halves(number)
	return head + tail
}

// halves are those of a number.
func (t *familyTable) halves(number uint64) (head, tail string) {
	n := uint64(len(t.tails))
	return t.heads[number/n], t.tails[number%n]
}

// within returns a surname of at most so many letters, or nearly: the shortest
// that its first two fragments allow. Beginning and core are drawn from all,
// ending and link from those that leave room.
func (t *familyTable) within(most int, draw uint64) string {
	for try := uint64(0); ; try++ {
		d, number, room := splitmix.Scatter(draw+try), [4]int{}, most
		for _, part := range [...]int{0, 1, 3, 2} {
			number[part] = t.fragment(part, room, &d)
			room -= int(t.letters[part][number[part]])
		}
		n := uint64(0)
		for part, i := range number {
			n = n*uint64(len(t.parts[part])) + uint64(i)
		}
		if _, real := slices.BinarySearch(t.except, n); !real || try == tries {
			return t.combination(n)
		}
	}
}

// fragment draws a fragment of a part that has at most so many letters, or the
// shortest when the draw has come upon none.
func (t *familyTable) fragment(part, most int, draw *uint64) int {
	letters := t.letters[part]
	for range letters {
		i := pick(*draw, uint64(len(letters)))
		*draw = splitmix.Scatter(*draw)
		if int(letters[i]) <= most {
			return int(i)
		}
	}
	return slices.Index(letters, slices.Min(letters))
}
