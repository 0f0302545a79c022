package clone_test

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Of a first run that was killed, cleaning up leaves no marker that says that
// it is under way; one that failed keeps its code.
func TestCleanAfterAFirstRun(t *testing.T) {
	for was, want := range map[report.Code]report.Code{"": report.Interrupted, report.Full: report.Full} {
		b := newBench(t)
		for _, s := range b.stores {
			s.marker = ptr(*s.marker)
			s.marker.State, s.marker.Code = guard.Copying, was
			if was != "" {
				s.marker.State = guard.Failed
			}
		}
		dst, err := guard.Reopen(t.Context(), b.request)
		if err != nil {
			t.Fatal(err)
		}
		if err := clone.Clean(t.Context(), b.job.Readers, dst); err != nil {
			t.Fatal(err)
		}
		if m := b.stores[2].marker; m.State != guard.Failed || m.Code != want || len(m.Stale) > 0 {
			t.Errorf("after %q: %s, %s, stale %v", was, m.State, m.Code, m.Stale)
		}
	}
}

// The code of a run is in the marker of a store that never held a copy, with
// the phase it failed in making no difference.
func TestAFirstRunThatFails(t *testing.T) {
	for _, step := range []string{"survey", "copy 1", "scan"} {
		b := newBench(t)
		b.stores[3].marker = nil // blob: somebody's data, confirmed
		b.request.Confirm = "staging/acme"
		b.fail("search", step, &report.Error{Code: report.Full, Op: "write"})
		if _, err := b.run(t.Context(), t); report.CodeOf(err) != report.Full {
			t.Fatal(err)
		}
		if m := b.stores[3].marker; m == nil || m.State != guard.Failed || m.Code != report.Full || m.Run != "new" {
			t.Errorf("%s: %+v", step, m)
		}
		if m := b.stores[0].marker; m.State != guard.Complete || m.Run != "old" {
			t.Errorf("%s: a store that serves says %s of %s", step, m.State, m.Run)
		}
	}
}
