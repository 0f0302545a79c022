package person

import "encoding/binary"

// claim is one wish for a value that must be unique.
type claim struct {
	person int32
	line   int8   // of localNumbers
	within bool   // real is written as within its country
	key    string // of the draw: the person's id, and what else it depends on
	real   string // the real value it replaces; "" for a person without one
	count  uint64 // draws that were rejected
	draw   uint64
	value  string
}

// claims lists one claim for every real value of every person, and one for a
// person without any. Her first one hangs on her alone.
func (x *Index) claims(of func(p *Person) []string) []claim {
	n := 0
	for i := range x.people {
		n += max(len(of(&x.people[i])), 1)
	}
	out := make([]claim, 0, n)
	for i := range x.people {
		p := &x.people[i]
		values := of(p)
		if len(values) == 0 {
			out = append(out, claim{person: int32(i), key: p.ID})
		}
		for place, value := range values {
			key := p.ID
			if place > 0 {
				key += "\x00" + value
			}
			out = append(out, claim{person: int32(i), key: key, real: value})
		}
	}
	return out
}

// How often a claim is drawn in its usual shape before a roomier one is tried,
// and after how many draws it shares its value with another: a format of few
// digits can be exhausted, and then phones repeat as real ones do.
const (
	usualDraws = 16
	allDraws   = 256
)

// method is how one kind of claim is drawn: a claim's count gives its draw,
// and that its value.
type method struct {
	prf   func(g *generator) *PRF
	value func(dst []byte, g *generator, c *claim) []byte
}

func (m method) draw(g *generator, c *claim) {
	var counter [binary.MaxVarintLen64]byte
	c.draw = m.prf(g).Draw([]byte(c.key), binary.AppendUvarint(counter[:0], c.count))
	g.small = m.value(g.small[:0], g, c)
	c.value = g.room.Keep(g.small)
}

// settle draws for all claims until no two share a value and none has one that
// is taken. It returns how many people needed more than their first draw.
func settle(claims []claim, keys Keyring, m method, taken func(c *claim) bool) (moved int, err error) {
	if err := inPieces(len(claims), keys, func(g *generator, i int) { m.draw(g, &claims[i]) }); err != nil {
		return 0, err
	}
	g := newGenerator(keys)
	owners := newSeen(len(claims))
	losers := make(map[int32]bool)
	for last := len(claims) - 1; last >= 0; last-- {
		for i := last; i >= 0 && claims[i].count < allDraws; {
			c := &claims[i]
			if c.count > 0 {
				m.draw(g, c)
			}
			if i = outdone(owners, claims, i, taken); i >= 0 {
				claims[i].count++
				losers[claims[i].person] = true
			}
		}
	}
	return len(losers), nil
}

// outdone enters a claim among the owners of values and returns which one has
// to draw again: it, or the one that had its value, or -1.
func outdone(owners *seen, claims []claim, i int, taken func(c *claim) bool) int {
	c := &claims[i]
	if taken(c) {
		return i
	}
	s := owners.find(c.value, func(n int) bool { return claims[n].value == c.value })
	j, clash := s.number()
	if clash && claims[j].draw <= c.draw {
		return i
	}
	if s.enter(i); clash {
		return j
	}
	return -1
}
