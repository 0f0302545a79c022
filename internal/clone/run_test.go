package clone_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

var kinds = []string{"postgres", "search", "redis", "blob"}

func TestRunInOrder(t *testing.T) {
	b := newBench(t)
	m, err := b.run(t.Context(), t)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	before := func(first, second string) {
		t.Helper()
		i, j := b.index(first), b.index(second)
		if i < 0 || j < 0 || i >= j {
			t.Errorf("%q (%d) must come before %q (%d)", first, i, second, j)
		}
	}
	for _, k := range kinds {
		if k != "postgres" {
			before("postgres survey", k+" survey")
		}
		for _, other := range kinds {
			before(k+" survey", "postgres people")
			before("postgres people", other+" prepare")
			before(k+" prepare", other+" copy 1")
			before(k+" copy 2", other+" seal")
			before(k+" seal", k+" plant")
			before(k+" plant", other+" mark sealed")
			before(k+" mark sealed", other+" scan")
			before(k+" scan", other+" unplant")
			before(k+" unplant", other+" mark switching")
			before(k+" mark switching", other+" switch")
			before(k+" switch", other+" mark complete")
		}
		before(k+" copy 1", k+" copy 2")
		if b.index(k+" discard") >= 0 {
			t.Errorf("%s was discarded", k)
		}
	}
	before("redis switch", "blob switch")
	before("blob switch", "search switch")
	before("search switch", "postgres switch")
	if b.states() != "new complete" {
		t.Errorf("markers say %s", b.states())
	}
	if m.Result != "complete" || m.Why != "" || m.Run != "new" || len(m.Stores) != 4 || m.People.People != 1 || !m.Ended.After(m.Started) {
		t.Errorf("manifest: %+v", m)
	}
	for i, s := range m.Stores {
		if s.Tally.Records != 2 || s.Tally.Groups["users"] != 2 || len(s.Notes) != 2 || len(s.Unread) != 1 || m.Proof.Stores[i].Controls != 1 {
			t.Errorf("manifest of %s: %+v", s.Name, s)
		}
	}
	wantEventsInOrder(t, b.events)
}

// wantEventsInOrder holds the stream of events against the phases.
func wantEventsInOrder(t *testing.T, events []report.Event) {
	t.Helper()
	var starts, ends []report.Phase
	last := begun
	for _, e := range events {
		if e.Time.Before(last) {
			t.Errorf("event %v goes back in time", e)
		}
		last = e.Time
		if e.Store != "" || e.Note != "" {
			continue
		}
		if e.Done {
			ends = append(ends, e.Phase)
		} else {
			starts = append(starts, e.Phase)
		}
	}
	want := []report.Phase{report.Survey, report.People, report.Compile, report.Prepare, report.Copy, report.Seal, report.Hooks, report.Verify, report.Switch}
	if !slices.Equal(starts, want) || !slices.Equal(ends, want) {
		t.Errorf("phases began %v and ended %v", starts, ends)
	}
}

// A store that fails in any step before the switch leaves the old twin
// serving and nothing staged; one that fails from the switch on leaves the
// marker at switching. What went wrong first names the run.
func TestRunFailsAnywhere(t *testing.T) {
	refused := &report.Refusal{Code: report.Incompatible, What: "x", Why: "y"}
	for _, tc := range []struct {
		step      string
		discarded bool
		states    string
	}{
		{"survey", false, "old complete"},
		{"people", false, "old complete"},
		{"into", false, "old complete"},
		{"prepare", true, "old complete"},
		{"list", true, "old complete"},
		{"copy 1", true, "old complete"},
		{"copy 2", true, "old complete"},
		{"seal", true, "old complete"},
		{"plant", true, "old complete"},
		{"mark sealed", true, "old complete"},
		{"scan", true, "old complete"},
		{"unplant", true, "old complete"},
		{"mark switching", false, "new sealed, new switching"},
		{"switch", false, "new switching"},
		{"mark complete", false, "new complete, new switching"},
	} {
		for _, k := range kinds {
			if tc.step == "people" && k != "postgres" || tc.step == "mark switching" && k != "search" || tc.step == "mark complete" && k != "search" {
				continue
			}
			b := newBench(t)
			b.fail(k, tc.step, refused)
			m, err := b.run(t.Context(), t)
			if report.CodeOf(err) != report.Incompatible || m.Result != string(report.Incompatible) || !strings.Contains(m.Why, "x: y") {
				t.Errorf("%s %s: %v, result %q", k, tc.step, err, m.Result)
			}
			if b.states() != tc.states {
				t.Errorf("%s %s: markers say %s, want %s", k, tc.step, b.states(), tc.states)
			}
			for _, other := range kinds {
				if n := b.count(other + " discard"); (n == 1) != tc.discarded || n > 1 {
					t.Errorf("%s %s: %s was discarded %d times", k, tc.step, other, n)
				}
				if tc.discarded && b.index(other+" discard") > b.index(other+" mark complete") {
					t.Errorf("%s %s: the marker of %s went back before what was staged was gone", k, tc.step, other)
				}
				if tc.step != "switch" && tc.step != "mark complete" && b.index(other+" switch") >= 0 {
					t.Errorf("%s %s: %s was switched", k, tc.step, other)
				}
			}
		}
	}
}

// Panics are failures, wherever they come up, and print nothing.
func TestRunPanics(t *testing.T) {
	for _, step := range []string{"survey", "people", "into", "prepare", "list", "copy 1", "seal", "plant", "mark sealed", "scan", "unplant", "mark switching", "switch", "mark complete", "discard"} {
		b := newBench(t)
		b.stores[0].at = func(_ context.Context, at string) error {
			if at == step {
				panic("a value of the source")
			}
			if step == "discard" && at == "seal" {
				return errPlain
			}
			return nil
		}
		m, err := b.run(t.Context(), t)
		if err == nil || !strings.Contains(err.Error(), "panic of type string") || strings.Contains(err.Error()+m.Why, "value of the source") || m.Result != string(report.Failed) {
			t.Errorf("%s: %v, result %q", step, err, m.Result)
		}
		before := !slices.Contains([]string{"mark switching", "switch", "mark complete", "discard"}, step)
		if before && b.states() != "old complete" {
			t.Errorf("%s: markers say %s", step, b.states())
		}
	}
}

// When cleaning up fails too, the marker does not claim that the twin is
// clean, the other stores are cleaned all the same, and the first error names
// the run.
func TestDiscardFails(t *testing.T) {
	b := newBench(t)
	b.stores[1].at = func(_ context.Context, step string) error {
		switch step {
		case "seal":
			return &report.Refusal{Code: report.Privacy, What: "x", Why: "y"}
		case "discard":
			return &report.Error{Code: report.Transient, Op: "reach"}
		}
		return nil
	}
	m, err := b.run(t.Context(), t)
	if report.CodeOf(err) != report.Privacy || m.Result != string(report.Privacy) || !strings.Contains(err.Error(), "discard the staged copy: reach") {
		t.Errorf("got %v", err)
	}
	for _, k := range kinds {
		if b.count(k+" discard") != 1 || b.index(k+" mark complete") >= 0 {
			t.Errorf("%s: discarded %d times, marked complete at %d", k, b.count(k+" discard"), b.index(k+" mark complete"))
		}
	}
	b = newBench(t)
	b.stores[1].at = func(_ context.Context, step string) error {
		if step == "seal" || step == "discard" {
			return map[string]error{"seal": errPlain, "discard": &report.Error{Code: report.Transient, Op: "reach"}}[step]
		}
		return nil
	}
	if _, err := b.run(t.Context(), t); report.CodeOf(err) != report.Failed {
		t.Errorf("an unclassified failure became %s by its cleaning up", report.CodeOf(err))
	}
}

func TestLeaksComeFirst(t *testing.T) {
	b := newBench(t)
	b.fail("postgres", "scan", &report.Error{Code: report.Transient, Op: "read"})
	b.stores[2].value = "Jane Stonefield"
	m, err := b.run(t.Context(), t)
	if report.CodeOf(err) != report.Privacy || !strings.Contains(err.Error(), "users.id: name") || strings.Contains(err.Error()+m.Why, "Stonefield") {
		t.Errorf("got %v", err)
	}
	if len(m.Proof.Stores) != 4 || len(m.Proof.Stores[2].Leaks) != 1 || b.states() != "old complete" {
		t.Errorf("proof of %d stores, markers say %s", len(m.Proof.Stores), b.states())
	}
}

func TestInterrupted(t *testing.T) {
	errStop := errors.New("interrupted by a signal")
	for _, tc := range []struct {
		step      string
		discarded bool
		states    string
		switched  string
		result    report.Code
	}{
		{"survey", false, "old complete", "", report.Interrupted},
		{"prepare", true, "old complete", "", report.Interrupted},
		{"copy 1", true, "old complete", "", report.Interrupted},
		{"scan", true, "old complete", "", report.Interrupted},
		{"unplant", true, "old complete", "", report.Interrupted},
		{"switch", false, "new switching", "redis", report.Interrupted},
		{"mark complete", false, "new complete", "redis blob search postgres", "complete"},
	} {
		t.Run(tc.step, func(t *testing.T) {
			b := newBench(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			cut := errors.New("cut off in the middle")
			for _, s := range b.stores {
				s.at = func(ctx context.Context, step string) error {
					if step == tc.step {
						cancel(errStop)
					}
					if step == "discard" && ctx.Err() != nil {
						return cut
					}
					if step == "switch" && ctx.Err() != nil {
						b.say("cut off in mid-switch")
						return cut
					}
					if step == "copy 1" && ctx.Err() != nil {
						return &report.Error{Code: report.Transient, Op: "read"} // an echo without the cause
					}
					return nil
				}
			}
			m, err := b.run(ctx, t)
			if tc.result == "complete" && err != nil || tc.result != "complete" && !errors.Is(err, errStop) || errors.Is(err, cut) {
				t.Errorf("got %v", err)
			}
			if m.Result != string(tc.result) || b.states() != tc.states || (b.count("redis discard") == 1) != tc.discarded {
				t.Errorf("result %q, markers %s, discarded %d", m.Result, b.states(), b.count("redis discard"))
			}
			if b.index("cut off in mid-switch") >= 0 {
				t.Error("the interrupt reached a store in the middle of its switch")
			}
			for _, k := range kinds {
				if (b.index(k+" switch") >= 0) != strings.Contains(tc.switched, k) {
					t.Errorf("%s switched: %v", k, b.index(k+" switch") >= 0)
				}
			}
		})
	}
}

func TestFinish(t *testing.T) {
	b := newBench(t)
	b.fail("blob", "switch", errPlain)
	if _, err := b.run(t.Context(), t); err == nil || b.states() != "new switching" {
		t.Fatalf("%v, %s", err, b.states())
	}
	b.fail("blob", "", nil)
	b.stores[1].marker = ptr(*b.stores[1].marker)
	b.stores[1].marker.Run, b.stores[1].marker.State = "other", guard.Complete // search was no part of that run
	b.request.Session.Run = "newer"
	b.admit(t)
	if !b.job.Destination.Unfinished() || b.job.Destination.Run() != "new" {
		t.Fatal("the switch is not to be finished")
	}
	if err := clone.Finish(t.Context(), b.job.Readers, b.job.Destination); err != nil {
		t.Fatal(err)
	}
	if b.states() != "new complete, other complete" || b.index("search switch") >= 0 || b.index("search into") >= 0 {
		t.Errorf("markers say %s\n%s", b.states(), b)
	}
	for _, k := range []string{"redis", "blob", "postgres"} {
		if b.count(k+" switch") != 1 || b.index(k+" survey") >= 0 || b.index(k+" prepare") >= 0 {
			t.Errorf("%s:\n%s", k, b)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestClean(t *testing.T) {
	b := newBench(t)
	b.stores[0].at = func(_ context.Context, step string) error {
		if step == "seal" || step == "discard" {
			return errPlain
		}
		return nil
	}
	if _, err := b.run(t.Context(), t); err == nil || b.states() != "new copying" {
		t.Fatalf("%v, %s", err, b.states())
	}
	b.stores[0].at = nil
	dst, err := guard.Reopen(t.Context(), b.request)
	if err != nil {
		t.Fatal(err)
	}
	b.lines = nil
	if err := clone.Clean(t.Context(), b.job.Readers, dst); err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if b.count(k+" discard") != 1 || b.index(k+" discard") > b.index(k+" mark complete") {
			t.Errorf("%s:\n%s", k, b)
		}
	}
	if b.states() != "old complete" {
		t.Errorf("markers say %s", b.states())
	}
}

// What stale runs left is listed until it is removed: a run that was refused
// before it prepared anything has removed nothing.
func TestStaleRunsOutliveARefusal(t *testing.T) {
	b := newBench(t)
	for _, s := range b.stores {
		s.marker = ptr(*s.marker)
		s.marker.State, s.marker.Run, s.marker.Serving = guard.Copying, "killed", &guard.Serving{Run: "old", Source: "prod/acme", Time: begun}
	}
	b.fail("blob", "survey", errPlain)
	if _, err := b.run(t.Context(), t); err == nil {
		t.Fatal("the run succeeded")
	}
	if b.states() != "old complete" || !slices.Contains(b.stores[2].marker.Stale, "killed") {
		t.Errorf("markers say %s, stale %v", b.states(), b.stores[2].marker.Stale)
	}
	b.fail("blob", "copy 1", errPlain)
	if _, err := b.run(t.Context(), t); err == nil {
		t.Fatal("the run succeeded")
	}
	if len(b.stores[2].marker.Stale) > 0 || b.count("redis mark copying") != 1 {
		t.Errorf("stale %v\n%s", b.stores[2].marker.Stale, b)
	}
}

func TestTwoStoresOfAKindDeclarePeople(t *testing.T) {
	b := newBench(t)
	b.stores[1].name, b.stores[0].name = "postgres/b", "postgres/a"
	b.request.Stores[1].Name, b.request.Stores[0].Name = "postgres/b", "postgres/a"
	if _, err := b.run(t.Context(), t); report.CodeOf(err) != report.Usage || !strings.Contains(err.Error(), "postgres/a and postgres/b") {
		t.Errorf("got %v", err)
	}
}

func TestHooks(t *testing.T) {
	b := newBench(t)
	b.job.Hooks = []clone.Hook{
		{Name: "migrate", Run: func(context.Context) error { b.say("hook 1"); return nil }},
		{Name: "fill", Run: func(context.Context) error { b.say("hook 2"); return &report.Error{Code: report.Denied, Op: "run"} }},
		{Name: "never", Run: func(context.Context) error { b.say("hook 3"); return nil }},
	}
	_, err := b.run(t.Context(), t)
	if report.CodeOf(err) != report.Denied || !strings.Contains(err.Error(), "run hook fill") || b.states() != "old complete" {
		t.Errorf("%v, markers say %s", err, b.states())
	}
	if b.index("hook 1") < b.index("redis mark sealed") || b.index("hook 2") < b.index("hook 1") || b.index("hook 3") >= 0 || b.index("redis scan") > b.index("hook 1") || b.index("redis scan") < b.index("redis mark sealed") {
		t.Errorf("order:\n%s", b)
	}
}
