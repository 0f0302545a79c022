package text

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// This room reads RTF: a name is found under the control words that say how letters look, and its letters beyond ASCII
// as \'f6 and \u246?. Control words and groups stay where they are.

// rtfBegin is what a document of RTF begins with.
const rtfBegin = `{\rtf`

// looksRTF reports whether a text is such a document.
func looksRTF(s []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeftFunc(s, func(r rune) bool { return isBlank(r) || invisible(r) }), []byte(rtfBegin))
}

// rtfSign is what a control word or a sign of RTF means, "" for nothing. All others vanish: they say how letters look.
func rtfSign(word string) string {
	switch word {
	case "par", "line", "tab", "cell", "nestcell", "row", "nestrow", "sect", "page", "column", "softline", "softpage", "pard", "*", "\n", "\r",
		"title", "subject", "author", "manager", "company", "operator", "category", "keywords", "comment", "doccomm", "hlinkbase",
		"fonttbl", "colortbl", "stylesheet", "info", "field", "fldinst", "fldrslt", "bkmkstart", "bkmkend", "header", "headerl", "headerr", "headerf",
		"footer", "footerl", "footerr", "footerf", "footnote", "annotation", "atnauthor", "atnid", "atndate", "pict", "object", "shp", "shptxt", "listtext":
		return blockMark
	case "~", "emspace", "enspace", "qmspace":
		return " "
	case "_":
		return "-"
	case "emdash":
		return "\u2014"
	case "endash":
		return "\u2013"
	case "lquote":
		return "\u2018"
	case "rquote":
		return "\u2019"
	case "ldblquote":
		return "\u201c"
	case "rdblquote":
		return "\u201d"
	case "bullet":
		return "\u2022"
	case `\`, "{", "}":
		return word
	}
	return ""
}

// rtfReader reads one token after the other.
type rtfReader struct {
	s       []byte
	letters *charmap.Charmap // of \'f6
	skip    int              // letters behind a \u246 that stand for it, as \uc has it
	spoken  bool             // a \uc of another number than one is somewhere
}

func newRTFReader(s []byte) *rtfReader {
	r := &rtfReader{s: s, letters: charmap.Windows1252, skip: 1}
	const page = `\ansicpg`
	if i := bytes.Index(s, []byte(page)); i >= 0 {
		n, _ := digitsOf(s, i+len(page), 5, 10)
		if m := codePages[n]; m != nil {
			r.letters = m
		}
	} else if bytes.HasPrefix(s, []byte(`{\rtf1\mac`)) {
		r.letters = charmap.Macintosh
	}
	r.spoken = has(s, '\\', func(i int) bool {
		return bytes.HasPrefix(s[i:], []byte(`\uc`)) && isDigit(s, i+3) && !bytes.HasPrefix(s[i:], []byte(`\uc1`))
	})
	return r
}

// codePages are the charsets of single bytes that Windows and DOS have.
var codePages = map[uint32]*charmap.Charmap{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 866: charmap.CodePage866, 874: charmap.Windows874,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
}

// next returns the first token at or after i, a backslash, a brace or the end of a line, and what it means; an empty range
// at the end.
func (r *rtfReader) next(i int) (token Span, text string) {
	k := bytes.IndexAny(r.s[i:], "\\{}\r\n")
	if k < 0 {
		return Span{len(r.s), len(r.s)}, ""
	}
	i += k
	if r.s[i] != '\\' || i+1 == len(r.s) {
		return Span{i, i + 1}, ""
	}
	end := i + 1
	for end < len(r.s) && r.s[end]|0x20-'a' < 26 {
		end++
	}
	if end == i+1 { // a sign
		if r.s[i+1] == '\'' {
			if c, end := digitsOf(r.s, i+2, 2, 16); end == i+4 {
				return Span{i, end}, rtfLetter(r.letters.DecodeByte(byte(c)))
			}
		}
		return Span{i, i + 2}, rtfSign(string(r.s[i+1 : i+2]))
	}
	return r.word(i, end)
}

// word reads a control word, which ends with its letters, its number and a blank.
func (r *rtfReader) word(i, letters int) (token Span, text string) {
	word, end := string(r.s[i+1:letters]), letters
	if end < len(r.s) && r.s[end] == '-' && isDigit(r.s, end+1) {
		end++
	}
	n, numeral := digitsOf(r.s, end, 9, 10)
	if end == numeral && end > letters {
		end--
	} else {
		end = numeral
	}
	if word == "u" && numeral > letters {
		if stop, letter := rtfUnicode(r.s, i, r.skip); stop > i {
			return Span{i, stop}, rtfLetter(letter)
		}
	}
	if end < len(r.s) && r.s[end] == ' ' {
		end++
	}
	switch {
	case word == "uc" && numeral > letters:
		r.skip = int(min(n, 8))
	case word == "bin":
		end = min(len(r.s), end+int(n))
	}
	return Span{i, end}, rtfSign(word)
}

// rtfLetter is a letter as text, "" for what nobody prints.
func rtfLetter(letter rune) string {
	if !printed(uint32(letter)) || letter == utf8.RuneError {
		return ""
	}
	return string(letter)
}

// rtfNumber reads \u246 or \u-3913 without what stands for it.
func rtfNumber(s []byte, i int) (end int, unit rune) {
	if i+2 >= len(s) || s[i+1] != 'u' {
		return i, 0
	}
	at := i + 2
	minus := s[at] == '-'
	if minus {
		at++
	}
	n, end := digitsOf(s, at, 5, 10)
	if end == at || s[at] == '0' || n > 0xFFFF {
		return i, 0
	}
	if minus {
		n = 0x10000 - n
	}
	return end, rune(n & 0xFFFF)
}

// rtfUnicode reads the letter at i, with as many letters behind it as stand for it, and the second one of a pair.
func rtfUnicode(s []byte, i, skip int) (end int, letter rune) {
	end, letter = rtfNumber(s, i)
	if end == i {
		return i, 0
	}
	end = rtfInstead(s, end, skip)
	if utf16.IsSurrogate(letter) {
		if stop, low := rtfNumber(s, end); stop > end {
			if both := utf16.DecodeRune(letter, low); both != utf8.RuneError {
				return rtfInstead(s, stop, skip), both
			}
		}
	}
	return end, letter
}

// rtfInstead returns the end of what old readers show for a number that ends at i.
func rtfInstead(s []byte, i, skip int) int {
	if i < len(s) && s[i] == ' ' {
		i++
	}
	for ; skip > 0 && i < len(s) && s[i] != '{' && s[i] != '}'; skip-- {
		if s[i] != '\\' {
			i++
			continue
		}
		if _, end := digitsOf(s, i+2, 2, 16); i+4 > len(s) || s[i+1] != '\'' || end != i+4 {
			break
		}
		i += 4
	}
	return i
}

// rtfByteAt reads \'f6 where no document says in which charset.
func rtfByteAt(s []byte, i int) (int, rune) {
	if i+4 > len(s) || s[i+1] != '\'' {
		return i, 0
	}
	if c, end := digitsOf(s, i+2, 2, 16); end == i+4 && c >= utf8.RuneSelf {
		return end, charmap.Windows1252.DecodeByte(byte(c))
	}
	return i, 0
}

// rtfNumberAt reads \u246? and its like outside of documents, also behind \uc1.
func rtfNumberAt(s []byte, i int) (int, rune) {
	at, skip := i, 1
	if bytes.HasPrefix(s[i:], []byte(`\uc`)) && isDigit(s, i+3) {
		skip = int(s[i+3] - '0')
		if at = i + 4; at < len(s) && s[at] == ' ' {
			at++
		}
	}
	end, _ := rtfNumber(s, at)
	if end == at || end == len(s) || s[end] != '?' && s[end] != ' ' && (s[end] != '\\' || end+1 == len(s) || s[end+1] != '\'') {
		return i, 0
	}
	if s[end] == ' ' {
		if end+1 == len(s) || s[end+1] != '?' {
			skip = 0
		}
	}
	if end, letter := rtfUnicode(s, at, skip); printed(uint32(letter)) && letter >= utf8.RuneSelf {
		return end, letter
	}
	return i, 0
}

// appendRTFByte writes \'f6, or what has no such byte as a number.
func appendRTFByte(dst []byte, letter rune) []byte {
	if c, ok := charmap.Windows1252.EncodeRune(letter); ok {
		return appendHex(append(dst, `\'`...), uint32(c), 2)
	}
	return appendRTFNumber(dst, letter)
}

// appendRTFNumber writes \u246?.
func appendRTFNumber(dst []byte, letter rune) []byte {
	for _, unit := range utf16.Encode([]rune{letter}) {
		dst = append(strconv.AppendInt(append(dst, `\u`...), int64(int16(unit)), 10), '?')
	}
	return dst
}

// inRTF appends the replacements in a document of RTF: what its reader shows, and what stands there otherwise.
func (w *worker) inRTF(dst []edit, s []byte, l layer) []edit {
	first, r, v := len(dst), newRTFReader(s), w.view()
	for pos := 0; pos < len(s); {
		token, text := r.next(pos)
		v.keep(s[pos:token.Start], pos)
		v.put(text, token)
		pos = token.End
	}
	found := w.found(v.text, l.inner())
	for _, e := range found {
		from := len(dst)
		dst = v.spread(dst, e, r.escape)
		for i := from; i < len(dst); i++ {
			dst[i].deep = true
			if e := &dst[i]; len(e.text) > 0 && s[e.Start] == '\\' && controlled(s[:e.Start]) {
				e.text = append([]byte(" "), e.text...)
			}
		}
	}
	w.drop(found)
	w.giveBack(v)
	bare := len(dst)
	l.bare = true
	dst = w.edits(dst, s, l)
	for i := bare; i < len(dst); i++ {
		dst[i].text, dst[i].deep = r.letter(nil, dst[i].text), false
	}
	slices.SortStableFunc(dst[first:], func(a, b edit) int { return a.Start - b.Start })
	return append(dst[:first], disjoint(dst[first:])...)
}

// controlled reports a text that ends in a control word without the blank behind it, so that a letter would be part of it.
func controlled(s []byte) bool {
	i := len(s)
	for i > 0 && (alphanumeric(s[i-1]) || s[i-1] == '-') {
		i--
	}
	return i > 0 && i < len(s) && s[i-1] == '\\'
}

// escape writes a text between control words.
func (r *rtfReader) escape(text []byte) []byte {
	if bytes.ContainsAny(text, `\{}`) {
		var out []byte
		for _, c := range text {
			if c == '\\' || c == '{' || c == '}' {
				out = append(out, '\\')
			}
			out = append(out, c)
		}
		text = out
	}
	return r.letter(nil, text)
}

// letter appends text with what is beyond ASCII as numbers, in a group of its own where a number may need other letters
// behind it than the usual one.
func (r *rtfReader) letter(dst, text []byte) []byte {
	if IsASCII(text) {
		return append(dst, text...)
	}
	for _, c := range string(text) {
		switch {
		case c < utf8.RuneSelf:
			dst = append(dst, byte(c))
		case r.spoken:
			dst = append(appendRTFNumber(append(dst, `{\uc1`...), c), '}')
		default:
			dst = appendRTFNumber(dst, c)
		}
	}
	return dst
}
