package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// The scripts under e2e/kube need the API servers that scripts/services starts,
// beside the stores.

func TestKubeScripts(t *testing.T) {
	if os.Getenv("TENANTCOPY_TEST_KUBECONFIG") == "" {
		t.Fatal(`TENANTCOPY_TEST_KUBECONFIG is not set: run scripts/services up --require all,kube, then eval "$(scripts/services env)"`)
	}
	seeder := filepath.Join(t.TempDir(), "seed")
	if out, err := exec.Command("go", "build", "-o", seeder, "../../examples/acme/seed").CombinedOutput(); err != nil {
		t.Fatalf("build the seeder: %v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../e2e/kube", RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TENANTCOPY_KUBECONFIG", os.Getenv("TENANTCOPY_TEST_KUBECONFIG"))
			return setup(env, seeder)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"seed": cmdSeed, "exits": cmdExits, "edit": cmdEdit, "same": cmdSame, "fetch": cmdFetch, "provision": cmdProvision,
			"upto": cmdUpto, "resume": cmdResume, "kube": cmdKube, "neighbour": cmdNeighbour,
		},
	})
}

// clientOf speaks to one of the tests' clusters as its administrator.
func clientOf(ts *testscript.TestScript, side string) kubernetes.Interface {
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(&clientcmd.ClientConfigLoadingRules{ExplicitPath: os.Getenv("TENANTCOPY_TEST_KUBECONFIG")},
		&clientcmd.ConfigOverrides{CurrentContext: side}).ClientConfig()
	ts.Check(err)
	client, err := kubernetes.NewForConfig(config)
	ts.Check(err)
	return client
}

// cmdProvision makes the script's tenant in both clusters, as an application's
// operator would: a namespace with a ConfigMap, a Secret and a deployment that
// name its four stores. Then it writes the stores into tenantcopy.yaml as from:.
func cmdProvision(ts *testscript.TestScript, _ bool, _ []string) {
	text := ts.ReadFile("tenantcopy.yaml")
	c, err := parseConfig("tenantcopy.yaml", []byte(text))
	ts.Check(err)
	for _, env := range []string{"prod", "staging"} {
		urls := make(map[string]*url.URL)
		for kind, s := range c.Environments[env].stores() {
			t := resolved{ref: tenant.Ref{Env: env, Name: ts.Getenv("TENANT")}, name: ts.Getenv("TENANT")}
			u, err := url.Parse(fillName(s.URL, t))
			ts.Check(err)
			urls[kind] = u
		}
		provision(ts, env, urls)
	}
	for _, kind := range tenant.Kinds() {
		from := fmt.Sprintf("${1}from: {deployment: api, env: %s_URL}", strings.ToUpper(string(kind)))
		if kind == tenant.Postgres {
			from += ", user: postgres"
		}
		text = regexp.MustCompile(`(?m)^(    `+string(kind)+`: \{)url: "[^"]*"`).ReplaceAllString(text, from)
	}
	for _, env := range []string{"prod", "staging"} {
		text = strings.Replace(text, "\n  "+env+":\n", "\n  "+env+":\n    kubernetes: {context: "+env+"}\n", 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs("tenantcopy.yaml"), []byte(text), 0o644))
}

// provision makes one namespace. The credentials in it are the application's,
// and open nothing.
func provision(ts *testscript.TestScript, side string, urls map[string]*url.URL) {
	client, ctx, namespace := clientOf(ts, side), context.Background(), ts.Getenv("TENANT")
	_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	ts.Check(err)
	ts.Defer(func() { _ = client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}) })
	urls["postgres"].User = url.UserPassword("app", "hunter2secret")
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }
	_, err = client.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: named("redis"), Data: map[string]string{"HOST": urls["redis"].Host, "DATABASE": "0", "PREFIX": namespace + ":"}}, metav1.CreateOptions{})
	ts.Check(err)
	_, err = client.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: named("api"),
		StringData: map[string]string{"url": urls["postgres"].String(), "REDIS_PASSWORD": "hunter2secret", "SEARCH_URL": urls["search"].String(), "INDEX_OWNER": namespace}}, metav1.CreateOptions{})
	ts.Check(err)
	_, err = client.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: named("tenantcopy"), StringData: map[string]string{"redis": ts.Getenv("REDIS_PW_"+strings.ToUpper(side)) + "\n"}}, metav1.CreateOptions{})
	ts.Check(err)
	api := corev1.LocalObjectReference{Name: "api"}
	container := corev1.Container{Name: "api", Image: "hr/api", EnvFrom: []corev1.EnvFromSource{
		{Prefix: "REDIS_", ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "redis"}}},
		{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: api}},
	}, Env: []corev1.EnvVar{
		{Name: "POSTGRES_URL", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: api, Key: "url"}}},
		{Name: "REDIS_URL", Value: "redis://:$(REDIS_PASSWORD)@$(REDIS_HOST)/$(REDIS_DATABASE)"},
		{Name: "BLOB_URL", Value: urls["blob"].String()},
		{Name: "BLOB_HOST", Value: urls["blob"].Host}, {Name: "BLOB_CONTAINER", Value: namespace},
		{Name: "SEARCH_PREFIX", Value: "$(INDEX_OWNER)-"}, {Name: "ALL_INDEXES", Value: "*"},
	}}
	deploy(ts, client, namespace, container)
}
