package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Rows that are referred to come along: over a chain, a reference to the own
// table, and out of partitions.
func TestClosureOverChainAndSelf(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, ordersSQL, rulesOf(`regions: {$rows: {source: none, close: true}, id: keep, name: keep}`,
		`customers: {$rows: {source: "NOT old AND id > 98", close: true}, id: keep, region: keep, boss: keep, old: keep}`, `orders: {$rows: "id IN (2, 4)", id: keep, customer: keep}`))
	m := tr.must(t)
	tr.wantRows(t, `SELECT id::text FROM orders ORDER BY id`, "2", "4")
	tr.wantRows(t, `SELECT string_agg(id::text, ' ' ORDER BY id) FROM customers`, "4 8 9 10 19 20 29 30 39 40 49 50 59 60 69 70 79 80 89 90 99 100")
	tr.wantRows(t, `SELECT string_agg(id::text, ' ' ORDER BY id) FROM regions`, "1 5 9 10")
	if got := m.Stores[0].Tally.Groups; got["customers"] != 22 || got["regions"] != 4 {
		t.Errorf("counted %v", got)
	}
}

// A composite key into a partitioned table, cyclic keys, NULLs, and an operator
// of another schema.
func TestClosureOverCycleAndPartitions(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
CREATE TABLE logs (at int, n int, PRIMARY KEY (at, n)) PARTITION BY RANGE (at);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES FROM (0) TO (10) PARTITION BY LIST (n); CREATE TABLE logs_aa PARTITION OF logs_a DEFAULT; CREATE TABLE logs_b PARTITION OF logs FOR VALUES FROM (10) TO (100);
INSERT INTO logs SELECT i, i FROM generate_series(1, 50) i;
CREATE TABLE a (id ext.citext PRIMARY KEY, b int, at int, n int, FOREIGN KEY (at, n) REFERENCES logs); CREATE TABLE b (id int PRIMARY KEY, a ext.citext);
INSERT INTO a SELECT 'A' || i, i + 1, i, CASE WHEN i <> 3 THEN i END FROM generate_series(1, 40) i; INSERT INTO b SELECT i, 'a' || (i % 20 + 5) FROM generate_series(1, 41) i;
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a`,
		rulesOf(`a: {$rows: {source: "at = 3", close: true}, id: keep, b: keep, at: keep, n: keep}`, `b: {$rows: {source: none, close: true}, id: keep, a: keep}`,
			`logs: {$rows: {source: "n = 50", close: true}, at: keep, n: keep}`))
	tr.must(t)
	// a3 → b4 → a9 → b10 → a15 → b16 → a21 → b22 → a7 → b8 → a13 → b14 → a19 → b20 → a5 → b6 → a11 → b12 → a17 → b18 → a23 → b24 → a9
	tr.wantRows(t, `SELECT string_agg(at::text, ' ' ORDER BY at) FROM a`, "3 5 7 9 11 13 15 17 19 21 23")
	tr.wantRows(t, `SELECT string_agg(id::text, ' ' ORDER BY id) FROM b`, "4 6 8 10 12 14 16 18 20 22 24")
	tr.wantRows(t, `SELECT string_agg(at::text, ' ' ORDER BY at) FROM logs`, "5 7 9 11 13 15 17 19 21 23 50")
}

// Both ends of a key may be of different collations: the server compares them by
// the collation of the end that is referred to, and so do we. Orphans are
// counted in the same way.
func TestClosureOverCollations(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE p (id text COLLATE "C" PRIMARY KEY, n int); CREATE TABLE c (id int PRIMARY KEY, p text COLLATE "POSIX" REFERENCES p);
INSERT INTO p SELECT 'k' || i, i FROM generate_series(1, 9) i; INSERT INTO c SELECT i, 'k' || i FROM generate_series(1, 9) i; ALTER TABLE c DISABLE TRIGGER ALL; INSERT INTO c VALUES (10, 'gone')`,
		rulesOf(`p: {$rows: {source: "n < 3", close: true}, id: keep, n: keep}`, `c: {$rows: "id > 7", $orphans: report, id: keep, p: keep}`))
	m := tr.must(t)
	tr.wantRows(t, `SELECT id FROM p ORDER BY n`, "k1", "k2", "k8", "k9")
	wantNote(t, m, "foreign key c_p_fkey of table c: rows that refer to nothing, at the source already: 1")
}

// Memory is bounded: beyond it the run is refused.
func TestClosureBound(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, ordersSQL, rulesOf(`regions: {id: keep, name: keep}`, `customers: {$rows: {source: none, close: true}, id: keep, region: keep, boss: keep, old: keep}`, `orders: {id: keep, customer: keep}`))
	tr.mostClosed = 30
	tr.wantRefused(t, report.Incompatible, "more than 30 rows would come along by close", "customers")
}

// For any graph of tables and rows: what arrives is exactly what can be reached
// from the chosen rows, and no reference dangles, for the foreign keys are there.
func TestClosureLaw(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `SELECT`, "")
	conn := tr.prod.connect(t, tr.source()) // one for all graphs: sessions cost more than they do
	rapid.Check(t, func(rt *rapid.T) { tr.closureLaw(t, conn, rt) })
}

// graphRow is a row of the law's graph.
type graphRow struct{ table, id int }

func (tr *trial) closureLaw(t *testing.T, conn *pgx.Conn, rt *rapid.T) {
	tables, rows := rapid.IntRange(1, 4).Draw(rt, "tables"), rapid.IntRange(1, 6).Draw(rt, "rows")
	var ddl, fks, inserts strings.Builder
	var lines []string
	var stack []graphRow
	refs := make(map[graphRow][]graphRow)
	for i := range tables {
		fmt.Fprintf(&ddl, "CREATE TABLE t%d (id int PRIMARY KEY, chosen boolean", i)
		line := fmt.Sprintf(`t%d: {$rows: {source: chosen = true, close: true}, id: keep, chosen: keep`, i)
		to := rapid.SliceOfN(rapid.IntRange(0, tables-1), 0, 2).Draw(rt, "refers to")
		for k, other := range to {
			fmt.Fprintf(&ddl, ", f%d int", k)
			fmt.Fprintf(&fks, "ALTER TABLE t%d ADD FOREIGN KEY (f%d) REFERENCES t%d;", i, k, other)
			line += fmt.Sprintf(", f%d: keep", k)
		}
		lines = append(lines, line+"}")
		ddl.WriteString(");")
		for id := range rows {
			chosen := rapid.IntRange(0, 3).Draw(rt, "chosen") == 0
			if chosen {
				stack = append(stack, graphRow{i, id})
			}
			fmt.Fprintf(&inserts, "INSERT INTO t%d VALUES (%d, %t", i, id, chosen)
			for _, other := range to {
				if target := rapid.IntRange(-1, rows-1).Draw(rt, "row"); target < 0 {
					inserts.WriteString(", NULL")
				} else {
					fmt.Fprintf(&inserts, ", %d", target)
					refs[graphRow{i, id}] = append(refs[graphRow{i, id}], graphRow{other, target})
				}
			}
			inserts.WriteString(");")
		}
	}
	reached := make(map[graphRow]bool)
	for len(stack) > 0 {
		r := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !reached[r] {
			reached[r] = true
			stack = append(stack, refs[r]...)
		}
	}
	if _, err := conn.PgConn().Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"+ddl.String()+inserts.String()+fks.String()).ReadAll(); err != nil {
		t.Fatal(err)
	}
	s := tr.selected(t, rulesOf(lines...))
	defer s.r.Close()
	got := make(map[graphRow]bool)
	for _, tab := range s.r.cat.tables {
		for _, p := range s.partsOf(tab) {
			chosen, err := conn.Query(t.Context(), p.selectColumns([]string{"id::text"}), pgx.QueryExecModeExec)
			if err != nil {
				t.Fatal(err)
			}
			ids, err := pgx.CollectRows(chosen, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				var r graphRow
				if _, err := fmt.Sscanf(tab.name+" "+id, "t%d %d", &r.table, &r.id); err != nil || got[r] {
					rt.Fatalf("row %v of %s comes twice: %v", r, tab.name, err)
				}
				got[r] = true
			}
		}
	}
	if len(got) != len(reached) {
		rt.Fatalf("%d rows come, %d can be reached", len(got), len(reached))
	}
	for r := range reached {
		if !got[r] {
			rt.Fatalf("row %v can be reached and does not come", r)
		}
	}
}

// selected is a staged copy whose rows have been selected, with nothing
// written; its reader is the caller's to close.
func (tr *trial) selected(t *testing.T, text string) *staged {
	t.Helper()
	opened, err := Open(t.Context(), tr.src)
	if err != nil {
		t.Fatal(err)
	}
	survey, err := opened.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ruleset.Parse("rules.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	job := clone.Job{}
	if job.Names, err = person.NamesVersion(rules.Names); err != nil {
		t.Fatal(err)
	}
	if job.Root, err = person.ParseRoot(tenant.NewSecret(copytest.Key)); err != nil {
		t.Fatal(err)
	}
	plan, err := anonymize.Compile(anonymize.Input{Rules: rules, Fields: survey.Fields, Names: job.Names, Keys: job.Root.Keyring("acme", 1)})
	if err != nil {
		t.Fatal(err)
	}
	r := opened.(*reader)
	s := newStaged(r, r.e, guard.Destination{})
	if err := s.selectRows(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	return s
}
