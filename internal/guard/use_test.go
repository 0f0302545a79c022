package guard_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// usedBy lets somebody work on both stores of the twin, until long after
// its copy was made.
func usedBy(w *world, user string) {
	m := marker("a", guard.Complete, 1)
	m.InUse = &guard.InUse{By: user, Until: start.Add(1000 * time.Hour)}
	w.dstPG.holds(m)
	w.dstR.holds(m)
}

// TestInUse: a copy by somebody else is refused with the name, before
// anything is written; one's own goes on and stays marked; taking over
// forgets who it was; what is past does not count.
func TestInUse(t *testing.T) {
	for name, c := range map[string]struct {
		by       string
		takeOver bool
		late     bool
		refused  bool
		stays    string
	}{
		"somebody else":       {by: "kim", refused: true},
		"oneself":             {by: "jo", stays: "jo"},
		"taken over":          {by: "kim", takeOver: true},
		"somebody else, past": {by: "kim", late: true},
	} {
		w := newWorld()
		usedBy(w, c.by)
		w.request.TakeOver = c.takeOver
		if c.late {
			w.request.Clock = func() time.Time { return start.Add(2000 * time.Hour) }
		}
		dst, err := guard.Admit(t.Context(), w.request)
		if c.refused {
			if report.CodeOf(err) != report.Locked || !strings.Contains(err.Error(), c.by) || w.dstPG.facts.Marker.State != guard.Complete || w.dstPG.locked {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := dst.Advance(t.Context(), guard.Complete); err != nil {
			t.Fatal(err)
		}
		stays := ""
		if u := w.dstR.facts.Marker.InUse; u != nil {
			stays = u.By
		}
		if stays != c.stays {
			t.Errorf("%s: in use by %q", name, stays)
		}
	}
}

// TestInUseOfOneStore: a run of other stores is refused too, since the twin is
// in use as a whole.
func TestInUseOfOneStore(t *testing.T) {
	w := newWorld()
	w.dstPG.holds(marker("a", guard.Complete, 2))
	m := marker("a", guard.Complete, 1)
	m.InUse = &guard.InUse{By: "kim", Until: start.Add(1000 * time.Hour)}
	w.dstR.holds(m)
	if _, err := guard.Admit(t.Context(), w.request); report.CodeOf(err) != report.Locked {
		t.Errorf("%v", err)
	}
}

// TestEndUse takes one's own mark away in every store, and nobody else's. Where
// two stores say two names, nothing is written before both were looked at.
func TestEndUse(t *testing.T) {
	for _, user := range []string{"jo", "kim"} {
		w := newWorld()
		usedBy(w, "kim")
		u := guard.Use{Twin: tenant.Ref{Env: "staging", Name: "acme"}, Sites: []guard.Site{w.dstPG, w.dstR}, Session: tenant.Session{Run: "new", User: user}, Clock: clock()}
		m, err := guard.EndUse(t.Context(), u)
		if own := user == "kim"; err != nil || (m.InUse == nil) != own || (w.dstPG.facts.Marker.InUse == nil) != own || (w.dstR.facts.Marker.InUse == nil) != own || w.dstPG.locked {
			t.Errorf("%s ends kim's use: %+v, %v", user, m.InUse, err)
		}
		usedBy(w, "kim")
		w.dstPG.facts.Marker.InUse = nil
		u.Session.User = "jo"
		if _, err := guard.MarkUse(t.Context(), u); report.CodeOf(err) != report.Locked || w.dstPG.facts.Marker.InUse != nil {
			t.Errorf("the second store's user: %v, the first one says %+v", err, w.dstPG.facts.Marker.InUse)
		}
	}
}

// TestMarkUse writes into every store that has a marker, and nowhere else.
func TestMarkUse(t *testing.T) {
	use := func(w *world) guard.Use {
		return guard.Use{Twin: tenant.Ref{Env: "staging", Name: "acme"}, Sites: []guard.Site{w.dstPG, w.dstR}, Session: tenant.Session{Run: "new", User: "jo"}, For: time.Hour, Clock: clock()}
	}
	w := newWorld()
	w.dstPG.holds(marker("a", guard.Complete, 1))
	m, err := guard.MarkUse(t.Context(), use(w))
	if err != nil || m.Run != "a" || w.dstPG.facts.Marker.InUse.By != "jo" || w.dstR.facts.Marker != nil || w.dstPG.locked {
		t.Errorf("%+v, %v", m, err)
	}
	if w.dstPG.facts.Marker.State != guard.Complete || w.dstPG.facts.Marker.Serving == nil {
		t.Errorf("the marker is now %+v", w.dstPG.facts.Marker)
	}

	w = newWorld()
	usedBy(w, "kim")
	if _, err := guard.MarkUse(t.Context(), use(w)); report.CodeOf(err) != report.Locked || !strings.Contains(err.Error(), "kim") {
		t.Errorf("used by kim: %v", err)
	}
	u := use(w)
	u.TakeOver = true
	if _, err := guard.MarkUse(t.Context(), u); err != nil || w.dstR.facts.Marker.InUse.By != "jo" {
		t.Errorf("taken over: %v", err)
	}

	w = newWorld()
	if _, err := guard.MarkUse(t.Context(), use(w)); report.CodeOf(err) != report.NotFound {
		t.Errorf("never copied: %v", err)
	}
	w.dstPG.locked = true
	if _, err := guard.MarkUse(t.Context(), use(w)); report.CodeOf(err) != report.Locked {
		t.Errorf("a run is under way: %v", err)
	}
}
