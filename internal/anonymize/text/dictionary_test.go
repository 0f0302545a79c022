package text

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// found writes a match as "text=id/kind", with a ? when it is ambiguous.
func found(s string, ms []Match) []string {
	var out []string
	for _, m := range ms {
		q := ""
		if m.Ambiguous {
			q = "?"
		}
		out = append(out, fmt.Sprintf("%s=%d/%d%s", s[m.Start:m.End], m.ID, m.Kind, q))
	}
	return out
}

func testDictionary() *Dictionary {
	b := NewBuilder(0)
	for _, p := range []struct {
		phrase string
		id     int32
		kind   Kind
	}{
		{"Jörg Möller", 1, Full}, {"Möller, Jörg", 1, Comma}, {"J. Möller", 1, Initial}, {"Möller", 1, Surname}, {"Jörg", 1, Given},
		{"Rose Hill", 2, Full}, {"Hill Rose", 2, Reversed}, {"Hill, Rose", 2, Comma}, {"R. Hill", 2, Initial}, {"Hill", 2, Surname}, {"Rose", 2, Given},
		{"Sean O'Connor", 3, Full}, {"O’Connor", 3, Surname},
		{"Jean-Luc van der Berg", 4, Full}, {"Berg, Jean-Luc van der", 4, Comma}, {"van der Berg", 4, Surname}, {"J.-L. van der Berg", 4, Initial},
		{"王小明", 5, Full}, {"山田 太郎", 6, Full}, {"山田", 6, Surname},
		{"Lars Muller", 7, Full}, {"Muller", 7, Surname},
		{"Hill", 8, Surname}, {"Rose Hill", 8, Full},
		{"Rose Hill Stone", 9, Full}, {`Ann "Annie" Long (HR)`, 10, Full},
		{"김철수", 11, Full}, {"Rose", 12, Surname},
		{"Möller Otto", 13, Reversed}, {"Muller Klaus", 14, Reversed},
	} {
		b.Add(p.phrase, p.id, p.kind)
	}
	return b.Build()
}

func TestFind(t *testing.T) {
	d := testDictionary()
	for in, want := range map[string][]string{
		"":                                 nil,
		"Ask Jörg Möller.":                 {"Jörg Möller=1/1"},
		"JOERG MOELLER, Jo\u0308rg Moller": {"JOERG MOELLER=1/1", "Jo\u0308rg Moller=1/1"},
		"Möller,  Jörg":                    {"Möller,  Jörg=1/3"},
		"J. Möller / J Möller / j.möller":  {"J. Möller=1/4", "J Möller=1/4", "j.möller=1/4"},
		"Rose Hill and Rose\u00a0 Hill":    {"Rose Hill=2/1?", "Rose\u00a0 Hill=2/1?"},
		"rose_hill, rose.hill, rose-hill":  {"rose_hill=2/1?", "rose.hill=2/1?", "rose-hill=2/1?"},
		"Rose\r\nHill":                     {"Rose\r\nHill=2/1?"},
		"Rose\n\nHill":                     {"Rose=12/7?", "Hill=2/7?"},
		"Rose, Hill":                       {"Rose=12/7?", "Hill=2/7?"},
		"Hill, Rose":                       {"Hill, Rose=2/3"},
		"Hill Rose":                        {"Hill Rose=2/2"},
		"Rose. Hill":                       {"Rose=12/7?", "Hill=2/7?"},
		"R. Hill; R.Hill":                  {"R. Hill=2/4", "R.Hill=2/4"},
		"Rose Hill Stone Rose Hill Sto":    {"Rose Hill Stone=9/1", "Rose Hill=2/1?"},
		"Roseland Hilly roses":             {"rose=12/7?"},
		"Möllers Jörg Möllers Hill's":      {"Möller=1/7", "Jörg Möller=1/1", "Hill=2/7?"},
		"O'Connor’s OConnor O Connor":      {"O'Connor=3/7", "O Connor=3/7"},
		"Sean O’Connor, SEAN OʼCONNOR":     {"Sean O’Connor=3/1", "SEAN OʼCONNOR=3/1"},
		"Jean Luc van der Berg":            {"Jean Luc van der Berg=4/1"},
		"Berg, Jean-Luc van der":           {"Berg, Jean-Luc van der=4/3"},
		"J.-L. van der Berg":               {"J.-L. van der Berg=4/4"},
		"昨日王小明说":                           {"王小明=5/1"},
		"山田太郎さんと山田 太郎と山田":                  {"山田太郎=6/1", "山田 太郎=6/1", "山田=6/7"},
		"김철수는":                             {"김철수=11/1"},
		"Lars Müller, MÜLLER":              {"Lars Müller=7/1", "MÜLLER=7/7"},
		"Müller Klaus":                     {"Müller Klaus=14/2"},
		`Ann "Annie" Long (HR)`:            {`Ann "Annie" Long (HR=10/1`},
		"Rose <Hill>":                      {"Rose=12/7?", "Hill=2/7?"},
		"J\xffMöller":                      {"Möller=1/7"},
	} {
		if diff := cmp.Diff(want, found(in, d.Find(nil, []byte(in)))); diff != "" {
			t.Errorf("Find(%q): %s", in, diff)
		}
	}
}

func TestLookup(t *testing.T) {
	d := testDictionary()
	for in, want := range map[string]string{
		"  Jörg Möller\n": "Jörg Möller=1/1", "Hill": "Hill=2/7?", "moeller,joerg": "moeller,joerg=1/3",
		"Jörg Möller jr": "", "": "", "Mr Hill": "", "(Hill": "", "Hills": "",
	} {
		m, ok := d.Lookup([]byte(in))
		got := ""
		if ok {
			got = found(in, []Match{m})[0]
		}
		if got != want {
			t.Errorf("Lookup(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOwners(t *testing.T) {
	d := testDictionary()
	m, _ := d.Lookup([]byte("rose"))
	if diff := cmp.Diff([]int32{12, 2}, d.Owners(m)); diff != "" {
		t.Error(diff)
	}
	if got := NewBuilder(0).Build().Find(nil, []byte("Rose")); len(got) > 0 {
		t.Error("an empty dictionary finds a name")
	}
}

// TestFindLaw checks the trie against a search that tries every phrase at every word.
func TestFindLaw(t *testing.T) {
	words := rapid.SampledFrom([]string{"rose", "Hill", "möller", "moller", "berg", "van", "s", "Bergs"})
	phrase := rapid.Map(rapid.SliceOfN(words, 1, 4), func(w []string) string { return strings.Join(w, " ") })
	rapid.Check(t, func(t *rapid.T) {
		phrases := rapid.SliceOfN(phrase, 1, 12).Draw(t, "phrases")
		body := rapid.SliceOfN(words, 0, 12).Draw(t, "body")
		b := NewBuilder(len(phrases))
		keys := map[string]bool{}
		for i, p := range phrases {
			b.Add(p, int32(i), Full)
			keys[string(Fold(nil, []byte(p)))] = true
			keys[string(foldPlain(nil, []byte(p)))] = true
		}
		d := b.Build()
		var got []string
		text := strings.Join(body, " ")
		for _, m := range d.Find(nil, []byte(text)) {
			got = append(got, text[m.Start:m.End])
		}
		if diff := cmp.Diff(naive(body, keys), got); diff != "" {
			t.Fatalf("%q in %q: %s", phrases, text, diff)
		}
	})
}

// naive is leftmost-longest over words, with both spellings of every word and a final s to spare.
func naive(body []string, keys map[string]bool) []string {
	var out []string
	for i := 0; i < len(body); i++ {
		for j := len(body); j > i; j-- {
			s := strings.Join(body[i:j], " ")
			if spelled(body[i:j], 0, "", keys) {
				out = append(out, s)
				i = j - 1
				break
			}
			last := body[j-1]
			if bare, ok := strings.CutSuffix(last, "s"); ok && len(last) > 3 {
				if spelled(append(append([]string{}, body[i:j-1]...), bare), 0, "", keys) {
					out = append(out, strings.TrimSuffix(s, "s"))
					i = j - 1
					break
				}
			}
		}
	}
	return out
}

func spelled(words []string, i int, key string, keys map[string]bool) bool {
	if i == len(words) {
		return keys[key]
	}
	if i > 0 {
		key += " "
	}
	w := []byte(words[i])
	return spelled(words, i+1, key+string(Fold(nil, w)), keys) || spelled(words, i+1, key+string(foldPlain(nil, w)), keys)
}

func FuzzFind(f *testing.F) {
	d := testDictionary()
	f.Add([]byte("Jörg Möller, R. Hill's 山田太郎 Jean-Luc van der Bergs"))
	f.Fuzz(func(t *testing.T, s []byte) {
		last := 0
		for _, m := range d.Find(nil, s) {
			if m.Start < last || m.End <= m.Start || m.End > len(s) {
				t.Fatalf("bad match [%d,%d) of %d bytes", m.Start, m.End, len(s))
			}
			last = m.End
			if _, ok := d.Lookup(s[m.Start:m.End]); !ok {
				t.Fatalf("match [%d,%d) is no phrase alone", m.Start, m.End)
			}
		}
	})
}

// benchPeople builds people * 5 phrases from invented syllables, and 4 KB documents that mention some of them.
func benchPeople(people int) (*Dictionary, []byte) {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba ber bur da den dor fal fen gar gil hal han ing jo kar kel la len lin mar mel mo na nor o pe ran ri ros sa sen sil ste ta tor u va vin wal wer ya zel")
	name := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		s := b.String()
		return strings.ToUpper(s[:1]) + s[1:]
	}
	givens := make([]string, 600)
	for i := range givens {
		givens[i] = name(2)
	}
	b := NewBuilder(people * 5)
	full := make([]string, people)
	for i := range people {
		g, f := givens[r.IntN(len(givens))], name(3)
		full[i] = g + " " + f
		b.Add(full[i], int32(i), Full)
		b.Add(f+" "+g, int32(i), Reversed)
		b.Add(f+", "+g, int32(i), Comma)
		b.Add(g[:1]+". "+f, int32(i), Initial)
		b.Add(f, int32(i), Surname)
	}
	prose := strings.Fields("the candidate joined our team in March and has since led the migration of payroll to a new provider ; reviews were positive , goals for the next quarter include hiring two engineers and improving the onboarding process . Please confirm the contract before Friday so that benefits can start on time")
	var doc strings.Builder
	for doc.Len() < 64<<10 {
		if r.IntN(40) == 0 {
			doc.WriteString(full[r.IntN(people)])
		} else {
			doc.WriteString(prose[r.IntN(len(prose))])
		}
		doc.WriteByte(' ')
	}
	return b.Build(), []byte(doc.String())
}

func BenchmarkFind(b *testing.B) {
	for _, people := range []int{20_000, 200_000} {
		b.Run(fmt.Sprintf("phrases=%d", people*5), func(b *testing.B) {
			d, s := benchPeople(people)
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			var dst []Match
			for b.Loop() {
				dst = d.Find(dst[:0], s)
			}
			if len(dst) == 0 {
				b.Fatal("nothing found")
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchPeople(20_000)
	}
}
