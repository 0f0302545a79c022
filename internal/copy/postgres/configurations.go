package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Extensions keep configuration in tables of their own, and say which rows of
// them are the user's. Such tables belong to whoever installed the extension, so
// a copy does not write them; a template may hold those rows. The report names
// the tables that have some.

// configuration is one of those tables.
type configuration struct {
	extension, table string // the table is quoted
	group            string // as reports call it
	where            string // the extension's own WHERE, or empty
	readable         bool
}

const configurationsQuery = `SELECT e.extname, format('%I.%I', n.nspname, c.relname), CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, coalesce(e.extcondition[k], ''), has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
FROM pg_extension e CROSS JOIN LATERAL generate_subscripts(e.extconfig, 1) AS k JOIN pg_class c ON c.oid = e.extconfig[k] JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2`

// mostConfigured is how many rows are counted.
const mostConfigured = 1000

// readConfigurations adds a note for each that has rows of the user's.
func readConfigurations(ctx context.Context, d door, notes []string) ([]string, error) {
	var all []configuration
	err := each(ctx, d.query, configurationsQuery, nil, func(rows pgx.Rows) error {
		var c configuration
		err := rows.Scan(&c.extension, &c.table, &c.group, &c.where, &c.readable)
		all = append(all, c)
		return err
	})
	for _, c := range all {
		if err != nil {
			break
		}
		var n int64
		if c.readable {
			failed := d.nested(ctx, func() error {
				sql := fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s %s LIMIT %d) AS rows`, c.table, c.where, mostConfigured+1)
				return d.row(ctx, sql, nil, &n)
			})
			if d.conn.IsClosed() {
				return notes, failed
			}
			c.readable = failed == nil // the condition is the extension's, and may need what we do not have
		}
		few := counted(n)
		if n > mostConfigured {
			few = fmt.Sprintf("more than %d rows", mostConfigured)
		}
		switch {
		case !c.readable:
			notes = append(notes, fmt.Sprintf("rows of %s, which extension %s keeps its configuration in", c.group, c.extension))
		case n > 0:
			notes = append(notes, fmt.Sprintf("%s of %s, which extension %s keeps its configuration in: put them into the template if the twin needs them", few, c.group, c.extension))
		}
	}
	return notes, err
}
