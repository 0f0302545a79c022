package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// The two guards of a Lease, each held alone by runs of the real program: what
// renews it and cuts a part off that is under way, and what is asked before
// each part.

// stoppable is the beginning of a hook that leaves the program's process id.
const stoppable = "echo $PPID >$MARKS/pid.new; mv $MARKS/pid.new $MARKS/pid; "

// stop stops the program of a Job's pod, and returns how to let it go on.
func (b *jobBench) stop(t *testing.T) func() {
	t.Helper()
	until(t, "the hook", func() (bool, error) { return exists(filepath.Join(b.marks, "pid")), nil })
	text, err := os.ReadFile(filepath.Join(b.marks, "pid"))
	check(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	check(t, err)
	check(t, syscall.Kill(pid, syscall.SIGSTOP))
	return func() { check(t, syscall.Kill(pid, syscall.SIGCONT)) }
}

// another takes a twin's Lease as another pod does.
func (b *jobBench) another(t *testing.T, destination tenant.Ref) (*job.Lease, error) {
	t.Helper()
	return job.Take(t.Context(), b.jobs.Cluster, job.Claim{
		Namespace: b.Namespace, Destination: destination, Holder: "another", User: "bob", Run: "r", Clock: time.Now, Lasts: job.Lasts, Renews: job.Renews,
	})
}

// TestKubeO19_StoppedForLonger: a pod that is stopped for longer than its Lease lasts, and then goes on, is cut off in
// the very part that it was in, here a hook of minutes: another one has the Lease by then.
func TestKubeO19_StoppedForLonger(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "stopped", config: hook("before-switch", stoppable+"sleep 200; touch $MARKS/ended")})
	b.create(t, s.Job())
	goOn := b.stop(t)
	began := time.Now()
	lease, err := b.another(t, s.Destination)
	check(t, err)
	if waited := time.Since(began); waited < job.Lasts-job.Renews || lease.Unended() != 1 {
		t.Errorf("the Lease was taken after %v, %d attempts without end", waited, lease.Unended())
	}
	goOn()
	end, _ := b.end(t, job.Name(s.Destination))
	codes, words := b.words(t, job.Name(s.Destination))
	if end.Reason != batchv1.JobReasonPodFailurePolicy || !slices.Equal(codes, []int{6}) || len(words) != 1 || !strings.Contains(words[0].Why, "pod another has taken it") {
		t.Errorf("%s, codes %v: %+v", end.Reason, codes, words)
	}
	if exists(filepath.Join(b.marks, "ended")) {
		t.Error("the hook went on to its end")
	}
	if n := live(t, s.Destination.Name); n != 0 {
		t.Errorf("%d keys were made live", n)
	}
	check(t, lease.Release(t.Context()))
}

// TestKubeO19_NextPartRefused: the same, and who has the Lease cannot even be asked when the pod goes on: nothing has told
// it yet that its Lease is lost, and the next part is refused all the same.
func TestKubeO19_NextPartRefused(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	pods := throughOutage(t, b.pods)
	s := b.settle(t, jobCase{name: "asked", config: hook("before-switch", stoppable+"while test ! -e $MARKS/go; do sleep 0.2; done; touch $MARKS/ended")})
	j := s.Job()
	j.Spec.BackoffLimit = new(int32(0))
	b.create(t, j)
	goOn := b.stop(t)
	lease, err := b.another(t, s.Destination)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(b.marks, "go"), nil, 0o600))
	until(t, "the hook's end", func() (bool, error) { return exists(filepath.Join(b.marks, "ended")), nil })
	pods.hold()
	goOn()
	b.end(t, j.Name)
	codes, words := b.words(t, j.Name)
	if !slices.Equal(codes, []int{11}) || len(words) != 1 || !strings.Contains(words[0].Why, "the Lease is lost") {
		t.Errorf("codes %v: %+v", codes, words)
	}
	if n := live(t, s.Destination.Name); n != 0 {
		t.Errorf("%d keys were made live", n)
	}
	check(t, lease.Release(t.Context()))
}

// TestKubeLeaseIsKept: a part that takes longer than a Lease lasts is finished,
// and so is the run; whoever asks for the Lease near its end sees that its
// holder lives.
func TestKubeLeaseIsKept(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "kept", config: hook("before-switch", "sleep 45; touch $MARKS/begun; while test ! -e $MARKS/go; do sleep 0.2; done")})
	j := s.Job()
	j.Spec.BackoffLimit = new(int32(0))
	b.create(t, j)
	until(t, "the hook", func() (bool, error) { return exists(filepath.Join(b.marks, "begun")), nil })
	if _, err := b.another(t, s.Destination); report.CodeOf(err) != report.Locked || !strings.Contains(err.Error(), "of ada") {
		t.Errorf("another pod: %v", err)
	}
	check(t, os.WriteFile(filepath.Join(b.marks, "go"), nil, 0o600))
	if end, _ := b.end(t, j.Name); end.Type != batchv1.JobComplete || live(t, s.Destination.Name) < 3 {
		codes, words := b.words(t, j.Name)
		t.Errorf("%s %s, codes %v: %+v", end.Type, end.Reason, codes, words)
	}
}

// TestKubeLeaseRunsOut: a Lease that was not renewed in time is lost for good,
// even where nobody took it; that is worth another attempt.
func TestKubeLeaseRunsOut(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	now := time.Now()
	claim := job.Claim{Namespace: b.Namespace, Destination: b.settle(t, jobCase{name: "out"}).Destination, Holder: "one", User: "ada", Run: "r",
		Clock: func() time.Time { return now }, Lasts: job.Lasts, Renews: job.Renews}
	lease, err := job.Take(t.Context(), b.jobs.Cluster, claim)
	check(t, err)
	now = now.Add(job.Lasts - job.Renews - time.Second)
	check(t, lease.Fence(t.Context()))
	now = now.Add(time.Second)
	for range 2 {
		if err := lease.Fence(t.Context()); !errors.Is(err, job.ErrLost) || report.CodeOf(err) != report.Transient || !errors.Is(lostLock(err), guard.ErrLost) || exitCode(lostLock(err)) != 11 {
			t.Errorf("a Lease that ran out: %v", err)
		}
		now = now.Add(-time.Minute) // what is lost stays lost
	}
}
