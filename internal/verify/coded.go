package verify

import (
	"bytes"
	"unicode/utf8"
)

// This room finds base64 and hexadecimal digits within a text, and looks at what they mean.

// fewestCoded is the length of the shortest run that is tried as base64 or hexadecimal digits: a name of twelve letters.
const fewestCoded = 16

// decoded looks at every run of base64 or of hexadecimal digits in a text below n layers. What means text is looked at
// together.
func (in *Inspector) decoded(at *Field, value []byte, n int) {
	texts := in.spare[:0]
	for i := fewestCoded - 1; i < len(value); {
		from := i
		for from > i-fewestCoded+1 && isCoded[value[from]] {
			from--
		}
		if !isCoded[value[from]] { // no run covers all up to i
			i = from + fewestCoded
			continue
		}
		for from > 0 && isCoded[value[from-1]] {
			from--
		}
		to := i + 1
		for to < len(value) && (isCoded[value[to]] || cutWithin(value, from, to)) {
			to++
		}
		texts = in.run64(at, texts, value[from:to], n)
		i = to + fewestCoded
	}
	if in.spare = texts; len(texts) > 0 {
		in.spare = nil
		in.deeper(at, texts, n+1)
		in.spare = texts
	}
}

// cutWithin reports the end of a line within base64 that a mail program has cut into lines.
func cutWithin(value []byte, from, i int) bool {
	return (value[i] == '\n' || value[i] == '\r') && i-from >= 60 && i+2 < len(value) && (isCoded[value[i+1]] || isCoded[value[i+2]])
}

func coded(c byte) bool { return isCoded[c] }

// isCoded are the digits of base64, in both alphabets.
var isCoded = codedTable()

func codedTable() (t [256]bool) {
	for i := range t {
		c := byte(i)
		t[i] = c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
	}
	return t
}

// run64 looks at what a run means. What means nothing as a whole may be base64 behind a path, or between hyphens.
func (in *Inspector) run64(at *Field, texts, run []byte, n int) []byte {
	texts, meant := in.meaning(at, texts, run, n)
	for rest := run; !meant && len(rest) >= fewestCoded; {
		end := 0
		for end < len(rest) && !joins(rest[end]) {
			end++
		}
		if end >= fewestCoded && end < len(run) {
			texts, _ = in.meaning(at, texts, rest[:end], n)
		}
		rest = rest[min(end+1, len(rest)):]
	}
	return texts
}

func joins(c byte) bool { return c == '/' || c == '-' || c == '_' || c == '+' }

// meaning adds to texts what a run means as text, and opens at once what hides something else.
func (in *Inspector) meaning(at *Field, texts, run []byte, n int) (all []byte, meant bool) {
	raw := in.raw[:0]
	if digits := bytes.TrimPrefix(run, []byte("0x")); len(digits)%2 == 0 {
		var is bool
		if raw, is = appendHex(raw, digits); is {
			texts, meant = in.opened(at, texts, raw, n)
		}
	}
	if !meant {
		if raw = appendBase64(raw[:0], run[:min(len(run), glanced)]); promising(raw) {
			raw = appendBase64(raw[:0], run)
			texts, meant = in.opened(at, texts, raw, n)
		}
	}
	in.raw = raw[:0]
	return texts, meant
}

// opened adds bytes that are text to texts, and looks at once at what they hide otherwise.
func (in *Inspector) opened(at *Field, texts, raw []byte, n int) (all []byte, meant bool) {
	if len(raw) == 0 {
		return texts, false
	}
	if utf8.Valid(raw) && !unprintable(raw) {
		return append(append(texts, ' '), raw...), true
	}
	in.raw = nil // the next layer's
	if packed(raw) || bytes.IndexByte(raw, 0) >= 0 {
		if inner, is := unpack(nil, raw); is {
			in.deeper(at, inner, n+1)
			return texts, true
		}
	}
	if unprintable(raw) || !wordlike(raw) {
		return texts, false
	}
	if fits, _ := in.w.latin1.fits(raw); fits {
		in.reading(at, raw, n+1, false)
	} else {
		in.charsets(at, raw, n+1)
	}
	return texts, false
}

// wordlike reports bytes of which half could be letters, in some charset.
func wordlike(raw []byte) bool {
	n := 0
	for _, c := range raw {
		if c >= utf8.RuneSelf || c == ' ' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			n++
		}
	}
	return 2*n >= len(raw)
}

// appendHex appends what hexadecimal digits mean; is is false where they are none.
func appendHex(dst, digits []byte) (raw []byte, is bool) {
	for i := 0; i+1 < len(digits); i += 2 {
		c, is := hexPair(digits, i)
		if !is {
			return dst, false
		}
		dst = append(dst, c)
	}
	return dst, true
}

// glanced is how many digits of base64 show whether the rest is worth decoding.
const glanced = 24

// promising reports bytes that may be the beginning of a text, or of what hides one.
func promising(raw []byte) bool {
	return len(raw) > 1 && (packed(raw) || raw[0] == 0 || raw[1] == 0 || !unprintable(raw))
}

// appendBase64 appends what digits of base64 mean, in both alphabets and over the ends of lines.
func appendBase64(dst, run []byte) []byte {
	bits, n := uint32(0), 0
	for _, c := range run {
		v := sixBits[c]
		if v < 0 {
			continue
		}
		bits = bits<<6 | uint32(v)
		if n++; n == 4 {
			dst = append(dst, byte(bits>>16), byte(bits>>8), byte(bits))
			bits, n = 0, 0
		}
	}
	switch n {
	case 2:
		dst = append(dst, byte(bits>>4))
	case 3:
		dst = append(dst, byte(bits>>10), byte(bits>>2))
	}
	return dst
}

// sixBits are the values of the digits, -1 for what is none.
var sixBits = sixTable()

func sixTable() (t [256]int8) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = -1
	}
	for i := range len(digits) {
		t[digits[i]] = int8(i)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}

// fewestDoubles is how many hexadecimal digits behind \x, as PostgreSQL writes bytes, are a value: a name of four letters.
// Fewer are one character of C.
const fewestDoubles = 8

// bytesOf looks at the bytes that stand as \x4a616e65 in a text below n layers.
func (in *Inspector) bytesOf(at *Field, value []byte, n int) {
	for i := 0; ; {
		k := bytes.IndexByte(value[i:], '\\')
		if k < 0 || i+k+2+fewestDoubles > len(value) {
			return
		}
		i += k + 1
		if value[i] != 'x' {
			continue
		}
		digits := value[i+1:][:hexRun(value, i+1)]
		if len(digits) < fewestDoubles {
			continue
		}
		i += len(digits)
		raw, _ := appendHex(nil, digits)
		if texts, meant := in.opened(at, nil, raw, n); meant && len(texts) > 0 {
			in.deeper(at, texts[1:], n+1)
		}
	}
}

// hexRun returns how many hexadecimal digits begin at i.
func hexRun(s []byte, i int) int {
	n := 0
	for i+n < len(s) {
		if _, is := unhex(s[i+n]); !is {
			break
		}
		n++
	}
	return n
}
