package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// How many runs read one server at once, over all its tenants: each holds one
// of as many advisory locks as are allowed, in a session of its own, so that
// the place is free again when the run ends, however it ends. Advisory locks
// belong to a database. It is the server's maintenance database, which all
// runs share; where the role may not connect to that, the tenant's own, and
// then only runs on this tenant are counted.

// slotClass is the first half of those locks' numbers.
const slotClass = 0x74636f70 // "tcop"

// takeSlot takes a place, or refuses and names those who have them.
func (r *restraint) takeSlot(ctx context.Context, e *endpoint) error {
	if r.limits.Runs == 0 || r.slot != nil && !r.slot.IsClosed() {
		return nil
	}
	conn, err := e.connect(ctx, e.admin)
	if err != nil {
		switch stateOf(err) {
		case "3D000", "42501", "28000", "28P01", "55000": // not there, or not for us
			conn, err = e.connect(ctx, e.database)
		}
	}
	if err != nil {
		return e.fail(ctx, "connect", err)
	}
	d := door{conn}
	for slot := range r.limits.Runs {
		var got bool
		if got, err = d.trySlot(ctx, slot); err != nil || got {
			break
		}
		if slot == r.limits.Runs-1 {
			err = r.busy(ctx, d, e)
		}
	}
	if err != nil {
		closeConn(ctx, conn)
		return e.fail(ctx, "count the runs", err)
	}
	r.slot = conn
	return nil
}

// busy is the refusal of one run too many.
func (r *restraint) busy(ctx context.Context, d door, e *endpoint) error {
	holders, err := d.slotHolders(ctx)
	if err != nil {
		return err
	}
	return &report.Refusal{Code: report.Locked, What: "read " + e.store, Lines: holders,
		Why:  fmt.Sprintf("%d runs read the server at %s, and limits.postgres.runs allows no more", r.limits.Runs, e.address()),
		Hint: "wait until one of them has ended, then run the same command again"}
}

// trySlot takes an advisory lock if it is free. It writes nothing: such a lock
// is in the server's memory, and lasts no longer than its session.
func (d door) trySlot(ctx context.Context, slot int) (got bool, err error) {
	err = d.row(ctx, `SELECT pg_try_advisory_lock($1::int4, $2::int4)`, []any{int32(slotClass), int32(slot)}, &got)
	return got, err
}

// slotHolders lists the names of the sessions that hold a place.
func (d door) slotHolders(ctx context.Context) (names []string, err error) {
	const sql = `SELECT coalesce(a.application_name, '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.classid::int8 = $1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY l.objid`
	err = each(ctx, d.query, sql, []any{int64(slotClass)}, func(rows pgx.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}
