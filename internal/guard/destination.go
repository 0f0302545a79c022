package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Destination is a twin that may be written to. Only Admit makes one; every
// adapter's Into demands one, so writing to an unproved tenant does not
// compile.
type Destination struct{ d *destination }

type destination struct {
	ref     tenant.Ref
	stores  []tenant.Store
	session tenant.Session
	sites   []Site
	held    Held
	marker  Marker
	clock   func() time.Time
	resumed bool
}

// Ref returns the twin's name.
func (d Destination) Ref() tenant.Ref { return d.d.ref }

// Origin returns the tenant's name in the catalogue.
func (d Destination) Origin() string { return d.d.marker.Origin }

// Run returns the run whose staged data this destination takes: the new
// run's id, or that of the run whose switch must be finished first.
func (d Destination) Run() string { return d.d.marker.Run }

// Session names whoever opens connections to it.
func (d Destination) Session() tenant.Session { return d.d.session }

// Unfinished reports that an earlier run was stopped in mid-switch: the only
// thing this destination may be used for is to finish that switch.
func (d Destination) Unfinished() bool { return d.d.resumed }

// Stale returns the ids of earlier runs whose staged leftovers may lie about.
func (d Destination) Stale() []string { return slices.Clone(d.d.marker.Stale) }

// Marker returns the marker as last written.
func (d Destination) Marker() Marker { return d.d.marker }

// Store returns the address of one of its stores.
func (d Destination) Store(name string) (tenant.Store, bool) {
	if d.d == nil {
		return tenant.Store{}, false
	}
	for _, s := range d.d.stores {
		if s.Name == name {
			return s, true
		}
	}
	return tenant.Store{}, false
}

// Advance writes the marker of the next state into every store. Complete also
// makes this run the one that serves and forgets what was stale.
func (d Destination) Advance(ctx context.Context, s State) error {
	m := d.d.marker
	m.State, m.Time = s, d.d.clock()
	if s == Complete {
		m.Serving, m.Stale = m.serving(), nil
	}
	for _, site := range d.d.sites {
		if err := site.Mark(ctx, m); err != nil {
			return &report.Error{Code: report.CodeOf(err), Store: site.Name(), Side: report.Destination, Op: "write marker " + string(s), Err: err}
		}
	}
	d.d.marker = m
	return nil
}

// Watch keeps the lock until ctx is done, looking after it every interval; it
// returns an error as soon as the lock is lost, and nil when ctx ends.
func (d Destination) Watch(ctx context.Context, interval time.Duration) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := d.d.held.Alive(ctx); err != nil && ctx.Err() == nil {
				return &report.Error{Code: report.Transient, Side: report.Destination, Op: "keep the lock", Err: err,
					Hint: "the lock's connection was lost; run the same command again"}
			}
		}
	}
}

// Release gives the lock back and closes the sites.
func (d Destination) Release(ctx context.Context) error {
	if d.d == nil {
		return nil
	}
	err := d.d.held.Release(ctx)
	for _, site := range d.d.sites {
		err = errors.Join(err, site.Close())
	}
	if err != nil {
		return fmt.Errorf("release %s: %w", d.d.ref, err)
	}
	return nil
}

// Abandon writes the marker back to the last complete copy after a run that
// failed before the switch and whose staged data is gone. Without such a copy
// the marker stays as it is.
func (d Destination) Abandon(ctx context.Context) error {
	s := d.d.marker.Serving
	if s == nil {
		return nil
	}
	m := d.d.marker
	m.Run, m.Source, m.Rules, m.Key = s.Run, s.Source, s.Rules, s.Key
	m.State, m.Time, m.Stale = Complete, s.Time, nil
	for _, site := range d.d.sites {
		if err := site.Mark(ctx, m); err != nil {
			return &report.Error{Code: report.CodeOf(err), Store: site.Name(), Side: report.Destination, Op: "restore the marker", Err: err}
		}
	}
	return nil
}
