package anonymize

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// applyPersonName writes the full name of the row's person, in the form and
// case of the original.
func applyPersonName(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who == nobody {
		return applyName(a, dst, v, who)
	}
	p := a.pseudonymOf(who, v)
	trimmed := bytes.TrimSpace(v)
	switch m, ok := a.plan.dict.Lookup(trimmed); {
	case ok && m.Kind != text.Full: // "Hill, Rose", "R. Hill", "Rose"
		lead, tail := blanks(v)
		dst = text.Render(append(dst, lead...), m, trimmed, p.given, p.family)
		return append(dst, tail...), changed, nil
	case !ok:
		if out, did, is := a.besideName(dst, v, who, applyPersonName); is { // Dr. Rosie H. (HR)
			return out, did, nil
		}
	}
	return spell(dst, v, p), changed, nil
}

// pseudonym is what somebody is called in a value.
type pseudonym struct {
	given, family string
	familyFirst   bool // family name, given name
}

// pseudonymOf returns a known person's pseudonym for a value: in Latin letters
// where the value has such, and Western order, even if her first name in the
// source has others.
func (a *Anonymizer) pseudonymOf(who int32, original []byte) pseudonym {
	given, family, familyFirst := a.people.Name(who)
	if !inLatin(family) && person.Latin(string(original)) {
		given, family = a.people.LatinName(who)
		familyFirst = false
	}
	return pseudonym{given, family, familyFirst}
}

// spell writes given and family name in the layout of a full name: in the
// order that a comma or else the language says, with a gap where the original
// has one, in the same case, with the same blanks at the ends.
func spell(dst, original []byte, p pseudonym) []byte {
	lead, tail := blanks(original)
	dst = append(dst, lead...)
	c, first, second, gap := casingOf(original), p.given, p.family, gapOf(original[len(lead):len(original)-len(tail)], p)
	if p.familyFirst || bytes.IndexByte(original, ',') >= 0 {
		first, second = second, first
	}
	dst = append(appendCased(dst, c, first), gap...)
	dst = appendCased(dst, c, second)
	return append(dst, tail...)
}

// gapOf returns what stands between the two names: a comma, or the first
// blanks of the original, or what the pseudonym's script wants.
func gapOf(original []byte, p pseudonym) string {
	if at := bytes.IndexByte(original, ' '); at > 0 && usualGap(original, at) {
		return " "
	}
	from := bytes.IndexFunc(original, unicode.IsSpace)
	switch {
	case bytes.IndexByte(original, ',') >= 0:
		return ", "
	case from < 0 && p.familyFirst && person.Unspaced(p.family):
		return ""
	case from < 0:
		return " "
	}
	size := bytes.IndexFunc(original[from:], func(r rune) bool { return !unicode.IsSpace(r) })
	return string(original[from : from+size])
}

// usualGap reports that a blank is the first in a name and stands alone, and
// that nothing in front of it or behind it, a comma for instance, says more.
func usualGap(original []byte, at int) bool {
	for _, c := range original[:at] {
		if c <= ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return at+1 < len(original) && original[at+1] > ' ' && original[at+1] < utf8.RuneSelf && bytes.IndexByte(original, ',') < 0
}

// applyName replaces a name that is not tied to a row: a known person keeps
// her pseudonym, anyone else gets one that hangs on the name itself.
func applyName(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	trimmed := bytes.TrimSpace(v)
	a.two.Read(trimmed)
	if m, ok := a.plan.dict.LookupPair(trimmed, &a.two); ok && m.Kind != text.Given && m.Kind != text.Surname {
		lead, tail := blanks(v)
		dst = append(dst, lead...)
		dst = a.Name(dst, m, trimmed)
		return append(dst, tail...), changed, nil
	}
	if a.plan.beside.NothingBut(&a.two) {
		return a.renamePair(dst, v, trimmed), changed, nil
	}
	return a.renameStranger(dst, v, trimmed)
}

// renameStranger is applyName for a value that is nobody's name who is known.
func (a *Anonymizer) renameStranger(dst, v, trimmed []byte) ([]byte, outcome, error) {
	if out, did, is := a.aroundName(dst, v, nobody, applyName); is {
		return out, did, nil
	}
	if a.plan.beside.Nameless(trimmed) {
		return dst, kept, nil
	}
	if a.saysNothing(trimmed, false) {
		return dst, kept, nil
	}
	given, family := splitName(trimmed)
	p := a.drawName(given, family)
	if len(given) == 0 {
		return spellPart(dst, v, p.family), changed, nil
	}
	return spell(dst, v, p), changed, nil
}

// drawName makes a name for somebody who is not in the index, of the script
// and the gender of the real one, of which a part may be unknown. It hangs on
// that whatever its case, blanks and order; it never has a surname that somebody
// in the index really has, or it would look like a leak.
func (a *Anonymizer) drawName(given, family []byte) pseudonym {
	a.path = append(append(append(a.path[:0], given...), ' '), family...)
	real := bytes.TrimSpace(a.path)
	a.small = text.Fold(a.small[:0], real)
	table := a.plan.in.Names.For("", string(real))
	p := pseudonym{given: a.drawFrom(table, a.small, given), familyFirst: table.FamilyFirst()}
	p.family = a.invented.Keep(a.path)
	return p
}

// drawFrom draws the name for a real one, which it takes folded and of which
// given tells the gender, from a table. The family name is left in a.path.
func (a *Anonymizer) drawFrom(table *person.Table, folded, given []byte) string {
	gender := a.plan.in.Names.Gender(table, string(given))
	one, two := a.unknown.DrawTwo([]byte("name"), folded)
	first := table.Given(gender, one)
	a.path = table.AppendFamily(a.path[:0], gender, two)
	for again := byte(1); again != 0 && a.people.RealName(first, string(a.path)); again++ { // 255 times at most
		a.path = table.AppendFamily(a.path[:0], gender, a.unknown.Draw([]byte("family"), folded, []byte{again}))
	}
	return first
}

func spellPart[T string | []byte](dst, original []byte, part T) []byte {
	lead, tail := blanks(original)
	dst = appendCased(append(dst, lead...), casingOf(original), part)
	return append(dst, tail...)
}

func applyPersonFirst(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		given, _, _ := a.people.Name(who)
		return a.spellOwn(dst, v, who, given, false), changed, nil
	}
	return spellPart(dst, v, a.drawName(joined(v), nil).given), changed, nil
}

func applyPersonLast(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		_, family, _ := a.people.Name(who)
		return a.spellOwn(dst, v, who, family, true), changed, nil
	}
	return spellPart(dst, v, a.drawName(nil, joined(v)).family), changed, nil
}

// spellOwn is spellPart for a part of a known person's pseudonym, in Latin
// letters where the value has such.
func (a *Anonymizer) spellOwn(dst, original []byte, who int32, part string, family bool) []byte {
	if inLatin(part) || !person.Latin(string(original)) {
		return spellPart(dst, original, part)
	}
	p := a.pseudonymOf(who, original)
	if family {
		return spellPart(dst, original, p.family)
	}
	return spellPart(dst, original, p.given)
}

// inLatin is person.Latin, at once for a name that begins with a letter of
// ASCII.
func inLatin(name string) bool {
	return len(name) > 0 && name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z' || person.Latin(name)
}

// joined writes a part of a name with one blank between its words.
func joined(v []byte) []byte {
	v = bytes.TrimSpace(v)
	if bytes.IndexFunc(v, unicode.IsSpace) < 0 {
		return v
	}
	return bytes.Join(bytes.Fields(v), []byte{' '})
}

// splitName is person.SplitName, at once for words of ASCII and of Latin letters
// with a mark, a blank between them.
func splitName(v []byte) (given, family []byte) {
	cut, blank := 0, -1 // where the family name begins, and the last blank
	for i, c := range v {
		switch {
		case c == ' ' && i > blank+1 && i < len(v)-1:
			if blank >= 0 && cut == 0 && text.Particle(string(v[blank+1:i])) {
				cut = blank + 1
			}
			blank = i
		case c == ' ', c == ',', c < ' ', c >= utf8.RuneSelf && !markedLatin(c):
			given, family := person.SplitName(string(v), "")
			return []byte(given), []byte(family)
		}
	}
	switch {
	case blank < 0:
		return nil, v
	case cut == 0:
		cut = blank + 1
	}
	return v[:cut-1], v[cut:]
}

// markedLatin reports the bytes of letters from À to ɏ, but for Ơ and Ư, which
// tell a Vietnamese name.
func markedLatin(c byte) bool { return c < 0xC0 || c >= 0xC3 && c <= 0xC9 && c != 0xC6 }

// cardOf returns a person's card; the columns of one row ask for the same one.
func (a *Anonymizer) cardOf(who int32) *person.Card {
	if a.carded != who {
		a.card, a.carded = a.people.Card(who), who
	}
	return &a.card
}

// applyPersonInitials writes up to two letters, no more than the original
// has, each with a dot where the original has one behind its first.
func applyPersonInitials(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	lead, tail := blanks(v)
	trimmed := bytes.TrimSpace(v)
	p := a.partsOf(who, v)
	small := casingOf(trimmed) == lowerCase
	_, n := utf8.DecodeRune(trimmed)
	dotted := n < len(trimmed) && trimmed[n] == '.'
	dst = append(dst, lead...)
	left := letters(trimmed)
	parts := [...]string{p.given, p.family}
	if p.familyFirst {
		parts = [...]string{p.family, p.given}
	}
	for _, name := range parts {
		if left == 0 {
			break
		}
		left--
		r, _ := utf8.DecodeRuneInString(name)
		if small {
			r = unicode.ToLower(r)
		}
		if dst = utf8.AppendRune(dst, r); dotted {
			dst = append(dst, '.')
		}
	}
	return append(dst, tail...), changed, nil
}

func letters(v []byte) int {
	n := 0
	for i := 0; i < len(v); {
		r, size := utf8.DecodeRune(v[i:])
		if unicode.IsLetter(r) {
			n++
		}
		i += size
	}
	return n
}

// partsOf returns the names of the row's person, or of a made-up one.
func (a *Anonymizer) partsOf(who int32, original []byte) pseudonym {
	if who != nobody {
		return a.pseudonymOf(who, original)
	}
	return a.drawName(nil, joined(original))
}

// Name implements text.Resolver: it appends what stands for the mention of a
// known person.
func (a *Anonymizer) Name(dst []byte, m text.Match, original []byte) []byte {
	p := a.pseudonymOf(m.ID, original)
	return text.Render(dst, m, original, p.given, p.family)
}

// Email implements text.Resolver. What a text calls an address need not be
// one to person ("jane doe"@acme.com): it is an address of nobody then. What
// nobody sees in it does not make it another one.
func (a *Anonymizer) Email(dst, original []byte) []byte {
	original = a.visible(original)
	out, did, err := replaceEmail(a, dst, original)
	switch {
	case err == nil && did != kept:
		return out
	case err == nil: // of a domain that is kept
		return append(dst, original...)
	}
	lower := bytes.ToLower(original)
	dst = person.AppendUnknownLocal(dst, a.unknown.Draw([]byte("email"), lower))
	return a.appendDomain(append(dst, '@'), lower[bytes.LastIndexByte(lower, '@')+1:])
}

// visible returns an address without what nobody sees, unless somebody is
// known by the address with it.
func (a *Anonymizer) visible(address []byte) []byte {
	shown := text.Visible(address)
	if len(shown) == len(address) {
		return shown
	}
	normal, ok := person.NormalEmail(a.small[:0], address)
	if a.small = normal; ok {
		if _, known := a.people.EmailFor(normal); known {
			return address
		}
	}
	return shown
}

// Phone implements text.Resolver. What a text calls a number need not be one
// to person, but it is never read as a text again.
func (a *Anonymizer) Phone(dst, original []byte) []byte {
	normal, ok := person.NormalPhone(a.small[:0], original)
	if a.small = normal; ok {
		return a.appendPhone(dst, normal, original)
	}
	out, _, _ := applyDigits(a, dst, original, nobody) // has digits, and knows no error
	return out
}
