package clone

import (
	"context"
	"fmt"
	"sync"
)

// groups knows which groups of chunks are still under way. A chunk waits only
// for chunks that were listed before it. Each of these has a worker or is
// done, and the first of them waits for nobody, so waiting never locks up,
// with however few workers.
type groups struct {
	mu      sync.Mutex
	turns   int
	pending map[group]map[int]bool // turns of the chunks that are not done
	awaited map[group]string       // a chunk that has been listed to come after the group
	changed chan struct{}          // closed and replaced whenever a chunk is done
}

// group is a group of one store.
type group struct {
	store int
	name  string
}

func newGroups() *groups {
	return &groups{pending: make(map[group]map[int]bool), awaited: make(map[group]string), changed: make(chan struct{})}
}

// list gives a task its turn. A group that grows after a chunk was listed to
// come after it is an error of the adapter's: that chunk may be running.
func (g *groups) list(t *task) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turns++
	t.turn = g.turns
	own := group{t.store, t.Group}
	for _, name := range t.After {
		g.awaited[group{t.store, name}] = t.ID
	}
	if after, late := g.awaited[own]; late && t.Group != "" {
		return fmt.Errorf("list chunk %s: it joins group %s after %s, which comes after that group", t.ID, t.Group, after)
	}
	if g.pending[own] == nil {
		g.pending[own] = make(map[int]bool)
	}
	g.pending[own][t.turn] = true
	return nil
}

func (g *groups) done(t task) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.pending[group{t.store, t.Group}], t.turn)
	close(g.changed)
	g.changed = make(chan struct{})
}

// wait returns when all groups that t comes after are done.
func (g *groups) wait(ctx context.Context, t task) error {
	for {
		g.mu.Lock()
		busy, changed := false, g.changed
		for _, name := range t.After {
			busy = busy || len(g.pending[group{t.store, name}]) > 0
		}
		g.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
