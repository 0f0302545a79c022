package filler

import (
	"bytes"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
)

// coined is the table of invented names of companies.
const coined = "coined"

// Company appends an invented name of a company with as many words, the legal
// form, the small words and the signs of v. What it says that it does becomes
// another line of the same language.
func (m *Maker) Company(dst, v []byte) []byte {
	voc := &m.tables.company
	m.split(v, voc)
	names, end := m.nameOf(v)
	draw := m.draw([]byte("company"), m.other)
	done := 0
	for i := 0; i < len(m.tokens); {
		t := &m.tokens[i]
		n := t.span
		gap, original := v[done:t.from], v[t.from:m.tokens[i+n-1].to]
		done = m.tokens[i+n-1].to
		stays := i >= end || names > 0 && m.stays(v, i)
		each := splitmix.Scatter(draw + uint64(i))
		i += n
		switch {
		case i > n && len(gap) == 1 && (gap[0] == '.' || gap[0] == '@') && utf8.RuneCount(original) > 1 && !(stays && t.word.roles&isForm != 0):
			// .com: a host would be somebody's
		case stays:
			dst = append(append(dst, gap...), original...)
		case t.word.roles&isSector != 0:
			at := bits.TrailingZeros32(uint32(t.word.in))
			dst = m.pick(append(dst, gap...), voc.places[at].lists["sector"], each, original)
		case t.number || len(original) <= longestShort && bytes.IndexFunc(original, unicode.IsLower) < 0, utf8.RuneCount(original) == 1: // 3M, BMW
			dst = m.letters(append(dst, gap...), original, each)
		default:
			dst = m.coin(append(dst, gap...), original, each)
		}
	}
	return append(dst, v[done:]...)
}

// nameOf leaves the normal form of a company's name, without its legal form,
// in m.other. It returns how many words of it do not stay, and from which
// token on the legal form stands.
func (m *Maker) nameOf(v []byte) (names, end int) {
	for i := 0; i < len(m.tokens); i += m.tokens[i].span {
		if m.tokens[i].word.roles&isForm == 0 {
			end = i + m.tokens[i].span
		}
	}
	m.other = m.other[:0]
	if end > 0 {
		m.other = foldWords(m.other, v[m.tokens[0].from:m.tokens[end-1].to])
	}
	for i := 0; i < end; i += m.tokens[i].span {
		if !m.stays(v, i) {
			names++
		}
	}
	if end == 0 { // nothing but a legal form is a name like another
		m.other = foldWords(m.other, v)
		return 0, len(m.tokens)
	}
	return names, end
}

// stays reports a legal form, in capitals before the name or with a bracket or
// the like behind it, and a word that many names have, unless it is in
// somebody's name.
func (m *Maker) stays(v []byte, i int) bool {
	t := &m.tokens[i]
	if t.word.roles&isForm != 0 {
		next := i + t.span
		return i == 0 && next < len(m.tokens) && bytes.IndexFunc(v[t.from:t.to], unicode.IsLower) < 0 ||
			i > 0 && next < len(m.tokens) && bytes.ContainsAny(v[m.tokens[next-1].to:m.tokens[next].from], "([,–/")
	}
	return t.word.roles&(isParticle|isNeutral) != 0 && (t.to-t.from <= longestShort || !m.real(string(v[t.from:t.to])))
}

// coin appends an invented word in the case of the original, none of it and
// none of anybody's name.
func (m *Maker) coin(dst, original []byte, draw uint64) []byte {
	voc := &m.tables.company
	at := voc.place(coined)
	stems, endings := voc.places[at].lists["stem"], voc.places[at].lists["ending"]
	m.other = foldWords(m.other[:0], original)
	var word []byte
	for try := range uint64(mostTries) {
		hi, lo := bits.Mul64(splitmix.Scatter(draw+try), uint64(len(stems)))
		last, _ := bits.Mul64(lo, uint64(len(endings)))
		word = append(append(m.fold[:0], stems[hi]...), endings[last]...)
		if m.fold = word; !bytes.EqualFold(word, m.other) && !m.real(string(word)) {
			break
		}
	}
	return append(dst, inCase(original, string(word))...)
}
