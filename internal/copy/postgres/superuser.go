package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Objects outside extensions that only a superuser makes are found before
// anything is written, since the server would refuse them one by one in the
// middle of the schema. A template may have them; then they are not made again.
// Event triggers are not among them: a twin does without, see eventtriggers.go.

// privileged is one of them.
type privileged struct {
	class, oid uint32 // at the source
	name       string // kind and name, as both sides print it
	why        string // may be empty
	setting    string // that a function sets, or a role of the server's: whether we may have it the destination knows
	shell      string // schema and name of a type, as an archive's list has them
}

// String names it for people.
func (p privileged) String() string {
	if p.why == "" {
		return p.name
	}
	return p.name + ": " + p.why
}

// entries are how its lines in the list of an archive begin. A type's first one
// has no number.
func (p privileged) entries() []string {
	out := []string{fmt.Sprintf("%d %d", p.class, p.oid)}
	if p.shell != "" {
		out = append(out, "SHELL TYPE "+p.shell)
	}
	return out
}

const privilegedQuery = `SELECT o.class::oid, o.oid, i.type || ' ' || i.identity, o.why, o.setting, coalesce((SELECT n.nspname || ' ' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE o.class = 'pg_type'::regclass AND t.oid = o.oid), '') FROM (
SELECT 'pg_proc'::regclass AS class, p.oid, 'language ' || l.lanname AS why, '' AS setting FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  WHERE NOT l.lanpltrusted AND p.prokind <> 'a' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i') -- a range's constructors
UNION ALL SELECT 'pg_proc'::regclass, oid, 'LEAKPROOF', '' FROM pg_proc WHERE proleakproof
UNION ALL SELECT 'pg_proc'::regclass, oid, 'SUPPORT', '' FROM pg_proc WHERE prosupport <> 0
UNION ALL SELECT 'pg_proc'::regclass, oid, 'SET ' || split_part(c, '=', 1), split_part(c, '=', 1) FROM pg_proc CROSS JOIN LATERAL unnest(proconfig) AS c
UNION ALL SELECT 'pg_proc'::regclass, aggfnoid, 'state of type internal', '' FROM pg_aggregate WHERE 'internal'::regtype IN (aggtranstype, aggmtranstype)
UNION ALL SELECT 'pg_language'::regclass, oid, '', '' FROM pg_language
UNION ALL SELECT 'pg_type'::regclass, oid, 'a base type', '' FROM pg_type t WHERE typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
UNION ALL SELECT 'pg_cast'::regclass, oid, 'WITHOUT FUNCTION', '' FROM pg_cast WHERE castmethod = 'b'
UNION ALL SELECT 'pg_cast'::regclass, oid, 'neither type is the application''s', '' FROM pg_cast c WHERE castmethod <> 'b'
  AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (castsource, casttarget) AND t.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))
UNION ALL SELECT 'pg_opclass'::regclass, oid, '', '' FROM pg_opclass
UNION ALL SELECT 'pg_opfamily'::regclass, oid, '', '' FROM pg_opfamily
UNION ALL SELECT 'pg_am'::regclass, oid, '', '' FROM pg_am
UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, '', '' FROM pg_foreign_data_wrapper
UNION ALL SELECT 'pg_ts_template'::regclass, oid, '', '' FROM pg_ts_template
UNION ALL SELECT 'pg_ts_parser'::regclass, oid, '', '' FROM pg_ts_parser
UNION ALL SELECT 'pg_class'::regclass, f.ftrelid, 'a ' || split_part(o, '=', 1) || ' of the server''s machine, which takes GRANT ' || CASE WHEN o LIKE 'program=%%' THEN 'pg_execute_server_program' ELSE 'pg_read_server_files' END,
  CASE WHEN o LIKE 'program=%%' THEN 'pg_execute_server_program' ELSE 'pg_read_server_files' END
  FROM pg_foreign_table f CROSS JOIN LATERAL unnest(f.ftoptions) AS o JOIN pg_foreign_server s ON s.oid = f.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE w.fdwname = 'file_fdw' AND o ~ '^(filename|program)='
UNION ALL SELECT 'pg_publication'::regclass, oid, 'FOR ALL TABLES', '' FROM pg_publication WHERE puballtables
%s) AS o CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS i
WHERE o.oid >= 16384 AND i.identity IS NOT NULL AND coalesce(i.schema, '') NOT IN ('pg_catalog', 'information_schema', '` + ours + `')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e') ORDER BY 3, 4`

// publishedSchemas lists the publications of whole schemas, which PostgreSQL 15
// brought.
const publishedSchemas = `UNION ALL SELECT DISTINCT 'pg_publication'::regclass, pnpubid, 'FOR TABLES IN SCHEMA', '' FROM pg_publication_namespace`

// readPrivileged lists them in a database of a server of the version.
func readPrivileged(ctx context.Context, query queryFunc, version int) (out []privileged, err error) {
	more := ""
	if version >= filtersVersion {
		more = publishedSchemas
	}
	err = each(ctx, query, fmt.Sprintf(privilegedQuery, more), nil, func(rows pgx.Rows) error {
		var p privileged
		err := rows.Scan(&p.class, &p.oid, &p.name, &p.why, &p.setting, &p.shell)
		out = append(out, p)
		return err
	})
	return out, err
}

// reservedQuery lists, of some settings, those that our role may not set, and of
// some roles those that it is no member of.
const reservedQuery = `SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1::text[]) AND rolname LIKE 'pg\_%' AND NOT pg_has_role(oid, 'USAGE')
UNION ALL SELECT name FROM pg_settings WHERE name = ANY ($1::text[]) AND context NOT IN ('user', 'backend')`

// settableQuery leaves out those that were granted to it, as PostgreSQL 15
// allows.
const settableQuery = ` AND NOT has_parameter_privilege(name, 'SET')`

// checkPrivileged names what the copying role could not make, all at once. What
// the template has is noted, to be left out of the schema.
func (s *staged) checkPrivileged(ctx context.Context, conn *pgx.Conn) error {
	var wanted []privileged
	err := s.r.inSnapshot(ctx, func(d door) (err error) {
		wanted, err = readPrivileged(ctx, d.query, s.r.version)
		return err
	})
	if err != nil {
		return s.r.failReading(ctx, "read the catalogue", err)
	}
	reserved, err := s.reserved(ctx, conn, wanted)
	if err != nil {
		return err
	}
	var lines []string
	for _, p := range wanted {
		switch {
		case slices.Contains(s.template.privileged, p.name):
			s.template.there = append(s.template.there, p)
		case p.setting == "" || slices.Contains(reserved, p.setting):
			lines = append(lines, p.String())
		}
	}
	if len(lines) == 0 || s.heritage.super {
		return nil
	}
	var managed bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ($1::text[]) AND pg_has_role(oid, 'MEMBER'))`, providerAdmins()).Scan(&managed)
	if err != nil || managed { // what such a role may make its provider knows
		return err
	}
	if n := len(lines); n > mostLines {
		lines = append(lines[:mostLines], fmt.Sprintf("and %d more", n-mostLines))
	}
	return &report.Refusal{Code: report.Incompatible, What: s.e.store + " destination: make the schema", Why: "only a superuser makes these, and role " + s.e.config.User + " is none", Lines: lines,
		Hint: "let one make them in a database without tables and name it as template: in tenantcopy.yaml (docs/grants.md), or drop them at the source; nothing was written"}
}

// reserved lists the settings and roles that our role may not set, or is not in.
func (s *staged) reserved(ctx context.Context, conn *pgx.Conn, all []privileged) (out []string, err error) {
	var names []string
	for _, p := range all {
		if p.setting != "" {
			names = append(names, p.setting)
		}
	}
	sql := reservedQuery
	if s.version >= filtersVersion {
		sql += settableQuery
	}
	err = each(ctx, conn.Query, sql, []any{names}, func(rows pgx.Rows) error {
		var name string
		err := rows.Scan(&name)
		out = append(out, name)
		return err
	})
	return out, err
}
