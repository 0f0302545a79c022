package person

import (
	"fmt"
	"strings"
	"testing"
)

// A card says what the index says: the first e-mail and phone that are hers,
// and what stands for them; nothing where she has none, or another's.
func TestCardsAgreeWithTheIndex(t *testing.T) {
	var records []Record
	for i := range 60 {
		r := Record{Source: "users", ID: fmt.Sprint(i + 1), First: "Ann", Last: "Fox"}
		if i%4 != 0 {
			r.Email = fmt.Sprintf("ann%d@%s.com", i, strings.Repeat("long", i)) // entries whose lengths take two bytes, too
		}
		if i%3 != 0 {
			r.Phone = fmt.Sprintf("+49 170 12345%02d", i/6) // the first one's of those who share it
		}
		records = append(records, r)
		if i%5 == 0 {
			records = append(records, Record{Source: "users", ID: r.ID, First: "Ann", Last: "Fox", Email: fmt.Sprintf("other%d@acme.com", i), Phone: fmt.Sprintf("+33 6 123456%02d", i)})
		}
	}
	records = append(records, Record{Source: "users", ID: "100", Name: "Nguyễn Văn An", Locale: "vi"})
	x := index(t, records, options(t, "acme", "users"))
	for n := range int32(x.Len()) {
		p := x.At(n)
		want := Card{Given: p.Given, Family: p.Family}
		if len(p.Real.Emails) > 0 {
			if who, _ := x.ByEmail([]byte(p.Real.Emails[0])); who == n {
				want.RealEmail = p.Real.Emails[0]
				want.Email, _ = x.EmailFor([]byte(want.RealEmail))
			}
		}
		if len(p.Real.Phones) > 0 {
			if who, _ := x.ByPhone([]byte(p.Real.Phones[0])); who == n {
				want.RealPhone = p.Real.Phones[0]
				want.Phone, _ = x.PhoneFor([]byte(want.RealPhone))
			}
		}
		if given, family, first := x.Name(n); given != p.Given || family != p.Family || first != p.FamilyFirst {
			t.Errorf("person %d has another name", n)
		}
		if got := x.Card(n); got != want {
			t.Errorf("person %d has another card", n)
		}
		for _, real := range p.Real.Emails {
			if who, ok := x.ByEmail([]byte(real)); !ok || x.At(who) != p {
				t.Errorf("person %d is not found by an address", n)
			}
		}
		if p.Email == "" || !strings.HasPrefix(p.Phone, "+") || len(p.Phone) < 2 {
			t.Errorf("person %d has no address or number", n)
		}
	}
}
