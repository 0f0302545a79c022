package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// The laptop of somebody without rights, from the first command to Tilt.

// demo fills the demo's tenant under a name of its own, in all four stores,
// makes what its Job refers to, and returns the name and the configuration of
// those who hold the credentials.
func (b *jobBench) demo(t testing.TB) (name, config string) {
	t.Helper()
	name = "kd" + strings.ToLower(rand.Text()[:8])
	folder := t.TempDir()
	seeder, file := filepath.Join(folder, "seed"), filepath.Join(folder, "tenantcopy.yaml")
	for _, argv := range [][]string{
		{"go", "build", "-o", seeder, "../../examples/acme/seed"},
		{seeder, "--people", "20", "--tenant", name, "--config", file, "--rules", "../../examples/acme/rules.yaml"},
	} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", argv[0], err, out)
		}
	}
	t.Cleanup(func() {
		for _, side := range []string{"PROD", "STAGING"} {
			remove(cleanup{}, side, name)
		}
	})
	text, err := os.ReadFile(file)
	check(t, err)
	config = string(text) + "runs-in: {context: staging, image: tenantcopy, service: true, namespace: " + b.Namespace + ", config: " + name + ", environment: " + name + "}\n"
	rules, err := os.ReadFile("../../examples/acme/rules.yaml")
	check(t, err)
	files, secrets := map[string]string{"tenantcopy.yaml": config, "rules.yaml": string(rules)}, map[string]string{"TENANTCOPY_KEY": "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"}
	for _, entry := range os.Environ() {
		if key, value, _ := strings.Cut(entry, "="); strings.HasPrefix(key, "TENANTCOPY_TEST_") && key != "TENANTCOPY_TEST_KUBECONFIG" {
			secrets[key] = value
		}
	}
	meta := metav1.ObjectMeta{Name: name}
	_, err = b.Client.CoreV1().ConfigMaps(b.Namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: meta, Data: files}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.CoreV1().Secrets(b.Namespace).Create(t.Context(), &corev1.Secret{ObjectMeta: meta, StringData: secrets}, metav1.CreateOptions{})
	check(t, err)
	return name, config
}

// cleanup is where remove finds the servers.
type cleanup struct{}

// Getenv returns what a script would have.
func (c cleanup) Getenv(name string) string {
	kind, side, _ := strings.Cut(name, "_")
	switch {
	case strings.HasPrefix(name, "REDIS_PW_"):
		return os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_" + strings.TrimPrefix(name, "REDIS_PW_"))
	case kind == "PG":
		return strings.TrimSuffix(strings.Replace(os.Getenv("TENANTCOPY_TEST_PG_"+side), "@", ":"+os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_"+side)+"@", 1), "/postgres")
	}
	return os.Getenv("TENANTCOPY_TEST_" + name)
}

// tilted are the arguments that the stand-in for Tilt got, after those that
// are the same for every start of a tenant.
func (l *laptop) tilted(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(l.folder, "argv"))
	check(t, err)
	check(t, os.Remove(filepath.Join(l.folder, "argv")))
	argv := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	head := []string{"up", "--context", "staging", "--namespace", "hr-" + name, "--port"}
	if len(argv) < 10 || !slices.Equal(argv[:6], head) || !slices.Equal(argv[7:10], []string{"--", "--tenant-name", name}) {
		t.Fatalf("Tilt was started with %q", argv)
	}
	return argv[10:]
}

// TestKubeLaptopWithoutRights: with a configuration that names no store and no
// key, and a token that opens nothing but the way to the service, the demo's
// tenant is copied, the run is seen as it goes, and Tilt is started on a twin
// that is marked as in use, refreshed when it is too old, and given back.
func TestKubeLaptopWithoutRights(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	name, config := b.demo(t)
	s := serveOn(t, b, b.serviceAccount(t), config)
	src, dst := "prod/"+name, "staging/"+name
	if text, err := os.ReadFile(s.laptops); err != nil || strings.Contains(string(text), "url") || strings.Contains(string(text), "key") || strings.Contains(string(text), "password") {
		t.Fatalf("the laptop's configuration: %v\n%s", err, text)
	}
	ada, kim := s.laptop(t, "ada"), s.laptop(t, "kim")
	var all strings.Builder
	run := func(l *laptop, want int, args []string, says ...string) string {
		t.Helper()
		code, said := l.run(t, args...)
		all.WriteString(said)
		if code != want || slices.ContainsFunc(says, func(text string) bool { return !strings.Contains(said, text) }) {
			t.Fatalf("tenantcopy %q: exit code %d, want %d and %q\n%s", args, code, want, says, said)
		}
		return said
	}
	refused := func(l *laptop, want int, args []string, says ...string) {
		t.Helper()
		run(l, want, args, says...)
		if exists(filepath.Join(l.folder, "argv")) {
			t.Fatalf("tenantcopy %q started Tilt", args)
		}
	}

	refused(ada, 7, []string{"tilt", dst}, "never copied")
	stream := []string{"started", "surveyed", "postgres  proved clean", "search    proved clean", "redis     proved clean", "blob      proved clean", dst + " is a pseudonymised copy of " + src, "starting Tilt on " + dst}
	run(ada, 42, []string{src, dst, "--tilt", "--", "--services=api", "two words; rm"}, stream...)
	if got := ada.tilted(t, name); !slices.Equal(got, []string{"--services=api", "two words; rm"}) {
		t.Errorf("behind -- Tilt got %q", got)
	}
	told, err := os.ReadFile(filepath.Join(ada.folder, "told"))
	check(t, err)
	if !strings.Contains(string(told), "TENANTCOPY_TENANT="+name+"\n") || !strings.Contains(string(told), "TENANTCOPY_CLUSTER_UID=") {
		t.Errorf("Tilt's environment:\n%s", told)
	}

	who := "system-serviceaccount-" + b.Namespace + "-ada"
	run(kim, 0, []string{"status", dst}, "the copy of "+src, "in use by "+who)
	refused(kim, 6, []string{"tilt", dst}, who, "--take-over")
	refused(kim, 6, []string{src, dst, "--tilt"}, who)
	if said := run(ada, 42, []string{"tilt", dst, "--fresh", "24h"}); strings.Contains(said, "copying it anew") {
		t.Errorf("a fresh twin was copied:\n%s", said)
	}
	run(ada, 42, []string{"tilt", dst, "--fresh", "1ns", "--", "x"}, "copying it anew", "proved clean")
	if got := ada.tilted(t, name); !slices.Equal(got, []string{"x"}) {
		t.Errorf("behind -- Tilt got %q", got)
	}
	refused(ada, 3, []string{"tilt", dst, "--rules", "x.yaml", "--fresh", "1ns"}, "the service takes no --rules")
	run(kim, 42, []string{"tilt", dst, "--take-over"})
	kim.tilted(t, name)
	run(ada, 0, []string{"tilt", dst, "--release"}, "in use by system-serviceaccount-"+b.Namespace+"-kim")
	run(kim, 0, []string{"tilt", dst, "--release"}, "in nobody's use")
	check(t, os.Remove(filepath.Join(ada.folder, "tilt")))
	refused(ada, 13, []string{"tilt", dst}, "tilt is not on the PATH")
	run(kim, 0, []string{"status", dst, "--json"}, `"source": "`+src+`"`)
	if said := run(kim, 0, []string{"status", dst}); strings.Contains(said, "in use") {
		t.Errorf("Tilt did not start, and the twin is in use:\n%s", said)
	}
	refused(s.laptop(t, "eve"), 4, []string{"tilt", dst}, "may not")
	refused(ada, 5, []string{"tilt", src}, "protected")

	made, err := b.Client.BatchV1().Jobs(b.Namespace).Get(t.Context(), job.Name(tenant.Ref{Env: "staging", Name: name}), metav1.GetOptions{})
	check(t, err)
	text, err := json.Marshal(made)
	check(t, err)
	holdNoSecret(t, "the Job", string(text))
	holdNoSecret(t, "a laptop's output", all.String())
	holdNoSecret(t, "the service's log", s.log.String())
	holdNoSecret(t, "the service's arguments", fmt.Sprint(s.process.Args))
}

// BenchmarkKubeTilt is what somebody waits for who starts Tilt on a fresh twin
// of four stores: the whole process, to the end of a Tilt that does nothing.
func BenchmarkKubeTilt(b *testing.B) {
	bench := newJobBench(b)
	name, config := bench.demo(b)
	s := serveOn(b, bench, bench.serviceAccount(b), config)
	ada := s.laptop(b, "ada")
	if code, said := ada.run(b, "prod/"+name, "staging/"+name); code != 0 {
		b.Fatalf("%d\n%s", code, said)
	}
	check(b, os.WriteFile(filepath.Join(ada.folder, "tilt"), []byte("#!/bin/sh\nexit 42\n"), 0o700))
	own := *ada
	own.env = append(slices.Clone(s.env), "TENANTCOPY_CONFIG="+filepath.Join(own.folder, "tenantcopy.yaml"), "PATH="+own.folder+":"+os.Getenv("PATH"))
	check(b, os.WriteFile(filepath.Join(own.folder, "tenantcopy.yaml"), []byte(strings.Replace(config, "\n  staging:\n", "\n  staging:\n    kubernetes: {context: staging}\n", 1)), 0o600))
	for _, c := range []struct {
		name string
		of   *laptop
		args []string
	}{{"stores", &own, []string{"--here", "--take-over"}}, {"service", ada, []string{"--take-over"}}} {
		b.Run(c.name, func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				cmd := exec.Command("tenantcopy", append([]string{"tilt", "staging/" + name, "--fresh", "24h"}, c.args...)...)
				cmd.Env, cmd.Dir = c.of.env, c.of.folder
				if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 42 {
					b.Fatalf("%v\n%s", err, out)
				}
				cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(cpu)/1e6/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(b.Elapsed())/1e6/float64(b.N), "wall-ms/op")
			b.ReportMetric(0, "ns/op")
		})
	}
}
