package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const partsSQL = `CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('calm', 'cross'); CREATE DOMAIN note AS text;
CREATE TYPE reach AS (email citext, phone varchar(40)); CREATE TYPE address AS (street text, floor int, mood mood, "e.mail" note, reach reach, past reach[]);
CREATE TABLE t (id int, home address, homes address[], tags hstore, ids uuid[], docs jsonb[], days date[], hosts inet[], moods mood[], notes note[], short varchar(30)[], mails citext[]);
INSERT INTO t VALUES (1, ROW('1 Quell Road', 3, 'cross', 'xq@real.test', ROW('a@real.test', '+41 44 668 18 00'), ARRAY[ROW('b@real.test', NULL)::reach, NULL]),
ARRAY[ROW('2 Quell Road', 4, 'calm', NULL, NULL, '{}')::address], 'mail=>c@real.test, colour=>red, none=>NULL', '{0e984725-c51c-4bf4-9960-e1c80e27aba0,NULL}', ARRAY['{"mail": "d@real.test", "n": 1.10}'::jsonb],
'{2020-01-01,infinity}', '{10.1.2.3}', '{calm,cross}', '{e@real.test,NULL}', '{{f@real.test,g@real.test}}', '{h@real.test}'), (2, NULL, NULL, '', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

const partsRules = `t:
    id: keep
    home: {json: {street: address, 'e\.mail': email, "reach.email": email, "past[].email": email, floor: keep, mood: {set: calm}, "**": scan}}
    homes: {list: {json: {street: address, floor: {noise: 10%}, "**": scan}}}
    tags: {json: {mail: email, "**": keep}}
    ids: {list: uuid}
    docs: {list: {json: {mail: email, n: keep}}}
    days: {list: {shift: 30d}}
    hosts: {list: ip}
    moods: {list: {set: calm}}
    notes: scan
    short: {list: email}
    mails: {list: email}`

// What lies inside composites, arrays and hstores is rewritten by its rule;
// shapes, NULLs and what is kept stay, and types have their own numbers at the
// destination.
func TestA30_PartsOfValues(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, partsSQL, rulesOf(partsRules))
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM t WHERE t::text LIKE '%real.test%' OR t::text LIKE '%Quell%' OR t::text LIKE '%668 18%'`)[0]; got != "0" {
		t.Errorf("%s rows hold what was there", got)
	}
	got := tr.staging.ask(t, tr.twin, `SELECT concat_ws('|', id, (home).floor, (home).mood, (home)."e.mail" LIKE '%@%', ((home).reach).email LIKE '%@%', array_length((home).past, 1), (home).past[2] IS NULL, (home).past[1].email LIKE '%@%',
array_length(homes, 1), homes[1].floor BETWEEN 3 AND 5, tags -> 'colour', tags ? 'none', tags -> 'mail' LIKE '%@%', array_length(ids, 1), ids[1] <> '0e984725-c51c-4bf4-9960-e1c80e27aba0', docs[1] ->> 'n', days[1] <> '2020-01-01', days[2],
hosts[1] <> '10.1.2.3', moods, notes[1] LIKE '%@%', array_dims(short), mails[1] LIKE '%@%') FROM t ORDER BY id`)
	want := []string{"1|3|calm|t|t|2|t|t|1|t|red|t|t|2|t|1.10|t|infinity|t|{calm,calm}|t|[1:1][1:2]|t", "2|t|f"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An attribute without a rule, and a type that no rule can look into, refuse
// the copy before anything is written, all at once and by name.
func TestA30_PartsAreRefusedByName(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TYPE spot AS (label text, at point, new text); CREATE TYPE words AS RANGE (subtype = text); CREATE TABLE t (id int, s spot, w words, r int4range[], tags text)`,
		rulesOf(`t: {id: keep, s: {json: {label: scan, at: scan}}, w: scan, r: {list: digits}, tags: scan}`))
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Privacy)
	for _, part := range []string{"t.s:at: type point can be", "t.w: type public.words can be", "t.r[]: digits cannot rewrite type int4range: say set, null or keep", "new: #"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in: %s", part, text)
		}
	}
}

// The proof finds somebody in a part of a value that is kept, whatever it is
// made of, and names the column.
func TestA30_ProofReadsParts(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE inner_part AS (first text, last text); CREATE TYPE part AS (n int, inner_part inner_part);
CREATE TABLE users (id int, name text, email text); INSERT INTO users VALUES (1, 'Xaver Quellbach', 'xq@real.test');
CREATE TABLE t (id int, nested part, list part[], tags hstore, docs jsonb[], mails citext[]);
INSERT INTO t VALUES (1, ROW(1, ROW('Xaver', 'Quellbach')), ARRAY[ROW(1, ROW('x', 'xq@real.test'))::part], 'who=>"Xaver Quellbach"', ARRAY['{"a": {"b": "xq@real.test"}}'::jsonb], '{xq@real.test}')`,
		"version: 1\nperson: {postgres: {users: {id: id, name: name, email: email}}}\npostgres:\n  users: {id: keep, name: person.name, email: person.email}\n  t: {id: keep, nested: keep, list: keep, tags: keep, docs: keep, mails: keep}\n")
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Privacy)
	for _, column := range []string{"nested", "list", "tags", "docs", "mails"} {
		if !strings.Contains(text, "t."+column+": ") {
			t.Errorf("nobody was found in %s: %s", column, text)
		}
	}
	tr.rules = strings.Replace(tr.rules, "nested: keep, list: keep, tags: keep, docs: keep, mails: keep",
		`nested: {json: {n: keep, inner_part.first: name, inner_part.last: name}}, list: scan, tags: scan, docs: scan, mails: scan`, 1)
	tr.must(t)
}

// What a type is made of is told where its name does not say: a composite that
// gets an attribute, or a domain over another type, keeps its name.
func TestInsideOfTypes(t *testing.T) {
	t.Parallel()
	_, survey := surveyed(t, `CREATE TYPE mood AS ENUM ('calm'); CREATE DOMAIN note AS text; CREATE DOMAIN remark AS note; CREATE TYPE reach AS (email varchar(40), note remark); CREATE TYPE home AS (street text, reach reach[]);
CREATE TYPE span AS RANGE (subtype = date); CREATE TABLE t (id int, home home, homes home[], note note, notes remark[], span span, days daterange, mood mood, name varchar(60))`)
	const home = " (street text, reach public.reach[] (email character varying(40), note public.remark of public.note of text))"
	want := map[string]string{"id": "", "home": home, "homes": home, "note": " of text", "notes": " of public.note of text", "span": " of date", "days": "", "mood": "", "name": ""}
	for _, f := range survey.Fields {
		if got, known := want[f.Name]; !known || f.Inside != got {
			t.Errorf("%s is %s%s, want %q", f.Name, f.Type, f.Inside, got)
		}
	}
}
