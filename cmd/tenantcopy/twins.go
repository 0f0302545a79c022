package main

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// How the markers of many twins are read for the table of tenants.

// question is one twin's first store, and the row that waits for its answer.
type question struct {
	row *tenantRow
	at  guard.SiteAddress
}

// lookAtTwins fills in the markers of the rows that can hold a twin: those of
// one PostgreSQL server in one session, the others one by one.
func (a *app) lookAtTwins(ctx context.Context, c *config, rows []*tenantRow) error {
	session := a.session()
	questions := make([]*question, len(rows))
	err := parallel.All(ctx, askers, len(rows), func(ctx context.Context, i int) error {
		if !rows[i].twin {
			return nil
		}
		ctx, cancel := context.WithTimeout(ctx, asked)
		defer cancel()
		ref := tenant.Ref{Env: rows[i].Environment, Name: rows[i].Tenant}
		store, err := a.firstStore(ctx, c, ref)
		if err != nil {
			rows[i].Error = firstLine(err)
		} else if store.Kind != "" {
			questions[i] = &question{rows[i], guard.SiteAddress{Twin: ref.String(), Store: store, Session: session}}
		}
		return nil
	})
	if err != nil {
		return err
	}
	groups := grouped(questions)
	var silent servers
	return parallel.All(ctx, askers, len(groups), func(ctx context.Context, i int) error {
		group := groups[i]
		sightings, err := silent.ask(ctx, serverOf(group[0].at.Store), func(ctx context.Context) ([]guard.Sighting, error) { return a.sight(ctx, group) })
		for j, q := range group {
			s := guard.Sighting{Err: err}
			if err == nil {
				s = sightings[j]
			}
			q.row.Held = s.Held
			if q.row.Marker = s.Marker; s.Err != nil {
				q.row.Error = firstLine(s.Err)
			}
		}
		return nil
	})
}

// firstStore resolves the store of a twin that carries its lock; none when it
// has no store.
func (a *app) firstStore(ctx context.Context, c *config, ref tenant.Ref) (tenant.Store, error) {
	for _, kind := range tenant.Kinds() {
		if base, t := c.templateOf(ref, kind); base != nil {
			t.side = report.Destination
			return a.store(ctx, kind, base, t)
		}
	}
	return tenant.Store{}, nil
}

// grouped puts together what one session can answer.
func grouped(questions []*question) [][]*question {
	together := make(map[string][]*question)
	var groups [][]*question
	for _, q := range questions {
		switch {
		case q == nil:
		case adapters()[q.at.Store.Kind].twins == nil:
			groups = append(groups, []*question{q})
		default:
			key := serverOf(q.at.Store) + " " + q.at.Store.Maintenance
			together[key] = append(together[key], q)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(together)) {
		groups = append(groups, together[key])
	}
	return groups
}

// serverOf is a store's server, and as whom it is asked.
func serverOf(s tenant.Store) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.URL
	}
	u.Path = ""
	return u.String()
}

// sight reads the markers of one group.
func (a *app) sight(ctx context.Context, group []*question) ([]guard.Sighting, error) {
	of := adapters()[group[0].at.Store.Kind]
	if of.twins != nil {
		var sites []guard.SiteAddress
		for _, q := range group {
			sites = append(sites, q.at)
		}
		return of.twins(ctx, sites)
	}
	site, err := of.site(ctx, group[0].at)
	if err != nil {
		return nil, err
	}
	found, err := a.lookAt(ctx, group[0].at.Twin, []guard.Site{site})
	if err = errors.Join(err, closing(site.Close())); err != nil {
		return nil, err
	}
	return []guard.Sighting{{Marker: found[0].Marker, Held: found[0].Holder != ""}}, nil
}

// servers remembers which did not answer in time, so that two hundred twins
// of one do not wait one after another.
type servers struct {
	mu     sync.Mutex
	silent map[string]bool
}

var errSilent = errors.New("its server does not answer")

// ask asks a server, if it has not kept somebody waiting before.
func (s *servers) ask(ctx context.Context, server string, what func(context.Context) ([]guard.Sighting, error)) ([]guard.Sighting, error) {
	s.mu.Lock()
	known := s.silent[server]
	s.mu.Unlock()
	if known {
		return nil, errSilent
	}
	ctx, cancel := context.WithTimeout(ctx, asked)
	defer cancel()
	found, err := what(ctx)
	if err == nil || ctx.Err() == nil {
		return found, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent == nil {
		s.silent = make(map[string]bool)
	}
	s.silent[server] = true
	return nil, errSilent
}
