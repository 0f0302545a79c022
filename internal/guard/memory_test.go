package guard_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// place is one store on either side, as facts only.
type place struct {
	name  string
	facts guard.Facts
	err   error // of Facts

	mu      sync.Mutex
	log     *[]string // what was asked of all places, in order
	markErr error
	lockErr error
	alive   error
	closed  int
	locked  bool
	written []guard.Marker
}

func (p *place) say(what string) {
	if p.log != nil {
		*p.log = append(*p.log, p.name+" "+what)
	}
}

func (p *place) Name() string { return p.name }

func (p *place) Facts(context.Context, int64) (guard.Facts, error) { return p.facts, p.err }

func (p *place) Close() error { p.closed++; return nil }

func (p *place) Mark(_ context.Context, m guard.Marker) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say("mark " + string(m.State))
	if p.markErr != nil {
		return p.markErr
	}
	decoded, err := guard.DecodeMarker(m.Encode())
	if err != nil {
		return fmt.Errorf("a marker was written that cannot be read: %w", err)
	}
	p.written = append(p.written, decoded)
	p.facts.Marker, p.facts.Exists = &decoded, true
	return nil
}

func (p *place) Unmark(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say("unmark")
	if p.markErr != nil {
		return p.markErr
	}
	p.facts.Marker, p.facts.Exists = nil, false
	return nil
}

func (p *place) Lock(context.Context, guard.Holder) (guard.Held, error) {
	if p.lockErr != nil {
		return nil, p.lockErr
	}
	if p.locked {
		return nil, fmt.Errorf("try: %w", &guard.LockedError{Holder: "run r9 of jo"})
	}
	p.say("lock")
	p.locked = true
	return p, nil
}

func (p *place) Alive(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alive
}

func (p *place) Release(context.Context) error {
	if !p.locked {
		return errors.New("not locked")
	}
	p.say("release")
	p.locked = false
	return nil
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock ticks a minute at every look.
func clock() func() time.Time {
	now := start.Add(24 * time.Hour)
	return func() time.Time { now = now.Add(time.Minute); return now }
}

// world is a request over two stores, PostgreSQL and Redis, all well.
type world struct {
	request     guard.Request
	srcPG, srcR *place
	dstPG, dstR *place
	log         []string
}

func newWorld() *world {
	w := &world{
		srcPG: &place{name: "postgres", facts: guard.Facts{Identities: []string{"pg:1", "nonce:7"}, Exists: true}},
		srcR:  &place{name: "redis", facts: guard.Facts{Identities: []string{"redis:1"}, Exists: true}},
		dstPG: &place{name: "postgres", facts: guard.Facts{Identities: []string{"pg:2"}, Empty: true}},
		dstR:  &place{name: "redis", facts: guard.Facts{Identities: []string{"redis:2"}, Empty: true}},
	}
	w.dstPG.log, w.dstR.log = &w.log, &w.log
	w.request = guard.Request{
		Source: tenant.Ref{Env: "prod", Name: "acme"}, Destination: tenant.Ref{Env: "staging", Name: "acme"},
		Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"sandbox", "prod"}},
		Stores:      []tenant.Store{{Kind: tenant.Postgres, Name: "postgres"}, {Kind: tenant.Redis, Name: "redis"}},
		Session:     tenant.Session{Run: "new", User: "jo"},
		Probers:     []guard.Prober{w.srcPG, w.srcR}, Sites: []guard.Site{w.dstPG, w.dstR},
		Nonce: 7, Rules: "rules", Key: "key", Clock: clock(),
	}
	return w
}

// only leaves one of the two stores.
func (w *world) only(i int) {
	w.request.Probers = slices.Clone(w.request.Probers[i : i+1])
	w.request.Sites = slices.Clone(w.request.Sites[i : i+1])
	w.request.Stores = slices.Clone(w.request.Stores[i : i+1])
}

// marker makes a marker of staging/acme, written so many minutes after start.
func marker(run string, s guard.State, minutes int) guard.Marker {
	m := guard.Marker{
		Version: guard.MarkerVersion, Owner: guard.Owner, Twin: "staging/acme", Run: run, State: s, Origin: "acme", Source: "prod/acme",
		Time: start.Add(time.Duration(minutes) * time.Minute), Rules: "rules-" + run, Key: "key", User: "jo",
	}
	if s == guard.Complete {
		m.Serving = served(run, minutes)
	}
	return m
}

func served(run string, minutes int) *guard.Serving {
	return &guard.Serving{Run: run, Source: "prod/acme", Time: start.Add(time.Duration(minutes) * time.Minute), Rules: "rules-" + run, Key: "key"}
}

// holds makes a destination's place one that a marker stands in.
func (p *place) holds(m guard.Marker) {
	p.facts.Marker, p.facts.Exists, p.facts.Empty = &m, true, false
}
