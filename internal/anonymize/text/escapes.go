package text

import (
	"bytes"
	"unicode/utf8"
)

// This room looks through JSON: a whole document held in a text, and the escapes of a fragment of one.

// looksJSON reports whether a text may be one JSON document with a string in it.
func looksJSON(s []byte) bool {
	s = bytes.TrimSpace(s)
	if len(s) < 2 {
		return false
	}
	first, last := s[0], s[len(s)-1]
	return first == '{' && last == '}' || first == '[' && last == ']' || first == '"' && last == '"'
}

// inJSON appends the replacements inside the strings and keys of a JSON document, and of its numbers; ok is false if s is none.
func (w *worker) inJSON(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	first := len(dst)
	_, err := Rewrite(nil, s, func(t *Token) (Action, []byte, error) {
		if t.Type == String && len(t.Raw) > 2 {
			dst = w.inString(dst, t, layer{depth: l.depth + 1, html: l.html})
		} else if t.Type == Number {
			dst = w.inNumber(dst, t)
		}
		return Keep, nil, nil
	})
	if err != nil {
		return dst[:first], false
	}
	return dst, true
}

// inNumber appends the replacement of a whole number that is somebody's phone. No number begins with a zero.
func (w *worker) inNumber(dst []edit, t *Token) []edit {
	book, ok := w.r.(PhoneBook)
	if n := len(t.Raw); !ok || n < fewestKnown || n > mostKnown || digitsEnd(t.Raw, 0) < n || !book.KnownPhone(t.Raw) {
		return dst
	}
	e := edit{Span: Span{t.Offset, t.Offset + len(t.Raw)}, text: w.r.Phone(nil, t.Raw), n: Counts{Phones: 1}}
	if len(e.text) > 0 && e.text[0] == '0' {
		e.text[0] = '9'
	}
	return append(dst, e)
}

// inString appends the replacements inside one string token.
func (w *worker) inString(dst []edit, t *Token, l layer) []edit {
	inner := t.Raw[1 : len(t.Raw)-1]
	first := len(dst)
	v := view{text: inner}
	if bytes.IndexByte(inner, '\\') >= 0 {
		v = decodeEscapes(inner)
	}
	if !encoded(v.text, l.html) {
		l.depth = deepestLayer // nothing to look through
	}
	dst = w.edits(dst, v.text, l)
	for i := first; i < len(dst); i++ {
		e := &dst[i]
		if len(v.chunks) > 0 {
			e.Span = v.origin(e.Span)
		}
		e.Start += t.Offset + 1
		e.End += t.Offset + 1
		e.text = appendEscaped(nil, e.text)
	}
	return dst
}

// escapeEnd returns the end of the JSON escape at i, a backslash, or i. A surrogate pair is one escape.
func escapeEnd(s []byte, i int) int {
	if i+1 >= len(s) {
		return i
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if !hexFour(s, i+2) {
			return i
		}
		if r := hexRune(s[i+2:]); r >= 0xD800 && r < 0xDC00 && i+12 <= len(s) && s[i+6] == '\\' && s[i+7] == 'u' && hexFour(s, i+8) {
			if low := hexRune(s[i+8:]); low >= 0xDC00 && low < 0xE000 {
				return i + 12
			}
		}
		return i + 6
	case 'x':
		_, n := doubles(s, i)
		return i + n
	}
	return i
}

// fewestDoubles is how many hexadecimal digits behind \x, as PostgreSQL writes bytes, are a value and no character of C.
const fewestDoubles = 8

// doubles returns the character that begins at i with \xf6, a byte of UTF-8 or a letter of Latin-1, and the length of its
// codes, 0 if there is none.
func doubles(s []byte, i int) (c rune, n int) {
	var room [utf8.UTFMax]byte
	bytes := room[:0]
	for at := i; len(bytes) < utf8.UTFMax && at+4 <= len(s) && s[at] == '\\' && s[at+1] == 'x'; at += 4 {
		if run := hexRun(s, at+2); run < 2 || run >= fewestDoubles {
			break
		}
		bytes = append(bytes, byte(hexDigit(s[at+2])<<4|hexDigit(s[at+3])))
	}
	if len(bytes) == 0 {
		return 0, 0
	}
	if c, n = utf8.DecodeRune(bytes); c == utf8.RuneError {
		c, n = rune(bytes[0]), 1
	}
	return c, 4 * n
}

// hexRun returns how many hexadecimal digits begin at i, up to as many as are a value.
func hexRun(s []byte, i int) (n int) {
	for n < fewestDoubles && i+n < len(s) && hexDigit(s[i+n]) >= 0 {
		n++
	}
	return n
}

func hexFour(s []byte, i int) bool {
	if i+4 > len(s) {
		return false
	}
	for _, c := range s[i : i+4] {
		if hexDigit(c) < 0 {
			return false
		}
	}
	return true
}

func hasEscape(s []byte) bool {
	return has(s, '\\', func(i int) bool { return escapeEnd(s, i) > i || bytesAt(s, i).End > 0 })
}

func decodeEscapes(s []byte) view {
	return decode(s, '\\', func(i int) (int, string) {
		end := escapeEnd(s, i)
		if end == i {
			return i, ""
		}
		var room [utf8.UTFMax]byte
		if s[i+1] == 'x' { // no escape of JSON
			c, _ := doubles(s, i)
			return end, string(utf8.AppendRune(room[:0], c))
		}
		return end, string(unescape(room[:0], s[i:end]))
	})
}
