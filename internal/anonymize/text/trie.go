package text

import "math/bits"

// This room holds the two hash tables of the token trie: folded words to numbers, and (state, word) to state. Both are
// open-addressed with linear probing and at most half full. A look-up compares what it finds; a hash alone proves
// nothing.

const (
	hashSeed  = 0xcbf29ce484222325
	hashPrime = 0x100000001b3 // FNV-1a, byte by byte, so that the hash of a word less its last letter is at hand

	filterBits = 19 // 64 KiB: most words of a text are in no name and end here
	none       = -1
	root       = 0
)

// mix spreads an FNV state over all 64 bits.
func mix(h uint64) uint64 {
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// hashOf hashes folded bytes, unmixed.
func hashOf(b []byte) uint64 {
	h := uint64(hashSeed)
	for _, c := range b {
		h = (h ^ uint64(c)) * hashPrime
	}
	return h
}

// slotsFor returns a power of two that holds n entries at most half full.
func slotsFor(n int) int {
	return 1 << bits.Len(uint(max(n, 8)*2-1))
}

// tokenTable numbers folded words from 0.
type tokenTable struct {
	slots  []int32  // number + 1, 0 is free
	hashes []uint64 // by number, mixed
	ends   []int32  // by number: end of its bytes in arena
	arena  []byte
	filter []uint64
}

func newTokenTable(n int) tokenTable {
	return tokenTable{slots: make([]int32, slotsFor(n)), filter: make([]uint64, 1<<filterBits/64)}
}

// bytesOf returns the folded bytes of a number.
func (t *tokenTable) bytesOf(id int32) []byte {
	start := int32(0)
	if id > 0 {
		start = t.ends[id-1]
	}
	return t.arena[start:t.ends[id]]
}

// add returns the number of a folded word, a new one if it has none.
func (t *tokenTable) add(word []byte) int32 {
	h := mix(hashOf(word))
	if id := t.find(h, word); id >= 0 {
		return id
	}
	id := int32(len(t.hashes))
	t.hashes = append(t.hashes, h)
	t.arena = append(t.arena, word...)
	t.ends = append(t.ends, int32(len(t.arena)))
	if len(t.hashes)*2 > len(t.slots) {
		t.slots = make([]int32, len(t.slots)*2)
		for i := range t.hashes {
			t.place(int32(i))
		}
	} else {
		t.place(id)
	}
	t.filter[h>>(64-filterBits)/64] |= 1 << (h >> (64 - filterBits) % 64)
	return id
}

func (t *tokenTable) place(id int32) {
	mask := uint64(len(t.slots) - 1)
	i := t.hashes[id] & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = id + 1
}

// maybe reports whether a mixed hash can be in the table.
func (t *tokenTable) maybe(h uint64) bool {
	bit := h >> (64 - filterBits)
	return t.filter[bit/64]>>(bit%64)&1 != 0
}

// find returns the number of a folded word, or none.
func (t *tokenTable) find(h uint64, word []byte) int32 {
	if !t.maybe(h) {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; t.slots[i] != 0; i = (i + 1) & mask {
		id := t.slots[i] - 1
		if t.hashes[id] == h && string(t.bytesOf(id)) == string(word) {
			return id
		}
	}
	return none
}

// findASCII is find for a word of ASCII letters and digits as it stands in the text, in any case.
func (t *tokenTable) findASCII(h uint64, word []byte) int32 {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; t.slots[i] != 0; i = (i + 1) & mask {
		id := t.slots[i] - 1
		if t.hashes[id] == h && equalLower(t.bytesOf(id), word) {
			return id
		}
	}
	return none
}

func equalLower(folded, word []byte) bool {
	if len(folded) != len(word) {
		return false
	}
	for i, c := range folded {
		if lower[word[i]] != c {
			return false
		}
	}
	return true
}

// edgeTable maps (state, word) to the next state. State 0 is the root and no edge leads there.
type edgeTable struct {
	keys []uint64
	next []int32 // 0 is free
	n    int
}

func newEdgeTable(n int) edgeTable {
	size := slotsFor(n)
	return edgeTable{keys: make([]uint64, size), next: make([]int32, size)}
}

func edgeKey(state, word int32) uint64 { return uint64(uint32(state))<<32 | uint64(uint32(word)) }

// slot returns the index where a key is or belongs.
func (t *edgeTable) slot(key uint64) uint64 {
	mask := uint64(len(t.keys) - 1)
	i := mix(key^hashSeed) >> 16 & mask
	for t.next[i] != 0 && t.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// get returns the state behind an edge, or none.
func (t *edgeTable) get(state, word int32) int32 {
	if next := t.next[t.slot(edgeKey(state, word))]; next != 0 {
		return next
	}
	return none
}

// put adds an edge that is not there.
func (t *edgeTable) put(state, word, next int32) {
	if (t.n+1)*2 > len(t.keys) {
		old := *t
		*t = newEdgeTable(len(old.keys))
		for i, to := range old.next {
			if to != 0 {
				t.insert(old.keys[i], to)
			}
		}
	}
	t.insert(edgeKey(state, word), next)
}

func (t *edgeTable) insert(key uint64, next int32) {
	i := t.slot(key)
	t.keys[i], t.next[i] = key, next
	t.n++
}
