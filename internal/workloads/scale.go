package workloads

import (
	"context"
	"fmt"
	"strconv"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// attempts bounds how often a change is tried again that somebody else's came
// before.
const attempts = 5

// size is how large a workload is, or was.
type size struct {
	Replicas int32 `json:"replicas"`          // of a deployment or a stateful set
	Suspend  bool  `json:"suspend,omitempty"` // of a cron job
}

// state is a workload as the cluster has it.
type state struct {
	size
	selector string   // of its pods; empty for a cron job
	jobs     []string // of a cron job: those that it has started and that run
}

// stopped reports whether it makes no pods.
func (s state) stopped(kind Kind) bool {
	if kind == CronJob {
		return s.Suspend
	}
	return s.Replicas == 0
}

// read asks for a workload: through the scale subresource, which needs no
// right on the object itself, or for the cron job.
func (s *Set) read(ctx context.Context, w Workload) (state, error) {
	if w.Kind == CronJob {
		job, err := s.client.BatchV1().CronJobs(s.at.Namespace).Get(ctx, w.Name, metav1.GetOptions{})
		if err != nil {
			return state{}, s.cluster.FailedGet(ctx, "cronjobs/"+w.Name, s.at.Namespace, err)
		}
		out := state{size: size{Suspend: job.Spec.Suspend != nil && *job.Spec.Suspend}}
		for _, active := range job.Status.Active {
			out.jobs = append(out.jobs, active.Name)
		}
		return out, nil
	}
	scale, err := s.scale(ctx, w)
	if err != nil {
		return state{}, s.cluster.FailedGet(ctx, string(w.Kind)+"s/scale of "+w.Name, s.at.Namespace, err)
	}
	return state{size: size{Replicas: scale.Spec.Replicas}, selector: scale.Status.Selector}, nil
}

func (s *Set) scale(ctx context.Context, w Workload) (*autoscalingv1.Scale, error) {
	if w.Kind == StatefulSet {
		return s.client.AppsV1().StatefulSets(s.at.Namespace).GetScale(ctx, w.Name, metav1.GetOptions{})
	}
	return s.client.AppsV1().Deployments(s.at.Namespace).GetScale(ctx, w.Name, metav1.GetOptions{})
}

// write makes a workload as large as to says. A change of somebody else's that
// came in between is read and gone over.
func (s *Set) write(ctx context.Context, w Workload, to size) error {
	if w.Kind == CronJob {
		patch := []byte(`{"spec":{"suspend":` + strconv.FormatBool(to.Suspend) + `}}`)
		_, err := s.client.BatchV1().CronJobs(s.at.Namespace).Patch(ctx, w.Name, types.MergePatchType, patch, metav1.PatchOptions{})
		if err != nil {
			return s.cluster.Failed("patch cronjobs/"+w.Name+" in namespace "+s.at.Namespace, err)
		}
		return nil
	}
	var err error
	for range attempts {
		if err = s.rescale(ctx, w, to.Replicas); err == nil || !apierrors.IsConflict(err) {
			break
		}
	}
	if err != nil {
		return s.cluster.Failed(fmt.Sprintf("update %ss/scale of %s in namespace %s", w.Kind, w.Name, s.at.Namespace), err)
	}
	return nil
}

func (s *Set) rescale(ctx context.Context, w Workload, replicas int32) error {
	scale, err := s.scale(ctx, w)
	if err != nil || scale.Spec.Replicas == replicas {
		return err
	}
	scale.Spec.Replicas = replicas
	if w.Kind == StatefulSet {
		_, err = s.client.AppsV1().StatefulSets(s.at.Namespace).UpdateScale(ctx, w.Name, scale, metav1.UpdateOptions{})
	} else {
		_, err = s.client.AppsV1().Deployments(s.at.Namespace).UpdateScale(ctx, w.Name, scale, metav1.UpdateOptions{})
	}
	return err
}
