package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const flagsSQL = `CREATE TABLE tenants (id int PRIMARY KEY); INSERT INTO tenants VALUES (1), (2), (3);
CREATE TYPE mood AS ENUM ('on', 'off');
CREATE TABLE flags (id bigserial PRIMARY KEY, name text UNIQUE, tenant int REFERENCES tenants, moods mood[], twice int GENERATED ALWAYS AS (tenant * 2) STORED, added timestamptz NOT NULL DEFAULT now());
INSERT INTO flags (name, tenant, moods) SELECT 'flag' || i, i, '{on}' FROM generate_series(1, 3) i;`

const flagsRow = `id: keep, name: keep, tenant: keep, moods: keep, added: keep}`

// flags is a trial whose twin has rows of its own.
func flags(t *testing.T, option string) *trial {
	t.Helper()
	tr := newTrial(t, flagsSQL, rulesOf(`tenants: {id: keep}`, `flags: {`+flagsRow))
	tr.must(t)
	tr.staging.run(t, tr.twin, `UPDATE flags SET name = 'changed here' WHERE id = 2; DELETE FROM flags WHERE id = 3; INSERT INTO flags (id, name, tenant, moods) VALUES (90, 'own', 2, '{off,NULL}'), (91, E'a\tb\\N', NULL, NULL), (92, 'flag3', 1, NULL)`)
	tr.rules = rulesOf(`tenants: {id: keep}`, `flags: {$rows: `+option+`, `+flagsRow)
	return tr
}

const flagsSeen = `SELECT concat_ws('|', id, name, tenant, moods, twice) FROM flags ORDER BY id`

// Only rows of the old twin are there; run again, they still are.
func TestPreserveAlone(t *testing.T) {
	t.Parallel()
	tr := flags(t, "preserve")
	for range 2 {
		m := tr.must(t)
		tr.wantRows(t, flagsSeen, "1|flag1|1|{on}|2", "2|changed here|2|{on}|4", "90|own|2|{off,NULL}|4", "91|a\tb\\N", "92|flag3|1|2")
		if got := m.Stores[0].Tally; got.Preserved != 5 || got.Groups["flags"] != 5 || got.Groups["tenants"] != 3 || got.Records != 8 {
			t.Errorf("counted %+v", got)
		}
		if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "flags: 5 rows of the old twin preserved") {
			t.Errorf("notes %q", notes)
		}
		if next := tr.staging.ask(t, tr.twin, `SELECT (nextval('flags_id_seq') > 92)::text`)[0]; next != "true" {
			t.Error("the sequence gives out a number that a preserved row has")
		}
	}
}

// By a condition some stay, and on a clash one side gives way: on any key.
func TestPreserveBesideTheSource(t *testing.T) {
	t.Parallel()
	for prefer, want := range map[string][]string{
		"source": {"1|flag1|1|{on}|2", "2|flag2|2|{on}|4", "3|flag3|3|{on}|6", "90|own|2|{off,NULL}|4"},
		"twin":   {"1|flag1|1|{on}|2", "2|changed here|2|{on}|4", "90|own|2|{off,NULL}|4", "92|flag3|1|2"},
	} {
		t.Run(prefer, func(t *testing.T) {
			t.Parallel()
			tr := flags(t, `{source: all, preserve: "flags.name <> 'flag1' AND added <= now() AND tenant IS NOT NULL", prefer: `+prefer+`}`)
			for range 2 {
				m := tr.must(t)
				tr.wantRows(t, flagsSeen, want...)
				if got := m.Stores[0].Tally.Groups["flags"]; got != 4 {
					t.Errorf("%d rows counted", got)
				}
			}
			loser := map[string]string{"source": "the old twin", "twin": "the source"}[prefer]
			if notes := tr.seen.String(); !strings.Contains(notes, "rows of "+loser+" gave way on a unique key") {
				t.Errorf("the notes do not count who gave way:\n%s", notes)
			}
		})
	}
}

// The chunk may run twice.
func TestPreserveTwice(t *testing.T) {
	t.Parallel()
	tr := flags(t, `{source: all, preserve: all, prefer: twin}`)
	s, plan := tr.prepared(t)
	first, again := copyAll(t, s, plan), copyAll(t, s, plan)
	if first.Records != again.Records || first.Preserved != 5 || again.Preserved != 5 || first.Groups["flags"] != again.Groups["flags"] || first.Dropped != again.Dropped {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

// Columns are matched by name.
func TestPreserveColumns(t *testing.T) {
	t.Parallel()
	tr := flags(t, "preserve")
	tr.staging.run(t, tr.twin, `ALTER TABLE flags ADD COLUMN mine text DEFAULT 'x', DROP COLUMN twice; ALTER TABLE flags ALTER tenant TYPE smallint`)
	tr.prod.run(t, tr.source(), `ALTER TABLE flags ADD COLUMN kind text DEFAULT 'new', ADD COLUMN plain int, DROP COLUMN moods`)
	tr.rules = rulesOf(`tenants: {id: keep}`, `flags: {$rows: preserve}`)
	m := tr.must(t)
	tr.wantRows(t, `SELECT concat_ws('|', id, name, kind, plain) FROM flags WHERE id > 80 ORDER BY id`, "90|own|new", "91|a\tb\\N|new", "92|flag3|new")
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "only the old twin has column moods, mine") {
		t.Errorf("notes %q", notes)
	}
	tr.prod.run(t, tr.source(), `ALTER TABLE flags ADD COLUMN must int NOT NULL DEFAULT 1; ALTER TABLE flags ALTER must DROP DEFAULT`)
	tr.wantRefused(t, report.Incompatible, "rules.yaml:5:18: column must of flags")
	tr.wantRows(t, `SELECT count(*)::text FROM flags`, "5")
}

// Rows of a twin that tenantcopy did not make may be real people's.
func TestPreserveForeignTwinRefused(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, flagsSQL, rulesOf(`tenants: {id: keep}`, `flags: {$rows: preserve}`))
	tr.staging.create(t, tr.twin)
	tr.staging.run(t, tr.twin, `CREATE TABLE flags (id int, name text); INSERT INTO flags VALUES (1, 'Waltraud'); ALTER TABLE flags OWNER TO `+ident(tr.dstUser(t)))
	tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.twin)+` OWNER TO `+ident(tr.dstUser(t)))
	tr.confirm = true
	tr.wantRefused(t, report.Unsafe, "tenantcopy did not make that twin", "rules.yaml:5:18: rows of flags", "copy once without preserve")
	tr.wantRows(t, `SELECT name FROM flags`, "Waltraud")
	tr.wantRefused(t, report.Unsafe, "tenantcopy did not make that twin") // its marker does not say otherwise by now
}

// dstUser is the role that the destination's address names.
func (tr *trial) dstUser(t *testing.T) string {
	t.Helper()
	e, err := parseTwin(tr.dst, tr.src.Session)
	if err != nil {
		t.Fatal(err)
	}
	return e.url.User.Username()
}

// With no twin there is nothing to preserve.
func TestPreserveWithoutTwin(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, flagsSQL, rulesOf(`tenants: {id: keep}`, `flags: {$rows: preserve}`))
	m := tr.must(t)
	tr.wantRows(t, `SELECT count(*)::text FROM flags`, "0")
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "there was no twin yet") {
		t.Errorf("notes %q", notes)
	}
}

// A mistake in the old twin's condition is told before anything is written, and
// so are references that do not fit, before the twin is touched.
func TestPreserveMistakes(t *testing.T) {
	t.Parallel()
	tr := flags(t, `{preserve: "nmae = 'x'"}`)
	tr.wantRefused(t, report.Usage, "rules.yaml:5:29: preserve of flags", "at nmae")
	tr.prod.run(t, tr.source(), `DELETE FROM flags; DELETE FROM tenants WHERE id = 2`)
	tr.rules = rulesOf(`tenants: {id: keep}`, `flags: {$rows: preserve}`)
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "foreign key flags_tenant_fkey: 2 rows of flags would refer to rows of tenants that are not there") {
		t.Errorf("the refusal: %s", text)
	}
	tr.wantRows(t, `SELECT count(*)::text FROM flags`, "5")
	tr.wantNothingBeside(t)
}

// Rows that stay are read by verify like all others.
func TestPreserveLeak(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE users (id int PRIMARY KEY, name text, email text); INSERT INTO users VALUES (1, 'Waltraud Secretperson', 'waltraud@secret-corp.example');
CREATE TABLE notes (id int PRIMARY KEY, body text)`, "version: 1\nperson: {postgres: {users: {id: id, name: name, email: email}}}\npostgres:\n  users: {id: keep, name: person.name, email: person.email}\n  notes: {$rows: preserve}\n")
	tr.must(t)
	tr.staging.run(t, tr.twin, `INSERT INTO notes VALUES (1, 'ask waltraud@secret-corp.example')`)
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Privacy)
	if !strings.Contains(text, "notes.body") || strings.Contains(text, "secret-corp") {
		t.Errorf("the error: %s", text)
	}
}

// Partitions, a key by expression and predicate, an exclusion, and keys that
// take two NULLs for one.
func TestPreserveOddKeys(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE parts (k int, v text, PRIMARY KEY (k)) PARTITION BY RANGE (k);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM (0) TO (10); CREATE TABLE parts_b PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts VALUES (1, 'src'), (12, 'src');
CREATE TABLE keys (id int, mail text, live boolean, span int4range, n int, EXCLUDE USING gist (span WITH &&)); CREATE UNIQUE INDEX ON keys (lower(mail)) WHERE live; CREATE UNIQUE INDEX ON keys (n) NULLS NOT DISTINCT;
INSERT INTO keys VALUES (1, 'A@x', true, '[1,5)', 1), (2, 'b@x', false, '[5,9)', 2)`,
		rulesOf(`parts: {k: keep, v: keep}`, `keys: {id: keep, mail: keep, live: keep, span: keep, n: keep}`))
	tr.must(t)
	tr.staging.run(t, tr.twin, `UPDATE parts SET v = 'twin'; INSERT INTO parts VALUES (15, 'twin'); DELETE FROM keys;
INSERT INTO keys VALUES (11, 'a@X', true, '[20,21)', 11), (12, 'B@x', true, '[30,31)', 12), (13, NULL, true, '[8,10)', 13), (14, NULL, true, NULL, NULL)`)
	tr.rules = rulesOf(`parts: {$rows: {source: all, preserve: all}, k: keep, v: keep}`, `keys: {$rows: {source: all, preserve: all}, id: keep, mail: keep, live: keep, span: keep, n: keep}`)
	tr.must(t)
	tr.wantRows(t, `SELECT k || v FROM parts ORDER BY k`, "1src", "12src", "15twin")
	tr.wantRows(t, `SELECT id::text FROM keys ORDER BY keys.id`, "1", "2", "12", "14")
	tr.prod.run(t, tr.source(), `UPDATE keys SET n = NULL WHERE id = 1`)
	tr.must(t)
	stay := []string{"1", "2", "12"}
	if tr.prod.major(t) < 15 { // NULLs are always distinct
		stay = append(stay, "14")
	}
	tr.wantRows(t, `SELECT id::text FROM keys ORDER BY keys.id`, stay...)
	if !slices.Equal(tr.staging.ask(t, tr.twin, `SELECT tableoid::regclass::text FROM parts ORDER BY k`), []string{"parts_a", "parts_b", "parts_b"}) {
		t.Error("a row is in the wrong partition")
	}
}
