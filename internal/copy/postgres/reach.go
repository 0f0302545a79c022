package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// rightsQuery asks what it takes to make a database and to rename the twin.
const rightsQuery = `SELECT r.rolsuper OR r.rolcreatedb, coalesce(r.rolsuper OR pg_has_role(d.datdba, 'MEMBER'), true), coalesce(pg_get_userbyid(d.datdba), ''), r.rolname
FROM pg_roles r LEFT JOIN pg_database d ON d.datname = $1 WHERE r.rolname = current_user`

// checkRights refuses a role that could not make the staged database live: it
// creates databases and is a member of the twin's owner. Nothing is ever done
// in place instead. The hint is what an administrator has to say.
func checkRights(ctx context.Context, conn *pgx.Conn, e *endpoint) error {
	var creates, owns bool
	var owner, me string
	if err := conn.QueryRow(ctx, rightsQuery, e.database).Scan(&creates, &owns, &owner, &me); err != nil {
		return err
	}
	var why, say []string
	if !creates {
		why, say = append(why, "may not create databases"), append(say, "ALTER ROLE "+ident(me)+" CREATEDB")
	}
	if !owns {
		why, say = append(why, "is no member of "+owner+", who owns the twin"), append(say, "GRANT "+ident(owner)+" TO "+ident(me))
	}
	if len(why) == 0 {
		return nil
	}
	return &report.Error{Code: report.Denied, Store: e.store, Side: report.Destination, Op: "check the rights at " + e.address(),
		Err: &cause{text: "role " + me + " " + strings.Join(why, ", and "), state: "42501"}, Hint: "nothing was written; have an administrator say: " + strings.Join(say, "; ")}
}

// reachQuery tells databases apart, whatever they are called.
const reachQuery = `SELECT oid, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = `

// reaches proves that who connects to the twin's address now comes to the new
// database: a pooler may keep to the old one, or lead elsewhere. admin is a
// session of the maintenance database.
func reaches(ctx context.Context, admin *pgx.Conn, e *endpoint, run string) error {
	var live, reached uint32
	var text string
	if err := admin.QueryRow(ctx, reachQuery+`$1`, e.database).Scan(&live, &text); err != nil {
		return err
	}
	err := e.in(ctx, e.database, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, reachQuery+`current_database()`).Scan(&reached, &text)
	})
	if err == nil && live == reached && heldCopy(text) == run {
		return nil
	}
	if err != nil && stateOf(err) != "3D000" {
		return err
	}
	return &report.Error{Code: report.Failed, Store: e.store, Side: report.Destination, Op: "look at the new twin through " + e.address(),
		Err:  &cause{text: "the address does not lead to the database that is live now"},
		Hint: "a pooler still serves the old one: have it reconnect or reload, then run the same command again, which finishes the switch"}
}
