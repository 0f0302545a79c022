package guard_test

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A run that failed is over, and no marker says that it is under way: not in a
// store that never held a copy of ours, nor in one beside a store that does not
// answer.
func TestAFailedRunIsOver(t *testing.T) {
	killed := func(w *world) {
		m := marker("killed", guard.Copying, 3)
		m.Serving = nil
		w.dstR.holds(m)
	}
	for _, tc := range []struct {
		name     string
		set      func(w *world)
		withdraw bool
		want     string // of Redis: its marker's state, code, run and stale runs; "" for none
	}{
		{"nothing was there", func(*world) {}, false, ""},
		{"nothing was there, and nothing was prepared", func(*world) {}, true, ""},
		{"somebody's data was there", func(w *world) { w.dstR.facts.Empty = false }, false, "failed privacy new "},
		{"data of a run that was killed", killed, false, "failed privacy new "},
		{"data of a run that was killed, not yet removed", killed, true, "failed privacy new killed"},
		{"leftovers of a run that was killed in an empty store", func(w *world) { killed(w); w.dstR.facts.Empty = true }, true, "failed privacy new killed"},
		{"a copy of ours", func(w *world) { w.dstR.holds(marker("old", guard.Complete, 3)) }, false, "complete  old "},
		{"a copy of ours, and a run that failed since", func(w *world) {
			m := marker("since", guard.Failed, 5)
			m.Code, m.Serving = report.Full, served("old", 3)
			w.dstR.holds(m)
		}, false, "complete  old "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld()
			w.request.Confirm = "staging/acme"
			tc.set(w)
			dst := admit(t, w)
			end := dst.Abandon
			if tc.withdraw {
				end = dst.Withdraw
			}
			w.dstPG.markErr = &report.Error{Code: report.Denied, Op: "write"}
			if err := end(t.Context(), report.Privacy); report.CodeOf(err) != report.Denied {
				t.Errorf("PostgreSQL does not answer, and the error is %v", err)
			}
			got := ""
			if m := w.dstR.facts.Marker; m != nil {
				got = strings.Join([]string{string(m.State), string(m.Code), m.Run, strings.Join(m.Stale, ",")}, " ")
			}
			if got != tc.want {
				t.Errorf("the marker says %q, want %q", got, tc.want)
			}
		})
	}
}

// The run after one that failed knows whose leftovers may lie about, and its
// own marker has no code.
func TestTheRunAfterAFailedOne(t *testing.T) {
	w := newWorld()
	m := marker("bad", guard.Failed, 3)
	m.Code = report.Full
	w.dstPG.holds(m)
	dst := admit(t, w)
	if got := w.dstPG.facts.Marker; got.State != guard.Copying || got.Code != "" || strings.Join(dst.Stale(), " ") != "bad" {
		t.Errorf("the marker says %s, %q; stale %v", got.State, got.Code, dst.Stale())
	}
}
