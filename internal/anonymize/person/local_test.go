package person

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// An address is made by the scheme of the real one.
func TestAddressesKeepTheirScheme(t *testing.T) {
	for _, tc := range []struct{ name, local, want string }{
		{"Jane Doe", "jane.doe", `^G\.F$`},
		{"Jane Doe", "doe_jane", `^F_G$`},
		{"Jane Doe", "jdoe", `^gF$`},
		{"Jane Doe", "doej", `^Fg$`},
		{"Jane Doe", "j.doe", `^g\.F$`},
		{"Jane Doe", "janed", `^Gf\.[a-z2-9]{4}$`},
		{"Jane Doe", "janedoe", `^GF$`},
		{"Jane Doe", "jane", `^G\.[a-z2-9]{4}$`},
		{"Jane Doe", "jane.doe42", `^G\.F[1-9][1-9]$`},
		{"Jane Doe", "jane.doe+news", `^G\.F\+[a-z2-9]{4}$`},
		{"Jörg Möller", "joerg.moeller", `^G\.F$`},
		{"Jörg Möller", "jorg.moller", `^G\.F$`},
		{"Jan van der Berg", "jan.vanderberg", `^G\.F$`},
		{"Jan van der Berg", "jan.berg", `^G\.F$`},
		{"Anna Maria Schulz", "anna.schulz", `^G\.F$`},
		{"Ann O'Neill", "ann.oneill", `^G\.F$`},
		{"Jane Doe", "info", `^G\.F\.[a-z2-9]{4}$`},
		{"Jane Doe", "jd", `^G\.F\.[a-z2-9]{4}$`},
		{"Jane Doe", "jane.smith", `^G\.F\.[a-z2-9]{4}$`},
		{"Jane Doe", "jane.doe123456", `^G\.F\.[a-z2-9]{4}$`},
	} {
		x := index(t, []Record{{Source: "users", ID: "1", Name: tc.name, Email: tc.local + "@acme.com"}}, options(t, "acme", "users"))
		p := x.At(0)
		local, _, _ := strings.Cut(p.Email, "@")
		given, family := string(appendPlain(nil, p.Given)), string(appendPlain(nil, p.Family))
		want := strings.NewReplacer("G", given, "F", family, "g", given[:1], "f", family[:1]).Replace(tc.want)
		if !regexp.MustCompile(want).MatchString(local) {
			t.Errorf("%s <%s> became %s <%s>, want %s", tc.name, tc.local, p.Full(), local, want)
		}
	}
}

// Where a scheme gives many the same address each still has her own, and who
// joins takes it from hardly anybody.
func TestSchemesThatClash(t *testing.T) {
	records := make([]Record, 11000)
	for i := range records { // thousands of given names, for which the table has a few hundred
		first := fmt.Sprintf("Jane%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
		records[i] = Record{Source: "users", ID: fmt.Sprint(i), First: first, Last: first + "son", Email: strings.ToLower(first) + "@acme.com"}
		if i%2 == 0 {
			records[i].Email = strings.ToLower(first[:1]+first) + "son@acme.com"
		}
	}
	few := index(t, append([]Record(nil), records[:10000]...), options(t, "acme", "users"))
	all := index(t, append([]Record(nil), records...), options(t, "acme", "users"))
	emails, changed := make(map[string]bool), 0
	for n := range int32(all.Len()) {
		emails[all.At(n).Email] = true
	}
	if len(emails) != len(records) {
		t.Errorf("%d addresses for %d people", len(emails), len(records))
	}
	for n := range int32(few.Len()) {
		q, _ := all.ByID("users", []byte(strings.TrimPrefix(few.At(n).ID, "users:")))
		if few.At(n).Email != all.At(q).Email {
			changed++
		}
	}
	if changed > 3 { // two who draw the same surname
		t.Errorf("%d of 10,000 addresses changed when 1,000 people joined", changed)
	}
}
