package blob

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
)

// spares collects the destination's objects that the copy does not account
// for. While the listings are joined nobody knows yet what renamed objects
// are called, so names are written to lists at the destination as they come,
// found-…, and settled in Seal, which writes remove-… for Switch. Memory: a
// list, and 8 bytes for each name that the join did not match.
type spares struct {
	seed maphash.Seed

	mu       sync.Mutex
	names    []string
	bytes    int
	lists    int                 // found lists at the destination
	carried  map[string][]uint64 // by chunk: hashes of names the join did not match
	there    int64               // objects that the destination's listing had
	complete bool                // both listings were read to their ends
}

// listBytes is how long a list of names may get, listNames how many there are.
const (
	listBytes = 1 << 20
	listNames = 10_000
)

func newSpares() *spares {
	return &spares{seed: maphash.MakeSeed(), carried: make(map[string][]uint64)}
}

// reset begins a new join.
func (s *spares) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names, s.bytes, s.there, s.complete = nil, 0, 0, false
	s.lists = 0
	clear(s.carried)
}

func (s *spares) hash(name string) uint64 { return maphash.String(s.seed, name) }

// add notes names that may have to go, and writes a full list away.
func (s *spares) add(ctx context.Context, st *staged, names ...string) error {
	s.mu.Lock()
	var full []string
	list := 0
	for _, name := range names {
		s.names = append(s.names, name)
		s.bytes += len(name)
	}
	if s.bytes > listBytes || len(s.names) > listNames {
		full, list = s.names, s.lists
		s.names, s.bytes = nil, 0
		s.lists++
	}
	s.mu.Unlock()
	if full == nil {
		return nil
	}
	return st.writeList(ctx, "found", list, full)
}

// chunk notes the names that a chunk has written. A chunk that runs again
// replaces what it noted.
func (s *spares) chunk(id string, carried []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.carried[id] = carried
}

// end notes that both listings were read to their ends.
func (s *spares) end(there int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.there, s.complete = there, true
}

// allCarried returns all hashes of carried names, sorted; twice says that two
// objects have one name.
func (s *spares) allCarried() (hashes []uint64, twice bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.carried {
		hashes = append(hashes, list...)
	}
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		twice = twice || hashes[i] == hashes[i-1]
	}
	return hashes, twice
}

// listName names the n-th list of a run.
func listName(run, kind string, n int) own { return ownName(fmt.Sprintf("%s/%s-%06d", run, kind, n)) }

// writeList writes names as an object of ours.
func (st *staged) writeList(ctx context.Context, kind string, n int, names []string) error {
	text, err := json.Marshal(names)
	if err != nil {
		panic("encode names: " + err.Error()) // strings only
	}
	_, err = st.dst.note(ctx, listName(st.run, kind, n), text, condition{})
	return st.destination.fail("write a list of names", err)
}

// readList reads names back.
func (st *staged) readList(ctx context.Context, name own) ([]string, error) {
	text, err := readNote(ctx, st.dst, name)
	if err != nil {
		return nil, st.destination.fail("read a list of names", err)
	}
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return nil, st.destination.fail("read a list of names", errUnknown)
	}
	return names, nil
}
