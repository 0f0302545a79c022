package postgres

import (
	"maps"
	"slices"
	"sync"
)

// learned is what the copy finds out on its way and the report must say.
type learned struct {
	mu    sync.Mutex
	notes map[string]bool
}

// add notes something, once.
func (l *learned) add(note string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.notes == nil {
		l.notes = make(map[string]bool)
	}
	l.notes[note] = true
}

// all returns the notes in order.
func (l *learned) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.notes))
}
