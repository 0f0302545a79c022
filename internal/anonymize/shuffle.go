package anonymize

import (
	"fmt"
	"slices"
)

// shuffled lists the forms that shuffle takes: those of numbers, classes and
// dates, and text, of which a class is made as often as of an enum.
func shuffled(form Form) bool {
	switch form {
	case FormText, FormInt, FormFloat, FormNumeric, FormBool, FormDate, FormTimestamp, FormTime, FormTimeTZ, FormInterval, FormRange, FormMultirange, FormEnum:
		return true
	}
	return false
}

// tells reports whether the bytes of a form are the same in every session and
// run, so that a row can be known by them: those of made up types name types by
// numbers of a server.
func tells(form Form) bool {
	return shuffled(form) && form != FormRange && form != FormMultirange || form == FormUUID || form == FormInet || form == FormBytes
}

// checkShuffles refuses shuffle where the schema asks for more than that the
// values of the column stay what they are as a whole, and where rows cannot be
// told apart.
func (c *compiler) checkShuffles() {
	for _, f := range c.in.Fields {
		if kindOf(f.Store) != "postgres" || f.Derived {
			continue
		}
		if t := c.table(f.Store, f.Group); !t.empty && t.verb(f.Name) == "shuffle" {
			c.checkRowsTold(t, f)
			c.checkMovable(f)
		}
	}
}

// checkRowsTold looks at the primary key of a shuffled column's table.
func (c *compiler) checkRowsTold(t *ruledTable, f Field) {
	at := place{f.Store, f.Group, f.Name}
	key := c.primaryKey(f.Store, f.Group)
	if len(key) == 0 {
		c.fail(at, "shuffle needs a primary key, by which a row is known, and the table has none: choose another verb, or give the table one")
	}
	for _, name := range key {
		k := t.fields[name]
		switch {
		case name == f.Name:
			c.fail(at, "shuffle on a column of the primary key, by which a row is known: say "+oneToOne(f.Form))
		case k.Derived || t.verb(name) == "derive":
			c.fail(at, "shuffle needs to read the primary key, and its column "+name+" is computed: choose another verb")
		case !tells(k.Form):
			c.fail(at, fmt.Sprintf("shuffle needs to read the primary key, and type %s of its column %s cannot be: choose another verb", k.Type, name))
		}
	}
}

// primaryKey returns the columns of a table's primary key, sorted.
func (c *compiler) primaryKey(store, group string) []string {
	for _, u := range c.in.Demands.Uniques {
		if u.Primary && u.Store == store && u.Group == group {
			return slices.Sorted(slices.Values(append(slices.Clone(u.Columns), u.Loose...)))
		}
	}
	return nil
}

// checkMovable looks at what the schema asks of a shuffled column's values
// beside others.
func (c *compiler) checkMovable(f Field) {
	at := place{f.Store, f.Group, f.Name}
	if f.Routing {
		c.fail(at, "shuffle on a column that decides in which partition a row lies: say keep")
	}
	if g := c.group(f.Store, f.Group); g != nil && g.Options.Rows.Preserve {
		c.fail(at, "shuffle beside rows of the old twin that stay ($rows: preserve), which have values of their own: choose another verb, or take preserve out")
	}
	for _, u := range c.in.Demands.Uniques {
		switch {
		case u.Store != f.Store || u.Group != f.Group || u.Primary:
		case slices.Contains(u.Columns, f.Name) && len(u.Columns)+len(u.Loose) > 1:
			c.fail(at, fmt.Sprintf("shuffle on a column of unique key %s, which looks at more than its value: say %s", u.Name, oneToOne(f.Form)))
		case slices.Contains(u.Columns, f.Name) && (u.Part || len(u.Where)+len(u.WhereNull) > 0):
			c.fail(at, fmt.Sprintf("shuffle on a column of unique key %s, which is about some of the rows: say %s", u.Name, oneToOne(f.Form)))
		case slices.Contains(u.WhereNull, f.Name):
			c.fail(at, fmt.Sprintf("shuffle could bring rows into unique key %s that it leaves out now: say keep", u.Name))
		}
	}
}

// shuffledLink refuses shuffle at either end of a foreign key, of which a pair
// of columns is shuffled.
func (c *compiler) shuffledLink(l Link, i int) {
	const hint = ": say keep, or one verb that is one to one at both ends"
	if c.table(l.Store, l.Group).verb(l.Columns[i]) == "shuffle" {
		c.fail(place{l.Store, l.Group, l.Columns[i]}, "shuffle on a column of foreign key "+l.Name+hint)
	}
	if c.table(l.Store, l.ToGroup).verb(l.ToColumns[i]) == "shuffle" {
		c.fail(place{l.Store, l.ToGroup, l.ToColumns[i]}, "shuffle on a column that foreign key "+l.Name+" of "+l.Group+" refers to"+hint)
	}
}
