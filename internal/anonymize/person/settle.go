package person

import "encoding/binary"

// claim is one wish for a value that must be unique.
type claim struct {
	person int32
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
	value func(g *generator, c *claim) string
}

func (m method) draw(g *generator, c *claim) {
	var counter [binary.MaxVarintLen64]byte
	c.draw = m.prf(g).Draw([]byte(c.key), binary.AppendUvarint(counter[:0], c.count))
	c.value = m.value(g, c)
}

// settle draws for all claims until no two share a value and none has one that
// is taken.
func (x *Index) settle(claims []claim, keys Keyring, m method, taken func(string) bool) error {
	if err := inPieces(len(claims), keys, func(g *generator, i int) { m.draw(g, &claims[i]) }); err != nil {
		return err
	}
	pending := make([]int, len(claims))
	for i := range pending {
		pending[i] = i
	}
	g := newGenerator(keys)
	owner := make(map[string]int, len(claims))
	moved := make(map[int32]bool)
	for len(pending) > 0 {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		c := &claims[i]
		if c.count > 0 {
			m.draw(g, c)
		}
		if c.count >= allDraws {
			continue
		}
		loser := -1
		if taken(c.value) {
			loser = i
		} else if j, clash := owner[c.value]; !clash {
			owner[c.value] = i
		} else if claims[j].draw <= c.draw {
			loser = i
		} else {
			owner[c.value], loser = i, j
		}
		if loser >= 0 {
			claims[loser].count++
			moved[claims[loser].person] = true
			pending = append(pending, loser)
		}
	}
	x.redrawn += len(moved)
	return nil
}
