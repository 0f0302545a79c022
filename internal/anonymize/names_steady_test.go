//go:build !race

package anonymize

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
)

// renamed is what became of oddNames, and of as many addresses, when these verbs were last changed on purpose.
var renamed = map[string]string{
	"name":            "500aa0b25187fa8c346b3fedb59d4699b75200a51a87f01b7b36be91f2c5eca0",
	"person.name":     "de384aebacf669315d6b24c2af918df63a02aaaf1c8327e46c820f0a33befed5",
	"person.first":    "a10fcf77a46b8c8bce845c9ed4c915ee2b23cb74741d53bd73e5329d41eb39be",
	"person.last":     "20bee65117a7068e8fa3bcc7b959be58e6f06e88f8e1cde4e0aecc94500f3443",
	"person.initials": "9245015fa077cde66c73bc106340c824beb5fd4ed6391ab201427c91e5b93b81",
	"email":           "6838b9f9f67a899f9e29b8563d45509615c69aafb43655d4f82eca20cea9b014",
	"person.email":    "6838b9f9f67a899f9e29b8563d45509615c69aafb43655d4f82eca20cea9b014",
}

// TestNamesStay: not one byte of what becomes of names and addresses has changed, of people who are known and of strangers
// in many scripts, however they are spelled and whatever stands around them.
func TestNamesStay(t *testing.T) {
	people := corpus.People(6_000)
	plan := corpusPlan(t, people[:3_000])
	for _, c := range []struct {
		verb  string
		apply apply
	}{
		{"name", applyName}, {"person.name", applyPersonName}, {"person.first", applyPersonFirst}, {"person.last", applyPersonLast},
		{"person.initials", applyPersonInitials}, {"email", applyEmail}, {"person.email", applyPersonEmail},
	} {
		a, sum, names := plan.New(), sha256.New(), oddNames(people)
		r := rand.New(rand.NewPCG(7, 8))
		for i := range 30_000 {
			v := names()
			if strings.HasSuffix(c.verb, "email") {
				v = people[i%len(people)].Email
				if i >= len(people) {
					v = strings.ReplaceAll(names(), " ", ".") + "@acme.com"
				}
			}
			who := nobody
			if c.verb != "name" && i%3 > 0 {
				who = int32(r.IntN(plan.in.People.Len()))
			}
			if c.verb == "person.email" && i < 3_000 { // her own, which stands for what the rule email writes
				who, _ = plan.in.People.ByID("users", strconv.AppendInt(nil, int64(i), 10))
			}
			out, did, err := c.apply(a, nil, []byte(v), who)
			sum.Write(append(strconv.AppendInt(out, int64(did), 10), '\n'))
			if err != nil {
				sum.Write([]byte(err.Error()))
			}
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != renamed[c.verb] {
			t.Errorf("%s: %s, want %s", c.verb, got, renamed[c.verb])
		}
	}
}
