package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What only newer versions have. Each runs where the source's server has it;
// the destination's is never older.

// novelty is a test of something that a version brought.
type novelty struct {
	name  string
	since int
	try   func(t *testing.T)
}

func TestNewerVersions(t *testing.T) {
	t.Parallel()
	major := serverOf(t, "PROD").major(t)
	for _, n := range novelties() {
		if n.since <= major {
			t.Run(n.name, func(t *testing.T) {
				t.Parallel()
				n.try(t)
			})
		}
	}
}

func novelties() []novelty {
	shape := func(sql string, tables ...string) func(t *testing.T) {
		return func(t *testing.T) {
			tr := newTrial(t, sql, keeping(tables...))
			tr.must(t)
			tr.wantSame(t)
		}
	}
	return []novelty{
		{"routines and statistics", 14, shape(`CREATE TABLE t (id int, v text COMPRESSION pglz, m int4multirange); INSERT INTO t VALUES (1, 'x', '{[1,3),[5,7)}'); CREATE PROCEDURE p(OUT x int) LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN a + 1; CREATE STATISTICS s ON (id % 7), v FROM t`, "t: id v m")},
		{"keys and views", 15, shape(`CREATE TABLE a (id int PRIMARY KEY, v text, UNIQUE NULLS NOT DISTINCT (v)); CREATE TABLE b (x int, y int REFERENCES a); ALTER TABLE b ADD UNIQUE (x, y);
CREATE TABLE c (x int, y int, FOREIGN KEY (x, y) REFERENCES b (x, y) ON DELETE SET NULL (y)); CREATE VIEW w WITH (security_invoker) AS SELECT v FROM a; INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (2, 1); INSERT INTO c VALUES (2, 1)`,
			"a: id v", "b: x y", "c: x y")},
		{"publications", 15, shape(`CREATE TABLE t (id int PRIMARY KEY, v text, w text); CREATE PUBLICATION p FOR TABLE t (id, v) WHERE (id > 5 AND v <> 'it''s') WITH (publish = 'insert, delete'); CREATE TABLE u (id int); CREATE PUBLICATION q FOR TABLE u, t`,
			"t: id v w", "u: id")},
		{"storage", 16, shape(`CREATE TABLE t (v text STORAGE EXTERNAL, w text STORAGE MAIN); INSERT INTO t VALUES ('x', 'y')`, "t: v w")},
		{"partitions", 17, shape(`CREATE EXTENSION btree_gist; CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 5), at date, span int4range, EXCLUDE USING gist (at WITH =, span WITH &&)) PARTITION BY RANGE (at) USING heap;
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE t2 PARTITION OF t DEFAULT; INSERT INTO t (at, span) VALUES ('2024-05-05', '[1,5)'), ('2026-05-05', '[1,5)')`, "t: id at span")},
		{"collations", 17, shape(`CREATE COLLATION plain (provider = builtin, locale = 'C.UTF-8'); CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE COLLATION bent (provider = icu, locale = 'und', rules = '&a < g');
CREATE TABLE t (v text COLLATE plain, w text COLLATE loose UNIQUE, x text COLLATE bent); INSERT INTO t VALUES ('a', 'B', 'c')`, "t: v w x")},
		{"P16_LoginEventTrigger", 17, tryLoginTrigger},
		{"P11_VirtualColumns", 18, tryVirtualColumns},
		{"constraints that are not enforced", 18, tryNotEnforced},
		{"NOT NULL with a name", 18, shape(`CREATE TABLE t (id int CONSTRAINT has_id NOT NULL, v text, w int CONSTRAINT only_here NOT NULL NO INHERIT); INSERT INTO t VALUES (1, NULL, 1); ALTER TABLE t ADD CONSTRAINT has_v NOT NULL v NOT VALID`, "t: id v w")},
		{"keys over time", 18, shape(`CREATE EXTENSION btree_gist; CREATE TABLE rooms (id int, at tsrange, note text, PRIMARY KEY (id, at WITHOUT OVERLAPS), UNIQUE (note, at WITHOUT OVERLAPS));
CREATE TABLE stays (room int, at tsrange, FOREIGN KEY (room, PERIOD at) REFERENCES rooms (id, PERIOD at)); INSERT INTO rooms VALUES (1, '[2024-01-01,2024-02-01)', 'x'), (1, '[2024-02-01,2024-03-01)', 'y'); INSERT INTO stays VALUES (1, '[2024-01-15,2024-02-15)')`,
			"rooms: id at note", "stays: room at")},
		{"keys of partitioned tables", 18, shape(`CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE p (a int, at date) PARTITION BY RANGE (at); CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p VALUES (7, '2024-01-01');
ALTER TABLE p ADD CONSTRAINT unproved FOREIGN KEY (a) REFERENCES a NOT VALID`, "a: id", "p: a at")},
		{"generated columns that are published", 18, shape(`CREATE TABLE t (id int PRIMARY KEY, v text, g text GENERATED ALWAYS AS (upper(v)) STORED); INSERT INTO t VALUES (1, 'x'); CREATE PUBLICATION p FOR TABLE t WITH (publish_generated_columns = stored)`, "t: id v")},
	}
}

// A column that is computed when it is read is made of what the rules wrote.
func tryVirtualColumns(t *testing.T) {
	const sql = `CREATE TABLE t (id int, v text, loud text GENERATED ALWAYS AS (upper(v)) VIRTUAL, low text GENERATED ALWAYS AS (lower(v)) STORED, n int) PARTITION BY LIST (n); CREATE TABLE t1 PARTITION OF t DEFAULT;
INSERT INTO t (id, v, n) VALUES (1, 'Ann', 7), (2, NULL, NULL); CREATE VIEW w AS SELECT loud FROM t`
	tr := newTrial(t, sql, keeping("t: id v n"))
	tr.must(t)
	tr.wantSame(t)
	tr.rules = rulesOf(`t: {id: keep, v: {set: Zoe}, n: keep}`)
	tr.must(t)
	tr.wantRows(t, `SELECT loud || low FROM t WHERE id = 1`, "ZOEzoe")
}

// What the source does not enforce, rules need not satisfy, and the twin does
// not enforce either.
func tryNotEnforced(t *testing.T) {
	tr := newTrial(t, `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p int CONSTRAINT loose REFERENCES p NOT ENFORCED, v text CONSTRAINT short CHECK (v <> 'long') NOT ENFORCED); INSERT INTO c VALUES (1, 99, 'long'), (2, 98, 'x')`,
		keeping("p: id", "c: id p v"))
	tr.must(t)
	tr.wantSame(t)
	tr.rules = rulesOf(`p: {id: keep}`, `c: {id: keep, p: {set: "7"}, v: {set: long}}`)
	tr.must(t)
	tr.wantRows(t, `SELECT p || v FROM c ORDER BY id`, "7long", "7long")
	tr.wantRows(t, `SELECT conname::text FROM pg_constraint WHERE NOT conenforced ORDER BY 1`, "loose", "short")
}

// An event trigger on login that writes lets no session in that only reads:
// the error says what to do. The twin has the trigger from the switch on.
func tryLoginTrigger(t *testing.T) {
	tr := newTrial(t, tinySQL+`; CREATE TABLE logins (who text); CREATE FUNCTION note_login() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.logins VALUES (session_user); END $$;
CREATE EVENT TRIGGER noted ON login EXECUTE FUNCTION note_login(); ALTER EVENT TRIGGER noted ENABLE ALWAYS`, tinyRules+"  logins: {who: {set: someone}}\n")
	_, err := tr.run(t.Context(), t)
	want := `ALTER ROLE "` + userOf(tr.src.Store) + `" SET event_triggers = off`
	if text := wantCode(t, err, report.Denied); !strings.Contains(text, want) {
		t.Errorf("error: %s", text)
	}
	tr.prod.run(t, "postgres", want)
	m := tr.must(t)
	wantNote(t, m, "event trigger noted is not carried")
	tr.staging.run(t, "postgres", `DROP DATABASE `+ident(tr.twin))
	tr.dst = tr.staging.store(tr.twin)
	for range 2 { // the second over a twin that has the trigger
		tr.must(t)
		tr.wantRows(t, `SELECT evtevent || evtenabled::text FROM pg_event_trigger`, "loginA")
	}
	tr.wantNothingBeside(t)
}
