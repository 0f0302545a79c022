package clone

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
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
	store int
}

// copy carries all chunks of all stores, Workers at once, and then refuses if
// content without a rule was met.
func (r *run) copy(ctx context.Context) error {
	workers := make([]*anonymize.Anonymizer, r.Workers)
	for i := range workers {
		workers[i] = r.plan.New()
	}
	var mu sync.Mutex // tallies
	groups := newGroups()
	err := parallel.Each(ctx, r.Workers, r.tasks(ctx, groups), func(ctx context.Context, worker int, t task) error {
		if err := groups.wait(ctx, t); err != nil {
			return err
		}
		tally, err := r.try(ctx, t, workers[worker])
		if err != nil {
			return err
		}
		groups.done(t)
		mu.Lock()
		r.tallies[t.store].Add(tally)
		mu.Unlock()
		r.events.emit(report.Event{Phase: report.Copy, Store: r.Readers[t.store].Name(), Chunk: t.ID, Tally: &tally})
		return nil
	})
	if err != nil {
		return err
	}
	return r.refuseFindings(workers)
}

// try carries one chunk, again while its errors are transient.
func (r *run) try(ctx context.Context, t task, a *anonymize.Anonymizer) (report.Tally, error) {
	pause := firstPause
	for n := 1; ; n++ {
		before := a.Counts()
		var tally report.Tally
		err := parallel.Protect(func() (err error) {
			tally, err = t.Copy(ctx, a)
			return err
		})
		if err == nil {
			did := a.Counts().Sub(before)
			tally.Kept, tally.Changed, tally.Dropped = did.Kept, did.Changed, did.Dropped
			return tally, nil
		}
		if n == tries || !report.IsTransient(err) || ctx.Err() != nil {
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

// tasks lists the chunks of all stores in turn, so that no server waits for
// another's list to end.
func (r *run) tasks(ctx context.Context, groups *groups) iter.Seq2[task, error] {
	return func(yield func(task, error) bool) {
		type source struct {
			next func() (Chunk, error, bool)
			i    int
		}
		var open []source
		for i, s := range r.staged {
			next, stop := iter.Pull2(s.Chunks(ctx))
			defer stop()
			open = append(open, source{next, i})
		}
		for at := 0; len(open) > 0; {
			at %= len(open)
			c, err, ok := open[at].next()
			if !ok {
				open = append(open[:at], open[at+1:]...)
				continue
			}
			t := task{c, open[at].i}
			groups.list(t)
			if !yield(t, err) || err != nil {
				return
			}
			at++
		}
	}
}

// refuseFindings ends a copy that met content without a rule.
func (r *run) refuseFindings(workers []*anonymize.Anonymizer) error {
	var lists [][]anonymize.Finding
	for _, a := range workers {
		lists = append(lists, a.Findings())
	}
	found := anonymize.MergeFindings(lists...)
	if len(found) == 0 {
		return nil
	}
	var times int64
	for _, f := range found {
		times += f.Count
	}
	return &report.Refusal{Code: report.Privacy, What: "copy by " + r.Rules.File, Why: fmt.Sprintf("%d places in the content have no rule (met %d times); nothing was switched", len(found), times),
		Lines: anonymize.PasteLines(found), Hint: "give each line above a verb and add it to " + r.Rules.File + "; a path inside {json: …} goes into that mapping"}
}

// groups knows which groups of chunks are still under way. A chunk waits only
// for groups that were listed before it, whose chunks all have a worker or are
// done, so waiting never locks up.
type groups struct {
	mu      sync.Mutex
	pending map[string]int
	changed chan struct{} // closed and replaced whenever a chunk is done
}

func newGroups() *groups {
	return &groups{pending: make(map[string]int), changed: make(chan struct{})}
}

func (g *groups) key(t task, group string) string { return fmt.Sprint(t.store, "/", group) }

func (g *groups) list(t task) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending[g.key(t, t.Group)]++
}

func (g *groups) done(t task) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending[g.key(t, t.Group)]--
	close(g.changed)
	g.changed = make(chan struct{})
}

// wait returns when all groups that t comes after are done.
func (g *groups) wait(ctx context.Context, t task) error {
	for {
		g.mu.Lock()
		busy, changed := false, g.changed
		for _, group := range t.After {
			busy = busy || g.pending[g.key(t, group)] > 0
		}
		g.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
