package postgres

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// manyEntries is a schema of more entries than one transaction takes.
func manyEntries() (sql, rules string) {
	var b strings.Builder
	names := []string{}
	for i := range entriesAtOnce + 20 {
		fmt.Fprintf(&b, "CREATE TABLE t%03d (id int, v text); ", i)
		names = append(names, fmt.Sprintf("t%03d: id v", i))
	}
	return b.String() + "CREATE VIEW seen AS SELECT * FROM t001; INSERT INTO t001 VALUES (1)", keeping(names...)
}

// A transaction of the schema's first half that fails, or whose answer is lost
// before or after it has taken effect, is replayed to the same result: nothing is
// missing, and nothing is made twice.
func TestP36_SchemaReplayedAfterAFault(t *testing.T) {
	t.Parallel()
	const entry = "CREATE TABLE public.t003 "
	for name, cut := range map[string]func(tr *trial, p *proxy, preparing *atomic.Bool, cuts *atomic.Int32){
		"not begun": func(tr *trial, p *proxy, preparing *atomic.Bool, cuts *atomic.Int32) {
			p.watch(func(_ *link, chunk []byte) bool {
				return !preparing.Load() || !bytes.Contains(chunk, []byte(entry)) || cuts.Add(1) > 1
			}, nil)
		},
		"answer lost": func(tr *trial, p *proxy, preparing *atomic.Bool, cuts *atomic.Int32) {
			var last atomic.Pointer[link]
			p.watch(func(l *link, chunk []byte) bool {
				if preparing.Load() && bytes.Contains(chunk, []byte(entry)) {
					last.CompareAndSwap(nil, l)
				}
				return true
			}, func(l *link, chunk []byte) bool {
				return last.Load() != l || !completes(chunk, "COMMIT") || cuts.Add(1) > 1
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sql, rules := manyEntries()
			tr := newTrial(t, sql, rules)
			p := newProxy(t, tr.staging)
			tr.dst = p.before(tr.dst)
			var preparing atomic.Bool
			var cuts atomic.Int32
			tr.event = func(e report.Event) { preparing.Store(e.Phase == report.Prepare && !e.Done) }
			cut(tr, p, &preparing, &cuts)
			tr.must(t)
			tr.wantSame(t)
			if cuts.Load() == 0 {
				t.Error("nothing was cut")
			}
		})
	}
}

// Where a server has few locks, a transaction of many entries is too much for it:
// pg_restore replays them one by one, to the same result.
func TestClusterSchemaIsLeftToPgRestore(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "max_locks_per_transaction = 10", "max_connections = 30", "max_worker_processes = 2", "autovacuum_max_workers = 1", "max_wal_senders = 0")
	sql, rules := manyEntries()
	tr := newTrial(t, sql, rules)
	tr.staging, tr.dst = c.server, c.store(tr.twin)
	tr.must(t)
	tr.wantSame(t)
}
