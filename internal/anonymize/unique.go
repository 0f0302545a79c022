package anonymize

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// effect is what a rule does to the values of a column as a set.
type effect uint8

const (
	merges   effect = iota // two values may become one
	unproved               // they stay apart as long as what is replaced in them does
	apart                  // two values never become one, whatever their case
	same                   // nothing is changed
	empties                // all are NULL
)

// ruledTable is what the rules say of one table, column by column.
type ruledTable struct {
	empty  bool // no row is copied
	fields map[string]Field
	rules  map[string]*ruleset.Rule // nil where no line covers a column
}

// table collects what the rules say of a table, once.
func (c *compiler) table(store, group string) *ruledTable {
	if c.tables == nil {
		c.tables = make(map[place]*ruledTable)
		for _, f := range c.in.Fields {
			at := place{store: f.Store, group: f.Group}
			t, g := c.tables[at], c.group(f.Store, f.Group)
			if t == nil {
				t = &ruledTable{fields: make(map[string]Field), rules: make(map[string]*ruleset.Rule), empty: g != nil && g.Options.Rows.Empty()}
				c.tables[at] = t
			}
			t.fields[f.Name], t.rules[f.Name] = f, c.fieldRule(g, f)
		}
	}
	if t := c.tables[place{store: store, group: group}]; t != nil {
		return t
	}
	return &ruledTable{empty: true}
}

// verb names what is done to a column, for messages.
func (t *ruledTable) verb(column string) string {
	if r := t.rules[column]; r != nil {
		return r.Verb
	}
	return "keep"
}

// effect says what becomes of a column. A column without a rule is refused
// elsewhere, or emptied.
func (c *compiler) effect(t *ruledTable, column string) effect {
	f, r := t.fields[column], t.rules[column]
	switch {
	case r == nil && c.in.Rules.Unclassified == ruleset.Drop && !f.Derived && f.Name != "":
		if f.NotNull {
			return merges
		}
		return empties
	case r == nil, r.Verb == "keep":
		return same
	case r.Verb == "null":
		return empties
	case r.Verb == "list":
		return verbs()[r.Elem.Verb].effect
	case r.Verb == "shuffle": // the values stay what they were, taken together
		return apart
	case r.Verb == "derive":
		if from, ok := Respelled(r.Arg); ok && from != column && c.effect(t, from) == apart {
			return apart
		}
		return merges
	case r.Verb == "digits" && f.Form == FormNumeric && !strings.Contains(f.Type, ","): // 1.0 and 1.00 are one number
		return merges
	case r.Else != nil && r.Else.Verb == "null":
		return min(verbs()[r.Verb].effect, unproved)
	case r.Else != nil:
		return min(verbs()[r.Verb].effect, verbs()[r.Else.Verb].effect)
	case strings.HasSuffix(r.Verb, "phone") && c.knowsPhones(f):
		return apart
	}
	return verbs()[r.Verb].effect
}

// knowsPhones reports whether a column is the phone column of a declared
// source: all its numbers are known, and each known one has its own pseudonym.
func (c *compiler) knowsPhones(f Field) bool {
	for _, src := range c.in.Rules.Sources {
		if src.Phone == f.Name && (src.Store == f.Store || src.Store == kindOf(f.Store)) && sourceCovers(src, f.Store, f.Group) {
			return c.in.People.PhonesApart()
		}
	}
	return false
}

// checkUniques refuses rules that could give two rows of a unique key the
// same values.
func (c *compiler) checkUniques() {
	for _, u := range c.in.Demands.Uniques {
		t := c.table(u.Store, u.Group)
		if t.empty {
			continue
		}
		if at := c.entering(t, u); at != "" {
			c.fail(place{u.Store, u.Group, at}, fmt.Sprintf("%s could bring rows into unique key %s that it leaves out now: say keep, or a verb for its columns that is one to one", t.verb(at), u.Name))
			continue
		}
		broken, firm := c.breaks(t, u)
		switch {
		case broken == "" || !u.OneNull && slices.ContainsFunc(u.Columns, func(name string) bool { return c.effect(t, name) == empties }):
		case c.narrower(t, u):
		case firm:
			c.fail(place{u.Store, u.Group, broken}, fmt.Sprintf("%s can make two values one, and unique key %s wants them apart: say %s", t.verb(broken), u.Name, oneToOne(t.fields[broken].Form)))
		default:
			c.note(u.Store, fmt.Sprintf("that %s keeps the values of %s.%s apart, as unique key %s wants, is only proved by building it", t.verb(broken), u.Group, broken, u.Name))
		}
	}
}

// entering finds a column whose rule could change which rows take part.
func (c *compiler) entering(t *ruledTable, u Unique) string {
	for _, name := range u.Where {
		if c.effect(t, name) != same {
			return name
		}
	}
	for _, name := range u.WhereNull {
		if c.effect(t, name) == empties {
			return name
		}
	}
	return ""
}

// breaks finds the column by which a key may lose its uniqueness; firm is
// false when that is only not proved.
func (c *compiler) breaks(t *ruledTable, u Unique) (column string, firm bool) {
	for _, name := range u.Loose {
		if c.effect(t, name) != same {
			return name, true
		}
	}
	for _, name := range u.Columns {
		switch c.inKey(t, u, name) {
		case merges, empties:
			return name, true
		case unproved:
			column = name
		}
	}
	return column, false
}

// inKey is effect for a column of a key: a shift moves all dates of one person
// alike, so beside the column that names her it keeps them apart; where nobody
// is named, or by its argument, it moves all.
func (c *compiler) inKey(t *ruledTable, u Unique, name string) effect {
	f, r := t.fields[name], t.rules[name]
	if r == nil || r.Verb != "shift" || !dated(f) {
		return c.effect(t, name)
	}
	if s, err := shiftArg(r); err == nil && s.tenant {
		return apart
	}
	whose := cmpOr(fieldNamed(f.Store, r.Context), c.slotsOf(f.Store, f.Group, c.group(f.Store, f.Group)).fields[0])
	if e := c.effect(t, whose); whose == "" || slices.Contains(u.Columns, whose) && (e == same || e == apart) {
		return apart
	}
	return merges
}

// narrower reports whether another key, all of whose columns stay apart, is
// part of this one: then this one is unique with it.
func (c *compiler) narrower(t *ruledTable, u Unique) bool {
	stays := func(name string) bool {
		e := c.inKey(t, u, name)
		return slices.Contains(u.Columns, name) && (e == same || e == apart) && (!u.OneNull || t.fields[name].NotNull)
	}
	for _, k := range c.in.Demands.Uniques {
		whole := len(k.Where)+len(k.WhereNull)+len(k.Loose) == 0
		if k.Store == u.Store && k.Group == u.Group && k.Name != u.Name && whole && len(k.Columns) > 0 && !slices.ContainsFunc(k.Columns, func(name string) bool { return !stays(name) }) {
			return true
		}
	}
	return false
}

// oneToOne lists the verbs that keep values of a form apart.
func oneToOne(form Form) string {
	list, every := allowed(form)
	var names []string
	for name, v := range verbs() {
		if v.effect == apart && (every || slices.Contains(list, name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(append(names, "null or keep"), ", ")
}
