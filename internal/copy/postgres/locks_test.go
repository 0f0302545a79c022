package postgres

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

const lockSQL = `CREATE TABLE t (n int, v text); INSERT INTO t SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 60000) n;
CREATE VIEW seen AS SELECT n FROM t; CREATE MATERIALIZED VIEW filled AS SELECT count(*) AS c FROM t; CREATE INDEX ON t ((n + 1));
CREATE RULE rewritten AS ON UPDATE TO t DO ALSO SELECT 1; CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END`

// alter changes a table at the source as an application's migration does, and
// fails when it has to wait for more than 2 s.
func (tr *trial) alter(t *testing.T, sql string) {
	t.Helper()
	conn := tr.prod.connect(t, tr.source())
	defer conn.Close(context.Background())
	if _, err := conn.PgConn().Exec(t.Context(), `SET lock_timeout = '2s'; `+sql).ReadAll(); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}

// Between its parts a run locks nothing at the source: not the tables whose
// views it has printed, not the one whose people it reads, not those it has
// copied.
func TestNoLockIsKept(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, lockSQL, keeping("t: n v"))
	tr.partSize = 1 << 20
	s, plan := tr.prepared(t)
	tr.alter(t, `LOCK TABLE t, seen IN ACCESS EXCLUSIVE MODE`)
	n, reading := 0, map[string]bool{} // transactions
	for _, err := range s.r.People(t.Context(), person.Columns{Group: "t", ID: "n", Name: "v"}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%20000 == 1 {
			for _, id := range tr.prod.ask(t, tr.source(), `SELECT virtualtransaction FROM pg_locks WHERE relation = 't'::regclass AND mode = 'AccessShareLock'`) {
				reading[id] = true
			}
		}
	}
	transactions := 3
	if tr.prod.major(t) < 14 { // where a table is read in one part
		transactions = 1
	}
	if n != 60000 || len(reading) != transactions {
		t.Errorf("%d people, want 60000, in %d transactions", n, len(reading))
	}
	a := plan.New()
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Copy(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		tr.alter(t, `LOCK TABLE t, seen IN ACCESS EXCLUSIVE MODE`)
	}
}

// A migration at the source in the middle of a copy waits for 2 s at most.
// One that leaves the columns of the snapshot alone does not disturb the run.
func TestP02_ColumnAddedInMidCopy(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, lockSQL+`; INSERT INTO t SELECT n, repeat(md5(n::text), 30) FROM generate_series(60001, 120000) n`, keeping("t: n v"))
	tr.partSize = 4 << 20 // so small that the 2 s are enough on a busy machine, too, and too few for all of the table
	var chunks atomic.Int32
	tr.event = func(e report.Event) {
		if e.Phase == report.Copy && e.Tally != nil && chunks.Add(1) == 2 { // the others are under way
			tr.alter(t, `ALTER TABLE t ADD COLUMN later int`)
		}
	}
	m, err := tr.run(t.Context(), t)
	if err != nil {
		wantCode(t, err, report.Transient)
		return
	}
	if got := m.Stores[0].Tally.Records; got != 120000 {
		t.Errorf("%d records, want 120000", got)
	}
}
