package workloads

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// wire is a way to the real API server that can be cut: connections end, and
// new ones are refused.
type wire struct {
	t        *testing.T
	at, to   string
	listener net.Listener

	mu    sync.Mutex
	conns []net.Conn
}

func (w *wire) mend() {
	l, err := net.Listen("tcp", w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.listener, w.at = l, l.Addr().String()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", w.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			w.mu.Lock()
			w.conns = append(w.conns, in, out)
			w.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
}

func (w *wire) cut() {
	_ = w.listener.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// wired is a cluster behind a wire.
func wired(t *testing.T) (*wire, *cluster.Cluster) {
	t.Helper()
	file, err := clientcmd.LoadFromFile(os.Getenv("TENANTCOPY_TEST_KUBECONFIG"))
	if err != nil {
		t.Fatal(err)
	}
	server := file.Clusters[file.Contexts["staging"].Cluster]
	u, err := url.Parse(server.Server)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, at: "127.0.0.1:0", to: u.Host}
	w.mend()
	t.Cleanup(w.cut)
	server.Server = "https://" + w.at
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*file, kubeconfig); err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Open(t.Context(), cluster.Access{Kubeconfig: kubeconfig}, cluster.Address{Environment: "staging", Context: "staging"}, cluster.Write)
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

// TestKubeSilentServer: an API server that is away for a while ends no copy; one
// that stays away does, and so does what came back meanwhile.
func TestKubeSilentServer(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 1)
	selection := Selection{Namespace: p.namespace, Deployments: []string{"api"}}
	by := p.set(selection, Options{})
	if _, err := by.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	w, c := wired(t)
	for name, tc := range map[string]struct {
		back int // the look at which it answers again
		code report.Code
	}{
		"back after 20 s": {12, report.Unsafe},
		"gone for good":   {1000, report.Transient},
	} {
		now, looks := time.Now(), 0
		s := In(c, selection, Options{Clock: func() time.Time { return now }, Sleep: func(ctx context.Context, d time.Duration) error {
			now = now.Add(d)
			switch looks++; looks {
			case 2:
				w.cut()
			case tc.back:
				w.mend()
			case tc.back + 3:
				return by.write(ctx, api, size{Replicas: 1})
			case 100:
				t.Errorf("%s: it goes on", name)
				return context.Canceled
			}
			return context.Cause(ctx)
		}})
		if err := s.Watch(t.Context()); report.CodeOf(err) != tc.code {
			t.Errorf("%s: after %d looks: %v", name, looks, err)
		}
		if looks < tc.back {
			w.mend()
		}
		p.must(by.write(t.Context(), api, size{}))
	}
}
