//go:build !race

package text

import (
	"strings"
	"testing"
)

// Hostile text costs linear time: a megabyte of one word that is all seams, or of one run of digits, ends at once; its
// square would take hours.
func TestHostileTextEnds(t *testing.T) {
	e := testEngine()
	for _, c := range []struct {
		html  bool
		units []string
	}{
		{false, []string{"a\u200b", "a\u200b\u200b\u200b", "\u200b", "Möller\u200b", "07700 998915 ", "2025-01-31 ", "1 ", "07700998915.", "＠", "@\u200b", "＠a", "<a", "Hill<b>Rose</b>", "<a\x1e>"}},
		{true, []string{"<!--", "<a", "\x1e<a", "Hill<b>Rose</b>", "1<b>2</b>"}},
	} {
		for _, unit := range c.units {
			in := strings.Repeat(unit, (1<<20)/len(unit))
			if out := e.Rewrite(nil, []byte(in), book{"07700998915"}, Options{HTML: c.html}, nil); len(out) == 0 {
				t.Errorf("%+q, as HTML %t: nothing is left", unit, c.html)
			}
		}
	}
}
