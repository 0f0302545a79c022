package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// A materialised view that reads a foreign table cannot be filled in a twin, where
// foreign servers lead nowhere. It is left without data, as are those that read
// a view without data, and the report says so.

// unfillableQuery lists the materialised views that have data at the source and
// read, over any number of views and tables above tables, a foreign table or a
// materialised view without data.
const unfillableQuery = `SELECT c.oid FROM pg_class c WHERE c.relkind = 'm' AND c.relispopulated AND c.oid IN (WITH RECURSIVE up AS (
SELECT inhrelid AS other, inhparent AS above FROM pg_inherits
UNION ALL SELECT d.refobjid, r.ev_class FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class),
lost AS (SELECT oid FROM pg_class WHERE relkind = 'f' OR relkind = 'm' AND NOT relispopulated UNION SELECT up.above FROM lost JOIN up ON up.other = lost.oid)
SELECT oid FROM lost) ORDER BY 1`

// readUnfillable takes the data from those that could not be filled.
func (s *staged) readUnfillable(ctx context.Context, d door, g *endgame) error {
	return each(ctx, d.query, unfillableQuery, nil, func(rows pgx.Rows) error {
		var oid uint32
		if err := rows.Scan(&oid); err != nil {
			return err
		}
		if h := g.homes[oid]; h != nil {
			h.populated = false
			s.learned.add("materialised view " + h.relation.group() + " is left without data: it reads a foreign table, or one that is without data")
		}
		return nil
	})
}

// fill fills a materialised view. Functions that it calls may ask other servers,
// which the catalogue does not say: a twin that cannot reach one is no mistake
// of the copy's.
func (s *staged) fill(ctx context.Context, conn *pgx.Conn, h *home) error {
	if err := simple(ctx, conn, `SAVEPOINT fill`); err != nil {
		return err
	}
	err := simple(ctx, conn, `REFRESH MATERIALIZED VIEW `+h.quoted())
	if !abroad(stateOf(err)) || conn.IsClosed() {
		return err
	}
	if err := simple(ctx, conn, `ROLLBACK TO SAVEPOINT fill`); err != nil {
		return err
	}
	s.learned.add("materialised view " + h.relation.group() + " is left without data: what it reads is reached over the network, and not from here")
	return nil
}

// abroad reports what a server says when another one is not reached, which it
// has no credentials for.
func abroad(state string) bool {
	switch state {
	case "08001", "08003", "08006", "HV00N", "2F003", "55000": // 55000: it reads one that was left so
		return true
	}
	return false
}
