package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// While rows of the old twin are merged with the source's, what comes and what
// goes is shown to the table's sum, so that the proof can hold all kept values
// of the merged table against it.

// merging changes the table of a group that has rows which stay.
type merging struct {
	conn    *pgx.Conn
	glances []glance  // at what is summed
	sum     *checksum // nil where nothing is
}

// merging begins to follow the changes of a group's table.
func (s *staged) merging(conn *pgx.Conn, g *group) *merging {
	m := &merging{conn: conn}
	for _, t := range s.r.cat.tables {
		if t.group == g && m.sum == nil {
			sc := scan{counted: true, table: t, types: s.r.cat.types, load: s.tables[t.oid]}
			m.glances, m.sum = sc.glances(false)
		}
	}
	return m
}

// change runs an INSERT or DELETE of the table and returns how many rows it was
// of, and their sum.
func (m *merging) change(ctx context.Context, sql string) (rows int64, sum uint64, err error) {
	if m.sum == nil || len(m.glances) == 0 {
		done, err := m.conn.Exec(ctx, sql)
		return done.RowsAffected(), 0, err
	}
	selects := make([]string, len(m.glances))
	for i, l := range m.glances {
		selects[i] = l.sql
	}
	eye := &eye{glances: slices.Clone(m.glances), sum: m.sum}
	_, err = m.conn.PgConn().CopyTo(ctx, eye, `COPY (`+sql+` RETURNING `+strings.Join(selects, ", ")+`) TO STDOUT (FORMAT binary)`)
	if err == nil && !eye.ended {
		err = errMalformed
	}
	return eye.rows, eye.total, err
}

// raiseDrawn lets the sequences of columns that the twin lacks begin beyond the
// source's numbers: rows that stay draw theirs from them.
func (s *staged) raiseDrawn(ctx context.Context, conn *pgx.Conn, st *stay) error {
	for _, c := range st.group.columns {
		if base, _, _ := s.r.cat.types.base(c.typ, c.mod); slices.Contains(st.columns, ident(c.name)) || base != oidInt2 && base != oidInt4 && base != oidInt8 {
			continue
		}
		sql := fmt.Sprintf(`SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS s, (SELECT max(%s)::int8 FROM %s) AS m) AS t WHERE s IS NOT NULL AND m > 0`,
			literal(st.group.quoted()), literal(c.name), ident(c.name), st.group.from())
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// affected runs a statement and returns how many rows it was of.
func affected(ctx context.Context, conn *pgx.Conn, sql string) (int64, error) {
	done, err := conn.Exec(ctx, sql)
	return done.RowsAffected(), err
}
