package main

import (
	"context"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/blob"
	"github.com/tenantcopy/tenantcopy/internal/copy/postgres"
	"github.com/tenantcopy/tenantcopy/internal/copy/redis"
	"github.com/tenantcopy/tenantcopy/internal/copy/search"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// adapter is what a kind of store offers.
type adapter struct {
	open  func(context.Context, tenant.Source) (clone.Reader, error)
	probe func(context.Context, tenant.Source) (guard.Prober, error)
	site  func(context.Context, guard.SiteAddress) (guard.Site, error)
	twins func(context.Context, []guard.SiteAddress) ([]guard.Sighting, error) // many of one server at once; nil where each is asked by itself
}

// adapters is the only place that names all four.
func adapters() map[tenant.Kind]adapter {
	return map[tenant.Kind]adapter{
		tenant.Postgres: {postgres.Open, postgres.Probe, postgres.Site, postgres.Twins},
		tenant.Blob:     {blob.Open, blob.Probe, blob.Site, nil},
		tenant.Search:   {search.Open, search.Probe, search.Site, nil},
		tenant.Redis:    {redis.Open, redis.Probe, redis.Site, nil},
	}
}

// source returns one store of a tenant as a source.
func (t resolved) source(s tenant.Store, session tenant.Session) tenant.Source {
	return tenant.Source{Ref: t.ref, Origin: t.ref.Name, Store: s, Session: session}
}

// opened is everything that is open while a command runs.
type opened struct {
	readers, people []clone.Reader
	probers         []guard.Prober
	sites           []guard.Site
	lock            guard.Site     // where the lock is, when that store is not copied
	stores          []tenant.Store // of the destination, in the order of readers and sites
}

// Close closes what was opened; sites belong to the destination once it is
// admitted, and are closed by its Release.
func (o *opened) Close() error {
	var all error
	for _, r := range append(o.readers, o.people...) {
		all = errors.Join(all, r.Close())
	}
	return errors.Join(all, o.closeProbers())
}

// closeProbers ends the sessions that proved the destination, once it is
// admitted: the source's owner counts sessions.
func (o *opened) closeProbers() (all error) {
	for _, p := range o.probers {
		all = errors.Join(all, p.Close())
	}
	o.probers = nil
	return all
}

// closeSites closes the sites of a destination that was not admitted.
func (o *opened) closeSites() {
	for _, s := range o.sites {
		_ = s.Close() // nothing was written, and the refusal is what matters
	}
	if o.lock != nil {
		_ = o.lock.Close()
	}
}

// openSource opens the source's stores that are to be copied, and those that
// only declare people.
func openSource(ctx context.Context, o *opened, src resolved, pick picks, session tenant.Session) error {
	for _, s := range src.stores {
		a := adapters()[s.Kind]
		copied := pick.copies(s.Kind)
		if !copied && !pick.people[s.Kind] {
			continue
		}
		reader, err := a.open(ctx, src.source(s, session))
		if err != nil {
			return err
		}
		if !copied {
			o.people = append(o.people, reader)
			continue
		}
		o.readers = append(o.readers, reader)
		prober, err := a.probe(ctx, src.source(s, session))
		if err != nil {
			return err
		}
		o.probers = append(o.probers, prober)
	}
	return nil
}

// openSites opens the destination's stores that are to be written, and the
// twin's first store in any case: the lock is there, so that a run of some
// stores and a run of all exclude each other.
func openSites(ctx context.Context, o *opened, dst resolved, pick picks, session tenant.Session) error {
	all := make([]guard.Site, len(dst.stores))
	err := parallel.All(ctx, len(all), len(all), func(ctx context.Context, i int) (err error) {
		s := dst.stores[i]
		if pick.copies(s.Kind) || i == 0 {
			all[i], err = adapters()[s.Kind].site(ctx, guard.SiteAddress{Twin: dst.ref.String(), Store: s, Session: session})
		}
		return err
	})
	for i, site := range all {
		switch s := dst.stores[i]; {
		case site == nil:
		case pick.copies(s.Kind):
			o.sites, o.stores = append(o.sites, site), append(o.stores, s)
		default:
			o.lock = site
		}
	}
	return err
}
