package main

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/tenantcopy/tenantcopy/internal/job"
)

// outage is a way to a server that can be cut and mended, and that can be made
// to carry nothing while its connections stay open.
type outage struct {
	to       string
	listener net.Listener

	mu    sync.Mutex
	cut   bool
	held  chan struct{} // closed when what is held goes on; nil when nothing is
	conns map[net.Conn]bool
}

// hold keeps what is sent from now on, either way, until the outage ends.
func (o *outage) hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = make(chan struct{})
}

// through writes to a connection what is not held.
type through struct {
	*outage
	to net.Conn
}

func (w through) Write(data []byte) (int, error) {
	w.mu.Lock()
	held := w.held
	w.mu.Unlock()
	if held != nil {
		<-held
	}
	return w.to.Write(data)
}

// throughOutage leads a kubeconfig's way to the API server through one.
func throughOutage(t *testing.T, kubeconfig string) *outage {
	t.Helper()
	config, err := clientcmd.LoadFromFile(kubeconfig)
	check(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	o := &outage{listener: listener, conns: make(map[net.Conn]bool)}
	for _, c := range config.Clusters {
		u, err := url.Parse(c.Server)
		check(t, err)
		o.to, u.Host = u.Host, listener.Addr().String()
		c.Server = u.String()
	}
	check(t, clientcmd.WriteToFile(*config, kubeconfig))
	var all sync.WaitGroup
	all.Go(func() { o.serve(&all) })
	t.Cleanup(func() {
		_ = listener.Close()
		o.set(true)
		all.Wait()
	})
	return o
}

func (o *outage) serve(all *sync.WaitGroup) {
	for {
		near, err := o.listener.Accept()
		if err != nil {
			return
		}
		all.Go(func() { o.carry(near) })
	}
}

// carry passes a connection on, until one end or the outage closes it.
func (o *outage) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", o.to)
	if err != nil || !o.keep(near, far) {
		return
	}
	defer o.forget(near, far)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(through{o, way[0]}, way[1])
			_ = near.Close()
			_ = far.Close()
		})
	}
	both.Wait()
}

func (o *outage) keep(conns ...net.Conn) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range conns {
		if o.cut {
			_ = c.Close()
			continue
		}
		o.conns[c] = true
	}
	return !o.cut
}

func (o *outage) forget(conns ...net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range conns {
		delete(o.conns, c)
	}
}

// set cuts the way, with all that is open on it, or mends it.
func (o *outage) set(cut bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held != nil {
		close(o.held)
		o.held = nil
	}
	o.cut = cut
	for c := range o.conns {
		if cut {
			_ = c.Close()
		}
	}
}

// gated is a run that waits in mid-run for the file go.
func gated() []string {
	return hook("before-switch", "touch $MARKS/begun; while test ! -e $MARKS/go; do sleep 0.2; done")
}

// laptopEnds runs a copy on a laptop beside the test.
func (l *laptop) laptopEnds(t *testing.T, args ...string) <-chan ended {
	t.Helper()
	out := make(chan ended, 1)
	go func() {
		code, said := l.run(t, args...)
		out <- ended{code, said}
	}()
	return out
}

type ended struct {
	code int
	said string
}

// kubeconfig is the one that a process is given.
func kubeconfig(env []string) string {
	at := slices.IndexFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "TENANTCOPY_KUBECONFIG=") })
	return strings.TrimPrefix(env[at], "TENANTCOPY_KUBECONFIG=")
}

// TestKubeAPIServerBack: the API server cannot be reached for twenty seconds in
// mid-run, neither from the laptop, nor from the service, nor from the pod. The
// run goes on, nothing is done twice, and the laptop hears of it to the end.
func TestKubeAPIServerBack(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	spec := b.settle(t, jobCase{name: "back", config: gated()})
	fillDatabase(t, spec.Source.Name)
	pods := throughOutage(t, b.pods)
	s := serveOn(t, b, b.serviceAccount(t), serviceConfig(b, spec, gated()...))
	s.kill()
	ada := s.laptop(t, "ada")
	ways := []*outage{pods, throughOutage(t, kubeconfig(ada.env)), throughOutage(t, kubeconfig(s.env))}
	s.start(t)
	end := ada.laptopEnds(t, spec.Source.String(), spec.Destination.String())
	until(t, "the run", func() (bool, error) { return exists(filepath.Join(b.marks, "begun")), nil })
	for _, way := range ways {
		way.set(true)
	}
	time.Sleep(20 * time.Second)
	for _, way := range ways {
		way.set(false)
	}
	check(t, os.WriteFile(filepath.Join(b.marks, "go"), nil, 0o600))
	got := <-end
	if got.code != 0 || strings.Count(got.said, "redis     surveyed") != 1 || strings.Count(got.said, "redis     proved clean") != 1 || !strings.Contains(got.said, "is found again") {
		t.Errorf("the laptop ended with %d\n%s", got.code, got.said)
	}
	if codes, _ := b.words(t, job.Name(spec.Destination)); !slices.Equal(codes, []int{0}) || live(t, spec.Destination.Name) < 3 {
		t.Errorf("the pods ended with %v, %d keys are live", codes, live(t, spec.Destination.Name))
	}
	holdNoSecret(t, "the laptop's output", got.said)
	holdNoSecret(t, "the service's log", s.log.String())
}

// TestKubeAPIServerGone: a pod that cannot renew its Lease does no further
// part; each attempt ends with 11, and whoever watches ends with it. The old
// twin, here none, stays as it was.
func TestKubeAPIServerGone(t *testing.T) {
	t.Parallel()
	b := newJobBench(t)
	spec := b.settle(t, jobCase{name: "gone", config: gated()})
	fillDatabase(t, spec.Source.Name)
	pods := throughOutage(t, b.pods)
	s := serveOn(t, b, b.serviceAccount(t), serviceConfig(b, spec, gated()...))
	end := s.laptop(t, "ada").laptopEnds(t, spec.Source.String(), spec.Destination.String())
	until(t, "the run", func() (bool, error) { return exists(filepath.Join(b.marks, "begun")), nil })
	pods.set(true)
	var got ended
	select {
	case got = <-end:
	case <-time.After(4 * time.Minute):
		t.Fatal("the laptop did not end")
	}
	if got.code != 11 || !strings.Contains(got.said, "the Lease is lost") && !strings.Contains(got.said, "get namespace kube-system") {
		t.Errorf("the laptop ended with %d\n%s", got.code, got.said)
	}
	codes, words := b.words(t, job.Name(spec.Destination))
	if len(codes) != 3 || slices.ContainsFunc(codes, func(code int) bool { return code != 11 }) {
		t.Errorf("the pods ended with %v", codes)
	}
	if !slices.ContainsFunc(words, func(r job.Result) bool { return strings.Contains(r.Why, "the Lease is lost") }) {
		t.Errorf("no pod says that it lost its Lease: %+v", words)
	}
	left, err := redisOf(t, "STAGING").Keys(context.Background(), "*"+spec.Destination.Name+"*").Result()
	if err != nil || slices.ContainsFunc(left, func(key string) bool { return strings.HasPrefix(key, spec.Destination.Name+":") }) {
		t.Errorf("left in the twin: %q, %v", left, err)
	}
	holdNoSecret(t, "the laptop's output", got.said)
	for _, word := range words {
		holdNoSecret(t, "a last word", word.Why)
	}
}
