package redis

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// chunkKeys is how many keys make a chunk.
const chunkKeys = 500

// staged is a tenant's keys while they are being copied.
type staged struct {
	*reader
	sink  *link // for chunks: repeats nothing by itself
	dst   *link // for all else
	names naming
	stale []string // earlier runs whose leftovers may lie about

	plan  *anonymize.Plan
	seed  maphash.Seed // of the hashes that tell the source's keys apart
	typed atomic.Bool  // the destination cannot restore the source's payloads

	spareMu sync.Mutex
	spare   []*anonymize.Anonymizer
}

func newStaged(r *reader, sink, dst *link, names naming, stale []string) *staged {
	return &staged{reader: r, sink: sink, dst: dst, names: names, stale: stale, seed: maphash.MakeSeed()}
}

// Prepare implements clone.Store: it connects, and removes what stale runs
// and an earlier try of this one have left.
func (s *staged) Prepare(ctx context.Context, plan *anonymize.Plan) error {
	s.plan = plan
	if err := s.dst.connect(ctx, s.names.prefix); err != nil {
		return err
	}
	s.sink.old = s.dst.old
	for _, run := range append([]string{s.names.run}, s.stale...) {
		if err := s.forget(ctx, s.ofRun(run)); err != nil {
			return err
		}
	}
	if len(s.stale) > 0 {
		return s.sweep(ctx, s.stale)
	}
	return nil
}

// Chunks implements clone.Store: one SCAN, cut as it goes. A key that it
// returns twice is written once, by the chunk that claims its name first.
func (s *staged) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return func(yield func(clone.Chunk, error) bool) {
		var keys []string
		n := 0
		emit := func(batch []string) bool {
			n++
			id := fmt.Sprintf("%s/%06d", s.src.store, n)
			return yield(clone.Chunk{ID: id, Copy: func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
				return s.copy(ctx, a, id, batch)
			}}, nil)
		}
		for page, err := range s.src.keysOf(ctx, glob(s.prefix)) {
			if err != nil {
				yield(clone.Chunk{}, err)
				return
			}
			for _, key := range page {
				if strings.HasPrefix(key, s.prefix) {
					keys = append(keys, key)
				}
			}
			for len(keys) >= chunkKeys {
				if !emit(keys[:chunkKeys:chunkKeys]) {
					return
				}
				keys = keys[chunkKeys:]
			}
		}
		if len(keys) > 0 {
			emit(keys)
		}
	}
}

// copy does the work of a chunk and cuts its connections when it is
// cancelled, so that it does not wait for a server that hangs.
func (s *staged) copy(ctx context.Context, a *anonymize.Anonymizer, id string, keys []string) (report.Tally, error) {
	w := newWriter(s.sink, s.names, id)
	err := parallel.With(ctx, func(inner context.Context) error {
		<-inner.Done()
		if ctx.Err() != nil {
			s.src.open.cut()
			s.sink.open.cut()
		}
		return nil
	}, func(ctx context.Context) error { return s.carry(ctx, a, w, keys) })
	switch {
	case err == nil:
		return w.tally, nil
	case ctx.Err() != nil: // the cause may be another chunk's error
		return report.Tally{}, inChunk(s.sink.fail("copy keys", context.Canceled), id)
	}
	if errors.Is(err, errOldServer) && s.typed.CompareAndSwap(false, true) {
		err = s.sink.refuse(report.Transient, "write keys", errOldServer, "they are written by their types instead")
	}
	return report.Tally{}, inChunk(s.sink.fail("copy keys", err), id)
}

// inChunk names the chunk in an error.
func inChunk(err error, id string) error {
	e, ok := errors.AsType[*report.Error](err)
	if !ok {
		return err
	}
	named := *e
	named.Chunk = id
	return &named
}

// carry claims the names of the keys, asks what they are and carries them.
func (s *staged) carry(ctx context.Context, a *anonymize.Anonymizer, w *writer, keys []string) error {
	rules := s.plan.Keys(s.src.store)
	jobs, err := s.look(ctx, w, rules, keys)
	if err != nil {
		return err
	}
	var asked []string
	var at []int
	for i, j := range jobs {
		if j.slot != nil && j.slot.owned {
			asked, at = append(asked, j.key), append(at, i)
		}
	}
	facts, err := s.src.facts(ctx, asked)
	if err != nil {
		return s.src.fail("read keys", err)
	}
	for i, f := range facts {
		jobs[at[i]].fact = f
	}
	c := &carrier{src: s.src, prefix: s.prefix, keys: rules, a: a, w: w, typed: s.typed.Load()}
	return c.carry(ctx, jobs)
}

// look finds out what becomes of each key before any value is read, so that
// values can be asked for in pipelines: with an Anonymizer of its own, whose
// counts nobody reads, and whose answers are those that the chunk's own will
// give. Names are claimed on the way.
func (s *staged) look(ctx context.Context, w *writer, rules *anonymize.Keys, keys []string) ([]job, error) {
	ahead := s.borrow()
	defer s.giveBack(ahead)
	jobs := make([]job, 0, len(keys))
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if seen[key] { // one page of SCAN may name a key twice
			continue
		}
		seen[key] = true
		k, err := ahead.Key(rules, []byte(key[len(s.prefix):]))
		if err != nil {
			return nil, &report.Error{Code: report.CodeOf(err), Store: s.src.store, Side: report.Source, Op: "apply rules to keys", Err: err}
		}
		j := job{key: key, fate: k.Fate, rule: k.Group}
		if k.Fate == anonymize.Keep || k.Fate == anonymize.Rewrite {
			j.slot = w.claim(ctx, k, maphash.String(s.seed, key))
		}
		jobs = append(jobs, j)
	}
	collision, err := w.settle(ctx)
	if err != nil {
		return nil, err
	}
	if collision != nil {
		rule := collision.entry.rule
		return nil, s.src.refuse(report.Incompatible, "rename keys matching "+rule, errCollision, "give $key of "+rule+" a rule that keeps names apart, or drop these keys")
	}
	return jobs, nil
}

func (s *staged) borrow() *anonymize.Anonymizer {
	s.spareMu.Lock()
	defer s.spareMu.Unlock()
	if n := len(s.spare); n > 0 {
		a := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return a
	}
	return s.plan.New()
}

func (s *staged) giveBack(a *anonymize.Anonymizer) {
	s.spareMu.Lock()
	defer s.spareMu.Unlock()
	s.spare = append(s.spare, a)
}
