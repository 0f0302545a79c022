package postgres

import (
	"context"
	"maps"
	"slices"
	"strings"

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
	if e.template != serverTemplate && !copies {
		say = append(say, "ALTER DATABASE "+ident(e.template)+" IS_TEMPLATE true;")
	}
	if e.template != serverTemplate && !looks {
		say = append(say, "GRANT CONNECT ON DATABASE "+ident(e.template)+" TO "+ident(me)+";")
	}
	if len(say) == 0 {
		return nil, nil
	}
	more, err := e.furtherRights(ctx, conn, me)
	return append(say, more...), err
}

// ownersOutside lists, without looking into the twin, the roles that own
// something in it and that we cannot act as; superusers own what belongs to the
// server. MEMBER became two rights in version 16.
const ownersOutside = `SELECT DISTINCT r.rolname, current_setting('server_version_num')::int FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o' AND NOT r.rolsuper
AND NOT (pg_has_role(r.oid, 'USAGE') AND pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)) ORDER BY 1`

// furtherRights lists what would be found missing as soon as a role had what it
// lacks: whoever gives it that gives it all.
func (e *endpoint) furtherRights(ctx context.Context, conn *pgx.Conn, me string) (say []string, err error) {
	err = each(ctx, conn.Query, ownersOutside, []any{e.database}, func(rows pgx.Rows) error {
		var role string
		var number int
		err := rows.Scan(&role, &number)
		say = append(say, membership(role, me, number))
		return err
	})
	if err != nil {
		return nil, err
	}
	const absent = `SELECT w FROM unnest($1::text[]) AS w WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = w) ORDER BY 1`
	err = each(ctx, conn.Query, absent, []any{slices.Sorted(maps.Values(e.roles))}, func(rows pgx.Rows) error {
		var role string
		err := rows.Scan(&role)
		say = append(say, createRole(role))
		return err
	})
	return slices.Compact(say), err
}

// membership is the statement that lets a role act as an owner.
func membership(owner, me string, number int) string {
	with := ""
	if number >= setRoleVersion {
		with = " WITH INHERIT TRUE, SET TRUE"
	}
	return "GRANT " + ident(owner) + " TO " + ident(me) + with + ";" + ownsSome
}

// createRole is the statement for a role that the configuration names.
func createRole(name string) string {
	return "CREATE ROLE " + ident(name) + ";  -- or correct roles: in tenantcopy.yaml"
}

// Why a membership is asked for.
const (
	ownsTwin = "  -- who owns the twin"
	ownsSome = "  -- who owns something in the twin"
)

// denied refuses a role that lacks rights, or that others are not there, with the
// statements that mend it.
func (e *endpoint) denied(say []string) error {
	if len(say) == 0 {
		return nil
	}
	code := report.Denied
	if slices.ContainsFunc(say, func(line string) bool { return strings.HasPrefix(line, "CREATE ROLE ") }) {
		code = report.Incompatible
	}
	return &report.Refusal{Code: code, What: e.store + " destination: copy to " + e.address(), Why: "role " + e.config.User + " lacks rights that a copy needs", Lines: say,
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
