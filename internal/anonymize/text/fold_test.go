package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestFoldMeets(t *testing.T) {
	for _, same := range [][]string{
		{"Möller", "MÖLLER", "moeller", "Moeller", "Mo\u0308ller"},
		{"Bär", "BAER", "baer"},
		{"Grün", "gruen"},
		{"Ødegård", "Oedegaard", "ØDEGÅRD", "ødega\u030Ard"},
		{"Strauß", "STRAUSS", "STRAUẞ"},
		{"Ærø", "aeroe"},
		{"Cœur", "coeur"},
		{"René", "rene", "RENE\u0301"},
		{"Łukasz", "lukasz"},
		{"Iğdır", "IGDIR", "İĞDIR"},
		{"Nguyễn", "nguyen", "NGUYỄN"},
		{"Þór", "thor"},
		{"Müller", "Ｍüller", "Mül\u00adler", "mue\u200bller"},
		{"Алёна", "АЛЕНА", "алена"},
		{"Νίκος", "ΝΙΚΟΣ"},
		{"أحمد", "احمد"},
		{"ﾏｲｹﾙ", "マイケル"},
		{"김", "\u1100\u1175\u11B7"},
	} {
		want := string(Fold(nil, []byte(same[0])))
		for _, s := range same[1:] {
			if got := string(Fold(nil, []byte(s))); got != want {
				t.Errorf("Fold(%q) = %q, but Fold(%q) = %q", s, got, same[0], want)
			}
		}
	}
}

func TestFoldKeepsApart(t *testing.T) {
	for _, pair := range [][2]string{{"Möller", "Moller"}, {"Xu", "Xue"}, {"か", "が"}, {"Maier", "Meier"}, {"कि", "की"}} {
		if string(Fold(nil, []byte(pair[0]))) == string(Fold(nil, []byte(pair[1]))) {
			t.Errorf("%q and %q share a key", pair[0], pair[1])
		}
	}
	if got := string(foldPlain(nil, []byte("Möllerø"))); got != "mollero" {
		t.Errorf("foldPlain = %q", got)
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                          nil,
		" \n-":                      nil,
		"O'Connor’s":                {"O", "Connor", "s"},
		"Jean-Luc_2":                {"Jean", "Luc", "2"},
		"Jo\u0308rg Mül\u00adler":   {"Jo\u0308rg", "Mül\u00adler"},
		"見た山田,Rose山":                {"見", "た", "山", "田", "Rose", "山"},
		"Марія-Анна":                {"Марія", "Анна"},
		"a\xffb":                    {"a", "b"},
		"か\u3099き":                  {"か\u3099", "き"},
		"“Rose” … Hill":             {"Rose", "Hill"},
		"\u1100\u1175\u11B7\u1100x": {"\u1100\u1175\u11B7", "\u1100", "x"},
	} {
		var got []string
		for p := range Words([]byte(in)) {
			got = append(got, in[p.Start:p.End])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Words(%q): %s", in, diff)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Möller O’Connor 山田 Ødegård")
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for p := range Words([]byte(s)) {
			if p.Start < end || p.End <= p.Start {
				t.Fatalf("bad word %v", p)
			}
			end = p.End
			w := []byte(s[p.Start:p.End])
			key := string(Fold(nil, w))
			if again := string(Fold(nil, []byte(key))); again != key {
				t.Fatalf("Fold is not idempotent: %q, %q, %q", w, key, again)
			}
			var apart []byte // decomposed without reordering: a Latin ö with an Indic nukta is nobody's name
			for _, r := range string(w) {
				apart = append(apart, norm.NFD.String(string(r))...)
			}
			whole := norm.NFD.Bytes(w)
			if nfd := string(Fold(nil, whole)); nfd != key && string(apart) == string(whole) && norm.NFC.IsNormal(w) {
				t.Fatalf("%q: key %q, decomposed %q", w, key, nfd)
			}
		}
	})
}

func BenchmarkFoldASCII(b *testing.B) {
	w := []byte("Connor")
	b.SetBytes(int64(len(w)))
	b.ReportAllocs()
	var buf [16]byte
	for b.Loop() {
		Fold(buf[:0], w)
	}
}

func BenchmarkFoldUmlaut(b *testing.B) {
	w := []byte("Möller")
	b.SetBytes(int64(len(w)))
	b.ReportAllocs()
	var buf [16]byte
	for b.Loop() {
		Fold(buf[:0], w)
	}
}
