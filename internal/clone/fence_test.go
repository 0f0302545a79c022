package clone_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// The fence is asked before every phase, every chunk and every store that is
// made live: once it refuses, none of them begins, and nothing is tried again
// or discarded.
func TestFence(t *testing.T) {
	refusal := &report.Error{Code: report.Transient, Op: "keep lease", Err: errors.New("expired")}
	for _, after := range []string{"survey", "prepare", "copy 1", "copy 2", "seal", "unplant", "switch"} {
		b := newBench(t)
		b.job.Workers = 1
		b.stores[0].chunks = []clone.Chunk{b.stores[0].chunk("1", ""), b.stores[0].chunk("2", ""), b.stores[0].chunk("3", "")}
		var mu sync.Mutex // stores are surveyed side by side
		closed, steps := false, 0
		for _, s := range b.stores {
			s.at = func(_ context.Context, at string) error {
				mu.Lock()
				defer mu.Unlock()
				if closed && at != "into" {
					steps++
				}
				closed = closed || (at == after && s == b.stores[0])
				return nil
			}
		}
		b.job.Fence = func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			if closed {
				return fmt.Errorf("%w: %w", guard.ErrLost, refusal)
			}
			return nil
		}
		m, err := b.run(t.Context(), t)
		if after == "switch" && b.stores[0].name == "postgres" { // the last store: nothing comes after it
			if err != nil {
				t.Errorf("after the last switch: %v", err)
			}
			continue
		}
		if !errors.Is(err, guard.ErrLost) || report.CodeOf(err) != report.Transient || m.Result != string(report.Transient) {
			t.Errorf("after %s: %v, result %q", after, err, m.Result)
		}
		if strings.HasPrefix(after, "copy") && steps > 0 {
			t.Errorf("after %s the fence was closed, and %d steps were taken:\n%s", after, steps, b)
		}
		for _, k := range kinds {
			if b.index(k+" discard") >= 0 || b.index(k+" switch") >= 0 {
				t.Errorf("after %s: %s was touched behind the fence", after, k)
			}
		}
	}
}
