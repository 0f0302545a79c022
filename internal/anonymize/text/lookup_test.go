package text

import (
	"math/rand/v2"
	"testing"
)

// The filter of pairs of words leaves nothing out: whoever asks about two words of any spelling is told what the trie
// knows. What is in no phrase mostly ends at it.
func TestLookupLaw(t *testing.T) {
	words := [...]string{"rose", "Hill", "HILLS", "möller", "moller", "Müllers", "berg", "Léa", "lea", "ss", "s", "Åse", "aase", "van", "X", "Bergström", "Christiansen", "Christiansens", "Ann\u200b", "Ольга", "王", "ß", "Straß", "ĳs", "Maës", "maes", "Lucas"}
	gaps := [...]string{" ", " ", " ", " ", "-", "  ", ", ", "", "\u00a0"}
	r := rand.New(rand.NewPCG(3, 4))
	phrase := func() string {
		p := words[r.IntN(len(words))] + gaps[r.IntN(len(gaps))] + words[r.IntN(len(words))]
		if r.IntN(8) == 0 {
			p += gaps[r.IntN(len(gaps))] + words[r.IntN(len(words))]
		}
		return p
	}
	b := NewBuilder(0)
	for id := range int32(200) {
		b.Add(phrase(), id, Full)
	}
	d := b.Build()
	known, told, all := 0, 0, 0
	var pair Pair
	for range 50_000 {
		p := []byte(phrase())
		got, ok := d.Lookup(p)
		want, in := d.whole(p)
		if ok != in || got != want {
			t.Fatalf("%q: %v %v, and by the trie alone %v %v", p, got, ok, want, in)
		}
		all++
		if in {
			known++
		} else if pair.Read(p); !d.pairs.maybe(&pair) {
			told++
		}
	}
	if known < all/50 || told < all/20 {
		t.Errorf("of %d phrases %d are known and %d end at the filter", all, known, told)
	}
}
