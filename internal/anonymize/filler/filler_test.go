package filler

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var update = flag.Bool("update", false, "write the golden files anew")

// makers are what a value can be, by kind.
var makers = map[string]func(m *Maker, dst, v []byte) []byte{"address": (*Maker).Address, "company": (*Maker).Company, "job": (*Maker).Job}

func maker(t testing.TB, real func(string) bool) *Maker {
	t.Helper()
	tables, err := Version("v1")
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
	if err != nil {
		t.Fatal(err)
	}
	return New(tables, root.Keyring("acme", 1).PRF("fill").Draw, real)
}

func nobody(string) bool { return false }

// samples reads the values of testdata, which are quoted as in Go.
func samples(t testing.TB, kind string) []string {
	t.Helper()
	data, err := os.ReadFile(path.Join("testdata", kind+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		v := ""
		if _, err := fmt.Sscanf(line, "%q", &v); err != nil {
			t.Fatalf("%s.txt: %s: %v", kind, line, err)
		}
		out = append(out, v)
	}
	return out
}

// What is written for each value, and that it is so for ever.
func TestGolden(t *testing.T) {
	m := maker(t, nobody)
	for kind, fill := range makers {
		var got strings.Builder
		for _, v := range samples(t, kind) {
			fmt.Fprintf(&got, "%q\t%q\n", v, fill(m, nil, []byte(v)))
		}
		file := path.Join("testdata", kind+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s: what is written has changed; it is now\n%s", file, got.String())
		}
	}
}

// An address has its lines, commas, postcode and number in the same places in
// the same form, and none of its names and numbers; equal ones stay equal.
func TestAddressForm(t *testing.T) {
	m := maker(t, nobody)
	places, numbers := regexp.MustCompile(`[^\n\r,;]+`), regexp.MustCompile(`\p{L}{0,2}\d[\dA-Z-]*( \d{2,3}[A-Z]{0,2}| [A-Z]{2})?\b`)
	for _, v := range samples(t, "address") {
		if !utf8.ValidString(v) || strings.Contains(v, "@") {
			continue
		}
		out := string(m.Address(nil, []byte(v)))
		if a, b := places.ReplaceAllString(v, "x"), places.ReplaceAllString(out, "x"); a != b {
			t.Errorf("%q becomes %q: other lines", v, out)
		}
		a, b := numbers.FindAllString(v, -1), numbers.FindAllString(out, -1)
		for i, number := range a {
			if i >= len(b) {
				t.Errorf("%q becomes %q: a number is missing", v, out)
				break
			}
			if number == b[i] || len(number) != len(b[i]) {
				t.Errorf("%q becomes %q: %q is %q", v, out, number, b[i])
			}
		}
		if again := string(m.Address(nil, []byte(v))); again != out {
			t.Errorf("%q becomes %q and %q", v, out, again)
		}
	}
}

func fold(s string) string { return string(foldWords(nil, []byte(s))) }

// A part of an address is the same alone.
func TestPartsAgree(t *testing.T) {
	m := maker(t, nobody)
	for whole, parts := range map[string][]string{
		"Hauptstraße 12a, 10115 Berlin":                {"Hauptstraße 12a", "10115", "Berlin", "10115 Berlin"},
		"10 Downing Street\nLondon\nSW1A 2AA":          {"10 Downing Street", "London", "SW1A 2AA"},
		"Prinsengracht 263, 1016 GV Amsterdam":         {"Prinsengracht 263", "1016 GV", "Amsterdam"},
		"12 bis, rue de la Paix, 75002 Paris":          {"rue de la Paix", "75002", "Paris"},
		"ul. Marszałkowska 1, 00-950 Warszawa":         {"ul. Marszałkowska 1", "00-950", "Warszawa"},
		"Kungsgatan 12, 111 43 Stockholm, Sverige":     {"Kungsgatan 12", "111 43", "Stockholm", "Sverige"},
		"1 Main Street, Chicago, IL 62701":             {"1 Main Street", "Chicago", "62701"},
		"Cumhuriyet Cad. No: 5, 34710 İstanbul":        {"Cumhuriyet Cad. No: 5", "34710", "İstanbul"},
		"Calle de Alcalá 45, 28014 Madrid, España":     {"Calle de Alcalá 45", "28014", "Madrid"},
		"Via Garibaldi 12, 00184 Roma":                 {"Via Garibaldi 12", "00184", "Roma"},
		"Rua do Carmo 12, 1200-195 Lisboa":             {"Rua do Carmo 12", "1200-195", "Lisboa"},
		"Frankfurter Allee 3, 60311 Frankfurt am Main": {"Frankfurter Allee 3", "Frankfurt am Main"},
	} {
		out := string(m.Address(nil, []byte(whole)))
		for _, part := range parts {
			if got := string(m.Address(nil, []byte(part))); !strings.Contains(out, got) {
				t.Errorf("%q becomes %q, %q alone %q", whole, out, part, got)
			}
		}
	}
}

// A company keeps its legal form, its words and their case; a title of a job
// its rank and its brackets. Nothing else of either stays.
func TestKept(t *testing.T) {
	m := maker(t, nobody)
	for _, c := range []struct{ kind, v, want string }{
		{"company", "Acme GmbH", `\p{Lu}\p{Ll}+ GmbH`},
		{"company", "ACME AG", `\p{Lu}+ AG`},
		{"company", "Rossi & Figli S.r.l.", `\p{Lu}\p{Ll}+ & \p{Lu}\p{Ll}+ S\.r\.l\.`},
		{"company", "Dupont SAS", `\p{L}+ SAS`},
		{"company", "Acme Ltd", `\p{L}+ Ltd`},
		{"company", "Acme, Inc.", `\p{L}+, Inc\.`},
		{"company", "Jansen B.V.", `\p{L}+ B\.V\.`},
		{"company", "Kowalski Sp. z o.o.", `\p{L}+ Sp\. z o\.o\.`},
		{"company", "Volvo AB", `\p{L}+ AB`},
		{"company", "Koç A.Ş.", `\p{L}+ A\.Ş\.`},
		{"company", "Müller Söhne GmbH & Co. KG", `\p{L}+ \p{L}+ GmbH & Co\. KG`},
		{"job", "Senior Software Engineer (m/w/d)", `Senior \p{L}+( \p{L}+)? \(m/w/d\)`},
		{"job", "Leiter Vertrieb", `Leiter \p{L}+`},
		{"job", "Entwickler/in", `\p{L}+/in`},
		{"job", "Développeuse (H/F)", `\p{L}+(euse|trice|ienne|ière|ante|e|te) \(H/F\)`},
		{"job", "Head of Marketing", `Head of \p{L}+( \p{L}+)?`},
		{"job", "Starszy Programista", `Starszy \p{L}+`},
	} {
		got := string(makers[c.kind](m, nil, []byte(c.v)))
		if !regexp.MustCompile("^"+c.want+"$").MatchString(got) || got == c.v {
			t.Errorf("%s: %q becomes %q", c.kind, c.v, got)
		}
	}
}

// Whatever the value: what is written hangs on it alone, is not it, has its
// line breaks and commas, and no host in it.
func TestAnyValue(t *testing.T) {
	m, other := maker(t, nobody), maker(t, nobody)
	host := regexp.MustCompile(`[\pL\pN]\.\pL{2,}`)
	for kind, fill := range makers {
		seeds := samples(t, kind)
		rapid.Check(t, func(r *rapid.T) {
			pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(seeds), rapid.StringMatching(`[\pL\pN]{1,9}|[ ,\n.@/()-]{1,2}`), rapid.String()), 1, 3).Draw(r, "pieces")
			v := strings.Join(pieces, rapid.SampledFrom([]string{"", " ", ", ", "\n"}).Draw(r, "sign"))
			out := string(fill(m, nil, []byte(v)))
			other.Address(nil, []byte("something else"))
			if again := string(fill(other, []byte("x"), []byte(v))); again != "x"+out {
				r.Fatalf("%q becomes %q and %q", v, out, again)
			}
			if utf8.ValidString(v) != utf8.ValidString(out) && utf8.ValidString(v) {
				r.Fatalf("%q becomes %q, which is not UTF-8", v, out)
			}
			for _, sign := range []string{"\n", ","} {
				if strings.Count(v, sign) != strings.Count(out, sign) {
					r.Fatalf("%q becomes %q", v, out)
				}
			}
			if kind == "company" && host.MatchString(out) && !host.MatchString(strings.NewReplacer("@", ".").Replace(v)) {
				r.Fatalf("%q becomes %q, which may be a host", v, out)
			}
		})
	}
}

// No word of an invented name is in the names of the source's people, however
// many of the tables' words are.
func TestNobodyIsWritten(t *testing.T) {
	tables, err := Version("v1")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for n, voc := range []vocabulary{tables.address, tables.company, tables.job} {
		for _, p := range voc.places {
			for _, list := range [][]string{{"stem", "before", "after", "alone", "city"}, {"sector"}, {"task"}}[n] {
				for i, item := range p.lists[list] {
					for word := range strings.FieldsSeq(fold(item)) {
						names[word] = names[word] || i%2 == 0 && utf8.RuneCountInString(word) > 3
					}
				}
			}
		}
	}
	real := func(word string) bool { return names[fold(word)] }
	m, all, changed := maker(t, real), maker(t, nobody), 0
	for kind, fill := range makers {
		for _, v := range samples(t, kind) {
			out := fill(m, nil, []byte(v))
			if !bytes.Equal(out, fill(all, nil, []byte(v))) {
				changed++
			}
			source := " " + fold(v) + " "
			for word := range strings.FieldsFuncSeq(string(out), func(r rune) bool { return !wordly(r) }) {
				if real(word) && !strings.Contains(source, fold(word)) {
					t.Errorf("%s: %q becomes %q, with somebody's name %s", kind, v, out, word)
				}
			}
		}
	}
	if changed < 40 {
		t.Errorf("only %d values hang on the names", changed)
	}
}

// The tables have no given name in them: before a street that is somebody's
// surname it would be her whole name.
func TestTablesNameNobody(t *testing.T) {
	given := make(map[string]bool)
	folder := "../person/tables/v1/given"
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(path.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if line[0] == '#' {
				continue
			}
			for _, name := range strings.Fields(line)[1:] {
				name, _, _ = strings.Cut(name, "=")
				given[fold(name)] = true
			}
		}
	}
	tables, err := Version("v1")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tables.address.places {
		for list, least := range map[string]int{"stem": 1, "before": 1, "after": 1, "alone": 1, "city": 10} {
			if got := len(p.lists[list]); got > 0 && got < least {
				t.Errorf("%s has only %d of %s", p.name, got, list)
			}
			for _, item := range p.lists[list] {
				if given[fold(item)] {
					t.Errorf("%s: %s is a given name", p.name, item)
				}
			}
		}
	}
	for _, stem := range tables.company.places[tables.company.place(coined)].lists["stem"] {
		for _, ending := range tables.company.places[tables.company.place(coined)].lists["ending"] {
			if given[fold(stem+ending)] {
				t.Errorf("%s%s is a given name", stem, ending)
			}
		}
	}
	for _, p := range tables.job.places {
		if of := p.lists["of"]; len(of) > 0 && len(of) != len(p.lists["field"]) {
			t.Errorf("%s has %d fields, and %d with a small word", p.name, len(p.lists["field"]), len(of))
		}
	}
}

// Few of many companies share a name.
func TestCompaniesDiffer(t *testing.T) {
	m, seen := maker(t, nobody), make(map[string]bool)
	for n := range 1000 {
		name := "Firm" + strings.Repeat("x", n%7) + string(rune('A'+n%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n/676))
		seen[string(m.Company(nil, []byte(name+" Handel GmbH")))] = true
	}
	if len(seen) < 950 {
		t.Errorf("1,000 companies become %d", len(seen))
	}
}

func BenchmarkFill(b *testing.B) {
	for _, c := range []struct{ name, kind, v string }{
		{"street", "address", "Hauptstraße 12a"}, {"city", "address", "Berlin"}, {"postcode", "address", "SW1A 1AA"},
		{"address", "address", "Hauptstraße 12a, 10115 Berlin"}, {"address of four lines", "address", "221B Baker Street\nLondon\nNW1 6XE\nUnited Kingdom"},
		{"company", "company", "Müller Consulting GmbH"}, {"job", "job", "Senior Software Engineer (m/w/d)"},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, v, dst, fill := maker(b, nobody), []byte(c.v), []byte(nil), makers[c.kind]
			b.ReportAllocs()
			for b.Loop() {
				dst = fill(m, dst[:0], v)
			}
		})
	}
}
