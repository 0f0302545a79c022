package person

import "hash/maphash"

// seen finds which of numbered things bears a key, where the things hold the
// keys themselves: eight bytes a key, where a map of strings takes forty. A
// look-up compares the key, and the seed is one of the process, as in a table.
type seen struct {
	slots []seenSlot // open addressing, at most two thirds full
	seed  maphash.Seed
}

// seenSlot is a half of the hash and one more than the number; 0 is free.
type seenSlot struct{ hash, at uint32 }

// slotsFor returns a power of two that n keys fill to two thirds at most.
func slotsFor(n int) int {
	slots := 8
	for slots*2 < n*3 {
		slots *= 2
	}
	return slots
}

// newSeen has room for n keys.
func newSeen(n int) *seen {
	return &seen{slots: make([]seenSlot, slotsFor(n)), seed: maphash.MakeSeed()}
}

// find returns the slot of a key: the one that holds it, which is tells of a
// number, or a free one where enter puts it.
func (t *seen) find(key string, is func(n int) bool) *seenSlot {
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
func (s *seenSlot) enter(n int) { s.at = uint32(n) + 1 }

// number returns the slot's number; ok is false for a free one.
func (s *seenSlot) number() (n int, ok bool) { return int(s.at) - 1, s.at != 0 }
