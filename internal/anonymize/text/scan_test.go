package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPlaceLaw: the search that looks at some bytes only finds what a look at every byte finds.
func TestPlaceLaw(t *testing.T) {
	name := rapid.SampledFrom([]string{"ab", "aba", "acme", "ACME-", "pg.prod.internal", "-x", "ü.de", "bab.aba.bab", "a"})
	piece := rapid.SampledFrom([]string{"a", "b", "A", "B", "-", ".", " ", "acme", "acm", "pg.prod.", "internal", "ü.de", "x", "é", "aba", "1"})
	rapid.Check(t, func(t *rapid.T) {
		var places []Place
		for _, n := range rapid.SliceOfN(name, 0, 4).Draw(t, "places") {
			places = append(places, Place{n, "new-" + n})
		}
		table := newPlaceTable(places)
		var s []byte
		for _, p := range rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces") {
			s = append(s, p...)
		}
		for from := range len(s) + 1 {
			at, place := table.next(s, from)
			var want *Place
			start := from
			for ; start < len(s) && want == nil; start++ {
				for k := range table.places {
					if wholeAt(s, start, table.places[k].From) {
						want = &table.places[k]
						break
					}
				}
			}
			if place != want || want != nil && at != (Span{start - 1, start - 1 + len(want.From)}) {
				t.Fatalf("%q from %d: %v %v, want %v before %d", s, from, at, place, want, start)
			}
		}
	})
}

// TestBase64Law: the search that looks at some bytes only finds what a look at every byte finds.
func TestBase64Law(t *testing.T) {
	piece := rapid.SampledFrom([]string{"abcdefghijklmno", "ABCDEFGH", "a", "1", "+", "/", "-", "_", "=", "==", " ", "(", ")", ",", ".", ":", "@", "[", "]", "~", "{", "é", "\n", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		var s []byte
		for _, p := range rapid.SliceOfN(piece, 0, 20).Draw(t, "pieces") {
			s = append(s, p...)
		}
		for from := range len(s) + 1 {
			want := Span{}
			for i := from; i < len(s) && want.End == 0; i++ {
				end := i
				for end < len(s) && isBase64(s[end]) {
					end++
				}
				if end-i >= shortestBase64 {
					for want = (Span{i, end}); want.End < len(s) && want.End < end+2 && s[want.End] == '='; {
						want.End++
					}
				}
			}
			got := nextBase64(s, from)
			if got != want && len(s) < shortestLine { // longer ones may be folded
				t.Fatalf("%q from %d: %v, want %v", s, from, got, want)
			}
		}
	})
}

// TestWindowLaw: the windows tell of every byte what the table tells, and the words that are skipped are in no name.
func TestWindowLaw(t *testing.T) {
	b := NewBuilder(0)
	for i, name := range []string{"Rose Hill", "Anna Stone", "Jörg Möller", "王小明", "Les Press", "Os Vessss"} {
		b.Add(name, int32(i), Full)
		for _, word := range strings.Fields(name) {
			b.Add(word, int32(i), Surname)
		}
	}
	d := b.Build()
	words := []string{"Rose", "HILL", "hills", "Hillss", "stone", "press", "Les", "less", "os", "VESSSS", "ss", "M\u00fc\u200bLes", "müller", "Möllers", "王", "x", "internationalisation", "Schwarzenbergers", " ", ", ", "\n", "\x00", "—"}
	rapid.Check(t, func(t *rapid.T) {
		var s []byte
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, "words") {
			s = append(append(s, p...), rapid.SampledFrom([]string{" ", "", "-", "\u200b"}).Draw(t, "gap")...)
		}
		for i := 0; i < len(s); i++ {
			sets := wordWindow(s, i)
			for k := range window {
				in := i+k < len(s) && lower[s[i+k]] != separator
				if sets.words>>k&1 != 0 != in || sets.beyond>>k&1 != 0 != (in && s[i+k] >= 0x80) {
					t.Fatalf("%q at %d+%d: %x", s, i, k, sets)
				}
			}
		}
		var w, slow walk
		w.begin(d, s)
		slow.begin(d, s)
		for {
			ok := w.skip()
			var want word
			more := slow.cut(&want)
			for more && !want.known() {
				more = slow.cut(&want)
			}
			if ok != more {
				t.Fatalf("%q: another word %v, want %v", s, ok, more)
			}
			if !ok {
				return
			}
			w.count-- // as if it had been read
			if got := w.words[w.count%ring]; got != want {
				t.Fatalf("%q: %+v, want %+v", s, got, want)
			}
		}
	})
}
