package text

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// This room reads JSON as bytes: where a string, a number, a whole value ends. It accepts what encoding/json accepts,
// invalid UTF-8 inside strings included, and never looks at what a value means. An end below zero is an error; ^end is
// its offset.

// deepest is the nesting that encoding/json accepts as well.
const deepest = 10_000

// SyntaxError says where bytes stop being JSON. It holds an offset in bytes and no data.
type SyntaxError struct {
	Offset int
	What   string
}

// Error returns "read json: what at offset n".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("read json: %s at offset %d", e.What, e.Offset)
}

// syntaxError makes the error for a negative end.
func syntaxError(src []byte, end int) error {
	if at := ^end; at < len(src) {
		return &SyntaxError{at, "unexpected byte or nesting too deep"}
	}
	return &SyntaxError{len(src), "unexpected end"}
}

func skipSpace(s []byte, i int) int {
	for i < len(s) && s[i] <= ' ' && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// scanString takes the offset behind the opening quote and returns the one behind the closing quote.
func scanString(s []byte, i int) (end int, escaped bool) {
	for {
		i = plainEnd(s, i)
		switch {
		case i >= len(s) || s[i] < ' ':
			return ^i, escaped
		case s[i] == '"':
			return i + 1, escaped
		}
		escaped = true // a backslash
		if i++; i >= len(s) {
			return ^i, escaped
		}
		switch s[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			i++
		case 'u':
			for k := i + 1; k <= i+4; k++ {
				if k >= len(s) || hexDigit(s[k]) < 0 {
					return ^k, escaped
				}
			}
			i += 5
		default:
			return ^i, escaped
		}
	}
}

// plainEnd returns the offset of the next quote, backslash or control byte, eight bytes at a time.
func plainEnd(s []byte, i int) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for i+8 <= len(s) {
		v := binary.LittleEndian.Uint64(s[i:])
		q, b := v^ones*'"', v^ones*'\\'
		if m := ((q-ones)&^q | (b-ones)&^b | (v-ones*' ')&^v) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= ' ' {
		i++
	}
	return i
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func isDigit(s []byte, i int) bool { return i < len(s) && s[i]-'0' <= 9 }

// scanNumber takes the offset of a number's first byte and returns its end.
func scanNumber(s []byte, i int) int {
	if s[i] == '-' {
		i++
	}
	if !isDigit(s, i) {
		return ^i
	}
	if s[i] == '0' {
		i++
	} else {
		for isDigit(s, i) {
			i++
		}
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !isDigit(s, i) {
			return ^i
		}
		for isDigit(s, i) {
			i++
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !isDigit(s, i) {
			return ^i
		}
		for isDigit(s, i) {
			i++
		}
	}
	return i
}

// scanLiteral takes the offset of true, false or null and returns its end.
func scanLiteral(s []byte, i int) int {
	word := "null"
	switch s[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	for k := range len(word) {
		if i+k >= len(s) || s[i+k] != word[k] {
			return ^(i + k)
		}
	}
	return i + len(word)
}

// scanScalar takes the offset of a value that is no object or array; strings say whether they hold escapes.
func scanScalar(s []byte, i int) (end int, kind Type, escaped bool) {
	switch c := s[i]; {
	case c == '"':
		end, escaped = scanString(s, i+1)
		return end, String, escaped
	case c == '-' || c-'0' <= 9:
		return scanNumber(s, i), Number, false
	case c == 't' || c == 'f':
		return scanLiteral(s, i), Bool, false
	case c == 'n':
		return scanLiteral(s, i), Null, false
	}
	return ^i, 0, false
}

// scanValue takes the offset of a value's first byte and returns its end; depth containers are open around it.
func scanValue(s []byte, i, depth int) int {
	if i >= len(s) {
		return ^i
	}
	open := s[i]
	if open != '{' && open != '[' {
		end, _, _ := scanScalar(s, i)
		return end
	}
	if depth++; depth > deepest {
		return ^i
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == open+2 { // } and ] are two behind { and [
		return i + 1
	}
	for {
		if open == '{' {
			if _, i, _ = scanKey(s, i); i < 0 {
				return i
			}
		}
		if i = scanValue(s, i, depth); i < 0 {
			return i
		}
		var more bool
		if i, more = scanNext(s, i, open); !more {
			return i
		}
	}
}

// scanKey takes the offset of a member and returns the end of its key, the offset of its value, and whether the key
// holds escapes.
func scanKey(s []byte, i int) (end, value int, escaped bool) {
	if i >= len(s) || s[i] != '"' {
		return i, ^i, false
	}
	if end, escaped = scanString(s, i+1); end < 0 {
		return end, end, false
	}
	if i = end; i < len(s) && s[i] != ':' {
		i = skipSpace(s, i)
	}
	if i >= len(s) || s[i] != ':' {
		return end, ^i, false
	}
	return end, skipSpace(s, i+1), escaped
}

// scanNext takes the end of an item: behind a comma it returns the offset of the next one, else the container's end.
func scanNext(s []byte, i int, open byte) (next int, more bool) {
	i = skipSpace(s, i)
	switch {
	case i >= len(s):
		return ^i, false
	case s[i] == ',':
		return skipSpace(s, i+1), true
	case s[i] == open+2:
		return i + 1, false
	}
	return ^i, false
}
