package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// owners are the marks of tools that undo what was done by hand.
var owners = []struct{ key, tool string }{
	{"argocd.argoproj.io/instance", "Argo CD"},
	{"argocd.argoproj.io/tracking-id", "Argo CD"},
	{"kustomize.toolkit.fluxcd.io/name", "Flux"},
	{"helm.toolkit.fluxcd.io/name", "Flux"},
}

// Reverts says what may start a selected workload again while it is stopped:
// an autoscaler that counts from zero, KEDA, a GitOps tool. What the identity
// may not look at is said too. None of it keeps a copy from being made; Watch
// ends one that it spoils.
func (s *Set) Reverts(ctx context.Context) ([]string, error) {
	members, err := s.members(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	say := func(what string, err error, found []string) {
		switch {
		case apierrors.IsNotFound(err): // no such kind in this cluster
		case err != nil:
			out = append(out, fmt.Sprintf("%s in namespace %s could not be looked at", what, s.at.Namespace))
		default:
			out = append(out, found...)
		}
	}
	scalers, err := s.client.AutoscalingV2().HorizontalPodAutoscalers(s.at.Namespace).List(ctx, metav1.ListOptions{})
	if err == nil {
		say("", nil, fromZero(scalers.Items, members))
	} else {
		say("autoscalers", err, nil)
	}
	keda, err := s.keda(ctx, members)
	say("KEDA's scaled objects", err, keda)
	for _, w := range members {
		meta, err := s.meta(ctx, w)
		say(w.String(), err, revertedBy(w, meta))
	}
	return out, nil
}

// fromZero names the autoscalers whose minimum is 0: with any other, a scale
// of zero switches an autoscaler off.
func fromZero(scalers []autoscalingv2.HorizontalPodAutoscaler, members []Workload) []string {
	var out []string
	for _, h := range scalers {
		for _, w := range members {
			if h.Spec.ScaleTargetRef.Name == w.Name && strings.EqualFold(h.Spec.ScaleTargetRef.Kind, string(w.Kind)) && h.Spec.MinReplicas != nil && *h.Spec.MinReplicas == 0 {
				out = append(out, fmt.Sprintf("autoscaler %s may start %s again: its minReplicas is 0", h.Name, w))
			}
		}
	}
	return out
}

// scaledObjects is the part of KEDA's list that matters here.
type scaledObjects struct {
	Items []struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     struct {
			Target struct {
				Kind string `json:"kind"` // empty is a deployment
				Name string `json:"name"`
			} `json:"scaleTargetRef"`
		} `json:"spec"`
	} `json:"items"`
}

// keda names the scaled objects that are not paused.
func (s *Set) keda(ctx context.Context, members []Workload) ([]string, error) {
	text, err := s.client.AppsV1().RESTClient().Get().AbsPath("/apis/keda.sh/v1alpha1/namespaces/" + s.at.Namespace + "/scaledobjects").DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	var list scaledObjects
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read scaled objects: %w", err)
	}
	var out []string
	for _, o := range list.Items {
		kind := Deployment
		if o.Spec.Target.Kind != "" {
			kind = Kind(strings.ToLower(o.Spec.Target.Kind))
		}
		for _, w := range members {
			if w == (Workload{kind, o.Spec.Target.Name}) && o.Metadata.Annotations["autoscaling.keda.sh/paused-replicas"] != "0" {
				out = append(out, fmt.Sprintf("KEDA may start %s again: kubectl -n %s annotate scaledobject %s autoscaling.keda.sh/paused-replicas=0", w, s.at.Namespace, o.Metadata.Name))
			}
		}
	}
	return out, nil
}

// meta reads the labels and annotations of a workload.
func (s *Set) meta(ctx context.Context, w Workload) (metav1.ObjectMeta, error) {
	get := metav1.GetOptions{}
	switch w.Kind {
	case StatefulSet:
		o, err := s.client.AppsV1().StatefulSets(s.at.Namespace).Get(ctx, w.Name, get)
		return o.ObjectMeta, err
	case CronJob:
		o, err := s.client.BatchV1().CronJobs(s.at.Namespace).Get(ctx, w.Name, get)
		return o.ObjectMeta, err
	}
	o, err := s.client.AppsV1().Deployments(s.at.Namespace).Get(ctx, w.Name, get)
	return o.ObjectMeta, err
}

func revertedBy(w Workload, meta metav1.ObjectMeta) []string {
	for _, o := range owners {
		if meta.Labels[o.key] != "" || meta.Annotations[o.key] != "" {
			return []string{fmt.Sprintf("%s may start %s again: it looks after it; pause its self-heal", o.tool, w)}
		}
	}
	return nil
}
