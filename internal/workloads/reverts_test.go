package workloads

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// scaledObjectKind is KEDA's, as far as it is asked for.
const scaledObjectKind = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"scaledobjects.keda.sh"},"spec":{"group":"keda.sh","scope":"Namespaced",
"names":{"plural":"scaledobjects","singular":"scaledobject","kind":"ScaledObject"},"versions":[{"name":"v1alpha1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}`

// post creates an object of a kind that the client has no type for.
func (p *place) post(path, body string) {
	p.t.Helper()
	var err error
	for range 50 { // a new kind is served a moment after it is made
		if err = p.cluster.Client().AppsV1().RESTClient().Post().AbsPath(path).Body([]byte(body)).SetHeader("Content-Type", "application/json").Do(p.t.Context()).Error(); err == nil || strings.Contains(err.Error(), "already exists") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatal(err)
}

// autoscaler makes one of a deployment by the length of a queue, which is
// outside the cluster: by the load of pods none counts from zero.
func (p *place) autoscaler(name, of string, least int32) {
	p.t.Helper()
	metric := autoscalingv2.MetricSpec{Type: autoscalingv2.ExternalMetricSourceType, External: &autoscalingv2.ExternalMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: new(resource.MustParse("10"))}}}
	_, err := p.cluster.Client().AutoscalingV2().HorizontalPodAutoscalers(p.namespace).Create(p.t.Context(), &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: of},
			MinReplicas: &least, MaxReplicas: 3, Metrics: []autoscalingv2.MetricSpec{metric}}}, metav1.CreateOptions{})
	p.must(err)
}

// TestKubeO27_WhatStartsAgain: autoscalers that count from zero, KEDA and GitOps tools are named with what to
// do, one that is paused is not.
func TestKubeO27_WhatStartsAgain(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{"api", "worker", "argo", "plain"} {
		p.deployment(name, 1)
	}
	p.autoscaler("at-work", "worker", 0)
	p.autoscaler("off", "plain", 1)
	_, err := p.cluster.Client().AppsV1().Deployments(p.namespace).Patch(t.Context(), "argo", types.MergePatchType, []byte(`{"metadata":{"labels":{"argocd.argoproj.io/instance":"acme"}}}`), metav1.PatchOptions{})
	p.must(err)
	p.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", scaledObjectKind)
	objects := "/apis/keda.sh/v1alpha1/namespaces/" + p.namespace + "/scaledobjects"
	p.post(objects, `{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","metadata":{"name":"on-queue"},"spec":{"scaleTargetRef":{"name":"api"}}}`)
	p.post(objects, `{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","metadata":{"name":"held","annotations":{"autoscaling.keda.sh/paused-replicas":"0"}},"spec":{"scaleTargetRef":{"name":"worker"}}}`)
	p.post(objects, `{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","metadata":{"name":"foreign"},"spec":{"scaleTargetRef":{"name":"other"}}}`)
	said, err := p.set(Selection{Deployments: []string{"api", "worker", "argo", "plain"}}, Options{}).Reverts(t.Context())
	p.must(err)
	want := []string{
		"autoscaler at-work may start deployment/worker again: its minReplicas is 0",
		"KEDA may start deployment/api again: kubectl -n " + p.namespace + " annotate scaledobject on-queue autoscaling.keda.sh/paused-replicas=0",
		"Argo CD may start deployment/argo again: it looks after it; pause its self-heal",
	}
	if !slices.Equal(said, want) {
		t.Errorf("said\n%s", strings.Join(said, "\n"))
	}
}

// TestFromZero: only a minimum of 0 keeps an autoscaler at work on a workload
// of no replicas.
func TestFromZero(t *testing.T) {
	zero, one := int32(0), int32(1)
	scaler := func(name, kind, target string, least *int32) autoscalingv2.HorizontalPodAutoscaler {
		h := autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: name}}
		h.Spec.MinReplicas, h.Spec.ScaleTargetRef = least, autoscalingv2.CrossVersionObjectReference{Kind: kind, Name: target}
		return h
	}
	got := fromZero([]autoscalingv2.HorizontalPodAutoscaler{scaler("a", "Deployment", "api", &zero), scaler("b", "Deployment", "worker", &one),
		scaler("c", "StatefulSet", "worker", &zero), scaler("d", "Deployment", "worker", nil)}, []Workload{api, worker})
	if !slices.Equal(got, []string{"autoscaler a may start deployment/api again: its minReplicas is 0"}) {
		t.Errorf("%q", got)
	}
}

// TestKubeRestart: a shared component gets new pods and keeps its size.
func TestKubeRestart(t *testing.T) {
	p := newPlace(t)
	p.deployment("gateway", 1)
	before := p.pods("gateway", 1)[0].Name
	p.must(Restart(context.Background(), p.cluster, p.namespace, "gateway", time.Now()))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list, err := p.cluster.Client().CoreV1().Pods(p.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app=gateway"})
		p.must(err)
		for _, pod := range list.Items {
			if pod.Name != before {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("no new pod")
		}
	}
}
