package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var (
	_ doctor.Patient = (*prober)(nil)
	_ doctor.Patient = (*site)(nil)
)

// Questions says what the source can be asked, behind its door. A database
// that is not there answers none.
func (p *prober) Questions() doctor.Questions {
	if p.conn == nil {
		return doctor.Questions{}
	}
	d := door{p.conn}
	return doctor.Questions{
		Fit: func(ctx context.Context) error { return p.e.newEnough(ctx, p.conn) },
		Lasting: func(ctx context.Context) error {
			conn, err := p.e.steady(ctx, p.e.database)
			if err == nil {
				farewell(ctx, conn)
			}
			return err
		},
		Missing: func(ctx context.Context) (g doctor.Grants, err error) {
			g.Lines, err = unreadable(ctx, d)
			g.Says, g.Hint = fmt.Sprintf("role %s may not read everything; %d rights are missing", p.e.config.User, len(g.Lines)), readHint
			g.Lines = shortened(g.Lines)
			return g, p.e.fail(ctx, "read the role's rights", err)
		},
		Excess: func(ctx context.Context) (doctor.Grants, error) {
			return excessive(ctx, d, p.e, `SELECT line FROM (`+writableQuery+`) AS l`, "may write", "no session of tenantcopy writes there, whatever the role may; a role that cannot is safer (docs/grants.md)")
		},
		Now: func(ctx context.Context) (time.Time, error) { return now(ctx, d, p.e) },
		Holds: func(ctx context.Context) (n int64, err error) {
			err = d.row(ctx, holdsQuery, nil, &n)
			return n, p.e.fail(ctx, "measure the database", err)
		},
	}
}

// Questions says what the destination's server can be asked, in the
// maintenance database.
func (s *site) Questions() doctor.Questions {
	d := door{s.conn}
	return doctor.Questions{
		Fit: func(ctx context.Context) error { return s.e.newEnough(ctx, s.conn) },
		Missing: func(ctx context.Context) (doctor.Grants, error) {
			lines, err := allMissing(ctx, s.conn, s.e)
			return doctor.Grants{Lines: lines, Says: "role " + s.e.config.User + " lacks rights that a copy needs", Hint: "have an administrator say these there (docs/grants.md)"}, s.e.fail(ctx, "read the role's rights", err)
		},
		Excess: func(ctx context.Context) (doctor.Grants, error) {
			return excessive(ctx, d, s.e, superuserLine, "is a superuser", "CREATEDB and membership of the twins' owners are enough (docs/grants.md)")
		},
		Now:    func(ctx context.Context) (time.Time, error) { return now(ctx, d, s.e) },
		Room:   func(ctx context.Context) (doctor.Room, error) { return s.room(ctx) },
		Holder: s.holder,
	}
}

// newEnough refuses a server that is older than the queries of this package.
func (e *endpoint) newEnough(ctx context.Context, conn *pgx.Conn) error {
	v, err := version(ctx, conn)
	if err == nil && v < minVersion {
		err = e.tooOld(v)
	}
	return e.fail(ctx, "read the server's version", err)
}

// now is the server's clock.
func now(ctx context.Context, d door, e *endpoint) (t time.Time, err error) {
	err = d.row(ctx, `SELECT clock_timestamp()`, nil, &t)
	return t, e.fail(ctx, "read the server's clock", err)
}

// holdsQuery is what a copy needs of its destination: the database, and as
// much as its largest index again, for building it.
const holdsQuery = `SELECT (pg_database_size(current_database()) + coalesce((SELECT max(pg_relation_size(indexrelid)) FROM pg_index), 0))::int8`

const superuserLine = `SELECT format('ALTER ROLE %I NOSUPERUSER;', rolname) FROM pg_roles WHERE rolname = current_user AND rolsuper`

// writableQuery lists what lets the source's role write, for one that is no
// superuser, with the statement that takes it away. A right may come from a
// role that ours is a member of, or be everybody's.
const writableQuery = `SELECT format('ALTER ROLE %I NO%s;', rolname, w) AS line, 1 AS place FROM pg_roles
  CROSS JOIN LATERAL (VALUES ('CREATEDB', rolcreatedb), ('CREATEROLE', rolcreaterole), ('REPLICATION', rolreplication)) AS v (w, has) WHERE rolname = current_user AND has
UNION ALL SELECT format('REVOKE %I FROM %I;', rolname, current_user), 2 FROM pg_roles
  WHERE rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program') AND pg_has_role(oid, 'MEMBER')
UNION ALL SELECT format('REVOKE CREATE ON DATABASE %I FROM %I;', current_database(), current_user), 3 WHERE has_database_privilege(current_database(), 'CREATE')
UNION ALL SELECT format('REVOKE CREATE ON SCHEMA %I FROM %I;', nspname, CASE WHEN EXISTS (SELECT FROM aclexplode(nspacl) WHERE grantee = 0 AND privilege_type = 'CREATE') THEN 'public' ELSE current_user END), 4
  FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE')
UNION ALL SELECT format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA %I FROM %I;  -- %s of them, or from the role that has it', n.nspname, current_user, count(*)), 5
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT pg_has_role(c.relowner, 'MEMBER')
  AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_write_all_data' AND pg_has_role(oid, 'MEMBER')) GROUP BY n.nspname
UNION ALL SELECT format('REVOKE %I FROM %I;  -- who owns %s tables', pg_get_userbyid(c.relowner), current_user, count(*)), 6
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND pg_has_role(c.relowner, 'MEMBER') GROUP BY c.relowner
ORDER BY 2, 1`

// excessive lists rights that no copy needs: that of a superuser, or those that
// sql finds.
func excessive(ctx context.Context, d door, e *endpoint, sql, says, hint string) (g doctor.Grants, err error) {
	g.Lines, err = lines(ctx, d, superuserLine)
	if err == nil && len(g.Lines) > 0 {
		says = "is a superuser"
	} else if err == nil && sql != superuserLine {
		g.Lines, err = lines(ctx, d, sql)
	}
	if len(g.Lines) > 0 {
		g.Says, g.Hint, g.Lines = "role "+e.config.User+" "+says, hint, shortened(g.Lines)
	}
	return g, e.fail(ctx, "read the role's rights", err)
}

func lines(ctx context.Context, d door, sql string) (all []string, err error) {
	err = each(ctx, d.query, sql, nil, func(rows pgx.Rows) error {
		var line string
		err := rows.Scan(&line)
		all = append(all, line)
		return err
	})
	return all, err
}

// allMissing lists what a copy would find missing, and what it would find next.
func allMissing(ctx context.Context, conn *pgx.Conn, e *endpoint) ([]string, error) {
	first, err := missingRights(ctx, conn, e)
	if err != nil {
		return nil, err
	}
	more, err := e.furtherRights(ctx, conn, e.config.User)
	for _, line := range more {
		if !slices.Contains(first, line) && !slices.Contains(first, strings.Replace(line, ownsSome, ownsTwin, 1)) {
			first = append(first, line)
		}
	}
	return shortened(first), err
}

// room is what limits.postgres.disk leaves, less what stands there already.
func (s *site) room(ctx context.Context) (doctor.Room, error) {
	if s.disk == 0 {
		return doctor.Room{Free: -1, Says: "limits.postgres.disk does not say how large the server's volume is, and no SQL does"}, nil
	}
	databases, unseen, wal, err := s.e.used(ctx, s.conn)
	says := fmt.Sprintf("%d %% of limits.postgres.disk, less the databases and the write-ahead log", usable)
	if unseen > 0 {
		says += fmt.Sprintf("; of %d databases the role may not see the size", unseen)
	}
	return doctor.Room{Free: free(s.disk, databases, wal), Says: says}, s.e.fail(ctx, "measure the server", err)
}

// holder says who has the twin's lock, without trying to take it.
func (s *site) holder(ctx context.Context, twin string, _ time.Time) (string, error) {
	key := lockKey(twin)
	high, low := halves(key)
	var held bool
	err := s.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::int8 = $1 AND objid::int8 = $2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`, high, low).Scan(&held)
	if err != nil || !held {
		return "", s.e.fail(ctx, "look at the lock", err)
	}
	return strings.TrimPrefix(lockedBy(ctx, s.conn, key).Error(), "locked by "), nil
}

// Fit says which of PostgreSQL's programs a copy between servers of two major
// versions would use, or why there is none. It connects to nothing.
func Fit(ctx context.Context, at tenant.Source, source, dst int) (string, error) {
	e, err := parseEndpoint(at.Store, report.Source, at.Session)
	if err != nil {
		return "", err
	}
	if dst < source {
		return "", &report.Error{Code: report.Incompatible, Store: e.store, Op: "compare versions", Err: &cause{text: olderTwin(source, dst)}, Hint: "upgrade the destination's server"}
	}
	t := toolbox{installedPrograms(), e}
	folder, err := t.findPrograms(ctx, source, dst)
	if err != nil {
		return "", e.fail(ctx, "find the programs", err)
	}
	p, err := t.versionsIn(ctx, folder)
	if err != nil {
		return "", e.fail(ctx, "find the programs", err)
	}
	where := "on PATH"
	if folder != "" {
		where = "in " + string(folder)
	}
	return fmt.Sprintf("pg_dump %d and pg_restore %d, %s, fit PostgreSQL %d and %d", p.dump, p.restore, where, source, dst), nil
}
