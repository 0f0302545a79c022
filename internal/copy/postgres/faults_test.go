package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// afterFault fails unless a run that met a fault either succeeded with every
// row, or failed as something that may pass, with the old twin untouched; and
// unless the next run succeeds and leaves nothing behind. The old twin's items
// are so many.
func (tr *trial) afterFault(t *testing.T, err error, items int) {
	t.Helper()
	if err != nil {
		wantCode(t, err, report.Transient)
		if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM items`)[0]; got != strconv.Itoa(items) {
			t.Errorf("the old twin has %s rows: %v", got, err)
		}
		tr.event = nil
		tr.must(t)
	}
	tr.wantSame(t)
	tr.wantNothingBeside(t)
}

// second makes a twin, and a source that is another one by now.
func second(t *testing.T) *trial {
	t.Helper()
	tr := newTrial(t, itemsSQL, itemsRules)
	tr.partSize = 256 << 10
	tr.must(t)
	tr.prod.run(t, tr.source(), `INSERT INTO items (v, w) VALUES ('later', 1)`)
	return tr
}

// Every connection to one side is cut at the beginning of each phase.
func TestP36_ConnectionsCutInEachPhase(t *testing.T) {
	t.Parallel()
	for _, side := range []report.Side{report.Source, report.Destination} {
		for _, phase := range []report.Phase{report.Survey, report.Prepare, report.Copy, report.Seal, report.Verify} {
			t.Run(fmt.Sprint(side, " ", phase), func(t *testing.T) {
				t.Parallel()
				tr := second(t)
				var p *proxy
				if side == report.Source {
					p = newProxy(t, tr.prod)
					tr.src.Store = p.before(tr.src.Store)
				} else {
					p = newProxy(t, tr.staging)
					tr.dst = p.before(tr.dst)
				}
				tr.once(phase, p.cut)
				_, err := tr.run(t.Context(), t)
				tr.afterFault(t, err, 20000)
			})
		}
	}
}

// A connection breaks after some bytes of rows, on either side: the part is
// carried again, and no row is there twice.
func TestP36_ConnectionCutInsideCOPY(t *testing.T) {
	t.Parallel()
	for _, side := range []report.Side{report.Source, report.Destination} {
		t.Run(string(side), func(t *testing.T) {
			t.Parallel()
			tr := second(t)
			var copying atomic.Bool
			var cuts atomic.Int32
			tr.event = func(e report.Event) { copying.Store(e.Phase == report.Copy && !e.Done) }
			whole := func(n int64) bool { return !copying.Load() || n < 100<<10 || cuts.Add(1) > 2 }
			if side == report.Source {
				p := newProxy(t, tr.prod)
				tr.src.Store = p.before(tr.src.Store)
				p.watch(nil, func(l *link, _ []byte) bool { return whole(l.Received) })
			} else {
				p := newProxy(t, tr.staging)
				tr.dst = p.before(tr.dst)
				p.watch(func(l *link, _ []byte) bool { return whole(l.Sent) }, nil)
			}
			tr.must(t)
			tr.wantSame(t)
			if cuts.Load() == 0 {
				t.Error("nothing was cut")
			}
		})
	}
}

// The server commits a part and the answer is lost: the retry finds the
// journal's line and doubles nothing.
func TestP36_AnswerToCommitIsLost(t *testing.T) {
	t.Parallel()
	tr := second(t)
	p := newProxy(t, tr.staging)
	tr.dst = p.before(tr.dst)
	var copying atomic.Bool
	var cuts atomic.Int32
	tr.event = func(e report.Event) { copying.Store(e.Phase == report.Copy && !e.Done) }
	p.watch(nil, func(_ *link, chunk []byte) bool {
		return !copying.Load() || !completes(chunk, "COMMIT") || cuts.Add(1) > 3
	})
	tr.must(t)
	tr.wantSame(t)
	if cuts.Load() < 3 {
		t.Errorf("%d answers were cut off", cuts.Load())
	}
}

// Each of our sessions is ended, one a run: the first of both servers, the
// second, and so on. Several tenants take turns.
func TestP36_EachSessionEnded(t *testing.T) {
	t.Parallel()
	const tenants = 3
	for first := range tenants {
		t.Run(fmt.Sprint("from ", first), func(t *testing.T) {
			t.Parallel()
			tr := second(t)
			for k, items := first, 20000; tr.endSession(t, k, items); k, items = k+tenants, items+1 {
				if k > 30 {
					t.Fatal("sessions without end")
				}
				tr.prod.run(t, tr.source(), `INSERT INTO items (v, w) VALUES ('later', 1)`)
			}
		})
	}
}

// endSession ends session k of a run on both servers, and reports whether
// there was one. The old twin's items are so many.
func (tr *trial) endSession(t *testing.T, k, items int) (there bool) {
	t.Helper()
	const sessions = `SELECT pid::text FROM pg_stat_activity WHERE application_name LIKE 'tenantcopy/%' AND usename = $1 AND pid <> pg_backend_pid() ORDER BY backend_start, pid`
	n := 0
	tr.event = func(e report.Event) {
		if e.Phase != report.Copy || e.Tally == nil {
			return
		}
		if n++; n != 2 {
			return
		}
		for side, s := range map[string]server{who(t, tr.src.Store): tr.prod, who(t, tr.dst): tr.staging} {
			pids := s.ask(t, "postgres", sessions, side)
			if k < len(pids) {
				there = true
				s.run(t, "postgres", `SELECT pg_terminate_backend(`+pids[k]+`)`)
			}
		}
	}
	_, err := tr.run(t.Context(), t)
	tr.afterFault(t, err, items)
	return there
}

// A second run on a twin is refused while the first one is at work, and the
// same command again gives the same result.
func TestP35_TwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	one, two := *tr, *tr
	one.seen, two.seen = strings.Builder{}, strings.Builder{}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, run := range []*trial{&one, &two} {
		wg.Go(func() { _, errs[i] = run.run(t.Context(), t) })
	}
	wg.Wait()
	if errs[0] == nil && errs[1] == nil {
		t.Log("one run ended before the other began")
	}
	if err := errors.Join(errs...); err != nil {
		wantCode(t, err, report.Locked)
	}
	if errs[0] != nil && errs[1] != nil {
		t.Errorf("both were refused: %v", errs)
	}
	tr.wantSame(t)
	tr.must(t)
	tr.wantSame(t)
	tr.wantNothingBeside(t)
}

// What the source's role may not read is named before the start, all of it,
// with the statements that allow it.
func TestP08_MissingGrantsAreNamed(t *testing.T) {
	t.Parallel()
	id := random()
	tr := newTrial(t, `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE SELECT ON SEQUENCES FROM PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SCHEMAS FROM PUBLIC;
CREATE SCHEMA hr; CREATE TABLE hr."Staff list" (id serial, v text); CREATE TABLE plain (v text); CREATE TABLE fine (v text); CREATE SEQUENCE lone; GRANT SELECT ON fine TO PUBLIC`,
		"version: 1\npeople: none\npostgres:\n  plain: {v: keep}\n  fine: {v: keep}\n  \"hr.Staff list\": {id: keep, v: keep}\n")
	name := "reader-" + id
	tr.src.Store = as(tr.prod.store(tr.source()), name, tr.prod.role(t, name, ""))
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Denied)
	for _, line := range []string{`GRANT USAGE ON SCHEMA hr TO "` + name, `GRANT SELECT ON TABLE hr."Staff list" TO`, `GRANT SELECT ON TABLE public.plain TO`, `GRANT SELECT ON SEQUENCE public.lone TO`, `GRANT SELECT ON SEQUENCE hr."Staff list_id_seq" TO`} {
		if !strings.Contains(text, line) {
			t.Errorf("not named: %s\n%s", line, text)
		}
	}
	if strings.Contains(text, "public.fine") {
		t.Error("a table that may be read is named")
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "GRANT ") {
			lines = append(lines, line)
		}
	}
	t.Cleanup(func() {
		tr.prod.run(t, tr.source(), `DROP OWNED BY `+ident(name))
	})
	tr.prod.run(t, tr.source(), strings.Join(lines, "\n"))
	tr.must(t)
	tr.wantSame(t)
}

// Short limits and odd settings of the roles do not reach our sessions. Two of
// them cannot be lifted at the start, since older servers refuse what they do
// not know; they must leave time for one statement.
func TestP06_LimitsOfTheRole(t *testing.T) {
	t.Parallel()
	id := random()
	tr := newTrial(t, itemsSQL, itemsRules)
	limits := []string{"statement_timeout = '1ms'", "idle_in_transaction_session_timeout = '1ms'", "lock_timeout = '1ms'", "default_transaction_isolation = 'serializable'"}
	if tr.prod.major(t) >= 14 {
		limits = append(limits, "idle_session_timeout = '1s'")
	}
	if tr.prod.major(t) >= 17 {
		limits = append(limits, "transaction_timeout = '1s'")
	}
	for _, s := range []server{tr.prod, tr.staging} {
		name := "hurried-" + id
		password := s.role(t, name, "SUPERUSER")
		for _, limit := range limits {
			if strings.HasPrefix(limit, "idle_session") && s.major(t) < 14 || strings.HasPrefix(limit, "transaction_t") && s.major(t) < 17 {
				continue
			}
			s.run(t, "postgres", `ALTER ROLE `+ident(name)+` SET `+limit)
		}
		if s == tr.prod {
			tr.src.Store = as(tr.prod.store(tr.source()), name, password)
		} else {
			tr.dst = as(tr.staging.store(tr.twin), name, password)
		}
	}
	t.Cleanup(func() { tr.staging.run(t, "postgres", `DROP DATABASE IF EXISTS `+ident(tr.twin)+` WITH (FORCE)`) })
	tr.must(t)
	tr.wantSame(t)
}

// pg_dump of an older release than the source's server is refused before
// anything is written, with what to install.
func TestP42_PgDumpIsTooOld(t *testing.T) {
	tr := newTrial(t, tinySQL, tinyRules)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pg_dump"), []byte("#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.22'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", dir+":"+path)
	_, err := tr.run(t.Context(), t)
	want := fmt.Sprintf("postgresql-client-%d", tr.prod.major(t))
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "pg_dump 12") || !strings.Contains(text, want) {
		t.Errorf("error: %s", text)
	}
	if left := tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(left) > 0 {
		t.Errorf("databases %q are there", left)
	}
	t.Setenv("PATH", path)
	tr.must(t)
}
