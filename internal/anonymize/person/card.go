package person

import (
	"strings"
	"unicode/utf8"
)

// Card is what the verbs of a row need of its person, side by side in memory:
// a row's person.* columns cost one look-up.
type Card struct {
	Given, Family string

	// The first-ranked e-mail and phone in normal form, and what stands for
	// them: the address, and the digits. Empty where she has none, or where the
	// value counts as another person's.
	RealEmail, Email string
	RealPhone, Phone string
}

// Card returns a person's card, 0 ≤ n < Len.
func (x *Index) Card(n int32) Card {
	var c Card
	given, family, _, b := cutName(x.arena.String()[x.cards[n]:])
	c.Given, c.Family = given, family
	c.RealEmail, _, c.Email, b = cutEntry(b)
	c.RealPhone, _, c.Phone, _ = cutEntry(b)
	if c.RealEmail == "" {
		c.Email = ""
	}
	if c.RealPhone == "" {
		c.Phone = dialled
	}
	c.Phone = c.Phone[len(dialled):]
	return c
}

// Name returns a pseudonym's names, and whether the family name stands first:
// what At holds too, nearer at hand.
func (x *Index) Name(n int32) (given, family string, familyFirst bool) {
	given, family, familyFirst, _ = cutName(x.arena.String()[x.cards[n]:])
	return given, family, familyFirst
}

// name appends a name and lets the person's own be that.
func (a *arena) name(p *Person) {
	a.number(uint(len(p.Given))<<1 | uint(btoi(p.FamilyFirst)))
	a.number(uint(len(p.Family)))
	start := a.Len()
	a.WriteString(p.Given)
	a.WriteString(p.Family)
	both := a.String()[start:]
	p.Given, p.Family = both[:len(p.Given)], both[len(p.Given):]
}

// cutName cuts off what name appended.
func cutName(s string) (given, family string, familyFirst bool, rest string) {
	g, s := cutNumber(s)
	f, s := cutNumber(s)
	familyFirst, g = g&1 != 0, g>>1
	return s[:g], s[g : g+f], familyFirst, s[g+f:]
}

// dialled stands in front of every number that a person has; her digits are
// what comes behind it.
const dialled = "+"

// writeCards puts everything that was drawn for a person into one place of the
// arena, in the order of a card, and lets her own strings lie in it, too. What
// stands for a real value is found there through the tables; a value that two
// people share is its first owner's.
func (x *Index) writeCards(emails, phones []claim) {
	x.arena = x.newCardArena(emails, phones)
	x.emails, x.phones = newTable(len(emails), x.arena), newTable(len(phones), x.arena)
	x.cards = make([]uint32, len(x.people))
	for n := range x.people {
		p := &x.people[n]
		x.cards[n] = uint32(x.arena.Len())
		x.arena.name(p)
		email := pairs{table: x.emails, real: p.Real.Emails, drawn: emails[:max(len(p.Real.Emails), 1)], longest: &x.longest.email}
		phone := pairs{table: x.phones, real: p.Real.Phones, drawn: phones[:max(len(p.Real.Phones), 1)], lead: dialled, longest: new(int)}
		emails, phones = emails[len(email.drawn):], phones[len(phone.drawn):]
		p.Email, p.Phone = email.first(), phone.first()
		email.further()
		phone.further()
		x.longest.names(p)
	}
}

// names takes a person's name into account.
func (l *longest) names(p *Person) {
	g, f := utf8.RuneCountInString(p.Given), utf8.RuneCountInString(p.Family)
	l.given, l.family, l.full = max(l.given, g), max(l.family, f), max(l.full, g+1+f)
}

// newCardArena has room for all that writeCards writes, so that it never moves
// and what is written can be pieces of it.
func (x *Index) newCardArena(drawn ...[]claim) *arena {
	const around = 2 + 4 + 2 // an entry's lengths and person
	size := 0
	for n := range x.people {
		size += len(x.people[n].Given) + len(x.people[n].Family) + 2*2
	}
	for _, claims := range drawn {
		for i := range claims {
			size += len(claims[i].real) + len(dialled) + len(claims[i].value) + around
		}
	}
	a := &arena{}
	a.Grow(size)
	return a
}

// pairs are a person's real values of one kind, and what was drawn for each,
// or for her if she has none.
type pairs struct {
	table   *table
	real    []string
	drawn   []claim
	lead    string // in front of what was drawn
	longest *int   // of what was drawn, in characters
}

// first writes the pair of a card, without a real value where there is none of
// hers, and returns what was drawn.
func (p *pairs) first() (drawn string) {
	c := &p.drawn[0]
	real, slot, free := c.real, 0, false
	if len(p.real) > 0 {
		if slot, free = p.table.vacant(real); !free { // another's
			p.real[0], real = strings.Clone(real), ""
		}
	}
	at, real, drawn := p.table.arena.entry(real, c.person, p.lead, c.value)
	if free {
		p.table.take(slot, at)
		p.real[0] = real
	}
	*p.longest = max(*p.longest, utf8.RuneCountInString(drawn))
	return drawn
}

// further writes the pairs behind the first, of which others' are left out.
func (p *pairs) further() {
	for i := 1; i < len(p.real); i++ {
		c := &p.drawn[i]
		slot, free := p.table.vacant(c.real)
		if !free {
			p.real[i] = strings.Clone(c.real)
			continue
		}
		at, real, drawn := p.table.arena.entry(c.real, c.person, p.lead, c.value)
		p.table.take(slot, at)
		p.real[i] = real
		*p.longest = max(*p.longest, utf8.RuneCountInString(drawn))
	}
}
