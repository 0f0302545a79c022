package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room says what may stand between two words of one name. What nobody sees, blanks (also no-break ones, several,
// one line break) and a single joiner (hyphen, apostrophe, underscore, dot, plus) do not count: Jean-Luc, "Jean Luc"
// and jean_luc are one phrase. After an initial a dot may precede the blank. Anything else, above all the comma of
// "Last, First", is part of the phrase and must be there; where it is not, the words stand apart (see from), and name
// somebody only as a full name.

const (
	longestGap  = 64 // bytes; more blanks than this are layout, not a name
	longestMark = 8  // bytes of punctuation that can be part of a phrase
)

// gapOf judges the bytes between two words; initial says that the word before is a single letter. ok is false when
// the gap ends a name; otherwise sign is the punctuation that counts, empty for none.
func gapOf(gap []byte, initial bool) (sign []byte, ok bool) {
	if len(gap) == 0 || len(gap) == 1 && gap[0] == ' ' {
		return nil, true
	}
	if len(gap) > longestGap {
		return nil, false
	}
	sign, blanks, ok := signOf(gap)
	if !ok || len(sign) == 0 {
		return nil, ok
	}
	if initial && sign[0] == '.' && (len(sign) == 1 || isJoiner(sign[1:])) {
		return nil, true
	}
	if !blanks && isJoiner(sign) {
		return nil, true
	}
	if len(sign) > longestMark {
		return nil, false
	}
	if r, n := utf8.DecodeRune(sign); n == len(sign) && isApostrophe(r) {
		return apostrophe, true // van 't Hof, whichever it is
	}
	return sign, true
}

var apostrophe = []byte("'")

// signOf returns the part of a gap that is not blank, and whether blanks surround it. A paragraph's end is no gap.
func signOf(gap []byte) (sign []byte, blanks, ok bool) {
	first, last, lines := -1, 0, 0
	for i := 0; i < len(gap); {
		r, n := utf8.DecodeRune(gap[i:])
		if r == '\n' {
			lines++
		}
		switch {
		case invisible(r):
		case isBlank(r):
			blanks = true
		default:
			if first < 0 {
				first = i
			}
			last = i + n
		}
		i += n
	}
	if lines > 1 {
		return nil, blanks, false
	}
	if first < 0 {
		return nil, blanks, true
	}
	return gap[first:last], blanks, true
}

// isBlank reports white space, the no-break kinds included.
func isBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\v', '\f', 0x00A0, 0x1680, 0x202F, 0x205F, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200B
}

// isSpace reports a gap of blanks, of whatever size, and what sets cells apart: layout, within which a name in a script
// without blanks may be parted.
func isSpace(gap []byte) bool {
	return !bytes.ContainsFunc(gap, func(r rune) bool { return !partsTitle(r) && !invisible(r) })
}

// isJoiner reports whether sign is one character that joins the words of a name.
func isJoiner(sign []byte) bool {
	if string(sign) == "++" { // two blanks of a query
		return true
	}
	r, n := utf8.DecodeRune(sign)
	if n != len(sign) {
		return false
	}
	return isHyphen(r) || isApostrophe(r) || r == '_' || r == '.' || r == '+' || isMiddleDot(r)
}

func isHyphen(r rune) bool {
	return r == '-' || r >= 0x2010 && r <= 0x2013 || r == 0x2212 || r == 0x00AD
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', 0x00B4, 0x02B9, 0x02BB, 0x02BC, 0x02C8, 0x2018, 0x2019, 0x201B, 0x2032, 0xFF07:
		return true
	}
	return false
}

func isMiddleDot(r rune) bool {
	return r == 0x00B7 || r == 0x2027 || r == 0x30FB || r == 0x30A0 || r == 0xFF65
}

// isAside reports a word in quotes or brackets with a blank on either side, as a nickname stands within a name:
// Jane "Janey" Hill. In a list there is a comma.
func isAside(s []byte, start, end int) bool {
	open, before := utf8.DecodeLastRune(s[:start])
	shut, behind := utf8.DecodeRune(s[end:])
	if !strings.ContainsRune(asideOpens, open) || !strings.ContainsRune(asideShuts, shut) {
		return false
	}
	before, behind = start-before, end+behind
	return before > 0 && s[before-1] == ' ' && behind < len(s) && s[behind] == ' '
}

const (
	asideOpens = "\"(“„«"
	asideShuts = "\")”“»"
)

// endsSentence reports that a sentence or a paragraph ends within a text. A dot behind a letter alone is an initial's.
func endsSentence(s []byte) bool {
	letter := func(i int) bool { c := s[i] | 0x20; return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf }
	lines := 0
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			if lines++; lines > 1 {
				return true
			}
		case c > ' ':
			lines = 0
			continue
		}
		if c := s[i-1]; c == '!' || c == '?' || c == '.' && i > 2 && letter(i-2) && letter(i-3) {
			return true
		}
	}
	return false
}

// unevenCase reports words with a small letter in front beside some with a capital.
func unevenCase(s []byte) bool {
	small, capital := false, false
	for w := range Words(s) {
		r, _ := utf8.DecodeRune(s[w.Start:])
		small, capital = small || unicode.IsLower(r), capital || unicode.IsUpper(r)
	}
	return small && capital
}

// trimBlanks cuts white space off both ends.
func trimBlanks(s []byte) []byte {
	return bytes.TrimFunc(s, func(r rune) bool { return isBlank(r) || invisible(r) })
}
