package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// template is the database that a twin is made from. With one of the user's,
// extensions that only a superuser may install are there already.
type template struct {
	name       string
	extensions map[string]string // installed: name → version
	schemas    []string
	locale     locale
	closed     []string     // wrappers of foreign data that our role may not use
	privileged []string     // what only a superuser makes, by kind and name
	there      []privileged // of the source's, what the template has
}

// server reports whether it is the server's own empty one, which fits every
// encoding and collation.
func (t template) server() bool { return t.name == serverTemplate }

// serverTemplate is its name.
const serverTemplate = "template0"

// extension is one that the source has.
type extension struct{ name, version string }

const extensionsQuery = `SELECT extname, extversion FROM pg_extension ORDER BY 1`

func readExtensions(ctx context.Context, query queryFunc) (out []extension, err error) {
	err = each(ctx, query, extensionsQuery, nil, func(rows pgx.Rows) error {
		var e extension
		err := rows.Scan(&e.name, &e.version)
		out = append(out, e)
		return err
	})
	return out, err
}

// readTemplate looks into the template, and refuses one that cannot be used.
func (s *staged) readTemplate(ctx context.Context, admin *pgx.Conn) (template, error) {
	t := template{name: s.e.template, extensions: map[string]string{"plpgsql": ""}, schemas: []string{"public"}}
	if t.server() {
		return t, nil
	}
	wrong := func(why, hint string) error {
		return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "check template " + t.name, Err: &cause{text: why}, Hint: hint}
	}
	var may, open bool
	err := admin.QueryRow(ctx, `SELECT datistemplate OR pg_has_role(datdba, 'USAGE'), datallowconn FROM pg_database WHERE datname = $1`, t.name).Scan(&may, &open)
	switch {
	case noRows(err):
		return t, wrong("there is no such database at "+s.e.address(), "create it as docs/grants.md shows, or correct template: in tenantcopy.yaml")
	case err != nil:
		return t, err
	case !may:
		return t, &report.Error{Code: report.Denied, Store: s.e.store, Side: report.Destination, Op: "check template " + t.name, Err: &cause{text: "role " + s.e.config.User + " may not copy it"},
			Hint: "ALTER DATABASE " + ident(t.name) + " IS_TEMPLATE true"}
	case !open:
		return t, wrong("it accepts no connections, so what it holds cannot be checked", "ALTER DATABASE "+ident(t.name)+" ALLOW_CONNECTIONS true")
	}
	empty := false
	err = s.e.in(ctx, t.name, func(conn *pgx.Conn) error {
		list, err := readExtensions(ctx, conn.Query)
		if err != nil {
			return err
		}
		for _, e := range list {
			t.extensions[e.name] = e.version
		}
		if err := conn.QueryRow(ctx, `SELECT array_agg(nspname::text) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'`).Scan(&t.schemas); err != nil {
			return err
		}
		if err := conn.QueryRow(ctx, `SELECT coalesce(array_agg(fdwname::text), '{}') FROM pg_foreign_data_wrapper WHERE NOT has_foreign_data_wrapper_privilege(oid, 'USAGE')`).Scan(&t.closed); err != nil {
			return err
		}
		made, err := readPrivileged(ctx, conn.Query, s.version)
		if err != nil {
			return err
		}
		for _, p := range made {
			t.privileged = append(t.privileged, p.name)
		}
		if t.locale, err = readLocale(ctx, conn.Query); err != nil {
			return err
		}
		empty, err = withoutTables(ctx, conn)
		return err
	})
	if err == nil && !empty {
		return t, wrong("it holds tables, which every twin would have", "leave nothing in it but extensions and their schemas")
	}
	return t, err
}

const availableQuery = `SELECT w.name, a.name IS NOT NULL, coalesce(a.default_version, ''),
  coalesce(NOT v.superuser OR v.trusted, false) OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = ANY ($2::text[]) AND pg_has_role(r.oid, 'MEMBER')),
  coalesce((SELECT s FROM unnest($3::text[]) AS s WHERE coalesce(current_setting(s, true), '') NOT IN ('', '*')
    AND lower(w.name) NOT IN (SELECT trim(lower(l)) FROM unnest(string_to_array(current_setting(s, true), ',')) AS l) LIMIT 1), '')
FROM unnest($1::text[]) AS w (name) LEFT JOIN pg_available_extensions a ON a.name = w.name
LEFT JOIN pg_available_extension_versions v ON v.name = a.name AND v.version = a.default_version ORDER BY 1`

// providerAdmins may install what their provider allows, though they are no
// superusers.
func providerAdmins() []string {
	return []string{"azure_pg_admin", "rds_superuser", "cloudsqlsuperuser"}
}

// allowLists are the settings by which providers say what they let be installed.
func allowLists() []string { return []string{"azure.extensions", "rds.allowed_extensions"} }

// checkExtensions names, all at once, the extensions that the twin cannot get.
// Other versions than the source's are reported.
func (s *staged) checkExtensions(ctx context.Context, conn *pgx.Conn, wanted []extension) error {
	var names []string
	version := make(map[string]string)
	for _, e := range wanted {
		version[e.name] = e.version
		if _, there := s.template.extensions[e.name]; !there && !slices.Contains(lonely(), e.name) {
			names = append(names, e.name)
		} else if !there {
			s.learned.add("extension " + e.name + " is not carried: its jobs would run in the twin; a template may have it")
		} else if has := s.template.extensions[e.name]; has != "" && has != e.version {
			s.learned.add(fmt.Sprintf("extension %s has version %s at the source and %s in the template", e.name, e.version, has))
		}
	}
	var absent, closed []string
	err := each(ctx, conn.Query, availableQuery, []any{names, providerAdmins(), allowLists()}, func(rows pgx.Rows) error {
		var name, offered, unlisted string
		var there, may bool
		if err := rows.Scan(&name, &there, &offered, &may, &unlisted); err != nil {
			return err
		}
		switch {
		case !there:
			absent = append(absent, name)
		case unlisted != "":
			absent = append(absent, name+" (not in "+unlisted+")")
		case !may:
			closed = append(closed, name)
		case offered != version[name]:
			s.learned.add(fmt.Sprintf("extension %s has version %s at the source and %s in the twin", name, version[name], offered))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var why, hint []string
	if len(absent) > 0 {
		why = append(why, "not available at "+s.e.address()+": "+strings.Join(absent, ", "))
		hint = append(hint, "install them on that server")
	}
	if len(closed) > 0 {
		why = append(why, "only a superuser installs: "+strings.Join(closed, ", "))
		hint = append(hint, "let one install them into a database and name it as template: in tenantcopy.yaml (docs/grants.md)")
	}
	if len(why) > 0 {
		return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "check extensions", Err: &cause{text: strings.Join(why, "; ")}, Hint: strings.Join(hint, "; ")}
	}
	return nil
}

// lonely are extensions that live in one database of a server; a twin has
// them only from its template. Their jobs would run in the twin.
func lonely() []string { return []string{"pg_cron"} }

// already lists the entries of the archive that the template has, or that no
// twin gets, by how their lines begin: with the numbers of the object or, after
// those, with its kind and name.
func (s *staged) already() []string {
	var out []string
	for _, p := range s.template.there {
		out = append(out, p.entries()...)
	}
	for _, name := range lonely() {
		out = append(out, "EXTENSION - "+name)
	}
	for name := range s.template.extensions {
		out = append(out, "EXTENSION - "+name)
	}
	for _, name := range s.template.schemas {
		out = append(out, "SCHEMA - "+name)
	}
	return out
}
