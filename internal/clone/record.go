package clone

import (
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

// newManifest begins the evidence of the run.
func (r *run) newManifest() report.Manifest {
	m := r.Destination.Marker()
	return report.Manifest{
		Version: report.ManifestVersion, Tool: r.Tool, Run: m.Run, User: m.User,
		Source: m.Source, Destination: r.Destination.Ref().String(), Origin: m.Origin, Started: r.Clock(),
		Rules: report.RulesID{File: r.Rules.File, Hash: r.Rules.Hash, Names: r.Rules.Names}, Key: r.Root.Fingerprint(),
	}
}

// finishManifest writes what became of the run.
func (r *run) finishManifest(err error) {
	r.manifest.Ended = r.Clock()
	r.manifest.Result = "complete"
	if err != nil {
		r.manifest.Result, r.manifest.Why = string(report.CodeOf(err)), err.Error()
	}
	for i, reader := range r.Readers {
		s := report.StoreManifest{Name: reader.Name()}
		if i < len(r.tallies) {
			s.Tally, s.Notes = r.tallies[i], r.notes[i]
		}
		r.manifest.Stores = append(r.manifest.Stores, s)
	}
}
