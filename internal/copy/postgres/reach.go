package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// rightsQuery asks what it takes to make a database, to look into the twin and
// the template, and to rename the twin.
const rightsQuery = `SELECT r.rolsuper OR r.rolcreatedb, coalesce(r.rolsuper OR pg_has_role(d.datdba, 'MEMBER'), true), coalesce(pg_get_userbyid(d.datdba), ''), r.rolname,
  coalesce(has_database_privilege(d.oid, 'CONNECT'), true), coalesce(t.datistemplate OR pg_has_role(t.datdba, 'USAGE'), true), coalesce(has_database_privilege(t.oid, 'CONNECT'), true)
FROM pg_roles r LEFT JOIN pg_database d ON d.datname = $1 LEFT JOIN pg_database t ON t.datname = $2 WHERE r.rolname = current_user`

// missingRights lists, as statements for an administrator, what a role lacks that
// is to make the staged database and to make it live: it creates databases, is a
// member of the twin's owner, and looks into the twin and the template. Nothing
// is ever done in place instead.
func missingRights(ctx context.Context, conn *pgx.Conn, e *endpoint) (say []string, err error) {
	var creates, owns, enters, copies, looks bool
	var owner, me string
	if err := conn.QueryRow(ctx, rightsQuery, e.database, e.template).Scan(&creates, &owns, &owner, &me, &enters, &copies, &looks); err != nil {
		return nil, err
	}
	if !creates {
		say = append(say, "ALTER ROLE "+ident(me)+" CREATEDB;")
	}
	if !owns {
		say = append(say, "GRANT "+ident(owner)+" TO "+ident(me)+";"+ownsTwin)
	}
	if !enters {
		say = append(say, "GRANT CONNECT ON DATABASE "+ident(e.database)+" TO "+ident(me)+";")
	}
	if e.template == serverTemplate {
		return say, nil
	}
	if !copies {
		say = append(say, "ALTER DATABASE "+ident(e.template)+" IS_TEMPLATE true;")
	}
	if !looks {
		say = append(say, "GRANT CONNECT ON DATABASE "+ident(e.template)+" TO "+ident(me)+";")
	}
	return say, nil
}

// ownsTwin says why a membership is asked for.
const ownsTwin = "  -- who owns the twin"

// denied refuses a role that lacks rights, with the statements that give them.
func (e *endpoint) denied(say []string) error {
	if len(say) == 0 {
		return nil
	}
	return &report.Refusal{Code: report.Denied, What: e.store + " destination: copy to " + e.address(), Why: "role " + e.config.User + " lacks rights that a copy needs", Lines: say,
		Hint: "nothing was written; have an administrator say these there, then run the same command again (docs/grants.md)"}
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
