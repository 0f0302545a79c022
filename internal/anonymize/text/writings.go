package text

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// This room looks through what other languages than JSON write for a letter behind a backslash: \u{f6} and \U000000f6,
// \'f6 and \u246? of RTF, \303\266 as Git and PostgreSQL have bytes, \C3\B6 of LDAP, and \f6 of CSS. What is found is
// written back in the writing of its first letter.

// writing is one of them.
type writing struct {
	// at returns the letter that the backslash at i begins and where it ends; i if there is none.
	at     func(s []byte, i int) (end int, letter rune)
	append func(dst []byte, letter rune) []byte
}

// writings are those that may stand beside each other: the first one that reads a backslash is the one.
var writings = []writing{
	{bracedAt, func(dst []byte, letter rune) []byte {
		return append(strconv.AppendInt(append(dst, `\u{`...), int64(letter), 16), '}')
	}},
	{longAt, func(dst []byte, letter rune) []byte {
		return appendHex(append(dst, `\U`...), uint32(letter), 8)
	}},
	{rtfByteAt, appendRTFByte},
	{rtfNumberAt, appendRTFNumber},
	{octalAt, func(dst []byte, letter rune) []byte {
		for _, c := range utf8.AppendRune(nil, letter) {
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		}
		return dst
	}},
	{pairsAt, func(dst []byte, letter rune) []byte {
		for _, c := range utf8.AppendRune(nil, letter) {
			dst = append(append(dst, '\\'), upperHex[c>>4], upperHex[c&15])
		}
		return dst
	}},
}

// styles are the codes of CSS, which can be read as others: \303 is one of them, too.
var styles = []writing{{styleAt, func(dst []byte, letter rune) []byte {
	return append(strconv.AppendInt(append(dst, '\\'), int64(letter), 16), ' ')
}}}

const upperHex = "0123456789ABCDEF"

// hasWriting reports whether a text has any of those.
func hasWriting(s []byte) bool {
	return has(s, '\\', func(i int) bool {
		end, _, _ := writtenAt(writings, s, i)
		if end == i {
			end, _ = styleAt(s, i)
		}
		return end > i
	})
}

// writtenAt returns the end of the letter at i, a backslash, the letter, and the writing; end is i if there is none.
func writtenAt(all []writing, s []byte, i int) (end int, letter rune, by *writing) {
	for k := range all {
		if end, letter = all[k].at(s, i); end > i {
			return end, letter, &all[k]
		}
	}
	return i, 0, nil
}

// inWritings appends what those hide. What holds none of them stands in the text anyway, unless one beside it makes it a
// name; and what is longer there is to be kept.
func (w *worker) inWritings(dst []edit, s []byte, l layer) []edit {
	for _, all := range [][]writing{writings, styles} {
		v := decode(s, '\\', func(i int) (int, string) {
			end, letter, by := writtenAt(all, s, i)
			if by == nil {
				return i, ""
			}
			return end, string(letter)
		})
		if len(v.chunks) < 2 && (len(v.chunks) == 0 || v.chunks[0].same) {
			continue
		}
		first := len(dst)
		dst = w.edits(dst, v.text, l.inner())
		for i := first; i < len(dst); i++ {
			e := &dst[i]
			e.Span = v.origin(e.Span)
			e.cuts = false
			if by := firstWriting(all, s, e.Span); by != nil {
				e.text, e.deep = by.write(e.text), true
			} else {
				e.deep = false
			}
		}
	}
	return dst
}

// firstWriting returns the first writing within a range, nil if there is none.
func firstWriting(all []writing, s []byte, at Span) *writing {
	for i := at.Start; i < at.End; i++ {
		k := bytes.IndexByte(s[i:at.End], '\\')
		if k < 0 {
			return nil
		}
		i += k
		if end, _, by := writtenAt(all, s, i); by != nil && end <= at.End {
			return by
		}
	}
	return nil
}

// write returns text with every letter beyond ASCII written so.
func (by *writing) write(text []byte) []byte {
	var out []byte
	for _, letter := range string(text) {
		if letter < utf8.RuneSelf {
			out = append(out, byte(letter))
		} else {
			out = by.append(out, letter)
		}
	}
	return out
}

// printed reports a letter that may be written so: no control, no half of a pair.
func printed(letter uint32) bool {
	return letter >= ' ' && letter != 0x7F && letter <= utf8.MaxRune && !utf16.IsSurrogate(rune(letter))
}

// digitsOf reads up to so many digits at i, hexadecimal ones or decimal ones.
func digitsOf(s []byte, i, most, base int) (value uint32, end int) {
	for end = i; end < len(s) && end-i < most; end++ {
		d := hexDigit(s[end])
		if d < 0 || d >= base {
			break
		}
		value = value*uint32(base) + uint32(d)
	}
	return value, end
}

// bracedAt reads \u{f6} of JavaScript, PHP and Rust, and \x{f6} of Perl.
func bracedAt(s []byte, i int) (int, rune) {
	if i+4 >= len(s) || s[i+1] != 'u' && s[i+1] != 'x' || s[i+2] != '{' {
		return i, 0
	}
	c, end := digitsOf(s, i+3, 6, 16)
	if end == i+3 || end == len(s) || s[end] != '}' || !printed(c) {
		return i, 0
	}
	return end + 1, rune(c)
}

// longAt reads \U000000f6 of C and Python.
func longAt(s []byte, i int) (int, rune) {
	if i+10 > len(s) || s[i+1] != 'U' {
		return i, 0
	}
	if c, end := digitsOf(s, i+2, 8, 16); end == i+10 && printed(c) {
		return end, rune(c)
	}
	return i, 0
}

// bytesWritten reads the bytes of one letter, of UTF-8 or of Latin-1, each of which one reads at a backslash.
func bytesWritten(s []byte, i int, one func(s []byte, i int) (end int, c byte)) (end int, letter rune, wide bool) {
	var room [utf8.UTFMax]byte
	raw, ends := room[:0], [utf8.UTFMax]int{}
	for at := i; at < len(s) && s[at] == '\\' && len(raw) < len(room) && !utf8.FullRune(raw); {
		next, c := one(s, at)
		if next == at {
			break
		}
		ends[len(raw)] = next
		raw, at = append(raw, c), next
	}
	if len(raw) == 0 {
		return i, 0, false
	}
	letter, n := utf8.DecodeRune(raw)
	if letter == utf8.RuneError {
		letter, n = rune(raw[0]), 1
	}
	if !printed(uint32(letter)) {
		return i, 0, false
	}
	return ends[n-1], letter, n > 1
}

// octalAt reads \303\266.
func octalAt(s []byte, i int) (int, rune) {
	end, letter, _ := bytesWritten(s, i, func(s []byte, i int) (int, byte) {
		if c, end := digitsOf(s, i+1, 3, 8); end == i+4 && c < 0x100 {
			return end, byte(c)
		}
		return i, 0
	})
	return end, letter
}

// pairsAt reads \C3\B6: of single bytes nothing tells whether they are meant.
func pairsAt(s []byte, i int) (int, rune) {
	end, letter, wide := bytesWritten(s, i, func(s []byte, i int) (int, byte) {
		if c, end := digitsOf(s, i+1, 2, 16); end == i+3 {
			return end, byte(c)
		}
		return i, 0
	})
	if !wide {
		return i, 0
	}
	return end, letter
}

// styleAt reads \f6 and \0000f6 with the blank that may end them.
func styleAt(s []byte, i int) (int, rune) {
	c, end := digitsOf(s, i+1, 6, 16)
	if end == i+1 || !printed(c) {
		return i, 0
	}
	if end < len(s) && s[end] < utf8.RuneSelf && isBlank(rune(s[end])) {
		end++
	}
	return end, rune(c)
}

// appendHex appends a number with so many hexadecimal digits.
func appendHex(dst []byte, n uint32, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, upperHex[n>>shift&15]|0x20)
	}
	return dst
}
