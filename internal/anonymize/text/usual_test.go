package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRenderLaw: the short way says what the long way says, and is taken.
func TestRenderLaw(t *testing.T) {
	word := rapid.SampledFrom([]string{"Rose", "HILL", "zoë", "ÉLODIE", "Łukasz", "van", "o", "X", "4", "ßtraße", "a×b", "Ωmega", "J.", "O'Neil", "İpek", "ŉ", "é\u0301"})
	gap := rapid.SampledFrom([]string{" ", " ", " ", " ", "  ", "-", ", ", "\u00a0", "_"})
	pseudonyms := []string{"Iris", "Anna Lena", "van der Zee", "O’Hara", "Žilina", "Mac\u00a0Dow", "straße", "", "Ωmega", "de Falk"}
	usual := 0
	rapid.Check(t, func(t *rapid.T) {
		var name strings.Builder
		for i := range rapid.IntRange(1, 4).Draw(t, "words") {
			if i > 0 {
				name.WriteString(gap.Draw(t, "gap"))
			}
			name.WriteString(word.Draw(t, "word"))
		}
		original, given := []byte(name.String()), rapid.SampledFrom(pseudonyms).Draw(t, "given")
		for m := (Match{Kind: Full}); m.Kind <= Given; m.Kind++ {
			for _, family := range pseudonyms {
				want := string(renderAny([]byte("x"), m, original, given, family))
				if got := string(Render([]byte("x"), m, original, given, family)); got != want {
					t.Fatalf("Render(%q, kind %d, %q, %q) = %q, want %q", original, m.Kind, given, family, got, want)
				}
				if _, ok := renderUsual(nil, m, original, given, family); ok {
					usual++
				}
			}
		}
	})
	if usual == 0 {
		t.Error("the short way was never taken")
	}
}

// TestCutLaw: the three ways of cutting words agree. What no table and no eight bytes at a time know is put into the
// same words, so that they go the long way, and must not be seen.
func TestCutLaw(t *testing.T) {
	words := []string{"rose", "hill", "möller", "garcía", "łukasz", "ĳssel", "a", "stone4", "schwarzenbergers", "van", "élodie", "ſmith", "berg", "zwölfzeichen", "hohenloh"}
	b := NewBuilder(0)
	for i, w := range words {
		for k, v := range words {
			b.Add(w+" "+v, int32(i*len(words)+k), Full)
		}
		b.Add(w, int32(i), Surname)
	}
	d := b.Build()
	piece := rapid.SampledFrom(append([]string{"Rose", "HILLS", "MÖLLER", "Mo\u0308ller", "moeller", "Garcia", "GARCÍAS", "Łukasz", "schwarzenberger", "×", "ŉ", "…", "山", ".", ", ", "s", "é", "\xff", "\xc3", "12345678", "rose4hill", "Zwoelfzeichens", "Hohenlohs"}, words...))
	rapid.Check(t, func(t *rapid.T) {
		var s []byte
		for _, p := range rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces") {
			s = append(s, p...)
			s = append(s, rapid.SampledFrom([]string{" ", "", "  "}).Draw(t, "gap")...)
		}
		var w, slow walk
		w.begin(d, s)
		slow.begin(d, s)
		var got, want word
		for {
			ok := w.cut(&got)
			start, next, k := wordStart(s, slow.pos)
			if ok != (k != outside) {
				t.Fatalf("%q: a word %v, want %v", s, ok, k != outside)
			}
			if !ok {
				return
			}
			if slow.pos = marksEnd(s, next); k == inWord {
				slow.pos = wordEnd(s, next)
			}
			want = slow.wide(start, slow.pos)
			want.simple = got.simple
			if got != want {
				t.Fatalf("%q: %+v, want %+v", s, got, want)
			}
			if got.simple && len(Visible(s[got.start:got.end])) < got.end-got.start {
				t.Fatalf("%q is called simple", s[got.start:got.end])
			}
		}
	})
}

// TestGlanceLaw: what the dictionary knows of a phrase's words is what a look at them says.
func TestGlanceLaw(t *testing.T) {
	b := NewBuilder(0)
	id := int32(0)
	for _, f := range []string{"Rose", "May", "Jörg", "X", "Anna Maria", "ibn", "Zoë"} {
		for _, l := range []string{"Hill", "Hills", "van der Berg", "Möller", "Koch", "Price", "Łącki", "Muller", "4", "da Silva"} {
			for _, form := range Forms(f, l, "") {
				b.Add(form.Phrase, id, form.Kind)
			}
			id++
		}
	}
	d := b.Build()
	piece := rapid.SampledFrom([]string{"Rose", "rose", "MAY", "Jörg", "Joerg", "X", "x.", "Anna", "Maria", "ibn", "Zoë", "Hill", "hills", "Hillss", "van", "der", "Berg", "Möllers", "Koch", "price", "Łącki", "Müller", "4", "da", "Silva", ",", ".", "R.", "Mo\u0308ller"})
	glanced := 0
	rapid.Check(t, func(t *rapid.T) {
		s := []byte(strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), " "))
		for _, m := range d.Find(nil, s) {
			var w walk
			w.begin(d, s)
			w.pos = m.Start
			after := 0
			for at, ok := w.word(0); ok; at, ok = w.word(after) {
				if after++; at.end >= m.End {
					break
				}
			}
			var p policy
			at, ok := p.glance(&w, m, after)
			if !ok {
				continue
			}
			glanced++
			if want := p.look(d, s, m); at != want {
				t.Fatalf("%q in %q: %+v, want %+v", s[m.Start:m.End], s, at, want)
			}
		}
	})
	if glanced == 0 {
		t.Error("no phrase was known")
	}
}
