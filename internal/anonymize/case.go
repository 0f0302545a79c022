package anonymize

import (
	"bytes"
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
			if upper++; upper > 1 && lower > 0 { // nothing behind it tells more
				return mixedCase
			}
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
func appendCased[T string | []byte](dst []byte, c casing, s T) []byte {
	start := len(dst)
	dst = append(dst, s...)
	added := dst[start:]
	switch c {
	case upperCase:
		return appendMapped(dst, start, unicode.ToUpper, 'a')
	case lowerCase:
		return appendMapped(dst, start, unicode.ToLower, 'A')
	case titleCase:
		if r, n := utf8.DecodeRune(added); unicode.IsLower(r) {
			tail := string(added[n:])
			return append(utf8.AppendRune(dst[:start], unicode.ToTitle(r)), tail...)
		}
	}
	return dst
}

// appendMapped changes the case of what stands behind start: letters of ASCII,
// from first on, in place.
func appendMapped(dst []byte, start int, to func(rune) rune, first byte) []byte {
	for i, c := range dst[start:] {
		if c >= utf8.RuneSelf {
			return append(dst[:start], bytes.Map(to, dst[start:])...)
		}
		if c-first < 26 {
			dst[start+i] = c ^ 0x20
		}
	}
	return dst
}
