package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// server is one of the two test servers.
type server struct {
	url      string // of database postgres
	password tenant.Secret
}

// serverOf finds a server through the environment; a missing one fails the
// test.
func serverOf(t *testing.T, side string) server {
	t.Helper()
	url, password := os.Getenv("TENANTCOPY_TEST_PG_"+side), os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_"+side)
	if url == "" {
		t.Fatalf("TENANTCOPY_TEST_PG_%s is not set: run scripts/services up and eval \"$(scripts/services env)\"", side)
	}
	return server{url: url, password: tenant.NewSecret(password)}
}

// store is the address of one database of the server.
func (s server) store(database string) tenant.Store {
	return tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: strings.TrimSuffix(s.url, "/postgres") + "/" + database, Password: s.password}
}

// connect opens a session without any of the package's settings.
func (s server) connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	return connectTo(t, s.store(database))
}

// connectTo opens a session as the address's user, until the end of the test.
func connectTo(t *testing.T, at tenant.Store) *pgx.Conn {
	t.Helper()
	conn := openAt(t, at)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// open opens a session that the caller ends.
func (s server) open(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	return openAt(t, s.store(database))
}

func openAt(t *testing.T, at tenant.Store) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(at.URL)
	if err != nil {
		t.Fatal("the test server's address cannot be read")
	}
	config.Password = at.Password.Reveal()
	conn, err := pgx.ConnectConfig(context.WithoutCancel(t.Context()), config) // cleanups come here too
	if err != nil {
		t.Fatalf("connect to %s: %v", config.Database, reduce(err))
	}
	return conn
}

// run executes statements in a database.
func (s server) run(t *testing.T, database, sql string) {
	t.Helper()
	sql = s.spoken(t, sql)
	conn, done := s.session(t, database)
	defer done()
	if _, err := conn.PgConn().Exec(context.WithoutCancel(t.Context()), sql).ReadAll(); err != nil {
		t.Fatalf("run statements in %s: %v", database, err)
	}
}

// ask returns the first column of a query's rows.
func (s server) ask(t *testing.T, database, sql string, args ...any) []string {
	t.Helper()
	conn, done := s.session(t, database)
	defer done()
	rows, err := conn.Query(t.Context(), sql, append([]any{pgx.QueryExecModeDescribeExec}, args...)...) // nothing prepared stays
	if err != nil {
		t.Fatalf("ask %s: %v", database, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("ask %s: %v", database, err)
	}
	return out
}

// create makes a database and removes it, and what grows beside it, at the
// end of the test.
func (s server) create(t *testing.T, database string) {
	t.Helper()
	how := ""
	if s.major(t) >= 15 {
		how = ` STRATEGY file_copy` // a sixth of the other one's work, where nobody else's checkpoint is in the way
	}
	s.run(t, "postgres", `CREATE DATABASE `+ident(database)+` TEMPLATE template0`+how)
	s.dropAfter(t, database)
	if s.major(t) < 14 {
		s.readsAll(t)
		s.run(t, database, `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reads_all; ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO reads_all;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reads_all; GRANT SELECT ON pg_largeobject TO reads_all`)
	}
}

func (s server) dropAfter(t *testing.T, database string) {
	t.Helper()
	t.Cleanup(func() {
		conn, done := s.session(t, "postgres")
		defer done()
		for _, ending := range []string{"", "__new", "__old"} {
			if _, err := conn.Exec(context.Background(), `DROP DATABASE IF EXISTS `+ident(database+ending)+` WITH (FORCE)`); err != nil {
				t.Errorf("drop a test database: %v", reduce(err))
			}
		}
	})
}

// majors keeps what major has found out, by address.
var majors sync.Map

// major is the server's major version; what a test may ask depends on it.
func (s server) major(t *testing.T) int {
	t.Helper()
	if known, ok := majors.Load(s.url); ok {
		return known.(int)
	}
	n, err := strconv.Atoi(s.ask(t, "postgres", `SELECT current_setting('server_version_num')`)[0])
	if err != nil {
		t.Fatal(err)
	}
	majors.Store(s.url, n/10000)
	return n / 10000
}

// contents returns everything in a database by name: the schema as pg_dump
// writes it, every table's rows, every sequence's state.
func (s server) contents(t *testing.T, database string) map[string]string {
	t.Helper()
	out := map[string]string{"schema": s.schema(t, database)}
	conn := s.connect(t, database)
	defer conn.Close(context.Background())
	cat, err := readCatalog(t.Context(), conn.Query)
	if err != nil {
		t.Fatalf("read the catalogue of %s: %v", database, err)
	}
	for _, tab := range append(slices.Clone(cat.tables), cat.matviews...) {
		if _, err := conn.Exec(t.Context(), `SET search_path = ''`); err != nil {
			t.Fatal(err)
		}
		name := tab.relation.group()
		rows, err := conn.Query(t.Context(), `SELECT whole_row::text FROM ONLY `+tab.quoted()+` AS whole_row ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("read table %s: %v", name, err)
		}
		out["rows of "+name] = fmt.Sprintln(len(lines)) + strings.Join(lines, "\n")
	}
	for _, seq := range cat.sequences {
		out["sequence "+seq.group()] = s.ask(t, database, `SELECT last_value::text || is_called::text FROM `+seq.quoted())[0]
	}
	return out
}

// dumped is what pg_dump says of the schema, one that reads both servers where
// they are of different versions.
func (s server) dumped(t *testing.T, database string, options ...string) string {
	t.Helper()
	program := os.Getenv("TENANTCOPY_TEST_PG_DUMP")
	if program == "" {
		program = "pg_dump"
	}
	cmd := exec.CommandContext(t.Context(), program, append(options, "--schema-only", "--dbname", s.store(database).URL)...)
	cmd.Env = append(cmd.Environ(), "PGPASSWORD="+s.password.Reveal())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("dump the schema of %s: %v", database, err)
	}
	return ownOption.ReplaceAllString(string(out), "")
}

// ownOption is what pg_dump of a newer release prints of an option that a server
// 17.12 keeps on columns for itself, and that no other takes.
var ownOption = regexp.MustCompile(strings.ReplaceAll(`(?m)^ALTER (?:FOREIGN )?TABLE (?:ONLY )?N(?:\.N)? ALTER COLUMN N SET \(pg_attver=[^)]*\);\n`, "N", `(?:"(?:[^"]|"")*"|[^\s".;]+)`))

// schema returns pg_dump's text without what differs by call.
func (s server) schema(t *testing.T, database string) string {
	t.Helper()
	return s.schemaAt(t, database, s)
}

func withoutNoise(schema string) string {
	var kept []string
	for line := range strings.Lines(schema) {
		if !strings.HasPrefix(line, `\`) && !strings.HasPrefix(line, "--") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
