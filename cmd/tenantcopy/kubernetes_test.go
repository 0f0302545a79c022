package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// The file of tenantcopy's own comes first, then kubectl's, then the one at
// home if it is there.
func TestAccess(t *testing.T) {
	home := t.TempDir()
	own := filepath.Join(home, ".kube", "config")
	for _, tc := range []struct {
		name  string
		env   map[string]string
		file  bool // ~/.kube/config is there
		want  string
		inPod bool
	}{
		{"nothing", map[string]string{}, true, "", false},
		{"at home", map[string]string{"HOME": home}, true, own, false},
		{"not at home", map[string]string{"HOME": home}, false, "", false},
		{"kubectl's", map[string]string{"HOME": home, "KUBECONFIG": "a:b"}, true, "a:b", false},
		{"our own", map[string]string{"HOME": home, "KUBECONFIG": "a:b", "TENANTCOPY_KUBECONFIG": "c"}, true, "c", false},
		{"an empty one", map[string]string{"HOME": home, "KUBECONFIG": ""}, true, own, false},
		{"a pod", map[string]string{"HOME": home, "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, false, "", true},
	} {
		if err := os.RemoveAll(filepath.Dir(own)); err != nil {
			t.Fatal(err)
		}
		if tc.file {
			if err := os.MkdirAll(filepath.Dir(own), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(own, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		a, _ := testApp(tc.env)
		if got := a.access(); got.Kubeconfig != tc.want || got.InPod != tc.inPod || !strings.HasPrefix(got.Agent, "tenantcopy/") {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

// A configuration in which a store needs a cluster says what is wrong with
// the way to it; one in which none does reaches nothing.
func TestResolveNeedsCluster(t *testing.T) {
	a, _ := testApp(map[string]string{"PW": "swordfish-1", "TENANTCOPY_KUBECONFIG": "/nonexistent/config"})
	text := strings.Replace(goodConfig, `    redis: {url: "redis://h:1/0"`, "    kubernetes: {context: prod, namespace: \"hr-{name}\"}\n    redis: {from: {deployment: api, env: REDIS_URL}", 1)
	c, err := parseConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	prod, staging := tenant.Ref{Env: "prod", Name: "acme"}, tenant.Ref{Env: "staging", Name: "acme"}
	if _, err := a.resolve(t.Context(), c, staging, report.Destination); err != nil {
		t.Errorf("staging needs no cluster: %v", err)
	}
	_, err = a.resolve(t.Context(), c, prod, report.Source)
	if exitCode(err) != 3 || !strings.Contains(err.Error(), "reach the cluster of environment prod: the kubeconfig /nonexistent/config does not exist") {
		t.Errorf("exit %d: %v", exitCode(err), err)
	}
	if n := len(a.clusters.open); n != 1 {
		t.Errorf("%d clusters were opened", n)
	}
}

// The places of a cluster come from the environment's templates.
func TestResolvedAddress(t *testing.T) {
	at := resolved{ref: tenant.Ref{Env: "prod", Name: "acme"}, name: "acme-1"}
	at.env.Kubernetes = kubernetesConfig{Context: "{env}-{name}", Server: "https://{name}.example.com", UID: "u"}
	if got, want := at.address(), (cluster.Address{Environment: "prod", Context: "prod-acme-1", Server: "https://acme-1.example.com", UID: "u"}); got != want || at.namespace() != "acme-1" {
		t.Errorf("%+v, namespace %s", got, at.namespace())
	}
	at.env.Kubernetes.Namespace = "hr-{name}"
	if at.namespace() != "hr-acme-1" {
		t.Errorf("namespace %s", at.namespace())
	}
}

// A destination that is, by discovery, the source's own place is refused like
// one that is written so.
func TestProtectedPlaceDiscovered(t *testing.T) {
	text := strings.Replace(goodConfig, `    redis: {url: "redis://h:1/0"`, "    kubernetes: {context: prod}\n    redis: {from: {deployment: api, env: REDIS_URL}", 1)
	c, err := parseConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	src := resolved{ref: tenant.Ref{Env: "prod", Name: "acme"}, stores: []tenant.Store{{Kind: tenant.Redis, Name: "redis", URL: "redis://own:6379/0", Prefix: "acme:"}}}
	dst := resolved{ref: tenant.Ref{Env: "staging", Name: "acme"}, stores: []tenant.Store{{Kind: tenant.Redis, Name: "redis", URL: "redis://OWN/0", Prefix: "acme:"}}}
	if err := c.protectedPlace(src, dst); report.CodeOf(err) != report.Unsafe {
		t.Errorf("%v", err)
	}
	dst.stores[0].URL = "redis://other/0"
	if err := c.protectedPlace(src, dst); err != nil {
		t.Errorf("%v", err)
	}
}

// A run that is not let in because its password was changed meanwhile may be
// begun again; one whose password is simply wrong may not.
func TestO23_RotatedSecret(t *testing.T) {
	denied := &report.Error{Code: report.Denied, Store: "redis", Side: report.Source, Op: "connect", Err: errors.New("wrong password"), Hint: "check it"}
	for _, tc := range []struct {
		name string
		now  string
		fail error
		err  error
		want int
	}{
		{"changed", "hunter3secret", nil, denied, 11},
		{"the same", "hunter2secret", nil, denied, 4},
		{"cannot be read any more", "", errors.New("gone"), denied, 4},
		{"another failure", "hunter3secret", nil, &report.Error{Code: report.Full, Op: "write"}, 12},
	} {
		a, out := testApp(nil)
		value := "hunter2secret"
		how := func(context.Context) (tenant.Secret, error) { return tenant.NewSecret(value), nil }
		if got, err := a.read(t.Context(), "key password of secrets/redis in namespace acme", how); err != nil || got.Reveal() != value {
			t.Fatal(err)
		}
		value = tc.now
		if tc.fail != nil {
			a.clusters.read[0].again = func(context.Context) (tenant.Secret, error) { return tenant.Secret{}, tc.fail }
		}
		err := a.rotated(t.Context(), tc.err)
		if exitCode(err) != tc.want {
			t.Errorf("%s: exit %d, %v", tc.name, exitCode(err), err)
		}
		fmt.Fprint(a.err, message(err)+tc.now)
		if tc.want == 11 && (strings.Contains(out.String(), "hunter") || !strings.Contains(out.String(), "secrets/redis in namespace acme was changed during the run: redis source: connect: wrong password")) {
			t.Errorf("%s: %s", tc.name, out)
		}
	}
}

// Workloads that cannot be given back after a good copy end it with 13; after a
// failed one its own code stays, and they are told of.
func TestBoth(t *testing.T) {
	back := &report.Error{Code: report.Launch, Op: "give the workloads of namespace acme back", Err: errors.New("no connection")}
	for _, tc := range []struct {
		err  error
		code int
		said bool
	}{
		{nil, 13, false},
		{errors.New("hook failed"), 1, true},
		{&report.Error{Code: report.Full, Op: "write"}, 12, true},
		{interruptedError{syscall.SIGTERM}, 143, true},
	} {
		a, out := testApp(nil)
		if code := exitCode(a.both(tc.err, back)); code != tc.code || strings.Contains(out.String(), "give the workloads of namespace acme back: no connection") != tc.said {
			t.Errorf("%v: exit code %d, %q", tc.err, code, out)
		}
	}
	a, _ := testApp(nil)
	if err := a.both(nil, nil); err != nil {
		t.Error(err)
	}
}
