package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Rows that are left out may be referred to by rows that are copied. This file
// finds them over the foreign keys, in the snapshot and before anything is
// written: they come along where the rules say close, else the run is refused.

// mostClosed is how many rows may come along: their addresses are kept in
// memory, 8 bytes each and as much again while they are looked for.
const mostClosed = 1_000_000

// edge is one foreign key.
type edge struct {
	name          string
	child, parent end
	operators     []string // of each pair of columns, parent first
	collations    []string // of the comparison, as COLLATE; empty where both columns have the same
	valid         bool
}

// end is one side of it.
type end struct {
	relation
	group   *group
	parted  bool
	columns []string
}

// from is the side in FROM, without tables that only inherit from it.
func (e end) from() string {
	if e.parted {
		return e.quoted() + e.group.alias()
	}
	return "ONLY " + e.quoted() + e.group.alias()
}

// rows is a subquery for rows under a condition: address and key. Inside, only
// this table is in scope, so that a condition's names mean its columns.
func (e end) rows(condition string) string {
	var b strings.Builder
	b.WriteString("(SELECT tableoid AS t, ctid AS c")
	for i, name := range e.columns {
		fmt.Fprintf(&b, ", %s AS k%d", ident(name), i)
	}
	return b.String() + " FROM " + e.from() + " WHERE " + condition + ")"
}

// match joins parent p and child c.
func (e edge) match() string {
	parts := make([]string, len(e.operators))
	for i, op := range e.operators {
		parts[i] = fmt.Sprintf("p.k%d %s c.k%d%s", i, op, i, e.collations[i])
	}
	return strings.Join(parts, " AND ")
}

// keyCollations says how each pair of a key's columns is compared: by the
// collation of the one that is referred to, where the two differ.
const keyCollations = `ARRAY(SELECT CASE WHEN p.attcollation = f.attcollation THEN '' ELSE format(' COLLATE %I.%I', n.nspname, l.collname) END
  FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (f, p, i) JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = u.f
    JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = u.p LEFT JOIN pg_collation l ON l.oid = p.attcollation LEFT JOIN pg_namespace n ON n.oid = l.collnamespace ORDER BY u.i)`

const edgesQuery = `SELECT k.conname, k.convalidated, cn.nspname, cr.relname, cr.relkind = 'p', k.conrelid::int8,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (n, i) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),
  pn.nspname, pr.relname, pr.relkind = 'p', k.confrelid::int8,
  ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (n, i) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i),
  ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM unnest(k.conpfeqop) WITH ORDINALITY AS u (op, i)
    JOIN pg_operator o ON o.oid = u.op JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY u.i), ` + keyCollations + `
FROM pg_constraint k JOIN pg_class cr ON cr.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = cr.relnamespace
JOIN pg_class pr ON pr.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = pr.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') <> 'false' ORDER BY cn.nspname, cr.relname, k.conname`

// readEdges reads the foreign keys between copied tables.
func readEdges(ctx context.Context, query queryFunc, cat *catalog) ([]edge, error) {
	groups := cat.groupsByOID()
	var out []edge
	err := each(ctx, query, edgesQuery, nil, func(rows pgx.Rows) error {
		var e edge
		var child, parent int64
		err := rows.Scan(&e.name, &e.valid, &e.child.schema, &e.child.relation.name, &e.child.parted, &child, &e.child.columns,
			&e.parent.schema, &e.parent.relation.name, &e.parent.parted, &parent, &e.parent.columns, &e.operators, &e.collations)
		e.child.group, e.parent.group = groups[child], groups[parent]
		if err == nil && e.child.group != nil && e.parent.group != nil {
			out = append(out, e)
		}
		return err
	})
	return out, err
}

// closure grows the set of rows that come along.
type closure struct {
	s     *staged
	edges []edge
	known map[uint32]map[tid]bool // by table
	fresh map[uint32][]tid        // those whose own references have not been followed
	left  int                     // rows that may still be added
}

// closeRows finds the rows that come along, and refuses references that would
// dangle.
func (s *staged) closeRows(ctx context.Context) error {
	c := &closure{s: s, known: make(map[uint32]map[tid]bool), fresh: make(map[uint32][]tid), left: s.r.mostClosed}
	err := s.r.inSnapshot(ctx, func(d door) (err error) {
		c.edges, err = readEdges(ctx, d.query, s.r.cat)
		return err
	})
	s.rows.edges = c.edges
	if err == nil {
		err = c.grow(ctx)
	}
	if err == nil {
		for t, rows := range c.known {
			for r := range rows {
				s.rows.closed[t] = append(s.rows.closed[t], r)
			}
			slices.SortFunc(s.rows.closed[t], func(a, b tid) int { return cmp.Or(cmp.Compare(a.page, b.page), cmp.Compare(a.item, b.item)) })
		}
		err = c.refuse(ctx)
	}
	return s.r.e.fail(ctx, "follow the foreign keys", err)
}

// limit of a side; nil for a table that is copied whole.
func (c *closure) limit(e end) *limit { return c.s.rows.limits[e.group.oid] }

// grow follows references from the rows that are copied for their own sake,
// then from those found, until none is new. Cycles end: a row is new once.
func (c *closure) grow(ctx context.Context) error {
	for _, e := range c.edges {
		if l := c.limit(e.parent); l.some() && l.rule.Close && c.limit(e.child).kept() != "FALSE" {
			if err := c.follow(ctx, e, c.limit(e.child).kept()); err != nil {
				return err
			}
		}
	}
	for len(c.fresh) > 0 {
		now := c.fresh
		c.fresh = make(map[uint32][]tid)
		err := c.batches(now, func(e edge, condition string) error {
			if l := c.limit(e.parent); l.some() && l.rule.Close {
				return c.follow(ctx, e, condition)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// batches calls fn for each foreign key of each table in rows, with a condition
// that selects some of them.
func (c *closure) batches(rows map[uint32][]tid, fn func(e edge, condition string) error) error {
	for _, t := range c.s.r.cat.tables {
		for batch := range slices.Chunk(rows[t.oid], closedBatch) {
			condition := fmt.Sprintf("tableoid = %d::oid AND %s", t.oid, tids(batch))
			for _, e := range c.edges {
				if e.child.group != t.group {
					continue
				}
				if err := fn(e, condition); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// follow adds the left out rows that child rows under a condition refer to.
func (c *closure) follow(ctx context.Context, e edge, condition string) error {
	sql := "SELECT p.t, p.c FROM " + e.parent.rows(c.limit(e.parent).left()) + " AS p WHERE EXISTS (SELECT FROM " + e.child.rows(condition) + " AS c WHERE " + e.match() + ")"
	return c.ask(ctx, e, sql, func(rows pgx.Rows) error {
		var t uint32
		var at pgtype.TID
		if err := rows.Scan(&t, &at); err != nil {
			return err
		}
		r := tid{at.BlockNumber, at.OffsetNumber}
		if c.known[t] == nil {
			c.known[t] = make(map[tid]bool)
		}
		if c.known[t][r] {
			return nil
		}
		if c.left--; c.left < 0 {
			return &report.Refusal{Code: report.Incompatible, What: "select rows", Why: fmt.Sprintf("more than %d rows would come along by close, the last of them of %s", c.s.r.mostClosed, e.parent.group.name),
				Hint: "widen the condition in $rows of " + e.parent.group.name + ", or copy all its rows; nothing was written"}
		}
		c.known[t][r] = true
		c.fresh[t] = append(c.fresh[t], r)
		return nil
	})
}

// ask runs a query over a foreign key's two tables in a transaction of its own,
// after proving that they are still those of the snapshot.
func (c *closure) ask(ctx context.Context, e edge, sql string, fn func(rows pgx.Rows) error) error {
	r := c.s.r
	err := r.inSnapshot(ctx, func(d door) error {
		var tables []*table
		for _, t := range r.cat.tables {
			if t.group == e.child.group || t.group == e.parent.group {
				tables = append(tables, t)
			}
		}
		for _, end := range []end{e.child, e.parent} {
			if l := c.limit(end); l != nil {
				tables = append(tables, l.also...)
			}
		}
		return r.overSelection(ctx, d, sql, tables, func() error { return each(ctx, d.query, sql, nil, fn) })
	})
	return blame(r.e.fail(ctx, "follow foreign key "+e.name+" of "+e.child.relation.group(), err), c.limit(e.child), c.limit(e.parent))
}

// refuse counts the references that would dangle. A parent whose rows come from
// the old twin as well is looked at when they are there.
func (c *closure) refuse(ctx context.Context) error {
	dangling := make([]int64, len(c.edges))
	count := func(i int, condition string) error {
		e := c.edges[i]
		if l := c.limit(e.parent); !l.some() || l.rule.Close || c.s.rows.old.of(e.parent.group) != nil || condition == "FALSE" {
			return nil
		}
		sql := "SELECT count(*) FROM " + e.child.rows(condition) + " AS c WHERE EXISTS (SELECT FROM " + e.parent.rows(c.limit(e.parent).left()) + " AS p WHERE " + e.match() + ")"
		return c.ask(ctx, e, sql, func(rows pgx.Rows) error {
			var n int64
			err := rows.Scan(&n)
			dangling[i] += n
			return err
		})
	}
	for i, e := range c.edges {
		if err := count(i, c.limit(e.child).kept()); err != nil {
			return err
		}
	}
	err := c.batches(c.s.rows.closed, func(e edge, condition string) error {
		return count(slices.IndexFunc(c.edges, func(other edge) bool { return other.name == e.name && other.child.relation == e.child.relation }), condition)
	})
	if err != nil {
		return err
	}
	var lines []string
	for i, n := range dangling {
		if e := c.edges[i]; n > 0 {
			lines = append(lines, fmt.Sprintf("%s: foreign key %s: %s of %s would refer to rows of %s that are left out", c.limit(e.parent).place(), e.name, counted(n), e.child.relation.group(), e.parent.group.name))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &report.Refusal{Code: report.Incompatible, What: "select rows", Why: "rows that are copied refer to rows that the rules leave out", Lines: lines,
		Hint: "say $rows: {source: …, close: true} for the table that is referred to, so that those rows come along, or leave the rows that refer to it out as well; nothing was written"}
}

// place is where the rules speak of the group.
func (l *limit) place() string { return l.rule.Line(l.rule.Pos) }

func counted(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
