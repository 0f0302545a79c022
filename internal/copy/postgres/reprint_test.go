package postgres

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Servers of different versions print one schema differently, and from 18 on a
// NOT NULL has a name that may be taken when it is made anew. What a copy is
// compared with then is what pg_dump and psql make of the source at the
// destination's server.

// schemaAt is the source's schema as the destination's server prints it.
func (s server) schemaAt(t *testing.T, database string, dst server) string {
	t.Helper()
	return withoutNoise(s.dumpedAt(t, database, dst, "--no-owner", "--no-privileges", "--no-comments", "--no-subscriptions"))
}

// dumpedAt is dumped, carried to another server and dumped again where that
// may print it differently.
func (s server) dumpedAt(t *testing.T, database string, dst server, options ...string) string {
	t.Helper()
	text := s.dumped(t, database, options...)
	if major := dst.major(t); s.url == dst.url || s.major(t) == major && major < 18 {
		return text
	}
	conn := s.connect(t, database)
	l, err := readLocale(t.Context(), conn.Query)
	_ = conn.Close(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reprint := "reprint-" + random()
	dst.run(t, "postgres", `CREATE DATABASE `+ident(reprint)+` TEMPLATE template0`+l.options(dst.major(t)*10000))
	dst.dropAfter(t, reprint)
	psql := "psql"
	if program := os.Getenv("TENANTCOPY_TEST_PG_DUMP"); program != "" {
		psql = filepath.Join(filepath.Dir(program), psql)
	}
	cmd := exec.CommandContext(t.Context(), psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", dst.store(reprint).URL)
	cmd.Env = append(cmd.Environ(), "PGPASSWORD="+dst.password.Reveal())
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("restore the schema of %s by psql: %v: %s", database, err, out)
	}
	return dst.dumped(t, reprint, options...)
}
