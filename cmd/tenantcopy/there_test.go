package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/serve"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestWatchingIsLeft: Ctrl-C ends the look at a run that the service has made,
// and nothing of the run: it says so, with the exit code of the signal.
func TestWatchingIsLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("the service was asked to %s %s", r.Method, r.URL.Path)
		}
		fmt.Fprintln(w, `{"said":"the pod waits"}`)
		w.(http.Flusher).Flush()
		cancel(interruptedError{syscall.SIGINT})
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	a, _ := jobApp(t, "", nil)
	service := &serve.Client{Base: server.URL, HTTP: server.Client(), Sleep: parallel.Sleep}
	err := a.watchThere(ctx, service, copyFlags{progress: "quiet"}, tenant.Ref{Env: "prod", Name: "acme"}, tenant.Ref{Env: "staging", Name: "acme"})
	if said := message(err); exitCode(err) != 130 || !strings.HasSuffix(said, "hint: the Job goes on; the same command follows it again\n") || strings.Contains(said, "staged") {
		t.Errorf("%d %q", exitCode(err), said)
	}
}
