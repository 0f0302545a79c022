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

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
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
	want := []string{"ar", "de", "el", "en", "es", "fr", "it", "ja", "ja-hira", "ja-kana", "ko", "mixed", "nl", "pl", "pt", "ru", "se", "tr", "vi", "zh"}
	if got := n.Locales(); !slices.Equal(got, want) {
		t.Errorf("locales %v", got)
	}
	for locale, table := range map[string]string{
		"fr": "fr", "fr_FR": "fr", "FR-ca": "fr", "de-AT": "de", "pt_BR.UTF-8": "pt", "es@euro": "es", "sv": "se", "sv_SE": "se",
		"se": "se", "tr_TR": "tr", "TR": "tr", "": "mixed", "-": "mixed", "zh_CN": "zh", "ja": "ja", "vi_VN": "vi", "ar-EG": "ar", "french": "mixed", "mixed": "mixed", "f": "mixed",
	} {
		if got := n.For(locale, ""); got != n.tables[table] {
			t.Errorf("locale %q is table %q", locale, got.name)
		}
	}
}

// The script of a name decides, and the locale among the tables of one script.
func TestNamesByScript(t *testing.T) {
	n := v1(t)
	for _, c := range []struct{ locale, name, table string }{
		{"", "王小明", "zh"}, {"zh_TW", "王小明", "zh"}, {"fr", "王小明", "zh"}, {"ja_JP", "佐藤健太", "ja"}, {"", "佐藤 ゆき", "ja"}, {"", "佐々木 エリカ", "ja"}, {"ja", "サトウ ケンタ", "ja-kana"},
		{"", "さとう ゆき", "ja-hira"}, {"", "さとう エリカ", "ja-kana"}, {"ja", "Sato Kenta", "mixed"}, {"zh", "Wei Zhang", "mixed"}, {"ko", "김민준", "ko"}, {"en", "김 민준", "ko"},
		{"", "محمد المصري", "ar"}, {"fa", "علی رضایی", "ar"}, {"ar", "Mohamed Salah", "mixed"}, {"de", "Иван Петров", "ru"}, {"uk", "Олена Шевченко", "ru"}, {"", "Μαρία Παππά", "el"},
		{"", "Nguyễn Văn An", "vi"}, {"vi", "Tran Van An", "vi"}, {"fr", "Nguyễn Văn An", "fr"}, {"", "สมชาย ใจดี", "mixed"}, {"fr", "שרה כהן", "fr"}, {"zh", "შოთა", "mixed"},
		{"pl", "Żaneta", "pl"}, {"", "12 (?)", "mixed"}, {"ja", "12", "ja"},
	} {
		if got := n.For(c.locale, c.name); got.name != c.table {
			t.Errorf("%s in locale %q: table %s, want %s", c.name, c.locale, got.name, c.table)
		}
	}
}

// A given name tells a gender in its own language, else where all agree.
func TestGenderOfNames(t *testing.T) {
	n := v1(t)
	for _, c := range []struct {
		locale, given string
		want          Gender
	}{
		{"de", "Andrea", Female}, {"it", "Andrea", Male}, {"", "Andrea", AnyGender}, {"it", "ANDREA", Male}, {"en", "Zoë", Female}, {"de", "jörg", Male}, {"fr", "Jean-Luc", Male}, {"fr", "Marie-Luise", Female},
		{"de", "Kim", AnyGender}, {"de", "Robin Maria", Female}, {"vi", "Hoa", Female}, {"vi", "HÒA", Male}, {"de", "Xq Anna", Female}, {"", "", AnyGender}, {"", "Quirlina", AnyGender}, {"zh", "美玲", Female}, {"ja", "健太", Male}, {"ru", "Ольга", Female}, {"ar", "محمد", Male},
	} {
		if got := n.Gender(n.For(c.locale, c.given), c.given); got != c.want {
			t.Errorf("%s in locale %q: gender %d, want %d", c.given, c.locale, got, c.want)
		}
	}
}

// Each table spells its own names in Latin letters alone.
func TestLatinSpelling(t *testing.T) {
	n := v1(t)
	for _, locale := range n.Locales() {
		table := n.tables[locale]
		names := table.given[AnyGender]
		for i := range uint64(500) {
			names = append(names, table.Family(splitmix.Scatter(i)))
		}
		for _, name := range names {
			latin := table.Latin(name)
			if table.script == scriptOf("a") {
				if latin != name {
					t.Fatalf("%s: %s is spelled %s", locale, name, latin)
				}
			} else if len(latin) < 2 || strings.Trim(latin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") != "" || latin[0] < 'A' || latin[0] > 'Z' {
				t.Fatalf("%s: %s is spelled %q", locale, name, latin)
			}
		}
	}
	for _, c := range []struct{ table, name, want string }{
		{"ja", "霜凪", "Shimonagi"}, {"ja", "健太", "Kenta"}, {"zh", "美玲", "Meiling"}, {"ja-kana", "リョウスケ", "Ryousuke"}, {"ja-hira", "きょうこ", "Kyouko"}, {"ko", "민준", "Minjun"},
		{"ru", "Щукин Юрий", "Shchukin Yuriy"}, {"el", "Χριστίνα", "Christina"}, {"el", "Ευαγγέλου", "Evangelou"}, {"ar", "محمد", "Mohammed"}, {"fr", "Zoé", "Zoé"},
	} {
		if got := n.tables[c.table].Latin(c.name); got != c.want {
			t.Errorf("%s: %s is spelled %s, want %s", c.table, c.name, got, c.want)
		}
	}
}

// Women's surnames end as their language wants it, in each of their words.
func TestFeminineSurnames(t *testing.T) {
	n := v1(t)
	for _, c := range []struct {
		table, name string
		gender      Gender
		want        string
	}{
		{"ru", "Бралавинов", Female, "Бралавинова"}, {"ru", "Бралавинов", Male, "Бралавинов"}, {"ru", "Бралавинов", AnyGender, "Бралавинов"}, {"ru", "Дринский-Ков", Female, "Дринская-Кова"},
		{"ru", "Драленко", Female, "Драленко"}, {"pl", "Grodecki Balski", Female, "Grodecka Balska"}, {"pl", "Ski", Female, "Ski"}, {"el", "Βαλορίδης", Female, "Βαλορίδου"}, {"fr", "Balski", Female, "Balski"},
	} {
		if got := n.tables[c.table].Inflect(c.name, c.gender); got != c.want {
			t.Errorf("%s: %s becomes %s, want %s", c.table, c.name, got, c.want)
		}
	}
}

func TestGivenNames(t *testing.T) {
	n := v1(t)
	for _, locale := range n.Locales() {
		table := n.tables[locale]
		size := table.GivenSize(AnyGender)
		least, shortest := 130, 2
		switch table.script {
		case latin:
			least = 200
			if locale == "vi" {
				least = 160
			}
		case han, katakana, hiragana:
			shortest = 1
		}
		if size < least || table.GivenSize(Female) < 60 || table.GivenSize(Male) < 60 {
			t.Errorf("%s: %d given names, %d of women, %d of men", locale, size, table.GivenSize(Female), table.GivenSize(Male))
		}
		seen, longest := map[string]bool{}, 0
		for i := range size {
			name := table.Given(AnyGender, drawOf(i, size))
			if why := badWord(table, name, shortest, 12); why != "" || seen[name] {
				t.Errorf("%s: given name %q: %s", locale, name, why)
			}
			seen[name] = true
			longest = max(longest, utf8.RuneCountInString(name))
		}
		if table.Given(AnyGender, 0) != table.Given(AnyGender, 1) || !seen[table.Given(AnyGender, 1<<64-1)] || len(seen) != size {
			t.Errorf("%s: %d names of %d drawn", locale, len(seen), size)
		}
		for _, gender := range []Gender{Female, Male} {
			for i := range table.GivenSize(gender) {
				if name := table.Given(gender, drawOf(i, table.GivenSize(gender))); !seen[name] || n.Gender(table, name)|gender != gender {
					t.Errorf("%s: given name %q is of gender %d, drawn for %d", locale, name, n.Gender(table, name), gender)
				}
			}
		}
		if most, _ := n.Longest(); most < longest {
			t.Errorf("%s: longest given name %d, said %d", locale, longest, most)
		}
	}
}

// badWord says what keeps a name from being one word of a table's script,
// capitalised where there are capitals.
func badWord(table *Table, name string, shortest, longest int) string {
	if n := utf8.RuneCountInString(name); n < shortest || n > longest {
		return "length"
	}
	if !norm.NFC.IsNormalString(name) {
		return "not composed"
	}
	for i, r := range name {
		if table.script != latin && table.script != cyrillic && table.script != greek {
			if s := scriptOfLetter(r); s != table.script {
				return "script"
			}
			continue
		}
		if scriptOfLetter(r) != table.script || i == 0 && !unicode.IsUpper(r) || i > 0 && !unicode.IsLower(r) {
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
		if !ok && unicode.Is(unicode.Hangul, r) { // no letter with a mark, but a syllable
			plain = string(r)
		} else if !ok {
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
	if err != nil || len(lists) != 17 {
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
		if count < 120 {
			t.Errorf("%s: only %d surnames", list, count)
		}
	}
	n := v1(t)
	for _, locale := range n.Locales() {
		for _, name := range n.tables[locale].given[AnyGender] {
			add(name)
		}
	}
	for _, real := range []string{"muller", "mueller", "garcia", "oconnor", "nowak", "yilmaz"} {
		if !known[real] {
			t.Errorf("%s is not among the known names", real)
		}
	}
	return known
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
		table := n.tables[locale]
		fmt.Fprintf(&got, "%s: %d given names of women, %d of men, %d in all, %d surnames\n", locale, table.GivenSize(Female), table.GivenSize(Male), table.GivenSize(AnyGender), table.FamilySize())
		for i := range uint64(50) {
			draw := i * 0x9e3779b97f4a7c15 // spreads over all 64 bits
			gender := Gender(i % 3)
			fmt.Fprintf(&got, "%016x %s %s\n", draw, table.Given(gender, draw), table.Inflect(table.Family(draw), gender))
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
	table := v1(b).For("fr_FR", "")
	b.ReportAllocs()
	draw := uint64(0)
	for b.Loop() {
		draw += 0x9e3779b97f4a7c15
		if table.Given(Female, draw) == table.Family(draw^1<<63) {
			b.Fatal("a surname is a given name")
		}
	}
}
