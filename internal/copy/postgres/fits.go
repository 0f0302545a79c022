package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
)

// A CHECK is a program, so nobody can read off it which values it takes. But
// it can be asked: it is evaluated at the source, in a SELECT, on what the
// rules write for values that are made up. No value of the source is put in.

var _ clone.Fitter = (*reader)(nil)

// fitting collects what a plan's values meet.
type fitting struct {
	r            *reader
	wrong, notes []string
}

// Fits tries the plan's values on CHECK constraints, domains, partition
// bounds and keys, and its derived expressions on their tables.
func (r *reader) Fits(ctx context.Context, plan *anonymize.Plan) (wrong, notes []string, err error) {
	if r.cat == nil {
		return nil, nil, r.e.fail(ctx, "try the rules", &cause{text: "the survey comes first"})
	}
	f := &fitting{r: r}
	err = r.inSnapshot(ctx, func(d door) error {
		checks, err := readChecks(ctx, d.query)
		if err != nil {
			return err
		}
		for _, g := range r.cat.groups {
			fields := r.cat.fields(r.e.store, g, g.columns)
			if len(fields) == 0 {
				continue
			}
			row, err := plan.Row(r.e.store, g.name, fields)
			if err != nil {
				return err
			}
			if row.Empty {
				continue
			}
			if err := f.shuffles(plan, g, fields, checks); err != nil {
				return err
			}
			trials, err := plan.Samples(r.e.store, g.name, fields)
			if err != nil {
				return err
			}
			if err := f.group(ctx, d, g, trials, checks); err != nil {
				return err
			}
			for _, derived := range row.Derived {
				f.derived(ctx, d, g, derived)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, r.e.fail(ctx, "try the rules on the schema", err)
	}
	return f.wrong, f.notes, nil
}

// group tries the rules of one table.
func (f *fitting) group(ctx context.Context, d door, g *group, trials map[string]anonymize.Trial, checks []check) error {
	if len(trials) == 0 {
		return nil
	}
	for _, c := range checks {
		var err error
		switch {
		case f.r.cat.tree.root(uint32(c.relation)) == g.oid:
			err = f.check(ctx, d, g, c, trials)
		case c.domain != 0:
			for _, col := range g.columns {
				if trial, masked := trials[col.name]; masked && err == nil && f.r.cat.types.uses(col.typ, uint32(c.domain)) {
					one := c
					one.columns = []string{col.name}
					err = f.check(ctx, d, g, one, map[string]anonymize.Trial{col.name: trial})
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if err := f.constants(ctx, d, g, trials); err != nil {
		return err
	}
	return f.routes(ctx, d, g, trials)
}

// constants looks whether a constant on a foreign key is a key.
func (f *fitting) constants(ctx context.Context, d door, g *group, trials map[string]anonymize.Trial) error {
	for _, l := range f.r.cat.links {
		if l.Group != g.name || len(l.Columns) != 1 || trials[l.Columns[0]].Verb != "set" {
			continue
		}
		to := f.r.cat.groups[slices.IndexFunc(f.r.cat.groups, func(g *group) bool { return g.name == l.ToGroup })]
		var found bool
		sql := fmt.Sprintf(`SELECT EXISTS (SELECT FROM %s WHERE %s = CAST($1::text AS %s))`, to.quoted(), ident(l.ToColumns[0]), f.castType(to, l.ToColumns[0]))
		if err := d.row(ctx, sql, []any{trials[l.Columns[0]].Samples[0].Out}, &found); err != nil {
			return err
		}
		if !found {
			f.wrong = append(f.wrong, fmt.Sprintf("%s %s.%s: set writes a constant that %s.%s, which foreign key %s refers to, does not have", f.r.e.store, g.name, l.Columns[0], l.ToGroup, l.ToColumns[0], l.Name))
		}
	}
	return nil
}

// check is one CHECK, of a table or of a domain.
type check struct {
	name             string
	relation, domain int64 // one of them
	expr             string
	columns          []string
}

// checksQuery reads the CHECKs that are enforced. Those of partitions are their
// own; one that a table inherits is read at its root.
const checksQuery = `SELECT c.conname, c.conrelid::int8, c.contypid::int8, pg_get_expr(c.conbin, c.conrelid),
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.conrelid AND c.conrelid <> 0 AND a.attnum = ANY (c.conkey) ORDER BY a.attnum)
FROM pg_constraint c WHERE c.contype = 'c' AND c.conbin IS NOT NULL AND c.oid >= 16384 AND coalesce(to_jsonb(c) ->> 'conenforced', 'true') <> 'false'
  AND NOT (c.coninhcount > 0 AND NOT c.conislocal AND coalesce((SELECT relispartition FROM pg_class WHERE oid = c.conrelid), false)) ORDER BY c.oid`

func readChecks(ctx context.Context, query queryFunc) ([]check, error) {
	var out []check
	err := each(ctx, query, checksQuery, nil, func(rows pgx.Rows) error {
		var c check
		if err := rows.Scan(&c.name, &c.relation, &c.domain, &c.expr, &c.columns); err != nil {
			return err
		}
		c.name = "constraint " + c.name
		out = append(out, c)
		return nil
	})
	return out, err
}

// uses reports whether a type is a domain, or is made over it.
func (ts types) uses(oid, domain uint32) bool {
	for {
		if oid == domain {
			return true
		}
		t := ts[oid]
		if t == nil || t.class != "d" {
			return false
		}
		oid = t.base
	}
}

// check tries one CHECK. A value that it takes and that a rule turns into one
// that it does not is the proof that they do not fit.
func (f *fitting) check(ctx context.Context, d door, g *group, c check, trials map[string]anonymize.Trial) error {
	var masked []string
	whole := true
	for _, name := range c.columns {
		if _, ok := trials[name]; ok {
			masked = append(masked, name)
		} else {
			whole = false
		}
	}
	if len(masked) == 0 {
		return nil
	}
	unproved := fmt.Sprintf("that the rules of %s keep %s is only proved by the load", g.name, c.name)
	if !whole {
		f.notes = append(f.notes, unproved)
		return nil
	}
	verdict, err := f.try(ctx, d, g, c, trials)
	if err != nil {
		return err
	}
	verbs := make([]string, len(masked))
	for i, name := range masked {
		verbs[i] = trials[name].Verb
	}
	switch verdict {
	case refuses:
		f.wrong = append(f.wrong, fmt.Sprintf("%s %s.%s: %s can write a value that %s refuses: choose another verb", f.r.e.store, g.name, masked[0], strings.Join(verbs, " and "), c.name))
	case undecided:
		f.notes = append(f.notes, unproved)
	}
	return nil
}

// verdict is what trying a CHECK has shown.
type verdict uint8

const (
	takes     verdict = iota // it takes what is written for all that it takes
	refuses                  // it refuses something
	undecided                // nothing that was put in is like what it takes, or it cannot be evaluated
)

// try evaluates a CHECK on both sides of the samples, line by line: the
// first sample of every column, the second, and so on.
func (f *fitting) try(ctx context.Context, d door, g *group, c check, trials map[string]anonymize.Trial) (verdict, error) {
	masked := c.columns // all of them are
	lines, fixed := 0, true
	for _, name := range masked {
		lines, fixed = max(lines, len(trials[name].Samples)), fixed && trials[name].Fixed
	}
	turns := 1
	if len(masked) > 1 { // and again with each column NULL
		turns += len(masked)
	}
	var before, after []string
	sure := make([]bool, lines*turns)
	args := []any{sure}
	for place, name := range masked {
		samples := trials[name].Samples
		if len(samples) == 0 {
			return undecided, nil
		}
		in, out := make([]*string, lines*turns), make([]*string, lines*turns)
		for i := range in {
			if s := samples[i%lines%len(samples)]; i/lines != place+1 {
				in[i], out[i], sure[i] = s.In, s.Out, s.Sure && turns == 1
			}
		}
		label := f.castType(g, name)
		alias := ident(name)
		if c.domain != 0 {
			alias = "value"
		}
		before = append(before, fmt.Sprintf(`CAST(($%d::text[])[i] AS %s) AS %s`, len(args)+1, label, alias))
		after = append(after, fmt.Sprintf(`CAST(($%d::text[])[i] AS %s) AS %s`, len(args)+2, label, alias))
		args = append(args, in, out)
	}
	sql := fmt.Sprintf(`SELECT count(*) FILTER (WHERE taken), count(*) FILTER (WHERE (taken OR ($1::bool[])[i]) AND NOT kept), count(*) FILTER (WHERE NOT kept) FROM (SELECT
  i, (SELECT coalesce((%s), true) FROM (SELECT %s) AS b) AS taken, (SELECT coalesce((%s), true) FROM (SELECT %s) AS a) AS kept FROM generate_series(1, %d) AS i) AS t`,
		c.expr, strings.Join(before, ", "), c.expr, strings.Join(after, ", "), lines*turns)
	var taken, turned, refused int
	err := d.nested(ctx, func() error { return d.row(ctx, sql, args, &taken, &turned, &refused) })
	switch {
	case stateOf(err) != "": // it does not stand alone, or dislikes what was put in
		return undecided, nil
	case err != nil:
		return undecided, err
	case turned > 0, taken == 0 && fixed && refused == lines*turns:
		return refuses, nil
	case taken == 0 && !fixed:
		return undecided, nil
	}
	return takes, nil
}

// castType names the type that samples of a column are read as: without a
// length, which the plan has checked, and for a domain the type under it, as
// its own checks are tried apart.
func (f *fitting) castType(g *group, name string) string {
	i := slices.IndexFunc(g.columns, func(col column) bool { return col.name == name })
	typ, _, _ := f.r.cat.types.base(g.columns[i].typ, -1)
	t := f.r.cat.types[typ]
	return ident(t.schema, t.name)
}

// routes looks whether a constant on a partition key has a partition.
func (f *fitting) routes(ctx context.Context, d door, g *group, trials map[string]anonymize.Trial) error {
	for _, r := range f.r.cat.open {
		if r.Group != g.name || !slices.ContainsFunc(r.Keys, func(name string) bool { _, ok := trials[name]; return ok }) {
			continue
		}
		var bounds string
		if err := d.row(ctx, `SELECT coalesce(string_agg('(' || pg_get_partition_constraintdef(inhrelid) || ')', ' OR '), 'false') FROM pg_inherits WHERE inhparent = $1::int8::oid`, []any{r.oid}, &bounds); err != nil {
			return err
		}
		c := check{name: "the bounds of " + r.Name, relation: r.oid, expr: bounds, columns: r.Keys}
		if err := f.check(ctx, d, g, c, trials); err != nil {
			return err
		}
	}
	return nil
}
