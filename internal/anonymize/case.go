package anonymize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// casing is the pattern of capital and small letters of a value.
type casing uint8

const (
	mixedCase casing = iota // also: no letters with case
	upperCase
	lowerCase
	titleCase // one capital, in front
)

// casingOf finds the pattern of a value.
func casingOf(v []byte) casing {
	upper, lower, first := 0, 0, false
	for i := 0; i < len(v); {
		c, n := rune(v[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRune(v[i:])
		}
		switch {
		case 'a' <= c && c <= 'z' || c >= utf8.RuneSelf && unicode.IsLower(c):
			lower++
		case 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf && unicode.IsUpper(c):
			first = first || upper+lower == 0
			upper++
		}
		i += n
	}
	switch {
	case upper > 1 && lower == 0:
		return upperCase
	case upper == 0 && lower > 0:
		return lowerCase
	case first && upper == 1:
		return titleCase
	}
	return mixedCase
}

// appendCased appends s in upper, lower or title case; mixed leaves it.
func appendCased(dst []byte, c casing, s string) []byte {
	switch c {
	case upperCase:
		return append(dst, strings.ToUpper(s)...)
	case lowerCase:
		return append(dst, strings.ToLower(s)...)
	case titleCase:
		if r, n := utf8.DecodeRuneInString(s); unicode.IsLower(r) {
			return append(utf8.AppendRune(dst, unicode.ToTitle(r)), s[n:]...)
		}
	}
	return append(dst, s...)
}
