package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Foreign servers are neutralised: a twin has them, so that foreign tables and
// the views on them are there, but their addresses lead nowhere and the
// credentials stay behind. Nothing in staging may reach production.

// unroutable is a name that no resolver knows (RFC 6761).
const unroutable = "tenantcopy.invalid"

// neutral are the options of a server of each kind of wrapper; one that is not
// listed gets none.
func neutral(wrapper string) string {
	return map[string]string{
		"postgres_fdw": `OPTIONS (host '` + unroutable + `', port '1', dbname 'none')`,
		"dblink_fdw":   `OPTIONS (host '` + unroutable + `', port '1', dbname 'none')`,
		"mysql_fdw":    `OPTIONS (host '` + unroutable + `', port '1')`,
		"oracle_fdw":   `OPTIONS (dbserver '//` + unroutable + `:1/none')`,
		"tds_fdw":      `OPTIONS (servername '` + unroutable + `', port '1')`,
		"mongo_fdw":    `OPTIONS (address '` + unroutable + `', port '1')`,
		"redis_fdw":    `OPTIONS (address '` + unroutable + `', port '1')`,
	}[wrapper]
}

const serversQuery = `SELECT quote_ident(s.srvname), quote_ident(w.fdwname), w.fdwname, coalesce(quote_literal(s.srvtype), ''), coalesce(quote_literal(s.srvversion), '')
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_server'::regclass AND d.objid = s.oid AND d.deptype = 'e') ORDER BY 1`

// createServers makes the source's foreign servers, without what they lead to.
func (s *staged) createServers(ctx context.Context) error {
	var statements []string
	err := s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, serversQuery, nil, func(rows pgx.Rows) error {
			var name, wrapper, plain, kind, version string
			if err := rows.Scan(&name, &wrapper, &plain, &kind, &version); err != nil {
				return err
			}
			sql := `CREATE SERVER ` + name
			if kind != "" {
				sql += ` TYPE ` + kind
			}
			if version != "" {
				sql += ` VERSION ` + version
			}
			statements = append(statements, sql+` FOREIGN DATA WRAPPER `+wrapper+` `+neutral(plain))
			s.learned.add("foreign server " + name + " leads nowhere in the twin: its address and options are not carried")
			return nil
		})
	})
	if err != nil {
		return s.r.failReading(ctx, "read the foreign servers", err)
	}
	for _, sql := range statements {
		if err := s.exec(ctx, sql); err != nil {
			return s.e.fail(ctx, "create the foreign servers", err)
		}
	}
	return nil
}

// closedWrappers lists the statements that let our role make servers of the
// template's wrappers.
func (s *staged) closedWrappers(ctx context.Context) (say []string, err error) {
	err = s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, serversQuery, nil, func(rows pgx.Rows) error {
			var name, wrapper, plain, kind, version string
			err := rows.Scan(&name, &wrapper, &plain, &kind, &version)
			if slices.Contains(s.template.closed, plain) {
				say = append(say, fmt.Sprintf("GRANT USAGE ON FOREIGN DATA WRAPPER %s TO %s;  -- in database %s", wrapper, ident(s.e.config.User), s.template.name))
			}
			return err
		})
	})
	return say, err
}

// emptyFiles turns tables on files and programs of the server's machine to an
// empty file: what production's machine has there, staging's may have too.
func (s *staged) emptyFiles(ctx context.Context) error {
	const sql = `SELECT t.ftrelid::regclass::text, (SELECT string_agg(split_part(o, '=', 1), ' ') FROM unnest(t.ftoptions) AS o) FROM pg_foreign_table t
JOIN pg_foreign_server s ON s.oid = t.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE w.fdwname = 'file_fdw' AND t.ftoptions IS NOT NULL`
	return s.execEach(ctx, sql, func(rows pgx.Rows) (statements []string, err error) {
		var table, options string
		err = rows.Scan(&table, &options)
		for _, option := range strings.Fields(options) {
			switch option {
			case "filename":
				statements = append(statements, fmt.Sprintf(`ALTER FOREIGN TABLE %s OPTIONS (SET filename '/dev/null')`, table))
			case "program":
				statements = append(statements, fmt.Sprintf(`ALTER FOREIGN TABLE %s OPTIONS (DROP program, ADD filename '/dev/null')`, table))
			}
		}
		return statements, err
	})
}
