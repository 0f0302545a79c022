package verify

import (
	"bytes"
	"html"
	"unicode/utf16"
	"unicode/utf8"
)

// maxLayers is how many encodings around each other are undone: JSON within
// JSON, an entity within an escape.
const maxLayers = 6

// peel appends value with its outermost encoding undone: the escapes of JSON,
// the entities and the tags of HTML, the percent signs of URLs. peeled is
// false when there is none.
func peel(dst, value []byte) (inner []byte, peeled bool) {
	if inner, peeled = unseen(dst, value); peeled {
		return inner, true
	}
	if lexemes(value) {
		return inOrder(dst, value), true
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		return unescape(dst, value), true
	}
	if i := bytes.IndexByte(value, '&'); i >= 0 && bytes.IndexByte(value[i:], ';') > 0 {
		if text := html.UnescapeString(string(value)); len(text) != len(value) {
			return append(dst, text...), true
		}
	}
	if i := bytes.IndexByte(value, '%'); i >= 0 {
		if inner, peeled = unpercent(dst, value, true); peeled {
			return inner, true
		}
	}
	if i := bytes.IndexByte(value, '<'); i >= 0 && bytes.IndexByte(value[i:], '>') > 0 {
		return untag(dst, value)
	}
	return dst, false
}

// unescape writes value with JSON's escapes undone, as far as they are valid.
func unescape(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c != '\\' || i+1 == len(value) {
			if c == '\\' {
				c = ' '
			}
			dst = append(dst, c)
			continue
		}
		i++
		switch e := value[i]; e {
		case 'u':
			r, ok := hex4(value, i+1)
			if !ok {
				dst = append(dst, ' ', e)
				continue
			}
			i += 4
			if utf16.IsSurrogate(r) && i+2 < len(value) && value[i+1] == '\\' && value[i+2] == 'u' {
				if low, ok := hex4(value, i+3); ok {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						r, i = both, i+6
					}
				}
			}
			dst = utf8.AppendRune(dst, r)
		case 'x':
			c, is := hexPair(value, i+1)
			if !is || hexRun(value, i+1) >= fewestDoubles {
				dst = append(dst, ' ', e)
				continue
			}
			dst = append(dst, c)
			i += 2
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't', 'f', 'b':
			dst = append(dst, ' ')
		default:
			if nameByte(e) { // of a path, or a control word behind an address: acme.com\par
				dst = append(dst, ' ')
			}
			dst = append(dst, e)
		}
	}
	return dst
}

// hex4 reads four hexadecimal digits.
func hex4(s []byte, i int) (r rune, ok bool) {
	if i+4 > len(s) {
		return 0, false
	}
	for _, c := range s[i : i+4] {
		n, ok := unhex(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(n)
	}
	return r, true
}

func unhex(c byte) (n byte, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// unpercent undoes %40 and its kin, and %u0142 of JavaScript's escape(), and
// reads + as the blank it stands for beside them in a query.
func unpercent(dst, value []byte, query bool) (inner []byte, found bool) {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '%' && i+2 < len(value) {
			hi, ok := unhex(value[i+1])
			lo, ok2 := unhex(value[i+2])
			if ok && ok2 {
				dst, found = append(dst, hi<<4|lo), true
				i += 2
				continue
			}
			if r, ok := hex4(value, i+2); ok && value[i+1] == 'u' {
				i += 5
				if low, ok := hex4(value, i+3); ok && utf16.IsSurrogate(r) && value[i+1] == '%' && value[i+2] == 'u' {
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						r, i = both, i+6
					}
				}
				dst, found = utf8.AppendRune(dst, r), true
				continue
			}
		}
		if c == '+' && query {
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst, found
}

// untag puts a blank in place of every tag, and nothing where a tag that only
// says how letters look stands within a word.
func untag(dst, value []byte) (inner []byte, found bool) {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '<' && i+1 < len(value) && (value[i+1] == '/' || value[i+1] == '!' || value[i+1]|0x20 >= 'a' && value[i+1]|0x20 <= 'z') {
			if end := bytes.IndexByte(value[i:], '>'); end > 0 {
				if found = true; !within(value, i, i+end) {
					dst = append(dst, ' ')
				}
				i += end
				continue
			}
		}
		dst = append(dst, c)
	}
	return dst, found
}

// within reports whether the tag that begins at lo and ends at hi stands
// between two letters of one word.
func within(s []byte, lo, hi int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= utf8.RuneSelf)
	}
	if !letter(lo-1) || !letter(hi+1) {
		return false
	}
	name := bytes.TrimPrefix(s[lo+1:hi], []byte("/"))
	if end := bytes.IndexAny(name, " /\t\n"); end >= 0 {
		name = name[:end]
	}
	switch string(bytes.ToLower(name)) {
	case "b", "i", "u", "s", "em", "strong", "span", "wbr", "mark", "a", "font", "small", "big", "sub", "sup", "code":
		return true
	}
	return false
}
