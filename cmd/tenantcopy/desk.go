package main

import (
	"context"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/serve"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// useFor is how long a twin counts as in use after Tilt was started on it:
// tenantcopy has become Tilt by then and cannot say when it ends.
const useFor = 8 * time.Hour

// desk is where somebody hears about a twin and says that he works on it: the
// twin's stores, or the service, which holds their credentials.
type desk interface {
	Look(ctx context.Context, twin tenant.Ref) (serve.Twin, error)
	Use(ctx context.Context, twin tenant.Ref, takeOver bool) (serve.Twin, error)
	Leave(ctx context.Context, twin tenant.Ref) (serve.Twin, error)
}

// desk is the one of this process.
func (a *app) desk(ctx context.Context, c *config, here bool) (desk, error) {
	if a.elsewhere(c, here) {
		return a.service(ctx, c)
	}
	return ownDesk{twins{a, c}, a.userName()}, nil
}

// ownDesk speaks to the stores for one user.
type ownDesk struct {
	twins
	user string
}

func (d ownDesk) Look(ctx context.Context, twin tenant.Ref) (serve.Twin, error) {
	return d.open(ctx, twin, d.user, seen)
}

func (d ownDesk) Use(ctx context.Context, twin tenant.Ref, takeOver bool) (serve.Twin, error) {
	return d.use(ctx, twin, d.user, takeOver)
}

func (d ownDesk) Leave(ctx context.Context, twin tenant.Ref) (serve.Twin, error) {
	return d.open(ctx, twin, d.user, left)
}

// servedTwins speaks to the stores for whoever asks the service. The name in
// a marker is the one that his Jobs have too.
type servedTwins struct{ twins }

var _ serve.Twins = servedTwins{}

// Look implements serve.Twins.
func (t servedTwins) Look(ctx context.Context, twin tenant.Ref) (serve.Twin, error) {
	return t.open(ctx, twin, "", seen)
}

// Use implements serve.Twins.
func (t servedTwins) Use(ctx context.Context, twin tenant.Ref, by serve.Caller, takeOver bool) (serve.Twin, error) {
	return t.use(ctx, twin, label(by.Name), takeOver)
}

// Leave implements serve.Twins.
func (t servedTwins) Leave(ctx context.Context, twin tenant.Ref, by serve.Caller) (serve.Twin, error) {
	return t.open(ctx, twin, label(by.Name), left)
}

// twins are the twins of a configuration, at their stores.
type twins struct {
	app    *app
	config *config
}

// entry is a twin that is open: its stores, and what they say.
type entry struct {
	use   guard.Use
	found []storeStatus
}

// seen changes nothing. A twin that serves has a marker in one of its stores.
func seen(_ context.Context, e entry) (guard.Marker, error) {
	marked := slices.IndexFunc(e.found, func(s storeStatus) bool { return s.Marker != nil })
	return *e.found[marked].Marker, nil
}

func left(ctx context.Context, e entry) (guard.Marker, error) { return guard.EndUse(ctx, e.use) }

// use marks a twin as in use, where it is complete or the one before a failed
// run serves.
func (t twins) use(ctx context.Context, twin tenant.Ref, user string, takeOver bool) (serve.Twin, error) {
	return t.open(ctx, twin, user, func(ctx context.Context, e entry) (guard.Marker, error) {
		e.use.TakeOver = takeOver
		return guard.MarkUse(ctx, e.use)
	})
}

// open opens a twin that serves, and says what it is after do.
func (t twins) open(ctx context.Context, ref tenant.Ref, user string, do func(context.Context, entry) (guard.Marker, error)) (serve.Twin, error) {
	if t.config.Environments[ref.Env].Protected {
		return serve.Twin{}, holdsNoTwin(ref)
	}
	twin, err := t.app.resolve(ctx, t.config, ref, report.Destination)
	if err != nil {
		return serve.Twin{}, err
	}
	session := t.app.session()
	session.User = user
	o := &opened{}
	defer o.closeSites()
	if err := openSites(ctx, o, twin, picks{}, session); err != nil {
		return serve.Twin{}, err
	}
	e := entry{use: guard.Use{Twin: ref, Sites: o.sites, Session: session, For: useFor, Clock: t.app.clock}}
	if e.found, err = t.app.lookAt(ctx, ref.String(), o.sites); err != nil {
		return serve.Twin{}, err
	}
	for _, s := range e.found {
		if m := s.Marker; m != nil && m.State != guard.Complete && m.State != guard.Switching && m.Serving != nil {
			m.State = guard.Complete // the twin before the run that failed still serves
		}
	}
	if err := judgeStatus(ref, e.found); err != nil {
		return serve.Twin{}, err
	}
	m, err := do(ctx, e)
	if err != nil {
		return serve.Twin{}, err
	}
	return t.told(ref, m), nil
}

// told is what a marker tells whoever works on the twin.
func (t twins) told(ref tenant.Ref, m guard.Marker) serve.Twin {
	now := t.app.clock()
	out := serve.Twin{Twin: ref.String(), Source: m.Source, Run: m.Run, Age: now.Sub(m.Time)}
	if s := m.Serving; m.State != guard.Complete && s != nil {
		out.Source, out.Run, out.Age = s.Source, s.Run, now.Sub(s.Time)
	}
	if u := m.InUse; u != nil && u.Until.After(now) {
		out.User, out.Until = u.By, u.Until
	}
	return out
}
