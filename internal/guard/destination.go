package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
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
	sites   []Site     // that carry this run's marker
	open    []Site     // to be closed
	serving []*Serving // by site: the complete copy it served before this run
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

// Covers reports whether a store is part of the run whose staged data this
// destination takes. All stores are, unless an earlier run of some stores only
// must be finished.
func (d Destination) Covers(name string) bool {
	return slices.ContainsFunc(d.d.sites, func(s Site) bool { return s.Name() == name })
}

// Advance writes the marker of the next state into every store. Complete also
// makes this run the one that serves and forgets what was stale. After an
// error some stores may carry the new marker and others the old one.
func (d Destination) Advance(ctx context.Context, s State) error {
	m := d.d.marker
	m.State, m.Time = s, d.d.clock()
	if s == Complete {
		m.Serving, m.Stale = m.serving(), nil
	}
	for i, site := range d.d.sites {
		one := m
		if s != Complete && !d.d.resumed {
			one.Serving = d.d.serving[i]
		}
		if err := mark(ctx, site, one, "write marker "+string(s)); err != nil {
			return err
		}
	}
	d.d.marker = m
	return nil
}

func mark(ctx context.Context, site Site, m Marker, op string) error {
	if err := site.Mark(ctx, m); err != nil {
		return &report.Error{Code: report.CodeOf(err), Store: site.Name(), Side: report.Destination, Op: op, Err: err}
	}
	return nil
}

// Prepared forgets the stale runs, once every store has removed what they
// left. Without it the list would grow with every run that does not end well.
func (d Destination) Prepared(ctx context.Context) error {
	if len(d.d.marker.Stale) == 0 {
		return nil
	}
	d.d.marker.Stale = nil
	return d.Advance(ctx, Copying)
}

// ErrLost is in the tree of an error that says that the lock is lost: another
// run may hold the twin by now, so nothing there may be touched any more.
var ErrLost = errors.New("the lock of the twin is lost")

// Holds proves that the lock still stands. Its error is ErrLost, or the cause
// of ctx when that has ended.
func (d Destination) Holds(ctx context.Context) error {
	err := d.d.held.Alive(ctx)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &report.Error{Code: report.Transient, Side: report.Destination, Op: "keep the lock", Err: fmt.Errorf("%w: %w", ErrLost, err),
		Hint: "run the same command again"}
}

// Watch keeps the lock until ctx is done, looking after it every interval; it
// returns an error as soon as the lock is lost, and nil when ctx ends.
func (d Destination) Watch(ctx context.Context, interval time.Duration) error {
	return parallel.Every(ctx, interval, d.Holds)
}

// Release gives the lock back and closes the sites.
func (d Destination) Release(ctx context.Context) error {
	if d.d == nil {
		return nil
	}
	err := d.d.held.Release(ctx)
	for _, site := range d.d.open {
		err = errors.Join(err, site.Close())
	}
	if err != nil {
		return fmt.Errorf("release %s: %w", d.d.ref, err)
	}
	return nil
}
