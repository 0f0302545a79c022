package person

import (
	"unicode"
	"unicode/utf8"
)

// Gender is whose given names a pseudonym is drawn from. A pseudonym has the
// gender that the real given name tells, so that salutations, pronouns and the
// ending of a Slavic surname fit it.
type Gender uint8

// The genders that tables of names know; a name that women and men have tells
// AnyGender.
const (
	AnyGender Gender = iota
	Female
	Male
)

// Gender returns what a real given name tells: in its own language, or else in
// all others that know it, where they agree. Further given names count when
// the first tells nothing.
func (n *Names) Gender(t *Table, given string) Gender {
	if t.script.unspaced() {
		return n.gender(t, given)
	}
	for given != "" {
		end := 0
		for end < len(given) && given[end] != ' ' && given[end] != '-' {
			end++
		}
		if g := n.gender(t, given[:end]); g != AnyGender {
			return g
		}
		given = given[min(end+1, len(given)):]
	}
	return AnyGender
}

// plainGender is gender for a short word of ASCII; ok is false for any other.
func (n *Names) plainGender(t *Table, word string) (g Gender, ok bool) {
	var room [24]byte
	if len(word) > len(room) {
		return AnyGender, false
	}
	h := uint32(0)
	for i := range len(word) {
		c := word[i]
		if c >= utf8.RuneSelf {
			return AnyGender, false
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		room[i] = c
		h = nextHash(h, c)
	}
	if !n.known.maybe(h) { // most names of strangers are in no table
		return AnyGender, true
	}
	any, known := n.genders[string(room[:len(word)])]
	if !known {
		return AnyGender, true
	}
	if g, ok := t.genders[string(room[:len(word)])]; ok {
		return g, true
	}
	return any, true
}

// genderFilter has a bit for the hash of each given name, and little else: it
// lies in the nearest cache, where the tables do not.
type genderFilter [1 << (filterBits - 6)]uint64

const filterBits = 17 // of a place in it: 16 KiB

// nextHash goes on by one byte.
func nextHash(h uint32, c byte) uint32 { return (h ^ uint32(c)) * 0x9E3779B1 }

func (f *genderFilter) maybe(h uint32) bool {
	h >>= 32 - filterBits
	return f[h/64]>>(h%64)&1 != 0
}

// add enters a name as it is folded.
func (f *genderFilter) add(name string) {
	h := uint32(0)
	for i := range len(name) {
		h = nextHash(h, name[i])
	}
	h >>= 32 - filterBits
	f[h/64] |= 1 << (h % 64)
}

// gender is Gender for one word: as it is spelled, else without diacritics.
func (n *Names) gender(t *Table, word string) Gender {
	if g, ok := n.plainGender(t, word); ok {
		return g
	}
	var room, folded [64]byte
	key := room[:0]
	for _, r := range word {
		key = utf8.AppendRune(key, unicode.ToLower(r))
	}
	if g, ok := t.genders[string(key)]; ok {
		return g
	}
	if lettersOf(word) == markedLetters {
		key = appendFolded(folded[:0], word)
		if g, ok := t.genders[string(key)]; ok {
			return g
		}
	}
	return n.genders[string(key)]
}

// isGiven reports whether a word is a given name of some table.
func (n *Names) isGiven(word string) bool {
	folded := foldName(word)
	for _, t := range n.tables {
		if _, given := t.genders[folded]; given {
			return true
		}
	}
	return false
}
