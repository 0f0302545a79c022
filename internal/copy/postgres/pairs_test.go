package postgres

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What two servers of different versions demand of a copy, and what it keeps
// where they are of one.

// A copy goes to no older server: the way back is refused before anything is
// written. Between equals both ways are open.
func TestOlderDestinationIsRefused(t *testing.T) {
	t.Parallel()
	id := random()
	tr := &trial{prod: serverOf(t, "STAGING"), staging: serverOf(t, "PROD"), twin: "twin-" + id, rules: tinyRules, partSize: defaultPart, mostClosed: mostClosed}
	writes := tr.staging.copier(t, id)
	tr.prod.create(t, "acme-"+id)
	tr.prod.run(t, "acme-"+id, tinySQL)
	tr.staging.dropAfter(t, tr.twin)
	tr.src, tr.dst = sourceOf(tr.prod, "acme-"+id), as(tr.staging.store(tr.twin), writes.name, writes.password)
	source, dst := tr.prod.major(t), tr.staging.major(t)
	_, err := tr.run(t.Context(), t)
	if source == dst {
		if err != nil {
			t.Errorf("to an equal: %v", err)
		}
		return
	}
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, fmt.Sprintf("PostgreSQL %d at the destination is older than %d at the source", dst, source)) {
		t.Errorf("error: %s", text)
	}
	if left := tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(left) > 0 {
		t.Errorf("databases %q are there", left)
	}
}

// Whoever has every right on a table at the source has every right in the twin,
// those that only its server knows too: an owner can refresh and vacuum what is
// his. A right that is not everything stays what it is.
func TestP17_RightsOfANewerServer(t *testing.T) {
	t.Parallel()
	tr, who := staffedTrial(t)
	tr.dst.Roles = map[string]string{who.prodOwner: who.owner.name, who.prodUser: who.user.name}
	tr.prod.run(t, tr.source(), `SET ROLE `+who.prodOwner+`; CREATE MATERIALIZED VIEW app.sums AS SELECT count(*) AS n FROM app.orders; GRANT ALL ON app.all_orders TO `+who.prodUser+`; GRANT ALL ON plain TO `+who.prodUser+` WITH GRANT OPTION;
REVOKE TRUNCATE ON app.orders FROM `+who.prodUser+`; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO `+who.prodUser+`; ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON TABLES TO `+who.prodUser)
	tr.prod.letRead(t, tr.source())
	tr.must(t)
	for range 2 {
		tr.try17(t, who)
		tr.must(t) // over the twin that has them
	}
}

// try17 looks at the rights in the twin by using them.
func (tr *trial) try17(t *testing.T, who staff) {
	t.Helper()
	tr.wantTries(t, who.owner, map[string]bool{`REFRESH MATERIALIZED VIEW app.sums`: true, `ANALYZE app.orders`: true, `CREATE TABLE app.later (v text); ANALYZE app.later; CREATE INDEX ON app.later (v); REINDEX TABLE app.later`: true})
	const missing = `SELECT coalesce(string_agg(privilege_type, ' ' ORDER BY 1), '') FROM (SELECT DISTINCT privilege_type FROM aclexplode(acldefault('r', 10))) AS a
WHERE NOT has_table_privilege($1, $2, privilege_type || $3)`
	for table, user := range map[string]string{"app.orders": who.owner.name, "app.sums": who.owner.name, "app.later": who.owner.name, "app.all_orders": who.user.name, "plain": who.user.name} {
		option := ""
		if table == "plain" {
			option = " WITH GRANT OPTION"
		}
		if got := tr.staging.ask(t, tr.twin, missing, user, table, option)[0]; got != "" {
			t.Errorf("role %s lacks %s on table %s", user, got, table)
		}
	}
	if got := tr.staging.ask(t, tr.twin, missing, who.user.name, "app.orders", "")[0]; !strings.Contains(got, "DELETE") || strings.Contains(got, "INSERT") || tr.staging.major(t) >= 17 && !strings.Contains(got, "MAINTAIN") {
		t.Errorf("role %s lacks %q on table app.orders", who.user.name, got)
	}
	tr.wantTries(t, who.owner, map[string]bool{`DROP TABLE app.later`: true})
}

// A twin's text is stored and sorted by what its source's is, whichever library
// that asks.
func TestP18_LocaleProviders(t *testing.T) {
	t.Parallel()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	for _, c := range []struct {
		since   int
		options string
	}{
		{13, `LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`},
		{15, `LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk'`},
		{15, `LC_COLLATE 'C.UTF-8' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en_US'`},
		{16, `LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und' ICU_RULES '&V << w <<< W'`},
		{17, `LOCALE 'C.UTF-8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`},
		{18, `LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'`},
	} {
		if prod.major(t) < c.since {
			continue
		}
		t.Run(c.options, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, `SELECT 1`, tinyRules)
			prod.run(t, "postgres", `DROP DATABASE `+ident(tr.source()))
			prod.run(t, "postgres", `CREATE DATABASE `+ident(tr.source())+` TEMPLATE template0 ENCODING 'UTF8' `+c.options)
			prod.run(t, tr.source(), tinySQL)
			prod.letRead(t, tr.source())
			tr.must(t)
			tr.wantLocale(t)
			tr.dst.Template = "template-" + random()
			staging.run(t, "postgres", `CREATE DATABASE `+ident(tr.dst.Template)+` TEMPLATE template0 OWNER `+ident(tr.copies())+` ENCODING 'UTF8' `+c.options)
			staging.dropAfter(t, tr.dst.Template)
			tr.must(t)
			tr.wantLocale(t)
		})
	}
}

// wantLocale compares both sides'.
func (tr *trial) wantLocale(t *testing.T) {
	t.Helper()
	read := func(s server, database string) locale {
		conn := s.connect(t, database)
		defer conn.Close(t.Context()) // no session may be in the way of the next switch
		l, err := readLocale(t.Context(), conn.Query)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if src, dst := read(tr.prod, tr.source()), read(tr.staging, tr.twin); !dst.same(src) {
		t.Errorf("the source has %s, the twin %s", src, dst)
	}
}

// Programs that do not fit give way to those that packages have installed
// beside them: the newest that is not newer than the destination.
func TestP42_FittingProgramsAreFound(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	s, _ := tr.prepared(t)
	dir := t.TempDir()
	install := func(folder string, dump, restore int) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, folder, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
		for program, major := range map[string]int{"pg_dump": dump, "pg_restore": restore} {
			text := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %d.1 (Debian)'\n", program, major)
			if err := os.WriteFile(filepath.Join(dir, folder, "bin", program), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, major := range []int{90, 96, 98, 99} {
		install(fmt.Sprint(major), major, major)
	}
	install("mixed", 97, 95)
	if err := os.MkdirAll(filepath.Join(dir, "empty", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.r.installed = []string{filepath.Join(dir, "no-such-*"), filepath.Join(dir, "*", "bin")}
	for _, c := range []struct {
		source, dst int
		want        string
	}{{96, 98, "98"}, {96, 97, "96"}, {97, 97, "98"}, {99, 99, "99"}, {91, 95, "96"}} {
		got, err := toolbox{s.r.installed, s.e}.findPrograms(t.Context(), c.source, c.dst)
		if err != nil || string(got) != filepath.Join(dir, c.want, "bin") {
			t.Errorf("from %d to %d: %s, %v, want %s", c.source, c.dst, got, err, c.want)
		}
	}
	_, err := toolbox{s.r.installed, s.e}.findPrograms(t.Context(), 100, 100)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "postgresql-client-100") {
		t.Errorf("error: %s", text)
	}
	for _, c := range []struct {
		p           programs
		source, dst int
		fit         bool
	}{{programs{dump: 13, restore: 13}, 13, 13, true}, {programs{dump: 15, restore: 15}, 13, 14, true}, {programs{dump: 17, restore: 17}, 13, 17, true}, {programs{dump: 17, restore: 17}, 13, 16, false}, {programs{dump: 16, restore: 15}, 15, 18, false}, {programs{dump: 14, restore: 18}, 15, 18, false}} {
		if c.p.fit(c.source, c.dst) != c.fit {
			t.Errorf("%+v from %d to %d: %v", c.p, c.source, c.dst, !c.fit)
		}
	}
}

// What a newer server has no more ends the run before the old twin is touched,
// with the object's name. Between servers that have it, it is carried.
func TestWhatNewerServersLack(t *testing.T) {
	t.Parallel()
	prod, staging := serverOf(t, "PROD"), serverOf(t, "STAGING")
	for _, c := range []struct {
		last       int // version that has it
		name, sql  string
		whatItSays string
	}{
		{13, "postfix operators", `CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'; CREATE OPERATOR !! (LEFTARG = int, FUNCTION = twice)`, "OPERATOR !!"},
		{13, "functions of arrays of any type", `CREATE AGGREGATE heap (anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}')`, "AGGREGATE heap(anyelement)"},
	} {
		if prod.major(t) > c.last {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, tinySQL, tinyRules)
			tr.must(t)
			prod.run(t, tr.source(), c.sql)
			_, err := tr.run(t.Context(), t)
			if staging.major(t) <= c.last {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, c.whatItSays) || !strings.Contains(text, "may have no more") {
				t.Errorf("error: %s", text)
			}
			tr.wantRows(t, `SELECT v FROM t`, "first")
			tr.wantNothingBeside(t)
		})
	}
}
