package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const searchSQL = `CREATE TABLE docs (id int PRIMARY KEY, title text, body text, "E-Mail" text, search tsvector NOT NULL, low text UNIQUE, big text DEFAULT 'default');
INSERT INTO docs SELECT i, 'Title' || i, 'secretive words ' || i, 'User' || i || '@x.org', to_tsvector('simple', 'secretive title'), 'user' || i || '@x.org', 'secretive' FROM generate_series(1, 3000) AS i;
CREATE INDEX ON docs USING gin (search);
CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(search, 'pg_catalog.simple', title, body);
CREATE TABLE parted (id int, v text, low text) PARTITION BY HASH (id); CREATE TABLE parted0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE parted1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT i, 'Value', 'secretive' FROM generate_series(1, 50) AS i`

// A derived column holds what its expression makes of the written values, in
// every row, of every partition, however its parts are cut; nothing of it is
// left in the schema.
func TestDerive(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, searchSQL, nobody+`  docs: {id: keep, title: {set: Other}, body: keep, E-Mail: email, search: {derive: "to_tsvector('simple', title || ' ' || docs.id)"}, low: {derive: 'lower("E-Mail")'}, big: {derive: "repeat(title, id % 3)"}}
  parted: {id: digits, v: {set: New}, low: {derive: "lower(v)"}}
`)
	tr.partSize = 64 << 10
	tr.once(report.Hooks, func() { // what migrates the staged copy must not meet our triggers
		if left := tr.staging.ask(t, tr.twin+"__new", `SELECT tgname::text FROM pg_trigger WHERE tgname = $1`, deriveTrigger); len(left) > 0 {
			t.Errorf("before the hooks there is %q", left)
		}
	})
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM docs WHERE search = to_tsvector('simple', title || ' ' || id) AND low = lower("E-Mail") AND low LIKE '%@d-%' AND big = repeat('Other', id % 3)
UNION ALL SELECT count(*)::text FROM parted WHERE low = 'new'`)
	if !slices.Equal(got, []string{"3000", "50"}) {
		t.Errorf("rows %q", got)
	}
	if src, dst := tr.prod.schemaAt(t, tr.source(), tr.staging), tr.staging.schema(t, tr.twin); src != dst {
		t.Error("the schema is another one")
	}
}

// A full-text vector of real words is not kept; the trigger that fills it at
// the source says how to derive it, and the suggestion is accepted.
func TestVectorsAreDerived(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, searchSQL+`; CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Waltraud Secretperson')`, `version: 1
person: {postgres: {users: {id: id, name: name}}}
postgres:
  users: {id: keep, name: person.name}
  docs: {id: keep, title: keep, body: keep, E-Mail: email, search: keep, low: {derive: 'lower("E-Mail")'}, big: null}
  parted: {id: keep, v: keep, low: keep}
`)
	lines := tr.refused(t)
	const suggested = `to_tsvector('pg_catalog.simple', coalesce(title, '') || ' ' || coalesce(body, ''))`
	if !strings.Contains(lines, `docs.search: keep on type tsvector`) || !strings.Contains(lines, suggested) {
		t.Fatalf("lines %s", lines)
	}
	tr.rules = strings.Replace(tr.rules, "search: keep", `search: {derive: "`+suggested+`"}`, 1)
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM docs WHERE search = `+suggested)[0]; got != "3000" {
		t.Errorf("%s rows", got)
	}
}

// What is no expression over one row is refused, with its line.
func TestDeriveRefuses(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, searchSQL, "")
	for expr, want := range map[string]string{
		"no_such_column": "docs.big: the expression on line 4 cannot be computed: SQLSTATE 42703", "lower(": "SQLSTATE 42601", "1) FROM docs; DROP TABLE docs; SELECT (1": "SQLSTATE 42601",
	} {
		tr.rules = nobody + "  docs: {id: keep, title: keep, body: keep, E-Mail: keep, search: keep, low: keep,\n    big: {derive: \"" + expr + "\"}}\n  parted: {id: keep, v: keep, low: keep}\n"
		tr.rules = strings.Replace(tr.rules, "docs: {id", "docs: {\n    id", 1)
		if got := tr.refused(t); !strings.Contains(strings.ReplaceAll(got, "line 6", "line 4"), want) {
			t.Errorf("%s: %s", expr, got)
		}
	}
	for expr, want := range map[string]string{
		"(SELECT max(v) FROM public.parted)": "feature not supported", "count(*)": "derive column big of table docs", "low || 'x'": "it reads column low, which is computed itself",
		"docs::text": "it reads the whole row",
	} {
		tr.rules = nobody + "  docs: {id: keep, title: keep, body: keep, E-Mail: email, search: keep, low: {derive: 'lower(\"E-Mail\")'}, big: {derive: \"" + expr + "\"}}\n  parted: {id: keep, v: keep, low: keep}\n"
		_, err := tr.run(t.Context(), t)
		if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, want) || !strings.Contains(text, "line 4") {
			t.Errorf("%s: %s", expr, text)
		}
	}
	tr.rules = nobody + "  docs: {id: keep, title: keep, body: keep, E-Mail: keep, search: keep, low: {derive: title}, big: keep}\n  parted: {id: {derive: '1'}, v: keep, low: keep}\n"
	got := tr.refused(t)
	for _, want := range []string{"docs.low: derive can make two values one", "parted.id: derive on a column that decides in which partition a row lies"} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in %s", want, got)
		}
	}
}
