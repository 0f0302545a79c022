package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	client "k8s.io/client-go/kubernetes/typed/batch/v1"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// look is how often a Job is looked at; its log comes as it is written.
const look = time.Second

// Jobs are the Jobs of one namespace.
type Jobs struct {
	Cluster   *cluster.Cluster
	Namespace string
}

// Start creates a Job. One of the same name that still runs is attached to,
// which who tells; one that has ended is replaced. The API server takes one Job
// of a name, so that two requests make one run.
func (j Jobs) Start(ctx context.Context, s Spec) (who string, err error) {
	wanted := s.Job()
	place := "job " + j.Namespace + "/" + wanted.Name
	for {
		_, err := j.jobs().Create(ctx, wanted, metav1.CreateOptions{})
		if err == nil {
			return "", nil
		}
		if !apierrors.IsAlreadyExists(err) {
			return "", j.Cluster.Failed("create "+place, err)
		}
		found, err := j.jobs().Get(ctx, wanted.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue // it is gone already
		case err != nil:
			return "", j.Cluster.Failed("get "+place, err)
		case found.DeletionTimestamp == nil && ended(found) == nil:
			return attach(found, s)
		}
		if err := j.remove(ctx, found); err != nil {
			return "", err
		}
	}
}

// attach accepts a Job that runs if it is the copy that is asked for.
func attach(found *batchv1.Job, s Spec) (who string, err error) {
	who = found.Annotations[AnnotationUser]
	if who == "" {
		who = "somebody"
	}
	refused := func(why string) (string, error) {
		return "", &report.Refusal{Code: report.Locked, What: "copy " + s.Source.String() + " to " + s.Destination.String(),
			Why: fmt.Sprintf("job %s/%s of %s %s", found.Namespace, found.Name, who, why), Hint: "wait for it, or end it with tenantcopy job cancel"}
	}
	if src := found.Annotations[AnnotationSource]; src != s.Source.String() || found.Annotations[AnnotationDestination] != s.Destination.String() {
		return refused(fmt.Sprintf("fills that twin from %q", src))
	}
	if theirs := argumentsOf(found); !slices.Equal(theirs, s.container().Args) {
		return refused("copies with other options than are asked for")
	}
	return who, nil
}

// argumentsOf are those of a Job's program.
func argumentsOf(found *batchv1.Job) []string {
	for _, c := range found.Spec.Template.Spec.Containers {
		if c.Name == container {
			return c.Args
		}
	}
	return nil
}

// Cancel deletes a twin's Job and waits until its pods are gone: SIGTERM ends
// the run cleanly.
func (j Jobs) Cancel(ctx context.Context, dst tenant.Ref) error {
	found, err := j.jobs().Get(ctx, Name(dst), metav1.GetOptions{})
	if err != nil {
		return j.Cluster.Failed("get job "+j.Namespace+"/"+Name(dst), err)
	}
	return j.remove(ctx, found)
}

// remove deletes this very Job, its pods first, and waits until it is gone.
func (j Jobs) remove(ctx context.Context, found *batchv1.Job) error {
	place := "job " + j.Namespace + "/" + found.Name
	options := metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationForeground), Preconditions: &metav1.Preconditions{UID: &found.UID}}
	if err := j.jobs().Delete(ctx, found.Name, options); err != nil && !elsewhere(err) {
		return j.Cluster.Failed("delete "+place, err)
	}
	for {
		now, err := j.jobs().Get(ctx, found.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) || err == nil && now.UID != found.UID:
			return nil
		case err != nil:
			return j.Cluster.Failed("get "+place, err)
		}
		if err := parallel.Sleep(ctx, look/2); err != nil {
			return context.Cause(ctx)
		}
	}
}

// elsewhere reports that an object is gone, or another one has its name.
func elsewhere(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }

func (j Jobs) jobs() client.JobInterface { return j.Cluster.Client().BatchV1().Jobs(j.Namespace) }

// ended returns the condition in which a Job has ended; nil while it runs.
func ended(found *batchv1.Job) *batchv1.JobCondition {
	for i, c := range found.Status.Conditions {
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			return &found.Status.Conditions[i]
		}
	}
	return nil
}

// Outcome is how a Job has ended.
type Outcome struct {
	Complete bool
	Reason   string  // of a Job that failed, in the words of its controller
	Exit     int     // of the last pod; -1 where there is none
	Result   *Result // that pod's last word; nil where it had none, as after SIGKILL
}

// Err is the Job's end as the error of the run: its class is that of the pod's
// run, so that whoever followed a Job ends with the code that a run of his own
// would have ended with.
func (o Outcome) Err() error {
	switch {
	case o.Complete:
		return nil
	case o.Result != nil:
		return &report.Error{Code: report.Code(o.Result.Result), Op: "run the Job", Err: errors.New(o.Result.Why)}
	case o.Reason == batchv1.JobReasonDeadlineExceeded:
		return &report.Error{Code: report.Failed, Op: "run the Job", Err: errors.New("its deadline has passed"), Hint: "raise runs-in.deadline"}
	case o.Exit == killed:
		return &report.Error{Code: report.Failed, Op: "run the Job", Err: errors.New("its last pod was killed, for want of memory most likely"), Hint: "raise runs-in.memory"}
	}
	return &report.Error{Code: report.Failed, Op: "run the Job", Err: fmt.Errorf("%s, and its last pod left no word (exit code %d)", o.Reason, o.Exit), Hint: "kubectl describe shows the Job's events"}
}

// killed is the code of a process that SIGKILL ended.
const killed = 137

// uidOf selects the pods of one Job, not of one before of the same name.
func uidOf(uid types.UID) metav1.ListOptions {
	return metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(uid)}
}
