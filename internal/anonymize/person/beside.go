package person

import (
	"bytes"
	"iter"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Numbers yields the telephone numbers in a value that holds them beside other
// things, from left to right: tel:+49…;ext=5, two with a slash between blanks.
// Each has a normal form.
func Numbers(v []byte) iter.Seq[text.Span] {
	return func(yield func(text.Span) bool) {
		var room [32]byte
		for i := 0; i < len(v); {
			start := i
			if i = runEnd(v, i); i == start {
				i++
				continue
			}
			number := bytes.TrimRight(v[start:i], " \t+-./()")
			if _, ok := NormalPhone(room[:0], number); ok && !yield(text.Span{Start: start, End: start + len(number)}) {
				return
			}
		}
	}
}

// runEnd returns where the digits that begin at i end, with what may stand
// between them; i itself where no number can begin. A plus begins another one.
func runEnd(v []byte, i int) int {
	start, digits := i, 0
	for ; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '+' && digits > 0, bytes.HasPrefix(v[i:], []byte(" / ")), digits >= fewestDigits && parts(v[i:]):
			return i
		case c == '+' || c == '(':
		case i == start:
			return start
		case bytes.IndexByte([]byte(" \t-./)"), c) < 0:
			return i
		}
	}
	return i
}

// fewestDigits is the length of the shortest number.
const fewestDigits = 7

// parts reports a slash, or a dash between blanks, with another whole number
// behind it.
func parts(v []byte) bool {
	if v[0] != '/' && !bytes.HasPrefix(v, []byte(" - ")) {
		return false
	}
	digits := 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case bytes.IndexByte([]byte(" \t-./()+"), c) < 0:
			return digits >= fewestDigits
		}
	}
	return digits >= fewestDigits
}

// emailIn is NormalEmail for a value that may hold the address beside other
// things: mailto:jane@acme.com, Jane Doe <jane@acme.com>. Of several the first
// counts.
func emailIn(dst, raw []byte) ([]byte, bool) {
	if out, ok := NormalEmail(dst, raw); ok {
		return out, true
	}
	if bytes.IndexByte(raw, '@') < 0 {
		return SpelledEmail(dst, raw)
	}
	for _, at := range text.FindEmails(nil, raw) {
		return NormalEmail(dst, raw[at.Start:at.End])
	}
	return SpelledEmail(dst, raw)
}

// SpelledEmail is NormalEmail for a value that is an address with its signs
// spelled out or set apart: john at acme dot com, john (at) acme.com, john @
// acme.com.
func SpelledEmail(dst, raw []byte) ([]byte, bool) {
	if len(raw) > longestApart {
		return dst, false
	}
	var room [longestApart]byte
	plain, sign := room[:0], true // a word may follow a sign alone
	for word := range bytes.FieldsFuncSeq(raw, func(r rune) bool { return r <= ' ' || bytes.IndexByte([]byte("()[]{}"), byte(min(r, 127))) >= 0 }) {
		var mark byte
		switch string(bytes.ToLower(word)) {
		case "at", "@", "ät", "arobase", "arroba", "chiocciola", "małpa":
			mark = '@'
		case "dot", ".", "punkt", "point", "punto", "ponto", "punt", "kropka", "nokta":
			mark = '.'
		}
		switch {
		case sign == (mark != 0): // two words, or two signs
			return dst, false
		case mark != 0:
			plain = append(plain, mark)
		default:
			plain = append(plain, word...)
		}
		sign = !sign
	}
	return NormalEmail(dst, plain)
}

// longestApart is the longest such value, in bytes.
const longestApart = 128

// phoneIn is NormalPhone, as emailIn is NormalEmail.
func phoneIn(dst, raw []byte) ([]byte, bool) {
	raw = text.Figures(raw)
	if out, ok := NormalPhone(dst, raw); ok {
		return out, true
	}
	for at := range Numbers(raw) {
		return NormalPhone(dst, raw[at.Start:at.End])
	}
	return dst, false
}
