package text

import (
	"bytes"
	"html"
)

// This room knows the entities of HTML. The percent signs of URLs are in percent.go, JSON's escapes in escapes.go.

// longestEntity bounds the search for the semicolon of an entity.
const longestEntity = 34

// entityAt returns the end of the entity at i, an ampersand, or i.
func entityAt(s []byte, i int) int {
	if semi := bytes.IndexByte(s[i:min(len(s), i+longestEntity)], ';'); semi > 1 {
		for _, c := range s[i+1 : i+semi] {
			if c != '#' && lower[c] <= beyondASCII {
				return i
			}
		}
		return i + semi + 1
	}
	return i
}

func hasEntity(s []byte) bool {
	return has(s, '&', func(i int) bool { return entityAt(s, i) > i })
}

// has reports whether a byte sign stands in s where ok holds.
func has(s []byte, sign byte, ok func(i int) bool) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(s[i:], sign)
		if k < 0 {
			return false
		}
		if i += k; ok(i) {
			return true
		}
	}
}

// decode builds a view: one returns the end of the code that begins at the sign at i and its meaning, or i.
func decode(s []byte, sign byte, one func(i int) (end int, text string)) (v view) {
	v.decode(s, 0, sign, one)
	return v
}

// decode adds s from an offset on to a view.
func (v *view) decode(s []byte, from int, sign byte, one func(i int) (end int, text string)) {
	pos := from
	for i := from; i < len(s); {
		k := bytes.IndexByte(s[i:], sign)
		if k < 0 {
			break
		}
		i += k
		end, text := one(i)
		if end == i {
			i++
			continue
		}
		v.keep(s[pos:i], pos)
		v.put(text, Span{i, end})
		i, pos = end, end
	}
	v.keep(s[pos:], pos)
}

func decodeEntities(s []byte) (v view) {
	v.entities(s, Span{0, len(s)})
	return v
}

// entities adds a part of s with its entities decoded.
func (v *view) entities(s []byte, part Span) {
	s = s[:part.End]
	v.decode(s, part.Start, '&', func(i int) (int, string) {
		end := entityAt(s, i)
		if end == i {
			return i, ""
		}
		text := entityText(s[i:end])
		if text == "" {
			return i, ""
		}
		return end, text
	})
}

// entityText returns what an entity means, "" if nothing.
func entityText(code []byte) string {
	switch string(code) { // nearly all that there are
	case "&amp;":
		return "&"
	case "&lt;":
		return "<"
	case "&gt;":
		return ">"
	case "&quot;":
		return "\""
	case "&#39;":
		return "'"
	case "&nbsp;":
		return "\u00a0"
	}
	raw := string(code)
	if text := html.UnescapeString(raw); text != raw {
		return text
	}
	return ""
}

// escapeHTML appends text for use between tags and inside quoted attributes.
func escapeHTML(dst, text []byte) []byte {
	for _, c := range text {
		switch c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
