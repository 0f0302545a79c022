package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// endHolder ends the session that keeps the snapshot.
func (tr *trial) endHolder(t *testing.T) {
	tr.prod.run(t, tr.source(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`)
}

// wantOldTwin fails unless the twin serves what the first copy brought, and
// nothing is left beside it.
func (tr *trial) wantOldTwin(t *testing.T, sql, want string) {
	t.Helper()
	if got := tr.staging.ask(t, tr.twin, sql); len(got) != 1 || got[0] != want {
		t.Errorf("the old twin answers %q, want %q", got, want)
	}
	tr.wantNothingBeside(t)
}

// The connection that keeps the snapshot is killed: the run ends with
// Transient, whatever it was doing, and the old twin is as it was.
func TestP03_SnapshotLost(t *testing.T) {
	t.Parallel()
	for _, phase := range []report.Phase{report.People, report.Compile, report.Prepare, report.Copy, report.Seal} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, itemsSQL, itemsRules)
			tr.must(t)
			tr.prod.run(t, tr.source(), `DELETE FROM items WHERE id > 100`)
			tr.once(phase, func() { tr.endHolder(t) })
			_, err := tr.run(t.Context(), t)
			if text := wantCode(t, err, report.Transient); !strings.Contains(text, "snapshot was lost") {
				t.Errorf("the error does not say why: %s", text)
			}
			tr.wantOldTwin(t, `SELECT count(*)::text FROM items`, "20000")
			tr.event = nil
			tr.must(t)
			tr.wantSame(t)
		})
	}
}

// The same while the destination builds an index, which reads nothing at the
// source: the run does not wait for the index to end.
func TestP03_SnapshotLostWhileIndexesAreBuilt(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE items (id int); INSERT INTO items VALUES (1);
CREATE FUNCTION waits(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN $1; END';
CREATE INDEX ON items (waits(id))`, "version: 1\npeople: none\npostgres:\n  items: {id: keep}\n")
	tr.must(t)
	tr.prod.run(t, tr.source(), `INSERT INTO items VALUES (2)`)
	done := make(chan struct{})
	tr.once(report.Copy, func() {
		staged := tr.dst
		staged.URL += "__new"
		block := connectTo(t, staged)
		if _, err := block.Exec(t.Context(), `SELECT pg_advisory_lock(4711)`); err != nil {
			t.Error(err)
		}
		go func() {
			defer close(done)
			for waits := 0; waits == 0; time.Sleep(20 * time.Millisecond) {
				const sql = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
				if err := block.QueryRow(t.Context(), sql).Scan(&waits); err != nil {
					t.Error(err)
					return
				}
			}
			tr.endHolder(t)
		}()
	})
	_, err := tr.run(t.Context(), t)
	<-done
	if text := wantCode(t, err, report.Transient); !strings.Contains(text, "snapshot was lost") {
		t.Errorf("the error does not say why: %s", text)
	}
	tr.wantOldTwin(t, `SELECT count(*)::text FROM items`, "1")
}

// After Seal the source is not read any more: its session is over, and nobody
// waits for it.
func TestP03_SnapshotIsGivenUpBeforeTheProof(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	tr.once(report.Verify, func() {
		if n := tr.prod.ask(t, "postgres", `SELECT pid::text FROM pg_stat_activity WHERE datname = $1 AND state LIKE 'idle in transaction%'`, tr.source()); len(n) > 0 {
			t.Error("the source still keeps the snapshot")
		}
	})
	tr.must(t)
}
