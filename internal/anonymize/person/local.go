package person

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Local parts: most addresses are made of their owner's name by a scheme,
// jane.doe, jdoe, doe_j2, and the pseudonym's address is made by the same one.

// localForm is such a scheme: what stands there, in order.
type localForm []localPart

// localPart is a piece of a name, or what stands between two, or digits.
type localPart struct {
	kind  partKind
	text  string // a separator
	count int    // of digits
}

type partKind uint8

const (
	separator partKind = iota
	digits
	givenWhole // all given names as one word
	givenFirst // the first of them
	givenInitial
	familyWhole // with its particles
	familyBase  // without
	familyInitial
)

// mostDigits is how many digits behind a name still are a counter.
const mostDigits = 4

// formOf finds the scheme of a local part, in normal form and without a tag,
// for a person of that name. It reports false when part of it is nothing of
// hers, or no whole name stands in it. The scheme is valid until the next call.
func (m *localMatch) formOf(local string, name Name) (localForm, bool) {
	m.rest, m.words, m.letters, m.form, m.whole = local, m.words[:0], m.letters[:0], m.form[:0], false
	given, family := spellOut(name.Given), spellOut(name.Family)
	m.addAll(name.Given, name.Family)
	if given != name.Given || family != name.Family {
		m.addAll(given, family)
	}
	m.initial(givenInitial, name.Given)
	m.initial(familyInitial, withoutParticles(name.Family))
	return m.form, m.match()
}

// addAll adds the whole names in one spelling.
func (m *localMatch) addAll(given, family string) {
	m.add(givenWhole, given)
	m.add(givenFirst, firstPart(given))
	m.add(familyWhole, family)
	m.add(familyBase, withoutParticles(family))
}

func withoutParticles(family string) string {
	_, base := text.CutParticles(family, text.Particle)
	return base
}

// localMatch reads a local part from left to right. It is used again for the
// next one.
type localMatch struct {
	rest    string
	words   []localWord
	letters []byte // the words' own
	form    localForm
	whole   bool // a whole name has been read
}

type localWord struct {
	kind partKind
	text []byte
}

func (m *localMatch) add(kind partKind, name string) {
	start := len(m.letters)
	m.letters = appendPlain(m.letters, name)
	text := m.letters[start:]
	if len(text) > 1 && !slices.ContainsFunc(m.words, func(w localWord) bool { return string(w.text) == string(text) }) {
		m.words = append(m.words, localWord{kind, text})
	}
}

func (m *localMatch) initial(kind partKind, name string) {
	start := len(m.letters)
	m.letters = appendPlain(m.letters, name)
	if text := m.letters[start:]; len(text) > 0 {
		m.words = append(m.words, localWord{kind, text[:1]})
	}
}

// match reads what is left, trying whole names before initials. No local part
// has so many pieces that trying costs anything.
func (m *localMatch) match() bool {
	if m.rest == "" {
		return m.whole
	}
	before, whole, rest := len(m.form), m.whole, m.rest
	take := func(p localPart, n int) bool {
		m.form, m.rest = append(m.form, p), rest[n:]
		m.whole = whole || p.kind == givenWhole || p.kind == givenFirst || p.kind == familyWhole || p.kind == familyBase
		if m.match() {
			return true
		}
		m.form, m.rest, m.whole = m.form[:before], rest, whole
		return false
	}
	if before >= 7 {
		return false
	}
	for _, w := range m.words {
		if len(w.text) <= len(rest) && rest[:len(w.text)] == string(w.text) && !m.has(w.kind) && take(localPart{kind: w.kind}, len(w.text)) {
			return true
		}
	}
	switch n := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); {
	case strings.IndexByte("._-", rest[0]) >= 0 && before > 0:
		return take(localPart{text: rest[:1]}, 1)
	case n < 0 && len(rest) <= mostDigits && before > 0: // digits to the end
		return take(localPart{kind: digits, count: len(rest)}, len(rest))
	}
	return false
}

// has reports whether a piece of that name stands there already.
func (m *localMatch) has(kind partKind) bool {
	given := kind == givenWhole || kind == givenFirst || kind == givenInitial
	return slices.ContainsFunc(m.form, func(p localPart) bool {
		other := p.kind == givenWhole || p.kind == givenFirst || p.kind == givenInitial
		return p.kind >= givenWhole && given == other
	})
}

// rare reports a scheme with a whole surname: two people hardly ever get the
// same address by it, while given names are soon used up.
func (f localForm) rare() bool {
	return slices.ContainsFunc(f, func(p localPart) bool { return p.kind == familyWhole || p.kind == familyBase })
}

// append writes the local part of a pseudonym by the scheme.
func (f localForm) append(dst []byte, given, family string, draw uint64) []byte {
	for _, p := range f {
		switch p.kind {
		case separator:
			dst = append(dst, p.text...)
		case digits:
			for range p.count {
				dst = append(dst, byte('1'+draw%9))
				draw /= 9
			}
		case givenWhole:
			dst = appendASCII(dst, given)
		case givenFirst:
			dst = appendASCII(dst, firstPart(given))
		case familyWhole:
			dst = appendASCII(dst, family)
		case familyBase:
			dst = appendASCII(dst, withoutParticles(family))
		case givenInitial:
			dst = appendASCII(dst, given)[:len(dst)+1]
		case familyInitial:
			dst = appendASCII(dst, withoutParticles(family))[:len(dst)+1]
		}
	}
	return dst
}

// appendLocal writes the local part of a claim's pseudonym: by the scheme of
// the real one, and with a suffix of the draw behind it where that is taken or
// soon would be.
func (x *Index) appendLocal(dst []byte, m *localMatch, c *claim) []byte {
	p := &x.people[c.person]
	real, _, _ := strings.Cut(c.real, "@")
	real, _, tagged := strings.Cut(real, "+")
	suffix := 4
	table := x.names.For(p.Locale, p.Real.name().Full)
	given, family := table.Latin(p.Given), table.Latin(p.Family)
	switch form, ok := m.formOfAny(real, p, table); {
	case ok:
		dst = form.append(dst, given, family, c.draw)
		if c.count == 0 && form.rare() {
			suffix = 0
		}
	default:
		dst = appendASCII(append(appendASCII(dst, given), '.'), family)
	}
	if c.count >= usualDraws {
		suffix = 12
	}
	if suffix > 0 {
		dst = appendBase32(append(dst, '.'), c.draw, suffix)
	}
	if tagged {
		dst = appendBase32(append(dst, '+'), c.draw>>20, 4)
	}
	return dst
}

// formOfAny finds the scheme of one of a person's addresses by one of her
// names, in the Latin spelling of the table.
func (m *localMatch) formOfAny(local string, p *Person, t *Table) (localForm, bool) {
	if local == "" {
		return nil, false
	}
	for _, name := range p.Real.Names {
		name.Given, name.Family = t.Latin(name.Given), t.Latin(name.Family)
		if form, ok := m.formOf(local, name); ok {
			return form, true
		}
	}
	return nil, false
}

// appendPlain writes the letters and digits of a name in lower case, without
// diacritics; those of other scripts have no such form.
func appendPlain(dst []byte, s string) []byte {
	if !isASCII(s) {
		s = foldName(s)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c-'a' <= 'z'-'a', c-'0' <= 9:
			dst = append(dst, c)
		case c-'A' <= 'Z'-'A':
			dst = append(dst, c+'a'-'A')
		}
	}
	return dst
}

// appendASCII is appendPlain, with x and a number for a name that has no such
// letters.
func appendASCII(dst []byte, s string) []byte {
	start := len(dst)
	if dst = appendPlain(dst, s); len(dst) > start {
		return dst
	}
	sum := uint32(0)
	for i := range len(s) {
		sum = sum*31 + uint32(s[i])
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], sum)
	return strconv.AppendUint(append(dst, 'x'), uint64(b[2])<<8|uint64(b[3]), 10)
}
