package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// lease is how long a lock stands that nobody renews. Clocks of two machines
// that run tenantcopy must agree better than that.
const lease = time.Minute

// lockRecord is the document that is the lock.
type lockRecord struct {
	Twin    string    `json:"twin"`
	Run     string    `json:"run"`
	User    string    `json:"user"`
	Expires time.Time `json:"expires"`
}

// held is a lock that is held. What it knows of the document lets it be
// renewed and removed only while nobody else has written it.
type held struct {
	s  *site
	h  guard.Holder
	id string

	mu             sync.Mutex
	seqNo, primary int64
}

// Lock creates the lock's document, or takes over one that has expired.
func (s *site) Lock(ctx context.Context, h guard.Holder) (guard.Held, error) {
	const op = "take the lock"
	if err := s.ready(ctx); err != nil {
		return nil, s.c.fail(op, err)
	}
	l := &held{s: s, h: h, id: markerID(h.Twin) + ".lock"}
	for {
		err := l.write(ctx, []string{markerIndex, "_create", l.id}, "")
		if err == nil {
			return l, nil
		}
		if !isStatus(err, http.StatusConflict) {
			return nil, s.c.fail(op, err)
		}
		old, err := s.get(ctx, l.id)
		if err != nil {
			return nil, s.c.fail(op, err)
		}
		if !old.Found {
			continue // given back between the two requests
		}
		var by lockRecord
		if err := json.Unmarshal(old.Source, &by); err != nil {
			return nil, s.c.fail(op, &report.Error{Code: report.Unsafe, Store: s.c.store, Side: s.c.side, Op: op, Err: errors.New("something that is no lock stands in its place")})
		}
		if h.Clock().Before(by.Expires) {
			return nil, &guard.LockedError{Holder: by.User + " (run " + by.Run + ")"}
		}
		l.seqNo, l.primary = old.SeqNo, old.Primary
		err = l.Alive(ctx)
		if errors.Is(err, errLockLost) {
			continue // another run was faster
		}
		if err != nil {
			return nil, err
		}
		return l, nil
	}
}

var errLockLost = errors.New("another run has taken the lock over")

// write stores the record and remembers its version.
func (l *held) write(ctx context.Context, path []string, condition string) error {
	body, err := encode(lockRecord{Twin: l.h.Twin, Run: l.h.Run, User: l.h.User, Expires: l.h.Clock().Add(lease)})
	if err != nil {
		return err
	}
	var answer record
	if err := l.s.c.ask(ctx, request{method: http.MethodPut, path: path, query: "refresh=true&pipeline=_none" + condition, body: body}, &answer); err != nil {
		return err
	}
	l.seqNo, l.primary = answer.SeqNo, answer.Primary
	return nil
}

// condition makes a write fail when the document is not the one last seen.
func (l *held) condition() string {
	return fmt.Sprintf("&if_seq_no=%d&if_primary_term=%d", l.seqNo, l.primary)
}

// Alive renews the lock. It tries for as long as the lock is certain to
// stand, so that a short absence of the server does not end the run.
func (l *held) Alive(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	seed := uint32(len(l.h.Run))
	for tries := 1; ; tries++ {
		err := l.write(ctx, []string{markerIndex, "_doc", l.id}, l.condition())
		switch {
		case err == nil:
			return nil
		case isStatus(err, http.StatusConflict), isStatus(err, http.StatusNotFound):
			if l.mine(ctx) {
				continue // the answer to our own write was lost
			}
			return l.s.c.fail("keep the lock", errLockLost)
		case !mayPass(err), tries >= pageTries:
			return l.s.c.fail("keep the lock", err)
		}
		if err := pause(ctx, tries, &seed); err != nil {
			return err
		}
	}
}

// mine looks whether the document is still this run's, and takes its version
// over if it is.
func (l *held) mine(ctx context.Context) bool {
	now, err := l.s.get(ctx, l.id)
	var by lockRecord
	if err != nil || !now.Found || json.Unmarshal(now.Source, &by) != nil || by.Run != l.h.Run {
		return false
	}
	l.seqNo, l.primary = now.SeqNo, now.Primary
	return true
}

// Release removes the lock's document, unless it is another run's by now.
func (l *held) Release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.s.c.ask(ctx, request{method: http.MethodDelete, path: []string{markerIndex, "_doc", l.id}, query: "refresh=true" + l.condition()}, nil)
	if isStatus(err, http.StatusConflict) || isStatus(err, http.StatusNotFound) {
		return nil
	}
	return l.s.c.fail("give the lock back", err)
}
