package text

import (
	"bytes"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// This room looks through the percent signs of URLs, %C3%B6, and those of JavaScript's escape(), %F6 and %u0142.

// percentEnd returns the end of the code at i, a percent sign, or i.
func percentEnd(s []byte, i int) int {
	switch {
	case i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0:
		return i + 3
	case i+5 < len(s) && s[i+1] == 'u' && hexFour(s, i+2):
		return i + 6
	}
	return i
}

func hasPercent(s []byte) bool { return has(s, '%', func(i int) bool { return percentEnd(s, i) > i }) }

// inPercent appends what percent-encoding hides. Nothing tells whether + is a blank, as in a query, or itself, as in
// jane+news%40acme.com, so both readings are tried. The second one counts only where its parameter has a single +, which
// is part of the finding, or a blank that is %20: several others part words; or where all of the finding is base64.
func (w *worker) inPercent(dst []edit, s []byte, l layer) []edit {
	c := codec{l, escapePercent}
	if scripted(s) {
		c.encode = escapeScript
	}
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

// decodePercent decodes %41, %u0041, and + to a blank if query is set.
func decodePercent(s []byte, query bool) view {
	var v view
	pos := 0
	for i := 0; i < len(s); {
		end, text := i, ""
		switch {
		case query && s[i] == '+':
			end, text = i+1, " "
		case s[i] == '%':
			end, text = percentText(s, i)
		}
		if end == i {
			i++
			continue
		}
		v.keep(s[pos:i], pos)
		if len(text) > 1 && end-i == 3*len(text) { // an offset between two bytes is one between their codes
			for k := range len(text) {
				v.put(text[k:k+1], Span{i + 3*k, i + 3*k + 3})
			}
		} else {
			v.put(text, Span{i, end})
		}
		i, pos = end, end
	}
	v.keep(s[pos:], pos)
	return v
}

// percentText returns the end of the letter at i, a percent sign, and what it means; end is i if there is none.
func percentText(s []byte, i int) (end int, text string) {
	switch end = percentEnd(s, i); end - i {
	case 3:
		var room [utf8.UTFMax]byte
		raw := room[:0]
		for at := i; len(raw) < len(room) && at < len(s) && s[at] == '%' && percentEnd(s, at) == at+3 && !utf8.FullRune(raw); at += 3 {
			raw = append(raw, byte(hexDigit(s[at+1])<<4|hexDigit(s[at+2])))
		}
		letter, n := utf8.DecodeRune(raw)
		if letter == utf8.RuneError && n < 2 {
			return end, string(rune(raw[0])) // of Latin-1
		}
		return i + 3*n, string(letter)
	case 6:
		letter := hexRune(s[i+2:])
		if utf16.IsSurrogate(letter) && end < len(s) && s[end] == '%' && percentEnd(s, end) == end+6 {
			if both := utf16.DecodeRune(letter, hexRune(s[end+2:])); both != utf8.RuneError {
				return end + 6, string(both)
			}
		}
		return end, string(letter)
	}
	return i, ""
}

// scripted reports a text with codes of JavaScript's escape(): others than of UTF-8.
func scripted(s []byte) bool {
	for i := 0; ; {
		k := bytes.IndexByte(s[i:], '%')
		if k < 0 {
			return false
		}
		i += k
		end, text := percentText(s, i)
		if len(text) > 1 && end-i != 3*len(text) {
			return true
		}
		i = max(end, i+1)
	}
}

// escapePercent appends text for use inside a URL: everything but letters, digits and -._~ is encoded.
func escapePercent(dst, text []byte) []byte {
	for _, c := range text {
		if c < utf8.RuneSelf && lower[c] != separator || c == '-' || c == '.' || c == '_' || c == '~' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

// escapeScript is escapePercent as JavaScript's escape() has it.
func escapeScript(dst, text []byte) []byte {
	for _, letter := range string(text) {
		switch {
		case letter < utf8.RuneSelf:
			dst = escapePercent(dst, []byte{byte(letter)})
		case letter < 0x100:
			dst = append(dst, '%', upperHex[letter>>4], upperHex[letter&15])
		default:
			for _, unit := range utf16.Encode([]rune{letter}) {
				dst = append(dst, '%', 'u', upperHex[unit>>12], upperHex[unit>>8&15], upperHex[unit>>4&15], upperHex[unit&15])
			}
		}
	}
	return dst
}
