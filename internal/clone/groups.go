package clone

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
)

// groups knows which groups of chunks are still under way, and keeps the
// chunks that come after one aside: they hold no worker. A chunk comes only
// after chunks that were listed before it, so the first of those under way or
// ready waits for nobody, and waiting never locks up, with however few
// workers.
type groups struct {
	mu      sync.Mutex
	pending map[group]int     // chunks that are listed and not done
	awaited map[group]string  // a chunk that has been listed to come after the group
	waiting map[group][]*task // chunks that are kept aside for it
	aside   int               // chunks kept aside
	ready   byBytes           // chunks that were, and may start now
	changed chan struct{}     // closed and replaced whenever a chunk becomes ready
}

// group is a group of one store.
type group struct {
	store int
	name  string
}

func newGroups() *groups {
	return &groups{pending: make(map[group]int), awaited: make(map[group]string), waiting: make(map[group][]*task), changed: make(chan struct{})}
}

// list takes a chunk in and reports whether it may start at once; if not, next
// hands it out later. A group that grows after a chunk was listed to come
// after it is an error of the adapter's: that chunk may be running.
func (g *groups) list(t *task) (free bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := group{t.store, t.Group}
	for _, name := range t.After {
		g.awaited[group{t.store, name}] = t.ID
	}
	if after, late := g.awaited[own]; late && t.Group != "" {
		return false, fmt.Errorf("list chunk %s: it joins group %s after %s, which comes after that group", t.ID, t.Group, after)
	}
	g.pending[own]++
	for _, name := range t.After {
		if other := (group{t.store, name}); g.pending[other] > 0 {
			t.awaits++
			g.waiting[other] = append(g.waiting[other], t)
		}
	}
	if t.awaits > 0 {
		g.aside++
	}
	return t.awaits == 0, nil
}

// done frees the chunks that waited for t's group, if t was its last.
func (g *groups) done(t task) {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := group{t.store, t.Group}
	if g.pending[own]--; g.pending[own] > 0 {
		return
	}
	for _, w := range g.waiting[own] {
		if w.awaits--; w.awaits == 0 {
			g.aside--
			heap.Push(&g.ready, *w)
		}
	}
	delete(g.waiting, own)
	close(g.changed)
	g.changed = make(chan struct{})
}

// next hands out the largest chunk that was kept aside and may start now: what
// others still wait for goes before what is first read.
func (g *groups) next() (task, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.ready) == 0 {
		return task{}, false
	}
	return heap.Pop(&g.ready).(task), true
}

// wait returns when a chunk may have become ready; false when none is aside.
func (g *groups) wait(ctx context.Context) (bool, error) {
	g.mu.Lock()
	aside, ready, changed := g.aside, len(g.ready), g.changed
	g.mu.Unlock()
	if ready > 0 || aside == 0 {
		return ready > 0, nil
	}
	select {
	case <-changed:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// byBytes is a heap with the largest chunk on top.
type byBytes []task

func (b byBytes) Len() int           { return len(b) }
func (b byBytes) Less(i, j int) bool { return b[i].Bytes > b[j].Bytes }
func (b byBytes) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

// Push implements heap.Interface.
func (b *byBytes) Push(t any) { *b = append(*b, t.(task)) }

// Pop implements heap.Interface.
func (b *byBytes) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}
