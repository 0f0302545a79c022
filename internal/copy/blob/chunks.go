package blob

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// group is the one group that objects are counted in. Reading the copy back,
// nobody can tell which pattern a renamed object matched.
const group = "objects"

// A chunk is so many objects or so many bytes, whichever comes first. Small
// chunks keep all workers busy with a small tenant.
const (
	chunkObjects = 50
	chunkBytes   = 256 << 20
)

// staged is the pair of two containers while a copy is under way.
type staged struct {
	name                string
	src                 container
	dst                 twoWay
	source, destination place
	run                 string
	stale               []string
	serving             bool // the twin serves a complete copy of ours

	wanted  *verify.Wanted // nil: values are not looked at before they are written
	plan    *anonymize.Plan
	objects *anonymize.Objects
	noPull  atomic.Bool // the server turned out not to fetch objects itself
	spares  *spares
	removed []uint64 // hashes of the names that the switch removes, sorted

	mu     sync.Mutex
	late   []string         // objects that others wrote since the listing
	unread map[string]int64 // kept bodies that the proof did not look into, by part

	standIns map[string]map[string]int64 // what no rule could read, by chunk and pattern
}

var (
	_ clone.Staged    = (*staged)(nil)
	_ clone.Inspected = (*staged)(nil)
	_ clone.Unreader  = (*staged)(nil)
	_ clone.Noter     = (*staged)(nil)
)

// Inspect implements clone.Inspected.
func (st *staged) Inspect(w *verify.Wanted) { st.wanted = w }

// Prepare makes the container, if it is missing, and removes what earlier
// runs left.
func (st *staged) Prepare(ctx context.Context, plan *anonymize.Plan) error {
	st.plan, st.objects = plan, plan.Objects(st.name)
	if err := st.dst.create(ctx); err != nil {
		return st.destination.fail("make the container", err)
	}
	return st.Discard(ctx)
}

// Chunks joins the two listings as they are read and cuts them into chunks.
func (st *staged) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return func(yield func(clone.Chunk, error) bool) {
		st.spares.reset()
		j := &join{src: cursor{c: st.src, at: st.source}, dst: cursor{c: st.dst, at: st.destination}}
		spare := func(name string) error { return st.spares.add(ctx, st, name) }
		for n := 1; ; n++ {
			batch, size, err := cut(ctx, j, spare)
			if err != nil {
				yield(clone.Chunk{}, err)
				return
			}
			if len(batch) == 0 {
				st.spares.end(j.there)
				return
			}
			if !yield(st.chunk(n, batch, size), nil) {
				return
			}
		}
	}
}

// cut takes the next objects of a join, as many as make a chunk.
func cut(ctx context.Context, j *join, spare func(string) error) (batch []match, size int64, err error) {
	for len(batch) < chunkObjects && size < chunkBytes {
		m, err := j.next(ctx, spare)
		if err != nil {
			return nil, 0, err
		}
		if m == nil {
			break
		}
		batch = append(batch, *m)
		size += m.src.Size
	}
	return batch, size, nil
}

// chunk makes the n-th chunk.
func (st *staged) chunk(n int, batch []match, size int64) clone.Chunk {
	id := fmt.Sprintf("%s/%06d", st.name, n)
	return clone.Chunk{ID: id, Bytes: size, Copy: func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
		c := &carrier{st: st, a: a, sink: sink{dst: st.dst, at: st.destination}}
		if st.wanted != nil {
			c.sink.in = st.wanted.NewInspector()
		}
		for _, m := range batch {
			if err := c.object(ctx, m); err != nil {
				return report.Tally{}, err
			}
		}
		st.spares.chunk(id, c.carried)
		st.note(id, c.standIns)
		return c.tally, st.spares.add(ctx, st, c.spare...)
	}}
}
