package text

import (
	"bytes"
	"unicode/utf8"
)

// This room knows the characters that nobody sees: zero-width blanks and joiners, marks of direction, soft hyphens. A
// word or an address is found as if they were not there, and they go with it when it is replaced. Where a word is
// known to nobody, they may also have been meant as the blank between two.

// invisible reports such a character.
func invisible(r rune) bool {
	switch {
	case r < 0x00AD:
		return false
	case r == 0x00AD, r == 0x061C, r == 0x180E, r == 0xFEFF:
		return true
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE007F:
		return true
	}
	return false
}

// atSign reports the at sign of any width; stop is the same for the full stop between the labels of a domain.
func atSign(r rune) bool { return r == '@' || r == '＠' || r == '﹫' }

func stop(r rune) bool { return r == '.' || r == '．' }

// Visible returns s without characters that nobody sees and with the wide signs of an address as plain ones; s itself
// where it has none of them, a copy otherwise.
func Visible(s []byte) []byte {
	if IsASCII(s) {
		return s
	}
	odd := func(r rune) bool { return invisible(r) || r >= utf8.RuneSelf && (atSign(r) || stop(r)) }
	if bytes.IndexFunc(s, odd) < 0 {
		return s
	}
	return bytes.Map(func(r rune) rune {
		switch {
		case invisible(r):
			return -1
		case atSign(r):
			return '@'
		case stop(r):
			return '.'
		}
		return r
	}, s)
}

// seam returns where a word with invisible characters inside may be cut in two, behind the first of them; 0 where there
// is none.
func seam(word []byte) int {
	for i := 0; i < len(word); {
		if word[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(word[i:])
		if i += n; i > n && invisible(r) {
			if i = marksEnd(word, i); i < len(word) {
				return i
			}
		}
	}
	return 0
}

// insideWord reports whether only invisible characters part the range from a word before or behind it: the Berg of
// Berg\u00adwerk is nobody, while Jan\u200bBerg is.
func insideWord(s []byte, start, end int) bool {
	if start > 0 && s[start-1] >= utf8.RuneSelf {
		if before := bytes.TrimRightFunc(s[:start], invisible); len(before) < start && touchesWord(before, len(before), len(before)) {
			return true
		}
	}
	if s[end-1] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeLastRune(s[:end])
	return invisible(r) && touchesWord(s[end:], 0, 0)
}
