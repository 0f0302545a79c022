package person

import (
	"fmt"
	"strings"
	"testing"
)

// TestFictionTable: what is drawn of a line has its code and its length, is held by it, and no two lines share a number.
func TestFictionTable(t *testing.T) {
	lines := fictions()
	if len(lines) < 18 {
		t.Fatalf("%d lines", len(lines))
	}
	for n, f := range lines {
		drawn := map[string]bool{}
		for draw := range uint64(f.size) {
			phone := string(f.append(nil, draw))
			drawn[phone] = true
			if national, ok := strings.CutPrefix(phone, f.code); !ok || len(national) != len(f.models[0]) || len(phone) > 15 {
				t.Fatalf("line %d draws %s", n, phone)
			}
			for k := range lines {
				if lines[k].holds(phone) != (k == n) {
					t.Fatalf("%s of line %d: line %d says otherwise", phone, n, k)
				}
			}
		}
		if len(drawn) != f.size {
			t.Errorf("line %d has %d numbers, says %d", n, len(drawn), f.size)
		}
		for _, model := range f.models {
			if len(model) != len(f.models[0]) {
				t.Errorf("line %d has models of different lengths", n)
			}
		}
		for _, begin := range f.begins {
			if real := (begin + "1234567890")[:len(f.models[0])]; !f.of(real) {
				t.Errorf("line %d is not for %s", n, real)
			}
		}
	}
	for region, code := range regionCodes {
		found := false
		for _, f := range lines {
			found = found || f.code == code
		}
		if !found {
			t.Errorf("%s has the code %s, which no line has", region, code)
		}
	}
}

// phones returns what the numbers of one person each become, by their number.
func phones(t *testing.T, locale string, real ...string) []string {
	t.Helper()
	var records []Record
	for i, phone := range real {
		records = append(records, Record{Source: "users", ID: fmt.Sprint(i), First: "Ann", Last: "Ray", Phone: phone, Locale: locale})
	}
	x := index(t, records, options(t, "acme", "users"))
	var out []string
	for _, phone := range real {
		normal, _ := NormalPhone(nil, []byte(phone))
		drawn, ok := phoneFor(x, string(normal))
		if !ok {
			t.Fatalf("%s is not known", phone)
		}
		out = append(out, drawn)
	}
	return out
}

// TestPhonesStayInTheirCountry: a known number becomes one that its country sets aside, written as it was.
func TestPhonesStayInTheirCountry(t *testing.T) {
	for _, c := range []struct{ locale, real, begins string }{
		{"", "+33 6 12 34 56 78", "3363998"}, {"", "+33 7 12 34 56 78", "3363998"}, {"", "0033 1 42 34 56 78", "3319900"},
		{"", "+44 7911 123456", "447700900"}, {"", "+44 20 7123 4567", "44"}, {"", "+1 (415) 671-2345", "1"}, {"", "+1 514 671 2345", "1"},
		{"", "+49 171 1234567", "4917139200"}, {"", "+49 1511 1234567", "49176040690"}, {"", "+49 30 12345678", "49"},
		{"", "+46 70 123 45 67", "467017406"}, {"", "+61 2 9876 5432", "612"}, {"", "+353 85 123 4567", "3532091"},
		{"fr_FR", "06 12 34 56 78", "063998"}, {"en-GB", "07911 123456", "07700900"}, {"en_US.UTF-8", "(415) 671-2345", ""},
		// Of no country that sets numbers aside, of no kind, of no country at all, of another length.
		{"", "+39 347 123 4567", "999"}, {"", "+33 8 12 34 56 78", "999"}, {"", "06 12 34 56 78", "999"}, {"fr", "06 12 34 56 78", "999"},
		{"de-DE", "06 12 34 56 78", "999"}, {"", "+49 30 1234567", "999"}, {"", "+61 412 345 678", "999"},
	} {
		real, _ := NormalPhone(nil, []byte(c.real))
		drawn := phones(t, c.locale, c.real)[0]
		if len(drawn) != len(real) || !strings.HasPrefix(drawn, c.begins) || c.begins != "999" && strings.HasPrefix(drawn, "999") {
			t.Errorf("%s %s becomes %s, want %s…", c.locale, c.real, drawn, c.begins)
		}
	}
}

// TestFewNumbersForMany: where more than half of a country's numbers were needed, none is used; and of those that are
// used each stands for one real number, and for none that anybody has.
func TestFewNumbersForMany(t *testing.T) {
	british := func(n int) (real []string) {
		for i := range n {
			real = append(real, fmt.Sprintf("+44 7911 %06d", 7*i))
		}
		return real
	}
	local := func(drawn []string) (n int) {
		seen := map[string]bool{}
		for _, d := range drawn {
			if seen[d] {
				t.Errorf("%s stands for two numbers", d)
			}
			if seen[d] = true; strings.HasPrefix(d, "447700900") {
				n++
			}
		}
		return n
	}
	if n := local(phones(t, "", british(500)...)); n < 495 {
		t.Errorf("%d of 500 numbers stay in their country", n)
	}
	if n := local(phones(t, "", british(501)...)); n != 0 {
		t.Errorf("%d of 501 numbers contend for 1,000", n)
	}
	var taken []string
	for i := range 400 { // somebody entered what is set aside
		taken = append(taken, fmt.Sprintf("+44 7700 900%03d", i))
	}
	for i, drawn := range phones(t, "", append(british(60), taken...)...) {
		if strings.HasPrefix(drawn, "447700900") && drawn < "447700900400" {
			t.Errorf("number %d becomes one that somebody has", i)
		}
	}
}

// TestNewNumbersMoveFew: that more people come changes the numbers of next to nobody, up to the half.
func TestNewNumbersMoveFew(t *testing.T) {
	var real []string
	for i := range 450 {
		real = append(real, fmt.Sprintf("+44 7911 %06d", 7*i))
	}
	before, after := phones(t, "", real[:400]...), phones(t, "", real...)
	moved := 0
	for i := range before {
		if before[i] != after[i] {
			moved++
		}
	}
	t.Logf("50 numbers beside 400 moved %d of them", moved)
	if moved > 40 {
		t.Errorf("50 more numbers moved %d of 400", moved)
	}
}

// TestOneNumberWrittenTwice: with and without its country's code a person's number is one, also where a text writes it
// in a way that no record does.
func TestOneNumberWrittenTwice(t *testing.T) {
	o := options(t, "acme", "users", "employees")
	x := index(t, []Record{
		{Source: "users", ID: "1", First: "Ann", Last: "Ray", Email: "ann@acme.com", Phone: "+33 6 12 34 56 78"},
		{Source: "employees", ID: "7", First: "Ann", Last: "Ray", Email: "ann@acme.com", Phone: "06 12 34 56 78"},
		{Source: "users", ID: "2", First: "Bob", Last: "Roe", Email: "bob@acme.com", Phone: "+33 6 12 34 56 79", Locale: "fr-FR"},
		{Source: "users", ID: "3", First: "Cas", Last: "Sol", Email: "cas@acme.com", Phone: "0712345670", Locale: "fr-FR"},
		{Source: "users", ID: "4", First: "Dee", Last: "Tor", Email: "dee@acme.com", Phone: "+39 347 123 4567"},
	}, o)
	abroad, _ := phoneFor(x, "33612345678")
	if within, ok := phoneFor(x, "0612345678"); !ok || "33"+within[1:] != abroad || within[0] != '0' {
		t.Errorf("one number becomes %s and %s", abroad, within)
	}
	bob, _ := phoneFor(x, "33612345679")
	cas, _ := phoneFor(x, "0712345670")
	for _, c := range []struct{ number, known, want string }{
		{"0612345679", "33612345679", "0" + bob[2:]},
		{"330612345679", "33612345679", "330" + bob[2:]},
		{"33712345670", "0712345670", "33" + cas[1:]},
		{"712345670", "0712345670", cas[1:]},
		{"33712345679", "33612345679", ""}, // another number, though it ends alike
		{"49612345679", "33612345679", ""}, // another country's
		{"3471234567", "393471234567", ""}, // behind 999 there is no way within a country
		{"0612345671", "33612345671", ""},  // nobody's
	} {
		if got, ok := x.PhoneAs([]byte(c.number), []byte(c.known)); got != c.want || ok != (c.want != "") {
			t.Errorf("%s, known as %s: %q, want %q", c.number, c.known, got, c.want)
		}
	}
}
