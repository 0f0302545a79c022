package kubelet

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// mostPods is how many pods live at once: more than a test has, since the
// loop that starts them is the one that hears of deletions.
const mostPods = 1000

// loopback is the address of node and pods.
const loopback = "127.0.0.1"

// Image is what a container's image brings along.
type Image struct {
	Entrypoint []string                   // the program; without one and without a command nothing runs, and the container waits for its end
	Env        func(root string) []string // NAME=value, given the pod's folder; nil is an empty environment
}

// Kubelet runs the pods of one namespace.
type Kubelet struct {
	Client    kubernetes.Interface
	Namespace string
	Node      string           // the name it registers
	Dir       string           // gets a folder for each pod
	Images    map[string]Image // what can be pulled

	mu   sync.Mutex
	pods map[types.UID]*pod
}

// Run registers the node and runs pods until ctx ends; then all processes are
// killed and the node is removed.
func (k *Kubelet) Run(ctx context.Context) error {
	logs := httptest.NewTLSServer(k.logs())
	defer logs.Close()
	if err := k.register(ctx, logs.URL); err != nil {
		return fmt.Errorf("register node %s: %w", k.Node, err)
	}
	err := parallel.Each(ctx, mostPods, k.arrivals(ctx), func(ctx context.Context, _ int, p *pod) error { return p.run(ctx) })
	gone := k.Client.CoreV1().Nodes().Delete(context.WithoutCancel(ctx), k.Node, metav1.DeleteOptions{})
	return errors.Join(err, gone)
}

// register makes the node, with the address that the API server asks for logs.
func (k *Kubelet) register(ctx context.Context, logs string) error {
	u, err := url.Parse(logs)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return err
	}
	nodes := k.Client.CoreV1().Nodes()
	node, err := nodes.Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: k.Node, Labels: map[string]string{corev1.LabelHostname: k.Node}}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	room := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("64"), corev1.ResourceMemory: resource.MustParse("256Gi"),
		corev1.ResourcePods: *resource.NewQuantity(mostPods, resource.DecimalSI),
	}
	node.Status = corev1.NodeStatus{
		Capacity: room, Allocatable: room,
		Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: u.Hostname()}},
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(port)}},
		Conditions: []corev1.NodeCondition{{
			Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady",
			LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now(),
		}},
	}
	_, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}

// arrivals yields each pod of the namespace once, bound to the node, and
// tells those that run of their deletion.
func (k *Kubelet) arrivals(ctx context.Context) iter.Seq2[*pod, error] {
	return func(yield func(*pod, error) bool) {
		for ctx.Err() == nil {
			// Any version will do to begin with: the newest one would be waited for, which an idle etcd tells only now and then.
			events, err := k.Client.CoreV1().Pods(k.Namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: "0"})
			if err != nil {
				if ctx.Err() == nil {
					yield(nil, fmt.Errorf("watch pods: %w", err))
				}
				return
			}
			for event := range events.ResultChan() {
				if p, err := k.hear(ctx, event); (p != nil || err != nil) && !yield(p, err) {
					events.Stop()
					return
				}
			}
		}
	}
}

// hear returns a pod that is to be run from now on.
func (k *Kubelet) hear(ctx context.Context, event watch.Event) (*pod, error) {
	object, ok := event.Object.(*corev1.Pod)
	if !ok {
		return nil, nil // an error of the watch, which then ends and begins anew
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if p := k.pods[object.UID]; p != nil {
		switch {
		case event.Type == watch.Deleted:
			p.end(stop{reason: forced})
		case object.DeletionTimestamp != nil:
			p.end(stop{reason: deleted, grace: *object.DeletionGracePeriodSeconds})
		case changed(p.object, object):
			return nil, fmt.Errorf("pod %s: its containers were changed while they run, and this node starts none anew", object.Name)
		}
		return nil, nil
	}
	if event.Type == watch.Deleted || object.DeletionTimestamp != nil || len(object.Spec.SchedulingGates) > 0 || object.Spec.NodeName != "" {
		return nil, nil
	}
	target := corev1.ObjectReference{Kind: "Node", Name: k.Node}
	binding := &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: object.Name, UID: object.UID}, Target: target}
	if err := k.Client.CoreV1().Pods(k.Namespace).Bind(ctx, binding, metav1.CreateOptions{}); err != nil {
		if lost(err) || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
			return nil, nil // somebody deletes it, or binds it himself
		}
		return nil, fmt.Errorf("bind pod %s: %w", object.Name, err)
	}
	object.Spec.NodeName = k.Node
	p := newPod(k, object)
	if k.pods == nil {
		k.pods = make(map[types.UID]*pod)
	}
	k.pods[object.UID] = p
	return p, nil
}

// changed reports what a kubelet would answer with new containers: of a pod
// that runs, the API server lets images and the deadline be changed.
func changed(before, now *corev1.Pod) bool {
	image := func(a, b corev1.Container) bool { return a.Name == b.Name && a.Image == b.Image }
	return !slices.EqualFunc(before.Spec.Containers, now.Spec.Containers, image) || !slices.EqualFunc(before.Spec.InitContainers, now.Spec.InitContainers, image) ||
		before.Spec.ActiveDeadlineSeconds == nil && now.Spec.ActiveDeadlineSeconds != nil
}

// find returns the pod of a name that was started last.
func (k *Kubelet) find(name string) *pod {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found *pod
	for _, p := range k.pods {
		if p.object.Name == name && (found == nil || found.object.CreationTimestamp.Before(&p.object.CreationTimestamp)) {
			found = p
		}
	}
	return found
}

// Disrupt ends a pod as a node does that is shut down: the condition
// DisruptionTarget, SIGTERM, the pod's own grace period, and then it has
// failed, whatever its code.
func (k *Kubelet) Disrupt(ctx context.Context, name string) error {
	p := k.find(name)
	if p == nil {
		return fmt.Errorf("disrupt pod %s: no such pod", name)
	}
	why := &corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: corev1.PodReasonTerminationByKubelet, Message: "Pod was terminated in response to imminent node shutdown."}
	if err := p.tell(ctx, func() { p.disruption = why }); err != nil {
		return fmt.Errorf("disrupt pod %s: %w", name, err)
	}
	p.end(stop{reason: disrupted, grace: p.grace()})
	return nil
}
