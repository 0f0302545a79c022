package postgres

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Values that other copiers change on their way.

// oddValues are values of built-in types whose binary form says all: the test
// compares it bit by bit.
func oddValues() map[string][]string {
	return map[string][]string{
		"date":      {"infinity", "-infinity", "0044-03-15 BC", "4713-01-01 BC", "5874897-12-31", "2024-02-29"},
		"timestamp": {"infinity", "-infinity", "0044-03-15 12:00:00.000001 BC", "294276-12-31 23:59:59.999999"}, "timestamptz": {"infinity", "-infinity", "0001-01-01 00:00:00+00 BC", "2024-03-31 02:30:00+01"},
		"time": {"24:00", "00:00:00.000001"}, "timetz": {"23:59:59.999999+15:59", "24:00-15:59"}, "interval": {"1 mon -1 day 00:00:00.000001", "-178000000 years", "24:00", "1 day", "0"},
		"numeric": {"NaN", "12345678901234567890.000000001", "0.00", "1e-200", "-0.0001", "1" + strings.Repeat("0", 500)}, "numeric(12, 4)": {"1.5", "-99999999.9999"},
		"float4": {"-0", "NaN", "Infinity", "1e-45", "0.1", "3.4028235e38"}, "float8": {"-0", "0", "NaN", "-Infinity", "5e-324", "0.1", "1.7976931348623157e308"},
		"text": {"", `\N`, `\.`, "tab\tand\nline\r\nand \\ and \\\\n", "\u2028 \U0001F600 e\u0301", "\x01\x7f", " ", "NULL", `"quoted"`}, "varchar(3)": {"", "a  ", "abc"}, "char(4)": {"", "a", "abcd"}, "name": {"", "n"},
		"bytea": {"", `\x00ff5c0a0d09`, `\x5c2e0a`}, "bool": {"t", "f"}, "int2": {"-32768", "32767"}, "int4": {"-2147483648"}, "int8": {"-9223372036854775808", "9007199254740993"}, "oid": {"4294967295"},
		"json":  {`{"a":1,"a":2}`, "  [ 1e400 ]\n", `"\u0000"`, "null"},
		"jsonb": {`{"b":12345678901234567890.50,"a":[1e300,null,"\ud83d\ude00"]}`, "-0", `""`, "null", "[]"}, "jsonpath": {`$."a"[*] ? (@.b > 1)`},
		"uuid": {"00000000-0000-0000-0000-000000000000"}, "inet": {"10.0.0.1/8", "::ffff:1.2.3.4", "::1/64"}, "cidr": {"10.0.0.0/8"}, "macaddr": {"08:00:2b:01:02:03"}, "macaddr8": {"08:00:2b:01:02:03:04:05"},
		"money": {"-92233720368547758.08", "0.01"}, "bit(5)": {"10101"}, "varbit": {"", "1", "101010101"}, "xml": {"<a>é</a>", "just text", ""},
		"int4range": {"empty", "(,)", "[1,5)", "(,5)"}, "numrange": {"[1.50,2.500]", "empty"}, "tstzrange": {`[-infinity,infinity)`, `("0044-03-15 12:00:00+00 BC",)`},
		"int4multirange": {"{}", "{[1,2),[5,7)}"},
		"int4[]":         {"{}", "{NULL}", "[-2:0]={1,NULL,3}", "{{1,2},{3,4}}"}, "text[]": {"{}", `{"",NULL,"NULL","a,b","c\"d","e\\f","{}"}`}, "timestamptz[]": {"{infinity,NULL}"},
		"point": {"(-0,1e-300)", "(NaN,Infinity)"}, "line": {"{1,-1,0}"}, "box": {"(1,1),(0,0)"}, "path": {"((0,0),(1,1))", "[(0,0),(1,1)]"}, "polygon": {"((0,0),(1,1),(1,0))"}, "circle": {"<(0,0),0>"},
		"pg_lsn": {"FFFFFFFF/FFFFFFFF", "0/0"}, "tid": {"(4294967295,65535)"}, "xid8": {"18446744073709551615"}, `"char"`: {"a", ""},
	}
}

// Every value arrives as it is, bit by bit, and so does NULL, wherever it is.
func TestP20_ValuesAreIdentical(t *testing.T) {
	t.Parallel()
	var sql strings.Builder
	var tables, rules []string
	for typ, values := range oddValues() {
		if serverOf(t, "PROD").major(t) < 14 && typ == "int4multirange" {
			continue
		}
		table := fmt.Sprint("values_", len(tables))
		tables = append(tables, table)
		rules = append(rules, table+`: {id: keep, "v": keep, "it again": keep}`)
		fmt.Fprintf(&sql, "CREATE TABLE %s (id serial, v %s, \"it again\" %s);\n", table, typ, typ)
		for _, v := range values {
			fmt.Fprintf(&sql, "INSERT INTO %s (v, \"it again\") VALUES (%s, NULL), (%s, %s);\n", table, literal(v), literal(v), literal(v))
		}
		fmt.Fprintf(&sql, "INSERT INTO %s DEFAULT VALUES;\n", table)
	}
	tr := newTrial(t, sql.String(), rulesOf(rules...))
	tr.must(t)
	for _, table := range tables {
		if src, dst := tr.prod.binary(t, tr.source(), table), tr.staging.binary(t, tr.twin, table); !bytes.Equal(src, dst) {
			t.Errorf("the values of type %s differ", tr.prod.ask(t, tr.source(), `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'v'`, table)[0])
		}
	}
}

// binary is a table's rows as COPY sends them in the binary form, by id.
func (s server) binary(t *testing.T, database, table string) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := s.connect(t, database).PgConn().CopyTo(t.Context(), &out, `COPY (SELECT * FROM `+table+` ORDER BY id) TO STDOUT (FORMAT binary)`); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Types of extensions, and what the tenant has made itself.
func TestP20_ExtensionsAndOwnTypes(t *testing.T) {
	t.Parallel()
	wantShape(t, `CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION cube; CREATE TYPE mood AS ENUM ('calm', 'it''s "odd"'); CREATE TYPE pair AS (a int, b text, m mood[]);
CREATE DOMAIN short AS citext CHECK (length(VALUE) < 9); CREATE DOMAIN pairs AS pair[]; CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE t (id int, c citext, h hstore, l ltree, ls ltree[], q cube, m mood, ms mood[], p pair, ps pairs, s short, r span, re regclass, rp regprocedure);
INSERT INTO t VALUES (1, 'MiXed', 'a=>NULL, "b c"=>"", "d"=>"\"\\"', 'Top.Sub', '{a.b,NULL}', '(1,2),(3,4)', 'it''s "odd"', '[0:1]={calm,NULL}', '(1,"",{calm})', '{"(,,)",NULL}', 'Ab', '[-0,1e-300)', 't', 'length(text)'),
(2, '', '', '', '{}', NULL, NULL, '{}', ROW(NULL, NULL, NULL), '{}', NULL, 'empty', NULL, NULL), (3, NULL, NULL, NULL, NULL, NULL, 'calm', NULL, NULL, NULL, 'x', '(,)', 'pg_class', 'now()')`,
		"  t: {id: keep, c: keep, h: keep, l: keep, ls: keep, q: keep, m: keep, ms: keep, p: keep, ps: keep, s: keep, r: keep, re: keep, rp: keep}\n")
}

// A table with a type that has no binary form goes as text; values that mean
// something to that form arrive.
func TestP21_TypeWithoutBinaryForm(t *testing.T) {
	t.Parallel()
	wantShape(t, `CREATE TABLE t (id int, acl aclitem, acls aclitem[], v text, b bytea, f float8, n numeric);
INSERT INTO t VALUES (1, 'postgres=r/postgres', '{postgres=arwdDxt/postgres,NULL}', E'\\N', '\x5c2e0a00', '-0', 'NaN'), (2, NULL, '{}', E'\\.', '', 5e-324, 1e-100), (3, NULL, NULL, E'a\tb\nc\\d\re\x08\x0b\x0c', NULL, 'NaN', NULL), (4, NULL, NULL, '', NULL, NULL, 0.00)`,
		"  t: {id: keep, acl: keep, acls: keep, v: keep, b: keep, f: keep, n: keep}\n")
}

// The lists of an enum name another type's number in the twin; what the twin
// makes of them says that they do.
func TestP22_ListsOfAnEnum(t *testing.T) {
	t.Parallel()
	tr := wantShape(t, `CREATE TYPE filler AS ENUM ('a'); DROP TYPE filler; CREATE TYPE mood AS ENUM ('calm', 'busy'); CREATE TYPE pair AS (m mood, ms mood[]); CREATE TABLE t (id int, ms mood[], p pair, ps pair[]);
INSERT INTO t VALUES (1, '{calm,NULL,busy}', '(busy,"{calm}")', ARRAY[('calm', '{busy}')::pair, NULL]), (2, '{}', NULL, '{}'), (3, NULL, '(,)', NULL), (4, '{{calm},{busy}}', NULL, NULL)`, "  t: {id: keep, ms: keep, p: keep, ps: keep}\n")
	tr.wantRows(t, `SELECT ((ms || 'calm'::mood)[3] || '|' || (ps[1]).m || '|' || ((ps[1]).ms)[1] || '|' || (SELECT max(m) FROM unnest(ms) m)) FROM t WHERE id = 1`, "busy|calm|busy|busy")
	const number = `SELECT 'mood'::regtype::oid::text`
	if tr.prod.ask(t, tr.source(), number)[0] == tr.staging.ask(t, tr.twin, number)[0] {
		t.Log("the type has the same number on both sides: nothing was proved")
	}
}

// Sequences go on where the source's are: called or not, downwards, of
// identities and of nobody, never below what a column holds.
func TestP08_SequencesGoOn(t *testing.T) {
	t.Parallel()
	tr := wantShape(t, `CREATE TABLE t (id serial, big bigint GENERATED ALWAYS AS IDENTITY, small smallint GENERATED BY DEFAULT AS IDENTITY (START 100 INCREMENT -3 MINVALUE 0 MAXVALUE 100)); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES;
CREATE SEQUENCE orphan START 42 INCREMENT 7; SELECT nextval('orphan'); CREATE SEQUENCE untouched START 5; CREATE SEQUENCE told; SELECT setval('told', 77, false); CREATE SEQUENCE down INCREMENT -1; SELECT nextval('down');
CREATE SEQUENCE "End" MAXVALUE 2 CYCLE; SELECT nextval('"End"'), nextval('"End"'); CREATE SEQUENCE cached CACHE 20; SELECT nextval('cached'); CREATE TABLE ahead (id serial); INSERT INTO ahead VALUES (900); SELECT setval('ahead_id_seq', 900)`,
		"  t: {id: keep, big: keep, small: keep}\n  ahead: {id: keep}\n")
	tr.wantRows(t, `SELECT nextval('orphan') || ' ' || nextval('untouched') || ' ' || nextval('told') || ' ' || nextval('down') || ' ' || nextval('"End"') || ' ' || nextval('ahead_id_seq')`, "49 5 77 -2 1 901")
	tr.staging.run(t, tr.twin, `INSERT INTO t DEFAULT VALUES`)
	tr.wantRows(t, `SELECT max(id) || ' ' || max(big) || ' ' || min(small) FROM t`, "3 3 94")
}

// Materialised views are filled in the order in which they read each other,
// whatever their names, and one without data stays so.
func TestP14_MaterialisedViewsInOrder(t *testing.T) {
	t.Parallel()
	tr := wantShape(t, `CREATE TABLE t (v int); INSERT INTO t VALUES (1), (2); CREATE MATERIALIZED VIEW z AS SELECT sum(v) AS s FROM t; CREATE VIEW m AS SELECT s FROM z; CREATE MATERIALIZED VIEW a AS SELECT s * 2 AS s FROM m; CREATE UNIQUE INDEX ON a (s);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT max(s) FROM public.a'; CREATE MATERIALIZED VIEW empty AS SELECT 1 AS one WITH NO DATA`, "  t: {v: keep}\n")
	tr.wantRows(t, `SELECT s::text FROM a`, "6")
	tr.wantRows(t, `SELECT relname || ' ' || relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY 1`, "a true", "empty false", "z true")
}

// A name that leads to the source's server, by whatever address, is refused
// before anything is written.
func TestP34_TwinAtTheSourcesServer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	tr.prod.dropAfter(t, tr.twin)
	for name, dst := range map[string]func(){ // another address than the source's, which leads to the same server
		"the same address": func() { tr.dst = tr.prod.store(tr.twin) }, "another address": func() { tr.dst = newProxy(t, tr.prod).before(tr.prod.store(tr.twin)) },
	} {
		dst()
		_, err := tr.run(t.Context(), t)
		if text := wantCode(t, err, report.Unsafe); !strings.Contains(text, "same") {
			t.Errorf("%s: %s", name, text)
		}
		if got := tr.prod.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(got) > 0 {
			t.Errorf("%s: databases %q are there", name, got)
		}
	}
}
