package copytest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Laws runs every law, each on a fresh fixture.
func Laws(t *testing.T, fixture func(t *testing.T) *Fixture) {
	for _, law := range []struct {
		name string
		law  func(*testing.T, *Fixture)
	}{
		{"a copy by keep rules is equal", keepIsEqual},
		{"what is unclassified is refused", unclassifiedIsRefused},
		{"masked values are gone and nothing prints them", maskedIsGone},
		{"a first run that fails leaves nothing under way", firstRunFails},
		{"a second run replaces the first", secondRun},
		{"a run cancelled anywhere and run again gives the same", cancelledAnywhere},
		{"a switch cut short anywhere is finished by the next run", switchCutShort},
		{"a chunk run twice changes nothing", chunkTwice},
		{"the neighbour is untouched", neighbourUntouched},
		{"a planted leak is found and nothing is switched", plantedLeak},
		{"a proof without its control is inconclusive", controlRemoved},
		{"a value that a rule cannot read ends the run without being printed", brokenValue},
		{"a panic ends cleanly", panicEndsCleanly},
		{"the source cannot be written", sourceIsReadOnly},
		{"two runs at once: one is refused", twoAtOnce},
		{"source and destination in one place are refused", samePlace},
	} {
		t.Run(law.name, func(t *testing.T) { law.law(t, fixture(t)) })
	}
}

// wantEqual compares two dumps without printing values.
func wantEqual(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if other, ok := got[name]; !ok {
			t.Errorf("%s: %q is missing", what, name)
		} else if other != value {
			t.Errorf("%s: %q differs (%d and %d bytes)", what, name, len(other), len(value))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %q is there and should not be", what, name)
		}
	}
}

// wantNothingStaged fails when a run left something behind.
func wantNothingStaged(t *testing.T, f *Fixture) {
	t.Helper()
	if left := f.Leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func keepIsEqual(t *testing.T, f *Fixture) {
	a := must(t, f, f.KeepRules)
	want := f.Dump(t, OfSource)
	if len(want) == 0 {
		t.Fatal("the fixture's source is empty")
	}
	wantEqual(t, "destination", f.Dump(t, OfDestination), want)
	wantNothingStaged(t, f)
	if a.manifest.Result != "complete" || a.manifest.Proof.Stores[0].Controls == 0 || a.manifest.Stores[0].Tally.Records == 0 {
		t.Errorf("manifest: result %q, %d controls, %d records", a.manifest.Result, a.manifest.Proof.Stores[0].Controls, a.manifest.Stores[0].Tally.Records)
	}
}

func unclassifiedIsRefused(t *testing.T, f *Fixture) {
	must(t, f, f.KeepRules)
	before := f.Dump(t, OfDestination)
	a := &attempt{rules: f.Uncovered}
	err := a.do(t.Context(), t, f)
	wantCode(t, err, report.Privacy)
	if !strings.Contains(err.Error(), ": #") {
		t.Errorf("the refusal has no line to paste:\n%v", err)
	}
	wantEqual(t, "old twin", f.Dump(t, OfDestination), before)
	wantNothingStaged(t, f)
}

func maskedIsGone(t *testing.T, f *Fixture) {
	a := must(t, f, f.MaskRules)
	dump := f.Dump(t, OfDestination)
	if len(dump) == 0 {
		t.Fatal("nothing was copied")
	}
	var all strings.Builder
	for name, value := range dump {
		all.WriteString(name + "\n" + value + "\n")
	}
	source := f.Dump(t, OfSource)
	for i, secret := range f.Secrets {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(source)), func(k string) bool { return strings.Contains(k+"\n"+source[k], secret) }) {
			t.Errorf("secret %d is not in the source: the fixture proves nothing", i)
		}
		if strings.Contains(all.String(), secret) {
			t.Errorf("secret %d is in the copy", i)
		}
		if strings.Contains(a.seen.String(), secret) {
			t.Errorf("secret %d is in an event, an error or the manifest", i)
		}
	}
}

func secondRun(t *testing.T, f *Fixture) {
	must(t, f, f.MaskRules)
	first := f.Dump(t, OfDestination)
	must(t, f, f.MaskRules)
	wantEqual(t, "second run", f.Dump(t, OfDestination), first)
	must(t, f, f.KeepRules)
	wantEqual(t, "third run", f.Dump(t, OfDestination), f.Dump(t, OfSource))
	wantNothingStaged(t, f)
}

// cancelledAnywhere cancels at the n-th event for every n up to the switch.
func cancelledAnywhere(t *testing.T, f *Fixture) {
	must(t, f, f.KeepRules)
	before := f.Dump(t, OfDestination)
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		count, switching := 0, false
		a := &attempt{rules: f.KeepRules, events: func(_ context.Context, e report.Event) {
			count++
			switching = switching || e.Phase == report.Switch
			if count == n && !switching {
				cancel()
			}
		}}
		err := a.do(ctx, t, f)
		cancel()
		if err == nil {
			if count < n || switching {
				break
			}
			t.Fatalf("cancelled at event %d, and the run succeeded", n)
		}
		wantEqual(t, "old twin after a cancelled run", f.Dump(t, OfDestination), before)
		wantNothingStaged(t, f)
		if t.Failed() {
			t.Fatalf("cancelled at event %d: %s", n, a.seen.String())
		}
	}
	wantEqual(t, "after the last run", f.Dump(t, OfDestination), f.Dump(t, OfSource))
}

// switchCutShort lets Switch fail before it starts and after it ended, and
// after the store's own switch a process that never wrote the last marker.
func switchCutShort(t *testing.T, f *Fixture) {
	for _, after := range []bool{false, true} {
		a := &attempt{rules: f.KeepRules, wrap: func(r clone.Reader) clone.Reader { return cutReader{Reader: r, after: after} }}
		err := a.do(t.Context(), t, f)
		if err == nil {
			t.Fatal("the switch was not cut")
		}
		b := &attempt{rules: f.KeepRules}
		if err := b.do(t.Context(), t, f); err != nil {
			t.Fatalf("finish the switch (cut after: %v): %v", after, err)
		}
		wantEqual(t, "finished twin", f.Dump(t, OfDestination), f.Dump(t, OfSource))
		wantNothingStaged(t, f)
		must(t, f, f.KeepRules)
		wantEqual(t, "the run after", f.Dump(t, OfDestination), f.Dump(t, OfSource))
	}
}

func chunkTwice(t *testing.T, f *Fixture) {
	a := &attempt{rules: f.KeepRules, wrap: func(r clone.Reader) clone.Reader { return twiceReader{r} }}
	if err := a.do(t.Context(), t, f); err != nil {
		t.Fatalf("copy: %v", err)
	}
	wantEqual(t, "destination", f.Dump(t, OfDestination), f.Dump(t, OfSource))
}

func neighbourUntouched(t *testing.T, f *Fixture) {
	before := f.Neighbour(t)
	if len(before) == 0 {
		t.Fatal("the fixture has no neighbour")
	}
	must(t, f, f.KeepRules)
	must(t, f, f.MaskRules)
	wantEqual(t, "neighbour", f.Neighbour(t), before)
}

func plantedLeak(t *testing.T, f *Fixture) {
	must(t, f, f.KeepRules)
	before := f.Dump(t, OfDestination)
	secret, place := f.PlantLeak(t)
	a := &attempt{rules: f.KeepRules}
	err := a.do(t.Context(), t, f)
	wantCode(t, err, report.Privacy)
	if strings.Contains(strings.ToLower(a.seen.String()), secret) {
		t.Error("the leak itself was printed")
	}
	if !strings.Contains(err.Error(), place) {
		t.Errorf("the refusal does not name %s: %v", place, err)
	}
	wantEqual(t, "old twin", f.Dump(t, OfDestination), before)
	wantNothingStaged(t, f)
}

func controlRemoved(t *testing.T, f *Fixture) {
	a := &attempt{rules: f.KeepRules}
	a.hooks = []clone.Hook{{Name: "unplant", Run: func(context.Context) error { return f.Unplant(t, a.run) }}}
	wantCode(t, a.do(t.Context(), t, f), report.Mismatch)
	wantNothingStaged(t, f)
}

func brokenValue(t *testing.T, f *Fixture) {
	f.Break(t)
	a := &attempt{rules: f.MaskRules}
	err := a.do(t.Context(), t, f)
	if err == nil {
		t.Fatal("the run succeeded over a value that a rule cannot read")
	}
	for i, secret := range f.Secrets {
		if strings.Contains(a.seen.String(), secret) {
			t.Errorf("secret %d was printed", i)
		}
	}
	wantNothingStaged(t, f)
}

func panicEndsCleanly(t *testing.T, f *Fixture) {
	a := &attempt{rules: f.KeepRules, wrap: func(r clone.Reader) clone.Reader { return panicReader{r} }}
	err := a.do(t.Context(), t, f)
	if err == nil || !strings.Contains(err.Error(), "panic of type string") {
		t.Fatalf("a planted panic ended as: %v", err)
	}
	if strings.Contains(a.seen.String(), planted) {
		t.Error("the panic's value was printed")
	}
	wantNothingStaged(t, f)
}

func sourceIsReadOnly(t *testing.T, f *Fixture) {
	before := f.Dump(t, OfSource)
	r, err := f.Open(t.Context(), f.Source)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	errs := f.Write(t.Context(), r)
	if len(errs) == 0 {
		t.Fatal("the fixture tries no write")
	}
	for i, err := range errs {
		if err == nil {
			t.Errorf("write %d to the source was not refused", i)
		}
	}
	wantEqual(t, "source", f.Dump(t, OfSource), before)
}

func twoAtOnce(t *testing.T, f *Fixture) {
	var second error
	tried := false
	a := &attempt{rules: f.KeepRules, events: func(_ context.Context, e report.Event) {
		if e.Phase == report.Copy && !tried {
			tried = true
			b := &attempt{rules: f.KeepRules}
			second = b.do(t.Context(), t, f)
		}
	}}
	if err := a.do(t.Context(), t, f); err != nil {
		t.Fatalf("first run: %v", err)
	}
	wantCode(t, second, report.Locked)
	wantEqual(t, "destination", f.Dump(t, OfDestination), f.Dump(t, OfSource))
}

func samePlace(t *testing.T, f *Fixture) {
	g := *f
	g.Destination = f.Source.Store
	a := &attempt{rules: f.KeepRules}
	before := f.Dump(t, OfSource)
	wantCode(t, a.do(t.Context(), t, &g), report.Unsafe)
	wantEqual(t, "source", f.Dump(t, OfSource), before)
}

var _ = anonymize.Clean{} // the zero Clean holds nothing; anything else does not compile (see compile_test.go)
