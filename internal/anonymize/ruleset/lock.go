package ruleset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// LockFile is the name of the file beside the rules that says which fields a "*" of them covers.
const LockFile = "schema.lock"

// Pin is one line of a schema.lock: a field that a "*" of the rules covers, and its type in the words of its store. A field whose type differs
// from tenant to tenant has a line for each.
type Pin struct{ Store, Group, Field, Type string }

// Lock is a schema.lock. It is not changed after it was made, so any number of goroutines may read it. A nil Lock pins nothing.
type Lock struct {
	File string // its name, for messages
	pins map[Pin]bool
}

// NewLock returns the lock of some fields; one that stands twice counts once.
func NewLock(file string, pins []Pin) *Lock {
	l := &Lock{File: file, pins: make(map[Pin]bool, len(pins))}
	for _, p := range pins {
		l.pins[p] = true
	}
	return l
}

// Has says whether a field is pinned with this type.
func (l *Lock) Has(p Pin) bool { return l != nil && l.pins[p] }

// Pins lists the lines, sorted; the slice is the caller's.
func (l *Lock) Pins() []Pin {
	if l == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(l.pins), Pin.compare)
}

// Hash is the SHA-256 of the text, 64 hexadecimal digits; "" of no lock. How the file was laid out does not matter.
func (l *Lock) Hash() string {
	if l == nil {
		return ""
	}
	sum := sha256.Sum256(l.Text())
	return hex.EncodeToString(sum[:])
}

// lockHead begins every lock. It names neither tenant nor time, so that the same schema gives the same bytes.
const lockHead = `# The fields that a "*" of the rules covers, one a line with its type: store, table or index, field, type.
# tenantcopy rules lock writes this file. What is not listed here, or has another type, is refused, so review
# a new line as you would review a new rule: the verb beside the "*" is what happens to it.
`

// Text is the file: the same bytes for the same fields, whoever writes it.
func (l *Lock) Text() []byte {
	out := []byte(lockHead)
	for _, p := range l.Pins() {
		out = append(append(out, p.String()...), '\n')
	}
	return out
}

// compare orders lines by store, group, field and type.
func (p Pin) compare(o Pin) int {
	return cmp.Or(strings.Compare(p.Store, o.Store), strings.Compare(p.Group, o.Group), strings.Compare(p.Field, o.Field), strings.Compare(p.Type, o.Type))
}

// String is the line of the file: `postgres departments name character varying(60)`. Names that are not plain stand in quotes, as in Go.
func (p Pin) String() string {
	typ := p.Type
	if quoted := strconv.Quote(typ); typ != strings.TrimSpace(typ) || typ == "" || quoted != `"`+typ+`"` {
		typ = quoted
	}
	return strings.Join([]string{p.Store, lockWord(p.Group), lockWord(p.Field), typ}, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_$][A-Za-z0-9_.$-]*$`)

func lockWord(name string) string {
	if plainWord.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

// Drift is what tells two locks apart, sorted, by line: "-" before one that only the first has, "+" before one that only the second has. Either
// may be nil.
func Drift(before, after *Lock) []string {
	all := slices.CompactFunc(slices.SortedFunc(slices.Values(append(before.Pins(), after.Pins()...)), Pin.compare), func(a, b Pin) bool { return a == b })
	var out []string
	for _, p := range all {
		switch {
		case !before.Has(p):
			out = append(out, "+"+p.String())
		case !after.Has(p):
			out = append(out, "-"+p.String())
		}
	}
	return out
}

// ParseLock reads a schema.lock; file is its name for messages. Order, blank lines and comments, which begin with #, do not matter, so that
// two branches merge. The error joins all mistakes, each an *Error, in file order.
func ParseLock(file string, data []byte) (*Lock, error) {
	m := mistakes{file: file}
	var pins []Pin
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		line = strings.TrimRight(line, "\r")
		if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
			continue
		}
		l := lockLine{text: line}
		p := Pin{Store: l.word("a store"), Group: l.word("a table or an index"), Field: l.word("a field"), Type: l.rest()}
		if l.wrong == "" && !lockStore.MatchString(p.Store) {
			l.at, l.wrong = len(line)-len(strings.TrimLeft(line, " \t")), fmt.Sprintf("%q is no store with fields", p.Store)
		}
		if l.wrong != "" {
			m.add(Pos{i + 1, utf8.RuneCountInString(line[:l.at]) + 1}, "a line is: postgres departments name text", "%s", l.wrong)
			continue
		}
		pins = append(pins, p)
	}
	if err := m.join(); err != nil {
		return nil, err
	}
	return NewLock(file, pins), nil
}

// lockStore is a store whose fields a survey lists.
var lockStore = regexp.MustCompile(`^(postgres|search)(/[a-z0-9_-]+)?$`)

// lockLine reads the words of a line from left to right, up to the first mistake.
type lockLine struct {
	text  string
	at    int    // bytes read, or where the mistake is
	wrong string // the mistake
}

// blanks passes over what lies between two words.
func (l *lockLine) blanks() string {
	rest := strings.TrimLeft(l.text[l.at:], " \t")
	l.at = len(l.text) - len(rest)
	return rest
}

// word reads one word, in quotes or without.
func (l *lockLine) word(what string) string {
	if l.wrong != "" {
		return ""
	}
	rest := l.blanks()
	end := strings.IndexAny(rest+" ", " \t")
	word := rest[:end]
	if strings.HasPrefix(rest, `"`) {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil || !strings.HasPrefix(rest[len(quoted):]+" ", " ") {
			l.wrong = what + " in quotes that do not end"
			return ""
		}
		end = len(quoted)
		word, _ = strconv.Unquote(quoted) // QuotedPrefix has tried it
	}
	if rest == "" {
		l.wrong = what + " is missing"
	}
	l.at += end
	return word
}

// rest reads what is left: a type may have several words.
func (l *lockLine) rest() string {
	if l.wrong != "" {
		return ""
	}
	rest := strings.TrimRight(l.blanks(), " \t")
	switch {
	case rest == "":
		l.wrong = "the type is missing"
	case rest[0] == '"':
		word, err := strconv.Unquote(rest)
		if err != nil {
			l.wrong = "a type in quotes that do not end"
		}
		return word
	}
	return rest
}
