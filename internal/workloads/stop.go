package workloads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Options are what cmd decides for a set.
type Options struct {
	By    string                                           // user and run, for the journal
	Run   bool                                             // a run stops, and gives back at its end; else somebody did by hand
	Gone  time.Duration                                    // how long pods may take to go; DefaultGone when 0
	Sleep func(ctx context.Context, d time.Duration) error // waits
	Clock func() time.Time
}

const (
	// DefaultGone leaves room for the usual grace period of 30 s and for a slow
	// kubelet.
	DefaultGone = 2 * time.Minute

	askPods = 250 * time.Millisecond // between two looks at pods that go
)

// Stop scales everything to zero, returns when its pods are gone, and says
// what it has stopped: what an earlier stop had stopped is not among it. What
// was there is in the journal first; a number that is there already stays, so
// that a second stop cannot turn 3 into 0. When the pods do not go in time,
// what this call has stopped is given back.
func (s *Set) Stop(ctx context.Context) ([]Workload, error) {
	members, err := s.members(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.states(ctx, members)
	if err != nil {
		return nil, err
	}
	var mine []Workload
	_, err = s.change(ctx, func(j journal) {
		mine = nil
		for _, w := range members {
			if _, there := j[w]; !there {
				j[w] = entry{found[w].size, s.options.By, s.options.Run}
				mine = append(mine, w)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, w := range members {
		if found[w].stopped(w.Kind) {
			continue
		}
		if err := s.write(ctx, w, size{Suspend: true}); err != nil {
			return nil, s.giveBack(ctx, mine, err)
		}
	}
	if err := s.wait(ctx, found); err != nil {
		return nil, s.giveBack(ctx, mine, err)
	}
	return mine, nil
}

// states reads workloads as the cluster has them.
func (s *Set) states(ctx context.Context, members []Workload) (map[Workload]state, error) {
	found := make(map[Workload]state, len(members))
	for _, w := range members {
		now, err := s.read(ctx, w)
		if err != nil {
			return nil, err
		}
		found[w] = now
	}
	return found, nil
}

// giveBack starts what was stopped, because err keeps the copy from being
// made, also when the caller was cancelled.
func (s *Set) giveBack(ctx context.Context, mine []Workload, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, s.Start(ctx, mine))
}

// wait returns when no pod of the workloads is left. A scale of zero says
// nothing of pods that are still being ended and still write, and a cron job
// that is suspended lets those go on that it has started.
func (s *Set) wait(ctx context.Context, found map[Workload]state) error {
	deadline := s.options.Clock().Add(cmp.Or(s.options.Gone, DefaultGone))
	for {
		left, err := s.pods(ctx, found)
		if err != nil || len(left) == 0 {
			return err
		}
		if s.options.Clock().After(deadline) {
			return &report.Error{Code: report.Transient, Op: "stop workloads of namespace " + s.at.Namespace, Err: fmt.Errorf("pods do not end: %s", strings.Join(left, ", ")),
				Hint: "see what holds them with kubectl describe pod; nothing was copied"}
		}
		if err := s.options.Sleep(ctx, askPods); err != nil {
			return err
		}
	}
}

// pods names what still runs, or is still being ended.
func (s *Set) pods(ctx context.Context, found map[Workload]state) ([]string, error) {
	var left []string
	for w, was := range found {
		if w.Kind == CronJob {
			now, err := s.read(ctx, w)
			if err != nil {
				return nil, err
			}
			for _, name := range now.jobs {
				left = append(left, "those of job "+name)
			}
		}
		if was.selector == "" {
			continue
		}
		pods, err := s.client.CoreV1().Pods(s.at.Namespace).List(ctx, metav1.ListOptions{LabelSelector: was.selector})
		if err != nil {
			return nil, s.cluster.Failed("list pods in namespace "+s.at.Namespace, err)
		}
		for _, pod := range pods.Items {
			left = append(left, pod.Name)
		}
	}
	slices.Sort(left)
	return left, nil
}

// Start gives back what the journal says of some workloads, and removes it
// from there. It may run twice, and after a kill between stop and start. A
// workload that somebody has started in the meantime keeps the size that it
// has. What could not be given back stays in the journal.
func (s *Set) Start(ctx context.Context, only []Workload) error {
	j, _, err := s.readJournal(ctx)
	if err != nil {
		return err
	}
	var failed error
	back := make(map[Workload]bool, len(only))
	for _, w := range only {
		was, stopped := j[w]
		if !stopped {
			continue
		}
		now, err := s.read(ctx, w)
		switch {
		case report.CodeOf(err) == report.NotFound:
			back[w] = true // nothing to give back; its deletion was somebody's own act
		case err != nil:
			failed = errors.Join(failed, err)
		case !now.stopped(w.Kind):
			back[w] = true
		default:
			if err := s.write(ctx, w, was.size); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			back[w] = true
		}
	}
	if _, err := s.change(ctx, func(j journal) {
		for w := range back {
			delete(j, w)
		}
	}); err != nil {
		failed = errors.Join(failed, err)
	}
	return failed
}

// Stopped are the workloads that the journal can give back: all, or those
// that a run has stopped and, where it was killed, has not given back. What
// somebody stopped by hand is his to start.
func (s *Set) Stopped(ctx context.Context, byRuns bool) ([]Workload, error) {
	j, _, err := s.readJournal(ctx)
	var out []Workload
	for w, e := range j {
		if e.Run || !byRuns {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, Workload.compare)
	return out, err
}

// Line is what Status says of one workload.
type Line struct {
	Workload Workload
	Now      string // "3 replicas", "suspended"
	Was      string // what the journal will give back; empty when it is not stopped by us
	By       string
}

// Status returns the selected workloads and those of the journal.
func (s *Set) Status(ctx context.Context) ([]Line, error) {
	members, err := s.members(ctx)
	if err != nil {
		return nil, err
	}
	j, _, err := s.readJournal(ctx)
	if err != nil {
		return nil, err
	}
	for w := range j {
		if !slices.Contains(members, w) {
			members = append(members, w)
		}
	}
	slices.SortFunc(members, Workload.compare)
	var out []Line
	for _, w := range members {
		line := Line{Workload: w, Now: "gone"}
		now, err := s.read(ctx, w)
		if err == nil {
			line.Now = now.text(w.Kind)
		} else if report.CodeOf(err) != report.NotFound {
			return nil, err
		}
		if was, ok := j[w]; ok {
			line.Was, line.By = was.text(w.Kind), was.By
		}
		out = append(out, line)
	}
	return out, nil
}

func (s size) text(kind Kind) string {
	switch {
	case kind == CronJob && s.Suspend:
		return "suspended"
	case kind == CronJob:
		return "on schedule"
	case s.Replicas == 1:
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", s.Replicas)
}
