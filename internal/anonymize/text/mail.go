package text

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// This room knows the encodings of mail: quoted-printable in a body (J=C3=B6rg, and = at the end of a line), and encoded
// words in a header (=?utf-8?Q?J=C3=B6rg?=).

// quotedEnd returns the end of the code of quoted-printable at i, an equals sign, or i. A code never stands for a
// letter or a digit.
func quotedEnd(s []byte, i int) int {
	if end := softEnd(s, i); end > i {
		return end
	}
	if i+2 < len(s) && hexCapital(s[i+1]) && hexCapital(s[i+2]) {
		if c := quotedByte(s, i); c >= utf8.RuneSelf || lower[c] == separator && (c >= ' ' || isBlank(rune(c))) {
			return i + 3
		}
	}
	return i
}

// softEnd returns the end of a line that goes on in the next one.
func softEnd(s []byte, i int) int {
	switch {
	case i+1 < len(s) && s[i+1] == '\n':
		return i + 2
	case i+2 < len(s) && s[i+1] == '\r' && s[i+2] == '\n':
		return i + 3
	}
	return i
}

func hexCapital(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

func quotedByte(s []byte, i int) byte { return byte(hexDigit(s[i+1])<<4 | hexDigit(s[i+2])) }

// hasQuoted reports quoted-printable: every = in it begins a code, for it would be =3D itself.
func hasQuoted(s []byte) bool {
	first := bytes.IndexByte(s, '=')
	if first < 0 {
		return false
	}
	for i := first; i < len(s); i++ {
		if s[i] == '=' {
			end := quotedEnd(s, i)
			if end == i {
				return false
			}
			i = end - 1
		}
	}
	return true
}

// inQuoted appends what quoted-printable hides. Bytes that are no UTF-8 are taken for Latin-1, and written so.
func (w *worker) inQuoted(dst []edit, s []byte, l layer) []edit {
	v := decode(s, '=', func(i int) (int, string) {
		end := quotedEnd(s, i)
		if end == i || softEnd(s, i) > i {
			return end, ""
		}
		return end, string([]byte{quotedByte(s, i)})
	})
	encode := escapeQuoted
	if !utf8.Valid(v.text) {
		v, encode = v.widen(), func(dst, text []byte) []byte { return escapeQuoted(dst, narrow(text)) }
	}
	return w.through(dst, v, codec{l, encode})
}

// widen returns the view with its bytes read as Latin-1.
func (v view) widen() view {
	var out view
	for i, c := range v.chunks {
		end := len(v.text)
		if i+1 < len(v.chunks) {
			end = v.chunks[i+1].text
		}
		for k, b := range v.text[c.text:end] {
			if c.same {
				out.put(string(rune(b)), Span{c.raw + k, c.raw + k + 1})
			} else {
				out.put(string(rune(b)), Span{c.raw, c.rawEnd})
			}
		}
	}
	return out
}

// narrow writes text in Latin-1, with ? for what it has not.
func narrow(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// escapeQuoted appends text in quoted-printable. A line may become longer than mail allows by what a name grows.
func escapeQuoted(dst, text []byte) []byte {
	for _, c := range text {
		if c == '=' || c >= utf8.RuneSelf || c < ' ' {
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// encodedWord is one =?charset?Q?text?=; text are the bytes that it means. A row of words may cut a character, so only
// all of them say what they mean.
type encodedWord struct {
	charset, text []byte
	base64        bool
	latin         bool // text is in Latin-1, whatever charset says
	end           int
}

// wordAt reads the encoded word at i.
func wordAt(s []byte, i int) (e encodedWord, ok bool) {
	if i+1 >= len(s) || s[i] != '=' || s[i+1] != '?' {
		return e, false
	}
	parts := bytes.SplitN(s[i+2:min(len(s), i+longestWord)], []byte("?"), 4)
	if len(parts) < 4 || len(parts[0]) == 0 || len(parts[1]) != 1 || len(parts[3]) == 0 || parts[3][0] != '=' {
		return e, false
	}
	e.end = i + 2 + len(parts[0]) + 1 + 2 + len(parts[2]) + 2
	e.charset, _, _ = bytes.Cut(parts[0], []byte("*"))
	switch parts[1][0] | 0x20 {
	case 'b':
		var err error
		e.base64 = true
		e.text, err = base64.StdEncoding.DecodeString(string(parts[2]))
		ok = err == nil
	case 'q':
		ok = true
		for k := 0; k < len(parts[2]); k++ {
			c := parts[2][k]
			if c == '=' && k+2 < len(parts[2]) && hexDigit(parts[2][k+1]) >= 0 && hexDigit(parts[2][k+2]) >= 0 {
				c = quotedByte(parts[2], k)
				k += 2
			} else if c == '_' {
				c = ' '
			}
			e.text = append(e.text, c)
		}
	}
	e.latin = !e.unicode()
	return e, ok
}

// longestWord is the longest encoded word that is read; 75 is what mail allows.
const longestWord = 1000

// unicode reports the charsets that are UTF-8; all others, and what is none, are read as Latin-1.
func (e *encodedWord) unicode() bool {
	return strings.EqualFold(string(e.charset), "utf-8") || strings.EqualFold(string(e.charset), "utf8") || strings.EqualFold(string(e.charset), "us-ascii")
}

func runesOf(latin []byte) []rune {
	out := make([]rune, len(latin))
	for i, c := range latin {
		out[i] = rune(c)
	}
	return out
}

func hasWord(s []byte) bool {
	return has(s, '=', func(i int) bool { _, ok := wordAt(s, i); return ok })
}

// inWords appends what encoded words hide. What stands between two of them is no blank, so a row of them is one stretch
// of the view, which is written anew when anything in it is replaced.
func (w *worker) inWords(dst []edit, s []byte, l layer) []edit {
	var v view
	var first []encodedWord // of each row, by chunk
	pos := 0
	for i := 0; i < len(s); {
		k := bytes.Index(s[i:], []byte("=?"))
		if k < 0 {
			break
		}
		i += k
		e, ok := wordAt(s, i)
		if !ok {
			i += 2
			continue
		}
		row, text := rowOf(s, e)
		end := row.end
		v.keep(s[pos:i], pos)
		for len(first) < len(v.chunks) {
			first = append(first, encodedWord{})
		}
		if len(text) > 0 {
			first = append(first, row)
		}
		v.put(string(text), Span{i, end})
		i, pos = end, end
	}
	v.keep(s[pos:], pos)
	return w.rows(dst, &v, first, l)
}

// rowOf returns the row of words that a word begins, as one that ends where the last of them does, and what it means. A
// character may be cut between two words of one charset; what is no UTF-8 is Latin-1.
func rowOf(s []byte, e encodedWord) (row encodedWord, text []byte) {
	row = e
	var part []byte
	for ok := true; ok; {
		part = append(part, e.text...)
		row.end = e.end
		latin := e.latin
		next := e.end + len(s[e.end:]) - len(bytes.TrimLeft(s[e.end:], " \t\r\n"))
		if e, ok = wordAt(s, next); ok && e.latin == latin {
			continue
		}
		if !latin && utf8.Valid(part) {
			text = append(text, part...)
		} else {
			text = append(text, string(runesOf(part))...)
			row.latin = row.latin || !latin
		}
		part = part[:0]
	}
	return row, text
}

// rows appends the edits found in a view of encoded words, each as long as the rows that it touches.
func (w *worker) rows(dst []edit, v *view, first []encodedWord, l layer) []edit {
	inner := w.edits(nil, v.text, l.inner())
	for k := 0; k < len(inner); {
		start, end := v.row(inner[k].Start), v.row(inner[k].End-1)
		extent := Span{min(inner[k].Start, start.Start), max(inner[k].End, end.End)}
		n := k + 1
		for n < len(inner) && inner[n].Start < extent.End {
			extent.End = max(extent.End, inner[n].End, v.row(inner[n].End-1).End)
			n++
		}
		var shifted []edit
		for _, e := range inner[k:n] {
			e.Span = Span{e.Start - extent.Start, e.End - extent.Start}
			shifted = append(shifted, e)
		}
		k = n
		e := edit{Span: v.origin(extent), deep: true}
		e.text = apply(nil, v.text[extent.Start:extent.End], shifted, &e.n)
		for c := v.find(extent.Start); c < len(v.chunks) && v.chunks[c].text < extent.End; c++ {
			if !v.chunks[c].same {
				e.text = first[c].encode(e.text)
				dst = append(dst, e)
				break
			}
		}
	}
	return dst
}

// row returns the stretch of the view that is written anew with a byte of it: a row of words, or nothing more.
func (v *view) row(off int) Span {
	i := v.find(off)
	if v.chunks[i].same {
		return Span{off, off + 1}
	}
	end := len(v.text)
	if i+1 < len(v.chunks) {
		end = v.chunks[i+1].text
	}
	return Span{v.chunks[i].text, end}
}

// encode writes text as encoded words like e, each short enough for mail.
func (e *encodedWord) encode(text []byte) []byte {
	charset, most := e.charset, (70-len(e.charset))/4*3/4*3
	var out []byte
	for len(text) > 0 || out == nil {
		n, size := 0, 0
		for n < len(text) && size < most {
			_, k := utf8.DecodeRune(text[n:])
			if !e.base64 && k > 1 {
				size += 2 * k
			}
			n, size = n+k, size+k
		}
		part := text[:n]
		text = text[n:]
		if out != nil {
			out = append(out, ' ')
		}
		if e.latin {
			part = narrow(part)
		}
		out = append(append(append(out, "=?"...), charset...), '?')
		if e.base64 {
			out = base64.StdEncoding.AppendEncode(append(out, "B?"...), part)
		} else {
			out = appendQWord(append(out, "Q?"...), part)
		}
		out = append(out, "?="...)
	}
	return out
}

// appendQWord appends the text of an encoded word.
func appendQWord(dst, text []byte) []byte {
	for _, c := range text {
		switch {
		case c == ' ':
			dst = append(dst, '_')
		case c < utf8.RuneSelf && lower[c] != separator:
			dst = append(dst, c)
		default:
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}
