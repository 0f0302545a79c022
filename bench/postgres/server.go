package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// server is one of the two test servers.
type server struct {
	base     string // address without a database
	password string
}

func serverOf(side string) server {
	return server{base: strings.TrimSuffix(os.Getenv("TENANTCOPY_TEST_PG_"+side), "/postgres"), password: os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_" + side)}
}

// url is an address with the password, for the other tools. The password is
// one that scripts/services made for a server of this machine.
func (s server) url(database string) string {
	u, err := url.Parse(s.base + "/" + database)
	if err != nil {
		return s.base
	}
	u.User = url.UserPassword(u.User.Username(), s.password)
	return u.String()
}

func (s server) store(database string) tenant.Store {
	return tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: s.base + "/" + database, Password: tenant.NewSecret(s.password)}
}

func (s server) exec(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, s.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// bench is the whole measurement.
type bench struct {
	prod, staging  server
	scale          float64
	source, target string
	rows           map[string]int64 // of the source, by table
}

// seed makes the tenant from acme.sql.
func (b *bench) seed(ctx context.Context) error {
	if b.prod.base == "" || b.staging.base == "" {
		return errors.New(`find the servers: TENANTCOPY_TEST_PG_PROD is not set; run scripts/services up and eval "$(scripts/services env)"`)
	}
	id := fmt.Sprintf("%d", os.Getpid())
	b.source, b.target = "bench-acme-"+id, "bench-twin-"+id
	if err := b.prod.exec(ctx, "postgres", fmt.Sprintf(`CREATE DATABASE "%s" TEMPLATE template0`, b.source)); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "seeding at scale %g\n", b.scale)
	cmd := exec.CommandContext(ctx, "psql", "-q", "-v", fmt.Sprintf("scale=%g", b.scale), "-f", "bench/acme.sql", "-o", os.DevNull, b.prod.url(b.source))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("seed: %w: %s", err, lastLines(string(out)))
	}
	if err := b.prod.exec(ctx, b.source, `VACUUM ANALYZE`); err != nil { // hint bits are set once, so that no tool pays for them
		return err
	}
	var err error
	b.rows, err = b.prod.count(ctx, b.source)
	return err
}

// count counts the rows of every table.
func (s server) count(ctx context.Context, database string) (map[string]int64, error) {
	conn, err := pgx.Connect(ctx, s.url(database))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	out := make(map[string]int64)
	for _, table := range []string{"departments", "employees", "skills", "employee_skills", "messages", "events", "integrations", "headcount"} {
		var n int64
		if err := conn.QueryRow(ctx, `SELECT count(*) FROM hr.`+table).Scan(&n); err != nil {
			return nil, err
		}
		out[table] = n
	}
	return out, nil
}

// sameRows holds every tool to the same work: a copy with a row missing has no
// time.
func (b *bench) sameRows(ctx context.Context) error {
	got, err := b.staging.count(ctx, b.target)
	if err != nil {
		return err
	}
	for table, want := range b.rows {
		if got[table] != want {
			return fmt.Errorf("table %s has %d rows, the source %d", table, got[table], want)
		}
	}
	return nil
}

// settle writes what earlier runs have left in memory, so that no tool pays
// for another's.
func (b *bench) settle(ctx context.Context) error {
	return errors.Join(b.prod.exec(ctx, "postgres", `CHECKPOINT`), b.staging.exec(ctx, "postgres", `CHECKPOINT`))
}

func (b *bench) drop(ctx context.Context, database string) error {
	for _, name := range []string{database, database + "__new", database + "__old"} {
		if err := b.staging.exec(ctx, "postgres", fmt.Sprintf(`DROP DATABASE IF EXISTS "%s" WITH (FORCE)`, name)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) clean(ctx context.Context) {
	if b.source != "" {
		_ = b.drop(ctx, b.target)
		_ = b.prod.exec(ctx, "postgres", fmt.Sprintf(`DROP DATABASE IF EXISTS "%s" WITH (FORCE)`, b.source))
	}
}
