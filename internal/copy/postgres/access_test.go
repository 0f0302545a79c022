package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// verifier is what a server stores of a password (RFC 5802 and 7677), after one
// round of hashing and not PostgreSQL's 4,096: every session pays for those, ten
// milliseconds under the race detector.
func verifier(password tenant.Secret) string {
	mac := func(key, text string) string {
		h := hmac.New(sha256.New, []byte(key))
		_, _ = io.WriteString(h, text)
		return string(h.Sum(nil))
	}
	salt := random()
	salted := mac(password.Reveal(), salt+"\x00\x00\x00\x01")
	stored := sha256.Sum256([]byte(mac(salted, "Client Key")))
	encode := base64.StdEncoding.EncodeToString
	return "SCRAM-SHA-256$1:" + encode([]byte(salt)) + "$" + encode(stored[:]) + ":" + encode([]byte(mac(salted, "Server Key")))
}

// role makes a login role and removes it, with what it owns, at the end.
func (s server) role(t *testing.T, name, options string) tenant.Secret {
	t.Helper()
	password := tenant.NewSecret(random() + random())
	s.run(t, "postgres", `CREATE ROLE `+ident(name)+` LOGIN PASSWORD `+literal(verifier(password))+` `+options)
	t.Cleanup(func() {
		conn, done := s.session(t, "postgres")
		defer done()
		if _, err := conn.Exec(context.Background(), `DROP ROLE IF EXISTS `+ident(name)); err != nil {
			t.Errorf("drop a role: %v", err)
		}
	})
	return password
}

// as returns an address with another user.
func as(store tenant.Store, user string, password tenant.Secret) tenant.Store {
	u, err := url.Parse(store.URL)
	if err != nil {
		panic(err)
	}
	u.User = url.User(user)
	store.URL, store.Password = u.String(), password
	return store
}

// login is a role that a test made.
type login struct {
	name     string
	password tenant.Secret
}

// reader is a role with the grants that docs/grants.md lists for the source.
func (s server) reader(t *testing.T, id string) login {
	name := "reader-" + id
	return login{name, s.role(t, name, "NOSUPERUSER BYPASSRLS"+s.readsAll(t))}
}

// readsAll puts a role into the one that reads everything. PostgreSQL 13 has
// none: there it is one of ours, to which create gives the rights that
// docs/grants.md lists.
func (s server) readsAll(t *testing.T) string {
	t.Helper()
	if s.major(t) >= 14 {
		return " IN ROLE pg_read_all_data"
	}
	s.run(t, "postgres", `DO $$ BEGIN CREATE ROLE reads_all; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
	return " IN ROLE reads_all"
}

// letRead gives these rights on what others than the superuser have made, or
// what was there before.
func (s server) letRead(t *testing.T, database string) {
	t.Helper()
	if s.major(t) < 14 {
		s.run(t, database, `DO $$ DECLARE s text; BEGIN FOR s IN SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
EXECUTE format('GRANT USAGE ON SCHEMA %1$s TO reads_all; GRANT SELECT ON ALL TABLES IN SCHEMA %1$s TO reads_all; GRANT SELECT ON ALL SEQUENCES IN SCHEMA %1$s TO reads_all', s); END LOOP; END $$`)
	}
}

// copier is a role with the rights that docs/grants.md lists for the
// destination: it creates databases, and is a member of the owner's roles.
func (s server) copier(t *testing.T, id string, owners ...string) login {
	name := "copier-" + id
	made := login{name, s.role(t, name, "NOSUPERUSER CREATEDB")}
	for _, owner := range owners {
		s.run(t, "postgres", `GRANT `+ident(owner)+` TO `+ident(name))
	}
	return made
}

// Roles with the fewest rights do: at the source one that reads, whose limits
// are short, at the destination one that creates databases.
func TestFewestRights(t *testing.T) {
	t.Parallel()
	id := random()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	reads := prod.role(t, "reader-"+id, prod.readsAll(t))
	prod.run(t, "postgres", `ALTER ROLE "reader-`+id+`" SET statement_timeout = '1ms'; ALTER ROLE "reader-`+id+`" SET idle_in_transaction_session_timeout = '1ms';
ALTER ROLE "reader-`+id+`" SET search_path = 'hr'; ALTER ROLE "reader-`+id+`" SET "DateStyle" = 'German'; ALTER ROLE "reader-`+id+`" SET default_transaction_read_only = off`)
	writes := staging.role(t, "writer-"+id, "CREATEDB")
	tr := newTrial(t, strings.ReplaceAll(tenantSQL, "ALTER TABLE child ENABLE ROW LEVEL SECURITY;", ""), keepRules)
	tr.src.Store, tr.dst = as(tr.src.Store, "reader-"+id, reads), as(tr.dst, "writer-"+id, writes)
	tr.must(t)
	tr.wantSame(t)
	tr.must(t)
	tr.wantNothingBeside(t)
	staging.run(t, "postgres", `DROP DATABASE `+ident(tr.twin))
}

// A policy that hides rows is an error, never a shorter copy.
func TestP07_RowLevelSecurityIsAnError(t *testing.T) {
	t.Parallel()
	id := random()
	prod := serverOf(t, "PROD")
	reads := prod.role(t, "reader-"+id, prod.readsAll(t))
	tr := newTrial(t, tinySQL+`; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON t USING (v <> 'first')`, tinyRules)
	tr.src.Store = as(tr.src.Store, "reader-"+id, reads)
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Denied); !strings.Contains(text, "BYPASSRLS") {
		t.Errorf("error: %s", text)
	}
}

// A missing right is named with its object.
func TestMissingRights(t *testing.T) {
	t.Parallel()
	id := random()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	tr := newTrial(t, tinySQL, tinyRules)
	src, dst := tr.src.Store, tr.dst
	tr.src.Store = as(src, "nobody-"+id, prod.role(t, "nobody-"+id, ""))
	_, err := tr.run(t.Context(), t)
	wantCode(t, err, report.Denied)
	tr.src.Store, tr.dst = src, as(dst, "nobody-"+id, staging.role(t, "nobody-"+id, ""))
	_, err = tr.run(t.Context(), t)
	wantCode(t, err, report.Denied)
	if strings.Contains(tr.seen.String(), "first") {
		t.Error("a value was printed")
	}
}

// What is wrong with an address is told at once.
func TestOpenErrors(t *testing.T) {
	t.Parallel()
	prod := serverOf(t, "PROD")
	good := prod.store("postgres")
	for name, c := range map[string]struct {
		change func(s *tenant.Store)
		code   report.Code
		says   string
	}{
		"wrong password":  {func(s *tenant.Store) { s.Password = tenant.NewSecret("wrong-password") }, report.Denied, "check user postgres"},
		"no database":     {func(s *tenant.Store) { s.URL += "-that-is-not-there" }, report.NotFound, "check the database's name"},
		"nobody answers":  {func(s *tenant.Store) { s.URL = "postgres://postgres@127.0.0.1:1/acme" }, report.Transient, "127.0.0.1:1"},
		"unknown host":    {func(s *tenant.Store) { s.URL = "postgres://postgres@pg.invalid/acme" }, report.Transient, "pg.invalid:5432"},
		"not an address":  {func(s *tenant.Store) { s.URL = "pg.prod.internal" }, report.Usage, "postgres://user@host"},
		"password in URL": {func(s *tenant.Store) { s.URL = "postgres://u:hidden-word@127.0.0.1/acme" }, report.Usage, "under password:"},
	} {
		t.Run(name, func(t *testing.T) {
			src := tenant.Source{Ref: tenant.Ref{Env: "prod", Name: "acme"}, Store: good, Session: tenant.Session{Run: "000000000000", User: "test"}}
			c.change(&src.Store)
			r, err := Open(t.Context(), src)
			if err == nil {
				_ = r.Close()
			}
			text := wantCode(t, err, c.code)
			if !strings.Contains(text, c.says) {
				t.Errorf("error: %s", text)
			}
			for _, secret := range []string{"wrong-password", "hidden-word", prod.password.Reveal()} {
				if strings.Contains(text, secret) {
					t.Errorf("a password is in the error")
				}
			}
		})
	}
}

// A source that does not exist is a fact for the guard.
func TestProbeOfNothing(t *testing.T) {
	t.Parallel()
	src := sourceOf(serverOf(t, "PROD"), "acme-"+random())
	p, err := Probe(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	facts, err := p.Facts(t.Context(), 1)
	if err != nil || facts.Exists {
		t.Errorf("facts %+v, %v", facts, err)
	}
}

// Sessions say who they are, on both sides.
func TestSessionNames(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	tr.src.Session.User = "jane"
	tr.once(report.Copy, func() {
		for side, name := range map[string]server{tr.source(): tr.prod, "postgres": tr.staging} {
			got := name.ask(t, "postgres", `SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'tenantcopy/%/jane'`, side)
			if len(got) == 0 {
				t.Errorf("no session of %s names itself", side)
			}
		}
	})
	tr.must(t)
}

// The password stands in no command line and the children inherit no secret.
func TestChildKeepsSecrets(t *testing.T) {
	t.Setenv("TENANTCOPY_KEY", "key-of-the-run")
	e, err := parseEndpoint(serverOf(t, "PROD").store("postgres"), report.Source, tenant.Session{Run: "r", User: "u"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGSERVICE", "elsewhere")
	out, err := child{program: "sh", args: []string{"-c", `tr '\0' '\n' </proc/$$/cmdline; env`}, e: e}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args, env, _ := strings.Cut(out, "env\n")
	if strings.Contains(args, e.password.Reveal()) || !strings.Contains(env, "PGPASSWORD="+e.password.Reveal()) || strings.Contains(env, "TENANTCOPY_") || strings.Contains(env, "PGSERVICE") {
		t.Error("a child sees what it must not see, or does not see its password")
	}
}

// What a mapped role owns and may do, its counterpart owns and may do.
func TestRoles(t *testing.T) {
	t.Parallel()
	id := random()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	prod.role(t, "app_prod_"+id, "")
	prod.role(t, "report_prod_"+id, "")
	app := staging.role(t, "app_staging_"+id, "")
	reports := staging.role(t, "report_staging_"+id, "")
	tr := newTrial(t, `CREATE SCHEMA s; CREATE TABLE s.t (id serial, v text); INSERT INTO s.t (v) VALUES ('x'); CREATE VIEW s.v AS SELECT * FROM s.t; CREATE TYPE s.e AS ENUM ('a'); CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER SCHEMA s OWNER TO app_prod_`+id+`; ALTER TABLE s.t OWNER TO app_prod_`+id+`; ALTER VIEW s.v OWNER TO app_prod_`+id+`; ALTER TYPE s.e OWNER TO app_prod_`+id+`; ALTER FUNCTION s.f(int) OWNER TO app_prod_`+id+`;
GRANT USAGE ON SCHEMA s TO report_prod_`+id+`; GRANT SELECT ON s.v TO report_prod_`+id, "version: 1\npeople: none\npostgres:\n  s.t: {id: keep, v: keep}\n")
	t.Cleanup(func() { prod.run(t, tr.source(), `DROP SCHEMA s CASCADE`) })
	staging.run(t, "postgres", `GRANT app_staging_`+id+` TO "`+tr.copies()+`"`)
	tr.dst.Roles = map[string]string{"app_prod_" + id: "app_staging_" + id, "report_prod_" + id: "report_staging_" + id}
	tr.must(t)
	t.Cleanup(func() { staging.run(t, tr.twin, `DROP SCHEMA s CASCADE`) })
	ask := func(user string, password tenant.Secret, sql string) error {
		e, err := parseEndpoint(as(tr.dst, user, password), report.Destination, tenant.Session{})
		if err != nil {
			return err
		}
		return e.in(t.Context(), tr.twin, func(conn *pgx.Conn) error {
			_, err := conn.Exec(t.Context(), sql)
			return err
		})
	}
	for sql, want := range map[string]bool{`INSERT INTO s.t (v) VALUES ('y')`: true, `ALTER TYPE s.e ADD VALUE 'b'`: true, `DROP FUNCTION s.f(int)`: true} {
		if err := ask("app_staging_"+id, app, sql); (err == nil) != want {
			t.Errorf("the application's %q: %v", sql, err)
		}
	}
	for sql, want := range map[string]bool{`SELECT * FROM s.v`: true, `SELECT * FROM s.t`: false} {
		if err := ask("report_staging_"+id, reports, sql); (err == nil) != want {
			t.Errorf("the report's %q: %v", sql, err)
		}
	}
}
