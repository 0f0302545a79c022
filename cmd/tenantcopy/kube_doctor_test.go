package main

import (
	"context"
	"os"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
)

// TestKubeDoctor: a laptop hears whether the service would copy for it, which
// right it lacks and which it need not have, that another namespace has a host
// of the twin's, and who holds the Lease.
func TestKubeDoctor(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	spec := b.settle(t, jobCase{name: "doctor"})
	s := serveOn(t, b, b.serviceAccount(t), serviceConfig(b, spec))
	text, err := os.ReadFile(s.laptops)
	check(t, err)
	config := strings.Replace(string(text), `"hr-{name}"`, b.Namespace, 1)
	ask := func(who string) (int, string) {
		return s.laptop(t, who).run(t, "doctor", spec.Source.String(), spec.Destination.String())
	}
	holds := func(said string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("lacks %q:\n%s", want, said)
			}
		}
	}

	code, said := ask("ada")
	holds(said, "ok      allowed         you may copy into "+spec.Destination.String(), "unclear hosts", "ok      rights          nothing is missing", "ok      too many rights none")
	if code != 0 || strings.Contains(said, "postgres of") || strings.Contains(said, "key  ") {
		t.Errorf("who is allowed: %d\n%s", code, said)
	}
	code, said = ask("eve")
	if holds(said, "failed  allowed         ask the service: ", "may not"); code != 4 {
		t.Errorf("who is not allowed: %d", code)
	}

	a, out := jobApp(t, config, map[string]string{"TENANTCOPY_KUBECONFIG": s.account(t, "nobody", nil, nil)})
	code = a.run([]string{"doctor", spec.Source.String(), spec.Destination.String()})
	if holds(out.String(), "get namespace kube-system: the identity may not do this"); code != 4 {
		t.Errorf("who may nothing: %d", code)
	}

	b.ingress(t, b.Namespace, "twin", "app.acme.test", "api.acme.test")
	b.ingress(t, "default", "shared-"+b.Namespace, "*.acme.test")
	lease, err := job.Take(t.Context(), b.jobs.Cluster, job.Claim{Namespace: b.Namespace, Destination: spec.Destination, Holder: "pod-1", User: "ada", Run: "run1", Clock: a.clock, Lasts: job.Lasts, Renews: job.Renews})
	check(t, err)
	t.Cleanup(func() { _ = lease.Release(context.Background()) })
	a, out = jobApp(t, strings.Replace(config, "context: staging, namespace", "context: staging, uid: wrong, namespace", 1), map[string]string{"TENANTCOPY_KUBECONFIG": b.admin})
	code = a.run([]string{"doctor", spec.Source.String(), spec.Destination.String()})
	if holds(out.String(), "failed  identity        reach the cluster of environment staging: ", "unclear hosts           not looked at: it is another cluster"); code != 5 {
		t.Errorf("a wrong pin: %d", code)
	}
	a, out = jobApp(t, config, map[string]string{"TENANTCOPY_KUBECONFIG": b.admin})
	a.run([]string{"doctor", spec.Source.String(), spec.Destination.String()})
	holds(out.String(), "warning too many rights this identity may do what nobody who copies needs", "      create pods in namespace "+b.Namespace, "      list secrets in namespace "+b.Namespace,
		"app.acme.test of ingress twin: ingress default/shared-"+b.Namespace+" has it too", "pod pod-1, for run run1 of ada")
}

// ingress makes an Ingress with some hosts.
func (b *jobBench) ingress(t *testing.T, namespace, name string, hosts ...string) {
	t.Helper()
	path := networkingv1.PathTypePrefix
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}}}
	in := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Name: name}}
	for _, host := range hosts {
		in.Spec.Rules = append(in.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: &path, Backend: backend}}}}})
	}
	_, err := b.Client.NetworkingV1().Ingresses(namespace).Create(t.Context(), in, metav1.CreateOptions{})
	check(t, err)
	t.Cleanup(func() {
		_ = b.Client.NetworkingV1().Ingresses(namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
	})
}
