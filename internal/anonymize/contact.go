package anonymize

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// applyEmail replaces an address by that person's pseudonym, or, when nobody
// in the index has it, by one that hangs on the address itself. What stands
// around it stays, as far as it is known to say nothing about anybody.
func applyEmail(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	out, did, err := replaceEmail(a, dst, v)
	if err != errForm {
		return out, did, err
	}
	return a.aroundEmails(dst, v, a)
}

// applyPersonEmail is applyEmail for a column that mostly holds the address of
// the row's own person, which her card has.
func applyPersonEmail(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		normal, ok := person.NormalEmail(a.small[:0], v)
		a.small = normal
		if c := a.cardOf(who); ok && len(c.Email) > 0 && string(normal) == c.RealEmail {
			lead, tail := blanks(v)
			dst = append(dst, lead...)
			start := len(dst)
			dst = append(dst, c.Email...)
			a.respell(dst[start:], v[len(lead):len(v)-len(tail)], normal)
			return append(dst, tail...), changed, nil
		}
	}
	return applyEmail(a, dst, v, who)
}

// replaceEmail replaces what is an address; anything else is errForm.
func replaceEmail(a *Anonymizer, dst, v []byte) ([]byte, outcome, error) {
	normal, ok := person.NormalEmail(a.small[:0], v)
	if a.small = normal; !ok {
		return dst, kept, errForm
	}
	lead, tail := blanks(v)
	if known, ok := a.people.EmailFor(normal); ok {
		dst = append(dst, lead...)
		start := len(dst)
		dst = append(dst, known...)
		a.respell(dst[start:], v[len(lead):len(v)-len(tail)], normal)
		return append(dst, tail...), changed, nil
	}
	at := bytes.IndexByte(normal, '@')
	if a.people.KeptDomain(string(normal[at+1:])) {
		return dst, kept, nil
	}
	dst = append(dst, lead...)
	start := len(dst)
	if plus := bytes.IndexByte(normal[:at], '+'); plus > 0 {
		dst = a.appendTagged(dst, normal, plus, at)
	} else {
		dst = person.AppendUnknownLocal(dst, a.unknown.Draw([]byte("email"), normal))
		dst = a.appendDomain(append(dst, '@'), normal[at+1:])
	}
	a.respell(dst[start:], v[len(lead):len(v)-len(tail)], normal)
	return append(dst, tail...), changed, nil
}

// mostDomains is how many domains an Anonymizer remembers.
const mostDomains = 4096

// appendDomain appends what stands for a domain: most addresses have one of few.
func (a *Anonymizer) appendDomain(dst, real []byte) []byte {
	if known, ok := a.domains[string(real)]; ok {
		return append(dst, known...)
	}
	start := len(dst)
	dst = a.people.AppendDomain(dst, a.domain, real)
	if len(a.domains) >= mostDomains {
		clear(a.domains)
	}
	a.domains[string(real)] = string(dst[start:])
	return dst
}

// appendTagged writes what stands for name+tag@domain: the address without
// its tag keeps its own pseudonym, the tag is hashed.
func (a *Anonymizer) appendTagged(dst, normal []byte, plus, at int) []byte {
	tag := a.unknown.Draw([]byte("tag"), normal)
	base := append(append(a.path[:0], normal[:plus]...), normal[at:]...)
	a.path = base
	if known, ok := a.people.EmailFor(base); ok {
		sign := len(known) - 1
		for sign > 0 && known[sign] != '@' {
			sign--
		}
		dst = person.AppendTag(append(append(dst, known[:sign]...), '+'), tag)
		return append(dst, known[sign:]...)
	}
	dst = person.AppendUnknownLocal(dst, a.unknown.Draw([]byte("email"), base))
	dst = person.AppendTag(append(dst, '+'), tag)
	return a.appendDomain(append(dst, '@'), normal[at+1:])
}

// longestTag is what a tag adds to an address, in characters.
const longestTag = 1 + 6

// longestUnknownEmail bounds what stands for an address of nobody: "x-" and
// 12, a tag, the at sign, "d-" and 6, a dot and the parent.
func longestUnknownEmail(parent string) int { return 14 + longestTag + 1 + 8 + 1 + len(parent) }

// applyPhone replaces a number's digits in its own layout.
func applyPhone(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	normal, ok := person.NormalPhone(a.small[:0], v)
	if a.small = normal; ok {
		return a.appendPhone(dst, normal, v), changed, nil
	}
	if plain := text.Figures(v); len(plain) != len(v) {
		out, _, err := applyPhone(a, dst, plain, nobody)
		return out, changed, err
	}
	return a.aroundNumbers(dst, v)
}

// applyPersonPhone is applyPhone for a column that mostly holds the number of
// the row's own person.
func applyPersonPhone(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		normal, ok := person.NormalPhone(a.small[:0], v)
		a.small = normal
		if c := a.cardOf(who); ok && len(c.Phone) > 0 && string(normal) == c.RealPhone {
			return layOut(dst, v, c.Phone), changed, nil
		}
	}
	return applyPhone(a, dst, v, who)
}

// shortNumber treats what is no number of the expected kind: what names
// somebody is text, and an extension or a piece of a number keeps its form.
func (a *Anonymizer) shortNumber(dst, v []byte) ([]byte, outcome, error) {
	if countDigits(v) < len(bytes.TrimSpace(v)) {
		if out, did, err := a.freeText(dst, v, false); did == changed || err != nil {
			return out, did, err
		}
	}
	return applyDigits(a, dst, v, nobody)
}

// appendPhone writes the digits that stand for a number in normal form, in
// the layout of the original.
func (a *Anonymizer) appendPhone(dst, normal, original []byte) []byte {
	var room [32]byte
	if digits, ok := a.people.PhoneFor(normal); ok {
		return layOut(dst, original, digits)
	}
	if known, ok := a.knownAs(normal); ok {
		if digits, ok := a.people.PhoneAs(normal, known); ok {
			return layOut(dst, original, digits)
		}
	}
	return layOut(dst, original, a.people.AppendUnknownPhone(room[:0], a.unknown, normal))
}

// layOut writes digits in the layout of a number. What the number has more in
// front is the 00 of a country code, which stays.
func layOut[T string | []byte](dst, original []byte, digits T) []byte {
	skip := countDigits(original) - len(digits)
	for _, c := range original {
		switch {
		case c < '0' || c > '9':
			dst = append(dst, c)
		case skip > 0:
			dst = append(dst, c)
			skip--
		case len(digits) > 0:
			dst = append(dst, digits[0])
			digits = digits[1:]
		}
	}
	return dst
}

// applyPhoneNumber is applyPhone for what is a number: a first digit of 0,
// which no number can begin with, becomes 9.
func applyPhoneNumber(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if _, ok := person.NormalPhone(a.path[:0], v); !ok || bytes.ContainsAny(v, ".-") {
		return applyNumberDigits(a, dst, v, who)
	}
	start := len(dst)
	out, did, err := applyPhone(a, dst, v, who)
	if did == changed && out[start] == '0' {
		out[start] = '9'
	}
	return out, did, err
}

// applyKnownNumber is text and scan for a number of JSON: it is no text, but
// it may be somebody's phone number.
func applyKnownNumber(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if len(v) < 7 || countDigits(v) < len(v) {
		return dst, kept, nil
	}
	if _, known := a.people.PhoneFor(v); !known {
		return dst, kept, nil
	}
	return applyPhoneNumber(a, dst, v, who)
}

func countDigits(v []byte) int {
	n := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// blanks returns the white space at both ends of a value.
func blanks(v []byte) (lead, tail []byte) {
	if n := len(v); n > 0 && v[0]-'!' <= '~'-'!' && v[n-1]-'!' <= '~'-'!' { // nearly always
		return v[:0], v[n:]
	}
	t := bytes.TrimSpace(v)
	if len(t) == 0 {
		return v, nil
	}
	at := bytes.Index(v, t)
	return v[:at], v[at+len(t):]
}
