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
	p := a.people.At(who)
	trimmed := bytes.TrimSpace(v)
	if m, ok := a.plan.dict.Lookup(trimmed); ok && m.Kind != text.Full { // "Hill, Rose", "R. Hill", "Rose"
		lead, tail := blanks(v)
		dst = text.Render(append(dst, lead...), m, trimmed, p.Given, p.Family)
		return append(dst, tail...), changed, nil
	}
	return spell(dst, v, p.Given, p.Family), changed, nil
}

// spell writes given and family name in the layout of a full name: with the
// family name first where a comma says so, in the same case, with the same
// blanks at the ends.
func spell(dst, original []byte, given, family string) []byte {
	lead, tail := blanks(original)
	dst = append(dst, lead...)
	c := casingOf(original)
	if bytes.IndexByte(original, ',') >= 0 {
		dst = append(appendCased(dst, c, family), ", "...)
		dst = appendCased(dst, c, given)
	} else {
		dst = append(appendCased(dst, c, given), ' ')
		dst = appendCased(dst, c, family)
	}
	return append(dst, tail...)
}

// applyName replaces a name that is not tied to a row: a known person keeps
// her pseudonym, anyone else gets one that hangs on the name itself.
func applyName(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	trimmed := bytes.TrimSpace(v)
	if m, ok := a.plan.dict.Lookup(trimmed); ok && m.Kind != text.Given && m.Kind != text.Surname {
		lead, tail := blanks(v)
		dst = append(dst, lead...)
		dst = a.Name(dst, m, trimmed)
		return append(dst, tail...), changed, nil
	}
	given, family := a.drawName(trimmed)
	if bytes.IndexByte(trimmed, ' ') < 0 {
		return spellPart(dst, v, family), changed, nil
	}
	return spell(dst, v, given, family), changed, nil
}

// drawName makes a name for somebody who is not in the index: never with a
// surname that somebody in it really has, or it would look like a leak.
func (a *Anonymizer) drawName(original []byte) (given, family string) {
	a.small = text.Fold(a.small[:0], original)
	names := a.plan.in.Names
	given = names.Given("", a.unknown.Draw([]byte("given"), a.small))
	for again := byte(0); ; again++ {
		family = names.Family("", a.unknown.Draw([]byte("family"), a.small, []byte{again}))
		if again == 255 || !a.people.Real(family) {
			return given, family
		}
	}
}

func spellPart(dst, original []byte, part string) []byte {
	lead, tail := blanks(original)
	dst = appendCased(append(dst, lead...), casingOf(original), part)
	return append(dst, tail...)
}

func applyPersonFirst(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	given, _ := a.partsOf(who, v)
	return spellPart(dst, v, given), changed, nil
}

func applyPersonLast(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	_, family := a.partsOf(who, v)
	return spellPart(dst, v, family), changed, nil
}

// applyPersonInitials writes up to two letters, no more than the original
// has, each with a dot where the original has one behind its first.
func applyPersonInitials(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	lead, tail := blanks(v)
	trimmed := bytes.TrimSpace(v)
	given, family := a.partsOf(who, v)
	small := casingOf(trimmed) == lowerCase
	_, n := utf8.DecodeRune(trimmed)
	dotted := n < len(trimmed) && trimmed[n] == '.'
	dst = append(dst, lead...)
	left := letters(trimmed)
	for _, name := range [...]string{given, family} {
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
func (a *Anonymizer) partsOf(who int32, original []byte) (given, family string) {
	if who != nobody {
		p := a.people.At(who)
		return p.Given, p.Family
	}
	return a.drawName(bytes.TrimSpace(original))
}

// Name implements text.Resolver: it appends what stands for the mention of a
// known person.
func (a *Anonymizer) Name(dst []byte, m text.Match, original []byte) []byte {
	p := a.people.At(m.ID)
	return text.Render(dst, m, original, p.Given, p.Family)
}

// Email implements text.Resolver. What a text calls an address need not be
// one to person ("jane doe"@acme.com): it is an address of nobody then.
func (a *Anonymizer) Email(dst, original []byte) []byte {
	out, did, err := replaceEmail(a, dst, original)
	switch {
	case err == nil && did != kept:
		return out
	case err == nil: // of a domain that is kept
		return append(dst, original...)
	}
	lower := bytes.ToLower(original)
	dst = person.AppendUnknownLocal(dst, a.unknown.Draw([]byte("email"), lower))
	return a.people.AppendDomain(append(dst, '@'), a.domain, lower[bytes.LastIndexByte(lower, '@')+1:])
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
