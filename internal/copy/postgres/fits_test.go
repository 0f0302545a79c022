package postgres

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// refused runs a trial that must be refused before anything is written, and
// returns the lines of the refusal.
func (tr *trial) refused(t *testing.T) string {
	t.Helper()
	_, err := tr.run(t.Context(), t)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	for _, database := range tr.staging.ask(t, "postgres", `SELECT datname::text FROM pg_database WHERE datname IN ($1, $2)`, tr.twin, tr.twin+"__new") { // admission has made a place for its marker
		if got := tr.staging.ask(t, database, `SELECT relname::text FROM pg_class WHERE oid >= 16384`); len(got) > 0 {
			t.Errorf("the refusal came after %q was made", got)
		}
	}
	return strings.Join(r.Lines, "\n")
}

const nobody = "version: 1\npeople: none\npostgres:\n"

// A column that production has got since the rules were written ends the run.
func TestP23_ANewColumnStopsTheRun(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (id int, v text)`, nobody+"  t: {id: keep, v: keep}\n")
	tr.must(t)
	tr.prod.run(t, tr.source(), `ALTER TABLE t ADD COLUMN mother_name text`)
	_, err := tr.run(t.Context(), t)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok || r.Code != report.Privacy || !strings.Contains(strings.Join(r.Lines, "\n"), "mother_name: #") {
		t.Fatalf("%v", err)
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT attname::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0`); !slices.Equal(got, []string{"id", "v"}) {
		t.Errorf("the old twin has %q", got)
	}
}

const uniqueSQL = `CREATE EXTENSION citext; CREATE EXTENSION btree_gist;
CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, ci citext, nick text, slug text, room text, during int4range, gone timestamptz, tenant int, code varchar(13), single text, low text GENERATED ALWAYS AS (lower(nick)) STORED);
CREATE UNIQUE INDEX people_lower ON people (lower(email)); CREATE UNIQUE INDEX people_ci ON people (ci);
CREATE UNIQUE INDEX people_low ON people (low); CREATE UNIQUE INDEX people_part ON people (slug) WHERE gone IS NULL;
CREATE UNIQUE INDEX people_left ON people (left(code, 3)); CREATE UNIQUE INDEX people_both ON people (tenant, nick);
ALTER TABLE people ADD CONSTRAINT people_room EXCLUDE USING gist (room WITH =, during WITH &&);
INSERT INTO people SELECT i, 'Person' || i || '@x.org', 'C' || i || '@x.org', 'n' || i, 's' || i, 'r' || i % 100, int4range(i, i + 1), NULL, i % 7, lpad(i::text, 3, '0'), 's' || i FROM generate_series(1, 999) AS i;
INSERT INTO people SELECT 2000 + i, CASE i WHEN 1 THEN 'a@x.org' END, NULL, NULL, 's' || i, NULL, NULL, now(), NULL, NULL, 'z' || i FROM generate_series(1, 2) AS i;
DO $$ BEGIN IF current_setting('server_version_num')::int >= 150000 THEN EXECUTE 'CREATE UNIQUE INDEX people_single ON people (single) NULLS NOT DISTINCT'; END IF; END $$`

// All kinds of unique keys stand in the copy, under verbs that keep values
// apart; every verb that does not is refused, with its key.
func TestP24_UniqueKeysOfEveryKindHold(t *testing.T) {
	t.Parallel()
	good := nobody + "  people: {id: digits, email: email, ci: email, nick: uuid, slug: digits, room: digits, during: keep, gone: keep, tenant: keep, code: keep, single: digits}\n"
	tr := newTrial(t, uniqueSQL, good)
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text || count(DISTINCT lower(email)) || count(DISTINCT ci) || count(DISTINCT id) FROM people`)[0]; got != "1001"+"1000"+"999"+"1001" {
		t.Errorf("counts %s", got)
	}
	tr.rules = nobody + "  people: {id: {set: 1}, email: name, ci: phone, nick: company, slug: digits, room: job, during: keep, gone: null, tenant: keep, code: digits, single: null}\n"
	tr.confirm = false
	_, err := tr.run(t.Context(), t)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	all := strings.Join(r.Lines, "\n")
	if newer := tr.prod.ask(t, tr.source(), `SELECT 'there' FROM pg_class WHERE relname = 'people_single'`); len(newer) > 0 && !strings.Contains(all, "people.single: null can make two values one, and unique key people_single") {
		t.Errorf("NULLs that are equal: %s", all)
	}
	for _, want := range []string{
		"people.id: set can make two values one, and unique key people_pkey", "people.email: name can make two values one, and unique key people_email_key",
		"unique key people_lower", "people.ci: phone can make two values one, and unique key people_ci", "people.nick: company can make two values one, and unique key people_low",
		"people.gone: null could bring rows into unique key people_part", "people.code: digits can make two values one, and unique key people_left",
		"people.nick: company can make two values one, and unique key people_both", "people.room: job can make two values one, and unique key people_room",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no line %q in\n%s", want, all)
		}
	}
}

// A key that is unique but for its case stays so: two addresses that differ in
// nothing else are two.
func TestP24_CaseVariantsStayApart(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (email text UNIQUE); INSERT INTO t VALUES ('rose.hill@x.org'), ('Rose.hill@x.org'), ('Rose.Hill@x.org'), ('ROSE.HILL@X.ORG'), ('rOse.hill@x.org'), ('roSe.hill@X.org'), (' rose.hill@x.org')`,
		nobody+"  t: {email: email}\n")
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(DISTINCT email)::text || count(DISTINCT lower(btrim(email))) FROM t`)[0]; got != "71" {
		t.Errorf("counts %s", got)
	}
}

const checkedSQL = `CREATE TYPE mood AS ENUM ('calm', 'busy'); CREATE DOMAIN email AS varchar(120) CHECK (VALUE ~ '^[^@ ]+@[^@ ]+$') NOT NULL; CREATE DOMAIN tag AS text CHECK (VALUE = lower(VALUE));
CREATE TABLE t (id int PRIMARY KEY, mail email, short varchar(30), tag tag, zip char(5) CHECK (zip ~ '^[0-9]{5}$'), n int CHECK (n BETWEEN 0 AND 99), mood mood NOT NULL, must text NOT NULL, a text, b text, CHECK (a IS NOT NULL OR b IS NOT NULL), CHECK (n < id OR tag <> ''));
INSERT INTO t SELECT i, 'user' || i || '@x.org', 'u' || i || '@x.org', 'tag', lpad(i::text, 5, '0'), i % 100, 'calm', 'must', 'a', NULL FROM generate_series(100, 400) AS i`

// A table that is left empty does not end the search: those after it are tried
// as well.
func TestP25_TablesBehindAnEmptyOneAreTried(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE a (id int); CREATE TABLE b (id int, zip text CHECK (zip ~ '^[0-9]{5}$')); INSERT INTO b VALUES (1, '12345')`,
		nobody+"  a: {$rows: none, id: keep}\n  b: {id: keep, zip: {set: nowhere}}\n")
	if all := tr.refused(t); !strings.Contains(all, "b.zip: set can write a value that constraint b_zip_check refuses") {
		t.Errorf("the refusal says %q", all)
	}
}

// Every value that is written is accepted: by length, type, CHECK, domain.
func TestP25_WrittenValuesAreAccepted(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, checkedSQL, nobody+"  t: {id: keep, mail: email, short: email, tag: {set: some}, zip: digits, n: {bucket: 10}, mood: {set: busy}, must: name, a: name, b: text}\n")
	m := tr.must(t)
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "that the rules of t keep constraint t_check1 is only proved by the load") && !strings.Contains(notes, "constraint t_check") {
		t.Errorf("notes %q", notes)
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT min(mood)::text || max(length(short)) || count(DISTINCT short) FROM t`)[0]; got != "busy"+"30"+"301" {
		t.Errorf("counts %s", got)
	}
}

// What a CHECK, a domain or an enum would refuse is refused before anything
// is written, with the constraint's name.
func TestP25_WhatChecksRefuseIsRefused(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, checkedSQL, nobody+"  t: {id: keep, mail: name, short: secret, tag: name, zip: {set: none}, n: digits, mood: {set: angry}, must: null, a: null, b: text}\n")
	first := tr.refused(t)
	for _, want := range []string{"t.short: secret writes up to", "t.mood: set writes a constant that type public.mood does not list", "t.must: null on a column that is NOT NULL"} {
		if !strings.Contains(first, want) {
			t.Errorf("no line %q in\n%s", want, first)
		}
	}
	tr.rules = nobody + "  t: {id: keep, mail: {set: nobody}, short: keep, tag: name, zip: {set: none}, n: {set: 100}, mood: keep, must: keep, a: null, b: text}\n"
	second := tr.refused(t)
	for _, want := range []string{"t.mail: set can write a value that constraint email_check refuses", "t.tag: name can write a value that constraint tag_check refuses",
		"t.zip: set can write a value that constraint t_zip_check refuses", "t.n: set can write a value that constraint t_n_check refuses", "t.a: null and text can write a value that constraint t_check refuses"} {
		if !strings.Contains(second, want) {
			t.Errorf("no line %q in\n%s", want, second)
		}
	}
}

// Keys that are masked alike still join: foreign keys, polymorphic pairs, ids
// in text and inside jsonb. Keys that are not are refused with both places.
func TestP27_MaskedKeysStillJoin(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE users (id bigint PRIMARY KEY, login text UNIQUE);
CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES users (id), login varchar(90) REFERENCES users (login), subject_type text, subject_id text, doc jsonb);
INSERT INTO users SELECT i * 7919, 'u' || i || '@x.org' FROM generate_series(1, 500) AS i;
INSERT INTO notes SELECT i, i * 7919, 'u' || i || '@x.org', 'user', i * 7919, jsonb_build_object('user', jsonb_build_object('id', i * 7919), 'ids', jsonb_build_array(i * 7919, (i * 7919)::text)) FROM generate_series(1, 500) AS i`,
		nobody+"  users: {id: digits, login: email}\n  notes: {id: keep, user_id: digits, login: email, subject_type: keep, subject_id: digits, doc: {json: {user.id: digits, \"ids[]\": digits}}}\n")
	tr.must(t)
	const joined = `SELECT count(*)::text FROM notes n JOIN users u ON u.id = n.user_id AND u.login = n.login AND u.id::text = n.subject_id
AND u.id = (doc #>> '{user,id}')::int8 AND to_jsonb(u.id) = doc #> '{ids,0}' AND u.id::text = doc #>> '{ids,1}' WHERE u.id % 7919 <> 0`
	if got := tr.staging.ask(t, tr.twin, joined)[0]; got == "0" || len(got) != 3 {
		t.Errorf("%s notes join a masked user", got)
	}
	tr.rules = nobody + "  users: {id: digits, login: email}\n  notes: {id: keep, user_id: keep, login: keep, subject_type: keep, subject_id: digits, doc: keep}\n"
	_, err := tr.run(t.Context(), t)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok || len(r.Lines) != 2 || !strings.Contains(r.Lines[1], "notes.user_id: keep here and digits on users.id, which foreign key notes_user_id_fkey refers to") {
		t.Errorf("%v", err)
	}
}

// A constant on a foreign key must be a key.
func TestP27_ConstantsOnForeignKeys(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds VALUES (1), (2); CREATE TABLE t (kind int REFERENCES kinds); INSERT INTO t VALUES (2)`,
		nobody+"  kinds: {id: keep}\n  t: {kind: {set: 3}}\n")
	if got := tr.refused(t); !strings.Contains(got, "t.kind: set writes a constant that kinds.id, which foreign key t_kind_fkey refers to, does not have") {
		t.Errorf("lines %s", got)
	}
	tr.rules = nobody + "  kinds: {id: keep}\n  t: {kind: {set: 1}}\n"
	tr.must(t)
}

// A masked partition key sends rows to the partition of the new value; where
// one could be without a partition, the rule is refused.
func TestP28_MaskedPartitionKey(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE logs (id int, region text) PARTITION BY LIST (region); CREATE TABLE logs_eu PARTITION OF logs FOR VALUES IN ('eu'); CREATE TABLE logs_us PARTITION OF logs FOR VALUES IN ('us');
CREATE TABLE ev (id int, who text) PARTITION BY HASH (who); CREATE TABLE ev0 PARTITION OF ev FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE ev1 PARTITION OF ev FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE ra (id int) PARTITION BY RANGE (id); CREATE TABLE ra_low PARTITION OF ra FOR VALUES FROM (0) TO (100); CREATE TABLE ra_rest PARTITION OF ra DEFAULT;
INSERT INTO logs SELECT i, CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 100) AS i; INSERT INTO ev SELECT i, 'u' || i FROM generate_series(1, 100) AS i; INSERT INTO ra SELECT generate_series(1, 200)`,
		nobody+"  logs: {id: keep, region: {set: mars}}\n  ev: {id: keep, who: uuid}\n  ra: {id: digits}\n")
	if got := tr.refused(t); !strings.Contains(got, "logs.region: set can write a value that the bounds of logs refuses") {
		t.Errorf("lines %s", got)
	}
	tr.rules = nobody + "  logs: {id: keep, region: job}\n  ev: {id: keep, who: digits}\n  ra: {id: digits}\n"
	if got := tr.refused(t); !strings.Contains(got, "logs.region: job can write a value that no partition of logs takes") {
		t.Errorf("lines %s", got)
	}
	tr.rules = nobody + "  logs: {id: keep, region: {set: us}}\n  ev: {id: keep, who: digits}\n  ra: {id: digits}\n"
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT (SELECT count(*) FROM logs_us)::text || (SELECT count(*) FROM ev) || (SELECT count(*) FROM ra) || (SELECT count(*) FROM ra_low WHERE id >= 100)`)[0]; got != "100"+"100"+"200"+"0" {
		t.Errorf("counts %s", got)
	}
}

// NULL stays NULL under every verb, and in a text table.
func TestP32_NULLStaysNULL(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (id int, a text, b varchar(90), c text, d text, e jsonb, f text[], g date, h numeric, i uuid, j bytea, k text, l text); INSERT INTO t (id) VALUES (1), (2);
CREATE TABLE r (rel regclass, a text, b text); INSERT INTO r DEFAULT VALUES`,
		nobody+"  t: {id: keep, a: name, b: email, c: phone, d: {set: x}, e: scan, f: {list: text}, g: {shift: 3d}, h: digits, i: uuid, j: placeholder, k: secret, l: iban}\n  r: {rel: keep, a: {set: x}, b: name}\n")
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT num_nonnulls(a, b, c, d, e, f, g, h, i, j, k, l)::text FROM t UNION ALL SELECT num_nonnulls(rel, a, b)::text FROM r`); !slices.Equal(got, []string{"0", "0", "0"}) {
		t.Errorf("non-NULLs: %q", got)
	}
}
