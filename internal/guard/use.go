package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Use is what MarkUse and EndUse are asked for: somebody begins to work on a
// twin, or ends.
type Use struct {
	Twin     tenant.Ref
	Sites    []Site // the twin's stores; the lock is in the first
	Session  tenant.Session
	For      time.Duration // how long nobody else shall refresh it
	TakeOver bool          // also when somebody else works on it
	Clock    func() time.Time
}

// MarkUse writes into the markers that somebody works on the twin, so that a
// copy by anybody else is refused, and returns the marker of the first store
// that has one. It holds the lock while it writes: a run that is under way, or
// another user, is report.Locked.
func MarkUse(ctx context.Context, u Use) (Marker, error) {
	now := u.Clock()
	return u.rewrite(ctx, "use "+u.Twin.String(), func(m *Marker) (bool, error) {
		if err := used(m, u.Session.User, now, u.TakeOver, "use "+u.Twin.String()); err != nil {
			return false, err
		}
		m.InUse = &InUse{By: u.Session.User, Until: now.Add(u.For)}
		return true, nil
	})
}

// EndUse takes away what MarkUse wrote for the same user; what another user
// wrote stays.
func EndUse(ctx context.Context, u Use) (Marker, error) {
	return u.rewrite(ctx, "end the use of "+u.Twin.String(), func(m *Marker) (bool, error) {
		if m.InUse == nil || m.InUse.By != u.Session.User {
			return false, nil
		}
		m.InUse = nil
		return true, nil
	})
}

// rewrite changes the markers of all stores under the lock, and returns the
// first one. what is for messages.
func (u Use) rewrite(ctx context.Context, what string, change func(*Marker) (changed bool, err error)) (m Marker, err error) {
	if len(u.Sites) == 0 {
		return m, &report.Refusal{Code: report.NotFound, What: what, Why: "it has no store", Hint: "look at tenantcopy.yaml"}
	}
	held, err := u.Sites[0].Lock(ctx, Holder{Twin: u.Twin.String(), Run: u.Session.Run, User: u.Session.User, Clock: u.Clock})
	if locked, ok := errors.AsType[*LockedError](err); ok {
		return m, &report.Refusal{Code: report.Locked, What: what, Why: "it is " + locked.Error(), Hint: "wait until that run has ended"}
	}
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, held.Release(context.WithoutCancel(ctx))) }()
	var sites []Site
	var markers []Marker
	all, err := AllFacts(ctx, u.Sites)
	if err != nil {
		return m, err
	}
	for i, s := range u.Sites {
		facts := all[i]
		if facts.Marker == nil || facts.Marker.Twin != u.Twin.String() {
			continue
		}
		found := *facts.Marker
		changed, err := change(&found)
		if err != nil {
			return m, err // before any is written: they agree
		}
		if markers = append(markers, found); changed {
			sites = append(sites, s)
		} else {
			sites = append(sites, nil)
		}
	}
	if len(markers) == 0 {
		return m, &report.Refusal{Code: report.NotFound, What: what, Why: "tenantcopy has never copied into it"}
	}
	for i, s := range sites {
		if s == nil {
			continue
		}
		if err := mark(ctx, s, markers[i], what); err != nil {
			return m, err
		}
	}
	return markers[0], nil
}

// used refuses what would disturb somebody else who works on the twin.
func used(m *Marker, user string, now time.Time, takeOver bool, what string) error {
	if m == nil || m.InUse == nil || takeOver || m.InUse.By == user || !m.InUse.Until.After(now) {
		return nil
	}
	return &report.Refusal{Code: report.Locked, What: what, Why: fmt.Sprintf("%s works on it until %s", m.InUse.By, m.InUse.Until.Format("Mon 15:04 MST")),
		Hint: "ask " + m.InUse.By + ", or take it over: --take-over"}
}

// AllFacts asks all sites at once, and returns what they say in their order.
func AllFacts(ctx context.Context, sites []Site) ([]Facts, error) {
	all := make([]Facts, len(sites))
	return all, parallel.All(ctx, len(sites), len(sites), func(ctx context.Context, i int) (err error) {
		all[i], err = sites[i].Facts(ctx, 0)
		return err
	})
}
