package blob

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// site is one store of a destination.
type site struct {
	prober
	dst twoWay
}

var _ guard.Site = (*site)(nil)

// Site opens one store of a destination for guard. It does not connect.
func Site(_ context.Context, dst guard.SiteAddress) (guard.Site, error) {
	at, err := parseAddress(dst.Store)
	if err != nil {
		return nil, err
	}
	d := newDoor(false)
	c, err := connect(at, dst.Store, dst.Session, d)
	if err != nil {
		return nil, err
	}
	return &site{prober{name: dst.Store.Name, at: at, c: c, door: d, place: place{dst.Store.Name, report.Destination, at.hostPort()}}, c}, nil
}

// Mark implements guard.Site: Azure's marker is metadata of the container,
// S3's an object. A container that is not there is made.
func (s *site) Mark(ctx context.Context, m guard.Marker) error {
	if err := s.dst.create(ctx); err != nil {
		return s.place.fail("make the container", err)
	}
	return s.place.fail("write the marker", s.dst.mark(ctx, m.Encode()))
}

// Unmark implements guard.Site. A container that was made for the marker
// stays, empty: Azure lets nobody make one of a name that was just removed.
func (s *site) Unmark(ctx context.Context) error {
	st, err := s.c.state(ctx)
	if err == nil && st.exists && st.marker != "" {
		err = s.dst.unmark(ctx)
	}
	return s.place.fail("remove the marker", err)
}

// lockLasts is how long a lock stands without being renewed.
const lockLasts = 3 * time.Minute

// lockText is the content of the lock.
type lockText struct {
	Twin    string    `json:"twin"`
	Run     string    `json:"run"`
	User    string    `json:"user"`
	Expires time.Time `json:"expires"`
}

// held is the lock of a tenant that has no database to hold one: an object
// that only one run can create, with an expiry that Alive moves.
type held struct {
	s   *site
	h   guard.Holder
	mu  sync.Mutex
	tag string // ETag of the lock as we wrote it
}

var errLockLost = errors.New("another run has taken the lock")

// Lock implements guard.Site. Whoever finds an expired lock takes it over.
func (s *site) Lock(ctx context.Context, h guard.Holder) (guard.Held, error) {
	if err := s.dst.create(ctx); err != nil {
		return nil, s.place.fail("make the container", err)
	}
	l := &held{s: s, h: h}
	for range 3 {
		err := l.write(ctx, condition{absent: true})
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, errTaken) && !errors.Is(err, errChanged) {
			return nil, s.place.fail("take the lock", err)
		}
		there, err := s.dst.head(ctx, ownName(lockName).name)
		if errors.Is(err, errGone) {
			continue // released just now
		}
		if err != nil {
			return nil, s.place.fail("take the lock", err)
		}
		text, err := s.readLock(ctx)
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return nil, s.place.fail("take the lock", err)
		}
		if h.Clock().Before(text.Expires) {
			return nil, &guard.LockedError{Holder: text.User + " (run " + text.Run + ")"}
		}
		if err := l.write(ctx, condition{etag: there.ETag}); err == nil {
			return l, nil
		} else if !errors.Is(err, errChanged) && !errors.Is(err, errGone) {
			return nil, s.place.fail("take over an expired lock", err)
		}
	}
	return nil, &guard.LockedError{}
}

func (s *site) readLock(ctx context.Context) (lockText, error) {
	raw, err := readNote(ctx, s.dst, ownName(lockName))
	if err != nil {
		return lockText{}, err
	}
	var text lockText
	if json.Unmarshal(raw, &text) != nil {
		return lockText{}, errUnknown
	}
	return text, nil
}

// write puts the lock there with a new expiry.
func (l *held) write(ctx context.Context, when condition) error {
	text, err := json.Marshal(lockText{Twin: l.h.Twin, Run: l.h.Run, User: l.h.User, Expires: l.h.Clock().Add(lockLasts)})
	if err != nil {
		panic("encode lock: " + err.Error()) // strings and a time only
	}
	tag, err := l.s.dst.note(ctx, ownName(lockName), text, when)
	if err == nil {
		l.tag = tag
	}
	return err
}

// Alive implements guard.Held: it renews the lock over our own version of it.
func (l *held) Alive(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.write(ctx, condition{etag: l.tag})
	if errors.Is(err, errChanged) || errors.Is(err, errGone) {
		err = &report.Error{Code: report.Transient, Store: l.s.name, Side: report.Destination, Op: "keep the lock", Err: errLockLost}
	}
	return l.s.place.fail("keep the lock", err)
}

// Release implements guard.Held. A lock that is no longer ours stays.
func (l *held) Release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, err := l.s.readLock(ctx)
	if errors.Is(err, errGone) || err == nil && text.Run != l.h.Run {
		return nil
	}
	if err == nil {
		err = l.s.dst.remove(ctx, ownName(lockName).name)
	}
	return l.s.place.fail("release the lock", err)
}
