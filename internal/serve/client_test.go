package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// brokenStream breaks off twice, each time later, before the run ends. The
// service says something of its own in between, and the log of the first pod is
// gone at last, with its node.
func brokenStream(t *testing.T) *httptest.Server {
	t.Helper()
	streams := []string{
		`{"pod":"a","n":1,"event":{"phase":"survey"}}` + "\n" + `{"pod":"a","n":2,"event":{"phase":"copy"}}` + "\n" + `{"said":"no answer"}` + "\n",
		`{"pod":"a","n":1,"event":{"phase":"survey"}}` + "\n" + `{"pod":"a","n":2,"event":{"phase":"copy"}}` + "\n" + `{"pod":"a","n":3,"said":"killed"}` + "\n" + `{"pod":"b","n":1,"ev`,
		`{"said":"no answer"}` + "\n" + `{"pod":"b","n":1,"event":{"phase":"survey"}}` + "\n" + `{"pod":"b","n":2,"event":{"phase":"verify"}}` + "\n" + `{"ended":{"code":9,"message":"a leak"}}` + "\n",
	}
	attempt := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, streams[attempt])
		attempt++
	}))
	t.Cleanup(server.Close)
	return server
}

// TestFollowAgain: a stream that breaks off is taken up again, no line comes
// twice, and none is lost, whatever the service says between the pods' lines.
func TestFollowAgain(t *testing.T) {
	var pauses []time.Duration
	c := &Client{Base: brokenStream(t).URL, HTTP: http.DefaultClient, Sleep: func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return nil
	}}
	var got []string
	ended, err := c.Follow(t.Context(), tenant.Ref{Env: "staging", Name: "acme"}, func(l Line) error {
		if said := fmt.Sprintf("%s%d %s%s", l.Pod, l.N, l.Event, l.Said); !strings.Contains(said, "ask the service") {
			got = append(got, said)
		}
		return nil
	})
	if err != nil || ended.Code != 9 || ended.Message != "a leak" {
		t.Fatalf("%+v, %v", ended, err)
	}
	want := []string{`a1 {"phase":"survey"}`, `a2 {"phase":"copy"}`, "0 no answer", "a3 killed", `b1 {"phase":"survey"}`, `b2 {"phase":"verify"}`}
	if !slices.Equal(got, want) {
		t.Errorf("heard %q", got)
	}
	if len(pauses) != 2 {
		t.Errorf("pauses %v", pauses)
	}
}

// TestFollowGivenUp: whoever stops listening in the middle of a stream hears
// why, not that the stream broke off.
func TestFollowGivenUp(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, `{"pod":"a","n":1,"event":{"phase":"survey"}}`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	enough := errors.New("Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := &Client{Base: server.URL, HTTP: server.Client(), Sleep: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }}
	_, err := c.Follow(ctx, tenant.Ref{Env: "staging", Name: "acme"}, func(Line) error {
		cancel(enough)
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
}

// TestRefusalKeepsItsClass: what the service refuses ends the command with the
// same exit code as at home; what has no body of ours does not pass as success.
func TestRefusalKeepsItsClass(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   report.Code
	}{
		"refused":        {http.StatusForbidden, `{"refused":{"code":"denied","text":"jo may not"}}`, report.Denied},
		"locked":         {http.StatusConflict, `{"refused":{"code":"locked","text":"another run"}}`, report.Locked},
		"the way":        {http.StatusForbidden, `{"kind":"Status","reason":"Forbidden"}`, report.Denied},
		"none there":     {http.StatusNotFound, `{"kind":"Status","reason":"NotFound"}`, report.NotFound},
		"no service":     {http.StatusServiceUnavailable, `no endpoints available`, report.Transient},
		"a proxy's page": {http.StatusOK, `<html>log in</html>`, report.Transient},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}))
		client := &Client{Base: server.URL, HTTP: server.Client()}
		_, err := client.Begin(t.Context(), Asked{Source: "prod/acme", Destination: "staging/acme"})
		if err == nil || report.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
	client := &Client{Base: "http://127.0.0.1:1", HTTP: http.DefaultClient, Sleep: func(context.Context, time.Duration) error { return nil }}
	if _, err := client.Follow(t.Context(), tenant.Ref{Env: "staging", Name: "acme"}, func(Line) error { return nil }); report.CodeOf(err) != report.Transient || errors.Is(err, context.Canceled) {
		t.Errorf("nobody there: %v", err)
	}
}
