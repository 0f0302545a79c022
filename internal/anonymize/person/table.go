package person

import (
	"encoding/binary"
	"hash/maphash"
	"strings"
)

// table maps the normal forms of one kind (ids, e-mails, phones) to the person
// who has them and to what stands for them. Everything about one key lies side
// by side in an arena, so that a look-up of a random person costs two cache
// misses, and there is one allocation for all of them: a map of strings costs
// five misses and three times the memory. Tables may share an arena.
//
// A look-up compares the key; a hash alone proves nothing. The seed is one of
// the process: no result depends on it.
type table struct {
	slots []tableSlot // open addressing, at most two thirds full
	arena *arena
	n     int
	seed  maphash.Seed
}

// tableSlot is a half of the hash and one more than the entry's place in the
// arena; a place of 0 is free.
type tableSlot struct{ hash, at uint32 }

// arena holds strings one behind the other, for ever: pieces of it are strings
// that cost no memory of their own.
type arena struct{ strings.Builder }

// Lengths stand in front of what they are of, two at a time, so that one cache
// line tells where everything is.

// entry appends a key, whose it is, and what stands for it, in two pieces. It
// returns where, and both as they lie there.
func (a *arena) entry(key string, who int32, lead, value string) (at int, k, v string) {
	at = a.Len()
	a.number(uint(len(key)))
	a.number(uint(len(lead) + len(value)))
	var b [whoSize]byte
	binary.LittleEndian.PutUint32(b[:], uint32(who))
	a.Write(b[:])
	start := a.Len()
	a.WriteString(key)
	a.WriteString(lead)
	a.WriteString(value)
	s := a.String()[start:]
	return at, s[:len(key)], s[len(key):]
}

// whoSize is how many bytes the number of a person takes.
const whoSize = 4

// number appends a length, seven bits a byte.
func (a *arena) number(n uint) {
	for ; n >= 0x80; n >>= 7 {
		a.WriteByte(byte(n) | 0x80)
	}
	a.WriteByte(byte(n))
}

// cutNumber cuts off what number appended.
func cutNumber(s string) (n uint, rest string) {
	if s[0] < 0x80 {
		return uint(s[0]), s[1:]
	}
	for i, shift := 0, uint(0); ; i, shift = i+1, shift+7 {
		c := s[i]
		if n |= uint(c&0x7f) << shift; c < 0x80 {
			return n, s[i+1:]
		}
	}
}

// cutEntry cuts off what entry appended.
func cutEntry(s string) (key string, who int32, value, rest string) {
	k, s := cutNumber(s)
	v, s := cutNumber(s)
	who = int32(uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)
	s = s[whoSize:]
	return s[:k], who, s[k : k+v], s[k+v:]
}

// cutKey returns the key of an entry.
func cutKey(s string) string {
	k, s := cutNumber(s)
	_, s = cutNumber(s)
	return s[whoSize : whoSize+k]
}

// newTable has room for n keys; their entries go to an arena.
func newTable(n int, a *arena) *table {
	return &table{slots: make([]tableSlot, slotsFor(n)), arena: a, seed: maphash.MakeSeed()}
}

// slotsFor returns a power of two that n keys fill to two thirds at most.
func slotsFor(n int) int {
	slots := 8
	for slots*2 < n*3 {
		slots *= 2
	}
	return slots
}

// add enters a key that is not there yet; one that is keeps its first entry,
// and add reports false.
func (t *table) add(key string, who int32, value string) bool {
	s := t.vacant(key)
	if s != nil {
		at, _, _ := t.arena.entry(key, who, "", value)
		t.take(s, at)
	}
	return s != nil
}

// take makes a vacant slot the one of the entry at a place of the arena.
func (t *table) take(s *tableSlot, at int) {
	s.at = uint32(at) + 1
	t.n++
}

// vacant returns the slot for a new key, its hash filled in; nil if the key is
// there.
func (t *table) vacant(key string) *tableSlot {
	if (t.n+1)*3 > len(t.slots)*2 {
		t.grow()
	}
	h := maphash.String(t.seed, key)
	s := &t.slots[t.find(h, key)]
	if s.at != 0 {
		return nil
	}
	s.hash = uint32(h >> 32)
	return s
}

// find returns the slot that holds a key, or the free one where it belongs.
func (t *table) find(h uint64, key string) uint64 {
	entries := t.arena.String()
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.at == 0 {
			return i
		}
		if s.hash == uint32(h>>32) {
			if cutKey(entries[s.at-1:]) == key {
				return i
			}
		}
	}
}

// grow doubles the slots.
func (t *table) grow() {
	old := t.slots
	t.slots = make([]tableSlot, 2*len(old))
	for _, s := range old {
		if s.at == 0 {
			continue
		}
		key := cutKey(t.arena.String()[s.at-1:])
		t.slots[t.find(maphash.String(t.seed, key), key)] = s
	}
}

// get returns whose a key is and what stands for it.
func (t *table) get(key []byte) (who int32, value string, ok bool) {
	entries := t.arena.String()
	h := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.at == 0 {
			return 0, "", false
		}
		if s.hash != uint32(h>>32) {
			continue
		}
		if k, who, value, _ := cutEntry(entries[s.at-1:]); k == string(key) {
			return who, value, true
		}
	}
}

// newArena has room for n entries of about size bytes, values included.
func newArena(n, size int) *arena {
	a := &arena{}
	a.Grow(n * (size + 6))
	return a
}
