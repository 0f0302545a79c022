package anonymize

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Schema text is mostly SQL, in which a constant is spelled, and put together,
// in ways that no text has: 'Jane' || ' ' || 'Stonefield', E'J\u00f6rg', bytes in
// hexadecimal digits. This room reads constants as the server does.

// literal is one constant of a text in SQL.
type literal struct {
	value      string
	start, end int // in the text, with its quotes
}

// sqlConstants returns what the constants of a text say: each by itself, and
// those that operators put together as one. A text between dollars, such as the
// body of a function, is read as SQL of its own.
func sqlConstants(s string) []string { return constantsOf(s, maxDepth) }

func constantsOf(s string, depth int) []string {
	var out []string
	all := literals(s)
	for i := 0; i < len(all); {
		whole := all[i].value
		n := i + 1
		for ; n < len(all) && joins(s[all[n-1].end:all[n].start]); n++ {
			whole += all[n].value
		}
		i = n
		if out = append(out, readable(whole)); depth > 1 && strings.Count(whole, "'") > 1 { // SQL in a constant: a body, EXECUTE
			out = append(out, constantsOf(whole, depth-1)...)
		}
	}
	return out
}

// putTogether is what may stand between two constants that are put together: casts
// of the first, parentheses, the operator.
var putTogether = regexp.MustCompile(`^(?:[\s()]|::\s*"?[a-z_][a-z0-9_ ."]*(?:\(\d+(?:,\s*\d+)?\))?)*\|\|[\s(]*$`)

func joins(sql string) bool { return putTogether.MatchString(sql) }

// readable is a constant, or what it says where it is bytes in hexadecimal
// digits.
func readable(value string) string {
	digits, is := strings.CutPrefix(value, `\x`)
	if !is {
		return value
	}
	if b, err := hex.DecodeString(digits); err == nil && utf8.Valid(b) {
		return string(b)
	}
	return value
}

// literals lists the constants of a text in SQL, in order.
func literals(s string) (all []literal) {
	for i := 0; i < len(s); {
		end, value, is := literalAt(s, i)
		if is {
			all = append(all, literal{value, i, end})
		}
		i = max(end, i+1)
	}
	return all
}

var (
	character = regexp.MustCompile(`^(?i:chr)\(\s*(\d{1,7})\s*\)`)
	dollars   = regexp.MustCompile(`^\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$`)
	prefixed  = regexp.MustCompile(`^(?i:e|u&|b|x|n)'`)
)

// literalAt reads what begins at i: a constant, or something in which none
// begins, to its end.
func literalAt(s string, i int) (end int, value string, is bool) {
	rest := s[i:]
	inWord := i > 0 && (s[i-1] == '$' || isWordByte(s[i-1]) || s[i-1] >= '0' && s[i-1] <= '9')
	switch {
	case strings.HasPrefix(rest, "--"):
		return i + until(rest, "\n"), "", false
	case strings.HasPrefix(rest, "/*"):
		return i + until(rest, "*/"), "", false
	case rest[0] == '"':
		return i + 1 + until(rest[1:], `"`), "", false
	case rest[0] == '\'':
		end, value = quotedAt(s, i+1, false)
		return end, value, true
	case inWord:
		return i + 1, "", false
	case rest[0] == '$':
		if tag := dollars.FindString(rest); tag != "" {
			end := until(rest[len(tag):], tag) + len(tag)
			return i + end, strings.TrimSuffix(rest[len(tag):end], tag), true
		}
	}
	if m := character.FindStringSubmatch(rest); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits, at most seven
		return i + len(m[0]), string(rune(n)), true
	}
	if p := prefixed.FindString(rest); p != "" {
		end, value = quotedAt(s, i+len(p), p[0]|0x20 == 'e')
		if p[0]|0x20 == 'u' {
			value = unescaped(value, unicodeEscape)
		}
		return end, value, true
	}
	return i + 1, "", false
}

// until returns the length of s up to the end of what ends it, or all of it.
func until(s, mark string) int {
	if at := strings.Index(s, mark); at >= 0 {
		return at + len(mark)
	}
	return len(s)
}

// quotedAt reads a constant behind its first quote, to behind its last one.
func quotedAt(s string, i int, escapes bool) (end int, value string) {
	var b strings.Builder
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\'' && strings.HasPrefix(s[i+1:], "'"):
			i++
		case s[i] == '\'':
			value = b.String()
			if escapes {
				value = unescaped(value, cEscape)
			}
			return i + 1, value
		case s[i] == '\\' && escapes && i+1 < len(s):
			b.WriteByte('\\')
			i++
		}
		b.WriteByte(s[i])
	}
	return i, b.String()
}

var (
	cEscape       = regexp.MustCompile(`(?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}))+|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\[\s\S]`)
	unicodeEscape = regexp.MustCompile(`\\[0-9A-Fa-f]{4}|\\\+[0-9A-Fa-f]{6}|\\\\`)
	oneByte       = regexp.MustCompile(`\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2})`)
)

// unescaped resolves the escapes of E'…' and of U&'…'.
func unescaped(s string, escape *regexp.Regexp) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		digits := strings.TrimLeft(e[1:], "uU+")
		switch {
		case escape == cEscape && oneByte.MatchString(e):
			return oneByte.ReplaceAllStringFunc(e, byteOf)
		case len(digits) >= 4:
			n, _ := strconv.ParseUint(digits, 16, 32) // digits of the pattern
			return string(rune(n))
		case e[1] == 'n' || e[1] == 't' || e[1] == 'r':
			return " "
		}
		return e[1:]
	})
}

// byteOf is the byte that \303 or \xc3 stands for.
func byteOf(e string) string {
	base, digits := 8, e[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	n, _ := strconv.ParseUint(digits, base, 16) // digits of the pattern
	return string([]byte{byte(n)})
}
