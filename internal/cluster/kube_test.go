package cluster

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Tests on the real API servers that scripts/services starts.

// rig is a namespace of a test's own in one of the clusters.
type rig struct {
	file      string // the tests' kubeconfig
	side      string
	client    kubernetes.Interface
	namespace string
}

func newRig(t *testing.T, side string) *rig {
	t.Helper()
	r := &rig{file: os.Getenv("TENANTCOPY_TEST_KUBECONFIG"), side: side, namespace: "test-" + strings.ToLower(rand.Text()[:10])}
	if r.file == "" {
		t.Fatal(`TENANTCOPY_TEST_KUBECONFIG is not set: run scripts/services up --require all,kube, then eval "$(scripts/services env)"`)
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(&clientcmd.ClientConfigLoadingRules{ExplicitPath: r.file}, &clientcmd.ConfigOverrides{CurrentContext: side}).ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	if r.client, err = kubernetes.NewForConfig(config); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: r.namespace}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.client.CoreV1().Namespaces().Delete(context.Background(), r.namespace, metav1.DeleteOptions{})
	})
	return r
}

// open opens the rig's cluster as its administrator.
func (r *rig) open(t *testing.T, door Door) *Cluster {
	t.Helper()
	c, err := Open(t.Context(), Access{Kubeconfig: r.file}, Address{Environment: r.side, Context: r.side}, door)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// provision makes the objects of the table of templates.
func (r *rig) provision(t *testing.T, all held) {
	t.Helper()
	for object, data := range all {
		resource, name, _ := strings.Cut(object, "/")
		meta := metav1.ObjectMeta{Name: name}
		var err error
		if resource == configMaps {
			_, err = r.client.CoreV1().ConfigMaps(r.namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: meta, Data: data, BinaryData: map[string][]byte{"BIN": {0xff}}}, metav1.CreateOptions{})
		} else {
			secret := &corev1.Secret{ObjectMeta: meta, Data: make(map[string][]byte)}
			for k, v := range data {
				secret.Data[k] = []byte(v)
			}
			_, err = r.client.CoreV1().Secrets(r.namespace).Create(t.Context(), secret, metav1.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// deploy makes a deployment without pods.
func (r *rig) deploy(t *testing.T, name string, template corev1.PodTemplateSpec) {
	t.Helper()
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{Replicas: new(int32), Template: template,
		Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"tenant": "acme"}}}}
	if _, err := r.client.AppsV1().Deployments(r.namespace).Create(t.Context(), d, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// as makes a service account with some rights in the namespace, and to read
// kube-system, and returns a kubeconfig with a token of it.
func (r *rig) as(t *testing.T, name string, rules ...rbacv1.PolicyRule) Access {
	t.Helper()
	ctx, rbac := t.Context(), r.client.RbacV1()
	if _, err := r.client.CoreV1().ServiceAccounts(r.namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	subject := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: r.namespace, Name: name}}
	own := r.namespace + "-" + name
	system := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"namespaces"}, ResourceNames: []string{"kube-system"}, Verbs: []string{"get"}}}
	if _, err := rbac.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: own}, Rules: system}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rbac.ClusterRoles().Delete(context.Background(), own, metav1.DeleteOptions{}) })
	if _, err := rbac.ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: own}, Subjects: subject,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: own}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rbac.ClusterRoleBindings().Delete(context.Background(), own, metav1.DeleteOptions{}) })
	if _, err := rbac.Roles(r.namespace).Create(ctx, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := rbac.RoleBindings(r.namespace).Create(ctx, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subject,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	token, err := r.client.CoreV1().ServiceAccounts(r.namespace).CreateToken(ctx, name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r.withToken(t, token.Status.Token)
}

// withToken is a kubeconfig of the tests with another token, and another name
// of its context.
func (r *rig) withToken(t *testing.T, token string) Access {
	t.Helper()
	file, err := clientcmd.LoadFromFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	of := file.Contexts[r.side]
	out := api.NewConfig()
	out.Clusters["c"], out.AuthInfos["u"] = file.Clusters[of.Cluster], &api.AuthInfo{Token: token}
	out.Contexts["mine"] = &api.Context{Cluster: "c", AuthInfo: "u"}
	path := filepath.Join(t.TempDir(), "config")
	if err := clientcmd.WriteToFile(*out, path); err != nil {
		t.Fatal(err)
	}
	return Access{Kubeconfig: path}
}

// server is the address of a side's API server.
func (r *rig) server(t *testing.T, side string) string {
	t.Helper()
	file, err := clientcmd.LoadFromFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	return file.Clusters[file.Contexts[side].Cluster].Server
}

// The table of templates, as a real API server takes and returns them.
func TestKubeO36_Environment(t *testing.T) {
	r := newRig(t, "prod")
	r.provision(t, provisioned())
	c := r.open(t, Read)
	for i, test := range envCases() {
		t.Run(test.name, func(t *testing.T) {
			name := fmt.Sprintf("app-%d", i)
			r.deploy(t, name, *test.template())
			got, err := c.Value(t.Context(), Variable{Namespace: r.namespace, Deployment: name, Name: "URL"})
			test.judge(t, r.namespace, got.Reveal(), err)
		})
	}
	r.deploy(t, "binary", *envCase{env: []corev1.EnvVar{fromMap("URL", "app", "BIN", false)}}.template())
	if _, err := c.Value(t.Context(), Variable{Namespace: r.namespace, Deployment: "binary", Name: "URL"}); report.CodeOf(err) != report.NotFound || !strings.Contains(err.Error(), "configmaps/app has no key BIN") {
		t.Errorf("binaryData: %v", err)
	}
}

// A context is found by its server; what answers is known by its UID.
func TestKubeO30_Identity(t *testing.T) {
	r := newRig(t, "staging")
	uid, other := r.open(t, Read).UID(), newRig(t, "prod").open(t, Read).UID()
	if uid == other || uid == "" {
		t.Fatalf("the two clusters are %q and %q", uid, other)
	}
	access := Access{Kubeconfig: r.file}
	for name, tc := range map[string]struct {
		at   Address
		code report.Code
	}{
		"the right one":               {Address{Context: "staging", UID: uid}, ""},
		"right name, wrong cluster":   {Address{Context: "staging", UID: other}, report.Unsafe},
		"right name, wrong server":    {Address{Context: "prod", Server: r.server(t, "staging") + "0"}, report.Unsafe},
		"another name, right server":  {Address{Context: "aks-staging", Server: r.server(t, "staging"), UID: uid}, ""},
		"right server, wrong cluster": {Address{Server: r.server(t, "staging"), UID: other}, report.Unsafe},
	} {
		tc.at.Environment = "staging"
		c, err := Open(t.Context(), access, tc.at, Read)
		switch {
		case tc.code == "" && (err != nil || c.UID() != uid || c.Context() != "staging"):
			t.Errorf("%s: %v", name, err)
		case tc.code != "" && report.CodeOf(err) != tc.code:
			t.Errorf("%s: %s, %v", name, report.CodeOf(err), err)
		}
	}
}

// Exactly these rights are enough to find one variable, and each that is
// missing is named with verb, resource and namespace.
func TestKubeO24_RightsOfDiscovery(t *testing.T) {
	r := newRig(t, "prod")
	r.provision(t, provisioned())
	r.deploy(t, "api", *envCase{env: []corev1.EnvVar{fromSecret("OTHER", "unrelated", "x", false), fromMap("HOST", "app", "HOST", false), fromSecret("PW", "db", "password", false), plain("URL", "u:$(PW)@$(HOST)")}}.template())
	get := func(group, resource, name string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: []string{name}, Verbs: []string{"get"}}
	}
	rules := []rbacv1.PolicyRule{get("apps", "deployments", "api"), get("", "configmaps", "app"), get("", "secrets", "db")}
	at := Variable{Namespace: r.namespace, Deployment: "api", Name: "URL"}
	try := func(name string, rules ...rbacv1.PolicyRule) (string, error) {
		c, err := Open(t.Context(), r.as(t, name, rules...), Address{Environment: "prod", Server: r.server(t, "prod")}, Read)
		if err != nil {
			t.Fatal(err)
		}
		value, err := c.Value(t.Context(), at)
		return value.Reveal(), err
	}
	if got, err := try("enough", rules...); err != nil || got != "u:hunter2secret@db.internal" {
		t.Errorf("with enough: %q, %v", got, err)
	}
	for i, lacking := range []string{"get deployments/api", "get configmaps/app", "get secrets/db"} {
		_, err := try(fmt.Sprintf("lacks-%d", i), append(append([]rbacv1.PolicyRule{}, rules[:i]...), rules[i+1:]...)...)
		if want := lacking + " in namespace " + r.namespace + ": the identity may not do this"; report.CodeOf(err) != report.Denied || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// What is not there is named, and a token that is not taken is told from a
// right that is missing.
func TestKubeMissing(t *testing.T) {
	r := newRig(t, "prod")
	r.provision(t, provisioned())
	c := r.open(t, Read)
	ctx := t.Context()
	value := func(namespace, deployment string) error {
		_, err := c.Value(ctx, Variable{Namespace: namespace, Deployment: deployment, Name: "URL"})
		return err
	}
	secret := func(namespace, name, key string) error {
		_, err := c.Secret(ctx, SecretKey{namespace, name, key})
		return err
	}
	for want, err := range map[string]error{
		"get namespace nowhere-at-all: it does not exist":                          value("nowhere-at-all", "api"),
		"get deployments/none in namespace " + r.namespace + ": it does not exist": value(r.namespace, "none"),
		"get namespace nowhere-either: it does not exist":                          secret("nowhere-either", "db", "password"),
		"get secrets/none in namespace " + r.namespace + ": it does not exist":     secret(r.namespace, "none", "password"),
		"the Secret has no such key\nhint: it has URL, dollar, password, raw":      secret(r.namespace, "db", "nothing"),
	} {
		if report.CodeOf(err) != report.NotFound || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	if got, err := c.Secret(ctx, SecretKey{r.namespace, "db", "password"}); err != nil || got.Reveal() != "hunter2secret" {
		t.Errorf("%v", err)
	}
	if there, err := c.HasNamespace(ctx, r.namespace); !there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
	if _, err := Open(ctx, r.withToken(t, "not-a-token-of-anybody"), Address{Environment: "prod", Server: r.server(t, "prod")}, Read); report.CodeOf(err) != report.Denied || !strings.Contains(err.Error(), "not accepted, or has expired") {
		t.Errorf("a token that is none: %v", err)
	}
	if err := c.Client().CoreV1().Secrets(r.namespace).Delete(ctx, "db", metav1.DeleteOptions{}); err == nil || !strings.Contains(err.Error(), "DELETE") {
		t.Errorf("a write through the read door: %v", err)
	}
}

// A token whose time has passed is refused as such in mid-run: the next
// request says that the credential has expired.
func TestKubeO25_ExpiredToken(t *testing.T) {
	r := newRig(t, "prod")
	access := r.as(t, "short")
	c, err := Open(t.Context(), access, Address{Environment: "prod", Server: r.server(t, "prod")}, Read)
	if err != nil {
		t.Fatal(err)
	}
	// Tokens live ten minutes at least; one of an account that is gone is worth as little at once.
	if err := r.client.CoreV1().ServiceAccounts(r.namespace).Delete(t.Context(), "short", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		_, err := c.HasNamespace(t.Context(), "kube-system")
		if report.CodeOf(err) == report.Denied && strings.Contains(err.Error(), "not accepted, or has expired") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v", err)
		}
	}
}

// A Secret that is changed is read anew by whoever asks next.
func TestKubeO23_RotatedSecret(t *testing.T) {
	r := newRig(t, "prod")
	r.provision(t, provisioned())
	c := r.open(t, Read)
	key := SecretKey{r.namespace, "db", "password"}
	if got, err := c.Secret(t.Context(), key); err != nil || got.Reveal() != "hunter2secret" {
		t.Fatal(err)
	}
	secret, err := r.client.CoreV1().Secrets(r.namespace).Get(t.Context(), "db", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	secret.Data["password"] = []byte("hunter3secret")
	if _, err := r.client.CoreV1().Secrets(r.namespace).Update(t.Context(), secret, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Secret(t.Context(), key); err != nil || got.Reveal() != "hunter3secret" {
		t.Errorf("%v", err)
	}
}
