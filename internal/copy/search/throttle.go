package search

import (
	"context"
	"sync"
)

// inFlight is how many bulk requests one store has under way when the
// configuration does not say.
const inFlight = 8

// throttle bounds the bulk requests under way on one server. The bound falls
// by half when the server says that it is overloaded and rises by one for
// each round of requests that it took.
type throttle struct {
	mu    sync.Mutex
	most  float64
	limit float64
	busy  int
	freed chan struct{} // closed and replaced when a request has ended
}

func newThrottle(connections int) *throttle {
	most := float64(inFlight)
	if connections > 0 {
		most = float64(connections)
	}
	return &throttle{most: most, limit: most, freed: make(chan struct{})}
}

// enter waits until a request may be sent.
func (t *throttle) enter(ctx context.Context) error {
	for {
		t.mu.Lock()
		if float64(t.busy) < t.limit {
			t.busy++
			t.mu.Unlock()
			return nil
		}
		freed := t.freed
		t.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// leave says that a request has ended, and whether the server was overloaded.
func (t *throttle) leave(overloaded bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy--
	if overloaded {
		t.limit = max(t.limit/2, 1)
	} else {
		t.limit = min(t.limit+1/t.limit, t.most)
	}
	close(t.freed)
	t.freed = make(chan struct{})
}
