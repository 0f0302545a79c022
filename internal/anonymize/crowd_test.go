package anonymize

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// corpusPeople is how many people the measured texts are about.
const corpusPeople = 20_000

// corpusPlan compiles rules over the people of the corpus.
func corpusPlan(t testing.TB, people []corpus.Person) *Plan {
	t.Helper()
	in := input(t, header)
	records := make([]person.Record, len(people))
	for i, p := range people {
		r := person.Record{Source: "users", ID: strconv.Itoa(i), Email: p.Email, Phone: p.Phone, Locale: p.Locale}
		if p.Whole {
			r.Name = p.Full()
		} else {
			r.First, r.Last = p.Given, p.Family
		}
		records[i] = r
	}
	var err error
	if in.People, err = person.Build(records, person.Options{Sources: []string{"users"}, Keys: in.Keys, Names: in.Names, EmailDomain: in.Rules.EmailDomain}); err != nil {
		t.Fatal(err)
	}
	return compile(t, in)
}

// oddNames makes values of rules for names: half of them a given name and a surname, the others with more around them.
func oddNames(people []corpus.Person) func() string {
	r := rand.New(rand.NewPCG(5, 6))
	words := strings.Fields("van de Dr. DR dr Mr Frau Prof. MBA PhD Jr. II III iv née and und & / - , ; (HR) [x] \"Rosie\" 'Bob' unknown None N/A n/a no name nn tbd " +
		"k. A. y et 和 # 4711 1 22 a@b.com R. R O' ß × ÷ ª Ñ Ǆ Ơ ơ İ ı Ĳ ŉ ĸ ſ \u0301 \u200b ① ٣ ー 王 Иван Ω \xff \xc3 e\u0301 Ss ss S s pan Pani Sr jr hr junior Doktor fru Ångström Łódź")
	spellings := corpus.Spellings()
	word := func() string {
		p := &people[r.IntN(len(people))]
		switch r.IntN(8) {
		case 0:
			return words[r.IntN(len(words))]
		case 1, 2, 3:
			return p.Given
		}
		return p.Family
	}
	cased := func(s string) string {
		switch r.IntN(8) {
		case 0:
			return strings.ToUpper(s)
		case 1:
			return strings.ToLower(s)
		}
		return s
	}
	return func() string {
		p := &people[r.IntN(len(people))]
		switch r.IntN(8) {
		case 0, 1:
			return cased(p.Full())
		case 2:
			if s := spellings[r.IntN(len(spellings))].Spell(p); strings.TrimSpace(s) != "" {
				return s
			}
			return p.Full()
		case 3, 4:
			return cased(p.Given) + " " + cased(people[r.IntN(len(people))].Family)
		case 5:
			return cased(word()) + " " + cased(word())
		}
		s := cased(word())
		for range 1 + r.IntN(3) {
			s += []string{" ", " ", " ", "  ", "-", ", ", "'", "", ".", "\u00a0"}[r.IntN(10)] + cased(word())
		}
		return s
	}
}
