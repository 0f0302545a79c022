package clone

import (
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
	switched bool           // from here on recovery only goes forward
	manifest report.Manifest
}

// Run copies a tenant: its body is the list of phases. It returns the
// manifest in every case; the error is nil only when everything was copied,
// proved and made live.
//
// A failure before the switch discards what was staged and leaves the old
// twin serving. A failure from the switch on leaves the marker at switching,
// and the next command finishes it with Finish.
func Run(ctx context.Context, job Job) (report.Manifest, error) {
	if job.Workers < 1 {
		job.Workers = DefaultWorkers
	}
	r := &run{Job: job, events: events{sink: job.Events, clock: job.Clock}}
	r.manifest = r.newManifest()
	watch := func(ctx context.Context) error { return job.Destination.Watch(ctx, lockInterval) }
	err := parallel.With(ctx, watch, r.phases)
	if err != nil && !r.switched {
		err = errors.Join(err, r.discard(ctx))
	}
	r.finishManifest(err)
	return r.manifest, err
}

// phases is the run, in order.
func (r *run) phases(ctx context.Context) error {
	for _, phase := range []struct {
		name report.Phase
		do   func(context.Context) error
	}{
		{report.Survey, r.survey},
		{report.People, r.readPeople},
		{report.Compile, r.compile},
		{report.Prepare, r.prepare},
		{report.Copy, r.copy},
		{report.Seal, r.seal},
		{report.Hooks, r.hooks},
		{report.Verify, r.verify},
		{report.Switch, r.makeLive},
	} {
		started := r.Clock()
		r.events.emit(report.Event{Phase: phase.name})
		err := phase.do(ctx)
		if cause := context.Cause(ctx); err == nil && cause != nil {
			err = cause
		}
		r.manifest.Phases = append(r.manifest.Phases, report.PhaseTime{Phase: phase.name, Seconds: r.Clock().Sub(started).Seconds()})
		if err != nil {
			return err
		}
		r.events.emit(report.Event{Phase: phase.name, Done: true})
	}
	return nil
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
	return parallel.Each(ctx, len(r.Readers), indexes(1, len(r.Readers)), func(ctx context.Context, _ int, i int) error { return one(ctx, i) })
}

// compile makes the plan, or refuses with all reasons at once. It also
// readies the proof's search, before anything is written.
func (r *run) compile(context.Context) error {
	var in anonymize.Input
	for _, s := range r.surveys {
		in.Fields = append(in.Fields, s.Fields...)
		in.Texts = append(in.Texts, s.Texts...)
	}
	in.Rules, in.People, in.Names, in.Places, in.Vars = r.Rules, r.people, r.Names, r.Places, r.Vars
	in.Keys = r.Root.Keyring(r.Destination.Origin(), epoch)
	plan, err := anonymize.Compile(in)
	r.plan = plan
	r.wanted = verify.NewWanted(r.people, r.Random.Control, r.Random.LeakKey)
	return err
}

// epoch is the key epoch in force; raising it changes every pseudonym.
const epoch = 1

// prepare makes the empty staging places.
func (r *run) prepare(ctx context.Context) error {
	if err := r.pair(); err != nil {
		return err
	}
	return r.eachStore(ctx, func(ctx context.Context, i int) error {
		if in, ok := r.staged[i].(Inspected); ok {
			in.Inspect(r.wanted)
		}
		return r.staged[i].Prepare(ctx, r.plan)
	})
}

// pair turns every reader into a staged store.
func (r *run) pair() error {
	r.staged = nil
	for _, reader := range r.Readers {
		s, err := reader.Into(r.Destination)
		if err != nil {
			return err
		}
		r.staged = append(r.staged, s)
	}
	return nil
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

// hooks runs the application's own steps on the staged copy.
func (r *run) hooks(ctx context.Context) error {
	for _, h := range r.Hooks {
		r.events.emit(report.Event{Phase: report.Hooks, Note: h.Name})
		if err := h.Run(ctx); err != nil {
			return &report.Error{Code: report.CodeOf(err), Op: "run hook " + h.Name, Err: err, Hint: "the old twin is untouched; mend the hook and run again"}
		}
	}
	return nil
}

// verify proves every staged store, whatever the others say, so that all
// leaks are known at once; then it takes the controls away.
func (r *run) verify(ctx context.Context) error {
	var all error
	for i, s := range r.staged {
		proof, err := verify.Prove(ctx, verify.Staged{Name: r.Readers[i].Name(), Scanner: s, Expected: r.tallies[i].Groups, Workers: r.Workers}, r.wanted)
		r.manifest.Proof.Stores = append(r.manifest.Proof.Stores, proof)
		r.events.emit(report.Event{Phase: report.Verify, Store: r.Readers[i].Name(), Done: true})
		all = errors.Join(all, err)
	}
	if all != nil {
		return all
	}
	return r.eachStore(ctx, func(ctx context.Context, i int) error { return r.staged[i].Unplant(ctx, r.Random.Control) })
}

// makeLive switches every store. Once the marker says switching, there is no
// way back, and an interrupt is only obeyed between stores.
func (r *run) makeLive(ctx context.Context) error {
	if err := r.Destination.Advance(ctx, guard.Switching); err != nil {
		return err
	}
	r.switched = true
	return switchAll(ctx, r.Readers, r.staged, r.Destination)
}

// discard removes what was staged, even after an interrupt.
func (r *run) discard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardWithin)
	defer cancel()
	var all error
	for _, s := range r.staged {
		all = errors.Join(all, s.Discard(ctx))
	}
	if all != nil {
		return &report.Error{Op: "discard the staged copy", Err: all, Hint: "the next run, or tenantcopy clean, removes what is left"}
	}
	return r.Destination.Abandon(ctx)
}
