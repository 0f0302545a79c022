package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Rows that stay are merged into the new table inside the destination's server,
// when the source's rows are all there and no index is: who gives way on a
// unique key is decided by the key's own operators.

// stayTable holds the rows that stay until their transaction ends.
const stayTable = `pg_temp.tenantcopy_preserved`

// uniqueKey is one unique or exclusion index.
type uniqueKey struct {
	table     uint32
	where     string // predicate, may be empty
	exprs     []string
	operators []string
	nulls     bool // two NULLs are the same
}

// columnOf is a column of a table.
type columnOf struct {
	table uint32
	name  string
}

const stayKeysQuery = `SELECT i.indrelid, coalesce(pg_get_expr(i.indpred, i.indrelid), ''), coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
  ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts::int4) AS k ORDER BY k),
  ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM generate_series(1, i.indnkeyatts::int4) AS k JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
    JOIN pg_operator o ON o.oid = coalesce(c.conexclop[k], (SELECT a.amopopr FROM pg_amop a WHERE a.amopfamily = oc.opcfamily
      AND a.amoplefttype = oc.opcintype AND a.amoprighttype = oc.opcintype AND a.amopstrategy = 3 AND a.amopmethod = 403))
    JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY k)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'x'
WHERE i.indrelid = ANY ($1::oid[]) AND (i.indisunique OR i.indisexclusion) ORDER BY i.indexrelid`

const neededQuery = `SELECT a.attrelid, a.attname FROM pg_attribute a
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef`

// readNeeded reads, at the source, the unique keys of the groups that have rows
// which stay, and the columns that a row must have a value for.
func (s *staged) readNeeded(ctx context.Context, old *oldTwin, oids []uint32) (map[columnOf]bool, error) {
	needed := make(map[columnOf]bool)
	err := s.r.inSnapshot(ctx, func(d door) error {
		err := each(ctx, d.query, stayKeysQuery, []any{oids}, func(rows pgx.Rows) error {
			var k uniqueKey
			err := rows.Scan(&k.table, &k.where, &k.nulls, &k.exprs, &k.operators)
			for _, st := range old.stays {
				if st.group.oid == k.table && len(k.operators) == len(k.exprs) {
					st.keys = append(st.keys, k)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		return each(ctx, d.query, neededQuery, []any{oids}, func(rows pgx.Rows) error {
			var c columnOf
			err := rows.Scan(&c.table, &c.name)
			needed[c] = true
			return err
		})
	})
	return needed, err
}

// rows is a subquery for the keys of a table, beside the rows' addresses.
func (k uniqueKey) rows(from string) string {
	var b strings.Builder
	b.WriteString("(SELECT tableoid AS t, ctid AS c")
	for i, expr := range k.exprs {
		fmt.Fprintf(&b, ", (%s) AS k%d", expr, i)
	}
	b.WriteString(" FROM " + from)
	if k.where != "" {
		b.WriteString(" WHERE " + k.where)
	}
	return b.String() + ")"
}

// giveWay is the DELETE of the rows in loser whose key is that of a row in
// winner.
func (k uniqueKey) giveWay(loser, winner string) string {
	parts := make([]string, len(k.operators))
	for i, op := range k.operators {
		parts[i] = fmt.Sprintf("a.k%d %s b.k%d", i, op, i)
		if k.nulls {
			parts[i] = fmt.Sprintf("(%s OR a.k%d IS NULL AND b.k%d IS NULL)", parts[i], i, i)
		}
	}
	return fmt.Sprintf("DELETE FROM %s WHERE (tableoid, ctid) IN (SELECT a.t, a.c FROM %s AS a JOIN %s AS b ON %s)", loser, k.rows(loser), k.rows(winner), strings.Join(parts, " AND "))
}

// mergeStay reads the rows that stay, lets one side give way on each unique
// key, and adds what is left, in the transaction that holds the journal's line.
func (s *staged) mergeStay(ctx context.Context, conn *pgx.Conn, st *stay) (e entry, gaveWay int64, err error) {
	target := st.group.from()
	create := fmt.Sprintf(`CREATE TEMP TABLE tenantcopy_preserved (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED) ON COMMIT DROP`, st.group.quoted())
	if _, err := conn.Exec(ctx, create); err != nil {
		return e, 0, err
	}
	if err := s.raiseDrawn(ctx, conn, st); err != nil {
		return e, 0, err
	}
	s.rows.old.mu.Lock()
	defer s.rows.old.mu.Unlock()
	if e, err = st.preserve(ctx, s.rows.old.conn, conn); err != nil {
		return e, 0, err
	}
	m := s.merging(conn, st.group)
	for _, k := range st.keys {
		n, gone := int64(0), uint64(0)
		if st.rule.PreferTwin {
			n, gone, err = m.change(ctx, k.giveWay(target, stayTable))
		} else {
			n, err = affected(ctx, conn, k.giveWay(stayTable, target))
		}
		if err != nil {
			return e, 0, err
		}
		gaveWay += n
		e.sum -= gone
	}
	list := joinNames(st.all)
	rows, sum, err := m.change(ctx, fmt.Sprintf(`INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s`, st.group.quoted(), list, list, stayTable))
	e.rows, e.sum = rows, e.sum+sum
	return e, gaveWay, err
}

// stayChunk is the chunk of one group's rows that stay.
func (s *staged) stayChunk(st *stay, after []string) clone.Chunk {
	id := s.Name() + "/" + st.group.name + "/preserved"
	return clone.Chunk{ID: id, Group: "preserved:" + st.group.name, After: after, Copy: func(ctx context.Context, _ *anonymize.Anonymizer) (report.Tally, error) {
		var e entry
		var gaveWay int64
		err := s.inStaged(ctx, func(conn *pgx.Conn) (err error) {
			e, gaveWay, err = s.stayOnce(ctx, conn, st, id)
			rollback(ctx, conn)
			return err
		})
		if err != nil {
			return report.Tally{}, inChunk(s.e.fail(ctx, "preserve rows of "+st.group.name, err), id)
		}
		return s.tallyStay(st, e, gaveWay), nil
	}}
}

// stayOnce is mergeStay, unless an earlier try has committed.
func (s *staged) stayOnce(ctx context.Context, conn *pgx.Conn, st *stay, id string) (e entry, gaveWay int64, err error) {
	e, done, err := beginEntry(ctx, conn, id)
	switch {
	case err != nil:
		return e, 0, err
	case done:
		err = conn.QueryRow(ctx, `SELECT records FROM `+journalTable+` WHERE id = $1`, id+"/gave way").Scan(&gaveWay)
		return e, gaveWay, err
	}
	if e, gaveWay, err = s.mergeStay(ctx, conn, st); err != nil {
		return e, 0, err
	}
	if _, err := conn.Exec(ctx, `INSERT INTO `+journalTable+` (id, records) VALUES ($1, $2)`, id+"/gave way", gaveWay); err != nil {
		return e, 0, err
	}
	return e, gaveWay, commitEntry(ctx, conn, id, e)
}

// tallyStay counts. Rows of the source that gave way were counted as written by
// their parts, and are no longer there.
func (s *staged) tallyStay(st *stay, e entry, gaveWay int64) report.Tally {
	tally := report.Tally{Records: e.rows, Preserved: e.rows, Bytes: e.bytes, Dropped: gaveWay}
	tally.In(st.group.name, e.rows)
	if s.merging(nil, st.group).sum != nil {
		tally.Sum(st.group.name, e.sum)
	}
	text, loser := counted(e.rows)+" of the old twin preserved", "the old twin"
	if st.rule.PreferTwin {
		tally.In(st.group.name, -gaveWay)
		tally.Records -= gaveWay
		loser = "the source"
	}
	if gaveWay > 0 {
		text += fmt.Sprintf("; %s of %s gave way on a unique key", counted(gaveWay), loser)
	}
	s.rows.say(st.group.name, text)
	return tally
}

// stays reports whether rows of the old twin stay in a table.
func (s *staged) stays(t *table) bool { return s.rows.old.of(t.group) != nil }

// stayGroup is the group of a table's parts: rows that stay come after them,
// and what waits for the table's rows waits for both.
func (s *staged) stayGroup(t *table) string {
	if !s.stays(t) {
		return s.rowsGroup(t)
	}
	return "rows of " + s.rowsGroup(t)
}

// stayChunks lists what follows the parts of a table, once all tables of its
// group have been listed: the rows that stay, and chunks that say that the
// tables are complete.
func (s *staged) stayChunks(t *table) []clone.Chunk {
	var own []*table
	for _, other := range s.r.cat.tables {
		if other.group == t.group {
			own = append(own, other)
		}
	}
	if !s.stays(t) || own[len(own)-1] != t {
		return nil
	}
	var after, complete []string
	for _, o := range own {
		after, complete = append(after, s.stayGroup(o)), append(complete, s.rowsGroup(o))
	}
	chunks := []clone.Chunk{s.stayChunk(s.rows.old.of(t.group), after)}
	slices.Sort(complete)
	for _, group := range slices.Compact(complete) {
		chunks = append(chunks, clone.Chunk{ID: s.Name() + "/" + strings.TrimPrefix(group, "table:") + "/complete", Group: group, After: []string{chunks[0].Group},
			Copy: func(context.Context, *anonymize.Anonymizer) (report.Tally, error) { return report.Tally{}, nil }})
	}
	return chunks
}

const groupReferences = "preserved references"

// checkReferences refuses foreign keys that dangle because rows stayed or gave
// way, by name and before the server would.
func (s *staged) checkReferences(ctx context.Context) error {
	var lines []string
	err := s.inStaged(ctx, func(conn *pgx.Conn) error {
		for _, e := range s.rows.edges {
			if !e.valid || s.rows.old.of(e.child.group) == nil && s.rows.old.of(e.parent.group) == nil {
				continue
			}
			whole := make([]string, len(e.operators))
			for i := range whole {
				whole[i] = fmt.Sprintf("c.k%d IS NOT NULL", i)
			}
			var n int64
			sql := "SELECT count(*) FROM " + e.child.rows("TRUE") + " AS c WHERE " + strings.Join(whole, " AND ") + " AND NOT EXISTS (SELECT FROM " + e.parent.rows("TRUE") + " AS p WHERE " + e.match() + ")"
			if err := conn.QueryRow(ctx, sql).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				lines = append(lines, fmt.Sprintf("foreign key %s: %s of %s would refer to rows of %s that are not there", e.name, counted(n), e.child.relation.group(), e.parent.relation.group()))
			}
		}
		return nil
	})
	if err != nil || len(lines) == 0 {
		return err
	}
	slices.Sort(lines)
	return &report.Refusal{Code: report.Incompatible, What: "preserve rows of the old twin", Why: "rows of it and of the source do not fit together", Lines: lines,
		Hint: "preserve fewer rows by a condition, preserve those of the other table too, or correct them in the old twin; it is as it was"}
}
