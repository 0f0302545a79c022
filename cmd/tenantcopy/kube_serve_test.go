package main

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
)

// outerAddress is an address of this machine that is not its loopback: the API
// server sends nobody there.
func outerAddress(t *testing.T) string {
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
	mu    sync.Mutex
	calls []string // method and text
}

func (s *slackStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]string
	_ = json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.TrimPrefix(r.URL.Path, "/")+" "+body["ts"]+" "+body["text"])
	_, _ = io.WriteString(w, `{"ok":true,"channel":"C1","ts":"17.1"}`)
}

func (s *slackStandIn) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// served is a service that runs, and the way to it.
type served struct {
	*jobBench
	config  string
	address string
	slack   *slackStandIn
}

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// serveOn starts the service as its pod would run, and gives the cluster a
// Service that leads to it.
func serveOn(t *testing.T, b *jobBench, config string) *served {
	t.Helper()
	s := &served{jobBench: b, slack: &slackStandIn{}}
	api := httptest.NewServer(s.slack)
	t.Cleanup(api.Close)
	s.config = config + `serve:
  listen: "` + outerAddress(t) + `:0"
  allow: {staging: {users: ["system:serviceaccount:` + b.Namespace + `:ada"], slack: [U1]}}
  slack: {signing-secret: {env: SLACK_SIGNING}, token: {env: SLACK_TOKEN}, source: prod, destination: staging}
`
	a, _ := jobApp(t, s.config, map[string]string{"TENANTCOPY_KUBECONFIG": b.admin, "TENANTCOPY_SLACK_API": api.URL, "SLACK_SIGNING": signingSecret, "SLACK_TOKEN": "xoxb-1-token"})
	a.clock = time.Now
	read, write := io.Pipe()
	a.out = newScrubber(write)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := a.serve(ctx)
		write.CloseWithError(err) // whoever waits for its first line hears why there is none
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	line, err := bufio.NewReader(read).ReadString('\n')
	check(t, err)
	s.address = strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	host, port, err := net.SplitHostPort(s.address)
	check(t, err)
	number, err := strconv.Atoi(port)
	check(t, err)
	meta := metav1.ObjectMeta{Name: "tenantcopy"}
	_, err = b.Client.CoreV1().Services(b.Namespace).Create(t.Context(), &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}}}}, metav1.CreateOptions{})
	check(t, err)
	// The API server passes requests on to addresses of pods alone: this one never runs, and lends the service its name.
	pod, err := b.Client.CoreV1().Pods(b.Namespace).Create(t.Context(), &corev1.Pod{ObjectMeta: meta,
		Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: "tests/never"}}, Containers: []corev1.Container{{Name: "serve", Image: "pause"}}}}, metav1.CreateOptions{})
	check(t, err)
	pod.Status.PodIP, pod.Status.PodIPs = host, []corev1.PodIP{{IP: host}}
	_, err = b.Client.CoreV1().Pods(b.Namespace).UpdateStatus(t.Context(), pod, metav1.UpdateOptions{})
	check(t, err)
	// It finds them in this older kind, for which the client's type is deprecated.
	endpoints := fmt.Sprintf(`{"kind":"Endpoints","apiVersion":"v1","metadata":{"name":"tenantcopy"},"subsets":[{"addresses":[{"ip":%q,"targetRef":{"kind":"Pod","namespace":%q,"name":"tenantcopy"}}],
"ports":[{"name":"http","port":%d}]}]}`, host, b.Namespace, number)
	err = b.Client.CoreV1().RESTClient().Post().AbsPath("/api/v1/namespaces/" + b.Namespace + "/endpoints").Body([]byte(endpoints)).Do(t.Context()).Error()
	check(t, err)
	until(t, "the way to the service", func() (bool, error) { // the API server hears of it a moment later
		path := "/api/v1/namespaces/" + b.Namespace + "/services/" + serviceName + "/proxy/healthz"
		_, err := b.Client.CoreV1().RESTClient().Get().AbsPath(path).DoRaw(t.Context())
		return err == nil, nil
	})
	return s
}

// laptop runs a copy as somebody who holds no credential of a store and no
// key, only the right to reach the service.
func (s *served) laptop(t *testing.T, who string, args ...string) (int, string) {
	t.Helper()
	proxy := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"services/proxy"}, ResourceNames: []string{"tenantcopy", serviceName}, Verbs: []string{"get", "create", "delete"}}}
	identity := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"namespaces"}, ResourceNames: []string{"kube-system"}, Verbs: []string{"get"}}}
	a, out := jobApp(t, s.config, map[string]string{"TENANTCOPY_KUBECONFIG": s.account(t, who, proxy, identity)})
	a.clock = time.Now
	return a.run(args), out.String()
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

// TestKubeServe: a laptop without any credential or key has a copy made, and
// sees it as if it ran there; who is not allowed has none; the same slash
// command twice makes one Job and one message that is changed to the end.
func TestKubeServe(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	spec := b.settle(t, jobCase{name: "serve"})
	fillDatabase(t, spec.Source.Name)
	config := strings.ReplaceAll(jobConfig(), "namespace: NAMESPACE", "service: true, namespace: "+b.Namespace+", config: "+spec.Config+", environment: "+spec.Config)
	s := serveOn(t, b, config)

	if code, said := s.laptop(t, "eve", spec.Source.String(), spec.Destination.String()); code != 4 || !strings.Contains(said, "may not") {
		t.Fatalf("who is not allowed: %d\n%s", code, said)
	}
	code, said := s.laptop(t, "ada", spec.Source.String(), spec.Destination.String())
	if code != 0 || !strings.Contains(said, "postgres  surveyed") || !strings.Contains(said, "redis     proved clean") || !strings.Contains(said, "proved and live") {
		t.Fatalf("a laptop's copy: %d\n%s", code, said)
	}

	for range 2 {
		if answer := s.order(t, spec.Source.Name, "same"); !strings.Contains(answer, "Copying") && !strings.Contains(answer, "under way") {
			t.Errorf("Slack is answered %s", answer)
		}
	}
	until(t, "the end of the message", func() (bool, error) {
		calls := s.slack.said()
		return len(calls) > 1 && strings.Contains(calls[len(calls)-1], "is done"), nil
	})
	calls := s.slack.said()
	if !strings.HasPrefix(calls[0], "chat.postMessage  ") || slices.ContainsFunc(calls[1:], func(c string) bool { return !strings.HasPrefix(c, "chat.update 17.1 ") }) {
		t.Errorf("Slack was told\n%s", strings.Join(calls, "\n"))
	}
	if last := calls[len(calls)-1]; !strings.Contains(last, "tenantcopy tilt staging/"+spec.Source.Name) || !strings.Contains(last, "6 records") {
		t.Errorf("the last word in Slack: %s", last)
	}
	if codes, _ := b.words(t, job.Name(spec.Destination)); len(codes) != 1 {
		t.Errorf("two orders made %d pods", len(codes))
	}
}
