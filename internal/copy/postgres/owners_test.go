package postgres

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// staff is the roles of an application on both sides.
type staff struct {
	prodOwner, prodUser, prodOther string
	owner, user                    login // in staging
}

const staffSQL = `CREATE SCHEMA app; CREATE TABLE app.orders (id serial PRIMARY KEY, v text, hidden text); INSERT INTO app.orders (v) VALUES ('x');
CREATE VIEW app.all_orders AS SELECT id, v FROM app.orders; CREATE TYPE app.mood AS ENUM ('a'); CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE plain (v text); CREATE SEQUENCE app.loose; CREATE TEXT SEARCH CONFIGURATION app.plain_words (COPY = simple)`

const staffRules = "version: 1\npeople: none\npostgres:\n  app.orders: {id: keep, v: keep, hidden: keep}\n  plain: {v: keep}\n  newer: {v: keep}\n"

// staffedTrial is a tenant whose application owns its objects.
func staffedTrial(t *testing.T) (*trial, staff) {
	t.Helper()
	id := random()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	who := staff{prodOwner: "prod_owner_" + id, prodUser: "prod_user_" + id, prodOther: "prod_other_" + id}
	for _, name := range []string{who.prodOwner, who.prodUser, who.prodOther} {
		prod.role(t, name, "")
	}
	who.owner = login{"staging_owner_" + id, staging.role(t, "staging_owner_"+id, "")}
	who.user = login{"staging_user_" + id, staging.role(t, "staging_user_"+id, "")}
	tr := newTrial(t, `GRANT CREATE ON SCHEMA public TO `+who.prodOwner, staffRules)
	prod.run(t, "postgres", `ALTER DATABASE `+ident(tr.source())+` OWNER TO `+who.prodOwner)
	prod.run(t, tr.source(), `SET ROLE `+who.prodOwner+`; `+staffSQL+`; GRANT USAGE ON SCHEMA app TO `+who.prodUser+`, `+who.prodOther+`;
GRANT SELECT, INSERT ON app.orders TO `+who.prodUser+`; GRANT SELECT ON app.all_orders TO `+who.prodOther+`; REVOKE EXECUTE ON FUNCTION app.f(int) FROM PUBLIC`)
	prod.letRead(t, tr.source())
	staging.run(t, "postgres", `GRANT `+who.owner.name+` TO "`+tr.copies()+`"`)
	return tr, who
}

// try runs statements in the twin as a role.
func (tr *trial) try(t *testing.T, who login, sql string) error {
	t.Helper()
	e, err := parseEndpoint(as(tr.dst, who.name, who.password), report.Destination, tenant.Session{})
	if err != nil {
		return err
	}
	return e.in(t.Context(), tr.twin, func(conn *pgx.Conn) error {
		_, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
		return err
	})
}

// wantTries runs statements that must succeed or must not.
func (tr *trial) wantTries(t *testing.T, who login, want map[string]bool) {
	t.Helper()
	for sql, ok := range want {
		if err := tr.try(t, who, sql); (err == nil) != ok {
			t.Errorf("%s: %q: %v", who.name, sql, err)
		}
	}
}

// wantNote fails unless a note of the run has the text.
func wantNote(t *testing.T, m report.Manifest, text string) {
	t.Helper()
	for _, s := range m.Stores {
		if slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, text) }) {
			return
		}
	}
	t.Errorf("no note says %q: %+v", text, m.Stores)
}

// After a first copy the roles that roles: names own and may do what their
// counterparts do, and the application can read, write and migrate.
func TestP17_FirstCopyBelongsToMappedRoles(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	m := tr.must(t)
	wantNote(t, m, "role "+who.prodOther+" of the source has no counterpart")
	tr.wantTries(t, who.user, map[string]bool{`SELECT v FROM app.orders; INSERT INTO app.orders (id, v) VALUES (9, 'y')`: true, `DELETE FROM app.orders`: false, `SELECT app.f(1)`: false, `SELECT FROM app.all_orders`: false, `CREATE TABLE app.x ()`: false})
	tr.migrate(t, who)
}

// Whoever may create in schema public, or use it, may in a first twin too,
// though the schema belongs to the server's role there and not to the
// application's.
func TestP17_FirstCopyHasTheRightsOnPublic(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	if tr.staging.major(t) < 15 { // where public is a superuser's
		return
	}
	tr.prod.run(t, tr.source(), `ALTER DATABASE `+ident(tr.source())+` OWNER TO postgres; ALTER SCHEMA public OWNER TO `+who.prodOwner+`; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO `+who.prodUser)
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	other := login{"staging_other_" + tr.twin, tr.staging.role(t, "staging_other_"+tr.twin, "")}
	tr.must(t)
	tr.wantTries(t, who.owner, map[string]bool{`CREATE TABLE public.mine (v int); DROP TABLE public.mine`: true})
	tr.wantTries(t, who.user, map[string]bool{`SELECT 'public.plain'::regclass`: true, `CREATE TABLE public.mine (v int)`: false})
	tr.wantTries(t, other, map[string]bool{`SELECT 'public.plain'::regclass`: false})
}

// migrate does what a deployment of the application does.
func (tr *trial) migrate(t *testing.T, who staff) {
	t.Helper()
	if err := tr.try(t, who.owner, `ALTER TABLE app.orders ADD COLUMN fresh int; CREATE TABLE app.fresh (id serial); DROP TABLE app.fresh; UPDATE app.orders SET v = 'z'; ALTER TYPE app.mood ADD VALUE 'b';
DROP FUNCTION app.f(int); CREATE TABLE public.fresh (id int); DROP TABLE public.fresh; ALTER TABLE public.plain ADD COLUMN w int; ALTER SEQUENCE app.loose RESTART; CREATE SCHEMA fresh; DROP SCHEMA fresh; DROP TEXT SEARCH CONFIGURATION app.plain_words; ALTER TABLE app.orders DROP COLUMN fresh`); err != nil {
		t.Errorf("the application cannot migrate: %v", err)
	}
}

// A twin keeps its owners, rights, default rights and settings, whatever
// production has.
func TestP17_TwinKeepsItsOwnersRightsAndSettings(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name}
	tr.must(t)
	own := func(sql string) {
		t.Helper()
		if err := tr.try(t, who.owner, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	own(`GRANT USAGE, CREATE ON SCHEMA app TO ` + who.user.name + `; GRANT DELETE ON app.orders TO ` + who.user.name + ` WITH GRANT OPTION; GRANT SELECT (v), UPDATE (hidden) ON app.orders TO ` + who.user.name + `;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ` + who.user.name + `; ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO ` + who.user.name + `; REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
ALTER DATABASE "` + tr.twin + `" SET search_path = "$user", app, "Odd ""One"; ALTER DATABASE "` + tr.twin + `" SET statement_timeout = '77s'; ALTER DATABASE "` + tr.twin + `" SET application_name = 'it''s'; REVOKE CONNECT ON DATABASE "` + tr.twin + `" FROM PUBLIC; GRANT CONNECT ON DATABASE "` + tr.twin + `" TO ` + who.user.name)
	tr.staging.run(t, "postgres", `ALTER DATABASE "`+tr.twin+`" CONNECTION LIMIT 17; ALTER ROLE `+who.user.name+` IN DATABASE "`+tr.twin+`" SET work_mem = '9MB'`)
	tr.prod.run(t, tr.source(), `CREATE TABLE newer (v text); ALTER TABLE newer OWNER TO `+who.prodOwner+`; GRANT ALL ON app.orders TO PUBLIC; ALTER DATABASE "`+tr.source()+`" SET work_mem = '5MB'`)
	before := tr.legacy(t)
	m := tr.must(t)
	wantNote(t, m, "setting work_mem of role "+who.user.name+" could not be carried")
	after := tr.legacy(t)
	for name, want := range before {
		if after[name] != want {
			t.Errorf("%s\nwas %s\nis  %s", name, want, after[name])
		}
	}
	tr.wantTries(t, who.user, map[string]bool{`SELECT v FROM app.orders`: true, `SELECT hidden FROM app.orders`: false, `SELECT FROM public.newer`: true, `INSERT INTO public.newer VALUES ('x')`: false})
	tr.migrate(t, who)
	tr.must(t) // a connection limit and closed doors do not hinder the next one
}

// legacy is what a twin hands on to the next one, as the server shows it.
func (tr *trial) legacy(t *testing.T) map[string]string {
	t.Helper()
	conn := tr.staging.connect(t, tr.twin)
	defer conn.Close(context.Background())
	out := make(map[string]string)
	err := each(t.Context(), conn.Query, `SELECT 'relation ' || oid::regclass, relowner::regrole || ' ' || coalesce((SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(relacl) x), '') FROM pg_class
  WHERE oid >= 16384 AND relnamespace::regnamespace::text IN ('app', 'public') AND relkind IN ('r', 'v', 'S') AND relname <> 'newer'
UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384
UNION ALL SELECT 'schema ' || nspname, nspowner::regrole || ' ' || coalesce((SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(nspacl) x), '') FROM pg_namespace WHERE nspname IN ('app', 'public')
UNION ALL SELECT 'type', typowner::regrole || ' ' || coalesce(typacl::text, '') FROM pg_type WHERE typname = 'mood'
UNION ALL SELECT 'function', proowner::regrole || ' ' || coalesce(proacl::text, '') FROM pg_proc WHERE proname = 'f'
UNION ALL SELECT 'configuration', cfgowner::regrole::text FROM pg_ts_config WHERE cfgname = 'plain_words'
UNION ALL SELECT 'defaults ' || defaclobjtype::text || ' ' || defaclnamespace::regnamespace, defaclrole::regrole || ' ' || defaclacl::text FROM pg_default_acl
UNION ALL SELECT 'database', datdba::regrole || ' ' || datconnlimit || ' ' || coalesce((SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(datacl) x), '') FROM pg_database WHERE datname = current_database()
UNION ALL SELECT 'settings', (SELECT string_agg(x, ' ' ORDER BY x) FROM unnest(setconfig) x) FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`, nil, func(rows pgx.Rows) error {
		var name string
		var value *string
		err := rows.Scan(&name, &value)
		if value != nil {
			out[name] = *value
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Without roles: a first copy belongs to whoever copies, and the report says
// whose things had no counterpart.
func TestP17_UnmappedOwnersAreReported(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	m := tr.must(t)
	wantNote(t, m, "role "+who.prodOwner+" of the source has no counterpart under roles: what it owns")
	wantNote(t, m, "role "+who.prodUser+" of the source has no counterpart under roles: its rights on 2 objects")
	if got := tr.staging.ask(t, tr.twin, `SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname IN ('app', 'public')`); len(got) != 1 || got[0] != tr.copies() {
		t.Errorf("owners %v", got)
	}
}

// A role that is not there, or that we are no member of, is told of with what
// to do, before anything is written.
func TestP17_MissingMembershipIsRefusedWithItsGrant(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.dst.Roles = map[string]string{who.prodOwner: "no_such_role", who.prodUser: who.user.name}
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "no_such_role") {
		t.Errorf("error: %s", text)
	}
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name}
	tr.staging.run(t, "postgres", `REVOKE `+who.owner.name+` FROM "`+tr.copies()+`"`)
	_, err = tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Denied); !strings.Contains(text, `GRANT "`+who.owner.name+`" TO "`+tr.copies()+`"`) {
		t.Errorf("error: %s", text)
	}
	tr.wantNothingBeside(t)
}
