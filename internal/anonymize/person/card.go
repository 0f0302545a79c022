package person

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
	b := x.arena.String()[x.cards[n]:]
	c.Given, b = cutPart(b)
	c.Family, b = cutPart(b)
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

// dialled stands in front of every number that a person has; her digits are
// what comes behind it.
const dialled = "+"

// writeCards puts everything that was drawn for a person into one place of the
// arena, in the order of a card, and lets her own strings lie in it, too. What
// stands for a real value is found there through the tables; a value that two
// people share is its first owner's.
func (x *Index) writeCards(emails, phones []string) {
	owners := [...]*table{x.emails, x.phones}
	x.arena = x.newCardArena(emails, phones)
	x.emails, x.phones = newTable(owners[0].n, x.arena), newTable(owners[1].n, x.arena)
	x.cards = make([]uint32, len(x.people))
	for n := range x.people {
		p := &x.people[n]
		x.cards[n] = uint32(x.arena.Len())
		x.arena.part(p.Given)
		x.arena.part(p.Family)
		email := pairs{table: x.emails, owners: owners[0], who: int32(n), real: p.Real.Emails, drawn: emails[:max(len(p.Real.Emails), 1)]}
		phone := pairs{table: x.phones, owners: owners[1], who: int32(n), real: p.Real.Phones, drawn: phones[:max(len(p.Real.Phones), 1)]}
		emails, phones = emails[len(email.drawn):], phones[len(phone.drawn):]
		email.first()
		phone.first()
		email.further()
		phone.further()
	}
	x.settleStrings()
}

// newCardArena has room for all that writeCards writes.
func (x *Index) newCardArena(drawn ...[]string) *arena {
	const around = 1 + 4 + 1 // an entry's lengths and person
	size := 0
	for n := range x.people {
		p := &x.people[n]
		size += len(p.Given) + len(p.Family) + 2
		for _, real := range [...][]string{p.Real.Emails, p.Real.Phones} {
			for _, value := range real {
				size += len(value)
			}
		}
	}
	for _, values := range drawn {
		for _, value := range values {
			size += len(value) + around
		}
	}
	a := &arena{}
	a.Grow(size)
	return a
}

// pairs are a person's real values of one kind, and what was drawn for each,
// or for her if she has none.
type pairs struct {
	table, owners *table
	who           int32
	real, drawn   []string
}

// first writes the pair of a card: without a real value where there is none of
// hers.
func (p *pairs) first() {
	real := ""
	if len(p.real) > 0 && p.owned(p.real[0]) {
		real = p.real[0]
	}
	at := p.table.arena.entry(real, p.who, p.drawn[0])
	if real != "" {
		p.table.put(real, at)
	}
}

func (p *pairs) further() {
	for i, real := range p.real {
		if i > 0 && p.owned(real) {
			p.table.add(real, p.who, p.drawn[i])
		}
	}
}

func (p *pairs) owned(real string) bool {
	who, ok := p.owners.owner(real)
	return ok && who == p.who
}

// settleStrings makes the strings of all people pieces of the arena, once it no longer
// moves.
func (x *Index) settleStrings() {
	all := x.arena.String()
	for n := range x.people {
		p := &x.people[n]
		b := all[x.cards[n]:]
		var real string
		p.Given, b = cutPart(b)
		p.Family, b = cutPart(b)
		if real, _, p.Email, b = cutEntry(b); real != "" {
			p.Real.Emails[0] = real
		}
		if real, _, p.Phone, _ = cutEntry(b); real != "" {
			p.Real.Phones[0] = real
		}
	}
}
