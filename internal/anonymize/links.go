package anonymize

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// checkLinks refuses foreign keys whose two ends would no longer meet.
func (c *compiler) checkLinks() {
	for _, l := range c.in.Demands.Links {
		from, to := c.table(l.Store, l.Group), c.table(l.Store, l.ToGroup)
		if from.empty || to.empty || slices.ContainsFunc(l.Columns, func(name string) bool { return c.effect(from, name) == empties }) {
			continue // no row, or NULL, which refers to nothing
		}
		for i, name := range l.Columns {
			switch other := l.ToColumns[i]; {
			case from.verb(name) == "shuffle" || to.verb(other) == "shuffle":
				c.shuffledLink(l, i)
			case !c.joins(from, name, to, other):
				c.fail(place{l.Store, l.Group, name}, fmt.Sprintf("%s here and %s on %s.%s, which foreign key %s refers to, do not write the same values: give both the same rule",
					from.verb(name), to.verb(other), l.ToGroup, other, l.Name))
			}
		}
	}
}

// joins reports whether two columns with equal values have equal values
// afterwards.
func (c *compiler) joins(from *ruledTable, name string, to *ruledTable, other string) bool {
	a, b := from.rules[name], to.rules[other]
	if c.effect(from, name) == same && c.effect(to, other) == same {
		return true
	}
	if a == nil || b == nil || from.fields[name].Derived || to.fields[other].Derived {
		return false
	}
	if a.Verb == "set" { // the author's constant; that the key has it is looked up before anything is written
		return b.Verb == "keep"
	}
	return sameFunction(a, b) && c.lengthClass(a, from.fields[name]) == c.lengthClass(b, to.fields[other]) && sameForm(a.Verb, from.fields[name], to.fields[other])
}

// sameFunction reports whether two rules are one function of the value alone.
func sameFunction(a, b *ruleset.Rule) bool {
	if verbOf(a.Else) != verbOf(b.Else) {
		return false
	}
	plain := func(verb string) string { return strings.TrimPrefix(verb, "person.") }
	switch a.Verb {
	case "email", "person.email", "phone", "person.phone":
		return plain(a.Verb) == plain(b.Verb)
	case "digits", "uuid", "iban", "secret", "company", "job", "address", "bucket":
		return a.Verb == b.Verb && a.Arg == b.Arg
	case "ip":
		return a.Verb == b.Verb
	case "shift":
		s, err := shiftArg(a)
		return err == nil && s.tenant && b.Verb == a.Verb && b.Arg == a.Arg
	}
	return false
}

// verbOf returns a rule without its place in the file.
func verbOf(r *ruleset.Rule) [2]string {
	if r == nil {
		return [2]string{}
	}
	return [2]string{r.Verb, r.Arg}
}

// sameForm reports whether a verb writes equal values in two columns: the
// digits of a smallint stay in its narrow range, those of other integers do
// not.
func sameForm(verb string, a, b Field) bool {
	return verb != "digits" || a.Form == b.Form && (a.Type == "smallint") == (b.Type == "smallint")
}

// checkRoutes refuses rules on what decides in which partition a row lies,
// where there is a value that no partition takes.
func (c *compiler) checkRoutes() {
	for _, r := range c.in.Demands.Routes {
		t := c.table(r.Store, r.Group)
		if t.empty {
			continue
		}
		masked := func(name string) bool { return c.effect(t, name) != same && t.verb(name) != "shuffle" } // which is refused elsewhere
		constant := func(name string) bool { v := t.verb(name); return v == "set" || v == "null" }
		keys, above := slices.IndexFunc(r.Keys, masked), slices.IndexFunc(r.Above, masked)
		switch {
		case keys < 0 && above < 0:
		case r.Exact && above < 0 && !slices.ContainsFunc(r.Keys, func(name string) bool { return !constant(name) }): // its partition is looked up before anything is written
		default:
			name := append(append([]string(nil), r.Keys...), r.Above...)[max(keys, 0)]
			if keys < 0 {
				name = r.Above[above]
			}
			c.fail(place{r.Store, r.Group, name}, fmt.Sprintf("%s can write a value that no partition of %s takes: give it a DEFAULT partition, or say keep", t.verb(name), r.Name))
		}
	}
}
