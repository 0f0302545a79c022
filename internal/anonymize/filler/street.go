package filler

import (
	"bytes"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// writer writes one address, segment by segment: what stands between two
// commas or ends of lines.
type writer struct {
	*Maker
	voc  *vocabulary
	at   int // whose streets and cities are written
	v    []byte
	done int // so much of v is written
}

// segment is what a segment holds.
type segment struct {
	street, code, number bool
	opens                bool // others follow it that hold a street
	named                bool // its street is written
}

// segment appends what stands between two breaks, and the break before it.
func (w *writer) segment(dst []byte, from, to int) []byte {
	tokens := w.tokens[from:to]
	s := w.lookAt(from, to)
	for i, n := 0, 0; i < len(tokens); i += n {
		t := &tokens[i]
		n = 1
		dst = append(dst, apart(w.v[w.done:t.from])...)
		original := w.v[t.from:t.to]
		switch {
		case t.use == isCode:
			if i+1 < len(tokens) && tokens[i+1].use == isCode && tokens[i+1].from == t.to+1 {
				n = 2
			}
			dst = w.code(dst, w.v[t.from:tokens[i+n-1].to])
		case t.use == isNumber:
			dst = w.number(dst, original)
		case t.use == isGlued:
			dst = w.name(dst, w.v[t.from:t.stem], "street", "stem", "before")
			dst, s.named = append(dst, w.v[t.stem:t.to]...), true
		case w.stands(tokens, i):
			dst = append(dst, original...)
		case w.state(tokens, i):
			dst = w.name(dst, original, "state", "state")
		case len(original) == 1 && w.loose(tokens, i):
			dst = w.letter(dst, original)
		default:
			n = w.run(tokens, i)
			dst = w.words(dst, tokens, i, i+n, &s)
		}
		w.done = tokens[i+n-1].to
	}
	return dst
}

// apart returns a gap as it is written. A dot or an at sign that joins two
// names could make a host or an address of them: a blank stands there.
func apart(gap []byte) []byte {
	switch {
	case len(gap) == 1 && gap[0] == '.':
		return []byte(". ")
	case bytes.IndexByte(gap, '@') >= 0:
		return bytes.ReplaceAll(gap, []byte("@"), []byte(" "))
	}
	return gap
}

// lookAt finds what a segment holds.
func (w *writer) lookAt(from, to int) segment {
	var s segment
	w.street = w.street[:0]
	for i := from; i < len(w.tokens); i++ {
		t := &w.tokens[i]
		street := t.use == isGlued || w.isStreet(t)
		if i >= to {
			s.opens = s.opens || street || t.use == isNumber
			continue
		}
		s.street, s.code, s.number = s.street || street, s.code || t.use == isCode, s.number || t.use == isNumber
		switch {
		case len(w.street) > 0 || t.use == isCode || t.use == isNumber:
		case t.use == isGlued:
			w.street = foldWords(w.street, w.v[t.from:t.stem])
		case !street && t.word.roles&(isNeutral|isParticle) == 0:
			w.street = foldWords(w.street, w.v[t.from:t.to])
		}
	}
	s.opens = s.opens && from == 0
	return s
}

// longestShort is how long an abbreviation is. A longer word that is in the
// name of somebody whom the source knows never stays.
const longestShort = 3

// isStreet reports a word for a street that stays.
func (w *writer) isStreet(t *token) bool {
	return t.word.roles&isKind != 0 && t.use == stays && !w.somebody(t)
}

func (w *writer) somebody(t *token) bool {
	return t.to-t.from > longestShort && w.real(string(w.v[t.from:t.to]))
}

// stands reports a word that tells nothing: it stays.
func (w *writer) stands(tokens []token, i int) bool {
	t := &tokens[i]
	switch {
	case w.isStreet(t):
		return true
	case t.word.roles&isNeutral != 0:
		return !w.somebody(t)
	case t.to-t.from <= 2 && i+1 < len(tokens) && tokens[i+1].use == isCode && tokens[i+1].from == t.to+1 && w.v[t.to] == '-':
		return true // D-10115
	}
	if t.word.roles&isNation != 0 && len(tokens) == 1 && !(len(w.tokens) > 1 && w.state(tokens, i)) {
		return unicode.IsUpper(rune(w.v[t.from]))
	}
	return t.word.roles&isCountry != 0 && t.span == 1
}

// state reports a state in two capitals that stands behind a city, before a
// postcode or alone.
func (w *writer) state(tokens []token, i int) bool {
	t := &tokens[i]
	if t.word.roles&isState == 0 || t.to-t.from != 2 || !unicode.IsUpper(rune(w.v[t.from])) || !unicode.IsUpper(rune(w.v[t.from+1])) {
		return false
	}
	return i+1 == len(tokens) || tokens[i+1].use == isCode
}

// loose reports a letter that begins no name: of a house, a flat, a stair.
func (w *writer) loose(tokens []token, i int) bool {
	return w.run(tokens, i) == 1
}

// run returns how many tokens from i on are one name.
func (w *writer) run(tokens []token, i int) int {
	n := tokens[i].span
	if n > 1 {
		return n
	}
	for ; i+n < len(tokens); n++ {
		t := &tokens[i+n]
		if t.use != stays || w.isStreet(t) || w.state(tokens, i+n) || !joins(w.v[tokens[i+n-1].to:t.from]) {
			break
		}
		if t.word.roles&isNeutral != 0 && t.word.roles&isParticle == 0 && !w.somebody(t) || t.word.roles&(isCity|isCountry|isRegion) != 0 {
			break
		}
	}
	for n > 1 && tokens[i+n-1].to-tokens[i+n-1].from == 1 {
		n--
	}
	return n
}

// joins reports a gap inside a name.
func joins(gap []byte) bool {
	if len(gap) > 1 && bytes.IndexByte(gap, ' ') >= 0 && bytes.IndexByte(gap, '-') >= 0 {
		return false
	}
	for i := 0; i < len(gap); {
		c, n := decode(gap[i:])
		i += n
		switch c {
		case ' ', '.', '\'', '’', '-', '@', '_', '&', '+', ':', '\u00a0':
		default:
			return unicode.Is(unicode.Mn, c)
		}
	}
	return true
}

// words appends a name, or a country, which stays.
func (w *writer) words(dst []byte, tokens []token, from, to int, s *segment) []byte {
	original := w.v[tokens[from].from:tokens[to-1].to]
	w.fold = foldWords(w.fold[:0], original)
	known := tokens[from].word
	if tokens[from].span != to-from {
		known = word{}
	}
	before, after := to < len(tokens) && w.isStreet(&tokens[to]), from > 0 && w.isStreet(&tokens[from-1])
	lead := tokens[from].word.roles&isLead != 0
	switch {
	case len(original) <= longestShort && bytes.IndexFunc(original, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0: // ON
		return w.code(dst, original)
	case known.roles&(isParticle|isCity) == isParticle:
		return append(dst, original...)
	case before, after && !s.named:
		s.named = true
		if before {
			return w.name(dst, original, "street", "before", "after")
		}
		return w.name(dst, original, "street", "after", "before")
	case known.roles&isCountry != 0:
		return append(dst, original...)
	case known.roles&isRegion != 0 && known.roles&isCity == 0:
		return w.name(dst, original, "region", "region", "city")
	case known.roles&isCity != 0 && known.in != 0: // whatever country the rest is of
		at := w.at
		w.at = bits.TrailingZeros32(uint32(known.in))
		dst = w.name(dst, original, "city", "city")
		w.at = at
		return dst
	case known.roles&isCity != 0 || s.code || s.named:
		return w.name(dst, original, "city", "city")
	case s.street || s.number || lead || s.opens:
		s.named = true
		return w.name(dst, original, "street", "alone")
	}
	return w.name(dst, original, "city", "city")
}

// name appends another name from the first of the lists that the place has.
func (w *writer) name(dst, original []byte, kind string, lists ...string) []byte {
	at := w.at
	if kind == "state" {
		at = w.voc.place("en-US")
	}
	list := w.voc.list(at, lists...)
	if list == nil {
		list = w.voc.list(w.voc.place(mixed), lists...)
	}
	w.fold = foldWords(w.fold[:0], original)
	return w.pick(dst, list, w.draw([]byte(kind), w.fold), original)
}

// code appends another postcode of the same shape.
func (w *writer) code(dst, original []byte) []byte {
	w.fold = foldWords(w.fold[:0], original)
	return w.letters(dst, original, w.draw([]byte("postcode"), w.fold))
}

// number appends another number of a house in the same form: 12a, 5th.
func (w *writer) number(dst, original []byte) []byte {
	w.fold = text.Fold(w.fold[:0], original)
	draw := w.draw([]byte("number"), w.street, w.fold)
	digits := bytes.IndexFunc(original, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case digits < 0:
		return w.letters(dst, original, draw)
	case digits == 0:
		return w.letters(dst, original, draw)
	}
	start := len(dst)
	dst = w.letters(dst, original[:digits], draw)
	rest := original[digits:]
	switch {
	case utf8.RuneCount(rest) == 1:
		return w.letter(dst, rest)
	case slices.Contains([]string{"st", "nd", "rd", "th"}, string(bytes.ToLower(rest))):
		last := len(dst) - 1
		for d := draw; dst[last] < '4' || bytes.Equal(dst[start:], original[:digits]); d++ {
			dst[last] = byte('4' + d%6)
		}
		return append(dst, inCase(rest, "th")...)
	}
	return append(dst, rest...)
}

// letter appends another letter of a house, a stair or a flat.
func (w *writer) letter(dst, original []byte) []byte {
	w.fold = text.Fold(w.fold[:0], original)
	return w.pick(dst, []string{"A", "B", "C", "D", "E", "F"}, w.draw([]byte("letter"), w.street, w.fold), original)
}
