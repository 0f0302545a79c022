package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room is Render for most mentions: names of simple letters with one blank between their words. It says the same as
// the long way, which a test holds.

// outline is what the spelling of a name says: its words, and how many letters of each case it, its first and its last
// word have.
type outline struct {
	words           int
	all, head, tail letterCount
	capitalFirst    bool
}

// letterCount counts capitals and small letters.
type letterCount struct{ upper, under int }

// loud reports capitals and nothing else.
func (c letterCount) loud() bool { return c.upper > 1 && c.under == 0 }

// outlineOf reads a name; ok is false where it holds anything else than simple letters, digits and single blanks.
func outlineOf(name []byte) (o outline, ok bool) {
	begun := false // the word in hand has a character
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z':
			o.tail.under++
		case c >= 'A' && c <= 'Z':
			o.tail.upper++
			o.capitalFirst = o.capitalFirst || o.all.upper+o.all.under+o.tail.under == 0
		case c >= '0' && c <= '9':
		case c == ' ' && begun:
			o.close()
			begun = false
			continue
		case c >= 0xC3 && c <= 0xC5 && i+1 < len(name) && name[i+1]&0xC0 == 0x80:
			r := rune(c&0x1F)<<6 | rune(name[i+1]&0x3F)
			if i++; r == '×' || r == '÷' {
				return o, false
			}
			if unicode.IsUpper(r) {
				o.tail.upper++
				o.capitalFirst = o.capitalFirst || o.all.upper+o.all.under+o.tail.under == 0
			} else if unicode.IsLower(r) {
				o.tail.under++
			}
		default:
			return o, false
		}
		begun = true
	}
	if !begun {
		return o, false
	}
	tail := o.tail
	o.close()
	o.tail = tail
	return o, true
}

// close ends a word.
func (o *outline) close() {
	if o.words++; o.words == 1 {
		o.head = o.tail
	}
	o.all.upper += o.tail.upper
	o.all.under += o.tail.under
	o.tail = letterCount{}
}

// casing returns what caseOf says of the name.
func (o *outline) casing() casing {
	switch {
	case o.all.loud():
		return upperCase
	case o.all.upper == 0 && o.all.under > 0:
		return lowerCase
	case o.capitalFirst && o.all.upper == 1:
		return titleCase
	}
	return mixedCase
}

// renderUsual is renderAny for simple originals; ok is false for all others.
func renderUsual(dst []byte, m Match, original []byte, given, family string) (out []byte, ok bool) {
	if m.Kind != Full && m.Kind != Reversed && m.Kind < Surname {
		return dst, false
	}
	o, ok := outlineOf(original)
	if !ok {
		return dst, false
	}
	shape := o.casing()
	switch m.Kind {
	case Surname:
		if o.words > 1 || !oneWord(family) {
			return dst, false
		}
		return appendShaped(dst, shape, family), true
	case Given:
		if o.words == 1 {
			given = firstWord(given)
		}
		return appendShaped(dst, shape, given), true
	case Reversed:
		if shape < upperCase || shape > lowerCase {
			dst = appendShaped(dst, loudOr(o.head), family)
			return append(append(dst, ' '), given...), true
		}
		given, family = family, given
	default:
		if shape < upperCase || shape > lowerCase {
			dst = append(append(dst, given...), ' ')
			return appendShaped(dst, loudOr(o.tail), family), true
		}
	}
	dst = append(appendShaped(dst, shape, given), ' ')
	return appendShaped(dst, shape, family), true
}

// loudOr returns the case of a word if it is all capitals.
func loudOr(c letterCount) casing {
	if c.loud() {
		return upperCase
	}
	return mixedCase
}

// oneWord reports a name that certainly has no blank in it.
func oneWord(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= utf8.RuneSelf && (c < 0xC3 || c > 0xC5) && c&0xC0 != 0x80 {
			return false
		}
	}
	return true
}

// appendShaped appends name in upper or lower case, as it is otherwise.
func appendShaped(dst []byte, shape casing, name string) []byte {
	switch shape {
	case upperCase:
		return append(dst, strings.ToUpper(name)...)
	case lowerCase:
		return append(dst, strings.ToLower(name)...)
	}
	return append(dst, name...)
}
