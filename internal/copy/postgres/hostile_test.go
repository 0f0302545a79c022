package postgres

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are settings that somebody has given a role or a database, each of
// which would end a run or change what it carries.
func hostile(major int) []string {
	out := []string{
		"statement_timeout = '1ms'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1ms'", "search_path = evil, pg_catalog", "default_tablespace = 'no such space'", "temp_tablespaces = 'no such space'",
		"row_security = off", "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on", "session_preload_libraries = 'auto_explain'",
		`"DateStyle" = 'German'`, `"IntervalStyle" = 'sql_standard'`, `"TimeZone" = 'Asia/Kathmandu'`, "extra_float_digits = -10", "bytea_output = 'escape'", "standard_conforming_strings = off", "client_encoding = 'LATIN1'",
		"array_nulls = off", "quote_all_identifiers = on", "transform_null_equals = on", "xmloption = 'document'", "client_min_messages = 'error'", "check_function_bodies = on", "enable_seqscan = off", "work_mem = '64kB'",
		"synchronize_seqscans = on", "default_table_access_method = 'heap'",
	}
	if major >= 14 {
		out = append(out, "idle_session_timeout = '2s'")
	}
	if major >= 17 {
		out = append(out, "transaction_timeout = '1s'")
	}
	return out
}

const hostileSQL = `CREATE SCHEMA evil; CREATE FUNCTION evil.count(int) RETURNS int LANGUAGE sql AS 'SELECT 7'; CREATE TABLE evil.pg_class (oid oid); GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE TABLE odd (id int PRIMARY KEY, k regclass, a text[], f float8, d date, i interval, b bytea, x xml, at timestamptz, m text CHECK (m <> E'a\\b'), n int DEFAULT 5);
INSERT INTO odd SELECT n, 'odd', '{NULL,"NULL",a}', 1.0::float8 / 3 * n, '2024-02-03', '1 day 02:03', '\x00ff5c', '<a/><b/>', '2024-02-03 04:05:06.789+00', E'b\\c' FROM generate_series(1, 200) n;
CREATE INDEX part ON odd (id) WHERE m = E'b\\c'; CREATE TABLE plain AS SELECT id, a, f, d, i, b, x, at, m FROM odd; CREATE VIEW seen AS SELECT id FROM odd WHERE m = E'b\\c' AND n = 1;
CREATE TABLE kept (id int PRIMARY KEY, a text[], f float8, d date, i interval, b bytea, at timestamptz); CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT E'x\\y'$$; CREATE SEQUENCE s; SELECT nextval('s');
CREATE TABLE child (id int REFERENCES odd, v text DEFAULT E'q\\r'); INSERT INTO child VALUES (1); CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM odd;`

// Whatever is set on the role or on the database, at either side, the run is not
// ended by it and carries the same.
func TestP06_HostileSettings(t *testing.T) {
	t.Parallel()
	keeps := `kept: {$rows: {source: all, preserve: all}, id: keep, a: keep, f: keep, d: keep, i: keep, b: keep, at: keep}`
	tr := newTrial(t, hostileSQL, rulesOf(`evil.pg_class: {oid: keep}`, `odd: {id: keep, k: keep, a: keep, f: keep, d: keep, i: keep, b: keep, x: keep, at: keep, m: keep, n: keep}`,
		`plain: {id: keep, a: keep, f: keep, d: keep, i: keep, b: keep, x: keep, at: keep, m: keep}`, keeps, `child: {id: keep, v: keep}`))
	tr.must(t)
	kept := `INSERT INTO kept SELECT id, a, f, d, i, b, at FROM odd`
	tr.staging.run(t, tr.twin, kept)
	other := "other_" + random()
	for s, role := range map[server]string{tr.prod: who(t, tr.src.Store), tr.staging: tr.copies()} {
		s.role(t, other, "")
		s.run(t, "postgres", `GRANT `+other+` TO `+ident(role)+`; ALTER ROLE `+ident(role)+` SET role = `+other)
	}
	set := func(s server, object string) {
		var sql strings.Builder
		for _, setting := range hostile(s.major(t)) {
			fmt.Fprintf(&sql, "ALTER %s SET %s;\n", object, setting)
		}
		s.run(t, "postgres", sql.String())
	}
	set(tr.prod, "ROLE "+ident(who(t, tr.src.Store)))
	set(tr.prod, "DATABASE "+ident(tr.source()))
	set(tr.staging, "ROLE "+ident(tr.copies()))
	set(tr.staging, "DATABASE "+ident(tr.twin))
	tr.must(t)
	for s, database := range map[server]string{tr.prod: tr.source(), tr.staging: tr.twin} {
		s.run(t, "postgres", `ALTER DATABASE `+ident(database)+` RESET ALL`)
	}
	tr.prod.run(t, tr.source(), kept) // what was preserved is what the source would have
	tr.wantSame(t)
	tr.wantNothingBeside(t)
}
