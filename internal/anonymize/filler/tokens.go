package filler

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// token is a word or a number of a value. Between two of them is a gap.
type token struct {
	from, to int
	number   bool // has a digit, and is no name
	breaks   bool // a line, a comma or the like stands before it
	word     word // what the tables say of it
	use      use
	stem     int // of a word with a suffix: where that begins
	span     int // how many tokens word is about
}

// use is what becomes of a token.
type use uint8

const (
	stays    use = iota // and the gap before it
	isNumber            // of a house
	isCode              // a postcode, or the rest of one
	isName              // begins a name, or goes on with it
	isGlued             // a street in one word
	isLetter            // of a house
)

// Draw returns a keyed draw of 64 bits for a sequence of parts.
type Draw func(parts ...[]byte) uint64

// Maker writes values. It belongs to one goroutine.
type Maker struct {
	tables *Tables
	draw   Draw
	real   func(string) bool // a word of somebody's real name
	tokens []token
	score  [32]int
	fold   []byte
	other  []byte
	street []byte // the normal form of the street in hand
}

// New returns a Maker over tables. real tells the words of the names of the
// source's people; none of them is written.
func New(t *Tables, draw Draw, real func(string) bool) *Maker {
	return &Maker{tables: t, draw: draw, real: real}
}

// mostLetters is how many letters stand beside digits in a number; a word with
// more of them is a name: person5.
const mostLetters = 4

// split cuts a value into tokens and looks each up.
func (m *Maker) split(v []byte, voc *vocabulary) {
	m.tokens = m.tokens[:0]
	breaks := true
	for i := 0; i < len(v); {
		r, n := decode(v[i:])
		if !wordly(r) {
			breaks = breaks || r == '\n' || r == '\r' || r == ',' || r == ';' || r == '|' || r == '、' || r == '،'
			i += n
			continue
		}
		t := token{from: i, breaks: breaks}
		letters, digits, far := 0, 0, false
		for i < len(v) {
			if r, n = decode(v[i:]); !wordly(r) || i > t.from && unspaced(r) && letters == 0 || r < utf8.RuneSelf && far {
				break
			}
			far = unspaced(r)
			if r >= '0' && r <= '9' {
				digits++
			} else {
				letters++
			}
			i += n
		}
		t.to, t.number, t.span, breaks = i, digits > 0 && letters <= mostLetters, 1, false
		if digits == 0 || letters > 0 {
			m.fold = text.Fold(m.fold[:0], v[t.from:t.to])
			t.word = voc.words[string(m.fold)]
		}
		m.tokens = append(m.tokens, t)
	}
	for i := 0; i < len(m.tokens); i += m.tokens[i].span {
		if m.tokens[i].word.roles&begins != 0 {
			m.join(v, voc, i)
		}
	}
}

// mostWords is how many words the tables have for one thing.
const mostWords = 5

// join finds what several tokens are together: Frankfurt am Main.
func (m *Maker) join(v []byte, voc *vocabulary, i int) {
	t := &m.tokens[i]
	t.word.roles &^= begins
	most := 1
	for most < mostWords && i+most < len(m.tokens) && !m.tokens[i+most].breaks {
		most++
	}
	for n := most; n > 1; n-- {
		m.fold = foldWords(m.fold[:0], v[t.from:m.tokens[i+n-1].to])
		if w := voc.words[string(m.fold)]; w.roles&^begins != 0 {
			t.word, t.span = w, n
			return
		}
	}
}

// unspaced reports scripts that have no blank between words.
func unspaced(r rune) bool { return r >= 0x2E80 }

func decode(v []byte) (rune, int) {
	if v[0] < utf8.RuneSelf {
		return rune(v[0]), 1
	}
	return utf8.DecodeRune(v)
}

// mostTries is how often something is drawn anew that must not be written.
const mostTries = 32

// pick appends an item of a list in the case of the original.
func (m *Maker) pick(dst []byte, list []string, draw uint64, original []byte) []byte {
	if item := m.choose(list, draw, original); item != "" {
		return append(dst, inCase(original, item)...)
	}
	return m.letters(dst, original, draw)
}

// choose draws an item of a list other than the original, with no word of
// somebody's name in it as long as there is one; "" where the original is the
// only one.
func (m *Maker) choose(list []string, draw uint64, original []byte) string {
	m.other = foldWords(m.other[:0], original)
	best := ""
	for try := range uint64(mostTries) {
		at, _ := bits.Mul64(splitmix.Scatter(draw+try), uint64(len(list)))
		item := list[at]
		his, hers, _ := strings.Cut(item, "|")
		if m.is(his) || m.is(hers) {
			continue
		}
		if best = item; !m.realIn(item) {
			break
		}
	}
	return best
}

// is reports whether an item is what m.other holds, however it is spelled.
func (m *Maker) is(item string) bool {
	m.fold = foldWords(m.fold[:0], []byte(item))
	return bytes.Equal(m.fold, m.other)
}

// inCase returns an item in capitals or in small letters, where the original
// is.
func inCase(original []byte, item string) string {
	if bytes.IndexFunc(original, unicode.IsLower) < 0 && bytes.IndexFunc(original, unicode.IsUpper) >= 0 {
		return strings.ToUpper(item)
	}
	if bytes.IndexFunc(original, unicode.IsUpper) < 0 && bytes.IndexFunc(original, unicode.IsLower) >= 0 {
		return strings.ToLower(item)
	}
	return item
}

// realIn reports whether an item holds a word of somebody's name.
func (m *Maker) realIn(item string) bool {
	start := -1
	for i, r := range item {
		switch {
		case wordly(r) && start < 0:
			start = i
		case !wordly(r) && start >= 0:
			if m.real(item[start:i]) {
				return true
			}
			start = -1
		}
	}
	return start >= 0 && m.real(item[start:])
}

// letters appends as many letters and digits as the original has, others, in
// the same places and of the same case. A leading zero stays.
func (m *Maker) letters(dst, original []byte, draw uint64) []byte {
	start := len(dst)
	for try := uint64(0); ; try++ {
		dst = dst[:start]
		source := splitmix.Source(draw + try)
		for i := 0; i < len(original); {
			r, n := decode(original[i:])
			dst = appendLike(dst, r, i == 0, source.Uint64())
			i += n
		}
		if try == mostTries || !bytes.Equal(dst[start:], original) && !m.realIn(string(dst[start:])) {
			return dst
		}
	}
}

const consonants = "BCDFGHJKLMNPRSTVWXZ"

// appendLike appends another character of the kind of r.
func appendLike(dst []byte, r rune, first bool, draw uint64) []byte {
	switch {
	case r >= '1' && r <= '9' && first:
		return append(dst, byte('1'+draw%9))
	case r == '0' && first:
		return append(dst, '0')
	case unicode.IsDigit(r):
		return append(dst, byte('0'+draw%10))
	case unicode.IsLower(r):
		return append(dst, consonants[draw%uint64(len(consonants))]|0x20)
	case unicode.IsLetter(r) || r == utf8.RuneError:
		return append(dst, consonants[draw%uint64(len(consonants))])
	case unicode.In(r, unicode.M):
		return dst
	}
	return utf8.AppendRune(dst, r)
}
