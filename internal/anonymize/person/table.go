package person

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
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
	tags  []byte   // by slot: seven bits of the hash and one more; 0 is free
	at    []uint32 // by slot: the entry's place in the arena
	arena *arena
	n     int
	seed  maphash.Seed
}

// Slots are looked at by groups: the tags of one are a number. A hash tells in
// which group its key lies, or in which of those behind it, if that one is
// full. So what a look-up asks of most keys is a byte each and lies in a near
// cache, and which of a group to compare takes no branch that is hard to
// foresee: the processor goes on to the next look-up while it waits for this
// one's entry.
const group = 8

const (
	ones  = 0x0101010101010101 // a bit of each tag
	highs = 0x8080808080808080 // the one that says that it is none of a free slot
)

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
	size := group
	for size*mostFull < n*16 {
		size *= 2
	}
	return &table{tags: make([]byte, size), at: make([]uint32, size), arena: a, seed: maphash.MakeSeed()}
}

// mostFull is how many of 16 slots are used at most.
const mostFull = 13

// add enters a key that is not there yet; one that is keeps its first entry,
// and add reports false.
func (t *table) add(key string, who int32, value string) bool {
	s, free := t.vacant(key)
	if free {
		at, _, _ := t.arena.entry(key, who, "", value)
		t.take(s, at)
	}
	return free
}

// take makes a vacant slot the one of the entry at a place of the arena.
func (t *table) take(slot, at int) {
	t.at[slot] = uint32(at)
	t.n++
}

// vacant takes a slot for a new key; free is false if the key is there. take
// comes next.
func (t *table) vacant(key string) (slot int, free bool) {
	if (t.n+1)*16 > len(t.tags)*mostFull {
		t.grow()
	}
	h := maphash.String(t.seed, key)
	slot = t.find(h, key)
	if free = t.tags[slot] == 0; free {
		t.tags[slot] = tagOf(h)
	}
	return slot, free
}

// tagOf and first are what a hash says: a key's tag, and its group's first slot.
func tagOf(h uint64) byte { return byte(h>>57) | 0x80 }

func (t *table) first(h uint64) int { return int(h*group) & (len(t.tags) - 1) }

// find returns the slot that holds a key, or the free one where it belongs.
func (t *table) find(h uint64, key string) int {
	tag := tagOf(h)
	for i := t.first(h); ; i = (i + group) & (len(t.tags) - 1) {
		held := binary.LittleEndian.Uint64(t.tags[i:])
		for same := equal(held, tag); same != 0; same &= same - 1 {
			if slot := i + bits.TrailingZeros64(same)/8; t.tags[slot] == tag && t.keyAt(slot) == key {
				return slot
			}
		}
		if free := highs &^ held; free != 0 {
			return i + bits.TrailingZeros64(free)/8
		}
	}
}

// equal marks the tags of a group that are tag, and now and then the one behind
// such a one.
func equal(held uint64, tag byte) uint64 {
	other := held ^ uint64(tag)*ones // 0 where they are the same
	return (other - ones) &^ other & highs
}

// keyAt returns the key of a slot.
func (t *table) keyAt(slot int) string { return cutKey(t.arena.String()[t.at[slot]:]) }

// grow doubles the slots.
func (t *table) grow() {
	old := *t
	t.tags, t.at = make([]byte, 2*len(old.tags)), make([]uint32, 2*len(old.tags))
	for i := range old.tags {
		if old.tags[i] == 0 {
			continue
		}
		key := old.keyAt(i)
		h := maphash.String(t.seed, key)
		slot := t.find(h, key)
		t.tags[slot], t.at[slot] = tagOf(h), old.at[i]
	}
}

// get returns whose a key is and what stands for it.
func (t *table) get(key []byte) (who int32, value string, ok bool) {
	entries := t.arena.String()
	h := maphash.Bytes(t.seed, key)
	tag := tagOf(h)
	for i := t.first(h); ; i = (i + group) & (len(t.tags) - 1) {
		held := binary.LittleEndian.Uint64(t.tags[i:])
		for same := equal(held, tag); same != 0; same &= same - 1 {
			k, who, value, _ := cutEntry(entries[t.at[i+bits.TrailingZeros64(same)/8]:])
			if len(key) == len(k) && string(key) == k {
				return who, value, true
			}
		}
		if held&highs != highs {
			return 0, "", false
		}
	}
}

// newArena has room for n entries of about size bytes, values included.
func newArena(n, size int) *arena {
	a := &arena{}
	a.Grow(n * (size + 6))
	return a
}
