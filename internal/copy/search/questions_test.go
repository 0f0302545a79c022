package search

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// The tests' servers have no security: what one with it answers is recorded
// from Elasticsearch's documentation of _has_privileges.
func TestPrivileges_replayed(t *testing.T) {
	var asked string
	recorded := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.URL.Path + " " + string(body)
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		_, _ = io.WriteString(w, `{"username":"reader","has_all_requested":false,"cluster":{"monitor":true,"manage":false},
"index":{"acme-*":{"read":true,"view_index_metadata":false,"monitor":true,"write":true}},"application":{}}`)
	}))
	defer recorded.Close()
	c, err := newClient(tenant.Store{Kind: tenant.Search, Name: "search", URL: recorded.URL, Prefix: "acme-"}, tenant.Session{Run: "r", User: "u"}, report.Source)
	if err != nil {
		t.Fatal(err)
	}
	p := &prober{c: c, prefix: "acme-"}
	g, err := p.Questions().Missing(t.Context())
	if want := []string{"cluster privilege manage", "index privilege view_index_metadata on acme-*"}; err != nil || !slices.Equal(g.Lines, want) {
		t.Errorf("missing: %q, %v", g.Lines, err)
	}
	if !strings.HasPrefix(asked, "GET /_security/user/_has_privileges ") || !strings.Contains(asked, `"names":["acme-*"]`) {
		t.Errorf("asked %s", asked)
	}
	e, err := p.Questions().Excess(t.Context())
	if err != nil || !slices.Contains(e.Lines, "index privilege write on acme-*") || slices.Contains(e.Lines, "cluster privilege manage") {
		t.Errorf("too many: %q, %v", e.Lines, err)
	}
}

// A server without security says so, and tells its clock and its disks.
func TestQuestions(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"text":"x"}`})
	p, err := Probe(t.Context(), b.src)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	q := p.(*prober).Questions()
	if g, err := q.Missing(t.Context()); err != nil || len(g.Lines) > 0 {
		t.Errorf("missing: %+v, %v", g, err)
	}
	if g, err := q.Excess(t.Context()); err != nil || !strings.Contains(g.Says, "security is switched off") {
		t.Errorf("too many: %+v, %v", g, err)
	}
	if n, err := q.Holds(t.Context()); err != nil || n <= 0 {
		t.Errorf("holds %d, %v", n, err)
	}
}
