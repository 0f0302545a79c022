package clone

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// tries is how often a chunk is tried when its errors are transient, and
// firstPause the wait before the second try; each further wait is four times
// as long.
const (
	tries      = 3
	firstPause = 500 * time.Millisecond
)

// task is a chunk of one store.
type task struct {
	Chunk
	store  int
	awaits int // groups that it is still kept aside for
}

// copy carries all chunks of all stores, Workers at once, and then refuses if
// content without a rule was met.
func (r *run) copy(ctx context.Context) error {
	workers := make([]*anonymize.Anonymizer, r.Workers)
	for i := range workers {
		workers[i] = r.plan.New()
	}
	ctx, cancel := context.WithCancelCause(ctx) // also ends listings, which may be slow, when a chunk has failed
	defer cancel(nil)
	var mu sync.Mutex // tallies and unfit
	unfit := make(misfits)
	groups := newGroups()
	carry := func(ctx context.Context, worker int, t task) error {
		tally, err := r.try(ctx, t, workers[worker])
		if err != nil {
			return err
		}
		mu.Lock()
		r.tallies[t.store].Add(tally)
		unfit.add(r.Readers[t.store].Name(), t.ID, workers[worker].Misfits())
		mu.Unlock()
		r.events.emit(report.Event{Phase: report.Copy, Store: r.Readers[t.store].Name(), Chunk: t.ID, Tally: &tally})
		groups.done(t)
		return nil
	}
	err := parallel.Each(ctx, r.Workers, r.tasks(ctx, groups), func(ctx context.Context, worker int, t task) error {
		err := parallel.Protect(func() error { return carry(ctx, worker, t) })
		if err != nil {
			cancel(err)
		}
		return err
	})
	r.noteMisfits(unfit)
	if err != nil && (report.CodeOf(err) != report.Incompatible || len(unfit.sorted(false)) == 0) {
		return err
	}
	return errors.Join(r.refuseContent(workers, unfit), err) // what was not written may be what an index misses
}

// try carries one chunk, again while its errors are transient.
func (r *run) try(ctx context.Context, t task, a *anonymize.Anonymizer) (report.Tally, error) {
	pause := firstPause
	for n := 1; ; n++ {
		before := a.Counts()
		a.Misfits() // of a try before, or of a chunk that failed
		var tally report.Tally
		err := parallel.Protect(func() (err error) {
			if err = r.allowed(ctx); err == nil {
				tally, err = t.Copy(ctx, a)
			}
			return err
		})
		if err == nil {
			did := a.Counts().Sub(before)
			tally.Kept += did.Kept
			tally.Changed += did.Changed
			tally.Dropped += did.Dropped
			return tally, nil
		}
		_, decided := errors.AsType[*report.Refusal](err) // of the same state it would be decided again
		if n == tries || decided || errors.Is(err, guard.ErrLost) || !report.IsTransient(err) || ctx.Err() != nil {
			return report.Tally{}, r.named(err, t)
		}
		r.events.emit(report.Event{Phase: report.Copy, Store: r.Readers[t.store].Name(), Chunk: t.ID, Note: fmt.Sprintf("try %d of %d: %s", n+1, tries, report.CodeOf(err))})
		if err := r.Sleep(ctx, pause); err != nil {
			return report.Tally{}, err
		}
		pause *= 4
	}
}

// named makes sure that an error says in which chunk it happened.
func (r *run) named(err error, t task) error {
	if e, ok := errors.AsType[*report.Error](err); ok && e.Chunk != "" {
		return err
	}
	if _, ok := errors.AsType[*report.Refusal](err); ok {
		return err
	}
	return &report.Error{Code: report.CodeOf(err), Store: r.Readers[t.store].Name(), Op: "copy", Chunk: t.ID, Err: err}
}

// tasks hands out the chunks of all stores in turn, so that no server waits for
// another's list to end. One that comes after chunks under way is kept aside
// until these are done, and then goes first.
func (r *run) tasks(ctx context.Context, groups *groups) iter.Seq2[task, error] {
	return func(yield func(task, error) bool) {
		lists, stop := r.openLists(ctx)
		defer stop()
		for at := 0; ; {
			if t, ok := groups.next(); ok {
				if !yield(t, nil) {
					return
				}
				continue
			}
			if len(lists) == 0 {
				more, err := groups.wait(ctx)
				if err != nil {
					yield(task{}, err)
				}
				if err != nil || !more {
					return
				}
				continue
			}
			at %= len(lists)
			c, err, ok := lists[at].next()
			if !ok {
				lists = append(lists[:at], lists[at+1:]...)
				continue
			}
			t, free := task{Chunk: c, store: lists[at].store}, true
			if err == nil {
				free, err = groups.list(&t)
			}
			if (free || err != nil) && !yield(t, err) || err != nil {
				return
			}
			at++
		}
	}
}

// list is the list of one store's chunks, as it is being read.
type list struct {
	next  func() (Chunk, error, bool)
	store int
}

// openLists begins to read the lists of all stores.
func (r *run) openLists(ctx context.Context) (lists []list, stop func()) {
	var stops []func()
	for i, s := range r.staged {
		next, stop := iter.Pull2(s.Chunks(ctx))
		stops = append(stops, stop)
		lists = append(lists, list{next, i})
	}
	return lists, func() {
		for _, stop := range stops {
			stop()
		}
	}
}
