package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What Jobs do with runs of the real program, on the real API server and the
// real Job controller.

// TestKubeO20_ExitCodes: every exit code of the table, produced by a real run,
// leads to the Job condition that the table says.
func TestKubeO20_ExitCodes(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	postgres := []string{"--only", "postgres"}
	cases := []jobCase{
		{name: "complete", exit: 0},
		{name: "failed", exit: 1, config: hook("before-switch", "exit 3")},
		{name: "usage", exit: 3, environment: map[string]string{"TENANTCOPY_KEY": "short"}},
		{name: "denied", exit: 4, environment: map[string]string{"REDIS_PW_PROD": "not-this-one"}},
		{name: "unsafe", exit: 5},
		{name: "missing", exit: 7, flags: postgres},
		{name: "incompatible", exit: 8, flags: postgres, rules: strings.Replace(jobRules, "  things:\n", "  things:\n    $rows: \"id < 2\"\n", 1)},
		{name: "privacy", exit: 9, rules: "version: 1\npeople: none\n"},
		{name: "mismatch", exit: 10, flags: postgres, config: hook("before-switch", `psql "$TENANTCOPY_DATABASE_URL" -Xqc "DELETE FROM tenantcopy__staging.control"`)},
		{name: "transient", exit: 11, config: []string{os.Getenv("TENANTCOPY_TEST_REDIS_PROD"), "redis://127.0.0.1:1/0"}},
		{name: "full", exit: 12, flags: postgres, config: []string{"    copies-from: [prod]\n", "    copies-from: [prod]\n    limits: {postgres: {disk: 1MB}}\n"}},
		{name: "launch", exit: 13, config: hook("after-switch", "exit 3")},
		{name: "crashed", exit: 2, config: hook("before-switch", "kill -QUIT $PPID; sleep 60")}, // the runtime ends as it does after a panic
		{name: "interrupted", exit: 130, config: hook("before-switch", "kill -INT $PPID; sleep 60")},
		{name: "terminated", exit: 143, config: hook("before-switch", "kill -TERM $PPID; sleep 60")},
	}
	for _, row := range exitRows { // two pods are needed for 6: TestKubeO18_TwoPodsAtOnce
		if row.number != 6 && !slices.ContainsFunc(cases, func(c jobCase) bool { return c.exit == row.number }) {
			t.Errorf("no run ends with %d", row.number)
		}
	}
	specs := make([]job.Spec, len(cases))
	for i, c := range cases {
		specs[i] = b.settle(t, c)
		if slices.Equal(c.flags, postgres) {
			specs[i].Arguments = postgres
			if c.exit != 7 {
				fillDatabase(t, specs[i].Source.Name)
			}
		}
		if c.exit == 5 {
			check(t, redisOf(t, "STAGING").Set(t.Context(), specs[i].Destination.Name+":somebody's", "own", 0).Err())
		}
		if _, err := b.jobs.Start(t.Context(), specs[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range cases {
		name := job.Name(specs[i].Destination)
		end, status := b.end(t, name)
		codes, words := b.words(t, name)
		kind, reason, pods := batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy, 1
		if c.exit == 0 {
			kind, reason = batchv1.JobComplete, batchv1.JobReasonCompletionsReached
		} else if !slices.Contains(permanentCodes(), int32(c.exit)) {
			reason, pods = batchv1.JobReasonBackoffLimitExceeded, 3
		}
		if end.Type != kind || end.Reason != reason || len(codes) != pods || slices.ContainsFunc(codes, func(code int) bool { return code != c.exit }) {
			t.Errorf("%s: %s %s (%s), pods ended with %v, %d failed; want %s %s and %d of code %d", c.name, end.Type, end.Reason, end.Message, codes, status.Failed, kind, reason, pods, c.exit)
		}
		if c.exit == 2 { // no last word, and no event of its end
			if len(words) > 0 {
				t.Errorf("%s: last words %+v", c.name, words)
			}
		} else if len(words) != pods || words[0].Exit != c.exit || words[0].Result == "complete" != (c.exit == 0) || words[0].Destination != specs[i].Destination.String() {
			t.Errorf("%s: last words %+v", c.name, words)
		}
		if c.exit != 3 && !slices.Contains(b.events(t, name), string(job.Started)) { // 3 ended before anything was reached
			t.Errorf("%s: events %v", c.name, b.events(t, name))
		}
		outcome, err := b.jobs.Follow(t.Context(), specs[i].Destination, job.Listener{Line: func([]byte) {}, Note: func(string) {}})
		if got := exitOf(outcome.Err()); err != nil || got != c.exit && !(slices.Contains([]int{2, 130, 143}, c.exit) && got == 1) {
			t.Errorf("%s: whoever follows the Job ends with %d (%v), %v", c.name, got, outcome.Err(), err)
		}
	}
}

func exitOf(err error) int {
	if err == nil {
		return 0
	}
	return exitCode(err)
}

// TestKubeO18_TwoPodsAtOnce: one writes, the other exits 6.
func TestKubeO18_TwoPodsAtOnce(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "two", config: hook("before-switch", "touch $MARKS/begun; while test ! -e $MARKS/go; do sleep 0.2; done")})
	one, two := s.Job(), s.Job()
	one.Name, two.Name = "one", "two" // as kubectl create job --from=cronjob names them
	b.create(t, one)
	until(t, "the first run", func() (bool, error) { return exists(filepath.Join(b.marks, "begun")), nil })
	b.create(t, two)
	if end, _ := b.end(t, "two"); end.Reason != batchv1.JobReasonPodFailurePolicy {
		t.Errorf("the second pod's Job: %s %s", end.Type, end.Reason)
	}
	codes, words := b.words(t, "two")
	if !slices.Equal(codes, []int{6}) || len(words) != 1 || !strings.Contains(words[0].Why, "of ada") {
		t.Errorf("the second pod ended with %v: %+v", codes, words)
	}
	check(t, os.WriteFile(filepath.Join(b.marks, "go"), nil, 0o600))
	if end, _ := b.end(t, "one"); end.Type != batchv1.JobComplete || live(t, s.Destination.Name) < 3 {
		t.Errorf("the first pod's Job: %s %s, %d keys", end.Type, end.Reason, live(t, s.Destination.Name))
	}
}

// TestKubeKilledRunDoesLess: a pod that is killed leaves no word; the next one
// waits until its Lease has run out, does half as much at once, and after a
// clean end that is forgotten.
func TestKubeKilledRunDoesLess(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "killed", config: hook("before-switch", "mkdir $MARKS/first && kill -KILL $PPID; true")})
	if _, err := b.jobs.Start(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	var lines, notes []string
	outcome, err := b.jobs.Follow(t.Context(), s.Destination, job.Listener{
		Line: func(line []byte) { lines = append(lines, string(line)) }, Note: func(text string) { notes = append(notes, text) },
	})
	check(t, err)
	said := strings.Join(lines, "\n")
	if !outcome.Complete || !strings.Contains(said, "3 pieces of work at once instead of 6") || !strings.Contains(strings.Join(notes, "\n"), "was killed, for want of memory most likely") {
		t.Errorf("complete %v, notes %q:\n%s", outcome.Complete, notes, said)
	}
	if n := strings.Count(said, `"phase":"survey","store":"redis"`); n != 2 {
		t.Errorf("the log was heard with %d surveys, want one of each pod", n)
	}
	lease, err := b.Client.CoordinationV1().Leases(b.Namespace).Get(t.Context(), job.Name(s.Destination), metav1.GetOptions{})
	check(t, err)
	if *lease.Spec.HolderIdentity != "" || lease.Annotations["tenantcopy/attempts-without-end"] != "" {
		t.Errorf("after a clean end the Lease says %+v %v", lease.Spec, lease.Annotations)
	}
}

// TestKubeO16_SpotNode: a pod whose node is taken away ends with 143, is told
// apart from a failure, and does not count; the next one does the copy.
func TestKubeO16_SpotNode(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "spot", config: hook("before-switch", "mkdir $MARKS/first && sleep 60; true")})
	j := s.Job()
	j.Spec.BackoffLimit = new(int32(0))
	b.create(t, j)
	until(t, "the hook", func() (bool, error) { return exists(filepath.Join(b.marks, "first")), nil })
	pods, err := b.Client.CoreV1().Pods(b.Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "job-name=" + j.Name})
	check(t, err)
	check(t, b.Disrupt(t.Context(), pods.Items[0].Name))
	var notes []string
	outcome, err := b.jobs.Follow(t.Context(), s.Destination, job.Listener{Line: func([]byte) {}, Note: func(text string) { notes = append(notes, text) }})
	check(t, err)
	if !outcome.Complete || !strings.Contains(strings.Join(notes, "\n"), "was taken from its node (TerminationByKubelet)") || live(t, s.Destination.Name) < 3 {
		t.Errorf("complete %v, notes %q", outcome.Complete, notes)
	}
	codes, _ := b.words(t, j.Name)
	slices.Sort(codes)
	if !slices.Equal(codes, []int{0, 143}) {
		t.Errorf("the pods ended with %v", codes)
	}
	if left, err := redisOf(t, "STAGING").Keys(t.Context(), "*"+s.Destination.Name+"*~*").Result(); err != nil || len(left) > 0 {
		t.Errorf("left staged: %q, %v", left, err)
	}
}

// TestKubeJobCommands: the command line from the first request to the end.
func TestKubeJobCommands(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "cli", config: hook("before-switch", "touch $MARKS/begun; while test ! -e $MARKS/go; do sleep 0.2; done")})
	config := strings.ReplaceAll(jobConfig(), "namespace: NAMESPACE", "namespace: "+b.Namespace+", config: "+s.Config+", environment: "+s.Config)
	ada := func(args ...string) (int, string) {
		a, out := jobApp(t, config, map[string]string{"TENANTCOPY_KUBECONFIG": b.admin, "TENANTCOPY_USER": "ada"})
		a.clock = time.Now
		code := a.run(append(append([]string{"job"}, args[0], s.Source.String(), s.Destination.String()), args[1:]...))
		return code, out.String()
	}
	if code, said := ada("cancel"); code != 7 || !strings.Contains(said, "does not exist") {
		t.Errorf("cancelling no Job: %d\n%s", code, said)
	}

	// Two requests make one Job; the other source of a twin is told who fills it.
	s.User = "bob"
	who, err := b.jobs.Start(t.Context(), s)
	check(t, err)
	again, err := b.jobs.Start(t.Context(), s)
	check(t, err)
	if who != "" || again != "bob" {
		t.Errorf("the first request is told %q, the second %q", who, again)
	}
	other := s
	other.Source.Env = "sandbox"
	if _, err := b.jobs.Start(t.Context(), other); report.CodeOf(err) != report.Locked {
		t.Errorf("another source: %v", err)
	}
	until(t, "the run", func() (bool, error) { return exists(filepath.Join(b.marks, "begun")), nil })
	if code, said := ada("cancel"); code != 0 || !strings.Contains(said, "is gone") {
		t.Errorf("cancel: %d\n%s", code, said)
	}
	if got := b.events(t, job.Name(s.Destination)); !slices.Contains(got, string(job.Stopped)) || live(t, s.Destination.Name) != 0 {
		t.Errorf("after cancel: events %v, %d keys", got, live(t, s.Destination.Name))
	}

	check(t, os.WriteFile(filepath.Join(b.marks, "go"), nil, 0o600))
	for range 2 { // the second replaces the Job that has ended
		code, said := ada("run", "--", "--only", "redis")
		if code != 0 || !strings.Contains(said, "started\n") || !strings.Contains(said, "proved clean") || !strings.Contains(said, "proved and live") {
			t.Errorf("run: %d\n%s", code, said)
		}
	}
	if code, said := ada("logs", "--progress", "json"); code != 0 || !strings.Contains(said, `"phase":"verify"`) {
		t.Errorf("logs: %d\n%s", code, said)
	}
	if code, said := ada("run", "--", "--only", "search"); code != 7 || strings.Count(said, "no store of kind search") != 1 || strings.Count(said, "tenantcopy: ") != 2 {
		t.Errorf("a run that is refused: %d\n%s", code, said)
	}
}

// TestKubeCronJob: what is rendered is accepted, does not start by itself, and
// makes a Job as kubectl create job --from does.
func TestKubeCronJob(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	s := b.settle(t, jobCase{name: "cron"})
	s.User = ""
	cron, err := b.Client.BatchV1().CronJobs(b.Namespace).Create(t.Context(), s.CronJob(), metav1.CreateOptions{})
	check(t, err)
	b.create(t, &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "by-hand", Labels: cron.Spec.JobTemplate.Labels, Annotations: cron.Spec.JobTemplate.Annotations}, Spec: cron.Spec.JobTemplate.Spec})
	if end, _ := b.end(t, "by-hand"); end.Type != batchv1.JobComplete || live(t, s.Destination.Name) < 3 {
		t.Errorf("the Job of a template: %s %s", end.Type, end.Reason)
	}
	if got := b.events(t, "by-hand"); !slices.Equal(got, []string{"CopyStarted", "Copied"}) && !slices.Equal(got, []string{"Copied", "CopyStarted"}) {
		t.Errorf("events %v", got)
	}
	again := *cron
	if _, err := b.Client.BatchV1().CronJobs(b.Namespace).Create(context.WithoutCancel(t.Context()), &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: again.Name}, Spec: again.Spec}, metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
		t.Errorf("a second template of the name: %v", err)
	}
}
