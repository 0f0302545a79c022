package postgres

import (
	"fmt"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/clone"
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

// mostHelpers is how many workers a server may start for one index beside the
// session's own process.
const mostHelpers = 4

// setMemory is the statement that lets a transaction use so much. An index has
// as many helpers as the memory feeds, and as there are places that no other
// session of the run takes: where all are busy, helpers only take the
// processors from each other.
func (s *staged) setMemory(bytes int64) string {
	helpers := max(0, min(bytes/parallelShare-1, mostHelpers, int64(clone.DefaultWorkers-s.sessions.inUse())))
	return fmt.Sprintf("SET LOCAL maintenance_work_mem = '%dkB'; SET LOCAL max_parallel_maintenance_workers = %d", bytes>>10, helpers)
}
