package anonymize

import (
	"slices"
	"strings"
)

// Respelled finds the column of an SQL expression that changes nothing but
// the spelling of its values: their case, the blanks at their ends, their
// type, or their hash: lower(email), upper((name)::text), md5(btrim(x)). Values
// that a one-to-one verb keeps apart are apart under it too. ok is false for
// any other expression.
func Respelled(expr string) (column string, ok bool) {
	expr = strings.TrimSpace(expr)
	for {
		switch inner, cast := cutCast(expr); {
		case inBrackets(expr):
			expr = strings.TrimSpace(expr[1 : len(expr)-1])
			continue
		case cast:
			expr = inner
			continue
		}
		name, rest, called := strings.Cut(expr, "(")
		name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "pg_catalog.")
		if called && slices.Contains([]string{"lower", "upper", "btrim", "trim", "md5"}, name) && inBrackets("("+rest) {
			expr = strings.TrimSpace(rest[:len(rest)-1])
			continue
		}
		return identifier(expr)
	}
}

// cutCast takes a cast to a type of text off the end.
func cutCast(expr string) (inner string, ok bool) {
	at := strings.LastIndex(expr, "::")
	if at < 0 {
		return expr, false
	}
	kind := strings.ToLower(strings.TrimSpace(expr[at+2:]))
	if dot := strings.LastIndexByte(kind, '.'); dot >= 0 { // public.citext
		kind = kind[dot+1:]
	}
	return expr[:at], slices.Contains([]string{"text", "character varying", "varchar", "citext", "bpchar"}, kind)
}

// inBrackets reports whether one pair of brackets holds all of expr.
func inBrackets(expr string) bool {
	if !strings.HasPrefix(expr, "(") || !strings.HasSuffix(expr, ")") {
		return false
	}
	depth, quoted := 0, false
	for i := range len(expr) {
		switch c := expr[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(expr)-1 {
				return false
			}
		}
	}
	return depth == 0
}

// identifier reads one name of SQL.
func identifier(s string) (name string, ok bool) {
	if n := len(s); n > 2 && s[0] == '"' && s[n-1] == '"' {
		inner := s[1 : n-1]
		return strings.ReplaceAll(inner, `""`, `"`), !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`)
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
		if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
			return "", false
		}
	}
	return strings.ToLower(s), s != ""
}
