package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// company makes up people. Given names and surnames are invented and drawn as
// unevenly as in life: few are borne by many. One in fifty has a particle, an
// apostrophe or a hyphen, one in ten a letter with an accent. All have a
// number as id, an address by one of four schemes in one of 40 domains, a
// phone number, and a locale of eight.
type company struct {
	givens, families []string
	domains          []string
	r                *rand.Rand
	given, family    *rand.Zipf
}

func newCompany() *company {
	c := &company{r: rand.New(rand.NewPCG(11, 12))}
	c.givens, c.families = c.words(2_000, 2), c.words(120_000, 3)
	for i := range 40 {
		c.domains = append(c.domains, fmt.Sprintf("%s%d.example.net", strings.ToLower(c.families[i]), i))
	}
	c.given = rand.NewZipf(c.r, 1.05, 20, uint64(len(c.givens)-1))
	c.family = rand.NewZipf(c.r, 1.02, 200, uint64(len(c.families)-1))
	return c
}

// words makes different invented names.
func (c *company) words(n, syllables int) []string {
	parts := strings.Fields("ba ber bur da den dor fal fen gar gil hal han ing jo kar kel la len lin mar mel mo na nor o pe ran ri ros sa sen sil ste ta tor u va vin wal wer ya zel")
	accents := strings.NewReplacer("o", "ö", "e", "é", "a", "á")
	seen := make(map[string]bool, n)
	out := make([]string, 0, n)
	for len(out) < n {
		word := ""
		for range syllables + c.r.IntN(2) {
			word += parts[c.r.IntN(len(parts))]
		}
		if c.r.IntN(10) == 0 {
			word = accents.Replace(word)
		}
		if word = strings.ToUpper(word[:1]) + word[1:]; word[0] < 0x80 && !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}

// record makes up one person.
func (c *company) record(i int) person.Record {
	given, family := c.givens[c.given.Uint64()], c.families[c.family.Uint64()]
	local := [...]string{given + "." + family, given[:1] + family, family + "." + given, given + "_" + family}[c.r.IntN(4)]
	switch c.r.IntN(150) {
	case 0:
		family = "van der " + family
	case 1:
		family = "O'" + family
	case 2:
		given += "-" + c.givens[c.r.IntN(100)]
	}
	return person.Record{Source: "people", ID: strconv.Itoa(i), First: given, Last: family,
		Email: strings.ToLower(local) + strconv.Itoa(i) + "@" + c.domains[c.r.IntN(len(c.domains))],
		Phone: fmt.Sprintf("+49 1%02d %07d", c.r.IntN(80), i), Locale: []string{"de", "en", "fr", "es", "it", "pt", "nl", "pl"}[c.r.IntN(8)]}
}

func (c *company) records(n int) []person.Record {
	out := make([]person.Record, n)
	for i := range out {
		out[i] = c.record(i + 1)
	}
	return out
}

// prose makes texts of size bytes: plain English sentences, with a person's
// full name in every so many words, or without any for 0.
func (c *company) prose(n, size, every int, people []person.Record) [][]byte {
	words := strings.Fields("the candidate joined our team in March and has since led the migration of payroll to a new provider ; reviews were positive , goals for the next quarter include hiring two engineers and improving the onboarding process . Please confirm the contract before Friday so that benefits can start on time")
	out := make([][]byte, n)
	for i := range out {
		var text []byte
		for at := 1; len(text) < size; at++ {
			if every > 0 && at%every == 0 {
				p := people[c.r.IntN(len(people))]
				text = append(append(append(text, p.First...), ' '), p.Last...)
			} else {
				text = append(text, words[c.r.IntN(len(words))]...)
			}
			text = append(text, ' ')
		}
		out[i] = text[:size]
	}
	return out
}

// options are what the indexes are built with.
func options() (person.Options, error) {
	root, err := person.ParseRoot(tenant.NewSecret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
	if err != nil {
		return person.Options{}, err
	}
	names, err := person.NamesVersion("v1")
	if err != nil {
		return person.Options{}, err
	}
	return person.Options{Sources: []string{"people"}, Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com"}, nil
}
