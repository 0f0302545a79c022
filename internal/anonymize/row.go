package anonymize

import (
	"fmt"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Row is the compiled rule of one table.
type Row struct {
	Order []int  // the fields in the order to read them: those that name a person first
	Steps []Step // the same order, cut into kept spans and ruled values
	Empty bool   // no row is copied

	steps []step
	slots slots
}

// Step is one part of a row: fields Order[First] to Order[Last-1].
type Step struct {
	First, Last int
	Rule        bool // exactly one field, for Value; else a kept span, for Span
}

// step is what an Anonymizer needs of a Step.
type step struct {
	rule  *rule // nil for a span
	kept  int64 // columns of a span
	names []int // slots that this field's value fills
}

// Row compiles the columns of one table, in the order in which the adapter
// lists them; derived fields are left out of it. It fails as Compile does.
func (p *Plan) Row(store, table string, fields []Field) (*Row, error) {
	c := &compiler{in: p.in}
	row := c.compileRow(store, table, fields)
	if err := c.refusal(); err != nil {
		return nil, err
	}
	return row, nil
}

// compileRow compiles one table and notes what is missing or wrong.
func (c *compiler) compileRow(store, table string, fields []Field) *Row {
	g := c.group(store, table)
	row := &Row{}
	if g != nil && g.Options.Rows == "none" {
		row.Empty = true
		return row
	}
	row.slots = c.slotsOf(store, table, g)
	rules := make([]*rule, len(fields))
	for i, f := range fields {
		if !f.Derived {
			rules[i] = c.columnRule(g, f, &row.slots)
		}
	}
	for _, name := range row.slots.fields {
		if name != "" && !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name && !f.Derived }) {
			c.fail(place{store, table, name}, "names the person of a row, but there is no such column")
		}
	}
	row.arrange(fields, rules)
	return row
}

// columnRule compiles the rule of one column.
func (c *compiler) columnRule(g *ruleset.Group, f Field, s *slots) *rule {
	at := place{f.Store, f.Group, f.Name}
	r := fieldRule(g, f.Name)
	if r == nil {
		c.missing = append(c.missing, f)
		return &rule{verb: "null", at: at, form: f.Form, apply: emptied(f)}
	}
	if err := fits(r, f); err != nil {
		c.fail(at, err.Error())
		return &rule{verb: "null", at: at, form: f.Form}
	}
	out, err := c.compileRule(r, scope{at: at, form: f.Form, slots: s})
	if err != nil {
		c.fail(at, err.Error())
		return &rule{verb: "null", at: at, form: f.Form}
	}
	c.checkLength(r, f)
	return out
}

// fieldRule finds the first line of a group that covers a column.
func fieldRule(g *ruleset.Group, name string) *ruleset.Rule {
	if g == nil {
		return nil
	}
	for i := range g.Fields {
		if g.Fields[i].Path == name {
			return &g.Fields[i].Rule
		}
	}
	return nil
}

// emptied writes the empty value of a field that no rule covers and that may
// not be NULL, for unclassified: drop.
func emptied(f Field) apply {
	if !f.NotNull {
		return nil
	}
	empty := map[Form]string{FormJSON: "{}", FormJSONB: "{}", FormInt: "0", FormFloat: "0", FormNumeric: "0", FormBool: "false",
		FormDate: "2000-01-01", FormTimestamp: "2000-01-01T00:00:00Z", FormUUID: "00000000-0000-0000-0000-000000000000", FormTextArray: "[]"}[f.Form]
	return func(_ *Anonymizer, dst, _ []byte, _ int32) ([]byte, outcome, error) {
		return append(dst, empty...), changed, nil
	}
}

// fits reports why a verb cannot stand on a column.
func fits(r *ruleset.Rule, f Field) error {
	switch r.Verb {
	case "keep":
		return nil
	case "null":
		if f.NotNull {
			return fmt.Errorf("null on a column that is NOT NULL (%s): say set, text or keep", f.Type)
		}
		return nil
	case "drop":
		return fmt.Errorf("a column cannot be left out: say null or set")
	}
	if f.Form == FormOpaque {
		return fmt.Errorf("type %s can be kept or null, but not rewritten", f.Type)
	}
	if r.Verb == "json" && f.Form != FormJSON && f.Form != FormJSONB && f.Form != FormText {
		return fmt.Errorf("json on a column of type %s", f.Type)
	}
	if (r.Verb == "list") != (f.Form == FormTextArray) && r.Verb != "scan" && r.Verb != "set" && r.Verb != "secret" && (r.Verb == "list" || f.Form == FormTextArray) {
		return fmt.Errorf("an array takes {list: …}, and only an array does (%s)", f.Type)
	}
	return nil
}

// checkLength refuses a verb whose longest output does not fit its column.
func (c *compiler) checkLength(r *ruleset.Rule, f Field) {
	if f.MaxLen == 0 {
		return
	}
	given, family, full := c.in.People.LongestName()
	longest := map[string]int{
		"person.first": given, "person.last": family, "person.name": full + 1, "name": max(full+1, longestDrawnName),
		"person.email": max(c.in.People.LongestEmail(), longestUnknownEmail(c.in.Rules.EmailDomain)),
		"email":        max(c.in.People.LongestEmail(), longestUnknownEmail(c.in.Rules.EmailDomain)),
		"set":          len([]rune(c.constant(r))), "secret": len(removedPrefix) + 12, "company": 64, "job": 64, "address": 128,
	}[r.Verb]
	if longest > f.MaxLen {
		c.fail(place{f.Store, f.Group, f.Name}, fmt.Sprintf("%s writes up to %d characters, and the column holds %d", r.Verb, longest, f.MaxLen))
	}
}

// slotsOf says which field names the row's own person: the id of a declared
// source, or what $person says.
func (c *compiler) slotsOf(store, group string, g *ruleset.Group) slots {
	s := slots{fields: []string{""}, sources: []string{""}}
	if g != nil && g.Options.Person != nil {
		s.fields[0], s.sources[0] = g.Options.Person.Field, cmpOr(g.Options.Person.Source, c.firstSource())
		return s
	}
	for _, src := range c.in.Rules.Sources {
		if c.in.Rules.Store(store) != nil && kindOf(src.Store) == kindOf(store) && sourceCovers(src, store, group) {
			s.fields[0], s.sources[0] = src.ID, src.Group
			break
		}
	}
	return s
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// sourceCovers reports whether a declared source is this group.
func sourceCovers(src ruleset.Source, store, group string) bool {
	p, err := ruleset.ParsePatternFor(store, src.Group)
	if err != nil {
		return false
	}
	_, ok := p.Match(group)
	return ok
}

// arrange puts the fields that name people first, and joins kept neighbours.
func (r *Row) arrange(fields []Field, rules []*rule) {
	names := make([][]int, len(fields))
	for slot, name := range r.slots.fields {
		for i := range fields {
			if name != "" && fields[i].Name == name && !fields[i].Derived {
				names[i] = append(names[i], slot)
			}
		}
	}
	for _, wanted := range []bool{true, false} {
		for i := range fields {
			if !fields[i].Derived && (len(names[i]) > 0) == wanted {
				r.Order = append(r.Order, i)
			}
		}
	}
	for at, i := range r.Order {
		ruled := rules[i].verb != "keep" || len(names[i]) > 0
		if n := len(r.Steps); !ruled && n > 0 && !r.Steps[n-1].Rule {
			r.Steps[n-1].Last++
			r.steps[n-1].kept++
			continue
		}
		r.Steps = append(r.Steps, Step{First: at, Last: at + 1, Rule: ruled})
		if ruled {
			r.steps = append(r.steps, step{rule: rules[i], names: names[i]})
		} else {
			r.steps = append(r.steps, step{kept: 1})
		}
	}
}

// Begin starts a row: its people are not known yet, and what was returned
// before is no longer valid.
func (a *Anonymizer) Begin(r *Row) {
	a.reset()
	a.row = r
	a.who = a.who[:0]
	for range r.slots.fields {
		a.who = append(a.who, nobody)
	}
}

// Span passes a kept span of a row, framing included. It panics on a step
// that has a rule.
func (a *Anonymizer) Span(i int, raw []byte) Clean {
	s := &a.row.steps[i]
	if s.rule != nil {
		panic("anonymize: Span on a ruled step")
	}
	a.counts.Kept += s.kept
	return Clean{b: raw}
}

// Value passes one ruled value of a row; nil is NULL and stays so. It panics
// on a kept span.
func (a *Anonymizer) Value(i int, raw []byte) (Clean, error) {
	s := &a.row.steps[i]
	if s.rule == nil {
		panic("anonymize: Value on a kept span")
	}
	if raw == nil {
		return Clean{null: true}, nil
	}
	if len(s.names) > 0 {
		if err := a.identify(s, raw); err != nil {
			return Clean{}, err
		}
	}
	c, out, err := a.run(s.rule, raw)
	if err != nil {
		return Clean{}, a.failed(s.rule, err)
	}
	if out == dropped {
		return Clean{}, a.failed(s.rule, errDropColumn)
	}
	return c, nil
}

// identify finds the people whom the value of a step names.
func (a *Anonymizer) identify(s *step, raw []byte) error {
	id, err := a.decode(s.rule.form, raw)
	if err != nil {
		return a.failed(s.rule, err)
	}
	for _, slot := range s.names {
		if n, ok := a.people.ByID(a.row.slots.sources[slot], id); ok {
			a.who[slot] = n
		}
	}
	return nil
}

// failed reports a value that a rule cannot read, by place.
func (a *Anonymizer) failed(r *rule, err error) error {
	return &report.Error{Code: report.Incompatible, Store: r.at.store, Op: "apply " + r.verb + " to " + r.at.group + "." + r.at.path, Err: err,
		Hint: "the value does not have the form that the rule expects; choose another verb for this field"}
}
