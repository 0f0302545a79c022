package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
)

// outerAddress is an address of this machine that is not its loopback: the API
// server sends nobody there.
func outerAddress(t testing.TB) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	check(t, err)
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	t.Fatal("this machine has no address but its loopback")
	return ""
}

// slackStandIn takes what the service posts, in place of Slack's web API.
type slackStandIn struct {
	mu     sync.Mutex
	posted int
	calls  []string // method, message and text
}

func (s *slackStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.TrimPrefix(r.URL.Path, "/")+" "+body["ts"]+" "+body["text"])
	if body["ts"] == "" {
		s.posted++
		body["ts"] = fmt.Sprintf("17.%d", s.posted)
	}
	fmt.Fprintf(w, `{"ok":true,"channel":"C1","ts":%q}`, body["ts"])
}

func (s *slackStandIn) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *slackStandIn) last() string {
	if said := s.said(); len(said) > 0 {
		return said[len(said)-1]
	}
	return ""
}

// served is a service that runs as a process of its own, and the way to it.
type served struct {
	*jobBench
	config  string // of the service
	laptops string // the same of who holds no credential of a store and no key: no store is named in it
	address string
	slack   *slackStandIn
	env     []string
	process *exec.Cmd
	log     *lockedText
}

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// serviceAccount is the service's of the chart; what comes back is a
// kubeconfig with its token.
func (b *jobBench) serviceAccount(t testing.TB) string {
	t.Helper()
	r := chartRole(t, "tenantcopy-serve", []string{"tenantcopy-start", "tenantcopy-chat"}, []string{"tenantcopy-identity", "tenantcopy-review"})
	return b.account(t, r.account, r.rights, r.beyond)
}

// serveOn starts the service as its pod would run, with the credentials of the
// twins' stores and no other, and gives the cluster a Service that leads to it.
func serveOn(t testing.TB, b *jobBench, kubeconfig, config string) *served {
	t.Helper()
	s := &served{jobBench: b, slack: &slackStandIn{}, log: &lockedText{}}
	api := httptest.NewServer(s.slack)
	t.Cleanup(api.Close)
	host := outerAddress(t)
	port, err := freePort()
	check(t, err)
	s.address = net.JoinHostPort(host, port)
	account := func(name string) string { return `"system:serviceaccount:` + b.Namespace + ":" + name + `"` }
	s.config = filepath.Join(t.TempDir(), "tenantcopy.yaml")
	check(t, os.WriteFile(s.config, []byte(config+`serve:
  listen: "`+s.address+`"
  allow: {staging: {users: [`+account("ada")+`, `+account("kim")+`], slack: [U1]}}
  slack: {signing-secret: {env: SLACK_SIGNING}, token: {env: SLACK_TOKEN}, source: prod, destination: staging}
`), 0o600))
	s.laptops = filepath.Join(t.TempDir(), "tenantcopy.yaml")
	check(t, os.WriteFile(s.laptops, []byte(`version: 1
environments:
  prod: {protected: true}
  staging: {copies-from: [prod], kubernetes: {context: staging, namespace: "hr-{name}"}}
runs-in: {context: staging, namespace: `+b.Namespace+`, service: true}
tenants: {"*": {}}
`), 0o600))
	s.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TENANTCOPY_CONFIG=" + s.config, "TENANTCOPY_SLACK_API=" + api.URL, "SLACK_SIGNING=" + signingSecret, "SLACK_TOKEN=xoxb-1-token",
		"TENANTCOPY_KUBECONFIG=" + kubeconfig,
		"REDIS_PW_STAGING=" + os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_STAGING"), "PG_PW_STAGING=" + os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_STAGING"),
		"TENANTCOPY_TEST_REDIS_PASSWORD_STAGING=" + os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_STAGING"), "TENANTCOPY_TEST_PG_PASSWORD_STAGING=" + os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_STAGING"),
		"TENANTCOPY_TEST_AZURE_KEY_STAGING=" + os.Getenv("TENANTCOPY_TEST_AZURE_KEY_STAGING")}
	s.start(t)
	t.Cleanup(func() { s.kill() })
	s.route(t, host, port)
	return s
}

// start starts the service's process, and waits until it answers.
func (s *served) start(t testing.TB) {
	t.Helper()
	s.process = exec.Command("tenantcopy", "serve")
	s.process.Env, s.process.Stdout, s.process.Stderr = s.env, s.log, s.log
	check(t, s.process.Start())
	until(t, "the service", func() (bool, error) {
		response, err := http.Get("http://" + s.address + "/healthz")
		if err != nil {
			return false, nil
		}
		return response.StatusCode == http.StatusNoContent, response.Body.Close()
	})
}

// kill ends the service as a lost node would.
func (s *served) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// lockedText takes what a process writes.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// route leads the cluster's Service to the process.
func (s *served) route(t testing.TB, host, port string) {
	t.Helper()
	core, meta := s.Client.CoreV1(), metav1.ObjectMeta{Name: "tenantcopy"}
	_, err := core.Services(s.Namespace).Create(t.Context(), &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}}}}, metav1.CreateOptions{})
	check(t, err)
	// The API server passes requests on to addresses of pods alone: this one never runs, and lends the service its name.
	pod, err := core.Pods(s.Namespace).Create(t.Context(), &corev1.Pod{ObjectMeta: meta,
		Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: "tests/never"}}, Containers: []corev1.Container{{Name: "serve", Image: "pause"}}}}, metav1.CreateOptions{})
	check(t, err)
	pod.Status.PodIP, pod.Status.PodIPs = host, []corev1.PodIP{{IP: host}}
	_, err = core.Pods(s.Namespace).UpdateStatus(t.Context(), pod, metav1.UpdateOptions{})
	check(t, err)
	// It finds them in this older kind, for which the client's type is deprecated.
	endpoints := fmt.Sprintf(`{"kind":"Endpoints","apiVersion":"v1","metadata":{"name":"tenantcopy"},"subsets":[{"addresses":[{"ip":%q,"targetRef":{"kind":"Pod","namespace":%q,"name":"tenantcopy"}}],
"ports":[{"name":"http","port":%s}]}]}`, host, s.Namespace, port)
	check(t, core.RESTClient().Post().AbsPath("/api/v1/namespaces/"+s.Namespace+"/endpoints").Body([]byte(endpoints)).Do(t.Context()).Error())
	until(t, "the way to the service", func() (bool, error) { // the API server hears of it a moment later
		path := "/api/v1/namespaces/" + s.Namespace + "/services/" + serviceName + "/proxy/healthz"
		_, err := core.RESTClient().Get().AbsPath(path).DoRaw(t.Context())
		return err == nil, nil
	})
}

// laptop is the machine of somebody who holds no credential of a store and no
// key, only the right to reach the service.
type laptop struct {
	env    []string
	folder string // where a stand-in for Tilt leaves what it was told
}

func (s *served) laptop(t testing.TB, who string) *laptop {
	t.Helper()
	r := chartRole(t, who, []string{"tenantcopy-call"}, []string{"tenantcopy-identity"})
	l := &laptop{folder: t.TempDir()}
	check(t, os.WriteFile(filepath.Join(l.folder, "tilt"), []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" > argv\nenv > told\nexit 42\n"), 0o700))
	l.env = []string{"PATH=" + l.folder + ":" + os.Getenv("PATH"), "HOME=" + l.folder, "TENANTCOPY_CONFIG=" + s.laptops,
		"TENANTCOPY_KUBECONFIG=" + s.account(t, who, r.rights, r.beyond)}
	return l
}

// run runs the program there, and returns its exit code and what it said.
func (l *laptop) run(t testing.TB, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command("tenantcopy", args...)
	cmd.Env, cmd.Dir = l.env, l.folder
	out, err := cmd.CombinedOutput()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return 0, string(out)
	case ended:
		return exit.ExitCode(), string(out)
	}
	t.Fatal(err)
	return 0, ""
}

// secretsOf are what no output may hold: what the tests know of passwords and
// keys.
func secretsOf() (all []string) {
	for _, name := range []string{"REDIS_PASSWORD", "PG_PASSWORD", "AZURE_KEY"} {
		all = append(all, os.Getenv("TENANTCOPY_TEST_"+name+"_PROD"), os.Getenv("TENANTCOPY_TEST_"+name+"_STAGING"))
	}
	return append(all, signingSecret, "xoxb-1-token", "00112233445566778899aabbccddeeff")
}

func holdNoSecret(t *testing.T, what, text string) {
	t.Helper()
	for _, secret := range secretsOf() {
		if len(secret) > 5 && strings.Contains(text, secret) {
			t.Errorf("%s holds a secret", what)
		}
	}
}

// order sends the slash command as Slack does.
func (s *served) order(t *testing.T, tenantName, trigger string) string {
	t.Helper()
	body := url.Values{"command": {"/tenantcopy"}, "user_id": {"U1"}, "text": {tenantName}, "trigger_id": {trigger}, "channel_id": {"C1"}}.Encode()
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(signingSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	request, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/slack", strings.NewReader(body))
	check(t, err)
	request.Header.Set("X-Slack-Request-Timestamp", stamp)
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	response, err := http.DefaultClient.Do(request)
	check(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(t, err)
	return string(text)
}

// serviceConfig is what a case's copies are made with, by the service and in
// its Jobs.
func serviceConfig(b *jobBench, spec job.Spec, replaced ...string) string {
	config := strings.ReplaceAll(jobConfig(), "namespace: NAMESPACE", "service: true, namespace: "+b.Namespace+", config: "+spec.Config+", environment: "+spec.Config)
	return strings.NewReplacer(replaced...).Replace(config)
}

// TestKubeServe: a laptop without any credential or key has a copy made, and
// sees it as if it ran there; who is not allowed has none; the same slash
// command twice makes one Job and one message that is changed to the end.
func TestKubeServe(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	spec := b.settle(t, jobCase{name: "serve"})
	fillDatabase(t, spec.Source.Name)
	s := serveOn(t, b, b.serviceAccount(t), serviceConfig(b, spec))
	src, dst := spec.Source.String(), spec.Destination.String()

	if code, said := s.laptop(t, "eve").run(t, src, dst); code != 4 || !strings.Contains(said, "may not") {
		t.Fatalf("who is not allowed: %d\n%s", code, said)
	}
	ada := s.laptop(t, "ada")
	for _, flag := range []string{"--jobs=2", "--rules=x.yaml", "--report=x", "--limit=redis.connections=1"} {
		if code, said := ada.run(t, src, dst, flag); code != 3 || !strings.Contains(said, "the service takes no --") || !strings.Contains(said, "--here") {
			t.Errorf("%s: %d\n%s", flag, code, said)
		}
	}
	code, said := ada.run(t, src, dst, "--skip", "postgres", "--unclassified=drop", "--take-over", "--keep-down")
	if code != 0 || strings.Contains(said, "postgres  surveyed") || !strings.Contains(said, "redis     proved clean") {
		t.Errorf("with options: %d\n%s", code, said)
	}
	made, err := b.Client.BatchV1().Jobs(b.Namespace).Get(t.Context(), job.Name(spec.Destination), metav1.GetOptions{})
	check(t, err)
	want := []string{src, dst, "--progress", "json", "--skip", "postgres", "--unclassified", "drop", "--take-over", "--keep-down"}
	if got := made.Spec.Template.Spec.Containers[0].Args; !slices.Equal(got, want) {
		t.Errorf("the Job's arguments are %q", got)
	}
	code, said = ada.run(t, src, dst)
	if code != 0 || !strings.Contains(said, "postgres  surveyed") || !strings.Contains(said, "redis     proved clean") || !strings.Contains(said, "proved and live") {
		t.Fatalf("a laptop's copy: %d\n%s", code, said)
	}

	for range 2 {
		if answer := s.order(t, spec.Source.Name, "same"); !strings.Contains(answer, "Copying") && !strings.Contains(answer, "under way") {
			t.Errorf("Slack is answered %s", answer)
		}
	}
	until(t, "the end of the message", func() (bool, error) { return strings.Contains(s.slack.last(), "is done"), nil })
	calls := s.slack.said()
	if !strings.HasPrefix(calls[0], "chat.postMessage  ") || slices.ContainsFunc(calls[1:], func(c string) bool { return !strings.HasPrefix(c, "chat.update 17.1 ") }) {
		t.Errorf("Slack was told\n%s", strings.Join(calls, "\n"))
	}
	if last := s.slack.last(); !strings.Contains(last, "tenantcopy tilt "+dst) || !strings.Contains(last, "6 records") || !regexp.MustCompile(`live after \d+s`).MatchString(last) {
		t.Errorf("the last word in Slack: %s", last)
	}
	if codes, _ := b.words(t, job.Name(spec.Destination)); len(codes) != 1 {
		t.Errorf("two orders made %d pods", len(codes))
	}
	holdNoSecret(t, "Slack", strings.Join(calls, "\n"))
	holdNoSecret(t, "the service's log", s.log.String())
}

// TestKubeServeKilled: a service that is killed in mid-run, and one that was
// not there when the run ended, find the run again when they are started, and
// bring its one message to the end; then there is nothing more to tell.
func TestKubeServeKilled(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	gate := hook("before-switch", "touch $MARKS/begun; while test ! -e $MARKS/go; do sleep 0.2; done; rm $MARKS/go $MARKS/begun")
	spec := b.settle(t, jobCase{name: "again", config: gate})
	fillDatabase(t, spec.Source.Name)
	s := serveOn(t, b, b.serviceAccount(t), serviceConfig(b, spec, gate...))
	begun, free := filepath.Join(b.marks, "begun"), filepath.Join(b.marks, "go")
	for number, there := range []bool{true, false} { // when the run ends
		before := len(s.slack.said())
		s.order(t, spec.Source.Name, fmt.Sprint("order", number))
		until(t, "the run", func() (bool, error) {
			return exists(begun) && slices.ContainsFunc(s.slack.said()[before:], func(call string) bool { return strings.Contains(call, "has begun") }), nil
		})
		s.kill()
		if there {
			s.start(t)
		}
		check(t, os.WriteFile(free, nil, 0o600))
		if !there {
			b.end(t, job.Name(spec.Destination))
			s.start(t)
		}
		until(t, "the end of the message", func() (bool, error) { return strings.Contains(s.slack.last(), "is done"), nil })
		stamp := fmt.Sprintf("17.%d", number+1)
		for i, call := range s.slack.said()[before:] {
			if !strings.HasPrefix(call, "chat.update "+stamp+" ") && i > 0 || !strings.Contains(call, "asked for by <@U1>") {
				t.Errorf("Slack was told %s", call)
			}
		}
		if last := s.slack.last(); !strings.Contains(last, "6 records") || !strings.Contains(last, "tenantcopy tilt") {
			t.Errorf("the last word in Slack: %s", last)
		}
		until(t, "the label", func() (bool, error) {
			j, err := b.Client.BatchV1().Jobs(b.Namespace).Get(t.Context(), job.Name(spec.Destination), metav1.GetOptions{})
			return err == nil && j.Labels["tenantcopy/chat"] == "told", err
		})
		told := len(s.slack.said())
		s.kill()
		s.start(t)
		time.Sleep(time.Second) // long enough for a word too many
		if again := s.slack.said(); len(again) != told {
			t.Errorf("after the end Slack was told %s", again[told:])
		}
	}
	holdNoSecret(t, "the service's log", s.log.String())
}
