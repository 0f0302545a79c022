package postgres

import (
	"context"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// unreadableQuery lists what the source's role may not read, with the GRANT
// that would let it. A table of a schema without USAGE counts for its schema.
// Extensions' own tables are theirs. Large objects are read as the table that
// they are, which before version 14 only a superuser may.
const unreadableQuery = `SELECT DISTINCT format('GRANT USAGE ON SCHEMA %I TO %I;', n.nspname, current_user) AS line, 1 AS place
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT has_schema_privilege(n.oid, 'USAGE')
UNION ALL SELECT format('GRANT SELECT ON %s %I.%I TO %I;', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname, current_user), 2
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND CASE c.relkind WHEN 'S' THEN NOT has_sequence_privilege(c.oid, 'SELECT') WHEN 'r' THEN NOT has_table_privilege(c.oid, 'SELECT') WHEN 'p' THEN NOT has_table_privilege(c.oid, 'SELECT') ELSE false END
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL SELECT format('GRANT SELECT ON pg_catalog.pg_largeobject TO %I;  -- as a superuser', current_user), 2
  WHERE EXISTS (SELECT FROM pg_largeobject_metadata) AND NOT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')
UNION ALL SELECT format('ALTER ROLE %I BYPASSRLS;  -- %I.%I has row-level security', current_user, n.nspname, c.relname), 3
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND row_security_active(c.oid)
ORDER BY 2, 1`

// mostLines is how many of them are printed.
const mostLines = 50

// checkReadable refuses a source of which our role may not read everything,
// and names all that it may not read at once.
func (r *reader) checkReadable(ctx context.Context, d door) error {
	lines, err := unreadable(ctx, d)
	if err != nil || len(lines) == 0 {
		return err
	}
	return &report.Refusal{Code: report.Denied, What: r.e.store + " source: read database " + r.e.database, Lines: shortened(lines), Hint: readHint,
		Why: fmt.Sprintf("role %s may not read everything; %d rights are missing", r.e.config.User, len(lines))}
}

// readHint is what to do with what unreadable lists.
const readHint = "run these at the source as the objects' owner (a role that has pg_read_all_data and BYPASSRLS needs nothing more), then run again"

// unreadable lists what our role may not read.
func unreadable(ctx context.Context, d door) ([]string, error) {
	return lines(ctx, d, `SELECT line FROM (`+unreadableQuery+`) AS l`)
}

// shortened is as much of a list as is printed.
func shortened(lines []string) []string {
	if len(lines) > mostLines {
		return append(lines[:mostLines:mostLines], fmt.Sprintf("-- and %d more", len(lines)-mostLines))
	}
	return lines
}
