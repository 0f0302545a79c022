package postgres

import (
	"fmt"
	"sync"
)

// memory is what the destination's server may use for building indexes and
// proving keys, all sessions of a run together: buildMemory, of which each
// gets what it can use as long as there is some, and never less than
// leastMemory. Six chunks in flight, the usual number, stay within it but for
// the least share.
type memory struct {
	mu   sync.Mutex
	left int64 // bytes
}

const (
	buildMemory = 1 << 30  // bytes
	leastMemory = 64 << 20 // bytes; what a server gives by default
)

func newMemory() *memory { return &memory{left: buildMemory} }

// take grants up to want bytes, at most half of what is left.
func (m *memory) take(want int64) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	got := max(min(want, m.left/2), leastMemory)
	m.left -= got
	return got
}

// give returns what take has granted.
func (m *memory) give(got int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left += got
}

// parallelShare is the memory for which a server starts one more worker for
// an index.
const parallelShare = 32 << 20

// setMemory is the statement that lets a transaction use so much. An index has
// as many workers beside its own process as the memory feeds, up to four.
func setMemory(bytes int64) string {
	return fmt.Sprintf("SET LOCAL maintenance_work_mem = '%dkB'; SET LOCAL max_parallel_maintenance_workers = %d", bytes>>10, min(bytes/parallelShare-1, 4))
}
