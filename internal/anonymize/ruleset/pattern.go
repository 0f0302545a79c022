package ruleset

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Pattern is a compiled pattern for the names of one kind of store: tables, objects, indexes or keys.
//
//   - `*` matches any run of characters, also none. In blob it stays inside one segment of the path and `**` crosses slashes; in postgres it
//     stays inside the schema or the table; in search and redis both match anything.
//   - `?` matches one character, in blob not a slash, in postgres not the dot.
//   - `{users.id}`, once in a pattern, matches the longest run of characters other than / : . and blank, and captures it: the id of the person the name
//     belongs to. It stands next to no wildcard, so that there is one way to read a name.
//   - `{{` and `}}` are braces. Everything else, [ and \ too, is itself. Case matters.
//
// The zero Pattern matches the empty name only.
type Pattern struct {
	text           string
	separator      byte // what `*` and `?` do not cross; 0: nothing
	schema         bool // names without a dot are in schema public
	source, column string
	captures       bool
	before, after  []piece // around the capture; all pieces are in before when there is none
}

// Capture is what `{users.id}` in a pattern matched. The zero Capture means that the pattern has none.
type Capture struct {
	Source string // "users", the Group of a person source
	Column string // "id"
	Value  string // the matched part of the name; never empty
}

type piece struct {
	kind pieceKind
	text string // of a literal
}

type pieceKind uint8

const (
	pieceLiteral pieceKind = iota
	pieceOne               // ?
	pieceStar              // * that stops at the separator
	pieceDeep              // ** and * where nothing separates
)

// ParsePattern compiles a pattern in which `*` matches anything, as in search and redis. Errors say what is wrong with it, without position.
func ParsePattern(s string) (Pattern, error) { return ParsePatternFor("redis", s) }

// ParsePatternFor compiles a pattern for the names of a store ("blob", "postgres/main"). In postgres `users` and `public.users` are the same.
func ParsePatternFor(store, s string) (Pattern, error) {
	p := Pattern{text: s}
	switch kindOf(store) {
	case "blob":
		p.separator = '/'
	case "postgres":
		p.separator, p.schema = '.', true
	}
	if s == "" {
		return Pattern{}, errors.New("empty pattern")
	}
	if err := p.compile(fullName(p.schema, s)); err != nil {
		return Pattern{}, err
	}
	if p.captures && p.schema {
		return Pattern{}, errors.New("a table's name cannot name a person: say $person")
	}
	return p, nil
}

// compile fills the pieces from the pattern's text.
func (p *Pattern) compile(text string) error {
	for text != "" {
		pieces := &p.before
		if p.captures {
			pieces = &p.after
		}
		switch {
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			addLiteral(pieces, text[:1])
			text = text[2:]
		case text[0] == '}':
			return errors.New("} without {; write }} for a brace")
		case text[0] == '{':
			end := strings.IndexByte(text, '}')
			if end < 0 {
				return errors.New("{ without }; write {{ for a brace")
			}
			if err := p.capture(text[1:end]); err != nil {
				return err
			}
			text = text[end+1:]
		case text[0] == '?':
			*pieces = append(*pieces, piece{kind: pieceOne})
			text = text[1:]
		case text[0] == '*':
			run := len(text) - len(strings.TrimLeft(text, "*"))
			kind := pieceDeep
			if p.separator != 0 && run == 1 {
				kind = pieceStar
			}
			*pieces = append(*pieces, piece{kind: kind})
			text = text[run:]
		default:
			run := strings.IndexAny(text, "{}?*")
			if run < 0 {
				run = len(text)
			}
			addLiteral(pieces, text[:run])
			text = text[run:]
		}
	}
	if p.captures && len(p.after) > 0 && p.after[0].kind != pieceLiteral {
		return errors.New("a wildcard cannot follow {…} directly")
	}
	return nil
}

func addLiteral(pieces *[]piece, text string) {
	if n := len(*pieces); n > 0 && (*pieces)[n-1].kind == pieceLiteral {
		(*pieces)[n-1].text += text
		return
	}
	*pieces = append(*pieces, piece{text: text})
}

// capture notes what stands between braces: a person source and its id column, split at the last dot.
func (p *Pattern) capture(inner string) error {
	if p.captures {
		return errors.New("more than one {…}")
	}
	dot := strings.LastIndexByte(inner, '.')
	if dot <= 0 || dot == len(inner)-1 || strings.ContainsAny(inner, "{*? ") {
		return fmt.Errorf("{%s} is not a person source and its id, such as {users.id}", inner)
	}
	if n := len(p.before); n > 0 && p.before[n-1].kind != pieceLiteral {
		return errors.New("a wildcard cannot stand directly before {…}")
	}
	p.captures, p.source, p.column = true, inner[:dot], inner[dot+1:]
	return nil
}

// String is the pattern as written.
func (p Pattern) String() string { return p.text }

// Captures says whether the pattern has a `{…}`, and which source and column it names.
func (p Pattern) Captures() (source, column string, ok bool) { return p.source, p.column, p.captures }

// Match says whether the pattern matches the whole name, and what it captured. In postgres a name is a table of schema public or
// "schema.table". It allocates nothing, but for a table without schema.
func (p Pattern) Match(name string) (Capture, bool) {
	name = fullName(p.schema, name)
	if !p.captures {
		return Capture{}, match(p.before, name, p.separator, nil)
	}
	first, last := p.starts(name)
	for start := first; start <= last && start < len(name); start++ {
		if !utf8.RuneStart(name[start]) || !match(p.before, name[:start], p.separator, nil) {
			continue
		}
		end := start + run(name[start:])
		for stop := end; stop > start; stop-- {
			if (stop == len(name) || utf8.RuneStart(name[stop])) && match(p.after, name[stop:], p.separator, nil) {
				return Capture{Source: p.source, Column: p.column, Value: name[start:stop]}, true
			}
		}
	}
	return Capture{}, false
}

// starts bounds where a capture can begin: after the literal the pattern begins with, and nowhere else when nothing but that stands before it.
func (p Pattern) starts(name string) (first, last int) {
	if len(p.before) == 0 {
		return 0, 0
	}
	if p.before[0].kind != pieceLiteral {
		return 0, len(name)
	}
	first = len(p.before[0].text)
	if !strings.HasPrefix(name, p.before[0].text) {
		return 0, -1
	}
	if len(p.before) == 1 {
		return first, first
	}
	return first, len(name)
}

// run is the length of what a capture can take at the beginning of s.
func run(s string) int {
	if i := strings.IndexAny(s, "/:. "); i >= 0 {
		return i
	}
	return len(s)
}

// match says whether pieces match all of s. Only the last star and the last deep star are ever tried again: what stood before a deep
// star has matched as early as it can, and a star that met a separator has no other place to end. starts, unless nil, gets where each piece begins.
func match(pieces []piece, s string, separator byte, starts []int) bool {
	at, pos := 0, 0
	star, starPos := -1, 0
	deep, deepPos := -1, 0
	for {
		if at == len(pieces) && pos == len(s) {
			return true
		}
		if starts != nil && at < len(pieces) {
			starts[at] = pos
		}
		if at < len(pieces) {
			switch t := pieces[at]; t.kind {
			case pieceDeep:
				at++
				deep, deepPos, star = at, pos, -1
				continue
			case pieceStar:
				at++
				star, starPos = at, pos
				continue
			default:
				if n, ok := t.eat(s[pos:], separator); ok {
					at, pos = at+1, pos+n
					continue
				}
			}
		}
		switch {
		case star >= 0 && starPos < len(s) && s[starPos] != separator:
			starPos += width(s[starPos:])
			at, pos = star, starPos
		case deep >= 0 && deepPos < len(s):
			deepPos += width(s[deepPos:])
			at, pos, star = deep, deepPos, -1
		default:
			return false
		}
	}
}

// eat matches a literal or `?` at the beginning of s and says how many bytes it took.
func (t piece) eat(s string, separator byte) (int, bool) {
	if t.kind == pieceLiteral {
		return len(t.text), strings.HasPrefix(s, t.text)
	}
	if s == "" || (separator != 0 && s[0] == separator) {
		return 0, false
	}
	return width(s), true
}

func width(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}
