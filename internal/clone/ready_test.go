package clone_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Whether anything uses the twin is asked once, when all else is done and
// nothing is switched: a refusal leaves the old twin, with what was staged
// removed and the markers as they were.
func TestReady(t *testing.T) {
	for _, refusal := range []error{nil, &report.Refusal{Code: report.Unsafe, What: "copy", Why: "it came back"}} {
		b := newBench(t)
		asked := 0
		b.job.Ready = func(context.Context) error {
			asked++
			for _, k := range kinds {
				if b.index(k+" unplant") < 0 || b.index(k+" mark switching") >= 0 || b.index(k+" switch") >= 0 {
					t.Errorf("it is asked too early or too late for %s:\n%s", k, b)
				}
			}
			return refusal
		}
		m, err := b.run(t.Context(), t)
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		if refusal == nil {
			if err != nil || b.states() != "new complete" {
				t.Errorf("%v, markers %s", err, b.states())
			}
			continue
		}
		if !errors.Is(err, refusal) || m.Result != string(report.Unsafe) || b.states() != "old complete" {
			t.Errorf("%v, result %q, markers %s", err, m.Result, b.states())
		}
		for _, k := range kinds {
			if b.index(k+" switch") >= 0 || b.count(k+" discard") != 1 {
				t.Errorf("%s:\n%s", k, b)
			}
		}
	}
}

// The answer may take its time: a Lease that ran out meanwhile is seen before
// anything says that it is switching.
func TestReadyAsksTheFenceAgain(t *testing.T) {
	b := newBench(t)
	closed := false
	b.job.Ready = func(context.Context) error { closed = true; return nil }
	b.job.Fence = func(context.Context) error {
		if closed {
			return guard.ErrLost
		}
		return nil
	}
	if _, err := b.run(t.Context(), t); !errors.Is(err, guard.ErrLost) || b.states() != "new sealed" {
		t.Errorf("%v, markers %s", err, b.states())
	}
}
