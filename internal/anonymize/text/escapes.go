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

// inJSON appends the replacements inside the strings and keys of a JSON document; ok is false if s is none.
func (w *worker) inJSON(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	first := len(dst)
	_, err := Rewrite(nil, s, func(t *Token) (Action, []byte, error) {
		if t.Type == String && len(t.Raw) > 2 {
			dst = w.inString(dst, t, layer{depth: l.depth + 1, html: l.html})
		}
		return Keep, nil, nil
	})
	if err != nil {
		return dst[:first], false
	}
	return dst, true
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
	}
	return i
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

func hasEscape(s []byte) bool { return has(s, '\\', func(i int) bool { return escapeEnd(s, i) > i }) }

func decodeEscapes(s []byte) view {
	return decode(s, '\\', func(i int) (int, string) {
		end := escapeEnd(s, i)
		if end == i {
			return i, ""
		}
		var room [utf8.UTFMax]byte
		return end, string(unescape(room[:0], s[i:end]))
	})
}
