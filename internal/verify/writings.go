package verify

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// This room undoes what other languages than JSON write for a letter behind a backslash. Whoever wrote a text says not in
// which of them it is, so it is read with the codes of CSS, which are as short as can be, and without.

// escaped looks at a text with such codes below n layers.
func (in *Inspector) escaped(at *Field, value []byte, n int) {
	if beginsRTF(value) {
		in.reading(at, unrtf(value), n+1, false)
		return
	}
	for _, one := range []func(s []byte) (r rune, size int){written, styled} {
		if inner, found := rewritten(value, one); found {
			in.reading(at, inner, n+1, false)
		}
	}
}

// rewritten returns value with every code that one reads undone.
func rewritten(value []byte, one func(s []byte) (r rune, size int)) (inner []byte, found bool) {
	pos := 0
	for i := 0; i < len(value); {
		k := bytes.IndexByte(value[i:], '\\')
		if k < 0 {
			break
		}
		i += k
		r, size := one(value[i:])
		if size == 0 {
			i++
			continue
		}
		inner = utf8.AppendRune(append(inner, value[pos:i]...), r)
		i += size
		pos, found = i, true
	}
	if !found {
		return nil, false
	}
	return append(inner, value[pos:]...), true
}

// number reads up to so many digits of a base.
func number(s []byte, most int, base byte) (n uint32, size int) {
	for size < len(s) && size < most {
		d, is := unhex(s[size])
		if !is || d >= base {
			break
		}
		n, size = n*uint32(base)+uint32(d), size+1
	}
	return n, size
}

// visible reports the number of a letter that has a shape.
func visible(n uint32) bool {
	return n >= ' ' && n != 0x7f && n <= utf8.MaxRune && !utf16.IsSurrogate(rune(n))
}

// written reads the letter whose code s begins with; size is 0 where there is none.
func written(s []byte) (r rune, size int) {
	if len(s) < 4 {
		return 0, 0
	}
	switch c := s[1]; {
	case (c == 'u' || c == 'x') && s[2] == '{':
		if n, k := number(s[3:], 6, 16); k > 0 && 3+k < len(s) && s[3+k] == '}' && visible(n) {
			return rune(n), k + 4
		}
	case c == 'u':
		return counted(s, -1)
	case c == 'U':
		if n, k := number(s[2:], 8, 16); k == 8 && visible(n) {
			return rune(n), 10
		}
	case c == '\'':
		if n, k := number(s[2:], 2, 16); k == 2 && n >= utf8.RuneSelf {
			return charmap.Windows1252.DecodeByte(byte(n)), 4
		}
	}
	if r, size = bytewise(s, 3, 8); size > 0 {
		return r, size
	}
	if r, size = bytewise(s, 2, 16); size > 3 { // a single one may be anything
		return r, size
	}
	return 0, 0
}

// styled is written for the codes of CSS.
func styled(s []byte) (r rune, size int) {
	n, k := number(s[1:], 6, 16)
	if k == 0 || !visible(n) {
		return 0, 0
	}
	size = k + 1
	if size < len(s) && (s[size] == ' ' || s[size] >= '\t' && s[size] <= '\r') {
		size++
	}
	return rune(n), size
}

// bytewise reads a letter whose bytes, in UTF-8 or else in Latin-1, are written with so many digits each.
func bytewise(s []byte, digits int, base byte) (r rune, size int) {
	var room [utf8.UTFMax]byte
	raw := room[:0]
	for len(raw) < utf8.UTFMax && !utf8.FullRune(raw) && len(s) > size && s[size] == '\\' {
		n, k := number(s[size+1:], digits, base)
		if k < digits || n > 0xff {
			break
		}
		raw, size = append(raw, byte(n)), size+digits+1
	}
	if len(raw) == 0 {
		return 0, 0
	}
	r, n := utf8.DecodeRune(raw)
	if r == utf8.RuneError {
		r, n = rune(raw[0]), 1
	}
	if !visible(uint32(r)) {
		return 0, 0
	}
	return r, n * (digits + 1)
}

// counted reads \u246 of RTF, with the letters behind it that old readers show instead. How many there are is said before
// it; where it is not, at -1, they must look so.
func counted(s []byte, instead int) (r rune, size int) {
	guess := instead < 0
	if guess {
		instead = 1
		if s[2] == 'c' && s[3] >= '0' && s[3] <= '9' {
			if instead, size = int(s[3]-'0'), 4; len(s) > size && s[size] == ' ' {
				size++
			}
		}
	}
	unit, k := unitOf(s[size:])
	if k == 0 {
		return 0, 0
	}
	size += k
	if guess {
		switch rest := s[size:]; {
		case bytes.HasPrefix(rest, []byte("?")), bytes.HasPrefix(rest, []byte(`\'`)), bytes.HasPrefix(rest, []byte(" ?")):
		case bytes.HasPrefix(rest, []byte(" ")):
			instead = 0
		default:
			return 0, 0
		}
	}
	size += spared(s[size:], instead)
	if r = unit; utf16.IsSurrogate(unit) {
		if low, k := unitOf(s[size:]); k > 0 {
			if r = utf16.DecodeRune(unit, low); r != utf8.RuneError {
				size += k
				size += spared(s[size:], instead)
			}
		}
	}
	if !visible(uint32(r)) || guess && r < utf8.RuneSelf {
		return 0, 0
	}
	return r, size
}

// unitOf reads \u246 or \u-3913 itself.
func unitOf(s []byte) (unit rune, size int) {
	if len(s) < 3 || s[0] != '\\' || s[1] != 'u' {
		return 0, 0
	}
	size = 2
	if s[2] == '-' {
		size++
	}
	n, k := number(s[size:], 5, 10)
	if k == 0 || s[size] == '0' || n > 0xffff {
		return 0, 0
	}
	if size == 3 {
		n = 1<<16 - n
	}
	return rune(uint16(n)), size + k
}

// spared returns how many bytes at the beginning of s stand instead of a letter.
func spared(s []byte, instead int) (size int) {
	if len(s) > 0 && s[0] == ' ' {
		size = 1
	}
	for ; instead > 0 && size < len(s) && s[size] != '{' && s[size] != '}'; instead-- {
		if s[size] != '\\' {
			size++
			continue
		}
		if len(s) < size+4 || s[size+1] != '\'' {
			break
		}
		if _, k := number(s[size+2:], 2, 16); k < 2 {
			break
		}
		size += 4
	}
	return size
}
