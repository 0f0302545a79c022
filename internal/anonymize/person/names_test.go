package person

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

var updateNames = flag.Bool("update-names", false, "write the golden file of the name tables anew")

func v1(t testing.TB) *Names {
	t.Helper()
	n, err := NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drawOf is the smallest draw that is mapped to index i of size.
func drawOf(i, size int) uint64 {
	quotient, rest := bits.Div64(uint64(i), 0, uint64(size))
	if rest > 0 {
		quotient++
	}
	return quotient
}

func TestNamesVersionUnknown(t *testing.T) {
	for _, version := range []string{"", "v2", "V1", "v1/given", "../tables/v1"} {
		n, err := NamesVersion(version)
		if n != nil || err == nil || !strings.Contains(err.Error(), "known: v1") {
			t.Errorf("%q: %v, %v", version, n, err)
		}
	}
}

func TestNamesLocales(t *testing.T) {
	n := v1(t)
	want := []string{"de", "en", "es", "fr", "it", "mixed", "nl", "pl", "pt", "se", "tr"}
	if got := n.Locales(); !slices.Equal(got, want) {
		t.Errorf("locales %v", got)
	}
	for locale, table := range map[string]string{
		"fr": "fr", "fr_FR": "fr", "FR-ca": "fr", "de-AT": "de", "pt_BR.UTF-8": "pt", "es@euro": "es", "sv": "se", "sv_SE": "se",
		"se": "se", "tr_TR": "tr", "TR": "tr", "": "mixed", "-": "mixed", "zh_CN": "mixed", "french": "mixed", "mixed": "mixed", "f": "mixed",
	} {
		if n.Given(locale, 1<<60) != n.Given(table, 1<<60) || n.Family(locale, 1<<60) != n.Family(table, 1<<60) ||
			n.FamilySize(locale) != n.FamilySize(table) || n.GivenSize(locale) != n.GivenSize(table) {
			t.Errorf("locale %q is not table %q", locale, table)
		}
	}
}

func TestGivenNames(t *testing.T) {
	n := v1(t)
	for _, locale := range n.Locales() {
		size := n.GivenSize(locale)
		if size < 200 {
			t.Errorf("%s: %d given names", locale, size)
		}
		seen, longest := map[string]bool{}, 0
		for i := range size {
			name := n.Given(locale, drawOf(i, size))
			if why := badWord(name, 2, 12); why != "" || seen[name] {
				t.Errorf("%s: given name %q: %s", locale, name, why)
			}
			seen[name] = true
			longest = max(longest, utf8.RuneCountInString(name))
		}
		if n.Given(locale, 0) != n.Given(locale, 1) || !seen[n.Given(locale, 1<<64-1)] || len(seen) != size {
			t.Errorf("%s: %d names of %d drawn", locale, len(seen), size)
		}
		if n.GivenMax(locale) != longest {
			t.Errorf("%s: longest given name %d, said %d", locale, longest, n.GivenMax(locale))
		}
	}
}

// badWord says what keeps a name from being one capitalised word of letters.
func badWord(name string, shortest, longest int) string {
	if n := utf8.RuneCountInString(name); n < shortest || n > longest {
		return "length"
	}
	if !norm.NFC.IsNormalString(name) {
		return "not composed"
	}
	for i, r := range name {
		if i == 0 && !unicode.IsUpper(r) || i > 0 && !unicode.IsLower(r) {
			return "letters"
		}
	}
	return ""
}

// spellings folds names to the forms under which two spellings are one: without
// case and diacritics, and with ä, ö, ü, å written out. It remembers letters.
type spellings struct{ bare, spelled map[rune]string }

func newSpellings() spellings {
	return spellings{
		bare:    map[rune]string{'ł': "l", 'ı': "i", 'ß': "ss", 'ø': "o"},
		spelled: map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'å': "aa"},
	}
}

func (s spellings) of(name string) (bare, spelled string) {
	var b, w []byte
	for _, r := range name {
		if r < 0x80 {
			b, w = append(b, byte(r)|0x20), append(w, byte(r)|0x20)
			continue
		}
		r = unicode.ToLower(r)
		plain, ok := s.bare[r]
		if !ok {
			base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
			plain = string(base)
			s.bare[r] = plain
		}
		b = append(b, plain...)
		if long, ok := s.spelled[r]; ok {
			plain = long
		}
		w = append(w, plain...)
	}
	return string(b), string(w)
}

// knownNames is every given name of the tables and every surname of the lists
// of well-known real ones, folded.
func knownNames(t *testing.T) map[string]bool {
	t.Helper()
	known, folds := map[string]bool{}, newSpellings()
	add := func(name string) {
		bare, spelled := folds.of(name)
		known[bare], known[spelled] = true, true
	}
	files := os.DirFS("tables/known")
	lists, err := fs.Glob(files, "*.txt")
	if err != nil || len(lists) != 10 {
		t.Fatalf("lists of well-known surnames: %v, %v", lists, err)
	}
	for _, list := range lists {
		text, err := fs.ReadFile(files, list)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for words := range tableLines(string(text)) {
			for _, w := range words {
				add(w)
				count++
			}
		}
		if count < 450 {
			t.Errorf("%s: only %d surnames", list, count)
		}
	}
	n := v1(t)
	for _, locale := range n.Locales() {
		for i := range n.GivenSize(locale) {
			add(n.Given(locale, drawOf(i, n.GivenSize(locale))))
		}
	}
	for _, real := range []string{"muller", "mueller", "garcia", "oconnor", "nowak", "yilmaz"} {
		if !known[real] {
			t.Errorf("%s is not among the known names", real)
		}
	}
	return known
}

// All surnames of all locales, one by one: well-formed, distinct, and none of
// them well known or a given name.
func TestFamilyNames(t *testing.T) {
	n, known, folds := v1(t), knownNames(t), newSpellings()
	for _, locale := range n.Locales() {
		size := n.FamilySize(locale)
		if size < 200_000 {
			t.Errorf("%s: only %d surnames", locale, size)
		}
		seen := make(map[string]struct{}, size)
		longest, marked := 0, 0
		for i := range size {
			name := n.Family(locale, drawOf(i, size))
			if why := badWord(name, 4, 14); why != "" {
				t.Fatalf("%s: surname %q: %s", locale, name, why)
			}
			seen[name] = struct{}{}
			bare, spelled := folds.of(name)
			if known[bare] || known[spelled] {
				t.Errorf("%s: surname %q is real", locale, name)
			}
			letters := utf8.RuneCountInString(name)
			if len(name) > letters {
				marked++
			}
			longest = max(longest, letters)
		}
		if len(seen) != size {
			t.Errorf("%s: %d distinct surnames of %d", locale, len(seen), size)
		}
		if n.FamilyMax(locale) != longest {
			t.Errorf("%s: longest surname %d, said %d", locale, longest, n.FamilyMax(locale))
		}
		share := float64(marked) / float64(size)
		plainOnly := locale == "en" || locale == "mixed"
		if plainOnly && marked > 0 || !plainOnly && (share < 0.01 || share > 0.8) {
			t.Errorf("%s: %.2f of the surnames have diacritics", locale, share)
		}
	}
}

// Each name has the same share of the draws: the spans that lead to it differ
// by one draw at most.
func TestNamesAreUniform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 1<<40).Draw(t, "size")
		i := rapid.IntRange(0, size-1).Draw(t, "index")
		first := drawOf(i, size)
		last := uint64(1<<64 - 1)
		if i+1 < size {
			last = drawOf(i+1, size) - 1
		}
		if pick(first, uint64(size)) != uint64(i) || pick(last, uint64(size)) != uint64(i) {
			t.Fatal("the span does not lead to the index")
		}
		share, _ := bits.Div64(1, 0, uint64(size)+1) // 2⁶⁴/(size+1) is below every span
		if span := last - first; span+1 < share {
			t.Fatal("the span is too short")
		}
	})
}

// Exceptions are gone, their neighbours are not, and none is drawn twice.
func TestFamilyExceptions(t *testing.T) {
	const table = "# comment\nonset B C\ncore al\nonset D\nlink - m\nend o a\nexcept Balo Balma\nexcept Dalma\n"
	f, err := parseFamilies(table)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range f.size() {
		got = append(got, f.name(i))
	}
	want := "Bala Balmo Calo Cala Calmo Calma Dalo Dala Dalmo"
	if strings.Join(got, " ") != want || f.longest != 5 {
		t.Errorf("%v, longest %d", got, f.longest)
	}
	for text, cause := range map[string]string{
		"onset B\ncore al\nend o\n":              `part "link" is missing`,
		"onset B\nnucleus al\n":                  `unknown part "nucleus"`,
		table + "except Bal":                     `exception "Bal" is no combination`,
		strings.ReplaceAll(table, "Balo", "Bo"):  `exception "Bo" is no combination`,
		strings.ReplaceAll(table, "link", "lin"): `unknown part "lin"`,
	} {
		if _, err := parseFamilies(text); err == nil || err.Error() != cause {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A released version never changes: neither a draw's name nor a file.
func TestNamesGolden(t *testing.T) {
	n := v1(t)
	var got strings.Builder
	for _, locale := range n.Locales() {
		fmt.Fprintf(&got, "%s: %d given names, %d surnames\n", locale, n.GivenSize(locale), n.FamilySize(locale))
		for i := range uint64(50) {
			draw := i * 0x9e3779b97f4a7c15 // spreads over all 64 bits
			fmt.Fprintf(&got, "%016x %s %s\n", draw, n.Given(locale, draw), n.Family(locale, draw))
		}
	}
	err := fs.WalkDir(tableFiles, "tables/v1", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := tableFiles.ReadFile(file)
		fmt.Fprintf(&got, "%x %s\n", sha256.Sum256(text), file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const golden = "tables/v1/golden.txt"
	if *updateNames {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wants, gots := strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")
	for i := range max(len(wants), len(gots)) {
		if i >= len(wants) || i >= len(gots) || wants[i] != gots[i] {
			t.Fatalf("names of v1 have changed from line %d of %s on", i+1, golden)
		}
	}
}

func BenchmarkNamesVersion(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NamesVersion("v1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFullName(b *testing.B) {
	n := v1(b)
	b.ReportAllocs()
	draw := uint64(0)
	for b.Loop() {
		draw += 0x9e3779b97f4a7c15
		if n.Given("fr_FR", draw) == n.Family("fr_FR", draw^1<<63) {
			b.Fatal("a surname is a given name")
		}
	}
}
