package text

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// A pair is two words of simple letters, read as Fold reads them. What is told of it at once is what the lists tell
// after a longer look.
func TestPairLaw(t *testing.T) {
	x := NewSurroundings()
	words := strings.Fields("Rose Hill HILL möller Ødegård Åse ß Weiß Frü Æ Łódź ĳs İnci ſ ŉ × a÷b É X x2 2 Iv III iv Jr. jr Dr dr DR. Pan pani Doktor mgr no name None unknown NN Mr senior Seniorenheim PhD K. A. " +
		"n/a tbd — - O'Hara Nguyễn Ơn Иван 王 e\u0301 a\u00a0b \xff a\xc3 Wolfeschlegelsteinhausenbergerdorff öööööööööööööööööööööööööööööö")
	for phrase := range x.nothing {
		words = append(words, strings.Fields(phrase)...)
	}
	r := rand.New(rand.NewPCG(9, 10))
	pick := func() string {
		if r.IntN(3) > 0 {
			return words[r.IntN(41)]
		}
		return words[r.IntN(len(words))]
	}
	var p Pair
	pairs, told := 0, 0
	for range 200_000 {
		v := []byte(pick())
		for range r.IntN(3) {
			v = append(append(v, []string{" ", " ", " ", "  ", ""}[r.IntN(5)]...), pick()...)
		}
		if r.IntN(20) == 0 {
			v = append([]byte{' '}, v...)
		}
		given, family, one := bytes.Cut(v, []byte{' '})
		if is := p.Read(v); is != (one && len(v) <= window && simple(given) && simple(family) && len(Fold(nil, v)) <= window) {
			t.Fatalf("%q: a pair: %v", v, is)
		} else if !is {
			continue
		}
		pairs++
		if p.Gap != len(given) || !bytes.Equal(p.Folded(), Fold(nil, v)) {
			t.Fatalf("%q: %d %q", v, p.Gap, p.Folded())
		}
		if more := x.Titled(v) || x.Nameless(v) || x.SaysNothing(v, true) || x.Name(v) != (Span{0, len(v)}); !x.NothingBut(&p) {
			told++
		} else if more {
			t.Fatalf("%q is taken for a name and nothing but", v)
		}
	}
	if pairs < 20_000 || told < pairs/50 || told > pairs*9/10 {
		t.Errorf("%d pairs, %d of them with a word of the lists", pairs, told)
	}
}

// simple reports two letters or more that fold to ASCII, one by one.
func simple(word []byte) bool {
	for _, r := range string(word) {
		key, _ := foldRune(nil, []byte(string(r)), true)
		if len(key) == 0 || len(key) > 2 || !IsASCII(key) || classOf(r, len(string(r))) != inWord || r >= 'ƀ' || key[0] <= '9' {
			return false
		}
	}
	return len(Fold(nil, word)) > 1
}
