package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Chunks lists the parts of all tables, those of the heaviest table first,
// each table's indexes and keys behind its parts, then what needs all tables.
func (s *staged) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return func(yield func(clone.Chunk, error) bool) {
		if s.tables == nil {
			yield(clone.Chunk{}, s.e.fail(ctx, "list chunks", &cause{text: "the staging place is not prepared"}))
			return
		}
		ends := newAssembly(s)
		for _, t := range s.r.cat.tables {
			if !s.tables[t.oid].row.Empty && !s.parts(t, yield) {
				return
			}
			if !yieldAll(s.stayChunks(t), yield) {
				return
			}
			ends.table(t)
			if !yieldAll(ends.take(), yield) {
				return
			}
		}
		for c := range s.objectChunks() {
			if !yield(c, nil) {
				return
			}
		}
		ends.closing()
		yieldAll(ends.take(), yield)
	}
}

// frozenPages is the size from which a table that is one part is emptied first,
// in the transaction of its rows: the server then takes them as frozen and all
// visible at no cost, and no query has to look at them again to know it. For
// smaller ones the emptying is dearer than the look.
const frozenPages = 64

// parts lists the parts of one table; false when no more are wanted.
func (s *staged) parts(t *table, yield func(clone.Chunk, error) bool) bool {
	group := s.stayGroup(t)
	parts := s.partsOf(t)
	if len(parts) == 1 && t.pages >= frozenPages && !s.moves(t) && group == s.rowsGroup(t) {
		parts[0].alone = true
	}
	for _, p := range parts {
		if !yield(s.partChunk(p, group), nil) {
			return false
		}
	}
	return true
}

func yieldAll(chunks []clone.Chunk, yield func(clone.Chunk, error) bool) bool {
	for _, c := range chunks {
		if !yield(c, nil) {
			return false
		}
	}
	return true
}

// partChunk is the chunk of one part.
func (s *staged) partChunk(p part, group string) clone.Chunk {
	return clone.Chunk{ID: p.id, Group: group, Bytes: p.bytes, Copy: func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
		tally, err := s.copyPart(ctx, a, p)
		if err == nil {
			err = s.grew(ctx, tally.Bytes)
		}
		return tally, inChunk(err, p.id)
	}}
}

// load is how the rows of one table are written.
type load struct {
	row     *anonymize.Row
	names   []string // quoted, in the order of row.Order
	shapes  []*shape // beside them
	into    string   // quoted; the leaf itself, or the root where a rule may move rows
	text    bool
	columns []column // beside names
	derived []derivation
	sum     *checksum // nil where it cannot be known beforehand
}

// compileLoads compiles every table's rules for its own columns.
func (s *staged) compileLoads(plan *anonymize.Plan, numbers *numbering) error {
	s.tables = make(map[uint32]*load)
	if fields := s.r.objectFields(); fields != nil {
		row, err := plan.Row(s.Name(), objectsGroup, fields)
		if err != nil {
			return err
		}
		s.objects = row
	}
	for _, t := range s.r.cat.tables {
		var kept []column
		for _, c := range t.columns {
			if !c.generated {
				kept = append(kept, c)
			}
		}
		l := &load{row: &anonymize.Row{}, text: t.group.text, into: t.quoted()}
		if fields := s.r.cat.fields(s.Name(), t.group, kept); len(t.columns) > 0 {
			row, err := plan.Row(s.Name(), t.group.name, fields)
			if err != nil {
				return err
			}
			l.row = row
			row.Take(s.shuffled[t.group.oid])
		}
		for _, d := range l.row.Derived {
			l.derived = append(l.derived, derivation{column: kept[d.Field].name, expr: d.Expr, line: d.Line})
		}
		for _, i := range l.row.Order {
			shape, ok := numbers.listed(kept[i].typ)
			if !ok {
				return s.incompatible("write table "+t.relation.group(), "column "+kept[i].name+" has type "+kept[i].label+", which the staged database lacks")
			}
			l.names, l.shapes, l.columns = append(l.names, ident(kept[i].name)), append(l.shapes, shape), append(l.columns, kept[i])
		}
		if t.group.parted && l.moves(t.group) {
			l.into = t.group.quoted()
		}
		s.tables[t.oid] = l
	}
	s.planSums()
	return nil
}

// moves reports whether a rule may send a row to another partition.
func (l *load) moves(g *group) bool {
	for _, step := range l.row.Steps {
		if step.Rule && !step.Kept && (g.keyByExpr || slices.Contains(g.keys, l.columns[step.First].name)) {
			return true
		}
	}
	return false
}

// copyInto is the COPY that takes the rows. Without columns there is no list:
// an empty one is no SQL.
func (l *load) copyInto(freeze bool) string {
	list, format := "", "binary"
	if len(l.names) > 0 {
		list = " (" + joinNames(l.names) + ")"
	}
	if l.text {
		format = "text"
	}
	if freeze {
		format += ", FREEZE"
	}
	return fmt.Sprintf(`COPY %s%s FROM STDIN (FORMAT %s)`, l.into, list, format)
}

// copyPart carries one part: a transaction at the destination that holds the
// rows and the journal's line, and beside it one at the source in the
// snapshot. When an earlier try has committed, its tally is returned.
func (s *staged) copyPart(ctx context.Context, a *anonymize.Anonymizer, p part) (tally report.Tally, err error) {
	conn, err := s.sessions.get(ctx)
	if err != nil {
		return tally, s.e.fail(ctx, "connect", err)
	}
	defer s.sessions.put(ctx, conn)
	entry, done, err := beginEntry(ctx, conn, p.id)
	if err == nil && !done && p.alone {
		err = simple(ctx, conn, `TRUNCATE ONLY `+p.table.quoted())
	}
	if err == nil && !done {
		if entry, err = s.stream(ctx, a, stream{part: p, load: s.tables[p.table.oid], dst: conn}); err == nil {
			err = commitEntry(ctx, conn, p.id, entry)
		}
	}
	if err != nil {
		rollback(ctx, conn)
		return tally, s.e.fail(ctx, "copy table "+p.table.relation.group(), err)
	}
	tally = report.Tally{Records: entry.rows, Bytes: entry.bytes}
	tally.In(p.table.group.name, entry.rows)
	if s.tables[p.table.oid].sum != nil {
		tally.Sum(p.table.group.name, entry.sum)
	}
	return tally, nil
}

// rollback ends a transaction if the session still lives.
func rollback(ctx context.Context, conn *pgx.Conn) {
	if !conn.IsClosed() && conn.PgConn().TxStatus() != 'I' {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `ROLLBACK`)
	}
}
