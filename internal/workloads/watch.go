package workloads

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const (
	askBack = 2 * time.Second  // between two looks at what should stay stopped
	unheard = 30 * time.Second // how long the API server may be silent meanwhile
)

// Watch returns an error when something that was stopped comes back: an
// autoscaler, a tool that reverts what was done by hand, a colleague. It
// returns nil when ctx ends. An API server that does not answer is one through
// which nothing can be started either, for a while.
func (s *Set) Watch(ctx context.Context) error {
	heard := s.options.Clock()
	for {
		if err := s.options.Sleep(ctx, askBack); err != nil {
			return nil
		}
		now := s.options.Clock()
		err := s.look(ctx)
		switch {
		case err == nil:
			heard = now
		case ctx.Err() != nil:
			return nil
		case report.CodeOf(err) != report.Transient || now.Sub(heard) > unheard:
			return err
		}
	}
}

// Confirm returns an error unless everything is still stopped and no pod of it
// is left: what comes back within Watch's interval is seen before the switch.
// While the API server does not answer it waits, as long as Watch does.
func (s *Set) Confirm(ctx context.Context) error {
	began := s.options.Clock()
	for {
		err := s.lookAtPods(ctx)
		if err == nil || report.CodeOf(err) != report.Transient || s.options.Clock().Sub(began) > unheard {
			return err
		}
		if err := s.options.Sleep(ctx, askBack); err != nil {
			return err
		}
	}
}

// lookAtPods refuses what has come back, and what came back and is still being
// ended.
func (s *Set) lookAtPods(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, unheard/3)
	defer cancel()
	members, err := s.members(ctx)
	if err != nil {
		return err
	}
	found, err := s.states(ctx, members)
	if err != nil {
		return err
	}
	for _, w := range members { // the journal knows none of those that somebody has given back
		if !found[w].stopped(w.Kind) {
			return s.cameBack(w)
		}
	}
	left, err := s.pods(ctx, found)
	if err != nil || len(left) == 0 {
		return err
	}
	return &report.Refusal{Code: report.Unsafe, What: "copy while the workloads of namespace " + s.at.Namespace + " are stopped", Why: "somebody or something has started them again for a while, and these are left: " + strings.Join(left, ", "),
		Hint: againHint}
}

// againHint is what to do about workloads that come back.
const againHint = "pause its autoscaler or its GitOps tool, then run the same command again; the twin is as it was"

// cameBack is the refusal of a copy under a workload that runs.
func (s *Set) cameBack(w Workload) error {
	return &report.Refusal{Code: report.Unsafe, What: "copy while " + w.String() + " is stopped", Why: "somebody or something has started it again in namespace " + s.at.Namespace,
		Hint: againHint}
}

// look refuses what has come back.
func (s *Set) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, unheard/3)
	defer cancel()
	j, _, err := s.readJournal(ctx)
	if err != nil {
		return err
	}
	for _, w := range slices.SortedFunc(maps.Keys(j), Workload.compare) {
		now, err := s.read(ctx, w)
		if err != nil {
			return err
		}
		if !now.stopped(w.Kind) {
			return s.cameBack(w)
		}
	}
	return nil
}
