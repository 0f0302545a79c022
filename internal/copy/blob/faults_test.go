package blob

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// fault stands between the source's door and the network and spoils some
// answers, as a real server cannot be asked to.
type fault struct {
	next  http.RoundTripper
	mu    sync.Mutex
	left  int                                      // answers to spoil
	which func(r *http.Request) bool               // of these requests
	spoil func(resp *http.Response) *http.Response // how
}

// RoundTrip implements http.RoundTripper.
func (f *fault) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.next.RoundTrip(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || f.left == 0 || !f.which(r) {
		return resp, err
	}
	f.left--
	return f.spoil(resp), nil
}

// lose ends the body early, as a lost connection does.
func lose(resp *http.Response) *http.Response {
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(resp.Body, 2), errReader{io.ErrUnexpectedEOF}), resp.Body}
	return resp
}

// busy answers that the server has too much to do.
func busy(resp *http.Response) *http.Response {
	resp.Body.Close()
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Proto: resp.Proto, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"X-Ms-Error-Code": {"ServerBusy"}},
		Body: io.NopCloser(strings.NewReader("<Error><Code>SlowDown</Code><Message>secret</Message></Error>")), Request: resp.Request}
}

// TestFaults: a connection that is lost in the middle of a body and a storm of
// refusals are transient, nothing half is written, and the next try is whole.
func TestFaults(t *testing.T) {
	body := func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/k/one.csv")
	}
	all := func(*http.Request) bool { return true }
	for _, x := range []struct {
		name  string
		times int // as often as one request is tried
		which func(*http.Request) bool
		spoil func(*http.Response) *http.Response
	}{{"lost connection", 1, body, lose}, {"storm", 3, all, busy}} {
		t.Run(x.name, func(t *testing.T) {
			eachProtocol(t, func(t *testing.T, protocol string) {
				p := newPair(t, protocol)
				p.src.write(thing{name: "k/one.csv", typ: "text/csv", body: "a,b,c\n1,2,3\n"})
				st, a := p.staged(rulesOf(`"**": keep`))
				st.noPull.Store(true)
				f := &fault{next: p.door.next, which: x.which, spoil: x.spoil}
				p.door.next = f
				for c, err := range st.Chunks(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					f.left = x.times
					_, err := c.Copy(t.Context(), a)
					wantCode(t, err, report.Transient)
					if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "one.csv") {
						t.Errorf("the error quotes: %v", err)
					}
					if names := p.twin.names(false); len(names) > 0 {
						t.Errorf("half an object was written")
					}
					if _, err := c.Copy(t.Context(), a); err != nil {
						t.Fatalf("the next try: %v", err)
					}
				}
				if diff := cmp.Diff(p.src.dump(), p.twin.dump()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestListingFails: a listing that breaks off ends the copy, and nothing is
// sealed.
func TestListingFails(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.src.write(thing{name: "k/one.csv", body: "1"})
		st, _ := p.staged(rulesOf(`"**": keep`))
		p.door.next = &fault{next: p.door.next, left: 9, which: func(*http.Request) bool { return true }, spoil: busy}
		failed := false
		for _, err := range st.Chunks(t.Context()) {
			wantCode(t, err, report.Transient)
			failed = true
		}
		if !failed {
			t.Error("the broken listing went unnoticed")
		}
		if err := st.Seal(t.Context()); err == nil {
			t.Error("sealed after a broken listing")
		}
	})
}
