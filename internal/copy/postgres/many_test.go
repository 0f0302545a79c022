package postgres

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// manyTables makes a database of so many small tables and one table of so many
// partitions, each with a key and an index, and rules that keep them.
func manyTables(tables, partitions int) (sql []string, rules string) {
	var text strings.Builder
	text.WriteString("version: 1\npeople: none\npostgres:\n  parted: {id: keep, v: keep}\n")
	for i := range tables {
		sql = append(sql, fmt.Sprintf(`CREATE TABLE small_%d (id int PRIMARY KEY, v text, up int%s); INSERT INTO small_%d VALUES (1, 'v', 1), (2, 'w', 1); CREATE INDEX ON small_%d (v);`,
			i, map[bool]string{true: fmt.Sprintf(" REFERENCES small_%d", i-1)}[i > 0], i, i))
		fmt.Fprintf(&text, "  small_%d: {id: keep, v: keep, up: keep}\n", i)
	}
	sql = append(sql, `CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);`)
	for i := range partitions {
		sql = append(sql, fmt.Sprintf(`CREATE TABLE parted_%d PARTITION OF parted FOR VALUES FROM (%d) TO (%d);`, i, i*10, i*10+10))
	}
	sql = append(sql, fmt.Sprintf(`INSERT INTO parted SELECT i, 'v' FROM generate_series(0, %d) AS i; CREATE INDEX ON parted (v);`, partitions*10-1))
	return sql, text.String()
}

// newManyTrial fills the source in small transactions: each object takes a
// lock.
func newManyTrial(t *testing.T, tables, partitions int) *trial {
	t.Helper()
	sql, rules := manyTables(tables, partitions)
	tr := newTrial(t, sql[0], rules)
	for batch := sql[1:]; len(batch) > 0; {
		n := min(100, len(batch))
		tr.prod.run(t, tr.source(), strings.Join(batch[:n], "\n"))
		batch = batch[n:]
	}
	return tr
}

// A thousand tables and two thousand partitions are copied whole, with every
// index joined and every key proved, in memory that does not grow with them.
func TestP41_ManyTables(t *testing.T) {
	tr := newManyTrial(t, 1000, 2000)
	var most uint64
	tr.event = func(e report.Event) {
		if e.Phase == report.Copy && e.Tally != nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
	m := tr.must(t)
	if got := m.Stores[0].Tally.Records; got != 22000 {
		t.Errorf("%d records", got)
	}
	for _, p := range m.Phases {
		t.Logf("%s %.1f s", p.Phase, p.Seconds)
	}
	t.Logf("heap at most %d MB", most>>20)
	if most > 256<<20 {
		t.Errorf("heap of %d MB", most>>20)
	}
	for what, sql := range map[string]string{
		"an index that is not valid": `SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid`,
		"a key that is not proved":   `SELECT conname FROM pg_constraint WHERE NOT convalidated`,
		"indexes":                    `SELECT count(*)::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace HAVING count(*) <> 6002`,
		"foreign keys":               `SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' HAVING count(*) <> 999`,
		"a table without statistics": `SELECT relname FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_statistic WHERE starelid = c.oid)`,
	} {
		if got := tr.staging.ask(t, tr.twin, sql); len(got) > 0 {
			t.Errorf("%s: %d, %s", what, len(got), got[0])
		}
	}
}
