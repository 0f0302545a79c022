package copytest

import (
	"context"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// firstRunFails lets the first copy into a store fail early and late. There is
// no old copy whose marker could be given back: where the store is as empty as
// before nothing must tell of the run, and where it is not its marker says that
// the run failed, and how. Then a run succeeds without anybody's confirmation.
func firstRunFails(t *testing.T, f *Fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	unplant := &attempt{rules: f.KeepRules}
	unplant.hooks = []clone.Hook{{Name: "unplant", Run: func(context.Context) error { return f.Unplant(t, unplant.run) }}}
	for _, tc := range []struct {
		name string
		a    *attempt
		code report.Code
	}{
		{"refused by the rules", &attempt{rules: f.Uncovered}, report.Privacy},
		{"broken in the copy", &attempt{rules: f.KeepRules, wrap: func(r clone.Reader) clone.Reader { return panicReader{r} }}, report.Failed},
		{"not proved", unplant, report.Mismatch},
		{"interrupted", &attempt{rules: f.KeepRules, events: func(_ context.Context, e report.Event) {
			if e.Phase == report.Seal {
				cancel()
			}
		}}, report.Interrupted},
	} {
		if err := tc.a.do(ctx, t, f); err == nil {
			t.Fatalf("%s: the run succeeded", tc.name)
		}
		wantNothingStaged(t, f)
		facts := factsOf(t, f)
		switch m := facts.Marker; {
		case m == nil && !facts.Empty:
			t.Errorf("%s: what the run left carries no marker", tc.name)
		case m != nil && facts.Empty:
			t.Errorf("%s: nothing is there, and a marker says %s", tc.name, m.State)
		case m != nil && (m.State != guard.Failed || m.Code != tc.code || m.Run != tc.a.run || len(m.Stale) > 0 || m.Serving != nil):
			t.Errorf("%s: the marker says %+v, want failed and %s", tc.name, m, tc.code)
		}
	}
	must(t, f, f.KeepRules)
	wantEqual(t, "after the first whole run", f.Dump(t, OfDestination), f.Dump(t, OfSource))
	if m := factsOf(t, f).Marker; m == nil || m.State != guard.Complete || m.Code != "" {
		t.Errorf("after the first whole run the marker says %+v", m)
	}
}

// factsOf asks the destination's site as status does.
func factsOf(t *testing.T, f *Fixture) guard.Facts {
	t.Helper()
	twin := tenant.Ref{Env: "staging", Name: f.Source.Ref.Name}
	site, err := f.Site(t.Context(), guard.SiteAddress{Twin: twin.String(), Store: f.Destination, Session: tenant.Session{Run: "looks", User: "law"}})
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	facts, err := site.Facts(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return facts
}
