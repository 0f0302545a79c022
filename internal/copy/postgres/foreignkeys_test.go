package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// orphansSQL has keys of every kind that rows break although the server
// believes them proved, as after a restore that fired no triggers.
const orphansSQL = `CREATE EXTENSION citext;
CREATE TABLE parents (id int PRIMARY KEY, code citext UNIQUE, a int, b int, UNIQUE (a, b));
CREATE TABLE children (id int PRIMARY KEY, parent int CONSTRAINT broken REFERENCES parents, code citext CONSTRAINT whole REFERENCES parents (code), a int, b int,
  CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES parents (a, b) MATCH FULL);
CREATE TABLE parts (id int, parent int CONSTRAINT "of parts" REFERENCES parents, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE to_parts (id int CONSTRAINT "to parts" REFERENCES parts);
COMMENT ON CONSTRAINT "of parts" ON parts IS 'nothing';
INSERT INTO parents VALUES (1, 'one', 1, 1), (2, 'two', 2, 2);
SET session_replication_role = replica;
INSERT INTO children VALUES (1, 1, 'ONE', 1, 1), (2, 77, 'one', NULL, NULL), (3, 78, NULL, 5, 5), (4, NULL, NULL, 6, NULL);
INSERT INTO parts VALUES (1, 1), (2, 99);
INSERT INTO to_parts VALUES (1), (50);
SET session_replication_role = DEFAULT`

const orphansRules = `version: 1
people: none
postgres:
  parents: {id: keep, code: keep, a: keep, b: keep}
  children: {id: keep, parent: keep, code: keep, a: keep, b: keep}
  parts: {id: keep, parent: keep}
  to_parts: {id: keep}
`

// What breaks a key at the source already is counted and told, and the key
// stays unproved.
func TestP37_OrphansAreReported(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, orphansSQL, orphansRules)
	m := tr.must(t)
	told := strings.Join(m.Stores[0].Notes, "\n")
	for _, want := range []string{
		"foreign key broken of table children: rows that refer to nothing, at the source already: 2; the key is there, not validated",
		"foreign key pair of table children: rows that refer to nothing, at the source already: 2", "foreign key of parts of table parts: rows that refer to nothing, at the source already: 1", "foreign key to parts of table to_parts: rows that refer to nothing, at the source already: 1",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("the report does not say: %s", want)
		}
	}
	if strings.Contains(told, "77") || strings.Contains(told, "foreign key whole") {
		t.Errorf("the report says too much: %s", told)
	}
	const state = `SELECT conname || ' ' || convalidated FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 ORDER BY 1`
	want := "[broken false pair false to parts false whole true]"
	if tr.staging.major(t) >= notValidParted/10000 { // which keeps that of a partitioned table too
		want = "[broken false of parts false pair false to parts false whole true]"
	}
	if got := fmt.Sprint(tr.staging.ask(t, tr.twin, state)); got != want {
		t.Errorf("keys in the twin: %s", got)
	}
}

// The rules may have a table's broken keys end the run; the others are
// reported as before.
func TestP37_OrphansAreRefused(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]string{
		strings.Replace(orphansRules, "children: {", "children: {$orphans: refuse, ", 1):   ": rows that refer to nothing, at the source already: 2",
		strings.Replace(orphansRules, "postgres:\n", "postgres:\n  $orphans: refuse\n", 1): "check foreign key",
	} {
		tr := newTrial(t, orphansSQL, rules)
		_, err := tr.run(t.Context(), t)
		if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, want) || strings.Contains(text, "77") {
			t.Errorf("error: %s", text)
		}
		tr.wantNothingBeside(t)
	}
}

// Two tables that refer to each other, and many keys on one table, do not
// wait for each other for ever.
func TestForeignKeysDoNotDeadlock(t *testing.T) {
	t.Parallel()
	var sql strings.Builder
	rules := "version: 1\npeople: none\npostgres:\n"
	const tables = 6
	for i := range tables {
		fmt.Fprintf(&sql, "CREATE TABLE t%d (id int PRIMARY KEY, %s);\n", i, strings.Join(columnsOfKeys(tables, " int"), ", "))
		fmt.Fprintf(&sql, "INSERT INTO t%d SELECT i, %s FROM generate_series(1, 2000) AS i;\n", i, strings.Join(columnsOfKeys(tables, ""), ", "))
		rules += fmt.Sprintf("  t%d: {id: keep, %s}\n", i, strings.Join(columnsOfKeys(tables, ": keep"), ", "))
	}
	for i := range tables {
		for j := range tables {
			fmt.Fprintf(&sql, "ALTER TABLE t%d ADD FOREIGN KEY (c%d) REFERENCES t%d;\n", i, j, j)
		}
	}
	tr := newTrial(t, strings.NewReplacer("SELECT i, c0, c1, c2, c3, c4, c5", "SELECT i, i, i, i, i, i, i").Replace(sql.String()), rules)
	tr.apart = true
	tr.must(t)
	if n := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND convalidated`)[0]; n != fmt.Sprint(tables*tables) {
		t.Errorf("%s keys are proved", n)
	}
}

func columnsOfKeys(n int, typ string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("c%d%s", i, typ))
	}
	return out
}
