package document

import (
	"bytes"
	"encoding/base64"
)

const upperHex = "0123456789ABCDEF"

// unquote undoes quoted-printable. What is no code means itself.
func unquote(s []byte) view {
	var v view
	pos := 0
	for i := 0; i < len(s); {
		k := bytes.IndexByte(s[i:], '=')
		if k < 0 {
			break
		}
		i += k
		end, c, is := codeAt(s, i)
		if !is {
			i++
			continue
		}
		v.keep(s[pos:i], pos)
		v.put(c, i, end)
		i, pos = end, end
	}
	v.keep(s[pos:], pos)
	return v
}

// codeAt reads the code at an equals sign: two hexadecimal digits, or the end
// of a line that goes on, which means nothing.
func codeAt(s []byte, i int) (end int, c []byte, is bool) {
	if i+2 < len(s) {
		hi, lo := unhex(s[i+1]), unhex(s[i+2])
		if hi >= 0 && lo >= 0 {
			return i + 3, []byte{byte(hi<<4 | lo)}, true
		}
	}
	end = i + 1
	for end < len(s) && (s[end] == ' ' || s[end] == '\t') {
		end++
	}
	switch {
	case end < len(s) && s[end] == '\n':
		return end + 1, nil, true
	case end+1 < len(s) && s[end] == '\r' && s[end+1] == '\n':
		return end + 2, nil, true
	}
	return i, nil, false
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// quote writes bytes in quoted-printable, line ends too where all is set.
func quote(s []byte, all bool) []byte {
	out := make([]byte, 0, len(s)+len(s)/4)
	for i, c := range s {
		switch {
		case !all && (c == '\n' || c == '\r' && i+1 < len(s) && s[i+1] == '\n'):
			out = append(out, c)
		case c >= '!' && c <= '~' && c != '=', (c == ' ' || c == '\t') && i+1 < len(s) && s[i+1] != '\r' && s[i+1] != '\n':
			out = append(out, c)
		default:
			out = append(out, '=', upperHex[c>>4], upperHex[c&15])
		}
	}
	return out
}

// longestQuoted is how long a line of quoted-printable may be, its last equals
// sign included.
const longestQuoted = 76

// wrapQuoted cuts the lines of quoted-printable that are too long; before is
// how much stands before the first one.
func wrapQuoted(s, eol []byte, before int) []byte {
	if len(eol) == 0 {
		eol = []byte("\r\n")
	}
	out := make([]byte, 0, len(s)+len(s)/40)
	for len(s) > 0 {
		end, next := lineEnd(s, 0)
		for row := s[:end]; ; {
			room := max(longestQuoted-before, 8)
			if before = 0; len(row) <= room {
				out = append(out, row...)
				break
			}
			cut := cutAt(row, room-1)
			out = append(append(append(out, row[:cut]...), '='), eol...)
			row = row[cut:]
		}
		out = append(out, s[end:next]...)
		s = s[next:]
	}
	return out
}

// unbase64 decodes base64 with any blanks in it; ok is false for anything else.
func unbase64(s []byte) (plain []byte, ok bool) {
	packed := make([]byte, 0, len(s))
	for _, c := range s {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			packed = append(packed, c)
		}
	}
	packed = bytes.TrimRight(packed, "=")
	plain = make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	n, err := base64.RawStdEncoding.Decode(plain, packed)
	return plain[:n], err == nil
}

// base64Lines encodes bytes in lines of a width, each with its end; width 0 is
// one line without.
func base64Lines(plain []byte, width int, eol []byte) []byte {
	packed := base64.StdEncoding.AppendEncode(nil, plain)
	if width <= 0 {
		return packed
	}
	out := make([]byte, 0, len(packed)+len(packed)/width*2+2)
	for len(packed) > 0 {
		n := min(width, len(packed))
		out = append(append(out, packed[:n]...), eol...)
		packed = packed[n:]
	}
	return out
}
