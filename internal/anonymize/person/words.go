package person

import "hash/maphash"

// words is a set of folded words. Most words that are looked for are not in it
// and end at the filter: two bytes a word, which stay in a near cache.
type words struct {
	table  *table
	filter []uint64 // a bit for what each hash begins with
	length uint     // how much longer half a hash is than its beginning
}

// mostFilter bounds the filter, in bits of a place in it.
const mostFilter = 24

// newWords makes the set of a table's keys.
func newWords(t *table) words {
	places := uint(10)
	for 1<<places < 16*t.n && places < mostFilter {
		places++
	}
	w := words{table: t, filter: make([]uint64, 1<<places/64), length: 32 - places}
	for i, tag := range t.tags {
		if tag != 0 {
			bit := maphash.String(t.seed, t.keyAt(i)) >> 32 >> w.length
			w.filter[bit/64] |= 1 << (bit % 64)
		}
	}
	return w
}

// has reports whether a folded word is in the set.
func (w *words) has(word []byte) bool {
	if w.table == nil {
		return false
	}
	h := maphash.Bytes(w.table.seed, word)
	bit := h >> 32 >> w.length
	if w.filter[bit/64]>>(bit%64)&1 == 0 {
		return false
	}
	_, _, ok := w.table.get(word)
	return ok
}
