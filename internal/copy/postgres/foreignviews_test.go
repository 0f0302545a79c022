package postgres

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A materialised view that reads a foreign table, however far below, could not be
// filled in a twin, where that leads nowhere. It is left without data and told
// of, and so is one that reads a view without data.
func TestP14_MaterialisedViewsOfForeignTables(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+`; CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE far (v text) SERVER files OPTIONS (filename '/etc/hostname');
CREATE TABLE parted (v text) PARTITION BY LIST (v); CREATE TABLE near PARTITION OF parted DEFAULT; CREATE FOREIGN TABLE leaf PARTITION OF parted FOR VALUES IN ('x') SERVER files OPTIONS (filename '/dev/null');
CREATE MATERIALIZED VIEW direct AS SELECT v FROM far; CREATE INDEX direct_v ON direct (v); CREATE VIEW between_them AS SELECT count(*) AS n FROM direct; CREATE MATERIALIZED VIEW above AS SELECT n FROM between_them;
CREATE MATERIALIZED VIEW of_leaf AS SELECT v FROM parted; CREATE MATERIALIZED VIEW own AS SELECT v FROM t; CREATE MATERIALIZED VIEW emptied AS SELECT v FROM t; CREATE MATERIALIZED VIEW on_emptied AS SELECT v FROM emptied;
REFRESH MATERIALIZED VIEW emptied WITH NO DATA; CREATE FUNCTION ask() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN IF current_database() LIKE ''acme%'' THEN RETURN NEXT ''here''; ELSE RAISE SQLSTATE ''08001''; END IF; END'; CREATE MATERIALIZED VIEW asks AS SELECT ask() AS v`,
		rulesOf(`t: {v: keep}`, `parted: {v: keep}`))
	tr.template(t, `CREATE EXTENSION file_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER file_fdw TO PUBLIC`)
	tr.wantRefused(t, report.Incompatible, "foreign table public.far: a filename of the server's machine, which takes GRANT pg_read_server_files")
	tr.staging.run(t, "postgres", `GRANT pg_read_server_files TO `+ident(tr.copies()))
	m := tr.must(t)
	tr.wantRows(t, `SELECT relname || ' ' || relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY 1`,
		"above false", "asks false", "direct false", "emptied false", "of_leaf false", "on_emptied false", "own true")
	tr.wantRows(t, `SELECT count(*)::text FROM pg_indexes WHERE indexname = 'direct_v'`, "1")
	for _, view := range []string{"direct", "above", "of_leaf", "on_emptied"} {
		wantNote(t, m, "materialised view "+view+" is left without data: it reads a foreign table, or one that is without data")
	}
	wantNote(t, m, "materialised view asks is left without data: what it reads is reached over the network")
}

// Rows of extensions' configuration tables are told of where there are any,
// table by table.
func TestP15_ConfigurationRows(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+`; CREATE EXTENSION citext; CREATE TABLE settings (name text, own boolean); INSERT INTO settings VALUES ('a', true), ('b', true), ('theirs', false); CREATE TABLE unused (v text); CREATE SEQUENCE counter;
ALTER EXTENSION citext ADD TABLE settings; ALTER EXTENSION citext ADD TABLE unused; ALTER EXTENSION citext ADD SEQUENCE counter;
UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass, 'unused'::regclass, 'counter'::regclass]::oid[], extcondition = '{WHERE own,"",""}' WHERE extname = 'citext'`, tinyRules)
	m := tr.must(t)
	wantNote(t, m, "2 rows of settings, which extension citext keeps its configuration in: put them into the template if the twin needs them")
	for _, note := range m.Stores[0].Notes {
		if note == "configuration rows of extension citext" {
			t.Error("the whole extension is named")
		}
	}
}
