package guard

import (
	"context"
	"errors"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What the markers say after a run that did not come to its end.

// Abandon writes the markers back to the last complete copies, after a run
// that failed before the switch and whose staged data is gone, with that of
// stale runs. A store that never held such a copy says that the run has
// failed, and as what; one that is as empty as before says nothing.
func (d Destination) Abandon(ctx context.Context, code report.Code) error {
	return d.restore(ctx, code, nil)
}

// Withdraw is Abandon for a run that failed before it prepared anything: what
// stale runs left is still there, and stays listed.
func (d Destination) Withdraw(ctx context.Context, code report.Code) error {
	return d.restore(ctx, code, d.d.marker.Stale)
}

// restore goes on where one store does not answer: the others need not say
// that a run is under way.
func (d Destination) restore(ctx context.Context, code report.Code, stale []string) error {
	var errs []error
	for i, site := range d.d.sites {
		if s := d.d.serving[i]; s != nil {
			errs = append(errs, d.giveBack(ctx, site, s, stale))
		} else {
			errs = append(errs, d.giveUp(ctx, site, code, stale))
		}
	}
	return errors.Join(errs...)
}

const restoring = "restore the marker"

// giveBack makes a store say again what it serves.
func (d Destination) giveBack(ctx context.Context, site Site, s *Serving, stale []string) error {
	m := d.d.marker
	m.Run, m.Source, m.Rules, m.Key = s.Run, s.Source, s.Rules, s.Key
	m.State, m.Code, m.Time, m.Serving = Complete, "", s.Time, s
	m.Stale = slices.DeleteFunc(slices.Clone(stale), func(run string) bool { return run == s.Run })
	return mark(ctx, site, m, restoring)
}

// giveUp makes a store that serves no copy of ours say that the run is over. A
// marker that is gone went with what carried it.
func (d Destination) giveUp(ctx context.Context, site Site, code report.Code, stale []string) error {
	facts, err := site.Facts(ctx, 0)
	switch {
	case err != nil || facts.Marker == nil:
		return err
	case facts.Empty && len(stale) == 0:
		return site.Unmark(ctx)
	}
	m := d.d.marker
	m.State, m.Code, m.Time, m.Serving, m.Stale = Failed, code, d.d.clock(), nil, slices.Clone(stale)
	return mark(ctx, site, m, restoring)
}
