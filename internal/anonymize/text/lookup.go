package text

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// This room looks a whole value up. Nearly all are a given name and a surname, and most strangers bear two words that
// somebody bears, too, only not together: a filter of the phrases of two words tells that with one look, where the trie
// takes one for each word and for each state.

// Lookup reports whether the whole value, blanks at its ends aside, is one phrase.
func (d *Dictionary) Lookup(phrase []byte) (Match, bool) {
	if len(d.owners) == 0 || !d.pairs.maybe(phrase) {
		return Match{}, false
	}
	return d.whole(phrase)
}

// whole is Lookup by the trie alone.
func (d *Dictionary) whole(phrase []byte) (Match, bool) {
	var w walk
	w.begin(d, phrase)
	t, ok := w.word(0)
	if !ok || len(trimBlanks(phrase[:t.start])) > 0 {
		return Match{}, false
	}
	w.from(root, 0)
	for _, h := range w.hits[:w.n] {
		if len(trimBlanks(phrase[h.end:])) == 0 {
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

// maybe is false for a phrase of two plain words that is none of d; it knows nothing of any other.
func (p *pairs) maybe(phrase []byte) bool {
	if len(phrase) > window {
		return true
	}
	set, wide := wordWindow(phrase, 0)
	if wide != 0 {
		return p.maybeLatin(phrase)
	}
	gap, ok := twoWords(set, phrase)
	return !ok || p.has(hashAt(phrase, 0, gap), hashAt(phrase, gap+1, len(phrase)))
}

// has reports whether a phrase of words with these hashes can be in d.
func (p *pairs) has(first, second uint64) bool {
	h := pairHash(first, second)
	return filterBits(h)&^p.filter[h>>p.length] == 0
}

// twoWords returns where the blank between the words of a phrase stands, whose wordBytes are in a set; false for initials
// and all that is no two words.
func twoWords(set uint64, phrase []byte) (gap int, ok bool) {
	gap = bits.TrailingZeros64(^set)
	second := len(phrase) - gap - 1
	return gap, gap > 1 && second > 1 && phrase[gap] == ' ' && set>>(gap+1) == 1<<second-1
}

// maybeLatin is maybe for words of simple letters, each of which may be in d in either of its spellings.
func (p *pairs) maybeLatin(phrase []byte) bool {
	var room [2][2 * window]byte
	spelled, plain, ok := spellings(room[0][:0], room[1][:0], phrase)
	if !ok || len(spelled) > window {
		return true
	}
	set, _ := wordWindow(spelled, 0)
	gap, ok := twoWords(set, spelled)
	if !ok {
		return true
	}
	first, second := hashAt(spelled, 0, gap), hashAt(spelled, gap+1, len(spelled))
	if len(plain) == len(spelled) {
		return p.has(first, second)
	}
	cut := bytes.IndexByte(plain, ' ')
	other, another := hashAt(plain, 0, cut), hashAt(plain, cut+1, len(plain))
	return p.has(first, second) || p.has(other, another) || p.has(first, another) || p.has(other, second)
}

// spellings appends both forms of a phrase of simple letters: the letters of ASCII as they are, the others folded.
func spellings(spelled, plain, phrase []byte) (s, p []byte, ok bool) {
	for i := 0; i < len(phrase); i++ {
		c := phrase[i]
		if c < utf8.RuneSelf {
			spelled, plain = append(spelled, c), append(plain, c)
			continue
		}
		l := latinAt(phrase, i)
		if i++; l == nil {
			return nil, nil, false
		}
		spelled, plain = append(spelled, l.key[:l.size]...), append(plain, l.plain[:l.bare]...)
	}
	return spelled, plain, true
}
