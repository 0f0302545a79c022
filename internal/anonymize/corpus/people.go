package corpus

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Person is one of the people that texts mention.
type Person struct {
	ID            int
	Locale        string // a language tag: de
	Given, Family string
	Email         string
	Phone         string // as it is recorded, with the country's code
	Word          bool   // both names are words, too: Will Grant
	Whole         bool   // only the whole name is recorded, not its parts

	l              *locale
	country, trunk string // the country's code, and what is dialled before a number within the country
	number         string // what follows the code
}

// Full returns the name as it is recorded: in the order and with the blanks
// of its language.
func (p *Person) Full() string {
	switch {
	case p.l.glued:
		return p.Family + p.Given
	case p.l.familyFirst:
		return p.Family + " " + p.Given
	}
	return p.Given + " " + p.Family
}

// People returns the first n people; two may have the same name, as people do.
func People(n int) []Person {
	d, people := dice(1), make([]Person, n)
	tables := make([]tables, len(locales))
	for i := range locales {
		tables[i] = tablesOf(&locales[i])
	}
	for i := range people {
		people[i] = tables[i%len(tables)].person(&d, i)
	}
	return people
}

// tables are a locale's names, split.
type tables struct {
	l                                             *locale
	given, families, whole, givenWords, wordNames []string
}

func tablesOf(l *locale) tables {
	t := tables{l: l, given: list(l.given), whole: list(l.whole), givenWords: list(l.givenWords), wordNames: list(l.familyWords)}
	for _, head := range list(l.heads) {
		for _, tail := range list(l.tails) {
			t.families = append(t.families, head+tail)
		}
	}
	return t
}

// person makes one: of twenty, one whose given name and two whose family name
// is a word.
func (t *tables) person(d *dice, id int) Person {
	p := Person{ID: id, Locale: t.l.tag, l: t.l, Given: of(d, t.given), Family: of(d, t.whole)}
	if len(t.families) > 0 && !d.oneIn(8) {
		p.Family = of(d, t.families)
	}
	if words := 0; len(t.wordNames) > 0 {
		if d.oneIn(20) {
			p.Given, words = of(d, t.givenWords), 1
		}
		if d.oneIn(10) {
			p.Family, p.Word = of(d, t.wordNames), words == 1
		}
	}
	if len(t.families) > 0 && d.oneIn(25) { // by marriage
		p.Family += "-" + of(d, t.families)
	}
	p.Whole = d.oneIn(5)
	p.Email = p.address(d)
	p.country, p.trunk = t.l.country, t.l.trunk
	p.number = fmt.Sprintf("%d%02d%06d", 1+d.below(8), d.below(100), id*7%1_000_000) // of nine digits, her own
	if t.l.tag == "en" && d.oneIn(2) {                                               // across the ocean, of ten
		p.country, p.trunk, p.number = "1", "", fmt.Sprintf("%d%02d%d%06d", 2+d.below(8), d.below(100), 2+d.below(8), id*7%1_000_000)
	}
	p.Phone = "+" + p.country + " " + p.number[:3] + " " + p.number[3:]
	return p
}

// domains are where the people have their addresses.
var domains = []string{"acme-corp.com", "mail.acme-corp.com", "kovač-söhne.de", "example-hr.co.uk", "beispiel.de", "ejemplo.es", "例子.cn"}

// address makes an address from a name, with a number where it is not the
// first of its kind.
func (p *Person) address(d *dice) string {
	given, family := ascii(p.Given), ascii(p.Family)
	local := ""
	switch {
	case given == "" || family == "":
		local = "hr"
	case d.oneIn(4):
		local = given[:1] + family
	default:
		local = given + of(d, []string{".", "_", "-"}) + family
	}
	return fmt.Sprintf("%s%d@%s", local, p.ID, of(d, domains))
}

// ascii leaves the plain letters of a name, in lower case.
func ascii(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFD.String(Bare(name))))
}
