package guard_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func TestDirection(t *testing.T) {
	for _, tc := range []struct {
		name     string
		src, dst string
		env      guard.Environment
		why      string // "" when it is allowed
	}{
		{"allowed", "prod/acme", "staging/acme", guard.Environment{CopiesFrom: []string{"prod"}}, ""},
		{"backwards", "staging/acme", "prod/acme", guard.Environment{Protected: true}, "protected"},
		{"protected wins over copies-from", "staging/acme", "prod/acme", guard.Environment{Protected: true, CopiesFrom: []string{"staging"}}, "protected"},
		{"itself", "staging/acme", "staging/acme", guard.Environment{CopiesFrom: []string{"staging"}}, "the same tenant"},
		{"another tenant", "prod/acme", "staging/globex", guard.Environment{CopiesFrom: []string{"prod"}}, "different tenants"},
		{"not listed", "dev/acme", "staging/acme", guard.Environment{CopiesFrom: []string{"prod"}}, "does not copy from"},
		{"nothing listed", "prod/acme", "staging/acme", guard.Environment{}, "does not copy from"},
	} {
		src, _ := tenant.ParseRef(tc.src)
		dst, _ := tenant.ParseRef(tc.dst)
		err := guard.Direction(src, dst, tc.env)
		switch {
		case tc.why == "" && err != nil:
			t.Errorf("%s: %v", tc.name, err)
		case tc.why != "" && (err == nil || report.CodeOf(err) != report.Unsafe || !strings.Contains(err.Error(), tc.why)):
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestAdmitDecides is guard's decision table: facts in, verdict out. What is
// refused has written nothing.
func TestAdmitDecides(t *testing.T) {
	broken := &report.Error{Code: report.Denied, Op: "connect"}
	for _, tc := range []struct {
		name string
		set  func(w *world)
		code report.Code // "" when admitted
		why  string
	}{
		{"both empty", func(*world) {}, "", ""},
		{"our own twin", func(w *world) {
			w.dstPG.holds(marker("old", guard.Complete, 1))
			w.dstR.holds(marker("old", guard.Complete, 1))
		}, "", ""},
		{"protected", func(w *world) { w.request.Environment.Protected = true }, report.Unsafe, "protected"},
		{"wrong direction", func(w *world) { w.request.Environment.CopiesFrom = nil }, report.Unsafe, "copies-from"},
		{"no store", func(w *world) { w.request.Sites = nil }, report.NotFound, "no store"},
		{"source is not there", func(w *world) { w.srcR.facts.Exists = false }, report.NotFound, "redis of prod/acme does not exist"},
		{"source cannot be reached", func(w *world) { w.srcPG.err = broken }, report.Denied, ""},
		{"destination cannot be reached", func(w *world) { w.dstR.err = broken }, report.Denied, ""},
		{"same server", func(w *world) { w.dstPG.facts.Identities = []string{"pg:1"} }, report.Unsafe, "same place"},
		{"same server by the nonce", func(w *world) { w.dstPG.facts.Identities = append(w.dstPG.facts.Identities, "nonce:7") }, report.Unsafe, "same place"},
		{"same place across stores", func(w *world) { w.dstR.facts.Identities = []string{"x", "pg:1"} }, report.Unsafe, "postgres of prod/acme and redis of staging/acme"},
		{"same place although confirmed", func(w *world) {
			w.dstPG.facts.Identities, w.request.Confirm = []string{"pg:1"}, "staging/acme"
		}, report.Unsafe, "same place"},
		{"source without identity", func(w *world) { w.srcR.facts.Identities = nil }, report.Unsafe, "cannot be told"},
		{"locked", func(w *world) { w.dstPG.locked = true }, report.Locked, "locked by run r9 of jo"},
		{"lock fails", func(w *world) { w.dstPG.lockErr = broken }, report.Denied, ""},
		{"foreign marker", func(w *world) { w.dstR.facts.Foreign, w.dstR.facts.Empty = true, false }, report.Unsafe, "not tenantcopy's"},
		{"foreign marker although confirmed", func(w *world) { w.dstR.facts.Foreign, w.request.Confirm = true, "staging/acme" }, report.Unsafe, "not tenantcopy's"},
		{"another twin's marker", func(w *world) {
			m := marker("old", guard.Complete, 1)
			m.Twin = "staging/globex"
			w.dstR.holds(m)
		}, report.Unsafe, "the marker of staging/globex"},
		{"a marker of production", func(w *world) {
			m := marker("old", guard.Switching, 1)
			m.Twin = "prod/acme"
			w.dstPG.holds(m)
			w.request.Confirm = "staging/acme"
		}, report.Unsafe, "the marker of prod/acme"},
		{"unmarked and not empty", func(w *world) { w.dstPG.facts.Empty, w.dstR.facts.Empty = false, false }, report.Unsafe, "postgres, redis of staging/acme holds data"},
		{"confirmed", func(w *world) { w.dstPG.facts.Empty, w.request.Confirm = false, "staging/acme" }, "", ""},
		{"confirmed with another name", func(w *world) { w.dstPG.facts.Empty, w.request.Confirm = false, "prod/acme" }, report.Unsafe, "--confirm names prod/acme"},
		{"confirmed with half a name", func(w *world) { w.dstPG.facts.Empty, w.request.Confirm = false, "acme" }, report.Unsafe, "--confirm names acme"},
		{"a store added later, empty", func(w *world) { w.dstPG.holds(marker("old", guard.Complete, 1)) }, "", ""},
		{"a store added later, not empty", func(w *world) {
			w.dstPG.holds(marker("old", guard.Complete, 1))
			w.dstR.facts.Empty = false
		}, report.Unsafe, "redis of staging/acme holds data"},
		{"markers of two runs", func(w *world) {
			w.dstPG.holds(marker("a", guard.Complete, 1))
			w.dstR.holds(marker("b", guard.Copying, 2))
		}, "", ""},
		{"a marker cannot be written", func(w *world) { w.dstR.markErr = broken }, report.Denied, "write marker copying"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld()
			tc.set(w)
			wasLocked := w.dstPG.locked
			dst, err := guard.Admit(t.Context(), w.request)
			if tc.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				if len(w.dstPG.written) != 1 || len(w.dstR.written) != 1 || w.dstPG.written[0].State != guard.Copying || dst.Run() != "new" || dst.Unfinished() || !dst.Covers("redis") {
					t.Errorf("admitted, but: %v", w.log)
				}
				if err := dst.Release(t.Context()); err != nil || w.dstPG.locked || w.dstPG.closed != 1 || w.dstR.closed != 1 {
					t.Errorf("release: %v, locked %v, closed %d and %d", err, w.dstPG.locked, w.dstPG.closed, w.dstR.closed)
				}
				return
			}
			if err == nil || report.CodeOf(err) != tc.code || !strings.Contains(err.Error(), tc.why) {
				t.Fatalf("got %v, want %s with %q", err, tc.code, tc.why)
			}
			if _, ok := dst.Store("postgres"); ok {
				t.Error("a refused destination has stores")
			}
			if w.dstPG.locked != wasLocked {
				t.Error("the lock was kept")
			}
			if len(w.dstR.written) > 0 || (tc.why != "write marker copying" && len(w.dstPG.written) > 0) {
				t.Errorf("refused, and yet written: %v", w.log)
			}
			if m := w.dstPG.facts.Marker; m != nil && m.Run == "new" {
				t.Errorf("the refused run left a marker that says %s", m.State)
			}
			if w.dstPG.closed+w.dstR.closed > 0 {
				t.Error("sites were closed; they stay open on an error")
			}
			if err := dst.Release(t.Context()); err != nil {
				t.Errorf("release of nothing: %v", err)
			}
		})
	}
}

// A switch that was cut short is finished before anything else, and only in
// the stores that the run was of.
func TestAdmitUnfinished(t *testing.T) {
	for _, tc := range []struct {
		name   string
		pg, r  *guard.Marker
		run    string
		covers string
	}{
		{"in mid-switch", ptr(marker("old", guard.Switching, 5)), ptr(marker("old", guard.Switching, 5)), "old", "postgres redis"},
		{"stopped between two markers, before", ptr(marker("old", guard.Switching, 5)), ptr(marker("old", guard.Sealed, 4)), "old", "postgres redis"},
		{"stopped between two markers, after", ptr(marker("old", guard.Complete, 6)), ptr(marker("old", guard.Switching, 5)), "old", "postgres redis"},
		{"a run of one store, older than the other's", ptr(marker("b", guard.Complete, 9)), ptr(marker("a", guard.Switching, 5)), "a", "redis"},
		{"a run of one store, the other is not ours", nil, ptr(marker("a", guard.Switching, 5)), "a", "redis"},
		{"two runs in mid-switch, the later first", ptr(marker("a", guard.Switching, 5)), ptr(marker("b", guard.Switching, 7)), "b", "redis"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld()
			w.dstPG.facts.Empty = false // not ours unless there is a marker
			if tc.pg != nil {
				w.dstPG.holds(*tc.pg)
			}
			w.dstR.holds(*tc.r)
			dst, err := guard.Admit(t.Context(), w.request)
			if err != nil {
				t.Fatal(err)
			}
			if !dst.Unfinished() || dst.Run() != tc.run || len(w.dstPG.written)+len(w.dstR.written) > 0 {
				t.Fatalf("unfinished %v, run %s, %v", dst.Unfinished(), dst.Run(), w.log)
			}
			if err := dst.Advance(t.Context(), guard.Complete); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*place{w.dstPG, w.dstR} {
				want := strings.Contains(tc.covers, p.name)
				if dst.Covers(p.name) != want || (len(p.written) == 1) != want {
					t.Errorf("%s: covered %v, written %d times, want %v", p.name, dst.Covers(p.name), len(p.written), want)
				}
				if want && (p.written[0].Run != tc.run || p.written[0].Serving == nil || p.written[0].Serving.Run != tc.run) {
					t.Errorf("%s: marker of run %s", p.name, p.written[0].Run)
				}
			}
			if err := dst.Release(t.Context()); err != nil || w.dstPG.closed != 1 || w.dstR.closed != 1 {
				t.Errorf("release: %v; closed %d and %d: every site is to be closed", err, w.dstPG.closed, w.dstR.closed)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// Two runs of different stores exclude each other only at one place.
func TestLockInTheFirstStore(t *testing.T) {
	w := newWorld()
	w.only(1)
	w.request.Lock = w.dstPG
	w.dstPG.locked = true
	if _, err := guard.Admit(t.Context(), w.request); report.CodeOf(err) != report.Locked {
		t.Fatalf("got %v, want locked", err)
	}
	w.dstPG.locked = false
	dst, err := guard.Admit(t.Context(), w.request)
	if err != nil {
		t.Fatal(err)
	}
	if !w.dstPG.locked || w.dstR.locked || len(w.dstPG.written) > 0 {
		t.Errorf("locked %v and %v, %v", w.dstPG.locked, w.dstR.locked, w.log)
	}
	if err := dst.Release(t.Context()); err != nil || w.dstPG.closed != 1 || w.dstR.closed != 1 || w.dstPG.locked {
		t.Errorf("release: %v, closed %d and %d", err, w.dstPG.closed, w.dstR.closed)
	}
}

func TestReopen(t *testing.T) {
	w := newWorld()
	if _, err := guard.Reopen(t.Context(), w.request); report.CodeOf(err) != report.NotFound || w.dstPG.locked {
		t.Errorf("without a marker: %v, locked %v", err, w.dstPG.locked)
	}
	w.request.Sites = nil
	if _, err := guard.Reopen(t.Context(), w.request); report.CodeOf(err) != report.NotFound {
		t.Errorf("without stores: %v", err)
	}
	w = newWorld()
	pg, r := marker("b", guard.Copying, 9), marker("a", guard.Sealed, 5)
	pg.Serving, r.Stale = served("s", 1), []string{"z"}
	w.dstPG.holds(pg)
	w.dstR.holds(r)
	dst, err := guard.Reopen(t.Context(), w.request)
	if err != nil {
		t.Fatal(err)
	}
	if dst.Unfinished() || dst.Run() != "b" || strings.Join(dst.Stale(), " ") != "b z a" || len(w.log) != 1 {
		t.Errorf("unfinished %v, run %s, stale %v, %v", dst.Unfinished(), dst.Run(), dst.Stale(), w.log)
	}
	if err := dst.Abandon(t.Context(), report.Privacy); err != nil {
		t.Fatal(err)
	}
	if m := w.dstR.facts.Marker; m.State != guard.Failed || m.Code != report.Privacy || len(m.Stale) > 0 {
		t.Errorf("a store that never held a complete copy says %s, %s", m.State, m.Code)
	}
	if m := w.dstPG.facts.Marker; m.State != guard.Complete || m.Run != "s" || len(m.Stale) > 0 || !m.Time.Equal(served("s", 1).Time) {
		t.Errorf("postgres says %s of run %s", m.State, m.Run)
	}
	w.dstPG.holds(marker("c", guard.Switching, 9))
	dst, err = guard.Reopen(t.Context(), func() guard.Request { w.dstPG.locked = false; return w.request }())
	if err != nil || !dst.Unfinished() || dst.Covers("redis") {
		t.Errorf("in mid-switch: %v", err)
	}
	if _, err := guard.Reopen(t.Context(), w.request); !errors.As(err, new(*report.Refusal)) || report.CodeOf(err) != report.Locked {
		t.Errorf("locked: %v", err)
	}
}
