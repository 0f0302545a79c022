package postgres

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestLaws runs the laws of every adapter.
func TestLaws(t *testing.T) {
	t.Parallel()
	copytest.Laws(t, fixture)
}

//go:embed testdata/tenant.sql
var tenantSQL string

//go:embed testdata/keep.yaml
var keepRules string

// The values that mask rewrites.
const (
	secretName  = "Waltraud Secretperson"
	secretPhone = "+41 44 668 18 00"
	secretCode  = "4815162342108"
)

// maskRules is the keep rules with other verbs for the columns of table
// customers.
func maskRules() string {
	lines := strings.NewReplacer(
		"contact: keep", "contact: name", "phone: keep", "phone: phone", "code: keep", "code: digits",
		"profile: keep", `profile: {json: {owner: name, "**": keep}}`, "payload: keep", `payload: {json: {owner: name, "**": keep}}`,
		"labels: keep", "labels: {list: name}",
	)
	return lines.Replace(keepRules)
}

// tenantOn makes a source database filled with testdata/tenant.sql.
func tenantOn(t *testing.T, prod server, id string) tenant.Source {
	t.Helper()
	name := "acme-" + id
	prod.create(t, name)
	prod.run(t, name, tenantSQL)
	return sourceOf(prod, name)
}

func sourceOf(prod server, database string) tenant.Source {
	return tenant.Source{Ref: tenant.Ref{Env: "prod", Name: database}, Origin: database, Store: prod.store(database),
		Session: tenant.Session{Run: "000000000000", User: "test"}}
}

func fixture(t *testing.T) *copytest.Fixture {
	t.Helper()
	t.Parallel() // each law has a fixture of its own
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	id := random()
	reads, copies := prod.reader(t, id), staging.copier(t, id)
	src := tenantOn(t, prod, id)
	src.Store = as(src.Store, reads.name, reads.password)
	twin := "twin-" + id
	staging.dropAfter(t, twin)
	staging.create(t, twin+"2")
	staging.run(t, twin+"2", `CREATE TABLE neighbour (v text); INSERT INTO neighbour VALUES ('not ours')`)
	database := map[copytest.Side]string{copytest.OfSource: src.Ref.Name, copytest.OfDestination: twin}
	servers := map[copytest.Side]server{copytest.OfSource: prod, copytest.OfDestination: staging}
	return &copytest.Fixture{
		Source: src, Destination: as(staging.store(twin), copies.name, copies.password), Open: Open, Probe: Probe, Site: Site,
		KeepRules: keepRules, Uncovered: strings.Replace(keepRules, "    phone: keep\n", "", 1), MaskRules: maskRules(),
		Secrets: []string{secretName, secretPhone, secretCode},
		Dump: func(t *testing.T, s copytest.Side) map[string]string {
			out := servers[s].contents(t, database[s])
			if s == copytest.OfSource {
				out["schema"] = prod.schemaAt(t, database[s], staging)
			}
			return out
		},
		Neighbour: func(t *testing.T) map[string]string { return staging.contents(t, twin+"2") },
		Leftovers: func(t *testing.T) []string {
			left := staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname IN ($1, $2)`, twin+"__new", twin+"__old")
			if len(staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname = $1`, twin)) > 0 {
				left = append(left, staging.ask(t, twin, `SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname = $1`, ours)...)
			}
			return left
		},
		PlantLeak: func(t *testing.T) (string, string) {
			prod.run(t, src.Ref.Name, `INSERT INTO parent VALUES (3, 'please ask jane.miller@corp-customer.org')`)
			return "jane.miller@corp-customer.org", "parent.v: e-mail"
		},
		Unplant: func(t *testing.T, _ string) error {
			staging.run(t, twin+"__new", `DELETE FROM `+controlTable)
			return nil
		},
		Break: func(t *testing.T) {
			prod.run(t, src.Ref.Name, `UPDATE customers SET payload = '{"owner": "`+secretName+`'`)
		},
		Write: writes,
	}
}

// writes tries to write to the source in every way that the package's own
// access to it has.
func writes(ctx context.Context, r clone.Reader) []error {
	var errs []error
	in := func(fn func(conn *pgx.Conn) error) {
		sessions := r.(*reader).sessions
		conn, err := sessions.get(ctx)
		if err == nil {
			err = fn(conn)
			sessions.put(ctx, conn)
		}
		errs = append(errs, err)
	}
	for _, sql := range []string{
		`INSERT INTO customers (contact) VALUES ('x')`, `UPDATE customers SET contact = 'x'`, `DELETE FROM customers`, `TRUNCATE customers CASCADE`,
		`CREATE TABLE written (a int)`, `DROP TABLE customers CASCADE`, `SELECT nextval('orphan')`, `SELECT setval('orphan', 99)`, `COMMENT ON TABLE customers IS 'x'`,
		`CREATE DATABASE written`, `GRANT ALL ON customers TO PUBLIC`, `REFRESH MATERIALIZED VIEW totals`,
	} {
		in(func(conn *pgx.Conn) error { // what the server refuses, whoever asks
			_, err := conn.Exec(ctx, sql)
			return err
		})
		in(func(conn *pgx.Conn) error { // what the door refuses
			rows, err := door{conn}.query(ctx, sql)
			if err == nil {
				rows.Close()
				err = rows.Err()
			}
			return err
		})
	}
	in(func(conn *pgx.Conn) error { return door{conn}.startCopy(`DELETE FROM customers RETURNING *`, true) })
	in(func(conn *pgx.Conn) error {
		_, err := door{conn}.describe(ctx, `DELETE FROM customers`)
		return err
	})
	in(func(conn *pgx.Conn) error {
		_, err := conn.PgConn().CopyFrom(ctx, strings.NewReader("x\n"), `COPY customers (contact) FROM STDIN`)
		return err
	})
	return errs
}
