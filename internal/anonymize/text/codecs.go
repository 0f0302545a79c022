package text

import (
	"bytes"
	"html"
	"slices"
	"unicode/utf8"
)

// This room knows two encodings: entities of HTML and percent signs of URLs. JSON's escapes are in escapes.go.

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

func percentAt(s []byte, i int) bool {
	return i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0
}

func hasPercent(s []byte) bool { return has(s, '%', func(i int) bool { return percentAt(s, i) }) }

// inPercent appends what percent-encoding hides. Nothing tells whether + is a blank, as in a query, or itself, as in
// jane+news%40acme.com, so both readings are tried. The second one counts only where its parameter has a single +, which
// is part of the finding, or a blank that is %20: several others part words; or where all of the finding is base64.
func (w *worker) inPercent(dst []edit, s []byte, c codec) []edit {
	if bytes.IndexByte(s, '+') < 0 {
		return w.through(dst, decodePercent(s, false), c)
	}
	first := len(dst)
	dst = w.through(dst, decodePercent(s, true), c)
	n := len(dst)
	query := dst[first:n:n]
	dst = w.through(dst, decodePercent(s, false), c)
	literal := slices.DeleteFunc(dst[n:], func(e edit) bool {
		if found := s[e.Start:e.End]; len(found) >= shortestBase64 && bytes.IndexByte(found, '+') >= 0 && isCoded(found) {
			return false
		}
		if e.n.Phones > 0 && s[e.Start] == '+' && !slices.ContainsFunc(query, func(q edit) bool { return q.Start < e.End && e.Start < q.End }) {
			return false // who reads it so finds a number
		}
		around := parameter(s, e.Span)
		several := bytes.Count(around, []byte("+")) > 1 && !bytes.Contains(around, []byte("%20"))
		return several || bytes.Count(s[e.Start:e.End], []byte("+")) != 1
	})
	return dst[:n+len(literal)]
}

// parameter returns the parameter of a query in which a finding stands.
func parameter(s []byte, at Span) []byte {
	const ends = "?&=;# \t\r\n\"<>"
	start := bytes.LastIndexAny(s[:at.Start], ends) + 1
	if end := bytes.IndexAny(s[at.End:], ends); end >= 0 {
		return s[start : at.End+end]
	}
	return s[start:]
}

// isCoded reports base64 in a URL, padding included.
func isCoded(s []byte) bool {
	for _, c := range s {
		if c != '=' && c != '%' && !isBase64(c) {
			return false
		}
	}
	return true
}

// decodePercent decodes %41, and + to a blank if query is set.
func decodePercent(s []byte, query bool) view {
	var v view
	pos := 0
	for i := 0; i < len(s); {
		end, c := i, byte(' ')
		switch {
		case query && s[i] == '+':
			end = i + 1
		case s[i] == '%' && percentAt(s, i):
			end, c = i+3, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2]))
		}
		if end == i {
			i++
			continue
		}
		v.keep(s[pos:i], pos)
		v.put(string([]byte{c}), Span{i, end})
		i, pos = end, end
	}
	v.keep(s[pos:], pos)
	return v
}

// escapePercent appends text for use inside a URL: everything but letters, digits and -._~ is encoded.
func escapePercent(dst, text []byte) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range text {
		if c < utf8.RuneSelf && lower[c] != separator || c == '-' || c == '.' || c == '_' || c == '~' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}
