package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// What commands cost that ask much of an API server. `wall-ms` is what a person
// waits; `cpu-ms` is this process's processor time, which other load on the
// machine changes less.

// processor is the processor time of this process so far.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measure reports what one call costs.
func measure(b *testing.B, do func()) {
	before := processor(b)
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(processor(b)-before)/1e6/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(b.Elapsed())/1e6/float64(b.N), "wall-ms/op")
	b.ReportMetric(0, "ns/op")
}

// benchNamespace makes a namespace of the staging cluster.
func benchNamespace(b *testing.B) (kubernetes.Interface, string) {
	b.Helper()
	client, err := kubernetes.NewForConfig(kubelet.Cluster(b, "staging"))
	if err != nil {
		b.Fatal(err)
	}
	name := "bench-" + strings.ToLower(rand.Text()[:8])
	if _, err := client.CoreV1().Namespaces().Create(b.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{}) })
	return client, name
}

// benchDeployment makes a deployment whose pods, which no node runs, end at
// once, with a variable of a Secret.
func benchDeployment(b *testing.B, client kubernetes.Interface, namespace, name string, replicas int32) {
	b.Helper()
	labels := map[string]string{"app": name}
	url := corev1.EnvVar{Name: "DATABASE_URL", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: "url"}}}
	_, err := client.AppsV1().Deployments(namespace).Create(b.Context(), &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{Replicas: &replicas,
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "api", Image: "hr/api", Env: []corev1.EnvVar{url}}}}}}}, metav1.CreateOptions{})
	if err != nil {
		b.Fatal(err)
	}
}

// benchApp returns what runs a command of the program with a configuration,
// and fails where it ends with another code than 0.
func benchApp(b *testing.B, config string) func(args ...string) string {
	file := filepath.Join(b.TempDir(), "tenantcopy.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	env := map[string]string{"TENANTCOPY_CONFIG": file, "TENANTCOPY_KUBECONFIG": os.Getenv(kubelet.Variable), "TENANTCOPY_USER": "bench", "PG_PW": os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_STAGING")}
	return func(args ...string) string {
		a, out := testApp(env)
		a.clock = time.Now
		if code := a.run(args); code != 0 {
			b.Fatalf("%v: exit code %d: %s", args, code, out)
		}
		return out.String()
	}
}

// BenchmarkKubeTenants lists 200 tenants whose addresses stand in Secrets of
// the cluster: 400 objects are read, and the markers of 200 databases. The goal
// is 2 s.
func BenchmarkKubeTenants(b *testing.B) {
	client, namespace := benchNamespace(b)
	const tenants = 200
	var names []string
	for i := range tenants {
		names = append(names, fmt.Sprintf("tenant-%03d", i))
	}
	err := parallel.All(b.Context(), 8, len(names), func(ctx context.Context, i int) error {
		benchDeployment(b, client, namespace, names[i], 0)
		_, err := client.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: names[i]}, StringData: map[string]string{"url": strings.ReplaceAll(databaseURL("STAGING"), "{name}", names[i])}}, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	run := benchApp(b, `version: 1
key: {env: TENANTCOPY_KEY}
rules: rules.yaml
environments:
  prod: {protected: true}
  staging:
    copies-from: [prod]
    kubernetes: {context: staging, namespace: `+namespace+`}
    postgres: {from: {deployment: "{name}", env: DATABASE_URL}, user: postgres, password: {env: PG_PW}}
tenants: {`+strings.Join(names, ": {}, ")+`: {}}
`)
	measure(b, func() {
		if said := run("tenants", "staging"); strings.Count(said, "none") != tenants {
			b.Fatal(said)
		}
	})
}

// BenchmarkKubeWorkloads stops and starts five workloads whose pods end at once:
// what is left is our own part and the controllers'. The goal is 5 s.
func BenchmarkKubeWorkloads(b *testing.B) {
	client, namespace := benchNamespace(b)
	names := []string{"one", "two", "three", "four", "five"}
	for _, name := range names {
		benchDeployment(b, client, namespace, name, 2)
	}
	run := benchApp(b, `version: 1
key: {env: TENANTCOPY_KEY}
rules: rules.yaml
environments:
  prod: {protected: true}
  staging:
    copies-from: [prod]
    kubernetes: {context: staging, namespace: `+namespace+`, workloads: {deployments: [`+strings.Join(names, ", ")+`]}}
    postgres: {url: "postgres://postgres@127.0.0.1:1/{name}", password: {env: PG_PW}}
tenants: {acme: {}}
`)
	measure(b, func() {
		if said := run("workloads", "stop", "staging/acme"); !strings.Contains(said, "5 workloads stopped") {
			b.Fatal(said)
		}
		if said := run("workloads", "start", "staging/acme"); !strings.Contains(said, "5 workloads given back") {
			b.Fatal(said)
		}
	})
}
