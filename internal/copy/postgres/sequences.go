package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// setSequences reads the source's sequences as they are now, after the data:
// they are not bound to the snapshot, and a value given out since must not be
// given out twice. A sequence that belongs to a column is raised to the
// column's largest value, in case a rule has made larger ones.
func (s *staged) setSequences(ctx context.Context) error {
	const batch = 200
	for left := s.r.cat.sequences; len(left) > 0; {
		n := min(batch, len(left))
		values, err := s.readSequences(ctx, left[:n])
		if err != nil {
			return s.r.e.fail(ctx, "read the sequences", s.r.sequencesGone(ctx, left[:n], err))
		}
		err = s.inStaged(ctx, func(conn *pgx.Conn) error {
			for _, v := range values {
				if _, err := conn.Exec(ctx, `SELECT setval($1::text::regclass, $2, $3)`, v.name, v.last, v.called); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		left = left[n:]
	}
	return s.raiseSequences(ctx)
}

// sequenceValue is the state of one sequence.
type sequenceValue struct {
	name   string // quoted
	last   int64
	called bool
}

func (s *staged) readSequences(ctx context.Context, sequences []relation) ([]sequenceValue, error) {
	var b strings.Builder
	for i, seq := range sequences {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, `SELECT %s, last_value, is_called FROM %s`, literal(seq.quoted()), seq.quoted())
	}
	var out []sequenceValue
	conn, err := s.r.sessions.get(ctx)
	if err != nil {
		return nil, err
	}
	defer s.r.sessions.put(ctx, conn)
	err = each(ctx, door{conn}.query, b.String(), nil, func(rows pgx.Rows) error {
		var v sequenceValue
		if err := rows.Scan(&v.name, &v.last, &v.called); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// sequencesGone names, in an error that says that something is not there, the
// sequences that were dropped, renamed or replaced after the snapshot.
func (r *reader) sequencesGone(ctx context.Context, sequences []relation, err error) error {
	if !goneState(stateOf(err)) {
		return err
	}
	conn, failed := r.sessions.get(ctx)
	if failed != nil {
		return failed
	}
	defer r.sessions.put(ctx, conn)
	for _, seq := range sequences {
		const sql = `SELECT NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass($1) AND relkind = 'S')`
		var gone bool
		if failed := (door{conn}).row(ctx, sql, []any{seq.quoted()}, &gone); failed != nil {
			return failed
		}
		if gone {
			return r.changedSince("sequence "+seq.group(), err)
		}
	}
	return r.changedSince("a sequence", err)
}

const ownedQuery = `SELECT q.seqrelid::regclass::text, t.oid::regclass::text, a.attname, q.seqmax FROM pg_sequence q
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = q.seqrelid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE q.seqincrement > 0 AND a.atttypid IN (20, 21, 23) AND t.relkind IN ('r', 'p')`

// raiseSequences works in the staged database alone.
func (s *staged) raiseSequences(ctx context.Context) error {
	return s.execEach(ctx, ownedQuery, func(rows pgx.Rows) ([]string, error) {
		var seq, table, column string
		var most int64
		err := rows.Scan(&seq, &table, &column, &most)
		return []string{fmt.Sprintf(`SELECT setval(%s::regclass, least(m, %d)) FROM (SELECT max(%s) AS m FROM %s) AS t, %s AS s WHERE m > s.last_value`,
			literal(seq), most, ident(column), table, seq)}, err
	})
}
