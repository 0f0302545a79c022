package job

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
)

// The reasons of a Job's events.
const (
	Started Reason = "CopyStarted"
	Copied  Reason = "Copied"
	Stopped Reason = "CopyFailed"
)

// Reason is what an event is about, in the words of kubectl describe.
type Reason string

// Pod is where the program runs: a pod of a Job.
type Pod struct {
	Name, Namespace string
	Job, JobUID     string
}

const (
	longestNote = 1000             // bytes; an API server takes 1,024
	sayWithin   = 5 * time.Second  // an event that cannot be told is not waited for
	component   = "tenantcopy-job" // who says so
)

// Say tells the Job's readers what happened: kubectl describe job shows it.
func (p Pod) Say(ctx context.Context, c *cluster.Cluster, reason Reason, note string, at time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, sayWithin)
	defer cancel()
	kind, now := corev1.EventTypeNormal, metav1.NewTime(at)
	if reason == Stopped {
		kind = corev1.EventTypeWarning
	}
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: p.Namespace, Name: fmt.Sprintf("%s.%x", p.Name, at.UnixNano())},
		InvolvedObject: corev1.ObjectReference{APIVersion: "batch/v1", Kind: "Job", Namespace: p.Namespace, Name: p.Job, UID: types.UID(p.JobUID)},
		Reason:         string(reason), Message: shorten(note, max(len(note)-longestNote, 0)), Type: kind,
		Source:         corev1.EventSource{Component: component, Host: p.Name},
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
	}
	if _, err := c.Client().CoreV1().Events(p.Namespace).Create(ctx, event, metav1.CreateOptions{}); err != nil {
		return c.Failed("create an event of job "+p.Namespace+"/"+p.Job, err)
	}
	return nil
}
