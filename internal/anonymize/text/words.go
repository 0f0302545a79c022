package text

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// This room cuts text into words. A word is a run of letters, digits and combining marks; apostrophes, hyphens and
// everything else end it. Scripts that write without blanks (Chinese, Japanese, Korean, Thai, …) have no such runs:
// there each character with its marks is a word of its own, so that a name matches inside a sentence.

// lower maps a byte to the lower-case letter or digit it stands for, to separator, or to beyondASCII.
const lower = "" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"0123456789\x00\x00\x00\x00\x00\x00" +
	"\x00abcdefghijklmno" +
	"pqrstuvwxyz\x00\x00\x00\x00\x00" +
	"\x00abcdefghijklmno" +
	"pqrstuvwxyz\x00\x00\x00\x00\x00" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"

const (
	separator   = 0
	beyondASCII = 1
)

// class says what a character is to the word cutter.
type class uint8

const (
	outside class = iota // ends a word
	inWord               // letter or digit of a script that separates words
	mark                 // belongs to the character before it, or is invisible
	alone                // is a word of its own
)

// Words yields the words of s in order, as byte ranges. Invalid UTF-8 ends a word.
func Words(s []byte) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for i := 0; ; {
			start, end := nextWord(s, i)
			if start == end || !yield(Span{start, end}) {
				return
			}
			i = end
		}
	}
}

// nextWord returns the first word of s that starts at or after i; an empty range means there is none.
func nextWord(s []byte, i int) (start, end int) {
	switch start, i, k := wordStart(s, i); k {
	case inWord:
		return start, wordEnd(s, i)
	case alone:
		return start, marksEnd(s, i)
	}
	return len(s), len(s)
}

// wordStart returns where the first word at or after i begins, where its first character ends, and what that one is:
// outside if there is no word.
func wordStart(s []byte, i int) (start, next int, k class) {
	for i < len(s) {
		switch lower[s[i]] {
		case separator:
			i++
		case beyondASCII:
			r, n := utf8.DecodeRune(s[i:])
			if k := classOf(r, n); k == inWord || k == alone {
				return i, i + n, k
			}
			i += n
		default:
			return i, i + 1, inWord
		}
	}
	return i, i, outside
}

// wordEnd returns the end of the word whose characters before i are known.
func wordEnd(s []byte, i int) int {
	for i < len(s) {
		switch lower[s[i]] {
		case separator:
			return i
		case beyondASCII:
			r, n := utf8.DecodeRune(s[i:])
			if c := classOf(r, n); c != inWord && c != mark {
				return i
			}
			i += n
		default:
			i++
		}
	}
	return i
}

// marksEnd skips the marks that follow a character which is a word of its own.
func marksEnd(s []byte, i int) int {
	for i < len(s) && s[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRune(s[i:])
		if classOf(r, n) != mark {
			break
		}
		i += n
	}
	return i
}

// classOf classifies a decoded rune of n bytes; the common blocks are answered without a table.
func classOf(r rune, n int) class {
	switch {
	case r < utf8.RuneSelf:
		if lower[byte(r)] > beyondASCII {
			return inWord
		}
		return outside
	case r == utf8.RuneError && n <= 1:
		return outside
	case r < 0x0300:
		if r == 0x00AD { // soft hyphen: invisible inside a word
			return mark
		}
		if r >= 0x02B0 || r == 0x00AA || r == 0x00BA || !unicode.IsLetter(r) {
			return outside
		}
		return inWord
	case r <= 0x036F:
		return mark
	case r >= 0x0400 && r <= 0x0481:
		return inWord
	case unwritten(r):
		return mark
	case solitary(r):
		if unicode.Is(unicode.M, r) {
			return mark
		}
		return alone
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return inWord
	case unicode.Is(unicode.M, r):
		return mark
	}
	return outside
}

// unwritten reports invisible characters and those that only shape the one before them.
func unwritten(r rune) bool {
	switch {
	case invisible(r):
		return true
	case r >= 0x1160 && r <= 0x11FF: // vowels and finals of a decomposed Hangul syllable
		return true
	case r == 0xFF9E, r == 0xFF9F: // half-width voicing marks
		return true
	case r == 0x0640: // Arabic tatweel
		return true
	}
	return false
}

// solitary reports the blocks of scripts that do not separate words by blanks.
func solitary(r rune) bool {
	switch {
	case r < 0x0E00:
		return false
	case r <= 0x0EFF: // Thai, Lao
		return true
	case r >= 0x1000 && r <= 0x115F && (r < 0x10A0 || r >= 0x1100): // Myanmar, Hangul initials
		return true
	case r >= 0x1780 && r <= 0x17DD: // Khmer
		return true
	case r >= 0x3005 && r <= 0x3007, r >= 0x3041 && r <= 0x318F && r != 0x30FB && r != 0x30A0:
		return true
	case r >= 0x31A0 && r <= 0x31FF, r >= 0x3400 && r <= 0x9FFF:
		return true
	case r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF:
		return true
	case r >= 0xFF66 && r <= 0xFF9D, r >= 0x1B000 && r <= 0x1B16F, r >= 0x20000 && r <= 0x3FFFF:
		return true
	}
	return false
}
