package person

import "encoding/binary"

// Card is what the verbs of a row need of its person, side by side in memory:
// a row's person.* columns cost one look-up. The bytes are the index's own and
// must not be changed.
type Card struct {
	Given, Family []byte

	// The first-ranked e-mail and phone in normal form, and what stands for
	// them: the address, and the digits. Empty where she has none, or where the
	// value counts as another person's.
	RealEmail, Email []byte
	RealPhone, Phone []byte
}

// cards holds the cards of all people, one after the other.
type cards struct {
	arena []byte
	at    []uint32 // by person
}

// Card returns a person's card, 0 ≤ n < Len.
func (x *Index) Card(n int32) Card {
	b := x.cards.arena[x.cards.at[n]:]
	var c Card
	for _, part := range [...]*[]byte{&c.Given, &c.Family, &c.RealEmail, &c.Email, &c.RealPhone, &c.Phone} {
		size, rest := cutLength(b)
		*part, b = rest[:size:size], rest[size:]
	}
	return c
}

// writeCards makes the cards, when everything has been drawn.
func (x *Index) writeCards() {
	x.cards = cards{arena: make([]byte, 0, 120*len(x.people)), at: make([]uint32, len(x.people))}
	for n := range x.people {
		p := &x.people[n]
		x.cards.at[n] = uint32(len(x.cards.arena))
		x.cards.add([]byte(p.Given))
		x.cards.add([]byte(p.Family))
		x.cards.addPair(x.emails, int32(n), p.Real.Emails)
		x.cards.addPair(x.phones, int32(n), p.Real.Phones)
	}
}

func (c *cards) add(part []byte) {
	c.arena = append(binary.AppendUvarint(c.arena, uint64(len(part))), part...)
}

// addPair adds the first of a person's real values and what stands for it.
func (c *cards) addPair(t *table, n int32, real []string) {
	if len(real) > 0 {
		if who, value, ok := t.get([]byte(real[0])); ok && who == n {
			c.add([]byte(real[0]))
			c.add(value)
			return
		}
	}
	c.add(nil)
	c.add(nil)
}
