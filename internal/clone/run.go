package clone

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

const (
	lockInterval  = 3 * time.Second  // how often the lock is looked after
	lastWords     = 2 * time.Second  // how long the copy may still fail for a better reason than a lost lock
	discardWithin = 60 * time.Second // how long cleaning up after a failure may take
)

// run is the state of one Run.
type run struct {
	Job
	events   events
	surveys  []Survey
	staged   []Staged
	plan     *anonymize.Plan
	people   *person.Index
	wanted   *verify.Wanted
	tallies  []report.Tally // by store
	notes    [][]string     // by store
	prepared bool           // something may have been staged
	manifest report.Manifest
}

// Run copies a tenant: its body is the list of phases. It returns the
// manifest in every case; the error is nil only when everything was copied,
// proved and made live.
//
// A failure before the switch discards what was staged and leaves the old
// twin serving. A failure from the switch on leaves the marker at switching,
// and the next command finishes it with Finish; an interrupt is then obeyed
// between two stores only. After the lock was lost nothing is touched any
// more, since another run may hold the twin.
func Run(ctx context.Context, job Job) (report.Manifest, error) {
	if job.Workers < 1 {
		job.Workers = DefaultWorkers
	}
	job.Epoch = max(job.Epoch, 1)
	r := &run{Job: job, events: events{sink: job.Events, clock: job.Clock}}
	r.manifest = r.newManifest()
	err := parallel.With(ctx, r.watchAll, r.stage)
	if err == nil {
		err = r.finish(ctx)
	} else if !errors.Is(err, guard.ErrLost) {
		if failed := r.discard(ctx, codeOf(ctx, err)); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	r.finishManifest(ctx, err)
	return r.manifest, err
}

// watch keeps the lock.
func (r *run) watch(ctx context.Context) error { return r.Destination.Watch(ctx, lockInterval) }

// watchToTheLast is watch for as long as staged data is written: a server that
// goes down takes the lock with it, and those who were writing may have been
// told why, a full disk for one. So their last words come first.
func (r *run) watchToTheLast(ctx context.Context) error {
	err := r.watch(ctx)
	if err != nil {
		_ = parallel.Sleep(ctx, lastWords)
	}
	return err
}

// watchAll keeps the lock, and looks after what the sources hold.
func (r *run) watchAll(ctx context.Context) error {
	watches := []func(context.Context) error{r.watchToTheLast}
	for _, reader := range r.Readers {
		if w, ok := reader.(Watcher); ok {
			watches = append(watches, w.Watch)
		}
	}
	return parallel.All(ctx, len(watches), len(watches), func(ctx context.Context, i int) error { return watches[i](ctx) })
}

// phase is one step of the run.
type phase struct {
	name report.Phase
	do   func(context.Context) error
}

// stage is the run up to the switch, in order.
func (r *run) stage(ctx context.Context) error {
	for _, p := range []phase{
		{report.Survey, r.survey},
		{report.People, r.readPeople},
		{report.Compile, r.compile},
		{report.Prepare, r.prepare},
		{report.Copy, r.copy},
		{report.Seal, r.seal},
		{report.Hooks, r.hooks},
		{report.Verify, r.verify},
	} {
		if err := r.phase(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// finish makes the staged copies live. An error of the announcement is still
// one before the switch.
func (r *run) finish(ctx context.Context) error {
	switching := false
	err := r.phase(ctx, phase{report.Switch, func(ctx context.Context) error {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := r.ready(ctx); err != nil {
			return err
		}
		if err := r.Destination.Holds(ctx); err != nil {
			return err
		}
		switching = true
		return holding(ctx, r.Destination, r.makeLive)
	}})
	if switching || err == nil || errors.Is(err, guard.ErrLost) {
		return err
	}
	return errors.Join(err, r.discard(ctx, codeOf(ctx, err)))
}

// phase runs one step, says so and takes its time. What a step reports after
// the run was cut off is mostly an echo of that, so the cause is told instead;
// a refusal is a decision and stands.
func (r *run) phase(ctx context.Context, p phase) error {
	started := r.Clock()
	r.events.emit(report.Event{Phase: p.name})
	err := parallel.Protect(func() error {
		if err := r.allowed(ctx); err != nil {
			return err
		}
		return p.do(ctx)
	})
	if cause := context.Cause(ctx); cause != nil && p.name != report.Switch {
		if _, refused := errors.AsType[*report.Refusal](err); !refused {
			err = cause
		}
	}
	r.manifest.Phases = append(r.manifest.Phases, report.PhaseTime{Phase: p.name, Seconds: r.Clock().Sub(started).Seconds()})
	if err == nil {
		r.events.emit(report.Event{Phase: p.name, Done: true})
	}
	return err
}

// allowed asks the fence.
func (r *run) allowed(ctx context.Context) error {
	if r.Fence == nil {
		return nil
	}
	return r.Fence(ctx)
}

// ready asks whether the twin may be switched now. The answer may take its
// time: the lock is looked after meanwhile, and the fence is asked once more.
func (r *run) ready(ctx context.Context) error {
	if r.Ready == nil {
		return nil
	}
	if err := parallel.With(ctx, r.watch, r.Ready); err != nil {
		return err
	}
	return r.allowed(ctx)
}

// survey opens the first store's snapshot before it looks at the others: what
// the database refers to is then read after it.
func (r *run) survey(ctx context.Context) error {
	r.surveys = make([]Survey, len(r.Readers))
	r.tallies = make([]report.Tally, len(r.Readers))
	r.notes = make([][]string, len(r.Readers))
	one := func(ctx context.Context, i int) error {
		s, err := r.Readers[i].Survey(ctx)
		if err != nil {
			return err
		}
		r.surveys[i], r.notes[i] = s, s.Notes
		r.events.emit(report.Event{Phase: report.Survey, Store: r.Readers[i].Name(), Total: s.Bytes, Done: true})
		return nil
	}
	if len(r.Readers) == 0 {
		return nil
	}
	if err := one(ctx, 0); err != nil {
		return err
	}
	for _, reader := range r.People {
		if _, err := reader.Survey(ctx); err != nil {
			return err
		}
	}
	return parallel.All(ctx, len(r.Readers), len(r.Readers)-1, func(ctx context.Context, i int) error { return one(ctx, i+1) })
}

// compile makes the plan, or refuses with all reasons at once. It also
// readies the proof's search, before anything is written.
func (r *run) compile(ctx context.Context) error {
	var in anonymize.Input
	for _, s := range r.surveys {
		in.Fields = append(in.Fields, s.Fields...)
		in.Texts = append(in.Texts, s.Texts...)
		in.Demands.Add(s.Demands)
	}
	in.Rules, in.Lock, in.Locking, in.People, in.Names, in.Places, in.Vars = r.Rules, r.Lock, r.Locking, r.people, r.Names, r.Places, r.Vars
	in.Keys = r.Root.Keyring(r.Destination.Origin(), r.Epoch)
	plan, err := anonymize.Compile(in)
	r.plan = plan
	r.wanted = verify.NewWanted(r.people, r.Random.Control, r.Random.LeakKey)
	if err != nil {
		return err
	}
	return r.fit(ctx)
}

// fit tries the plan on the stores' schemas, and refuses what they would.
func (r *run) fit(ctx context.Context) error {
	var wrong []string
	for i, reader := range r.Readers {
		for _, note := range r.plan.Notes() {
			if note.Store == reader.Name() {
				r.notes[i] = append(r.notes[i], note.Text)
			}
		}
		fitter, ok := reader.(Fitter)
		if !ok {
			continue
		}
		lines, notes, err := fitter.Fits(ctx, r.plan)
		if err != nil {
			return err
		}
		wrong, r.notes[i] = append(wrong, lines...), append(r.notes[i], notes...)
	}
	return r.plan.Refuse(wrong)
}

// prepare makes the empty staging places.
func (r *run) prepare(ctx context.Context) error {
	var err error
	if r.staged, err = intoAll(r.Readers, r.Destination); err != nil {
		return err
	}
	r.prepared = true
	err = r.eachStore(ctx, func(ctx context.Context, i int) error {
		if in, ok := r.staged[i].(Inspected); ok {
			in.Inspect(r.wanted)
		}
		if t, ok := r.staged[i].(Teller); ok {
			t.Tell(r.teller(report.Prepare, r.Readers[i].Name()))
		}
		return r.staged[i].Prepare(ctx, r.plan)
	})
	if err != nil {
		return err
	}
	return r.Destination.Prepared(ctx)
}

// seal completes the staged copies, and then says so in the marker.
func (r *run) seal(ctx context.Context) error {
	err := r.eachStore(ctx, func(ctx context.Context, i int) error {
		if err := r.staged[i].Seal(ctx); err != nil {
			return err
		}
		return r.staged[i].Plant(ctx, r.Random.Control)
	})
	if err != nil {
		return err
	}
	return r.Destination.Advance(ctx, guard.Sealed)
}

// hooks runs the application's own steps on the staged copy. They may change
// records, so these are held against what was copied before.
func (r *run) hooks(ctx context.Context) error {
	if len(r.Hooks) == 0 {
		return nil
	}
	var errs []error
	for i := range r.staged {
		errs = append(errs, verify.Compare(ctx, r.proving(i)))
	}
	if err := cmp.Or(context.Cause(ctx), errors.Join(errs...)); err != nil {
		return err
	}
	for _, h := range r.Hooks {
		r.events.emit(report.Event{Phase: report.Hooks, Note: h.Name})
		if err := h.Run(ctx); err != nil {
			return &report.Error{Code: report.CodeOf(err), Op: "run hook " + h.Name, Err: err, Hint: "the old twin is untouched; mend the hook and run again"}
		}
	}
	return nil
}

// proving is what the i-th store has to prove.
func (r *run) proving(i int) verify.Staged {
	tally := r.tallies[i]
	return verify.Staged{Name: r.Readers[i].Name(), Scanner: r.staged[i], Expected: tally.Groups, Sums: tally.Sums, Changed: len(r.Hooks) > 0, Workers: r.Workers}
}

// verify proves every staged store, whatever the others say, so that all
// leaks are known at once; then it takes the controls away. A leak comes first
// among several errors: it is what the run must be known for.
func (r *run) verify(ctx context.Context) error {
	var leaks, others []error
	for i := range r.staged {
		proof, err := verify.Prove(ctx, r.proving(i), r.wanted)
		r.manifest.Proof.Stores = append(r.manifest.Proof.Stores, proof)
		switch {
		case context.Cause(ctx) != nil:
			return context.Cause(ctx)
		case err == nil:
			r.events.emit(report.Event{Phase: report.Verify, Store: r.Readers[i].Name(), Done: true})
		case report.CodeOf(err) == report.Privacy:
			leaks = append(leaks, err)
		default:
			others = append(others, err)
		}
	}
	if err := errors.Join(append(leaks, others...)...); err != nil {
		return err
	}
	return r.eachStore(ctx, func(ctx context.Context, i int) error { return r.staged[i].Unplant(ctx, r.Random.Control) })
}

// makeLive switches every store. From the first marker that says switching
// there is no way back: a store that carries it must not lose what it staged.
func (r *run) makeLive(ctx context.Context, between func() error) error {
	if err := r.Destination.Advance(ctx, guard.Switching); err != nil {
		return err
	}
	return switchAll(ctx, order(r.Readers, r.staged), r.Destination, func(store string) error {
		r.events.emit(report.Event{Phase: report.Switch, Store: store})
		if err := r.allowed(ctx); err != nil {
			return err
		}
		return between()
	})
}

// discard removes what was staged, even after an interrupt, and gives the
// marker back to the copy that serves, or has it say with which code the run
// ended. It does so only while the lock stands: a store's staging place may
// belong to another run by now.
func (r *run) discard(ctx context.Context, code report.Code) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardWithin)
	defer cancel()
	err := parallel.With(ctx, r.watch, func(ctx context.Context) error {
		if err := r.Destination.Holds(ctx); err != nil {
			return err
		}
		if !r.prepared {
			return r.Destination.Withdraw(ctx, code)
		}
		if err := discardAll(ctx, r.staged); err != nil {
			return err
		}
		return r.Destination.Abandon(ctx, code)
	})
	if err != nil {
		return &report.Error{Code: report.Failed, Op: "discard the staged copy", Err: err, Hint: "the next run, or tenantcopy clean, removes what is left"}
	}
	return nil
}
