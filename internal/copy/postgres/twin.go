package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// twinState is what the new twin takes over from the database that it
// replaces. The zero value is a twin that was not there.
type twinState struct {
	there    bool
	owner    string
	limit    int // of connections; -1 for none
	rights   []right
	objects  map[objectID]*owned
	defaults []defaultRights
	settings []setting
}

// defaultRights are what objects that a role makes are born with.
type defaultRights struct {
	role, schema string // schema is quoted; empty for all of them
	class        string
	rights       []right
	birth        []right // the server's own, in place of which they stand; nothing within a schema
}

// setting is one of ALTER DATABASE … SET, or of ALTER ROLE … IN DATABASE.
type setting struct{ role, name, value string }

const databaseQuery = `SELECT pg_get_userbyid(d.datdba), d.datconnlimit,
  (SELECT coalesce(json_agg(json_build_array('', CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable, x.grantee = d.datdba)), '[]')
    FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS x)
FROM pg_database d WHERE d.datname = $1`

const defaultsQuery = `SELECT pg_get_userbyid(a.defaclrole), coalesce(quote_ident(n.nspname), ''), a.defaclobjtype::text,
  (SELECT coalesce(json_agg(json_build_array('', CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable, x.grantee = a.defaclrole)), '[]')
    FROM aclexplode(a.defaclacl) AS x),
  (SELECT coalesce(json_agg(json_build_array('', CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable, x.grantee = a.defaclrole)), '[]')
    FROM aclexplode(CASE WHEN n.oid IS NULL THEN acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END, a.defaclrole) END) AS x)
FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace ORDER BY 1, 2, 3`

const settingsQuery = `SELECT CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, c FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = $1) ORDER BY 1, 2`

// readTwin reads the database that will be replaced, if there is one.
func (s *staged) readTwin(ctx context.Context) (twinState, error) {
	twin := twinState{limit: -1}
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		dbs, err := readDatabases(ctx, conn, s.e)
		if err != nil || dbs.twin == nil {
			return err
		}
		if err := dbs.reopen(ctx, conn, s.e); err != nil {
			return err
		}
		twin.there = true
		var list []byte
		if err := conn.QueryRow(ctx, databaseQuery, s.e.database).Scan(&twin.owner, &twin.limit, &list); err != nil {
			return err
		}
		if twin.rights, err = decodeRights(list); err != nil {
			return err
		}
		twin.settings, err = readSettings(ctx, conn.Query, s.e.database)
		return err
	})
	if err != nil || !twin.there {
		return twin, err
	}
	return twin, s.e.in(ctx, s.e.database, func(conn *pgx.Conn) error {
		objects, err := readOwned(ctx, conn.Query)
		if err != nil {
			return err
		}
		twin.objects = byID(objects)
		twin.defaults, err = readDefaults(ctx, conn.Query)
		return err
	})
}

// readSettings lists what is set for a database of the server.
func readSettings(ctx context.Context, query queryFunc, database string) (out []setting, err error) {
	err = each(ctx, query, settingsQuery, []any{database}, func(rows pgx.Rows) error {
		var s setting
		var both string
		if err := rows.Scan(&s.role, &both); err != nil {
			return err
		}
		s.name, s.value, _ = strings.Cut(both, "=")
		out = append(out, s)
		return nil
	})
	return out, err
}

// readDefaults lists the default rights of a database.
func readDefaults(ctx context.Context, query queryFunc) (out []defaultRights, err error) {
	err = each(ctx, query, defaultsQuery, nil, func(rows pgx.Rows) error {
		var d defaultRights
		var list, birth []byte
		err := rows.Scan(&d.role, &d.schema, &d.class, &list, &birth)
		if err != nil {
			return err
		}
		if d.class == "S" {
			d.class = "s"
		}
		if d.rights, err = decodeRights(list); err != nil {
			return err
		}
		d.birth, err = decodeRights(birth)
		out = append(out, d)
		return err
	})
	return out, err
}
