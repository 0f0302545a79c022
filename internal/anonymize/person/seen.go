package person

import "hash/maphash"

// seen finds which of numbered things bears a key, where the things hold the
// keys themselves: eight bytes a key, where a map of strings takes forty. A
// look-up compares the key, and the seed is one of the process, as in a table.
type seen struct {
	slots []tableSlot // open addressing, at most two thirds full; at is one more than the number
	seed  maphash.Seed
}

// newSeen has room for n keys.
func newSeen(n int) *seen {
	return &seen{slots: make([]tableSlot, slotsFor(n)), seed: maphash.MakeSeed()}
}

// find returns the slot of a key: the one that holds it, which is tells of a
// number, or a free one where enter puts it.
func (t *seen) find(key string, is func(n int) bool) *tableSlot {
	h := maphash.String(t.seed, key)
	half, mask := uint32(h>>32), uint64(len(t.slots)-1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.at == 0 {
			s.hash = half
			return s
		}
		if s.hash == half && is(int(s.at-1)) {
			return s
		}
	}
}

// enter makes a number the one of the slot's key.
func (s *tableSlot) enter(n int) { s.at = uint32(n) + 1 }

// number returns the slot's number; ok is false for a free one.
func (s *tableSlot) number() (n int, ok bool) { return int(s.at) - 1, s.at != 0 }
