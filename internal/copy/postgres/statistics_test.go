package postgres

import (
	"strings"
	"testing"
)

// The first query in the new twin has statistics to plan by, and where a table
// is one part its rows are known to be visible: an index-only scan reads no
// row.
func TestP39_FirstQuery(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, strings.ReplaceAll(itemsSQL, "repeat('v', i % 100)", "repeat('v', 50 + i % 100)"), itemsRules)
	tr.must(t)
	tr.wantSame(t)
	tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.twin)+` SET max_parallel_workers_per_gather = 0`)
	plan := strings.Join(tr.staging.ask(t, tr.twin, `EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF, TIMING OFF) SELECT count(*) FROM items WHERE id < 2000`), "\n")
	fetches := "Heap Fetches: 0"
	if tr.staging.major(t) < 14 { // which does not note what a frozen load makes visible
		fetches = "Heap Fetches: 1999"
	}
	if !strings.Contains(plan, "Index Only Scan using items_pkey") || !strings.Contains(plan, fetches) {
		t.Errorf("the plan is:\n%s", plan)
	}
	if n := tr.staging.ask(t, tr.twin, `SELECT reltuples::text FROM pg_class WHERE relname = 'items'`)[0]; n != "20000" {
		t.Errorf("the planner believes in %s rows", n)
	}
}
