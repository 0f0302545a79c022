package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What the program does in the pod of a Job beside the run: it holds the
// twin's Lease, tells the Job's events, and leaves a last word.

// terminationLog is where a kubelet looks for a container's last word.
const terminationLog = "/dev/termination-log"

// farewellWithin is how long the Lease's return and the last event may take.
const farewellWithin = 5 * time.Second

// pod says which Job's pod this process is, if any.
func (a *app) pod() (p job.Pod, in bool) {
	for name, to := range map[string]*string{job.VariableJob: &p.Job, job.VariableJobUID: &p.JobUID, job.VariablePod: &p.Name, job.VariableNamespace: &p.Namespace} {
		*to, _ = a.lookup(name)
	}
	return p, p.Job != "" && p.Name != "" && p.Namespace != ""
}

// reportsFolder is where manifests go when nobody says so: beside the
// configuration, or where a pod may write.
func (a *app) reportsFolder(c *config) string {
	base := filepath.Dir(c.file)
	if _, in := a.pod(); in {
		base = os.TempDir()
	}
	return filepath.Join(base, "tenantcopy-reports")
}

// leased carries the tenant, in the pod of a Job while the Lease is held.
func (a *app) leased(ctx context.Context, p *runPlan) (m report.Manifest, err error) {
	pod, in := a.pod()
	if !in {
		return a.carry(ctx, p)
	}
	a.word.Run, a.word.User = p.session.Run, p.session.User
	at := p.config.RunsIn.address()
	at.Own = true // the Lease is where the pod is
	c, err := a.cluster(ctx, at, cluster.Write)
	if err != nil {
		return m, err
	}
	defer func() { a.tellEnd(ctx, c, pod, err) }()
	lease, err := job.Take(ctx, c, job.Claim{
		Namespace: pod.Namespace, Destination: p.dst.ref, Holder: pod.Name, User: p.session.User, Run: p.session.Run,
		Clock: a.clock, Lasts: job.Lasts, Renews: job.Renews,
	})
	if err != nil {
		return m, err
	}
	defer a.returnLease(ctx, lease)
	a.lowerJobs(p, lease.Unended())
	p.fence = func(ctx context.Context) error { return lostLock(lease.Fence(ctx)) }
	a.tell(ctx, c, pod, job.Started, fmt.Sprintf("copying %s to %s, run %s of %s", p.src.ref, p.dst.ref, p.session.Run, p.session.User))
	keep := func(ctx context.Context) error { return lostLock(lease.Keep(ctx)) }
	err = parallel.With(ctx, keep, func(ctx context.Context) error {
		m, err = a.carry(ctx, p)
		return err
	})
	a.word.remember(m)
	return m, err
}

// lostLock makes the loss of the Lease one of the twin's lock: nothing there
// may be touched any more.
func lostLock(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", guard.ErrLost, err)
}

// lowerJobs halves what is in flight at once for each attempt before this one
// that ended without a word: it was killed, for want of memory most likely,
// and doing the same again would end the same way.
func (a *app) lowerJobs(p *runPlan, unended int) {
	if unended == 0 {
		return
	}
	before := p.flags.jobs
	p.flags.jobs = max(before>>min(unended, 8), 1)
	fmt.Fprintf(a.err, "the attempt before this one ended without a word, as one does that is killed for want of memory: %d pieces of work at once instead of %d\n", p.flags.jobs, before)
}

// returnLease returns the Lease, also after an interrupt.
func (a *app) returnLease(ctx context.Context, lease *job.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellWithin)
	defer cancel()
	if err := lease.Release(ctx); err != nil {
		fmt.Fprintf(a.err, "%v: the next run waits until it has run out\n", err)
	}
}

// tell creates an event of the Job. One that cannot be told ends nothing.
func (a *app) tell(ctx context.Context, c *cluster.Cluster, pod job.Pod, reason job.Reason, note string) {
	if err := pod.Say(context.WithoutCancel(ctx), c, reason, a.err.clean(note), a.clock()); err != nil {
		fmt.Fprintf(a.err, "%v\n", err)
	}
}

// tellEnd creates the event of the end.
func (a *app) tellEnd(ctx context.Context, c *cluster.Cluster, pod job.Pod, err error) {
	if err == nil {
		a.tell(ctx, c, pod, job.Copied, fmt.Sprintf("%s is a pseudonymised copy of %s, proved and live", a.word.Destination, a.word.Source))
		return
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	a.tell(ctx, c, pod, job.Stopped, first)
}

// expect begins the last word of a Job's pod.
func (a *app) expect(src, dst string) {
	if _, in := a.pod(); in {
		a.word = &podWord{job.Result{Source: src, Destination: dst}}
	}
}

// lastWord leaves what became of the run where a kubelet finds it. Secrets
// are scrubbed before anything is cut: half a secret would not be known.
func (a *app) lastWord(err error) {
	if a.word == nil {
		return
	}
	a.word.Result.Result = "complete"
	if err != nil {
		a.word.Exit = exitCode(err)
		a.word.Result.Result = string(classOf(a.word.Exit))
		a.word.Why = a.err.clean(strings.TrimPrefix(message(err), "tenantcopy: "))
	}
	file, ok := a.lookup("TENANTCOPY_TERMINATION_LOG")
	if !ok {
		file = terminationLog
	}
	if err := os.WriteFile(file, a.word.Message(), 0o644); err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(a.err, "the last word cannot be written to %s\n", file)
	}
}

// podWord is the last word while it is being found.
type podWord struct{ job.Result }

// remember takes over what the manifest says.
func (w *podWord) remember(m report.Manifest) {
	if m.Run == "" { // it ended before it began
		return
	}
	w.Run, w.People = m.Run, m.People.People
	w.Seconds = m.Ended.Sub(m.Started).Seconds()
	for _, s := range m.Stores {
		w.Stores = append(w.Stores, job.StoreResult{Name: s.Name, Records: s.Tally.Records, Bytes: s.Tally.Bytes})
	}
}
