package deploy_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/yaml"

	"github.com/tenantcopy/tenantcopy/e2e/chart"
	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
)

// place is a real cluster with namespaces of the test's own.
type place struct {
	t      *testing.T
	config *rest.Config
	client kubernetes.Interface
	any    dynamic.Interface
	kinds  func(*unstructured.Unstructured) (dynamic.ResourceInterface, error)
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, config: kubelet.Cluster(t, "staging")}
	var err error
	p.client, err = kubernetes.NewForConfig(p.config)
	p.must(err)
	p.any, err = dynamic.NewForConfig(p.config)
	p.must(err)
	groups, err := restmapper.GetAPIGroupResources(discovery.NewDiscoveryClient(p.client.Discovery().RESTClient()))
	p.must(err)
	mapper := restmapper.NewDiscoveryRESTMapper(groups)
	p.kinds = func(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
		kind := o.GroupVersionKind()
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			return nil, err
		}
		return p.any.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
	}
	return p
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// namespace makes one that ends with the test.
func (p *place) namespace() string {
	p.t.Helper()
	name := "deploy-" + strings.ToLower(rand.Text()[:8])
	_, err := p.client.CoreV1().Namespaces().Create(p.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	p.must(err)
	p.t.Cleanup(func() { _ = p.client.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{}) })
	return name
}

// create asks the API server for an object, strictly: a field that it does not
// know is a mistake.
func (p *place) create(o *unstructured.Unstructured, dryRun ...string) error {
	kind, err := p.kinds(o)
	if err == nil {
		_, err = kind.Create(p.t.Context(), o, metav1.CreateOptions{DryRun: dryRun, FieldValidation: metav1.FieldValidationStrict})
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", o.GetKind(), o.GetName(), err)
	}
	return nil
}

// install creates what a chart renders, and removes at the end what is in no
// namespace.
func (p *place) install(objects []*unstructured.Unstructured) {
	p.t.Helper()
	for _, o := range objects {
		p.must(p.create(o))
		if o.GetNamespace() != "" {
			continue
		}
		kind, err := p.kinds(o)
		p.must(err)
		p.t.Cleanup(func() { _ = kind.Delete(context.Background(), o.GetName(), metav1.DeleteOptions{}) })
	}
}

// everything are values that render all that the chart has.
const everything = `
runsIn: {image: "registry.example.com/tenantcopy:1.4.0", memory: 2Gi, cpu: 500m, deadline: 90m}
imagePullSecrets: [{name: registry}]
accounts: {job: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/copy"}, serve: {note: nothing}}
azure: {workloadIdentity: true, clientId: 11111111-1111-1111-1111-111111111111, tenantId: 22222222-2222-2222-2222-222222222222}
pairs: [{source: prod/acme, destination: staging/acme}]
serve: {slack: {secret: slack, host: copies.example.com, ingressClass: nginx, tlsSecret: copies-tls}}
callers: {groups: [developers]}
starters: {groups: [release-managers]}
tenants:
  - {name: chosen, namespaces: [TENANTS], stops: {selector: true}, reads: {secrets: [redis], configmaps: [app], deployments: [api]}, restarts: [gateway]}
  - {name: named, namespaces: [TENANTS], stops: {deployments: [api], statefulsets: [queue], cronjobs: [nightly]}}
network:
  apiServer: {cidrs: [192.0.2.1/32, "2001:db8::1/128"]}
  egress: [{name: postgres, cidrs: [198.51.100.0/28], ports: [5432, 5433]}]
  slack: {cidrs: [0.0.0.0/0, "::/0"]}
  ingress: [{ipBlock: {cidr: 192.0.2.0/28}}]
files: {tenantcopy.yaml: "runs-in: {namespace: NAMESPACE, image: \"registry.example.com/tenantcopy:1.4.0\", memory: 2Gi, cpu: 500m, deadline: 90m}\n", rules.yaml: "version: 1\n"}
`

// valuesFile writes values for a chart's namespace.
func valuesFile(t *testing.T, text, namespace, tenants string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "values.yaml")
	text = strings.NewReplacer("NAMESPACE", namespace, "TENANTS", tenants).Replace(text)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestKubeManifestsAreOfTheChart: the plain manifests are what helm renders;
// make manifests writes them.
func TestKubeManifestsAreOfTheChart(t *testing.T) {
	want, err := chart.Template(t, "tenantcopy", "--values", chart.Path(t, chart.Values))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(chart.Path(t, chart.Manifests))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, []byte(want)) {
		t.Errorf("%s is not what the chart renders with %s: make manifests", chart.Manifests, chart.Values)
	}
}

// TestKubeAccepted: the API server takes everything that is rendered, with
// everything switched on, and the plain manifests.
func TestKubeAccepted(t *testing.T) {
	p := newPlace(t)
	own, tenants := p.namespace(), p.namespace()
	all := chart.Render(t, own, "--values", valuesFile(t, everything, own, tenants))
	kinds := make(map[string]int)
	for _, o := range all {
		kinds[o.GetKind()]++
		if err := p.create(o, metav1.DryRunAll); err != nil {
			t.Error(err)
		}
	}
	for _, kind := range []string{"ServiceAccount", "ConfigMap", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Deployment", "Service", "Ingress", "CronJob",
		"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s is rendered", kind)
		}
	}
	for _, o := range chart.Plain(t) {
		if o.GetNamespace() != "" {
			o.SetNamespace(own)
		} else {
			o.SetName(own + "-" + o.GetName())
		}
		if err := p.create(o, metav1.DryRunAll); err != nil {
			t.Errorf("plain: %v", err)
		}
	}
}

// TestKubeValuesAreRefused: what is missing, unknown, or said otherwise in
// tenantcopy.yaml, is told before anything is made.
func TestKubeValuesAreRefused(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"network.apiServer.cidrs={192.0.2.1/32}", "image"},
		{"runsIn.image=tenantcopy", "apiServer"},
		{"runsIn.imagee=x", "imagee"},
		{"runsIn.image=x'y", "image"},
		{"runsIn.image=tenantcopy,network.apiServer.cidrs={192.0.2.1/32},runsIn.memory=lots", "memory"},
		{"runsIn.image=tenantcopy,network.apiServer.cidrs={192.0.2.1/32},pairs[0].source=prod/acme,pairs[0].destination=staging/globex", "prod/acme and staging/globex are different tenants"},
		{"runsIn.image=other,network.apiServer.cidrs={192.0.2.1/32},files.tenantcopy\\.yaml=runs-in: {image: tenantcopy}", `runs-in.image of tenantcopy.yaml is "tenantcopy", and the chart's is "other"`},
	} {
		if _, err := chart.Template(t, "tenantcopy", "--set", c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.set, err, c.want)
		}
	}
}

const pairsConfig = `version: 1
key: {env: TENANTCOPY_KEY}
rules: rules.yaml
environments:
  prod: {protected: true, blob: {url: "https://prodaccount.blob.core.windows.net/{name}", credential: azure}}
  staging: {copies-from: [prod, pre-prod], blob: {url: "https://stagingaccount.blob.core.windows.net/{name}", credential: azure}}
  pre-prod: {copies-from: [prod], blob: {url: "https://preaccount.blob.core.windows.net/{name}", credential: azure}}
tenants: {"*": {}}
runs-in: {namespace: copies, image: "registry.example.com/tenantcopy:1.4.0", memory: 1500Mi, cpu: 500m, deadline: 90m, service-account: copier, config: settings, environment: secrets}
`

// TestKubeChartCronJobs: a pair's CronJob is what tenantcopy job render
// --cronjob prints, its name included.
func TestKubeChartCronJobs(t *testing.T) {
	long := "a-tenant-whose-name-is-so-long-that-a-label-holds-it-barely"
	pairs := [][2]string{{"prod/acme", "staging/acme"}, {"pre-prod/acme", "staging/acme"}, {"prod/" + long, "staging/" + long},
		{"prod/acme", "pre-prod/acme"}, {"prod/a-tenant-cut-at-a-hyphen-whic", "staging/a-tenant-cut-at-a-hyphen-whic"}, {"prod/1e3", "staging/1e3"}, {"prod/true", "staging/true"}}
	values := "runsIn: {image: \"registry.example.com/tenantcopy:1.4.0\", memory: 1500Mi, cpu: 500m, deadline: 90m, serviceAccount: copier, config: settings, environment: secrets}\n" +
		"azure: {workloadIdentity: true}\nnetwork: {apiServer: {cidrs: [192.0.2.1/32]}}\npairs:\n"
	for _, pair := range pairs {
		values += fmt.Sprintf("  - {source: %s, destination: %s}\n", pair[0], pair[1])
	}
	var rendered []batchv1.CronJob
	for _, o := range chart.Render(t, "copies", "--values", valuesFile(t, values, "", "")) {
		if o.GetKind() == "CronJob" {
			rendered = append(rendered, chart.Find[batchv1.CronJob](t, []*unstructured.Unstructured{o}, "CronJob", o.GetName()))
		}
	}
	if len(rendered) != len(pairs) {
		t.Fatalf("%d CronJobs for %d pairs", len(rendered), len(pairs))
	}
	byName := make(map[string]string)
	for _, c := range rendered {
		byName[c.Name] = asYAML(t, c)
	}
	program, config := build(t), filepath.Join(t.TempDir(), "tenantcopy.yaml")
	if err := os.WriteFile(config, []byte(pairsConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, pair := range pairs {
		text, err := exec.Command(program, "job", "render", "--cronjob", "--config", config, pair[0], pair[1]).Output()
		if err != nil {
			t.Fatal(err)
		}
		var want batchv1.CronJob
		if err := yaml.UnmarshalStrict(text, &want); err != nil {
			t.Fatal(err)
		}
		if got := byName[want.Name]; got != asYAML(t, want) {
			t.Errorf("%s to %s: the chart renders\n%s\nthe program\n%s", pair[0], pair[1], got, asYAML(t, want))
		}
	}
}

func asYAML(t *testing.T, c batchv1.CronJob) string {
	t.Helper()
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// build returns the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "tenantcopy")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/tenantcopy").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}
