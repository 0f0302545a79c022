package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// databases is what stands under the twin's three names.
type databases struct {
	twin, next, old *database // nil where there is none
}

// database is one of them.
type database struct {
	name    string
	open    bool // accepts connections
	comment string
	marker  *guard.Marker // nil when its comment is none of ours
	holds   string        // the run whose complete copy it holds; empty before Seal
}

const databasesQuery = `SELECT datname, datallowconn, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = ANY ($1::text[])`

// readDatabases looks at the twin's three names from the maintenance database.
func readDatabases(ctx context.Context, conn *pgx.Conn, e *endpoint) (databases, error) {
	var dbs databases
	err := each(ctx, conn.Query, databasesQuery, []any{[]string{e.database, e.next(), e.old()}}, func(rows pgx.Rows) error {
		var db database
		if err := rows.Scan(&db.name, &db.open, &db.comment); err != nil {
			return err
		}
		marker, err := guard.DecodeMarker(db.comment)
		switch {
		case err == nil:
			db.marker, db.holds = &marker, heldCopy(db.comment)
		case err != guard.ErrForeign: // ours, and newer: its words are fixed
			return &report.Error{Code: report.Incompatible, Store: e.store, Side: e.side, Op: "read the marker of " + db.name, Err: &cause{text: err.Error()},
				Hint: "use the newer tenantcopy on this twin"}
		}
		switch db.name {
		case e.database:
			dbs.twin = &db
		case e.next():
			dbs.next = &db
		case e.old():
			dbs.old = &db
		}
		return nil
	})
	return dbs, err
}

// reopen lets connections to the twin in again, if a switch was stopped before
// its renames.
func (dbs databases) reopen(ctx context.Context, conn *pgx.Conn, e *endpoint) error {
	if dbs.twin == nil || dbs.twin.open {
		return nil
	}
	return allow(ctx, conn, e.database, true)
}

// allow opens a database to connections, or shuts it.
func allow(ctx context.Context, conn *pgx.Conn, name string, open bool) error {
	value := "false"
	if open {
		value = "true"
	}
	_, err := conn.Exec(ctx, `ALTER DATABASE `+ident(name)+` ALLOW_CONNECTIONS `+value)
	return err
}

// dropDatabase removes a database and ends its sessions; it is not an error
// if there is none. A session that our role may not end is waited for: among
// them are the workers of autovacuum, which a plain DROP ends and a forced one
// takes for a stranger's.
func dropDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	_, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+ident(name)+` WITH (FORCE)`)
	if stateOf(err) != "42501" {
		return err
	}
	if _, err := conn.Exec(ctx, endSessions, []string{name}); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `DROP DATABASE IF EXISTS `+ident(name))
	return err
}

// comment writes the marker, and beside it which run's complete copy the
// database holds: the twin and the staged database carry the same marker, and
// this tells them apart, before and after the renames.
func comment(ctx context.Context, conn *pgx.Conn, name string, m guard.Marker, holds string) error {
	text := m.Encode()
	if holds != "" {
		run, err := json.Marshal(holds)
		if err != nil {
			return err
		}
		text = `{"` + holdsKey + `":` + string(run) + `,` + strings.TrimPrefix(text, "{")
	}
	_, err := conn.Exec(ctx, `COMMENT ON DATABASE `+ident(name)+` IS `+literal(text))
	return err
}

const holdsKey = "holds_copy_of_run"

// heldCopy reads what comment wrote beside the marker.
func heldCopy(text string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(text), &fields) != nil {
		return ""
	}
	run, _ := fields[holdsKey].(string)
	return run
}
