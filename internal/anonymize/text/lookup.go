package text

import "math/bits"

// This room looks a whole value up. Nearly all are a given name and a surname, and most strangers bear two words that
// somebody bears, too, only not together: a filter of the phrases of two words tells that with one look, where the trie
// takes one for each word and for each state.

// Lookup reports whether the whole value, blanks at its ends aside, is one phrase.
func (d *Dictionary) Lookup(phrase []byte) (Match, bool) {
	var p Pair
	p.Read(phrase)
	return d.LookupPair(phrase, &p)
}

// LookupPair is Lookup of a phrase that has been read.
func (d *Dictionary) LookupPair(phrase []byte, p *Pair) (Match, bool) {
	switch {
	case len(d.owners) == 0 || !d.pairs.maybe(p):
		return Match{}, false
	case p.is && !p.bent:
		return d.wholePair(p, len(phrase))
	}
	return d.whole(phrase)
}

// wholePair is whole for a pair of so many bytes each of whose words has one spelling: two words and one edge, where
// the search of a text looks out for much else.
func (d *Dictionary) wholePair(p *Pair, size int) (Match, bool) {
	words, folded := &d.words, p.Folded()
	given, family := folded[:p.cut], folded[p.cut+1:]
	first := words.at(p.first[0], keyOf(p.first[0], given), given)
	second := words.at(p.second[0], keyOf(p.second[0], family), family)
	if first == none || second == none || d.first[first] == none {
		return Match{}, false
	}
	state := d.tree.get(d.first[first], second)
	if state == none || d.ends[state] == d.ends[state-1] {
		return Match{}, false
	}
	return d.match(0, size, state), true
}

// whole is Lookup by the trie alone.
func (d *Dictionary) whole(phrase []byte) (Match, bool) {
	var w walk
	w.begin(d, phrase)
	t, ok := w.word(0)
	if !ok || len(trimBlanks(phrase[:t.start])) > 0 {
		return Match{}, false
	}
	w.from(root, 0, false)
	for _, h := range w.hits[:w.n] {
		if !h.apart && len(trimBlanks(phrase[h.end:])) == 0 {
			return d.match(t.start, h.end, h.state), true
		}
	}
	return Match{}, false
}

// pairs is such a filter: two bits for each phrase, in one number.
type pairs struct {
	filter []uint64
	length uint // hashes are this much longer than places in filter
}

// newPairs makes the filter, when everything else is there.
func (d *Dictionary) newPairs() pairs {
	hashes := make([]uint64, len(d.words.ends)) // by word
	for id := range hashes {
		hashes[id] = hashOf(d.words.bytesOf(int32(id)))
	}
	phrases := func(yield func(hash uint64)) {
		for first := int32(1); first < d.tree.ends[root]; first++ {
			for state := d.tree.ends[first-1]; state < d.tree.ends[first]; state++ {
				if d.ends[state] != d.ends[state-1] {
					yield(pairHash(hashes[d.tree.words[first]], hashes[d.tree.words[state]]))
				}
			}
		}
	}
	n := 0
	phrases(func(uint64) { n++ })
	places := max(bits.Len(uint(n))-3, 4) // 8 bits a phrase, or 16
	p := pairs{filter: make([]uint64, 1<<places), length: uint(64 - places)}
	phrases(func(h uint64) { p.filter[h>>p.length] |= filterBits(h) })
	return p
}

// pairHash hashes two words by their hashes. Its highest bits are the best.
func pairHash(first, second uint64) uint64 {
	return hashEnd(first, bits.RotateLeft64(second, 32))
}

// maybe is false for a phrase of two words that is none of d; it knows nothing of any other. Each word may be in d in
// either of its spellings.
func (f *pairs) maybe(p *Pair) bool {
	if !p.is || f.has(p.first[0], p.second[0]) {
		return true
	}
	return p.bent && (f.has(p.first[1], p.second[1]) || f.has(p.first[0], p.second[1]) || f.has(p.first[1], p.second[0]))
}

// has reports whether a phrase of words with these hashes can be in d.
func (f *pairs) has(first, second uint64) bool {
	h := pairHash(first, second)
	return filterBits(h)&^f.filter[h>>f.length] == 0
}
