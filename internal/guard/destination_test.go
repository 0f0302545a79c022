package guard_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

func admit(t *testing.T, w *world) guard.Destination {
	t.Helper()
	dst, err := guard.Admit(t.Context(), w.request)
	if err != nil {
		t.Fatal(err)
	}
	return dst
}

// Stale runs are neither lost, when stores say different things, nor kept for
// ever.
func TestStaleRuns(t *testing.T) {
	w := newWorld()
	r := marker("a", guard.Copying, 1)
	r.Stale, r.Serving = []string{"z", "y"}, served("s", 0)
	w.dstR.holds(r)
	w.dstPG.holds(marker("b", guard.Complete, 5)) // a later run, of PostgreSQL only
	dst := admit(t, w)
	if got := strings.Join(dst.Stale(), " "); got != "b z y a" {
		t.Errorf("stale runs are %q", got)
	}
	stale := dst.Stale()
	stale[0] = "x"
	if dst.Stale()[0] != "b" {
		t.Error("Stale gives its own slice away")
	}
	if err := dst.Withdraw(t.Context(), report.Failed); err != nil {
		t.Fatal(err)
	}
	if m := w.dstR.facts.Marker; m.State != guard.Complete || m.Run != "s" || strings.Join(m.Stale, " ") != "b z y a" {
		t.Errorf("withdrawn: redis says %s of %s, stale %v", m.State, m.Run, m.Stale)
	}
	if m := w.dstPG.facts.Marker; m.State != guard.Complete || m.Run != "b" || slices.Contains(m.Stale, "b") || !slices.Contains(m.Stale, "a") {
		t.Errorf("withdrawn: postgres says %s of %s, stale %v", m.State, m.Run, m.Stale)
	}
	w.dstPG.locked = false
	w.request.Session.Run = "newer"
	dst = admit(t, w)
	if !slices.Contains(dst.Stale(), "a") || !slices.Contains(dst.Stale(), "z") {
		t.Errorf("the next run has lost a stale one: %v", dst.Stale())
	}
	if err := dst.Prepared(t.Context()); err != nil || len(dst.Stale()) > 0 || len(w.dstR.facts.Marker.Stale) > 0 || w.dstR.facts.Marker.State != guard.Copying {
		t.Errorf("prepared: %v, stale %v", err, dst.Stale())
	}
	writes := len(w.log)
	if err := dst.Prepared(t.Context()); err != nil || len(w.log) != writes {
		t.Errorf("prepared with nothing stale writes: %v", w.log[writes:])
	}
}

func TestStaleDoesNotGrow(t *testing.T) {
	w := newWorld()
	for _, run := range []string{"r1", "r2", "r3", "r4", "r5", "r6"} { // each is killed after Prepare
		w.request.Session.Run = run
		dst := admit(t, w)
		if len(dst.Stale()) > 1 {
			t.Fatalf("run %s: stale %v", run, dst.Stale())
		}
		if err := dst.Prepared(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.dstPG.locked = false
	}
}

func TestStatesOfTheMarker(t *testing.T) {
	w := newWorld()
	w.dstPG.holds(marker("a", guard.Complete, 1))
	w.dstR.holds(marker("b", guard.Complete, 2)) // a run of Redis only came later
	dst := admit(t, w)
	if s := dst.Marker().Serving; s == nil || s.Run != "b" {
		t.Errorf("the twin serves %v", s)
	}
	for _, s := range []guard.State{guard.Sealed, guard.Switching} {
		if err := dst.Advance(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		pg, r := w.dstPG.facts.Marker, w.dstR.facts.Marker
		if pg.State != s || r.State != s || pg.Run != "new" || pg.Serving.Run != "a" || r.Serving.Run != "b" || dst.Marker().State != s {
			t.Errorf("%s: %+v, %+v", s, pg, r)
		}
	}
	if err := dst.Abandon(t.Context(), report.Privacy); err != nil {
		t.Fatal(err)
	}
	if pg, r := w.dstPG.facts.Marker, w.dstR.facts.Marker; pg.Run != "a" || r.Run != "b" || pg.Rules != "rules-a" || pg.State != guard.Complete || !pg.Time.Equal(served("a", 1).Time) {
		t.Errorf("each store goes back to its own copy: %s and %s", pg.Run, r.Run)
	}
	if err := dst.Advance(t.Context(), guard.Complete); err != nil {
		t.Fatal(err)
	}
	m := w.dstR.facts.Marker
	if m.State != guard.Complete || m.Run != "new" || m.Serving == nil || m.Serving.Run != "new" || len(m.Stale) > 0 || m.Source != "prod/acme" || m.User != "jo" || m.Rules != "rules" {
		t.Errorf("complete: %+v", m)
	}
}

// What one of the stores holds may be anybody's: then the twin as a whole
// serves no copy of ours.
func TestServingOfAMixedTwin(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(w *world)
		want string
	}{
		{"nothing yet", func(*world) {}, ""},
		{"one store, the other is empty", func(w *world) { w.dstPG.holds(marker("a", guard.Complete, 1)) }, "a"},
		{"one store, the other was confirmed", func(w *world) {
			w.dstPG.holds(marker("a", guard.Complete, 1))
			w.dstR.facts.Empty = false
		}, ""},
		{"one store, the other never came to its end", func(w *world) {
			w.dstPG.holds(marker("a", guard.Complete, 1))
			w.dstR.holds(marker("b", guard.Copying, 2))
		}, ""},
	} {
		w := newWorld()
		w.request.Confirm = "staging/acme"
		tc.set(w)
		dst := admit(t, w)
		got := ""
		if s := dst.Marker().Serving; s != nil {
			got = s.Run
		}
		if got != tc.want {
			t.Errorf("%s: serves %q, want %q", tc.name, got, tc.want)
		}
		if err := dst.Abandon(t.Context(), report.Privacy); err != nil {
			t.Fatal(err)
		}
		if m := w.dstR.facts.Marker; m != nil && m.State == guard.Complete {
			t.Errorf("%s: a store that holds no copy of ours is called complete", tc.name)
		}
	}
}

func TestAdvanceStopsAtTheFirstError(t *testing.T) {
	w := newWorld()
	dst := admit(t, w)
	w.dstPG.markErr = &report.Error{Code: report.Full, Op: "write"}
	err := dst.Advance(t.Context(), guard.Sealed)
	if report.CodeOf(err) != report.Full || !strings.Contains(err.Error(), "postgres destination: write marker sealed") {
		t.Errorf("got %v", err)
	}
	if dst.Marker().State != guard.Copying || w.dstR.facts.Marker.State != guard.Copying {
		t.Error("the marker went on after an error")
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		dst := admit(t, w)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(errors.New("done")) })
		if err := dst.Watch(ctx, 3*time.Second); err != nil {
			t.Errorf("a watch that is ended: %v", err)
		}
		begun := time.Now()
		time.AfterFunc(10*time.Second, func() { w.dstPG.mu.Lock(); w.dstPG.alive = errors.New("reset"); w.dstPG.mu.Unlock() })
		err := dst.Watch(t.Context(), 3*time.Second)
		if !errors.Is(err, guard.ErrLost) || report.CodeOf(err) != report.Transient || time.Since(begun) != 12*time.Second {
			t.Errorf("a lost lock: %v after %v", err, time.Since(begun))
		}
		if err := dst.Holds(t.Context()); !errors.Is(err, guard.ErrLost) {
			t.Errorf("Holds: %v", err)
		}
		if err := dst.Holds(ctx); errors.Is(err, guard.ErrLost) || err == nil {
			t.Errorf("Holds with a context that has ended says nothing about the lock: %v", err)
		}
	})
}
