package copytest

import (
	"context"
	"iter"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// NoVerify wraps a store so that the proof reads nothing of it back and finds
// what it expects. It is for benchmarks and laws that copy real addresses with
// keep rules; the shape test forbids it anywhere else.
func NoVerify(r clone.Reader) clone.Reader { return blindReader{r} }

type blindReader struct{ clone.Reader }

func (r blindReader) Into(dst guard.Destination) (clone.Staged, error) {
	s, err := r.Reader.Into(dst)
	return &blind{inspected: inspected{s}, groups: make(map[string]int64)}, err
}

// blind repeats to the proof what the copy has counted.
type blind struct {
	inspected
	mu      sync.Mutex
	groups  map[string]int64 // records, by group
	control verify.Control
}

func (b *blind) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return mapChunks(b.Staged.Chunks(ctx), func(c clone.Chunk) clone.Chunk {
		copy := c.Copy
		c.Copy = func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
			tally, err := copy(ctx, a)
			if err == nil {
				b.mu.Lock()
				defer b.mu.Unlock()
				for group, n := range tally.Groups {
					b.groups[group] += n
				}
				tally.Sums = nil // nothing is read that could be summed
			}
			return tally, err
		}
		return c
	})
}

func (b *blind) Plant(_ context.Context, c verify.Control) error {
	b.control = c
	return nil
}

func (b *blind) Parts(context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		yield(verify.Part{ID: "nothing", Scan: func(_ context.Context, in *verify.Inspector) error {
			for group, n := range b.groups {
				for range n {
					in.Record(group)
				}
			}
			in.Value("control", "value", []byte(b.control.Value))
			return nil
		}}, nil)
	}
}
