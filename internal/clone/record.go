package clone

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// events is the run's only stream: one event at a time, each with its time.
type events struct {
	mu    sync.Mutex
	sink  report.Sink
	clock func() time.Time
}

func (e *events) emit(ev report.Event) {
	if e.sink == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	ev.Time = e.clock()
	e.sink(ev)
}

// notesApart is how long a store is silent between two notes about how far it is.
const notesApart = 10 * time.Second

// teller makes events of what a store says of its progress: none of what is soon
// done, and of the rest as many as somebody can read.
func (r *run) teller(phase report.Phase, store string) func(note string) {
	last := r.Clock()
	return func(note string) {
		if now := r.Clock(); now.Sub(last) >= notesApart {
			last = now
			r.events.emit(report.Event{Phase: phase, Store: store, Note: note})
		}
	}
}

// newManifest begins the evidence of the run.
func (r *run) newManifest() report.Manifest {
	m := r.Destination.Marker()
	return report.Manifest{
		Version: report.ManifestVersion, Tool: r.Tool, Run: m.Run, User: m.User,
		Source: m.Source, Destination: r.Destination.Ref().String(), Origin: m.Origin, Started: r.Clock(),
		Rules: report.RulesID{File: r.Rules.File, Hash: r.Rules.Hash, Lock: r.Lock.Hash(), Names: r.Rules.Names}, Key: r.Root.Fingerprint(), Epoch: r.Epoch,
	}
}

// finishManifest writes what became of the run.
func (r *run) finishManifest(ctx context.Context, err error) {
	r.manifest.Ended = r.Clock()
	r.manifest.Result = "complete"
	if err != nil {
		r.manifest.Result, r.manifest.Why = string(codeOf(ctx, err)), err.Error()
	}
	for i, reader := range r.Readers {
		s := report.StoreManifest{Name: reader.Name()}
		if i < len(r.tallies) {
			s.Tally, s.Notes = r.tallies[i], r.notes[i]
		}
		if i < len(r.staged) {
			if in, ok := r.staged[i].(Unreader); ok {
				s.Unread = in.Unread()
			}
			if in, ok := r.staged[i].(Noter); ok {
				s.Notes = append(slices.Clip(s.Notes), in.Notes()...)
			}
		}
		r.manifest.Stores = append(r.manifest.Stores, s)
	}
}

// codeOf is the class of a run's error; one that the run was cut off by from
// outside has none of its own.
func codeOf(ctx context.Context, err error) report.Code {
	code := report.CodeOf(err)
	if cause := context.Cause(ctx); cause != nil && code == report.Failed && errors.Is(err, cause) {
		return report.Interrupted
	}
	return code
}
