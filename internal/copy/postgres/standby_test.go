package postgres

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// standbyTrial is a trial whose source is a standby that waits for nobody.
func standbyTrial(t *testing.T) (tr *trial, primary, standby *cluster) {
	t.Helper()
	tr = newTrial(t, itemsSQL, itemsRules)
	primary = newCluster(t, "autovacuum = off")
	primary.create(t, tr.source())
	primary.run(t, tr.source(), itemsSQL+`UPDATE items SET v = repeat('w', 1000)`)
	standby = primary.standby(t, "max_standby_streaming_delay = 0")
	standby.caughtUp(t, primary)
	tr.prod = standby.server
	tr.src.Store = standby.store(tr.source())
	return tr, primary, standby
}

// A standby is a source like any other.
func TestP05_StandbyAsSource(t *testing.T) {
	t.Parallel()
	tr, _, _ := standbyTrial(t)
	tr.must(t)
	tr.wantSame(t)
}

// What the primary's VACUUM removes, the standby takes from the snapshot: its
// session is ended, and the run says why and what to do.
func TestP05_VacuumOnThePrimary(t *testing.T) {
	t.Parallel()
	tr, primary, standby := standbyTrial(t)
	tr.once(report.Copy, func() {
		primary.run(t, tr.source(), `DELETE FROM items WHERE id % 2 = 0`)
		primary.run(t, tr.source(), `VACUUM items`)
		standby.caughtUp(t, primary)
	})
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Transient); !strings.Contains(text, "hot_standby_feedback") {
		t.Errorf("error: %s", text)
	}
	if left := tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(left) > 0 {
		t.Errorf("databases %q are left", left)
	}
	tr.event = nil
	tr.must(t)
	tr.wantSame(t)
}

// A part that stands in the way of a lock of the primary is ended there, and
// carried again while the snapshot holds.
func TestP05_ConflictOfAPart(t *testing.T) {
	t.Parallel()
	tr, primary, standby := standbyTrial(t)
	p := newProxy(t, tr.prod)
	tr.src.Store = p.before(tr.src.Store)
	var begun, over atomic.Bool
	var once sync.Once
	tr.once(report.Copy, func() { begun.Store(true) })
	p.watch(nil, func(l *link, _ []byte) bool {
		if !begun.Load() || over.Load() || l.Received < 1<<20 {
			return true
		}
		once.Do(func() {
			conn := primary.connect(t, tr.source())
			go func() {
				_, _ = conn.PgConn().Exec(context.Background(), `BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE; COMMIT`).ReadAll()
			}()
		})
		time.Sleep(5 * time.Millisecond) // the part must not end before the lock has come to the standby
		return true
	})
	defer over.Store(true)
	tr.must(t)
	if got := standby.ask(t, "postgres", `SELECT sum(confl_lock)::text FROM pg_stat_database_conflicts`)[0]; got == "0" {
		t.Error("there was no conflict")
	}
	tr.wantSame(t)
}
