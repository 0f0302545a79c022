package verify

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// ungarbled appends value with its garbled letters made whole: UTF-8 that was read as Windows-1252 or Latin-1 and stored
// so, JÃ¶rg. found is false where there are none.
func ungarbled(dst, value []byte) (inner []byte, found bool) {
	if bytes.IndexByte(value, 0xC3) < 0 { // the sign for the first byte of a letter begins with it
		return dst, false
	}
	for i := 0; i < len(value); {
		if value[i] != 0xC3 {
			dst = append(dst, value[i])
			i++
			continue
		}
		at := len(dst)
		end := i
		for end < len(value) && len(dst)-at < utf8.UTFMax && !utf8.FullRune(dst[at:]) {
			r, n := utf8.DecodeRune(value[end:])
			b := signOf(r)
			if b < utf8.RuneSelf {
				break
			}
			dst, end = append(dst, b), end+n
		}
		if r, n := utf8.DecodeRune(dst[at:]); r == utf8.RuneError || n < len(dst)-at {
			dst = append(dst[:at], value[i])
			i++
			continue
		}
		i, found = end, true
	}
	return dst, found
}

// signOf returns the byte that r stands for in Latin-1 or in Windows-1252, 0 if in neither.
func signOf(r rune) byte {
	if r < 0x100 {
		return byte(r)
	}
	if b, ok := charmap.Windows1252.EncodeRune(r); ok {
		return b
	}
	return 0
}
