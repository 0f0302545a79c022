package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Environment is what the configuration says about one environment.
type Environment struct {
	Name       string
	Protected  bool     // never a destination, whatever else is said
	CopiesFrom []string // environments it may be copied from; empty: none
}

// Direction refuses a copy that the environments do not allow. It needs no
// connection, and cmd calls it before it opens any.
func Direction(src, dst tenant.Ref, env Environment) error {
	refuse := func(why, hint string) error {
		return &report.Refusal{Code: report.Unsafe, What: fmt.Sprintf("copy %s to %s", src, dst), Why: why, Hint: hint}
	}
	switch {
	case env.Protected:
		return refuse(fmt.Sprintf("environment %s is protected and never a destination", dst.Env), "did you mean "+dst.String()+" as the source?")
	case src == dst:
		return refuse("source and destination are the same tenant", "")
	case src.Name != dst.Name:
		return refuse("source and destination are different tenants", "a twin carries its origin's name: "+dst.Env+"/"+src.Name)
	case !slices.Contains(env.CopiesFrom, src.Env):
		return refuse(fmt.Sprintf("environment %s does not copy from %s", dst.Env, src.Env), fmt.Sprintf("add %s to copies-from of environment %s in tenantcopy.yaml", src.Env, dst.Env))
	}
	return nil
}

// Request is what Admit is asked for.
type Request struct {
	Source      tenant.Ref
	Destination tenant.Ref
	Environment Environment    // of the destination
	Stores      []tenant.Store // of the destination
	Session     tenant.Session // names this run
	Probers     []Prober       // the source's side, one a store
	Sites       []Site         // the destination's side, one a store, in the order of Stores
	Confirm     string         // what the user typed for --confirm
	Nonce       int64          // random, for the proof of two places
	Rules, Key  string         // hash of the rules, fingerprint of the root key
	Clock       func() time.Time
	TakeOver    bool // also when somebody else works on the twin

	// Lock is where the lock is taken when the twin's first store is not among
	// Sites (--only, --skip): two runs exclude each other only if they ask at
	// the same place. nil: the first of Sites. The destination closes it.
	Lock Site
}

// Admit proves that the destination may be written to, takes its lock, writes
// the first marker and returns the Destination. When an earlier run was
// stopped in mid-switch, nothing is written and the Destination is that
// run's, Unfinished. It refuses with a *report.Refusal. On error the sites
// stay open, and the lock is given back.
func Admit(ctx context.Context, r Request) (Destination, error) {
	if err := Direction(r.Source, r.Destination, r.Environment); err != nil {
		return Destination{}, err
	}
	held, err := r.proveAndLock(ctx)
	if err != nil {
		return Destination{}, err
	}
	dst, err := r.admitLocked(ctx, held)
	if err != nil {
		return Destination{}, errors.Join(err, held.Release(context.WithoutCancel(ctx)))
	}
	return dst, nil
}

// proveAndLock proves that the two sides are two places, and takes the lock.
func (r *Request) proveAndLock(ctx context.Context) (Held, error) {
	if len(r.Sites) == 0 {
		return nil, r.refuse(report.NotFound, "no store is left to copy", "look at --only, --skip and at the stores of both environments")
	}
	if err := r.provePlaces(ctx); err != nil {
		return nil, err
	}
	return r.lock(ctx)
}

func (r *Request) refuse(code report.Code, why, hint string) error {
	return &report.Refusal{Code: code, What: fmt.Sprintf("copy %s to %s", r.Source, r.Destination), Why: why, Hint: hint}
}

// provePlaces refuses when any two stores of the two sides are one place.
func (r *Request) provePlaces(ctx context.Context) error {
	seen := Known{}
	for _, p := range r.Probers {
		facts, err := p.Facts(ctx, r.Nonce)
		if err != nil {
			return err
		}
		if !facts.Exists {
			return r.refuse(report.NotFound, fmt.Sprintf("%s of %s does not exist", p.Name(), r.Source), "check the name and the address in tenantcopy.yaml")
		}
		if len(facts.Identities) == 0 {
			return r.refuse(report.Unsafe, fmt.Sprintf("%s of %s cannot be told from any other place", p.Name(), r.Source), "its server says nothing that identifies it")
		}
		seen.Add(p.Name(), facts)
	}
	for _, s := range r.Sites {
		facts, err := s.Facts(ctx, r.Nonce)
		if err != nil {
			return err
		}
		if name, same := seen.Find(facts); same {
			return r.refuse(report.Unsafe, fmt.Sprintf("%s of %s and %s of %s are the same place", name, r.Source, s.Name(), r.Destination),
				"their addresses differ, but they lead to one server; correct the address of "+r.Destination.Env+" in tenantcopy.yaml")
		}
	}
	return nil
}

// lock takes the lock in the twin's first store; stores come with PostgreSQL
// first.
func (r *Request) lock(ctx context.Context) (Held, error) {
	at := r.Lock
	if at == nil {
		at = r.Sites[0]
	}
	held, err := at.Lock(ctx, Holder{Twin: r.Destination.String(), Run: r.Session.Run, User: r.Session.User, Clock: r.Clock})
	if locked, ok := errors.AsType[*LockedError](err); ok {
		return nil, r.refuse(report.Locked, r.Destination.String()+" is "+locked.Error(), "wait until that run has ended, then run the same command again")
	}
	return held, err
}

// admitLocked reads the markers, now that nobody else can write them.
func (r *Request) admitLocked(ctx context.Context, held Held) (Destination, error) {
	p, err := r.look(ctx)
	if err != nil {
		return Destination{}, err
	}
	d := r.destination(held, p)
	if old := p.furthest(); old != nil && old.State == Switching {
		d.marker, d.resumed = *old, true
		p.of(old.Run, d)
		return Destination{d}, nil
	}
	if d.marker.InUse, err = r.checkUse(p); err != nil {
		return Destination{}, err
	}
	if err := r.checkConfirmed(p.unmarked); err != nil {
		return Destination{}, err
	}
	dst := Destination{d}
	if err := dst.Advance(ctx, Copying); err != nil {
		// Some stores say already that a run is copying. What keeps another
		// from saying so is the error that matters.
		_ = dst.Withdraw(context.WithoutCancel(ctx), report.CodeOf(err))
		return Destination{}, err
	}
	return dst, nil
}

// checkUse refuses a twin that somebody else works on, and returns what stays
// of who uses it.
func (r *Request) checkUse(p past) (*InUse, error) {
	for _, m := range p.found {
		if err := used(m, r.Session.User, r.Clock(), r.TakeOver, fmt.Sprintf("copy %s to %s", r.Source, r.Destination)); err != nil {
			return nil, err
		}
	}
	if old := p.furthest(); old != nil && old.InUse != nil && old.InUse.By == r.Session.User {
		return old.InUse, nil
	}
	return nil, nil
}

// destination makes the destination of a new run.
func (r *Request) destination(held Held, p past) *destination {
	return &destination{
		ref: r.Destination, stores: r.Stores, session: r.Session, sites: r.Sites, open: r.open(), held: held, clock: r.Clock, serving: p.serving(),
		marker: Marker{
			Version: MarkerVersion, Owner: Owner, Twin: r.Destination.String(), Run: r.Session.Run, Origin: r.Source.Name,
			Source: r.Source.String(), Rules: r.Rules, Key: r.Key, User: r.Session.User,
			Serving: p.whole(), Stale: p.stale(r.Session.Run),
		},
	}
}

// open lists every site that the destination closes.
func (r *Request) open() []Site {
	if r.Lock == nil {
		return r.Sites
	}
	return append(slices.Clone(r.Sites), r.Lock)
}

// checkMarker refuses a store that says it belongs to someone else.
func (r *Request) checkMarker(store string, f Facts) error {
	switch {
	case f.Foreign:
		return r.refuse(report.Unsafe, fmt.Sprintf("%s of %s carries a marker that is not tenantcopy's", store, r.Destination), "look at who made it; tenantcopy will not write there")
	case f.Marker != nil && f.Marker.Twin != r.Destination.String():
		return r.refuse(report.Unsafe, fmt.Sprintf("%s of %s carries the marker of %s", store, r.Destination, f.Marker.Twin), "two twins share one place; correct its address in tenantcopy.yaml")
	}
	return nil
}

// checkConfirmed refuses to replace data that tenantcopy did not make, unless
// the user has typed the twin's name.
func (r *Request) checkConfirmed(unmarked []string) error {
	if len(unmarked) == 0 || r.Confirm == r.Destination.String() {
		return nil
	}
	why := fmt.Sprintf("%s of %s holds data that tenantcopy did not make", strings.Join(unmarked, ", "), r.Destination)
	if r.Confirm != "" {
		why += fmt.Sprintf(", and --confirm names %s", r.Confirm)
	}
	return r.refuse(report.Unsafe, why, "to replace that data, say so once: --confirm "+r.Destination.String())
}
