package verify

import (
	"bytes"
)

// Calendars and cards cut a line wherever it is too long, within a word, an address or a character, and begin the next one
// with a blank.

// unfolded appends value with its folded lines joined; found is false, and nothing appended, where none is cut within a
// word.
func unfolded(dst, value []byte) (inner []byte, found bool) {
	from := 0
	for i := 0; ; {
		n := bytes.IndexByte(value[i:], '\n')
		if n < 0 || i+n+2 >= len(value) {
			break
		}
		i += n + 1
		if value[i] != ' ' && value[i] != '\t' {
			continue
		}
		end := i - 1
		if end > from && value[end-1] == '\r' {
			end--
		}
		if end == from || value[end-1] <= ' ' || value[i+1] <= ' ' { // nothing is cut
			continue
		}
		dst, from, found = append(dst, value[from:end]...), i+1, true
	}
	if found {
		dst = append(dst, value[from:]...)
	}
	return dst, found
}

// folds reports a text that holds a calendar or a card, in which a line that begins with a blank is the rest of the one
// before.
func folds(value []byte) bool {
	sign := []byte("BEGIN:V")
	for i := 0; ; i++ {
		n := bytes.IndexByte(value[i:], ':')
		if n < 0 {
			return false
		}
		i += n
		if i >= 5 && i+2 <= len(value) && bytes.EqualFold(value[i-5:i+2], sign) {
			return true
		}
	}
}

// goesOn reports whether the line is cut where an address ends, as calendars and cards or as quoted-printable do it: what
// it is shows where the lines are joined. The line's end may be written as escapes of JSON.
func (a address) goesOn() bool {
	rest := a.text[a.hi:]
	soft := len(rest) > 0 && rest[0] == '='
	if soft {
		rest = bytes.TrimLeft(rest[1:], " \t")
	}
	c, n := escaped(rest)
	if c == '\r' {
		rest = rest[n:]
		c, n = escaped(rest)
	}
	if c != '\n' {
		return false
	}
	next, m := escaped(rest[n:])
	if soft {
		return true
	}
	return (next == ' ' || next == '\t') && len(rest) > n+m && rest[n+m] > ' ' && folds(a.text)
}

// escaped reads one character that may stand behind backslashes, and how many bytes it takes.
func escaped(s []byte) (c byte, n int) {
	for n < len(s) && s[n] == '\\' {
		n++
	}
	if n == len(s) {
		return 0, n
	}
	if c = s[n]; n > 0 {
		switch c {
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		}
	}
	return c, n + 1
}
