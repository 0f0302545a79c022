package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// One input has one output: in two tables, in two runs, in any case and with
// any blanks around it; under another key it has another, and none in common.
func TestP26_SameInputSameOutput(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE a (id int, mail text, n text, num bigint); CREATE TABLE b (id int, m varchar(90), n text, num text);
INSERT INTO a SELECT i, 'User' || i || '@x.org', 'Rose Quell' || i, i * 1000 FROM generate_series(1, 300) AS i; INSERT INTO b SELECT i, '  user' || i || '@X.org ', 'Rose Quell' || i, i * 1000 FROM generate_series(1, 300) AS i`,
		nobody+"  a: {id: keep, mail: email, n: name, num: digits}\n  b: {id: keep, m: email, n: name, num: digits}\n")
	tr.must(t)
	const agree = `SELECT count(*)::text FROM a JOIN b USING (id) WHERE lower(a.mail) = lower(btrim(b.m)) AND a.n = b.n AND a.num::text = b.num`
	if got := tr.staging.ask(t, tr.twin, agree)[0]; got != "300" {
		t.Errorf("%s rows agree", got)
	}
	const all = `SELECT mail FROM a UNION ALL SELECT n FROM a UNION ALL SELECT num::text FROM a UNION ALL SELECT m FROM b`
	first := tr.staging.ask(t, tr.twin, all)
	tr.must(t)
	if again := tr.staging.ask(t, tr.twin, all); !slices.Equal(first, again) {
		t.Error("another run writes other values")
	}
	tr.key = strings.Repeat("9a5c", 16)
	tr.must(t)
	common := 0
	for i, other := range tr.staging.ask(t, tr.twin, all) {
		if other == first[i] {
			common++
		}
	}
	if common > 3 { // digits of small numbers meet by accident
		t.Errorf("%d of %d values are the same under another key", common, len(first))
	}
}

const docsSQL = `CREATE TABLE t (id int PRIMARY KEY, doc jsonb); INSERT INTO t VALUES
(1, '{"a": [{"b": [{"mail": "secretive@x.org", "n": 1}, {"mail": null}, {"mail": ["deep.secretive@x.org"]}]}, {"b": []}], "gone": 1}'), (2, '{}'), (3, '5'), (4, '"secretive@x.org"'), (5, 'null'), (6, '[]'), (7, '[{"a": 1}]'), (8, NULL)`

// Nested arrays are reached, a path that is missing is no error, and a scalar
// at the root, or a key that is itself an address, is ruled or refused.
func TestP29_JSONOfEveryShape(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, docsSQL, nobody+`  t: {id: keep, doc: {json: {"a[].b[].mail": email, "a[].b[].n": keep, "no.such.path": name, gone: keep, "**": scan}}}`+"\n")
	tr.prod.run(t, tr.source(), `INSERT INTO t VALUES (9, '{"secretive@x.org": {"other.secretive@x.org": true}}')`)
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `SELECT coalesce(doc::text, '-') FROM t ORDER BY id`)
	for i, want := range []string{`"n": 1`, "{}", "5", `"x-`, "null", "[]", `[{"a": 1}]`, "-", `{"x-`} {
		if !strings.Contains(got[i], want) || strings.Contains(got[i], "secretive") {
			t.Errorf("document %d: %s", i+1, got[i])
		}
	}
	if shape := tr.staging.ask(t, tr.twin, `SELECT jsonb_array_length(doc -> 'a')::text || jsonb_array_length(doc #> '{a,0,b}') || jsonb_typeof(doc #> '{a,0,b,1,mail}') FROM t WHERE id = 1`)[0]; shape != "2"+"3"+"null" {
		t.Errorf("shape %s", shape)
	}
	tr.rules = nobody + `  t: {id: keep, doc: {json: {"a[].b[].mail": email, "a[].b[].n": keep, gone: keep}}}` + "\n"
	_, err := tr.run(t.Context(), t)
	if err == nil || report.CodeOf(err) != report.Privacy {
		t.Fatalf("what no rule covers: %v", err)
	}
	if strings.Contains(tr.seen.String()+err.Error(), "secretive") {
		t.Error("a key that is an address is told")
	}
}

// Every place where a schema or an odd table can hold somebody is classified
// or refused, and what the server derives of it is derived anew.
func TestP30_PersonalDataInOddPlaces(t *testing.T) {
	t.Parallel()
	const rules = `version: 1
person: {postgres: {users: {id: id, name: name, email: email}}}
postgres:
  users: {id: keep, name: person.name, email: person.email, photo: placeholder, city: {set: Nowhere}}
`
	const users = `CREATE TABLE users (id int PRIMARY KEY, name text, email text, photo bytea, city text);
INSERT INTO users SELECT i, CASE WHEN i % 2 = 0 THEN 'Waltraud Secretperson' ELSE 'Jane Unlikely' END, 'w' || i || '@secretive.org', '\x00', 'Secretville' FROM generate_series(1, 400) AS i;
CREATE MATERIALIZED VIEW report AS SELECT name, count(*) AS n FROM users GROUP BY name; CREATE STATISTICS st (mcv) ON name, city FROM users; ANALYZE users; COMMENT ON TABLE users IS 'Waltraud Secretperson'`
	tr := newTrial(t, users, rules)
	tr.must(t)
	for _, sql := range []string{`SELECT name FROM report`, `SELECT coalesce(obj_description('users'::regclass), '')`, `SELECT coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') FROM pg_stats WHERE schemaname = 'public'`,
		`SELECT coalesce(most_common_vals::text, '') FROM pg_stats_ext`, `SELECT encode(photo, 'escape') FROM users`} {
		if got := strings.Join(tr.staging.ask(t, tr.twin, sql), "\n"); strings.Contains(strings.ToLower(got), "secret") || strings.Contains(got, "Unlikely") {
			t.Errorf("%s shows a person", sql)
		}
	}
	tr.prod.run(t, tr.source(), `CREATE TYPE who AS ENUM ('Waltraud Secretperson'); CREATE TABLE odd (v text DEFAULT 'Waltraud Secretperson' CHECK (v <> 'w2@secretive.org')) PARTITION BY LIST (v);
CREATE TABLE odd_w PARTITION OF odd FOR VALUES IN ('Waltraud Secretperson'); CREATE VIEW vi AS SELECT 'w2@secretive.org' AS x; CREATE FUNCTION fu() RETURNS text LANGUAGE sql AS $$ SELECT 'Waltraud Secretperson' $$;
CREATE MATERIALIZED VIEW mv AS SELECT 'Waltraud Secretperson' AS x; CREATE STATISTICS es ON (v || 'Waltraud Secretperson'), v FROM odd_w;
CREATE DOMAIN dom AS text DEFAULT 'Waltraud Secretperson' CONSTRAINT dom_check CHECK (VALUE <> 'Waltraud Secretperson'); CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple, ACCEPT = 'true'); CREATE FUNCTION "Waltraud Secretperson"() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE audit_log (row_data bytea, who text); CREATE TABLE outbox (payload jsonb); CREATE TABLE sessions (token text, agent text)`)
	tr.prod.run(t, tr.source(), `CREATE OPERATOR CLASS "Waltraud Secretperson" FOR TYPE int4 USING hash AS OPERATOR 1 =; CREATE COLLATION "Waltraud Secretperson" (LOCALE = 'C');
CREATE VIEW wide AS SELECT 1 AS id, 2 AS "Waltraud Secretperson"; CREATE FUNCTION longer(text, int) RETURNS text LANGUAGE sql AS 'SELECT $1'; CREATE AGGREGATE agg(int) (SFUNC = longer, STYPE = text, INITCOND = 'Waltraud Secretperson')`)
	_, err := tr.run(t.Context(), t)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	if !strings.Contains(r.Why, "texts of the schema tell of people") || !strings.Contains(r.Hint, "oid::regclass") {
		t.Errorf("it says %q, and what to do: %q", r.Why, r.Hint)
	}
	all := strings.Join(r.Lines, "\n")
	for _, want := range []string{"label of type public.who", "default of public.odd.v", "constraint odd_v_check of public.odd", "bounds of partition public.odd_w", "view public.vi", "function public.fu()", "view public.mv", "statistics es",
		"default of type public.dom", "constraint dom_check", "name of a function, oid ", "name of an operator class, oid ", "name of a collation, oid ",
		"name of column 2 of the relation with oid ", "initial value of aggregate public.agg(integer)", "row_data: #", "who: #", "payload: #", "token: #", "agent: #"} {
		if want == "statistics es" && tr.prod.major(t) < 14 { // no expressions in them
			continue
		}
		if !strings.Contains(all, want) {
			t.Errorf("no line %q in\n%s", want, all)
		}
	}
	if strings.Contains(fmt.Sprint(err)+tr.seen.String(), "Secretperson") {
		t.Error("the refusal tells whom it found")
	}
}

// A value that a function of the application's puts where a server names
// objects does not reach a message.
func TestP31_NoValueInAnError(t *testing.T) {
	t.Parallel()
	const sql = `CREATE FUNCTION picky(v text, other text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
IF v = 'forbidden' THEN RAISE EXCEPTION 'no % and %', v, other USING ERRCODE = 'check_violation', CONSTRAINT = other, COLUMN = other, TABLE = other, SCHEMA = other, DATATYPE = other, DETAIL = other, HINT = other; END IF; RETURN true; END $$;
CREATE TABLE t (id int, v text, other text, CONSTRAINT t_picky CHECK (picky(v, other))); INSERT INTO t VALUES (1, 'fine', 'secretive')`
	tr := newTrial(t, sql, nobody+"  t: {id: keep, v: {set: forbidden}, other: keep}\n")
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Incompatible)
	if strings.Contains(text+tr.seen.String()+fmt.Sprintf("%+v %#v", err, err), "secretive") || !strings.Contains(text, "copy table t") {
		t.Errorf("error: %s", text)
	}
	tr.prod.run(t, tr.source(), `ALTER TABLE t DROP CONSTRAINT t_picky; ALTER TABLE t ADD CONSTRAINT t_plain CHECK (v <> 'forbidden' OR other <> 'secretive')`)
	_, err = tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "constraint t_plain") || strings.Contains(text, "secretive") {
		t.Errorf("error: %s", text)
	}
}
