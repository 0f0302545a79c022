package verify

import (
	"bytes"
	"encoding/base64"
)

// Mail writes what is not ASCII as =C3=B6, cuts lines with a = at their end, and puts =?utf-8?Q?…?= into headers.

// mailed reports whether anything looks like mail.
func mailed(value []byte) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(value[i:], '=')
		if k < 0 || i+k+1 >= len(value) {
			return false
		}
		i += k
		if _, is := hexPair(value, i+1); is || value[i+1] == '?' || softBreak(value[i:]) > 0 {
			return true
		}
	}
}

// softBreak returns how long the end of a line is that s begins with: a =, blanks that were added on the way, and the
// break. It is 0 where there is none.
func softBreak(s []byte) int {
	i := 1
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	if i < len(s) && s[i] == '\r' {
		i++
	}
	if i < len(s) && s[i] == '\n' {
		return i + 1
	}
	return 0
}

// unmailed appends value as mail means it; found is false where nothing looks like it. Bytes that are no UTF-8 may be left.
func unmailed(dst, value []byte) (inner []byte, found bool) {
	var run encodedWords
	for i := 0; i < len(value); {
		c := value[i]
		if c != '=' || i+1 == len(value) {
			if run.open && blank(c) {
				rest := bytes.TrimLeft(value[i:], " \r\n\t")
				if _, is := readWord(rest); is { // blanks between two of them do not count
					i = len(value) - len(rest)
					continue
				}
			}
			dst = append(run.close(dst), c)
			i++
			continue
		}
		if w, is := readWord(value[i:]); is {
			dst, found = run.add(dst, w), true
			i += w.size
			continue
		}
		dst = run.close(dst)
		if n := softBreak(value[i:]); n > 0 {
			i, found = i+n, true
			continue
		}
		i++
		if b, is := hexPair(value, i); is {
			c, i, found = b, i+2, true
		}
		dst = append(dst, c)
	}
	return run.close(dst), found
}

func blank(c byte) bool { return c == ' ' || c == '\r' || c == '\n' || c == '\t' }

// hexPair reads two hexadecimal digits.
func hexPair(s []byte, i int) (c byte, ok bool) {
	if i+2 > len(s) {
		return 0, false
	}
	hi, ok := unhex(s[i])
	lo, ok2 := unhex(s[i+1])
	return hi<<4 | lo, ok && ok2
}

// encodedWords are encoded words in a row. A character may be cut by the border of two.
type encodedWords struct {
	open  bool
	label []byte
	raw   []byte
}

// add takes the next one.
func (r *encodedWords) add(dst []byte, w encodedWord) []byte {
	if r.open && !bytes.EqualFold(r.label, w.label) {
		dst = r.close(dst)
	}
	r.open, r.label, r.raw = true, w.label, append(r.raw, w.raw...)
	return dst
}

// close appends what they mean.
func (r *encodedWords) close(dst []byte) []byte {
	if r.open {
		dst = append(dst, inCharset(r.label, r.raw)...)
		r.open, r.raw = false, r.raw[:0]
	}
	return dst
}

// encodedWord is =?label?Q?…?=.
type encodedWord struct {
	label, raw []byte
	size       int // in the text
}

// longestWord bounds an encoded word, in bytes. 75 are allowed.
const longestWord = 8 << 10

// readWord reads the encoded word that s begins with.
func readWord(s []byte) (w encodedWord, is bool) {
	if len(s) < 8 || s[0] != '=' || s[1] != '?' {
		return w, false
	}
	s = s[:min(len(s), longestWord)]
	label, rest, ok := bytes.Cut(s[2:], []byte("?"))
	if !ok || len(label) == 0 || len(rest) < 2 || rest[1] != '?' {
		return w, false
	}
	kind := rest[0] | 0x20
	coded, _, ok := bytes.Cut(rest[2:], []byte("?="))
	if !ok {
		return w, false
	}
	w.label, _, _ = bytes.Cut(label, []byte("*")) // a language may follow
	w.size = 2 + len(label) + 1 + 2 + len(coded) + 2
	switch kind {
	case 'b':
		coded = bytes.TrimRight(coded, "=")
		w.raw = make([]byte, base64.RawStdEncoding.DecodedLen(len(coded)))
		n, err := base64.RawStdEncoding.Decode(w.raw, coded)
		w.raw = w.raw[:n]
		return w, err == nil
	case 'q':
		for i := 0; i < len(coded); i++ {
			c := coded[i]
			if b, ok := hexPair(coded, i+1); c == '=' && ok {
				c, i = b, i+2
			} else if c == '_' {
				c = ' '
			}
			w.raw = append(w.raw, c)
		}
		return w, true
	}
	return w, false
}
