package redis

import (
	"context"
	"errors"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// lockFor is how long a lock outlives a holder that was killed: ten intervals
// of the watch that renews it.
const lockFor = 30 * time.Second

// site is a destination's side: its facts, its marker and its lock.
type site struct {
	prober
	w *link
}

var _ guard.Site = (*site)(nil)

// Site opens the sessions for one store of a destination: one behind the
// read-only door for facts, one that writes marker and lock. Errors are those
// of Open.
func Site(ctx context.Context, dst guard.SiteAddress) (guard.Site, error) {
	l, err := dial(dst.Store, dst.Session, report.Destination, reads)
	if err != nil {
		return nil, err
	}
	w, err := dial(dst.Store, dst.Session, report.Destination, repeats)
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	s := &site{prober: prober{l: l, prefix: dst.Store.Prefix}, w: w}
	n := naming{prefix: dst.Store.Prefix, store: dst.Store.Name, run: dst.Session.Run}
	if err := checkPrefix(n, dst.Twin); err != nil {
		return nil, errors.Join(l.refuse(report.Usage, "read prefix", err, "give the tenant's keys a prefix of their own, such as acme:"), s.Close())
	}
	if err := l.connect(ctx, dst.Store.Prefix); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Mark implements guard.Site.
func (s *site) Mark(ctx context.Context, m guard.Marker) error {
	return s.w.fail("write marker", s.w.c.Set(ctx, markerKey(s.prefix), m.Encode(), 0).Err())
}

// Unmark implements guard.Site.
func (s *site) Unmark(ctx context.Context) error {
	return s.w.unlink(ctx, []string{markerKey(s.prefix)})
}

// Close implements guard.Prober.
func (s *site) Close() error { return errors.Join(s.prober.Close(), s.w.close()) }

// held is a lock that is held: a key that expires unless it is renewed.
type held struct {
	w          *link
	key, value string
}

// Lock implements guard.Site: a key that only one run can create. The
// server's clock decides when it expires.
func (s *site) Lock(ctx context.Context, h guard.Holder) (guard.Held, error) {
	lock := &held{w: s.w, key: lockKey(h.Twin), value: h.Run + "/" + h.User}
	err := s.w.c.SetArgs(ctx, lock.key, lock.value, goredis.SetArgs{Mode: "NX", TTL: lockFor}).Err()
	if err == nil {
		return lock, nil
	}
	if !lost(err) {
		return nil, s.w.fail("take the lock", err)
	}
	holder, err := s.w.c.Get(ctx, lock.key).Result()
	switch {
	case err != nil && !lost(err):
		return nil, s.w.fail("take the lock", err)
	case holder == lock.value: // the reply to our own SET was lost
		return lock, nil
	}
	run, user, _ := strings.Cut(holder, "/")
	if user == "" {
		return nil, &guard.LockedError{}
	}
	return nil, &guard.LockedError{Holder: "run " + run + " of " + user}
}

var errLockLost = errors.New("the lock is not ours any more")

// Alive implements guard.Held: it renews the lock if it is still ours.
func (h *held) Alive(ctx context.Context) error {
	const renew = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`
	n, err := h.w.c.Eval(ctx, renew, []string{h.key}, h.value, lockFor.Milliseconds()).Int64()
	if err != nil {
		return h.w.fail("renew the lock", err)
	}
	if n == 0 {
		return h.w.refuse(report.Transient, "renew the lock", errLockLost, "this run was stopped for longer than the lock lives; run the same command again")
	}
	return nil
}

// Release implements guard.Held: it removes the lock if it is still ours.
func (h *held) Release(ctx context.Context) error {
	const release = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
	return h.w.fail("release the lock", h.w.c.Eval(ctx, release, []string{h.key}, h.value).Err())
}
