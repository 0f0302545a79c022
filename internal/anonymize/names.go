package anonymize

import (
	"bytes"
	"strings"
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

func spellPart[T string | []byte](dst, original []byte, part T) []byte {
	lead, tail := blanks(original)
	dst = appendCased(append(dst, lead...), casingOf(original), part)
	return append(dst, tail...)
}

func applyPersonFirst(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		return spellPart(dst, v, a.cardOf(who).Given), changed, nil
	}
	given, _ := a.drawName(bytes.TrimSpace(v))
	return spellPart(dst, v, given), changed, nil
}

func applyPersonLast(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	if who != nobody {
		return spellPart(dst, v, a.cardOf(who).Family), changed, nil
	}
	_, family := a.drawName(bytes.TrimSpace(v))
	return spellPart(dst, v, family), changed, nil
}

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

// KnownPhone implements text.PhoneBook. A number is known as it is, with or
// without the zeros in front of it and its country's code: whatever the proof
// takes for it.
func (a *Anonymizer) KnownPhone(original []byte) bool {
	d := dialling{people: a.people, room: append(a.small[:0], "0000"...), at: longestCode + 1}
	parts, within := 0, false
	for _, c := range original {
		digit := c >= '0' && c <= '9'
		if digit {
			d.room = append(d.room, c)
			if !within {
				parts++
			}
		}
		within = digit
	}
	a.small = d.room
	for d.at < len(d.room) && d.room[d.at] == '0' {
		d.at++
	}
	zeros, size := d.at-longestCode-1, len(d.room)-d.at
	switch {
	case zeros > 2: // a serial number
		return false
	case d.known(d.at), d.known(d.at - 1):
		return true
	case size < fewestSubscriber:
		return false
	case zeros == 1 && (original[1] == ')' || original[1] >= '0' && original[1] <= '9'), // and no decimal
		zeros == 0 && (size == 11 && parts == 1 || size > 9 && (parts == 2 || parts == 3)):
		if d.anywhere() {
			return true
		}
	case zeros == 0 && size == 10:
		for code := range strings.FieldsSeq(zerolessCodes) {
			if d.within(code) {
				return true
			}
		}
	}
	return d.less(zeros == 2)
}

// Most countries' own numbers begin with a zero that is left out behind the
// country's code; those of zerolessCodes have ten digits without one. Codes of
// three digits begin with regions.
const (
	shortCodes = "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	regions    = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99"

	zerolessCodes = "1 7 30 39 52 55 57 86 91"

	longestCode      = 3
	fewestSubscriber = 8 // digits that say enough without a country's code
)

// dialling is a number that may be known with another beginning: without
// zeros in front it begins at room[at]. What is before that is free.
type dialling struct {
	people *person.Index
	room   []byte
	at     int
}

// known reports whether what begins at from is somebody's number.
func (d *dialling) known(from int) bool {
	_, ok := d.people.ByPhone(d.room[from:])
	return ok
}

// within reports whether the number is somebody's within the country of a
// code, which may be followed by the zero.
func (d *dialling) within(code string) bool {
	copy(d.room[d.at-len(code):], code)
	if d.known(d.at - len(code)) {
		return true
	}
	d.room[d.at-1] = '0'
	copy(d.room[d.at-1-len(code):], code)
	return d.known(d.at - 1 - len(code))
}

// anywhere is within for every country there is.
func (d *dialling) anywhere() bool {
	for code := range strings.FieldsSeq(shortCodes) {
		if d.within(code) {
			return true
		}
	}
	for region := range strings.FieldsSeq(regions) {
		code := [longestCode]byte{region[0], region[1]}
		for code[2] = '0'; code[2] <= '9'; code[2]++ {
			if d.within(string(code[:])) {
				return true
			}
		}
	}
	return false
}

// less reports whether the number begins with a country's code and is known
// with a zero behind it, without one, or, if it was dialled, without the code.
func (d *dialling) less(dialled bool) bool {
	code := [longestCode]byte{}
	n := copy(code[:codeLength(d.room[d.at:])], d.room[d.at:])
	for d.at += n; d.at < len(d.room) && d.room[d.at] == '0'; {
		d.at++
	}
	if len(d.room)-d.at < fewestSubscriber {
		return false
	}
	if d.within(string(code[:n])) {
		return true
	}
	d.room[d.at-1] = '0'
	return dialled && (d.known(d.at) || d.known(d.at-1))
}

// codeLength returns how many digits of a number are its country's code.
func codeLength(number []byte) int {
	switch {
	case number[0] == '1' || number[0] == '7':
		return 1
	case strings.Contains(shortCodes, string(number[:2])):
		return 2
	}
	return longestCode
}
