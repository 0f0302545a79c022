package verify

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This room decides what a word is and when two spellings are the same one.
// A word is a run of letters and digits; a character of a script without
// blanks is a word of its own. Case and combining marks do not count. Letters
// that people spell out (ö as oe, ø as oe, å as aa) give a word two forms, and
// it is enough if one of them is known.

// hasher makes keyed hashes of words and phrases.
type hasher struct{ begin, factor uint64 }

func newHasher() hasher {
	seed := maphash.MakeSeed()
	return hasher{begin: maphash.String(seed, "begin"), factor: maphash.String(seed, "factor")&^7 | 3}
}

// eight adds eight bytes to the hash of a word.
func (k hasher) eight(h, eight uint64) uint64 {
	h = (h ^ eight) * k.factor
	return h ^ h>>32
}

// end adds the last bytes of a word of n bytes, fewer than eight, and spreads
// its hash.
func (k hasher) end(h, last uint64, n int) uint64 {
	return k.spread(k.eight(h, last^uint64(n)<<56))
}

func (k hasher) spread(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>29
}

// join adds a word to the hash of a phrase; the hash of one word is its own.
func (k hasher) join(phrase, word uint64) uint64 {
	h := (phrase>>23 | phrase<<41) * k.factor
	return k.spread(h ^ word)
}

// bytes hashes a word that is folded, an address, digits.
func (k hasher) bytes(b []byte) uint64 {
	h, n := k.begin, len(b)
	for ; len(b) >= 8; b = b[8:] {
		h = k.eight(h, binary.LittleEndian.Uint64(b))
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	return k.end(h, last, n)
}

// word is one word of a text.
type word struct {
	start, end     int
	plain, spelled uint64 // hashes; the same unless a letter can be spelled out
}

// alphabet folds characters. It is immutable and shared.
type alphabet struct {
	hasher
	ascii [256]byte      // lower case of an ASCII letter or digit, else 0
	latin [0x250]letters // characters up to Latin Extended-B
}

// class is what a character does to the word before it.
type class byte

const (
	between class = iota // ends it
	inside               // belongs to it
	mark                 // belongs to it and does not count
	alone                // is a word of its own
)

// letters is what a character folds to.
type letters struct {
	class          class
	plain, spelled [utf8.UTFMax]byte
	n, m           uint8 // how many bytes of them
}

func newAlphabet(k hasher) *alphabet {
	a := &alphabet{hasher: k}
	for r := range rune(len(a.latin)) {
		a.latin[r] = fold(r)
	}
	for c := range utf8.RuneSelf {
		if l := a.latin[c]; l.class == inside {
			a.ascii[c] = l.plain[0]
		}
	}
	return a
}

// of folds one character.
func (a *alphabet) of(r rune) letters {
	if int(r) < len(a.latin) {
		return a.latin[r]
	}
	return fold(r)
}

// next finds the first word that begins at i or after it; ok is false when
// there is none.
func (a *alphabet) next(s []byte, i int) (w word, ok bool) {
	if i = a.begins(s, i); i == len(s) {
		return word{}, false
	}
	start, h := i, a.begin
	for {
		if i+8 > len(s) {
			var last uint64
			n := 0
			for ; i+n < len(s) && a.ascii[s[i+n]] != 0; n++ {
				last |= uint64(a.ascii[s[i+n]]) << (8 * n)
			}
			i += n
			h = a.end(h, last, i-start)
			break
		}
		eight := binary.LittleEndian.Uint64(s[i:])
		others := ^wordy(eight) & highBits
		eight |= lowerBits // of letters and digits it is the lower case
		if others == 0 {
			h = a.eight(h, eight)
			i += 8
			continue
		}
		n := bits.TrailingZeros64(others) / 8
		i += n
		h = a.end(h, eight&(1<<(8*n)-1), i-start)
		break
	}
	if i < len(s) && s[i] >= utf8.RuneSelf {
		return a.wide(s, start), true
	}
	return word{start, i, h, h}, true
}

// begins returns where the first word at i or after it begins, len(s) if there
// is none.
func (a *alphabet) begins(s []byte, i int) int {
	for i < len(s) {
		if i+8 <= len(s) {
			eight := binary.LittleEndian.Uint64(s[i:])
			some := wordy(eight) | eight&highBits
			if some == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(some) / 8
		}
		if s[i] < utf8.RuneSelf {
			if a.ascii[s[i]] != 0 {
				return i
			}
			i++
			continue
		}
		r, n := decode(s[i:])
		if c := a.of(r).class; c == inside || c == alone {
			return i
		}
		i += n
	}
	return len(s)
}

const (
	ones      = 0x0101010101010101
	highBits  = 0x80 * ones
	lowerBits = 0x20 * ones
)

// wordy marks, by its high bit, each of eight bytes that is an ASCII letter or
// digit.
func wordy(eight uint64) uint64 {
	low := eight &^ highBits
	small := low | lowerBits
	letters := (small + (0x80-'a')*ones) &^ (small + (0x7f-'z')*ones)
	return letters&^eight&highBits | numeral(eight)
}

// wide reads a word that holds more than ASCII.
func (a *alphabet) wide(s []byte, start int) word {
	var plainRoom, spelledRoom [64]byte
	plain, spelled := plainRoom[:0], spelledRoom[:0]
	i, differ := start, false
	for i < len(s) {
		if c := a.ascii[s[i]]; c != 0 {
			plain, spelled = append(plain, c), append(spelled, c)
			i++
			continue
		}
		r, n := decode(s[i:])
		l := a.of(r)
		if l.class == between || l.class == alone && i > start {
			break
		}
		i += n
		plain, spelled = append(plain, l.plain[:l.n]...), append(spelled, l.spelled[:l.m]...)
		differ = differ || l.plain != l.spelled
		if l.class == alone {
			break
		}
	}
	w := word{start: start, end: i, plain: a.bytes(plain)}
	if w.spelled = w.plain; differ {
		w.spelled = a.bytes(spelled)
	}
	return w
}

// decode reads a character; a byte that is no UTF-8 is read as Latin-1.
func decode(s []byte) (rune, int) {
	r, n := utf8.DecodeRune(s)
	if r == utf8.RuneError && n == 1 {
		r = rune(s[0])
	}
	return r, n
}

// fold decides what a character is and folds it.
func fold(r rune) letters {
	l := letters{class: inside}
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return letters{class: mark}
	case !unicode.In(r, unicode.L, unicode.Nd, unicode.Mc):
		return letters{}
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		l.class = alone
	case r >= 0x1160 && r <= 0x11FF, unicode.Is(unicode.Hangul, r):
		return hangul(r)
	}
	plain, spelled := base(unicode.ToLower(r)), ""
	switch unicode.ToLower(r) {
	case 'ä', 'æ':
		spelled = "ae"
	case 'ö', 'ø', 'œ':
		spelled = "oe"
	case 'ü':
		spelled = "ue"
	case 'å':
		spelled = "aa"
	default:
		spelled = plain
	}
	l.n, l.m = uint8(copy(l.plain[:], plain)), uint8(copy(l.spelled[:], spelled))
	return l
}

// base is a small letter without what is written over or through it.
func base(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	if d := norm.NFKD.PropertiesString(string(r)).Decomposition(); len(d) > 0 { // full-width forms too
		r, _ = utf8.DecodeRune(d)
		r = unicode.ToLower(r)
	}
	return string(r)
}

// hangul folds a syllable, composed or not, to the same bytes: the numbers of
// its parts.
func hangul(r rune) letters {
	const first, vowels, tails = 0xAC00, 21, 28
	l := letters{class: inside}
	switch {
	case r >= first && r < first+19*vowels*tails:
		n := int(r - first)
		l.plain = [4]byte{0x80 + byte(n/tails/vowels), 0xA0 + byte(n/tails%vowels), 0xC0 + byte(n%tails)}
		if l.n = 2; n%tails > 0 {
			l.n = 3
		}
	case r >= 0x1100 && r < 0x1113:
		l.plain[0], l.n = 0x80+byte(r-0x1100), 1
	case r >= 0x1161 && r < 0x1176:
		l.plain[0], l.n = 0xA0+byte(r-0x1161), 1
	case r >= 0x11A8 && r < 0x11C3:
		l.plain[0], l.n = 0xC0+byte(r-0x11A7), 1
	default:
		l.n = uint8(copy(l.plain[:], string(r)))
	}
	l.spelled, l.m = l.plain, l.n
	return l
}
