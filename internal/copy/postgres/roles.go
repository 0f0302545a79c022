package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Roles differ between environments, so nothing of ownership and rights is
// carried as it is. What a mapped role of the source owns or may do, its
// counterpart owns or may do in the twin; other roles get nothing.

// objectsQuery lists what can be owned and granted: kind as ALTER and GRANT
// name it, quoted name, owner, and rights by grantee.
const objectsQuery = `WITH objects AS (
SELECT 1 AS place, 'SCHEMA' AS kind, format('%I', nspname) AS name, nspowner AS owner, nspacl AS acl FROM pg_namespace n
  WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = n.oid AND d.deptype = 'e')
UNION ALL SELECT 2, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
  format('%I.%I', n.nspname, c.relname), CASE WHEN c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')) THEN 0 ELSE c.relowner END, c.relacl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.oid >= 16384 AND n.nspname NOT LIKE 'pg\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL SELECT 3, CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
  p.proowner, p.proacl FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 4, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%I.%I', n.nspname, t.typname), t.typowner, t.typacl FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r', 'c') AND (t.typrelid = 0 OR (SELECT relkind = 'c' FROM pg_class WHERE oid = t.typrelid))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))
SELECT kind, name, pg_get_userbyid(owner) AS role, '' AS privilege, false AS grantable, place * 10 AS turn FROM objects WHERE pg_get_userbyid(owner) = ANY ($1::text[])
UNION ALL SELECT kind, name, pg_get_userbyid(a.grantee), a.privilege_type, a.is_grantable, place FROM objects CROSS JOIN LATERAL aclexplode(acl) AS a
  WHERE pg_get_userbyid(a.grantee) = ANY ($1::text[]) AND a.grantee <> owner
ORDER BY turn, kind, name, role, privilege`

// grantRoles gives every mapped role's counterpart what the role has.
func (s *staged) grantRoles(ctx context.Context) error {
	if len(s.e.roles) == 0 {
		return nil
	}
	var from []string
	for role := range s.e.roles {
		from = append(from, role)
	}
	slices.Sort(from)
	var statements []string
	err := s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, `SELECT * FROM (`+objectsQuery+`) AS o`, []any{from}, func(rows pgx.Rows) error {
			var kind, name, role, privilege string
			var grantable bool
			if err := rows.Scan(&kind, &name, &role, &privilege, &grantable, nil); err != nil {
				return err
			}
			statements = append(statements, roleStatement(kind, name, ident(s.e.roles[role]), privilege, grantable))
			return nil
		})
	})
	if err != nil {
		return s.r.e.fail(ctx, "read the roles' rights", err)
	}
	for _, sql := range statements {
		if err := s.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func roleStatement(kind, name, role, privilege string, grantable bool) string {
	if privilege == "" {
		return fmt.Sprintf(`ALTER %s %s OWNER TO %s`, kind, name, role)
	}
	switch kind { // GRANT has fewer words than ALTER
	case "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE":
		kind = "TABLE"
	case "AGGREGATE":
		kind = "FUNCTION"
	}
	sql := fmt.Sprintf(`GRANT %s ON %s %s TO %s`, privilege, kind, name, role)
	if grantable {
		sql += ` WITH GRANT OPTION`
	}
	return sql
}
