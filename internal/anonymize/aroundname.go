package anonymize

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room is about names that do not stand alone in their value: Dr. Rose
// Hill, Hill, Rose (HR), two of them with an ampersand between.

// aroundName rewrites a value that holds more than a name: each name becomes
// what it becomes alone, by fn, and what stands around it stays. ok is false
// for a value that is a name and nothing else.
func (a *Anonymizer) aroundName(dst, v []byte, who int32, fn apply) (out []byte, did outcome, ok bool) {
	if usualName(v) && !a.plan.beside.Titled(v) {
		return dst, kept, false
	}
	if plain := text.Figures(v); len(plain) != len(v) {
		return a.nameOf(dst, plain, who, fn), changed, true
	}
	if bytes.IndexByte(v, '@') >= 0 && len(text.FindEmails(nil, v)) > 0 {
		out, did, err := a.around(dst, v, a, text.BesideAddresses)
		return out, did, err == nil
	}
	if at, size := a.betweenNames(v); size > 0 {
		out = a.nameOf(dst, v[:at], who, fn)
		out = append(out, v[at:at+size]...)
		if rest := v[at+size:]; a.post(rest) {
			return append(out, rest...), changed, true
		}
		return a.nameOf(out, v[at+size:], nobody, applyName), changed, true
	}
	return a.besideName(dst, v, who, fn)
}

// besideName is aroundName for titles in front and what stands behind.
func (a *Anonymizer) besideName(dst, v []byte, who int32, fn apply) (out []byte, did outcome, ok bool) {
	lead, tail := signs(v)
	inner := v[len(lead) : len(v)-len(tail)]
	core := a.plan.beside.Name(inner)
	if plain := withoutNickname(inner); len(plain) < len(inner) {
		out = a.nameOf(append(dst, lead...), plain, who, fn)
		return a.otherDigits(out, tail), changed, true
	}
	if core.Start == 0 && core.End == len(inner) {
		if len(bytes.TrimSpace(lead))+len(bytes.TrimSpace(tail)) == 0 || len(inner) == 0 {
			return dst, kept, false
		}
		out = a.nameOf(append(dst, lead...), inner, who, fn)
		return a.otherDigits(out, tail), changed, true
	}
	out = append(append(dst, lead...), inner[:core.Start]...)
	out = a.nameOf(out, inner[core.Start:core.End], who, fn)
	out = a.behindName(out, inner[core.End:])
	return a.otherDigits(out, tail), changed, true
}

// usualName reports a value of letters of ASCII with nothing but blanks,
// hyphens and apostrophes between them, and no word in small letters behind one
// in capitals.
func usualName(v []byte) bool {
	var last byte
	capital := false
	for _, c := range v {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c != ' ' && c != '-' && c != '\'' {
				return false
			}
		}
		if last == ' ' && (capital && c >= 'a' || c == '-' || c == '\'') {
			return false
		}
		capital = capital || c >= 'A' && c <= 'Z'
		last = c
	}
	return !bytes.Contains(v, []byte(" and ")) && !bytes.Contains(v, []byte(" und "))
}

// knownFull reports the full name of somebody, or several with commas.
func (a *Anonymizer) knownFull(v []byte) bool {
	if m, ok := a.plan.dict.Lookup(v); ok {
		return m.Kind == text.Full
	}
	first, rest, more := bytes.Cut(v, []byte(","))
	return more && a.knownFull(first) && a.knownFull(rest)
}

func hasLetter(v []byte) bool { return bytes.IndexFunc(v, unicode.IsLetter) >= 0 }

// nameOf writes one name of a value; what has no letter is none.
func (a *Anonymizer) nameOf(dst, v []byte, who int32, fn apply) []byte {
	if !hasLetter(v) { // a number, which may be somebody's
		return a.numbersIn(dst, v)
	}
	out, did, _ := fn(a, dst, v, who) // verbs of names read every text
	if did == kept {
		return append(dst, v...)
	}
	return out
}

// behindName writes what stands behind a name: degrees as they are, and what
// is in brackets if it is known to be no name.
func (a *Anonymizer) behindName(dst, v []byte) []byte {
	for len(v) > 0 {
		open := bytes.IndexAny(v, "([")
		if open < 0 {
			break
		}
		end := open + 1 + bytes.IndexAny(v[open+1:], ")]")
		if end <= open {
			end = len(v)
		}
		dst = append(dst, v[:open+1]...)
		if inside := v[open+1 : end]; a.plan.beside.Harmless(inside, text.BesideNames|text.BesideNumbers|text.NoName) && !initials(inside) && !holdsNumber(inside) {
			dst = append(dst, inside...)
		} else {
			dst = a.nameOf(dst, inside, nobody, applyName)
		}
		v = v[end:]
	}
	return append(dst, v...)
}

// initials reports a value of single letters, which may be somebody's.
func initials(v []byte) bool {
	for w := range text.Words(v) {
		if utf8.RuneCount(v[w.Start:w.End]) > 1 {
			return false
		}
	}
	return true
}
