package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
)

// A shuffled column is read before the first row is written, by the same parts
// and in the same snapshot as its rows are later: the same rows, that is, with
// those that come along. What becomes of it is the Anonymizer's; here it is only
// read.

// shuffling is one table with shuffled columns.
type shuffling struct {
	*anonymize.Shuffle
	group  *group
	fields []anonymize.Field
	parts  []part
	rows   int
}

// readShuffled reads every shuffled column. What is too much for it is refused,
// all of it at once, before anything is written.
func (s *staged) readShuffled(ctx context.Context, plan *anonymize.Plan) error {
	s.shuffled = make(map[uint32]*anonymize.Shuffle)
	all, err := s.shufflings(plan)
	if err != nil {
		return err
	}
	if err := s.measureAll(ctx, plan, all); err != nil {
		return err
	}
	var wrong []string
	var used int64
	for _, sh := range all {
		unfit, err := s.readColumns(ctx, sh, used)
		switch {
		case unfit != nil:
			wrong = append(wrong, unfit.Error())
			continue
		case err != nil:
			return s.r.e.fail(ctx, "read the shuffled columns of table "+sh.group.name, err)
		}
		used += sh.Bytes()
		s.shuffled[sh.group.oid] = sh.Shuffle
		for _, note := range sh.Notes() {
			s.rows.say(sh.group.name, note)
		}
	}
	return plan.Refuse(wrong)
}

var _ clone.Teller = (*staged)(nil)

// Tell implements clone.Teller.
func (s *staged) Tell(tell func(note string)) { s.tell = tell }

// progress says how far Prepare is.
func (s *staged) progress(note string) {
	if s.tell != nil {
		s.tell(note)
	}
}

// shufflings lists the tables.
func (s *staged) shufflings(plan *anonymize.Plan) ([]*shuffling, error) {
	var out []*shuffling
	for _, g := range s.r.cat.groups {
		fields := s.r.cat.fields(s.Name(), g, g.columns)
		if len(fields) == 0 {
			continue
		}
		shuffle, err := plan.Shuffle(s.Name(), g.name, fields)
		if err != nil {
			return nil, err
		}
		if shuffle == nil {
			continue
		}
		sh := &shuffling{Shuffle: shuffle, group: g, fields: fields}
		for _, t := range s.r.cat.tables {
			if t.group == g {
				sh.parts = append(sh.parts, s.partsOf(t)...)
			}
		}
		out = append(out, sh)
	}
	return out, nil
}

// place begins a line about a field.
func (sh *shuffling) place(store string, field int) string {
	return store + " " + sh.group.name + "." + sh.fields[field].Name + ": "
}

// eachPart calls fn in the snapshot for every part, with its tables held.
func (s *staged) eachPart(ctx context.Context, sh *shuffling, fn func(d door, p part) error) error {
	for _, p := range sh.parts {
		err := s.r.inTable(ctx, p.table, func(d door) error {
			return s.r.overSelection(ctx, d, p.keep, p.also, func() error { return fn(d, p) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// measureAll counts the rows of all tables and refuses what memory has no room
// for.
func (s *staged) measureAll(ctx context.Context, plan *anonymize.Plan, all []*shuffling) error {
	var wrong []string
	values := 0
	for _, sh := range all {
		why, err := s.measure(ctx, sh)
		if err != nil {
			return s.r.e.fail(ctx, "count the rows of table "+sh.group.name, err)
		}
		wrong = append(wrong, why...)
		values += sh.rows * len(sh.Columns)
	}
	for _, sh := range all {
		for _, i := range sh.Columns {
			if values > s.r.mostMoved {
				wrong = append(wrong, sh.place(s.Name(), i)+fmt.Sprintf("shuffle of %s, and all shuffled columns together may have %d values: choose another verb, or copy fewer rows by $rows", counted(int64(sh.rows)), s.r.mostMoved))
			}
		}
	}
	return plan.Refuse(wrong)
}

// measure counts the rows of one table, and looks for text that is too long to
// be read: the server knows how long a value is without reading it.
func (s *staged) measure(ctx context.Context, sh *shuffling) (wrong []string, err error) {
	asked, longest := []string{"count(*)"}, make([]int64, len(sh.Columns))
	for _, i := range sh.Columns {
		length := "0"
		if sh.fields[i].Form == anonymize.FormText {
			length = "coalesce(max(octet_length(" + ident(sh.fields[i].Name) + "::text)), 0)"
		}
		asked = append(asked, length+"::int8")
	}
	sh.rows = 0
	err = s.eachPart(ctx, sh, func(d door, p part) error {
		var rows int64
		found := make([]int64, len(sh.Columns))
		into := []any{&rows}
		for i := range found {
			into = append(into, &found[i])
		}
		err := d.row(ctx, p.selectColumns(asked), nil, into...)
		sh.rows += int(rows)
		s.progress("rows of table " + sh.group.name + " counted, whose columns are shuffled: " + counted(int64(sh.rows)) + " so far")
		for i := range found {
			longest[i] = max(longest[i], found[i])
		}
		return err
	})
	for n, i := range sh.Columns {
		if longest[n] > anonymize.MostShuffledValue {
			wrong = append(wrong, sh.place(s.Name(), i)+anonymize.ErrWide.Error())
		}
	}
	return wrong, err
}

// readColumns reads the key and the shuffled columns of every row, until no two
// rows are taken for one. unfit says why they cannot be shuffled.
func (s *staged) readColumns(ctx context.Context, sh *shuffling, used int64) (unfit, err error) {
	var names []string
	for _, i := range slices.Concat(sh.Key, sh.Shuffle.Columns) {
		names = append(names, ident(sh.fields[i].Name))
	}
	for settled := false; !settled && err == nil && unfit == nil; {
		sh.Expect(sh.rows, used)
		read := int64(0)
		err = s.eachPart(ctx, sh, func(d door, p part) error {
			err := d.raw(ctx, p.selectColumns(names), !sh.group.text, func(values [][]byte) error {
				read++
				unfit = sh.Add(values[:len(sh.Key)], values[len(sh.Key):])
				return unfit
			})
			s.progress(fmt.Sprintf("shuffled columns of table %s read: %d of %s", sh.group.name, read, counted(int64(sh.rows))))
			return err
		})
		if err == nil {
			settled, unfit = sh.Settle()
		}
	}
	return unfit, err
}

// shuffles refuses shuffle where a value is judged by more than itself: beside
// other columns, or by one partition for itself.
func (f *fitting) shuffles(plan *anonymize.Plan, g *group, fields []anonymize.Field, checks []check) error {
	shuffle, err := plan.Shuffle(f.r.e.store, g.name, fields)
	if err != nil || shuffle == nil {
		return err
	}
	for _, i := range shuffle.Columns {
		name := fields[i].Name
		wrong := func(why string) {
			f.wrong = append(f.wrong, f.r.e.store+" "+g.name+"."+name+": shuffle on a column that "+why+": choose another verb")
		}
		for _, c := range checks {
			if c.relation == 0 || f.r.cat.tree.root(uint32(c.relation)) != g.oid || !slices.Contains(c.columns, name) {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(c.columns), func(other string) bool { return other == name })
			if len(others) > 0 {
				wrong(fmt.Sprintf("%s looks at beside %s", c.name, strings.Join(others, ", ")))
			} else if uint32(c.relation) != g.oid {
				wrong(c.name + " of one partition looks at")
			}
		}
		if nulls := f.r.cat.takesNull(g, name); nulls[true] && nulls[false] {
			wrong("is NOT NULL in some partitions only")
		}
	}
	return nil
}

// takesNull collects what the tables of a group say about NULL in a column.
func (c *catalog) takesNull(g *group, column string) map[bool]bool {
	out := make(map[bool]bool)
	for _, t := range c.tables {
		for _, col := range t.columns {
			if t.group == g && col.name == column {
				out[!col.notNull] = true
			}
		}
	}
	return out
}
