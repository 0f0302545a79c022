package job

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Listener hears what a Job says; its functions are not called at once.
type Listener struct {
	Line func(line []byte)                    // of a pod's log, without its end: a report.Event, or a text for people
	From func(pod string, n int, line []byte) // instead of Line, for whoever needs to know where it stands, counted from 1
	Note func(text string)                    // about pods: what one waits for, that one was taken from its node
}

// follower is one Follow.
type follower struct {
	Jobs
	Listener
	name  string
	pods  map[string]*followed
	said  map[string]bool // notes
	last  *followed       // the pod that ended last
	known *batchv1.Job
}

// followed is how far one pod has been followed.
type followed struct {
	lines int // of its log, that have been heard
	done  bool
	exit  int
	word  *Result
}

// Follow hears a twin's Job to its end, over all its pods and however often
// the connection breaks.
func (j Jobs) Follow(ctx context.Context, dst tenant.Ref, l Listener) (Outcome, error) {
	f := &follower{Jobs: j, Listener: l, name: Name(dst), pods: make(map[string]*followed), said: make(map[string]bool)}
	for {
		outcome, err := f.step(ctx)
		switch {
		case ctx.Err() != nil:
			return Outcome{}, context.Cause(ctx)
		case err != nil && !report.IsTransient(err):
			return Outcome{}, err
		case err != nil:
			f.note(err.Error() + "; the Job goes on, trying again")
		case outcome != nil:
			return *outcome, nil
		}
		if err := parallel.Sleep(ctx, look); err != nil {
			return Outcome{}, context.Cause(ctx)
		}
	}
}

// step looks at the Job and hears its pods; an outcome ends it.
func (f *follower) step(ctx context.Context) (*Outcome, error) {
	place := "job " + f.Namespace + "/" + f.name
	found, err := f.jobs().Get(ctx, f.name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err) && f.known != nil, err == nil && f.known != nil && f.known.UID != found.UID:
		return nil, &report.Error{Code: report.Interrupted, Op: "follow " + place, Err: errors.New("it was cancelled"), Hint: "what was staged is removed, or the next run removes it"}
	case err != nil:
		return nil, f.Cluster.Failed("get "+place, err)
	}
	f.known = found
	end := ended(found) // before its pods: what they say is then complete
	pods, err := f.Cluster.Client().CoreV1().Pods(f.Namespace).List(ctx, uidOf(found.UID))
	if err != nil {
		return nil, f.Cluster.Failed("list pods of "+place, err)
	}
	slices.SortFunc(pods.Items, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	for _, p := range pods.Items {
		if err := f.pod(ctx, &p); err != nil {
			return nil, err
		}
	}
	if end == nil {
		return nil, nil
	}
	out := &Outcome{Complete: end.Type == batchv1.JobComplete, Reason: end.Reason, Exit: -1}
	if f.last != nil {
		out.Exit, out.Result = f.last.exit, f.last.word
	}
	return out, nil
}

// pod hears one pod as far as it has come.
func (f *follower) pod(ctx context.Context, p *corev1.Pod) error {
	state := f.pods[p.Name]
	if state == nil {
		state = &followed{}
		f.pods[p.Name] = state
	}
	status := statusOf(p)
	if state.done || status == nil || status.State.Waiting != nil {
		f.waits(p, status)
		return nil
	}
	err := f.read(ctx, p.Name, state)
	if ended := status.State.Terminated; ended != nil { // it was already when its log was asked for, which was then complete
		state.done, state.exit = err == nil || gone(p), int(ended.ExitCode)
		if r, ok := ParseResult(ended.Message); ok {
			state.word = &r
		}
		if f.last = state; state.done {
			f.farewell(p, state)
		}
	}
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsBadRequest(err) { // not yet, or no more
		return f.Cluster.Failed("read the log of pod "+f.Namespace+"/"+p.Name, err)
	}
	return nil
}

// gone reports that a pod's log may never be had: its node is going away.
func gone(p *corev1.Pod) bool { return p.DeletionTimestamp != nil || disruption(p) != nil }

// read hears what a pod's log has beyond the lines that were heard before.
func (f *follower) read(ctx context.Context, name string, state *followed) error {
	log, err := f.Cluster.Client().CoreV1().Pods(f.Namespace).GetLogs(name, &corev1.PodLogOptions{Container: container, Follow: true}).Stream(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	lines := bufio.NewReader(log)
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil { // a line without its end comes again as a whole, or was the last
			if len(line) > 0 && errors.Is(err, io.EOF) && n >= state.lines {
				f.hear(name, state, line)
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if n >= state.lines {
			f.hear(name, state, bytes.TrimSuffix(line, []byte("\n")))
		}
	}
}

// hear passes the next line of a pod on.
func (f *follower) hear(pod string, state *followed, line []byte) {
	if state.lines++; f.From != nil {
		f.From(pod, state.lines, line)
		return
	}
	f.Line(line)
}

// waits says, once, what a pod waits for.
func (f *follower) waits(p *corev1.Pod, status *corev1.ContainerStatus) {
	if status != nil && status.State.Waiting != nil && status.State.Waiting.Reason != "ContainerCreating" {
		f.note(fmt.Sprintf("pod %s waits: %s %s", p.Name, status.State.Waiting.Reason, status.State.Waiting.Message))
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			f.note(fmt.Sprintf("pod %s waits: %s %s", p.Name, c.Reason, c.Message))
		}
	}
}

// farewell says what became of a pod that another one follows: that its node
// was taken away is no failure of the run.
func (f *follower) farewell(p *corev1.Pod, state *followed) {
	switch c := disruption(p); {
	case c != nil:
		f.note(fmt.Sprintf("pod %s was taken from its node (%s): the Job starts another one, and does not count it", p.Name, c.Reason))
	case state.exit == killed:
		f.note(fmt.Sprintf("pod %s was killed, for want of memory most likely: the next one does less at once", p.Name))
	case state.exit != 0:
		f.note(fmt.Sprintf("pod %s ended with exit code %d", p.Name, state.exit))
	}
}

func (f *follower) note(text string) {
	if !f.said[text] {
		f.said[text] = true
		f.Note(text)
	}
}

// disruption is the condition of a pod that was ended from outside: a spot
// node taken back, a drain, a preemption.
func disruption(p *corev1.Pod) *corev1.PodCondition {
	for i, c := range p.Status.Conditions {
		if c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// statusOf is what the pod says of the program's container.
func statusOf(p *corev1.Pod) *corev1.ContainerStatus {
	for i, s := range p.Status.ContainerStatuses {
		if s.Name == container {
			return &p.Status.ContainerStatuses[i]
		}
	}
	return nil
}
