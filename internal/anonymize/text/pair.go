package text

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// This room reads a value that is a given name and a surname, as nearly all values of rules for names are, in one pass:
// what it yields answers at once what is asked of a name, and most of it with no.

// Pair is a value of two words of simple letters with one blank between them, each of two letters or more: Rose Hill,
// Léa Möller. Simple letters are those of ASCII, and of Latin that fold to one or two of these. The zero value holds
// none; one may be read into again and again.
type Pair struct {
	Gap int // where in the value the blank stands

	is            bool
	bent          bool              // a letter has two spellings
	folded, plain [roomForPair]byte // as Fold and foldPlain have it, the blank included
	size, bare    int               // how much of them is used
	cut           int               // where in folded the blank stands
	first, second [2]uint64         // hashes of the words in both
}

// roomForPair holds a window, and what is written behind it.
const roomForPair = window + block

// Read reads a value, and reports whether it is a pair: none is longer than 64 bytes, spelled out or not.
func (p *Pair) Read(v []byte) bool {
	p.is = false
	if len(v) > window {
		return false
	}
	letters, any := uint64(0), uint64(0)
	for k := 0; k < len(v); k += block {
		b := load(v, k)
		any |= b
		b |= between(b, 'A', 'Z') >> 2
		letters |= bitsOf(between(b, 'a', 'z')) << k
		binary.LittleEndian.PutUint64(p.folded[k:], b)
	}
	if any&highs != 0 {
		return p.readLatin(v)
	}
	gap, ok := twoWords(letters, v)
	if p.is = ok; ok {
		p.Gap, p.cut, p.size, p.bent = gap, gap, len(v), false
		folded := p.folded[:p.size]
		p.first[0], p.second[0] = hashAt(folded, 0, gap), hashAt(folded, gap+1, len(folded))
	}
	return ok
}

// readLatin is Read where a letter is beyond ASCII.
func (p *Pair) readLatin(v []byte) bool {
	p.Gap, p.cut, p.size, p.bare, p.bent = 0, 0, 0, 0, false
	other := 0 // where the blank stands in plain
	for i := 0; i < len(v) && p.size <= window; i++ {
		c := v[i]
		if c >= utf8.RuneSelf {
			l := latinAt(v, i)
			if i++; l == nil {
				return false
			}
			p.size += copy(p.folded[p.size:], l.key[:l.size])
			p.bare += copy(p.plain[p.bare:], l.plain[:l.bare])
			p.bent = p.bent || l.spelled
			continue
		}
		if c == ' ' && p.Gap == 0 && i > 0 {
			p.Gap, p.cut, other = i, p.size, p.bare
		} else if c |= 0x20; c < 'a' || c > 'z' {
			return false
		}
		p.folded[p.size], p.plain[p.bare] = c, c
		p.size, p.bare = p.size+1, p.bare+1
	}
	if p.cut < 2 || p.size-p.cut < 3 || p.size > window {
		return false
	}
	folded, plain := p.folded[:p.size], p.plain[:p.bare]
	p.first[0], p.second[0] = hashAt(folded, 0, p.cut), hashAt(folded, p.cut+1, p.size)
	if p.bent {
		p.first[1], p.second[1] = hashAt(plain, 0, other), hashAt(plain, other+1, p.bare)
	}
	p.is = true
	return true
}

// twoWords returns where the blank between the words of a phrase stands, whose letters are in a set; false for initials
// and all that is no two words.
func twoWords(set uint64, phrase []byte) (gap int, ok bool) {
	gap = bits.TrailingZeros64(^set)
	second := len(phrase) - gap - 1
	return gap, gap > 1 && second > 1 && phrase[gap] == ' ' && set>>(gap+1) == 1<<second-1
}

// Folded is what Fold says of the value, valid until the next Read.
func (p *Pair) Folded() []byte { return p.folded[:p.size] }

// wordFilter has a bit for the hash of each word of a set, and few beside: it lies in the nearest cache.
type wordFilter [1 << (wordFilterBits - 6)]uint64

const wordFilterBits = 15 // of a place in it: 4 KiB

func (f *wordFilter) add(word []byte) {
	h := hashOf(word) >> (64 - wordFilterBits)
	f[h/64] |= 1 << (h % 64)
}

func (f *wordFilter) maybe(h uint64) bool {
	h >>= 64 - wordFilterBits
	return f[h/64]>>(h%64)&1 != 0
}

// newSpeaking returns a filter of the words that may say more of a pair than a name: titles, degrees, and what begins a
// phrase for a name that is missing.
func (x *Surroundings) newSpeaking() *wordFilter {
	f := new(wordFilter)
	for word := range titles {
		f.add([]byte(word))
	}
	for word := range degrees {
		f.add([]byte(word))
	}
	for word, lists := range x.lists {
		if lists&(Titles|NoName) != 0 {
			f.add([]byte(word))
		}
	}
	for phrase := range x.nothing {
		word := []byte(phrase)
		_, end := nextWord(word, 0)
		f.add(word[:end])
	}
	return f
}

// NothingBut reports that a pair is a name and nothing else. Then Name is all of it, and Titled, Nameless and SaysNothing
// are false of it, as they may be of a pair of which NothingBut is false.
func (x *Surroundings) NothingBut(p *Pair) bool {
	of := btoi(p.bent) // which spelling the lists have
	return p.is && !x.speaking.maybe(p.first[of]) && !x.speaking.maybe(p.second[of])
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
