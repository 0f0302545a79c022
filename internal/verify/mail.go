package verify

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
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
		if _, is := hexPair(value, i+1); is || value[i+1] == '?' || value[i+1] == '\n' || value[i+1] == '\r' {
			return true
		}
	}
}

// unmailed appends value as mail means it; found is false where nothing looks like it.
func unmailed(dst, value []byte) (inner []byte, found bool) {
	word := false // the last thing was an encoded word
	for i := 0; i < len(value); {
		if value[i] != '=' || i+1 == len(value) {
			if word && (value[i] == ' ' || value[i] == '\r' || value[i] == '\n' || value[i] == '\t') {
				rest := bytes.TrimLeft(value[i:], " \r\n\t")
				if _, _, is := header(rest); is {
					i = len(value) - len(rest)
					continue
				}
			}
			dst, word = append(dst, value[i]), false
			i++
			continue
		}
		text, end, is := header(value[i:])
		if is {
			dst, word, found = append(dst, text...), true, true
			i += end
			continue
		}
		word = false
		switch next := value[i+1]; {
		case next == '\n':
			i, found = i+2, true
		case next == '\r' && i+2 < len(value) && value[i+2] == '\n':
			i, found = i+3, true
		default:
			c, is := hexPair(value, i+1)
			if !is {
				c = '='
			}
			dst, found = append(dst, c), found || is
			i++
			if is {
				i += 2
			}
		}
	}
	return latin1(dst), found
}

// hexPair reads two hexadecimal digits.
func hexPair(s []byte, i int) (c byte, ok bool) {
	if i+2 > len(s) {
		return 0, false
	}
	hi, ok := unhex(s[i])
	lo, ok2 := unhex(s[i+1])
	return hi<<4 | lo, ok && ok2
}

// latin1 reads what is no UTF-8 as Latin-1.
func latin1(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	out := make([]byte, 0, 2*len(s))
	for _, c := range s {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}

// header reads the encoded word that s begins with.
func header(s []byte) (text []byte, end int, is bool) {
	if len(s) < 8 || s[0] != '=' || s[1] != '?' {
		return nil, 0, false
	}
	mark := bytes.IndexByte(s[2:], '?')
	if mark < 1 || 2+mark+2 >= len(s) || s[2+mark+2] != '?' {
		return nil, 0, false
	}
	kind, from := s[2+mark+1]|0x20, 2+mark+3
	n := bytes.Index(s[from:], []byte("?="))
	if n < 0 {
		return nil, 0, false
	}
	coded := s[from : from+n]
	switch kind {
	case 'b':
		text = make([]byte, base64.StdEncoding.DecodedLen(len(coded)))
		m, err := base64.StdEncoding.Decode(text, coded)
		if err != nil {
			return nil, 0, false
		}
		text = text[:m]
	case 'q':
		for i := 0; i < len(coded); i++ {
			c := coded[i]
			if b, ok := hexPair(coded, i+1); c == '=' && ok {
				c, i = b, i+2
			} else if c == '_' {
				c = ' '
			}
			text = append(text, c)
		}
	default:
		return nil, 0, false
	}
	return latin1(text), from + n + 2, true
}
