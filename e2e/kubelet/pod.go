package kubelet

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// reason says why a pod ends before its processes do.
type reason int

const (
	none      reason = iota
	deleted          // somebody deleted it; it is removed when it has ended
	forced           // it is gone already
	disrupted        // the node was shut down
	shutdown         // the test is over
)

// stop asks a pod to end.
type stop struct {
	reason reason
	grace  int64 // seconds between SIGTERM and SIGKILL
}

// pod is one pod and what its containers are doing.
type pod struct {
	kubelet *Kubelet
	object  *corev1.Pod // as it was bound
	dir     string

	stopping, killing chan struct{} // closed by the first stop, and by one that does not wait
	stops, kills      sync.Once

	mu         sync.Mutex // guards what follows
	stopped    stop
	phase      corev1.PodPhase
	disruption *corev1.PodCondition
	states     map[string]*corev1.ContainerStatus
	started    metav1.Time
}

func newPod(k *Kubelet, object *corev1.Pod) *pod {
	p := &pod{
		kubelet: k, object: object, dir: filepath.Join(k.Dir, string(object.UID)),
		stopping: make(chan struct{}), killing: make(chan struct{}),
		phase: corev1.PodPending, states: make(map[string]*corev1.ContainerStatus), started: metav1.Now(),
	}
	for _, c := range slices.Concat(object.Spec.InitContainers, object.Spec.Containers) {
		p.states[c.Name] = &corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, State: waiting("ContainerCreating", "")}
	}
	return p
}

// end asks the pod to end. Only the first reason counts; a later one that
// does not wait is obeyed.
func (p *pod) end(s stop) {
	p.stops.Do(func() {
		p.mu.Lock()
		p.stopped = s
		p.mu.Unlock()
		close(p.stopping)
	})
	if s.grace <= 0 {
		p.kills.Do(func() { close(p.killing) })
	}
}

func (p *pod) why() stop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped
}

func (p *pod) ending() bool {
	select {
	case <-p.stopping:
		return true
	default:
		return false
	}
}

func (p *pod) grace() int64 {
	if s := p.object.Spec.TerminationGracePeriodSeconds; s != nil {
		return *s
	}
	return corev1.DefaultTerminationGracePeriodSeconds
}

// run is the pod's life on the node. The end of ctx ends it like a power
// failure; until then nothing that it asks of the API server is cancelled.
func (p *pod) run(ctx context.Context) error {
	lasting := context.WithoutCancel(ctx)
	err := parallel.With(lasting, func(lived context.Context) error {
		select {
		case <-lived.Done():
		case <-ctx.Done():
			p.end(stop{reason: shutdown})
		}
		return nil
	}, p.live)
	if err != nil && !lost(err) {
		return fmt.Errorf("run pod %s: %w", p.object.Name, err)
	}
	if p.why().reason != deleted {
		return nil
	}
	now, uid := int64(0), p.object.UID
	options := metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &uid}}
	if err := p.kubelet.Client.CoreV1().Pods(p.object.Namespace).Delete(lasting, p.object.Name, options); err != nil && !lost(err) {
		return fmt.Errorf("remove pod %s: %w", p.object.Name, err)
	}
	return nil
}

// live runs all containers to their end and reports it.
func (p *pod) live(ctx context.Context) error {
	succeeded := true
	for _, c := range p.object.Spec.InitContainers {
		again := p.object.Spec.RestartPolicy != corev1.RestartPolicyNever
		if err := p.contain(ctx, c, func(code int32) bool { return again && code != 0 }); err != nil {
			return err
		}
		if succeeded = p.succeeded(c); !succeeded {
			break
		}
	}
	if succeeded {
		err := parallel.Each(ctx, len(p.object.Spec.Containers), items(p.object.Spec.Containers), func(ctx context.Context, _ int, c corev1.Container) error {
			return p.contain(ctx, c, p.restarts)
		})
		if err != nil {
			return err
		}
		succeeded = !slices.ContainsFunc(p.object.Spec.Containers, func(c corev1.Container) bool { return !p.succeeded(c) })
	}
	why := p.why().reason
	if why == shutdown || why == forced {
		return nil
	}
	return p.tell(ctx, func() {
		p.phase = corev1.PodFailed
		if succeeded && why != disrupted {
			p.phase = corev1.PodSucceeded
		}
	})
}

// restarts tells whether a container that ended with a code is started again.
func (p *pod) restarts(code int32) bool {
	switch p.object.Spec.RestartPolicy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	default:
		return true
	}
}

func (p *pod) succeeded(c corev1.Container) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	ended := p.states[c.Name].State.Terminated
	return ended != nil && ended.ExitCode == 0
}

// lost reports that a pod is not there any more, or not ours.
func lost(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }
