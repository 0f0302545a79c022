package kubelet

import (
	"context"
	"iter"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
)

// Others write to a pod too (the Job controller removes its finalizer), so a
// report is tried more often than retry.DefaultRetry does.
func patience() wait.Backoff {
	return wait.Backoff{Steps: 30, Duration: 5 * time.Millisecond, Factor: 1.3, Jitter: 0.3, Cap: 500 * time.Millisecond}
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

// tell changes what the pod knows of itself and reports it.
func (p *pod) tell(ctx context.Context, change func()) error {
	p.mu.Lock()
	change()
	p.mu.Unlock()
	return p.report(ctx)
}

// report writes the pod's status as it is now; an older report cannot
// overwrite a newer one, because each is made after what it replaces was read.
func (p *pod) report(ctx context.Context) error {
	pods := p.kubelet.Client.CoreV1().Pods(p.object.Namespace)
	return retry.RetryOnConflict(patience(), func() error {
		current, err := pods.Get(ctx, p.object.Name, metav1.GetOptions{})
		if err != nil || current.UID != p.object.UID {
			return err
		}
		p.fill(&current.Status)
		_, err = pods.UpdateStatus(ctx, current, metav1.UpdateOptions{})
		return err
	})
}

// fill sets what a kubelet answers for in a pod's status.
func (p *pod) fill(status *corev1.PodStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	initialized, ready := true, p.phase == corev1.PodRunning
	status.InitContainerStatuses = p.list(p.object.Spec.InitContainers)
	for _, s := range status.InitContainerStatuses {
		initialized = initialized && s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
	}
	status.ContainerStatuses = p.list(p.object.Spec.Containers)
	for _, s := range status.ContainerStatuses {
		ready = ready && s.Ready
	}
	unready := ""
	switch p.phase {
	case corev1.PodSucceeded:
		unready = "PodCompleted"
	case corev1.PodFailed:
		unready = "PodFailed"
	}
	status.Phase, status.StartTime = p.phase, &p.started
	status.HostIP, status.HostIPs = loopback, []corev1.HostIP{{IP: loopback}}
	setCondition(status, corev1.PodCondition{Type: corev1.PodInitialized, Status: truth(initialized)})
	setCondition(status, corev1.PodCondition{Type: corev1.ContainersReady, Status: truth(ready), Reason: unready})
	setCondition(status, corev1.PodCondition{Type: corev1.PodReady, Status: truth(ready), Reason: unready})
	if p.disruption != nil {
		setCondition(status, *p.disruption)
		status.Reason, status.Message = "Terminated", p.disruption.Message
	}
}

// list returns the states of some containers; p.mu is held.
func (p *pod) list(containers []corev1.Container) []corev1.ContainerStatus {
	var states []corev1.ContainerStatus
	for _, c := range containers {
		s := *p.states[c.Name]
		running := s.State.Running != nil
		s.Ready, s.Started = running, &running
		states = append(states, s)
	}
	return states
}

// setCondition keeps the time of a condition that does not change.
func setCondition(status *corev1.PodStatus, c corev1.PodCondition) {
	c.LastTransitionTime = metav1.Now()
	i := slices.IndexFunc(status.Conditions, func(old corev1.PodCondition) bool { return old.Type == c.Type })
	if i < 0 {
		status.Conditions = append(status.Conditions, c)
		return
	}
	if status.Conditions[i].Status == c.Status {
		c.LastTransitionTime = status.Conditions[i].LastTransitionTime
	}
	status.Conditions[i] = c
}

func truth(b bool) corev1.ConditionStatus {
	if b {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}

func items[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range all {
			if !yield(item, nil) {
				return
			}
		}
	}
}
