package filler

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Address appends an invented address in the form of v: whole or a part of
// one, in one line or several. Streets, cities, numbers and postcodes are
// others; the words for a street, a floor and a country stay, and so does
// everything between them.
func (m *Maker) Address(dst, v []byte) []byte {
	voc := &m.tables.address
	m.split(v, voc)
	m.glue(v)
	m.codes(v)
	at := m.country(v)
	w := writer{Maker: m, voc: voc, at: at, v: v}
	for from := 0; from < len(m.tokens); {
		to := from + 1
		for to < len(m.tokens) && !m.tokens[to].breaks {
			to++
		}
		dst = w.segment(dst, from, to)
		from = to
	}
	return append(dst, v[w.done:]...)
}

// shortestStem is how many letters stand before a suffix at least.
const shortestStem = 3

// glue finds streets in one word: Linden|straße.
func (m *Maker) glue(v []byte) {
	voc := &m.tables.address
	for i := range m.tokens {
		t := &m.tokens[i]
		if t.number || t.word.roles&^isCity != 0 || t.to-t.from < shortestStem+3 {
			continue
		}
		m.fold = text.Fold(m.fold[:0], v[t.from:t.to])
		for _, end := range voc.ends {
			if len(m.fold) >= len(end)+shortestStem && string(m.fold[len(m.fold)-len(end):]) == end {
				if cut := m.cut(v[t.from:t.to], end); cut > 0 {
					t.use, t.stem, t.word = isGlued, t.from+cut, voc.words[end]
				}
				break
			}
		}
	}
}

// cut returns where in a word a folded suffix begins, or 0.
func (m *Maker) cut(word []byte, end string) int {
	for at := len(word); at > 0; {
		_, n := utf8.DecodeLastRune(word[:at])
		at -= n
		if m.other = text.Fold(m.other[:0], word[at:]); len(m.other) >= len(end) {
			if string(m.other) == end {
				return at
			}
			return 0
		}
	}
	return 0
}

// codes finds postcodes by their shape: of one token or of two with a blank or
// a hyphen between.
func (m *Maker) codes(v []byte) {
	var room [2*mostShape + 1]byte
	for i := 0; i < len(m.tokens); i++ {
		t := &m.tokens[i]
		if !t.number {
			continue
		}
		shape := appendShape(room[:0], v[t.from:t.to])
		if i+1 < len(m.tokens) {
			if u := &m.tokens[i+1]; u.from-t.to == 1 && u.word.roles == 0 && (v[t.to] == ' ' || v[t.to] == '-') {
				both := appendShape(append(shape, v[t.to]), v[u.from:u.to])
				if in := m.tables.address.shapes[string(both)]; in != 0 {
					t.use, u.use, t.word.in = isCode, isCode, in
					i++
					continue
				}
			}
		}
		if in := m.tables.address.shapes[string(shape)]; in != 0 && !m.housed(i, len(shape)) {
			t.use, t.word.in = isCode, in
			continue
		}
		t.use = isNumber
	}
}

// mostShape is how long a part of a postcode is.
const mostShape = 10

func appendShape(dst, v []byte) []byte {
	for _, c := range v[:min(len(v), mostShape)] {
		switch {
		case c >= '0' && c <= '9':
			c = '9'
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			c = 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// housed reports whether a number of so many digits is that of a house: it
// begins a line with a street, or it is short and stands behind one.
func (m *Maker) housed(i, digits int) bool {
	if i > 0 && !m.tokens[i].breaks && m.tokens[i-1].word.roles&isNeutral != 0 && m.tokens[i-1].to-m.tokens[i-1].from > 1 {
		return true // PO Box 1234
	}
	first, street := m.tokens[i].breaks, func(t *token) bool { return t.use == isGlued || t.word.roles&isKind != 0 }
	if !first && digits <= 4 && !m.tokens[i].breaks {
		for n := i - 1; n >= 0; n-- {
			if street(&m.tokens[n]) {
				return true
			}
			if m.tokens[n].breaks {
				break
			}
		}
	}
	for n := i + 1; first && n < len(m.tokens) && !m.tokens[n].breaks; n++ {
		if street(&m.tokens[n]) {
			return true
		}
	}
	return false
}

// country finds the place that most of a value speaks for: by words for
// streets, the shape of the postcode, a large city, a country, letters. Where
// nothing or several places alike are told, it is none.
func (m *Maker) country(v []byte) int {
	voc := &m.tables.address
	m.score = [32]int{}
	told := false // by a word
	for i := 0; i < len(m.tokens); i += m.tokens[i].span {
		t := &m.tokens[i]
		told = told || t.use == isGlued || t.word.roles&(isKind|isCity|isCountry) != 0
		switch {
		case t.use == isCode:
			m.vote(t.word.in, 12)
		case t.word.roles&isCountry != 0:
			m.vote(t.word.in, 40)
		case t.use == isGlued || t.word.roles&(isKind|isCity) != 0:
			m.vote(t.word.in, 24)
		case t.word.roles&(isState|isRegion) != 0 && t.to-t.from == 2 && unicode.IsUpper(rune(v[t.from])):
			m.vote(t.word.in, 12)
		case t.word.roles != 0:
			m.vote(t.word.in, 6)
		}
	}
	script := ""
	for i := 0; i < len(v); {
		r, n := decode(v[i:])
		if i += n; n == 1 {
			continue
		}
		m.vote(voc.marks[r], 4)
		if script == "" {
			script = scriptOf(r)
		}
	}
	if script != "" {
		return voc.place(script)
	}
	best, sure := 0, false
	for n := range voc.places {
		if m.score[n] > m.score[best] {
			best, sure = n, true
		} else if n != best && m.score[n] == m.score[best] {
			sure = false
		}
	}
	switch {
	case m.score[best] == 0 || !sure && !told:
		return voc.place(mixed)
	case strings.HasPrefix(voc.places[best].name, "en"): // of its two countries, that which anything speaks for
		return m.english()
	}
	return best
}

// english returns the country of an English address.
func (m *Maker) english() int {
	voc := &m.tables.address
	uk, us := voc.place("en-GB"), voc.place("en-US")
	if m.score[uk] > m.score[us] {
		return uk
	}
	return us
}

// vote adds to the score of places; what many share says little.
func (m *Maker) vote(in set, weight int) {
	if in == 0 {
		return
	}
	for each := weight * 12 / bits.OnesCount32(uint32(in)); in != 0; in &= in - 1 {
		m.score[bits.TrailingZeros32(uint32(in))] += each
	}
}

// scriptOf names the table of a script other than Latin, "" for none.
func scriptOf(r rune) string {
	switch {
	case unicode.Is(unicode.Cyrillic, r):
		return "ru"
	case unicode.Is(unicode.Greek, r):
		return "el"
	case unicode.Is(unicode.Arabic, r):
		return "ar"
	case unicode.Is(unicode.Hangul, r):
		return "ko"
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return "han"
	}
	return ""
}
