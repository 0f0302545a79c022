package search

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// describedAs reads what a server would say of one index.
func describedAs(t *testing.T, body string) described {
	t.Helper()
	var d described
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDoor is the list of what may pass to a source.
func TestDoor(t *testing.T) {
	for _, c := range []struct {
		method, path string
		passes       bool
	}{
		{"GET", "/_nodes", true}, {"HEAD", "/acme-x", true}, {"GET", "/acme-*", true}, {"GET", "/acme-x/_doc/1", true},
		{"POST", "/_search", true}, {"POST", "/acme-x/_pit", true}, {"DELETE", "/_pit", true},
		{"GET", "/_refresh", false}, {"GET", "/acme-x/_flush", false}, {"GET", "/acme-x/_forcemerge", false},
		{"POST", "/acme-x/_search", false}, {"POST", "/_pit", false}, {"POST", "/_all/_pit", false}, {"POST", "/acme-x/_bulk", false}, {"POST", "/_bulk", false},
		{"POST", "/_aliases", false}, {"POST", "/_reindex", false}, {"POST", "/acme-x/_pit/_bulk", false}, {"POST", "/../_pit", false},
		{"DELETE", "/acme-x", false}, {"DELETE", "/acme-x/_pit", false}, {"PUT", "/acme-x", false}, {"PUT", "/_search", false}, {"PATCH", "/_search", false}, {"POST", "/", false}, {"DELETE", "/", false},
	} {
		if got := readsOnly(c.method, c.path); got != c.passes {
			t.Errorf("%s %s: passes %v", c.method, c.path, got)
		}
	}
}

// TestLogicalName holds what the rules see of an index.
func TestLogicalName(t *testing.T) {
	for _, c := range []struct{ name, aliases, group, query string }{
		{"acme-jobs", `{}`, "jobs", ""},
		{"acme-people-000001", `{"acme-people":{}}`, "people", ""},
		{"acme-people-000001", `{"acme-people":{},"acme-folk":{}}`, "people-000001", ""},
		{"acme-people", `{"acme-active":{"filter":{"term":{"a":1}}}}`, "people", ""},
		{"acme-people", `{"everybody":{}}`, "people", ""},
		{"v7", `{"acme-people":{}}`, "people", ""},
		{"v7", `{"acme-people":{},"acme-folk":{}}`, "folk", ""},
		{"shared", `{"acme-people":{"filter":{"term":{"t":1.0}}},"globex-people":{"filter":{"term":{"t":2}}}}`, "people", `{"term":{"t":1.0}}`},
		{"shared", `{"acme-a":{"filter":{"x":1}},"acme-b":{"filter":{"y":1}}}`, "a", `{"bool":{"minimum_should_match":1,"should":[{"x":1},{"y":1}]}}`},
		{"shared", `{"acme-a":{"filter":{"x":1}},"acme-b":{}}`, "b", ""},
	} {
		ix, _, err := newIndex("acme-", c.name, describedAs(t, `{"aliases":`+c.aliases+`}`))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if ix.group != c.group || string(ix.query) != c.query {
			t.Errorf("%s %s: group %q, query %s", c.name, c.aliases, ix.group, ix.query)
		}
	}
	_, _, err := newIndex("acme-", "shared", describedAs(t, `{"aliases":{"acme-a":{"search_routing":"1","index_routing":"1"}}}`))
	if report.CodeOf(err) != report.Incompatible {
		t.Errorf("routing alone: %v", err)
	}
	ix, _, err := newIndex("acme-", stagedName("abcdefabcdef", 3), describedAs(t, `{"aliases":{"acme-people":{},"acme-people-000001":{}},
		"mappings":{"_meta":{"app":1,"tenantcopy":{"version":1,"twin":"staging/acme","group":"people","of":3}}}}`))
	if err != nil || ix.group != "people" || asJSON(t, ix.mapping) != `{"_meta":{"app":1}}` {
		t.Errorf("a copy of a copy: %v, %v", ix, err)
	}
}

// TestDataStream_replayed is a data stream as Elasticsearch 8.19 with its
// data-streams module lists it.
func TestDataStream_replayed(t *testing.T) {
	ix, notes, err := newIndex("acme-", ".ds-acme-logs-2026.01.01-000001", describedAs(t, `{"aliases":{},"mappings":{"_data_stream_timestamp":{"enabled":true}},
		"settings":{"index":{"hidden":"true","number_of_shards":"1"}},"data_stream":"acme-logs"}`))
	if ix != nil || err != nil || len(notes) != 1 || !strings.Contains(notes[0], "data stream acme-logs") {
		t.Errorf("%v, %q, %v", ix, notes, err)
	}
}

// TestSettings holds what an index is created with and gets back.
func TestSettings(t *testing.T) {
	source := describedAs(t, `{"settings":{"index":{"uuid":"u","provided_name":"p","creation_date":"1","version":{"created":"8"},"routing":{"allocation":{"include":{"_tier_preference":"x"}}},
		"lifecycle":{"name":"l"},"blocks":{"write":"true"},"resize":{"source":{"name":"x"}},"number_of_shards":"3","number_of_replicas":"2","refresh_interval":"7s",
		"translog":{"durability":"request","sync_interval":"9s"},"default_pipeline":"p","analysis":{"filter":{"f":{"type":"stop","stopwords":["a"]}}},"similarity":{"s":{"type":"BM25","b":"0.1"}},
		"routing_partition_size":"2","search":{"throttled":"true","idle":{"after":"3s"}},"mapping":{"total_fields":{"limit":"5"}}}}}`).Settings.Index
	if got := asJSON(t, createSettings(source)); got != `{"analysis.filter.f.stopwords":["a"],"analysis.filter.f.type":"stop","auto_expand_replicas":false,"default_pipeline":"_none","final_pipeline":"_none",`+
		`"mapping.total_fields.limit":"5","number_of_replicas":0,"number_of_shards":"3","refresh_interval":"-1","routing_partition_size":"2","search.idle.after":"3s","similarity.s.b":"0.1","similarity.s.type":"BM25",`+
		`"translog.durability":"async","translog.sync_interval":"9s","write.wait_for_active_shards":"1"}` {
		t.Errorf("create: %s", got)
	}
	if got := asJSON(t, restored(source)); got != `{"auto_expand_replicas":null,"default_pipeline":"p","final_pipeline":null,"number_of_replicas":"2","refresh_interval":"7s","translog.durability":"request","write.wait_for_active_shards":null}` {
		t.Errorf("restore: %s", got)
	}
	if notes := leftSettings("i", source); len(notes) != 3 {
		t.Errorf("notes: %q", notes)
	}
}

// TestActions holds the one request that makes a copy live.
func TestActions(t *testing.T) {
	yes := true
	fresh := map[string]stagedMeta{"tenantcopy-abcdefabcdef-1": {Group: "people", Aliases: map[string]alias{"acme-people": {IsWriteIndex: &yes}, "acme-some": {Filter: json.RawMessage(`{"t":1.0}`), SearchRouting: "1", IndexRouting: "2", IsHidden: &yes}}}}
	there := map[string]described{
		"tenantcopy-abcdefabcdef-1": describedAs(t, `{"aliases":{"acme-people":{}}}`), // half switched before
		"tenantcopy-old123456789-1": describedAs(t, `{"aliases":{"acme-people":{}}}`), // an older copy, whose _meta somebody replaced
		"tenantcopy-eu1234567890-1": describedAs(t, `{"aliases":{"acme-eu-people":{}},"mappings":{"_meta":{"tenantcopy":{"twin":"staging/acme-eu"}}}}`),
		"acme-concrete":             describedAs(t, `{}`),
		"somebodys":                 describedAs(t, `{"aliases":{"acme-x":{},"other":{}}}`),
	}
	s := &staged{prefix: "acme-"}
	got := asJSON(t, s.actionsFor("staging/acme", fresh, there))
	want := `[{"remove_index":{"index":"acme-concrete"}},{"remove":{"alias":"acme-x","index":"somebodys"}},{"remove_index":{"index":"tenantcopy-old123456789-1"}},` +
		`{"add":{"alias":"acme-people","index":"tenantcopy-abcdefabcdef-1","is_write_index":true}},` +
		`{"add":{"alias":"acme-some","filter":{"t":1.0},"index":"tenantcopy-abcdefabcdef-1","index_routing":"2","is_hidden":true,"search_routing":"1"}}]`
	if got != want {
		t.Errorf("actions %s", got)
	}
}

// TestNames holds that nothing staged can match a tenant's own pattern.
func TestNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,12}`).Draw(t, "prefix")
		run := rapid.StringMatching(`[0-9a-z]{12}`).Draw(t, "run")
		if checkPrefix(prefix) != nil {
			return
		}
		for _, name := range []string{stagedName(run, 7), controlName(run), markerIndex} {
			if strings.HasPrefix(name, prefix) {
				t.Errorf("%s lies under %s", name, prefix)
			}
		}
		if got, ok := runOf(stagedName(run, 7)); !ok || got != run {
			t.Errorf("run of its own name: %q", got)
		}
	})
	for _, name := range []string{"tenantcopy-marker", "tenantcopy-short-1", "acme-people", "tenantcopy-abcdefabcdef", "tenantcopy-abcdefabcdef-"} {
		if _, ok := runOf(name); ok {
			t.Errorf("%s passes for a staged index", name)
		}
	}
}

// TestSlicesFor holds how indexes are cut.
func TestSlicesFor(t *testing.T) {
	for docs, want := range map[int64]int{0: 1, 1: 1, 5_000: 1, 5_001: 2, 15_001: 4, 1_000_000: 4, 1_250_000: 5, 1 << 40: 256} {
		if got := slicesFor(docs); got != want {
			t.Errorf("%d documents: %d slices, want %d", docs, got, want)
		}
	}
}

// TestReduced holds that an error of the network or of a server leaves only
// codes and names.
func TestReduced(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
		code report.Code
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "es:9200: connection refused", report.Transient},
		{&net.DNSError{Name: "secret.host", IsNotFound: true}, "es:9200: host name not found", report.Transient},
		{fmt.Errorf("wrap: %w", io.ErrUnexpectedEOF), "es:9200: connection closed by the server", report.Transient},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, "es:9200: certificate is for another host", report.Usage},
		{x509.UnknownAuthorityError{}, "es:9200: certificate is signed by an unknown authority", report.Usage},
		{errors.New("PUT http://u:p@es/x: secret"), "es:9200: connection broken", report.Transient},
	} {
		got := reduceNetwork("es:9200", c.err)
		if got.Error() != c.want {
			t.Errorf("%v became %q", c.err, got)
		}
		if code, _ := (&client{}).classify(got); code != c.code {
			t.Errorf("%v is of class %s", c.err, code)
		}
	}
	e := statusOf(404, []byte(`{"error":{"root_cause":[{"type":"No such [jane@x]","index":"i"}],"type":"x_exception","reason":"jane@x"},"status":404}`))
	if e.Error() != "status 404 on index i" {
		t.Errorf("status error: %q", e)
	}
	if e := statusOf(502, []byte(`<html>jane@x`)); e.Error() != "status 502" {
		t.Errorf("proxy error: %q", e)
	}
}

// TestThrottle holds that the bound falls by half, rises slowly, and that a
// caller who waits is let in, or leaves with its context.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(4)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 4 {
			if err := th.enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		in := make(chan error, 2)
		go func() { in <- th.enter(ctx) }()
		synctest.Wait()
		if len(in) != 0 {
			t.Fatal("a fifth request was let in")
		}
		th.leave(true) // 3 busy, bound 2
		synctest.Wait()
		if len(in) != 0 || th.limit != 2 {
			t.Fatalf("after an overload: bound %v", th.limit)
		}
		th.leave(true) // 2 busy, bound 1
		th.leave(false)
		th.leave(false)
		synctest.Wait()
		if err := <-in; err != nil {
			t.Fatal(err)
		}
		for range 20 {
			th.leave(false)
			if err := th.enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if th.limit != 4 {
			t.Errorf("bound %v after many good requests", th.limit)
		}
		for range 3 {
			if err := th.enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		go func() { in <- th.enter(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-in; !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled caller got %v", err)
		}
	})
}

// TestPause holds that waits grow, are bounded, and end with the context.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		seed := uint32(1)
		for n := 1; n < 30; n++ {
			if err := pause(ctx, n, &seed); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		if err := pause(ctx, 30, &seed); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestKeep moves what was refused to the front of the buffer.
func TestKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}`), 1, 20).Draw(t, "parts")
		buf := []byte(nil)
		w := &sink{buf: &buf}
		var refused []item
		var want []string
		for _, p := range parts {
			start := len(buf)
			buf = append(buf, p...)
			w.items = append(w.items, item{start, len(buf)})
			if rapid.Bool().Draw(t, "refused") {
				refused = append(refused, item{start, len(buf)})
				want = append(want, p)
			}
		}
		if len(refused) == len(w.items) {
			refused = w.items // as post returns a whole body
		}
		w.keep(refused)
		var got []string
		for _, it := range w.items {
			got = append(got, string((*w.buf)[it.start:it.end]))
		}
		if !slices.Equal(got, want) || string(*w.buf) != strings.Join(want, "") {
			t.Errorf("kept %q, want %q", got, want)
		}
	})
}

// TestVersions compares versions by number.
func TestVersions(t *testing.T) {
	order := []string{"7.9.3", "7.15.0", "8.2.1", "8.19.6", "9.0.0", "9.10.0"}
	for i, a := range order {
		for j, b := range order {
			if got := parseVersion(a).before(parseVersion(b)); got != (i < j) {
				t.Errorf("%s before %s: %v", a, b, got)
			}
		}
	}
	if got := (&reader{version: parseVersion("9.2.0")}).wholeSource(); got == "" {
		t.Error("vectors are not asked for")
	}
	if got := (&reader{version: parseVersion("8.19.6")}).wholeSource(); got != "" {
		t.Error("vectors are asked for where they cannot be")
	}
}

// TestRedirect holds that an answer which is no success is an error.
func TestRedirect(t *testing.T) {
	if e := statusOf(http.StatusFound, nil); e.Error() != "status 302" {
		t.Error(e)
	}
}
