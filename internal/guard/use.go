package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Use is what MarkUse is asked for: somebody begins to work on a twin.
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
func MarkUse(ctx context.Context, u Use) (m Marker, err error) {
	held, err := u.Sites[0].Lock(ctx, Holder{Twin: u.Twin.String(), Run: u.Session.Run, User: u.Session.User, Clock: u.Clock})
	if locked, ok := errors.AsType[*LockedError](err); ok {
		return m, &report.Refusal{Code: report.Locked, What: "use " + u.Twin.String(), Why: "it is " + locked.Error(), Hint: "wait until that run has ended"}
	}
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, held.Release(context.WithoutCancel(ctx))) }()
	now := u.Clock()
	var first *Marker
	for _, s := range u.Sites {
		facts, err := s.Facts(ctx, 0)
		if err != nil {
			return m, err
		}
		found := facts.Marker
		if found == nil || found.Twin != u.Twin.String() {
			continue
		}
		if err := used(found, u.Session.User, now, u.TakeOver, "use "+u.Twin.String()); err != nil {
			return m, err
		}
		found.InUse = &InUse{By: u.Session.User, Until: now.Add(u.For)}
		if err := mark(ctx, s, *found, "mark the twin in use"); err != nil {
			return m, err
		}
		if first == nil {
			first = found
		}
	}
	if first == nil {
		return m, &report.Refusal{Code: report.NotFound, What: "use " + u.Twin.String(), Why: "tenantcopy has never copied into it"}
	}
	return *first, nil
}

// used refuses what would disturb somebody else who works on the twin.
func used(m *Marker, user string, now time.Time, takeOver bool, what string) error {
	if m == nil || m.InUse == nil || takeOver || m.InUse.By == user || !m.InUse.Until.After(now) {
		return nil
	}
	return &report.Refusal{Code: report.Locked, What: what, Why: fmt.Sprintf("%s works on it until %s", m.InUse.By, m.InUse.Until.Format("Mon 15:04 MST")),
		Hint: "ask " + m.InUse.By + ", or take it over: --take-over"}
}
