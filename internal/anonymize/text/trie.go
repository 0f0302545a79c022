package text

import "math/bits"

// This room holds the two hash tables of the token trie: folded words to numbers, and, while it is built, (state, word) to
// state. Both are open-addressed with linear probing and at most half full. A look-up compares what it finds; a hash alone
// proves nothing.

const (
	mostFilter = 14 // bits of a place in the filter: 128 KiB
	none       = -1
	root       = 0
)

// slotsFor returns a power of two that holds n entries at most half full.
func slotsFor(n int) int {
	return 1 << bits.Len(uint(max(n, 8)*2-1))
}

// tokenTable numbers folded words from 0.
type tokenTable struct {
	slots []tokenSlot
	shift uint    // hashes are this much longer than places in slots
	ends  []int32 // by number: end of its bytes in arena
	arena []byte

	// filter has two bits for each hash, in one number. Most words of a text are in no name and end here, in what of it is
	// in the nearest cache: it is no larger than it need be.
	filter []uint64
	length uint // hashes are this much longer than places in filter
}

// tokenSlot is a word of the table. A word of up to eight bytes is its own key, so that it is compared where it is found;
// of a longer one the key is the hash.
type tokenSlot struct {
	key  uint64
	size int32
	id   int32 // number + 1, 0 is free
}

func newTokenTable(n int) tokenTable {
	var t tokenTable
	t.allot(slotsFor(n))
	return t
}

// allot makes room for so many slots, a power of two, and enters all words.
func (t *tokenTable) allot(size int) {
	places := bits.TrailingZeros(uint(size))
	filter := min(places-4, mostFilter) // 8 bits a word, or 16
	t.slots, t.shift = make([]tokenSlot, size), uint(64-places)
	t.filter, t.length = make([]uint64, 1<<filter), uint(64-filter)
	for id := range t.ends {
		t.place(int32(id))
	}
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
	if id := t.find(word); id >= 0 {
		return id
	}
	id := int32(len(t.ends))
	t.arena = append(t.arena, word...)
	t.ends = append(t.ends, int32(len(t.arena)))
	if len(t.ends)*2 > len(t.slots) {
		t.allot(len(t.slots) * 2)
	} else {
		t.place(id)
	}
	return id
}

// place enters a number whose bytes are there.
func (t *tokenTable) place(id int32) {
	word := t.bytesOf(id)
	h, mask := hashOf(word), len(t.slots)-1
	i := int(h >> t.shift)
	for t.slots[i].id != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = tokenSlot{keyOf(h, word), int32(len(word)), id + 1}
	t.filter[h>>t.length] |= filterBits(h)
}

// maybe reports whether a hash can be in the table.
func (t *tokenTable) maybe(h uint64) bool {
	return filterBits(h)&^t.filter[h>>t.length] == 0
}

// filterBits are the bits of a hash in its place of the filter.
func filterBits(h uint64) uint64 { return 1<<(h>>20&63) | 1<<(h>>26&63) }

// find returns the number of a folded word, or none.
func (t *tokenTable) find(word []byte) int32 {
	h := hashOf(word)
	if !t.maybe(h) {
		return none
	}
	return t.at(h, keyOf(h, word), word)
}

// at is find for a word whose hash and key are known. ASCII may stand there in any case.
func (t *tokenTable) at(h, key uint64, word []byte) int32 {
	mask := len(t.slots) - 1
	for i := int(h >> t.shift); t.slots[i].id != 0; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.key == key && int(s.size) == len(word) && (len(word) <= block || equalLower(t.bytesOf(s.id-1), word)) {
			return s.id - 1
		}
	}
	return none
}

// equalLower reports whether word is folded, capitals of ASCII aside.
func equalLower(folded, word []byte) bool {
	if len(folded) != len(word) {
		return false
	}
	for i, c := range folded {
		if word[i] != c && (c < 'a' || c > 'z' || word[i] != c-'a'+'A') {
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
	h := key * 0x9e3779b97f4a7c15
	i := (h ^ h>>29) >> 16 & mask
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
