package ruleset

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxCondition is the longest condition, in bytes.
const maxCondition = 4000

// Condition is one SQL expression over the columns of one table. It was read well enough to be sure that it stays inside the parentheses it is
// put into, on every version of PostgreSQL; whether it makes sense only the server knows.
type Condition struct {
	SQL string // as written, without blanks at its ends
	Pos Pos

	tokens []sqlToken
}

type sqlKind uint8

const (
	sqlWord   sqlKind = iota // a name or keyword, folded to lower case
	sqlQuoted                // a "quoted name", without its quotes
	sqlString
	sqlSign // one character of anything else
)

// sqlToken is a piece of a condition; text is empty for a string.
type sqlToken struct {
	kind       sqlKind
	text       string
	start, end int
}

func (t sqlToken) is(sign string) bool { return t.kind == sqlSign && t.text == sign }

// ParseCondition reads a condition. It refuses whatever could end the statement around it or hide such an end from a reader: a semicolon, comments, an unbalanced
// bracket, and the forms of strings whose end depends on settings. Its error says which.
func ParseCondition(sql string) (*Condition, error) {
	sql = strings.TrimSpace(sql)
	switch {
	case sql == "":
		return nil, errors.New("an empty condition")
	case len(sql) > maxCondition:
		return nil, fmt.Errorf("a condition longer than %d bytes", maxCondition)
	case !utf8.ValidString(sql) || strings.ContainsRune(sql, 0):
		return nil, errors.New("a condition that is not text")
	}
	c := &Condition{SQL: sql}
	var open []string
	for at := 0; at < len(sql); {
		t, err := nextToken(sql, at)
		if err != nil {
			return nil, err
		}
		if t.kind == sqlSign {
			if open, err = bracket(open, t.text); err != nil {
				return nil, err
			}
		}
		if t.text != " " || t.kind != sqlSign {
			c.tokens = append(c.tokens, t)
		}
		at = t.end
	}
	if len(open) > 0 {
		return nil, fmt.Errorf("%q is not closed", open[len(open)-1])
	}
	return c, nil
}

// bracket keeps the list of open brackets.
func bracket(open []string, sign string) ([]string, error) {
	switch sign {
	case "(", "[":
		return append(open, sign), nil
	case ")", "]":
		pair := map[string]string{")": "(", "]": "["}[sign]
		if len(open) == 0 || open[len(open)-1] != pair {
			return nil, fmt.Errorf("%q closes nothing", sign)
		}
		return open[:len(open)-1], nil
	}
	return open, nil
}

// nextToken cuts one token off. Blanks are a sign of their own.
func nextToken(sql string, at int) (sqlToken, error) {
	rest := sql[at:]
	switch c := rest[0]; {
	case c == '\'':
		return quotedToken(sql, at, sqlString)
	case c == '"':
		return quotedToken(sql, at, sqlQuoted)
	case isWordStart(c):
		return wordToken(sql, at)
	case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
		return sqlToken{sqlSign, " ", at, at + 1}, nil
	case c == '$':
		return sqlToken{}, errors.New(`"$" begins a parameter or a string without quotes; write '…'`)
	case c == ';':
		return sqlToken{}, errors.New(`";" ends a statement; a condition is one expression`)
	case c == '\\':
		return sqlToken{}, errors.New(`"\" outside quotes`)
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "/*"), strings.HasPrefix(rest, "*/"):
		return sqlToken{}, errors.New("a comment; write it behind # in the rules")
	case c < ' ':
		return sqlToken{}, errors.New("a control character")
	default:
		return sqlToken{sqlSign, rest[:1], at, at + 1}, nil
	}
}

func isWordStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// wordToken cuts a name off. Before a quote, some change what the string means; PostgreSQL folds ASCII only.
func wordToken(sql string, at int) (sqlToken, error) {
	end := at
	for end < len(sql) && (isWordStart(sql[end]) || sql[end] >= '0' && sql[end] <= '9' || sql[end] == '$') {
		end++
	}
	word := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, sql[at:end])
	rest := sql[end:]
	if word == "e" && strings.HasPrefix(rest, "'") || word == "u" && (strings.HasPrefix(rest, "&'") || strings.HasPrefix(rest, `&"`)) {
		return sqlToken{}, errors.New("a string with escapes; write '…' without E or U& in front")
	}
	return sqlToken{sqlWord, word, at, end}, nil
}

// quotedToken cuts a string or a quoted name off; a doubled quote stands for one.
func quotedToken(sql string, at int, kind sqlKind) (sqlToken, error) {
	quote := sql[at : at+1]
	var text strings.Builder
	for end := at + 1; ; {
		n := strings.Index(sql[end:], quote)
		if n < 0 {
			return sqlToken{}, fmt.Errorf("a quote %s is not closed", quote)
		}
		text.WriteString(sql[end : end+n])
		end += n + 1
		if !strings.HasPrefix(sql[end:], quote) {
			t := sqlToken{kind, text.String(), at, end}
			if kind == sqlString {
				t.text = ""
			}
			return t, nil
		}
		text.WriteString(quote)
		end++
	}
}

// Names returns every name in the condition, columns, tables, functions and keywords alike, each once and sorted.
func (c *Condition) Names() []string { return c.names(func(int) bool { return true }) }

// Calls returns every name that is followed by an opening parenthesis, each once and sorted: functions, and some keywords.
func (c *Condition) Calls() []string {
	return c.names(func(i int) bool { return i+1 < len(c.tokens) && c.tokens[i+1].is("(") })
}

func (c *Condition) names(wanted func(i int) bool) []string {
	var out []string
	for i, t := range c.tokens {
		if (t.kind == sqlWord || t.kind == sqlQuoted) && wanted(i) {
			out = append(out, t.text)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// clocks are the words that read the clock, and the type that the instant becomes.
func clocks() map[string]string {
	return map[string]string{
		"now()": "timestamptz", "transaction_timestamp()": "timestamptz", "statement_timestamp()": "timestamptz", "current_timestamp": "timestamptz",
		"current_date": "date", "localtimestamp": "timestamp", "current_time": "timetz", "localtime": "time",
	}
}

// atInstant is an instant, written as SQL, as a value of a type; digits are those of its seconds, in brackets, or empty.
func atInstant(instant, typ, digits string) string {
	if typ == "timestamptz" {
		return "(" + instant + "::timestamptz" + digits + ")"
	}
	return "(" + instant + "::timestamptz::" + typ + digits + ")"
}

// moments finds strings that PostgreSQL reads as a date which every transaction means otherwise.
var moments = regexp.MustCompile(`(?i)^'[\s\d:.,+-]*(now|today|tomorrow|yesterday)[\s\d:.,+-]*(am|pm|z|utc)?\s*'$`)

// Moments returns the strings of the condition that, as dates, mean something else in every transaction or on the next day: 'now', 'today 10:00'. One that is cast to
// another type than a date's is plain text.
func (c *Condition) Moments() (out []string) {
	for i, t := range c.tokens {
		if text := c.SQL[t.start:t.end]; t.kind == sqlString && moments.MatchString(text) && !c.castToOther(i) {
			out = append(out, text)
		}
	}
	return out
}

// castToOther reports whether :: and a type that is no date's follow token i.
func (c *Condition) castToOther(i int) bool {
	if i+3 >= len(c.tokens) || !c.tokens[i+1].is(":") || !c.tokens[i+2].is(":") {
		return false
	}
	return !slices.Contains([]string{"date", "time", "timetz", "timestamp", "timestamptz", "pg_catalog"}, c.tokens[i+3].text)
}

// At returns the condition with now(), current_date and their like replaced by one instant, written as SQL: many transactions read a table, and the condition must mean the same
// in each.
func (c *Condition) At(instant string) string {
	var out strings.Builder
	at := 0
	for i, t := range c.tokens {
		if t.kind != sqlWord || i > 0 && c.tokens[i-1].is(".") && !c.afterCatalog(i) {
			continue
		}
		word, end := t.text, t.end
		if i+2 < len(c.tokens) && c.tokens[i+1].is("(") && c.tokens[i+2].is(")") {
			word, end = word+"()", c.tokens[i+2].end
		}
		typ, ok := clocks()[word]
		if !ok {
			continue
		}
		digits := ""
		if i+3 < len(c.tokens) && typ != "date" && c.tokens[i+1].is("(") && !c.tokens[i+2].is(")") && c.tokens[i+3].is(")") {
			digits, end = "("+c.tokens[i+2].text+")", c.tokens[i+3].end
		}
		start := t.start
		if c.afterCatalog(i) {
			start = c.tokens[i-2].start
		}
		out.WriteString(c.SQL[at:start])
		out.WriteString(atInstant(instant, typ, digits))
		at = end
	}
	out.WriteString(c.SQL[at:])
	return out.String()
}

// afterCatalog reports whether pg_catalog. stands before token i.
func (c *Condition) afterCatalog(i int) bool {
	return i > 1 && c.tokens[i-1].is(".") && c.tokens[i-2].text == "pg_catalog"
}

// Word returns what stands at a character of the condition, counted from 1, for a message; empty when nothing does.
func (c *Condition) Word(char int) string {
	at := 0
	for range max(char-1, 0) {
		_, size := utf8.DecodeRuneInString(c.SQL[at:])
		at += size
	}
	for _, t := range c.tokens {
		if t.start <= at && at < t.end {
			return c.SQL[t.start:t.end]
		}
	}
	return ""
}
