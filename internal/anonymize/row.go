package anonymize

import (
	"errors"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Row is the compiled rule of one table.
type Row struct {
	Order []int  // the fields in the order to read them: those that name a person first
	Steps []Step // the same order, cut into kept spans and ruled values
	Empty bool   // no row is copied

	// Derived are the columns that are not read at all but computed anew.
	Derived []Derived

	steps []step
	slots slots
	key   []string // the columns by which a row is known, sorted; nil where nothing is shuffled
}

// Derived is a column that an SQL expression over the others fills.
type Derived struct {
	Field int    // as Order counts
	Expr  string // of the rules file
	Line  int    // where it stands there
}

// Step is one part of a row: fields Order[First] to Order[Last-1].
type Step struct {
	First, Last int
	Rule        bool // exactly one field, for Value; else a kept span, for Span
	Kept        bool // no rule rewrites its fields
}

// step is what an Anonymizer needs of a Step.
type step struct {
	rule  *rule  // nil for a span
	kept  int64  // columns of a span
	names []int  // slots that this field's value fills
	key   int    // which column of the row's key it is, from 1 on; 0 for none
	moved *moved // of a shuffled column; nil before Take

	instead *rule // for a value that is too long for the rule
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
	if g != nil && g.Options.Rows.Empty() {
		row.Empty = true
		return row
	}
	row.slots = c.slotsOf(store, table, g)
	rules := make([]*rule, len(fields))
	for i, f := range fields {
		if f.Derived {
			c.checkDerived(g, f)
			continue
		}
		rules[i] = c.columnRule(g, f, &row.slots)
		if rules[i].verb == "derive" {
			r := c.fieldRule(g, f)
			row.Derived = append(row.Derived, Derived{Field: i, Expr: r.Arg, Line: r.Pos.Line})
		}
	}
	for _, name := range row.slots.fields {
		if name == "" {
			continue
		}
		switch at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name && !f.Derived }); {
		case at >= 0 && rules[at].verb == "derive":
			c.fail(place{store, table, name}, "names the person of a row, and is derived")
		case at >= 0 && rules[at].verb == "shuffle":
			c.fail(place{store, table, name}, "names the person of a row, and is shuffled: say keep, or a verb that is one to one")
		case at < 0:
			c.fail(place{store, table, name}, "names the person of a row, but there is no such column")
		case fields[at].Form == FormOpaque || fields[at].Form.made() || fields[at].Form.spelled():
			c.fail(place{store, table, name}, "names the person of a row, but type "+fields[at].Type+" cannot be read")
		}
	}
	if slices.ContainsFunc(rules, func(r *rule) bool { return r != nil && r.verb == "shuffle" }) {
		row.key = c.primaryKey(store, table)
	}
	row.arrange(fields, rules)
	return row
}

// checkDerived refuses a rule that names a column which the server computes: it
// would be without effect, and whoever wrote it believes otherwise.
func (c *compiler) checkDerived(g *ruleset.Group, f Field) {
	if g == nil || !slices.ContainsFunc(g.Fields, func(line ruleset.Field) bool { return line.Name == f.Name }) {
		return
	}
	why := "the server computes this column, so that its rule would have no effect; take the line out"
	if len(f.Reads) > 0 {
		why += ": the rules of " + strings.Join(f.Reads, ", ") + " decide what it holds"
	}
	c.fail(place{f.Store, f.Group, f.Name}, why)
}

// columnRule compiles the rule of one column.
func (c *compiler) columnRule(g *ruleset.Group, f Field, s *slots) *rule {
	r := c.fieldRule(g, f)
	if r == nil {
		c.uncovered(f, columnLine(g, f, true) != nil)
		return c.emptied(f)
	}
	return c.valueRule(r, f, s)
}

// asMarkup returns the rule as {text: html} where it is text and the column takes XML alone: an apostrophe written plainly
// would end an attribute, and the server refuse the row.
func asMarkup(r *ruleset.Rule, f Field) *ruleset.Rule {
	if f.Type != "xml" || r.Verb != "text" {
		return r
	}
	markup := *r
	markup.Arg = "html"
	return &markup
}

// valueRule compiles a rule for the values of a column, or of a part of them.
func (c *compiler) valueRule(r *ruleset.Rule, f Field, s *slots) *rule {
	at := place{f.Store, f.Group, f.path()}
	unfit := &rule{verb: "null", at: at, form: f.Form}
	if err := c.fits(r, f); err != nil {
		c.fail(at, err.Error())
		return unfit
	}
	if (f.Form == FormRecord || f.Form == FormArray) && r.Verb != "keep" && r.Verb != "null" && r.Verb != "derive" {
		return c.insideRule(r, f, s)
	}
	out, err := c.compileRule(asMarkup(r, f), scope{at: at, form: f.Form, slots: s})
	if err != nil {
		c.fail(at, err.Error())
		return unfit
	}
	if f.Form == FormJSON || f.Form == FormJSONB || f.Form == FormHstore {
		c.forJSON(out, r)
	}
	if len(f.Parts) == 1 {
		out.sub = f.Parts[0].Form
	}
	if r.Verb == "set" && f.Form.spelled() {
		out.wire, _ = encodeConstant(nil, f, c.constant(r)) // fits has tried it
	}
	if r.Else != nil {
		out.other = c.valueRule(r.Else, f, s)
	}
	c.checkLength(r, f)
	c.shorten(out, r, f)
	out.max = f.MaxLen
	if out.elem != nil {
		out.elem.max = f.MaxLen
	}
	return out
}

// fieldRule finds the first line of a group that covers a column; "*" covers
// those that are pinned.
func (c *compiler) fieldRule(g *ruleset.Group, f Field) *ruleset.Rule {
	if line := columnLine(g, f, c.pinned(f)); line != nil {
		return &line.Rule
	}
	return nil
}

// slotsOf says which field names the row's own person: the id of a declared
// source, or what $person says.
func (c *compiler) slotsOf(store, group string, g *ruleset.Group) slots {
	s := slots{fields: []string{""}, sources: []string{""}}
	if g != nil && g.Options.Person != nil {
		s.fields[0], s.sources[0] = fieldNamed(store, g.Options.Person.Field), cmpOr(g.Options.Person.Source, c.firstSource())
		return s
	}
	for _, src := range c.in.Rules.Sources {
		if c.in.Rules.Store(store) != nil && (src.Store == store || src.Store == kindOf(store)) && sourceCovers(src, store, group) {
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

// arrange puts the fields that name people or the row first, and joins kept
// neighbours.
func (r *Row) arrange(fields []Field, rules []*rule) {
	names := make([][]int, len(fields))
	for slot, name := range r.slots.fields {
		for i := range fields {
			if name != "" && fields[i].Name == name && !fields[i].Derived {
				names[i] = append(names[i], slot)
			}
		}
	}
	first := func(i int) bool { return len(names[i]) > 0 || slices.Contains(r.key, fields[i].Name) }
	for _, wanted := range []bool{true, false} {
		for i := range fields {
			if rules[i] != nil && rules[i].verb != "derive" && first(i) == wanted {
				r.Order = append(r.Order, i)
			}
		}
	}
	for at, i := range r.Order {
		ruled := rules[i].verb != "keep" || first(i)
		if n := len(r.Steps); !ruled && n > 0 && !r.Steps[n-1].Rule {
			r.Steps[n-1].Last++
			r.steps[n-1].kept++
			continue
		}
		r.Steps = append(r.Steps, Step{First: at, Last: at + 1, Rule: ruled, Kept: rules[i].verb == "keep"})
		if ruled {
			r.steps = append(r.steps, step{rule: rules[i], names: names[i], key: 1 + slices.Index(r.key, fields[i].Name), instead: emptyValue(fields[i])})
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
	a.nobodyKnown(len(r.slots.fields))
	if len(r.key) > 0 {
		a.noKey(len(r.key))
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

// Piece passes a piece of a kept span, whose Span comes after the last one and
// may be empty: a long value need not be in memory as a whole.
func (a *Anonymizer) Piece(i int, raw []byte) Clean {
	if a.row.steps[i].rule != nil {
		panic("anonymize: Piece of a ruled step")
	}
	return Clean{b: raw}
}

// Value passes one ruled value of a row; nil is NULL and stays so. It panics
// on a kept span.
func (a *Anonymizer) Value(i int, raw []byte) (Clean, error) {
	s := &a.row.steps[i]
	if s.rule == nil {
		panic("anonymize: Value on a kept span")
	}
	if s.key > 0 {
		a.keyed(s.key, raw)
	}
	if s.rule.verb == "shuffle" {
		return a.movedValue(s)
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
	if out == unread {
		c, out, err = a.rewrite(s.instead, raw)
	}
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
		a.know(&a.row.slots, slot, id)
	}
	return nil
}

// failed reports a value that a rule cannot read or write, by place.
func (a *Anonymizer) failed(r *rule, err error) error {
	switch {
	case r.at.store == "": // a rule of the program's own, within one of the file
		return err
	case err == errTooMany:
		return a.unread(r.at, err)
	}
	if _, placed := errors.AsType[*report.Error](err); placed { // by a part of the value
		return err
	}
	hint := "the value does not have the form that the rule expects; choose another verb for this field"
	switch err {
	case errLong:
		hint = "choose a verb that writes less, or make the column longer"
	case errNewcomer, errUnsettled:
		hint = "run the same command again"
	}
	return &report.Error{Code: report.Incompatible, Store: r.at.store, Op: "apply " + r.verb + " to " + strings.TrimPrefix(r.at.String(), r.at.store+" "), Err: err, Hint: hint}
}
