package text

import (
	"bytes"
	"encoding/hex"
)

// This room looks through hexadecimal digits: runs of at least 16 that mean readable text, or a compressed or serialised
// one, and shorter ones behind \x, as PostgreSQL writes bytes.

// nextHex returns the first even run of at least so many digits at or after i that ends with its word, and begins with it
// or behind 0x or \x; an empty range if there is none.
func nextHex(s []byte, i, fewest int) Span {
	for i+fewest <= len(s) {
		start := i
		if s[i] == 'x' {
			start++
		} else if s[i] == '0' && s[i+1] == 'x' {
			start += 2
		}
		end := start
		for end < len(s) && hexDigit(s[end]) >= 0 {
			end++
		}
		if n := end - start; n >= fewest && n%2 == 0 && (end == len(s) || !alphanumeric(s[end])) {
			return Span{start, end}
		}
		for i = end; i < len(s) && alphanumeric(s[i]); i++ {
		}
		for i < len(s) && !alphanumeric(s[i]) {
			i++
		}
	}
	return Span{}
}

func alphanumeric(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9 }

// nextHexIn returns the digits that nextHex finds within a run of base64.
func nextHexIn(s []byte, run Span, i int) Span {
	return nextHex(s[:run.End], max(run.Start, i), shortestBase64)
}

// hasHex reports whether digits within a run of base64 mean something.
func hasHex(s []byte, run Span) bool {
	for i := 0; ; {
		digits := nextHexIn(s, run, i)
		if digits.End == 0 {
			return false
		}
		if _, ok := readHex(s[digits.Start:digits.End]); ok {
			return true
		}
		i = digits.End
	}
}

// bytesAt returns the digits of the bytes that are written as \x4a616e65 at i, a backslash, where they are a value.
func bytesAt(s []byte, i int) Span {
	if i+2+fewestDoubles > len(s) || s[i+1] != 'x' {
		return Span{}
	}
	if digits := nextHex(s, i+1, fewestDoubles); digits.Start == i+2 {
		return digits
	}
	return Span{}
}

// readHex returns what digits mean if it is readable text, or more than that.
func readHex(digits []byte) (text []byte, ok bool) {
	var room [32]byte
	n, err := hex.Decode(room[:], digits[:min(len(digits), 2*len(room))])
	if err != nil || !readable(room[:n], false) && !Compressed(room[:]) && room[0]&0xe0 != 0x80 && (room[0] < 0xdc || room[0] > 0xdf) {
		return nil, false // most runs are sums: their first bytes say so
	}
	text, err = hex.AppendDecode(nil, digits)
	return text, err == nil && (readable(text, true) || Compressed(text) || looksPacked(text))
}

// inHex appends an edit for every run of digits within a run of base64 with something to replace in it.
func (w *worker) inHex(dst []edit, s []byte, run Span, l layer) []edit {
	for i := 0; ; {
		digits := nextHexIn(s, run, i)
		if digits.End == 0 {
			return dst
		}
		dst, i = w.inDigits(dst, s, digits, l), digits.End
	}
}

// inBytes appends an edit for all bytes that are written as \x4a616e65 and too short for inHex.
func (w *worker) inBytes(dst []edit, s []byte, l layer) []edit {
	for i := 0; ; i++ {
		k := bytes.IndexByte(s[i:], '\\')
		if k < 0 {
			return dst
		}
		i += k
		if digits := bytesAt(s, i); digits.End > 0 && digits.End-digits.Start < shortestBase64 {
			dst = w.inDigits(dst, s, digits, l)
		}
	}
}

// inDigits appends an edit for a run of digits if there is something to replace in it.
func (w *worker) inDigits(dst []edit, s []byte, digits Span, l layer) []edit {
	run := s[digits.Start:digits.End]
	text, ok := readHex(run)
	if !ok {
		return dst
	}
	e := edit{Span: digits, deep: true, cuts: insideCode(s, digits.Start) || insideCode(s, digits.End)}
	inner := w.inMeaning(text, l.inner())
	if len(inner) == 0 {
		return dst
	}
	e.text = hex.AppendEncode(nil, apply(nil, text, inner, &e.n))
	if bytes.ContainsAny(run, "ABCDEF") {
		e.text = bytes.ToUpper(e.text)
	}
	return append(dst, e)
}
