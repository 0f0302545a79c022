package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Twins reads the markers of twins that are on one server, as one role, in one
// session: a list of two hundred tenants must not cost the server as many
// logins. The sightings are in the order of sites. It proves nothing about the
// server, as Site does.
func Twins(ctx context.Context, sites []guard.SiteAddress) ([]guard.Sighting, error) {
	if len(sites) == 0 {
		return nil, nil
	}
	out := make([]guard.Sighting, len(sites))
	endpoints := make([]*endpoint, len(sites))
	var names []string
	var first *endpoint
	for i, s := range sites {
		e, err := parseTwin(s.Store, s.Session)
		if err != nil {
			out[i].Err = err
			continue
		}
		if first == nil {
			first = e
		}
		endpoints[i] = e
		names = append(names, e.database, e.next())
	}
	if first == nil {
		return out, nil
	}
	conn, err := first.connect(ctx, first.admin)
	if err != nil {
		return nil, first.fail(ctx, "connect to database "+first.admin, err)
	}
	defer closeConn(context.WithoutCancel(ctx), conn)
	comments, err := databaseComments(ctx, conn, names)
	if err != nil {
		return nil, first.fail(ctx, "read the markers", err)
	}
	held, err := heldLocks(ctx, conn)
	if err != nil {
		return nil, first.fail(ctx, "look at the locks", err)
	}
	for i, e := range endpoints {
		if e != nil {
			out[i] = e.sighting(comments)
			out[i].Held = out[i].Marker != nil && out[i].Marker.State != guard.Complete && held[lockKey(sites[i].Twin)]
		}
	}
	return out, nil
}

// heldLocks returns the numbers of the locks that sessions in the maintenance
// database hold.
func heldLocks(ctx context.Context, conn *pgx.Conn) (map[int64]bool, error) {
	held := make(map[int64]bool)
	const sql = `SELECT classid::int8 << 32 | objid::int8 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	err := each(ctx, conn.Query, sql, nil, func(rows pgx.Rows) error {
		var key int64
		err := rows.Scan(&key)
		held[key] = true
		return err
	})
	return held, err
}

// databaseComments returns what is said of the databases that are there.
func databaseComments(ctx context.Context, conn *pgx.Conn, names []string) (map[string]string, error) {
	comments := make(map[string]string)
	err := each(ctx, conn.Query, databasesQuery, []any{names}, func(rows pgx.Rows) error {
		var name, comment string
		var open bool
		err := rows.Scan(&name, &open, &comment)
		comments[name] = comment
		return err
	})
	return comments, err
}

// sighting is what the comments say of one twin.
func (e *endpoint) sighting(comments map[string]string) guard.Sighting {
	var dbs databases
	for _, at := range []struct {
		name string
		db   **database
	}{{e.database, &dbs.twin}, {e.next(), &dbs.next}} {
		text, there := comments[at.name]
		if !there {
			continue
		}
		marker, err := guard.DecodeMarker(text)
		switch {
		case err == nil:
			*at.db = &database{name: at.name, marker: &marker}
		case err != guard.ErrForeign:
			return guard.Sighting{Err: &report.Error{Code: report.Incompatible, Store: e.store, Side: e.side, Op: "read the marker of " + at.name, Err: &cause{text: err.Error()}}}
		}
	}
	return guard.Sighting{Marker: dbs.marker()}
}
