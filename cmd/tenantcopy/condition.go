package main

import (
	"context"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// condition is what became of the run that a marker speaks of: a word for a
// table, and for one that is not complete a sentence and what to do.
type condition struct{ word, says, hint string }

// conditionOf reads a marker. held says whether a run holds the twin's lock: one
// that was killed has written the same marker as one that is under way, and only
// the lock tells them apart.
func conditionOf(m guard.Marker, held bool) condition {
	word := string(m.State)
	switch {
	case m.State == guard.Complete:
		return condition{word: word}
	case held:
		return condition{word, "a run is under way", "wait until it has ended"}
	case m.State == guard.Failed:
		return condition{word, "the last run " + endedWith(m.Code) + ", and no copy serves", "run the copy again, when what it told is mended"}
	case m.State == guard.Switching:
		return condition{word, "a run was stopped in mid-switch", "run the copy again, or tenantcopy clean: both finish the switch first"}
	}
	return condition{"stopped", "a run was killed before its end", "run the copy again, or tenantcopy clean: both remove what it left"}
}

// endedWith says how a run ended.
func endedWith(code report.Code) string {
	if code == report.Interrupted {
		return "was interrupted"
	}
	return fmt.Sprintf("failed with exit code %d (%s)", numberOf(code), code)
}

// lookAt asks all stores of a twin what they are, and where one is not complete
// the first of them, which carries the lock, who holds it.
func (a *app) lookAt(ctx context.Context, twin string, sites []guard.Site) ([]storeStatus, error) {
	all, err := guard.AllFacts(ctx, sites)
	if err != nil {
		return nil, err
	}
	found := make([]storeStatus, len(all))
	going := false
	for i, f := range all {
		found[i] = storeStatus{Store: sites[i].Name(), Exists: f.Exists, Empty: f.Empty, Marker: f.Marker, Server: f.Version}
		going = going || f.Marker != nil && f.Marker.State != guard.Complete
	}
	if !going {
		return found, nil
	}
	holder, err := a.holder(ctx, twin, sites[0])
	for i := range found {
		found[i].Holder = holder
	}
	return found, err
}

// holder says who has a twin's lock, "" for nobody, without trying to take it.
func (a *app) holder(ctx context.Context, twin string, at guard.Site) (string, error) {
	p, ok := at.(doctor.Patient)
	if !ok {
		return "", nil
	}
	return p.Questions().Holder(ctx, twin, a.clock())
}
