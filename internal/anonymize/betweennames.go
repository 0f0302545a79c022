package anonymize

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room finds where the names of a value end: two people with a sign or an
// and between them, a name and a maiden name, a nickname, a personnel number.

// separators are what parts two names wherever it stands.
var separators = func() (list [][]byte) {
	for _, sign := range []string{";", "\n", " & ", " / ", " - ", " – ", " — ", " | ", " and ", " und ", " de soltera ", " z domu ", " kızlık soyadı "} {
		list = append(list, []byte(sign))
	}
	return list
}()

// joiners part two names of two words or more: Ortega y Gasset is one.
var joiners = wordSet("et y e i en og och oraz ve و 和 と 及 および")

// bornAs stand in front of a maiden name or another name of the same person.
var bornAs = wordSet("née né nee nata nato nascida nascido född født f. geb. geb geborene geborener born formerly alias aka a.k.a. vorm. verh. " +
	"ex-mme roz. المولودة 旧姓 原名 曾用名")

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for word := range bytes.FieldsSeq([]byte(words)) {
		set[string(word)] = true
	}
	return set
}

// betweenNames finds what parts two names of a value; size is 0 where there is
// one. A comma does where the first is known and whole.
func (a *Anonymizer) betweenNames(v []byte) (at, size int) {
	for _, sign := range separators {
		if i := bytes.Index(v, sign); i >= 0 && hasLetter(v[:i]) && hasLetter(v[i+len(sign):]) {
			return i, len(sign)
		}
	}
	if at, size = betweenWords(v); size > 0 {
		return at, size
	}
	i := bytes.IndexByte(v, ',')
	if i < 0 || !hasLetter(v[:i]) || !hasLetter(v[i+1:]) || a.plan.beside.Name(v).End < len(v) {
		return 0, 0
	}
	if a.knownFull(v[:i]) || len(bytes.Fields(v[:i])) > 1 && a.post(v[i+1:]) {
		return i, 1
	}
	return 0, 0
}

// post reports words that stand beside names and are none: Human Resources.
func (a *Anonymizer) post(v []byte) bool {
	return a.plan.beside.Harmless(v, text.BesideNames) && !initials(v) && !a.plan.beside.Titled(bytes.TrimSpace(v))
}

// betweenWords is betweenNames for words.
func betweenWords(v []byte) (at, size int) {
	words, from := 0, 0 // words since the last joiner, and where the word in hand begins
	for from < len(v) {
		end := from + bytes.IndexFunc(v[from:], unicode.IsSpace)
		if end < from {
			end = len(v)
		}
		word := v[from:end]
		switch {
		case end == from:
		case words > 0 && end < len(v) && bornAs[string(word)]:
			return from - 1, end + 1 - (from - 1)
		case words > 1 && joiners[string(word)] && len(bytes.Fields(v[end:])) > 1:
			return from - 1, end + 1 - (from - 1)
		case unspacedJoined(v, from, end, words):
			return from - 1, end + 1 - (from - 1)
		default:
			words++
		}
		if end == len(v) {
			break
		}
		_, n := utf8.DecodeRune(v[end:])
		from = end + n
	}
	return 0, 0
}

// unspacedJoined reports a joiner between names that are written without blanks.
func unspacedJoined(v []byte, from, end, words int) bool {
	if words == 0 || end == len(v) || v[from] < utf8.RuneSelf || !joiners[string(v[from:end])] {
		return false
	}
	return person.Unspaced(string(v[from:end]))
}

// withoutNickname returns a name without what stands in quotes or brackets
// within it: Rose "Rosie" Hill.
func withoutNickname(v []byte) []byte {
	for _, pair := range [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {" '", "' "}, {"‘", "’"}, {"(", ")"}, {"「", "」"}} {
		start := bytes.Index(v, []byte(pair[0]))
		if start <= 0 || !hasLetter(v[:start]) {
			continue
		}
		open := start + len(pair[0])
		size := bytes.Index(v[open:], []byte(pair[1]))
		if size < 0 || !hasLetter(v[open+size+len(pair[1]):]) {
			continue
		}
		out := append([]byte(nil), bytes.TrimRightFunc(v[:start], unicode.IsSpace)...)
		return append(append(out, ' '), bytes.TrimLeftFunc(v[open+size+len(pair[1]):], unicode.IsSpace)...)
	}
	return v
}

// signs returns what stands at both ends of a name and is no part of it: blanks,
// stars, crosses, dashes, and a personnel number behind it.
func signs(v []byte) (lead, tail []byte) {
	lead, tail = blanks(v)
	inner := v[len(lead) : len(v)-len(tail)]
	core := bytes.TrimFunc(inner, sign)
	if number := bytes.TrimRight(core, "0123456789"); len(number) < len(core) && hasLetter(number) {
		if bare := bytes.TrimRight(number, "# "); len(bare) < len(number) {
			core = bytes.TrimRightFunc(bare, sign)
		}
	}
	if !hasLetter(core) {
		return lead, tail
	}
	at := len(lead) + bytes.Index(inner, core)
	return v[:at], v[at+len(core):]
}

// sign reports what is no part of a name at its end.
func sign(r rune) bool {
	switch r {
	case '*', '†', '‡', '✝', '#', '•', '-', '–', '—', '_', '~', '°', '!', '?', '=', '+', '>', '|':
		return true
	}
	return unicode.IsSpace(r)
}

// numbersIn writes what has no letter: telephone numbers become what they
// become elsewhere, other digits of more than a year's get other ones.
func (a *Anonymizer) numbersIn(dst, v []byte) []byte {
	v = text.Figures(v)
	pos := 0
	for at := range person.Numbers(v) {
		dst = a.otherDigits(dst, v[pos:at.Start])
		dst = a.Phone(dst, v[at.Start:at.End])
		pos = at.End
	}
	if rest := v[pos:]; countDigits(rest) > 4 || pos > 0 {
		return a.otherDigits(dst, rest)
	}
	return append(dst, v[pos:]...)
}
