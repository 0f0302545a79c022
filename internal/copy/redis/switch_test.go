package redis

import (
	"fmt"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
)

// TestSwitchAnywhere ends a switch at the commands it sends, before the server
// has done it and after, and finishes it in a fresh process: at the first
// ones, at some of the many that follow one another, and at each around and
// behind a change of phase.
func TestSwitchAnywhere(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after %v", after), func(t *testing.T) {
			for n := 1; switchUntil(t, after, func(_ string, at int) bool { return at >= n }) && !t.Failed(); n += 1 + n/3 {
			}
			for phase := 1; phase <= 2; phase++ {
				for n := 0; n < 4 && !t.Failed(); n++ {
					seen, since := 0, 0
					switchUntil(t, after, func(name string, _ int) bool {
						if name == "set" {
							seen++
						}
						if seen >= phase {
							since++
						}
						return since > n
					})
				}
			}
		})
	}
}

// switchUntil runs one copy and ends its switch where cut says so; it reports
// whether the switch was cut at all.
func switchUntil(t *testing.T, after bool, cut func(name string, at int) bool) bool {
	p := newPair(t, keepAll)
	ctx := t.Context()
	pipe, old := p.prod.Pipeline(), p.staging.Pipeline()
	for i := range 40 {
		pipe.Set(ctx, fmt.Sprintf("%sk%d", p.src.Prefix, i), "new", 0)
		pipe.Set(ctx, fmt.Sprintf("%st%d}", p.src.Prefix, i), "new", time.Hour)
		old.Set(ctx, fmt.Sprintf("%sk%d", p.dst.Prefix, i), "old", 0)
		old.Set(ctx, fmt.Sprintf("%sextra%d", p.dst.Prefix, i), "old", 0)
	}
	pipe.Set(ctx, p.src.Prefix+"short", "new", 50*time.Millisecond)
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	old.Set(ctx, p.dst.Prefix+"short", "old", 0)
	if _, err := old.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	s := p.prepared(t)
	p.copied(t, s)
	if err := s.Plant(ctx, p.control); err != nil { // a run that was stopped before it was removed
		t.Fatal(err)
	}
	for p.prod.Exists(ctx, p.src.Prefix+"short").Val() == 1 {
		time.Sleep(5 * time.Millisecond)
	}
	if err := p.admitted.Advance(ctx, guard.Switching); err != nil {
		t.Fatal(err)
	}
	fail := func(name string, at int) error {
		if cut(name, at) {
			return errFault
		}
		return nil
	}
	hook := &fault{before: fail}
	if after {
		hook = &fault{after: fail}
	}
	s.dst.c.AddHook(hook)
	wasCut := s.Switch(ctx) != nil
	if err := p.admitted.Release(ctx); err != nil {
		t.Fatal(err)
	}
	p.session.Run = random()
	if !p.admit(t).Unfinished() {
		t.Fatal("the destination is not known to be in mid-switch")
	}
	if err := p.open(t).Switch(ctx); err != nil {
		t.Fatalf("finish: %v", err)
	}
	if err := p.open(t).Switch(ctx); err != nil {
		t.Fatalf("finish again: %v", err)
	}
	wantSame(t, "twin", dump(ctx, t, p.staging, p.dst.Prefix), dump(ctx, t, p.prod, p.src.Prefix))
	if left := leftovers(ctx, t, p.staging, p.dst.Prefix); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	return wasCut
}

// TestSwitchTwice: what the application has written since is not touched.
func TestSwitchTwice(t *testing.T) {
	p := newPair(t, keepAll)
	ctx := t.Context()
	p.prod.Set(ctx, p.src.Prefix+"k", "v", 0)
	s := p.prepared(t)
	p.copied(t, s)
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	p.staging.Set(ctx, p.dst.Prefix+"written since", "v", 0)
	p.staging.Set(ctx, p.dst.Prefix+"k", "changed since", 0)
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	if got := dump(ctx, t, p.staging, p.dst.Prefix); len(got) != 2 || p.staging.Get(ctx, p.dst.Prefix+"k").Val() != "changed since" {
		t.Errorf("a second switch has changed the twin: %d keys", len(got))
	}
}

// TestEmptySource: a tenant without a key empties its twin.
func TestEmptySource(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"*": drop}}`)
	ctx := t.Context()
	p.prod.Set(ctx, p.src.Prefix+"dropped", "v", 0)
	p.staging.Set(ctx, p.dst.Prefix+"old", "v", 0)
	p.whole(t)
	if got := dump(ctx, t, p.staging, p.dst.Prefix); len(got) != 0 {
		t.Errorf("%d keys are left", len(got))
	}
}

// TestStale: leftovers of an earlier run are removed before a new one, those
// that no record lists among them; another tenant's stay.
func TestStale(t *testing.T) {
	p := newPair(t, keepAll)
	ctx := t.Context()
	p.prod.Set(ctx, p.src.Prefix+"k", "v", 0)
	first := p.prepared(t)
	p.copied(t, first)
	p.staging.Set(ctx, first.names.staged(p.dst.Prefix+"late"), "v", 0)
	p.staging.Set(ctx, first.names.staged(p.dst.Prefix+"late}"), "v", 0)
	neighbour := naming{prefix: "2" + p.dst.Prefix, store: "redis", run: first.names.run}.staged("2" + p.dst.Prefix + "k")
	p.staging.Set(ctx, neighbour, "v", time.Minute)
	if err := p.admitted.Release(ctx); err != nil {
		t.Fatal(err)
	}
	p.session.Run = random()
	p.prepared(t)
	if left := leftovers(ctx, t, p.staging, p.dst.Prefix); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if p.staging.Exists(ctx, neighbour).Val() != 1 {
		t.Error("the neighbour's staged key is gone")
	}
}

// TestDiscard leaves the live twin alone, and can be called again.
func TestDiscard(t *testing.T) {
	p := newPair(t, keepAll)
	ctx := t.Context()
	seed(ctx, t, p.prod, p.src.Prefix)
	p.staging.Set(ctx, p.dst.Prefix+"live", "v", 0)
	before := dump(ctx, t, p.staging, p.dst.Prefix)
	s := p.prepared(t)
	p.copied(t, s)
	if err := s.Plant(ctx, p.control); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Discard(ctx); err != nil {
			t.Fatal(err)
		}
		if left := leftovers(ctx, t, p.staging, p.dst.Prefix); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	wantSame(t, "live twin", dump(ctx, t, p.staging, p.dst.Prefix), before)
}
