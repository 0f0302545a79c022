package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// faulty puts a proxy before a real server, for the faults that it cannot be
// asked to make. fault answers a request itself when it returns true.
func faulty(t *testing.T, s server, fault func(w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) bool) server {
	t.Helper()
	target, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	real := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fault(w, r, real) {
			real.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(proxy.Close)
	return server{proxy.URL}
}

// answer writes what Elasticsearch would.
func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

const overloadedAnswer = `{"error":{"root_cause":[{"type":"es_rejected_execution_exception","reason":"rejected"}],"type":"es_rejected_execution_exception","reason":"rejected"},"status":429}`

// takeHalf passes every second operation of a bulk request on and refuses the
// others, as an overloaded shard does.
func takeHalf(w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) {
	body, _ := io.ReadAll(r.Body)
	lines := bytes.SplitAfter(body, []byte("\n"))
	var half []byte
	n := len(lines) / 2
	for i := 0; i < n; i += 2 {
		half = append(append(half, lines[2*i]...), lines[2*i+1]...)
	}
	inner := r.Clone(r.Context())
	inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(half)), int64(len(half))
	recorder := httptest.NewRecorder()
	real.ServeHTTP(recorder, inner)
	var result struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(recorder.Body.Bytes(), &result) != nil {
		answer(w, http.StatusBadGateway, "")
		return
	}
	items := make([]string, n)
	for i := range n {
		items[i] = `{"index":{"status":429,"error":{"type":"es_rejected_execution_exception"}}}`
		if i%2 == 0 {
			items[i] = string(result.Items[i/2])
		}
	}
	answer(w, http.StatusOK, `{"errors":true,"items":[`+strings.Join(items, ",")+`]}`)
}

// TestStorms copies 3,000 documents through a server that refuses, cuts and
// shortens what it can, and wants every one of them on the other side.
func TestStorms(t *testing.T) {
	isBulk := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/_bulk") }
	for name, fault := range map[string]func(n int64, w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) bool{
		"whole requests refused": func(n int64, w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
			if n%3 != 0 {
				answer(w, http.StatusTooManyRequests, overloadedAnswer)
			}
			return n%3 != 0
		},
		"half of the documents refused": func(n int64, w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) bool {
			if n%2 == 1 {
				takeHalf(w, r, real)
			}
			return n%2 == 1
		},
		"gateway in trouble": func(n int64, w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
			if n%2 == 1 {
				http.Error(w, "<html>", []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}[n%3])
			}
			return n%2 == 1
		},
		"answer lost after the write": func(n int64, w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) bool {
			if n%2 == 1 {
				real.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			return false
		},
		"bodies of more than 100 kB too large": func(_ int64, w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
			if r.ContentLength > 100_000 {
				_, _ = io.Copy(io.Discard, r.Body)
				http.Error(w, "<html>", http.StatusRequestEntityTooLarge)
			}
			return r.ContentLength > 100_000
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.prod.must(t, http.MethodPost, b.prefix+"docs/_bulk?refresh=true", ndjson(3000, func(i int) string {
				return fmt.Sprintf(`{"n":%d,"text":%q}`, i, strings.Repeat("words of no meaning ", i%40))
			}))
			var seen, hit atomic.Int64
			b.dst.URL = faulty(t, b.staging, func(w http.ResponseWriter, r *http.Request, real *httputil.ReverseProxy) bool {
				if !isBulk(r) {
					return false
				}
				did := true
				defer func() {
					if did {
						hit.Add(1)
					}
				}()
				did = fault(seen.Add(1), w, r, real)
				return did
			}).url
			m := b.mustCopy(t, keepAll)
			if hit.Load() == 0 {
				t.Fatal("no fault was made: the test proves nothing")
			}
			if m.Stores[0].Tally.Records != 3000 || m.Stores[0].Tally.Groups["docs"] != 3000 {
				t.Errorf("tally counts %d documents, %v", m.Stores[0].Tally.Records, m.Stores[0].Tally.Groups)
			}
			b.wantSame(t)
		})
	}
}

// TestFatDocument is one document that no body can hold.
func TestFatDocument(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"docs", doc{"fat", "", `{"text":"` + strings.Repeat("confidential ", 10_000) + `"}`}, doc{"thin", "", `{"text":"x"}`})
	b.dst.URL = faulty(t, b.staging, func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
		if r.ContentLength > 100_000 {
			_, _ = io.Copy(io.Discard, r.Body)
			http.Error(w, "<html>", http.StatusRequestEntityTooLarge)
		}
		return r.ContentLength > 100_000
	}).url
	_, err := b.copy(t.Context(), t, keepAll)
	wantCode(t, err, report.Incompatible)
	if strings.Contains(err.Error(), "confidential") || !strings.Contains(err.Error(), "413") {
		t.Errorf("error: %v", err)
	}
}

// TestServerSays holds what each answer of a destination means, and that its
// words are not repeated.
func TestServerSays(t *testing.T) {
	const reason = `"reason":"failed to parse field [email] of document with id 'jane@corp.test'. Preview of field's value: 'jane@corp.test'"`
	for name, c := range map[string]struct {
		path   string // of the request that gets the answer
		status int
		body   string
		code   report.Code
		wants  string // in the error
	}{
		"a mapping conflict": {"_bulk", 200, `{"errors":true,"items":[{"index":{"status":400,"error":{"type":"document_parsing_exception",` + reason + `}}}]}`,
			report.Incompatible, "document_parsing_exception"},
		"disks full": {"_bulk", 200, `{"errors":true,"items":[{"index":{"status":429,"error":{"type":"cluster_block_exception",` + reason + `}}}]}`, report.Full, "watermark"},
		"no privilege": {"_bulk", 403, `{"error":{"type":"security_exception",` + reason + `,"root_cause":[{"type":"security_exception",` + reason + `}]},"status":403}`,
			report.Denied, "security_exception"},
		"too few answers": {"_bulk", 200, `{"errors":false,"items":[]}`, report.Failed, "0 of 1"},
		"settings refused": {"create", 400, `{"error":{"root_cause":[{"type":"illegal_argument_exception",` + reason + `}],"type":"illegal_argument_exception",` + reason + `},"status":400}`,
			report.Incompatible, "illegal_argument_exception"},
		"shards not started":       {"create", 200, `{"acknowledged":true,"shards_acknowledged":false,"index":"x"}`, report.Transient, "shards"},
		"aliases not acknowledged": {"_aliases", 200, `{"acknowledged":false}`, report.Transient, "acknowledge"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"text":"x"}`})
			b.dst.URL = faulty(t, b.staging, func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
				hit := strings.HasSuffix(r.URL.Path, "/"+c.path) || c.path == "create" && r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "-1")
				if hit {
					_, _ = io.Copy(io.Discard, r.Body)
					answer(w, c.status, c.body)
				}
				return hit
			}).url
			_, err := b.copy(t.Context(), t, keepAll)
			wantCode(t, err, c.code)
			if text := err.Error(); !strings.Contains(text, c.wants) || strings.Contains(text, "corp.test") {
				t.Errorf("error: %s", text)
			}
		})
	}
}

// TestShortAnswers is a source of which a shard fails, or which is too slow:
// what it found until then is no copy.
func TestShortAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"a shard failed": `{"timed_out":false,"_shards":{"total":2,"successful":1,"failed":1},"hits":{"total":{"value":1},"hits":[]}}`,
		"timed out":      `{"timed_out":true,"_shards":{"total":2,"successful":2,"failed":0},"hits":{"total":{"value":1},"hits":[]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"1"}`})
			var asked atomic.Bool // whether a search said that it wants all or nothing
			b.src.Store.URL = faulty(t, b.prod, func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
				if r.URL.Path != "/_search" {
					return false
				}
				asked.Store(r.URL.Query().Get("allow_partial_search_results") == "false")
				answer(w, http.StatusOK, body)
				return true
			}).url
			_, err := b.copy(t.Context(), t, keepAll)
			wantCode(t, err, report.Transient)
			if !asked.Load() {
				t.Error("partial results were not refused")
			}
		})
	}
}

// TestBusySource is a source that refuses every second search and cuts every
// fifth.
func TestBusySource(t *testing.T) {
	b := newBed(t)
	b.prod.must(t, http.MethodPost, b.prefix+"docs/_bulk?refresh=true", ndjson(2500, func(i int) string { return fmt.Sprintf(`{"n":%d}`, i) }))
	var n, hit atomic.Int64
	b.src.Store.URL = faulty(t, b.prod, func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
		if r.URL.Path != "/_search" || n.Load() == 0 && n.Add(1) == 1 { // the count of the survey is not tried again
			return false
		}
		switch i := n.Add(1); {
		case i%5 == 0:
			hit.Add(1)
			panic(http.ErrAbortHandler)
		case i%2 == 0:
			hit.Add(1)
			answer(w, http.StatusTooManyRequests, overloadedAnswer)
			return true
		}
		return false
	}).url
	b.mustCopy(t, keepAll)
	if hit.Load() < 2 {
		t.Fatalf("%d faults were made: the test proves nothing", hit.Load())
	}
	b.wantSame(t)
}

// TestAtTheDoor holds what Open, Probe and Site say when they cannot come in.
func TestAtTheDoor(t *testing.T) {
	prod := prodServer(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	session := tenant.Session{Run: "abcdefabcdef", User: "test"}
	for name, c := range map[string]struct {
		fault func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool
		url   string
		code  report.Code
		wants string
	}{
		"wrong password": {fault: func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
			if user, password, _ := r.BasicAuth(); user == "reader" && password == "right" {
				return false
			}
			answer(w, http.StatusUnauthorized, `{"error":{"root_cause":[{"type":"security_exception","reason":"unable to authenticate user [reader]"}],"type":"security_exception"},"status":401}`)
			return true
		}, code: report.Denied, wants: "password"},
		"nobody there": {url: closed.URL, code: report.Transient, wants: "127.0.0.1"},
		"another product": {fault: func(w http.ResponseWriter, _ *http.Request, _ *httputil.ReverseProxy) bool {
			_, _ = w.Write([]byte("{}"))
			return true
		}, code: report.Incompatible, wants: "not Elasticsearch"},
		"too old": {fault: func(w http.ResponseWriter, _ *http.Request, _ *httputil.ReverseProxy) bool {
			answer(w, 200, `{"nodes":{"a":{"version":"8.1.0"},"b":{"version":"7.14.2"}}}`)
			return true
		}, code: report.Incompatible, wants: "7.14.2"},
		"no TLS":   {url: strings.Replace(prod.url, "http://", "https://", 1), code: report.Usage, wants: "TLS"},
		"no URL":   {url: "es.example", code: report.Usage, wants: "URL"},
		"password": {url: "http://reader:wrongpass@127.0.0.1:1", code: report.Usage, wants: "password"},
	} {
		t.Run(name, func(t *testing.T) {
			store := tenant.Store{Kind: tenant.Search, Name: "search", URL: c.url, Prefix: "acme-", User: "reader", Password: tenant.NewSecret("wrongpass")}
			if c.fault != nil {
				store.URL = faulty(t, prod, c.fault).url
			}
			src := tenant.Source{Ref: tenant.Ref{Env: "prod", Name: "acme"}, Origin: "acme", Store: store, Session: session}
			_, open := Open(t.Context(), src)
			_, probe := Probe(t.Context(), src)
			_, site := Site(t.Context(), guardAddress(store, session))
			for _, err := range []error{open, probe, site} {
				wantCode(t, err, c.code)
				if text := err.Error(); !strings.Contains(text, c.wants) || strings.Contains(text, "wrongpass") {
					t.Errorf("error: %s", text)
				}
			}
		})
	}
	t.Run("right password", func(t *testing.T) {
		var name atomic.Value
		proxy := faulty(t, prod, func(w http.ResponseWriter, r *http.Request, _ *httputil.ReverseProxy) bool {
			name.Store(r.Header.Get("X-Opaque-Id"))
			user, password, _ := r.BasicAuth()
			if user != "reader" || password != "right" {
				answer(w, http.StatusUnauthorized, "{}")
				return true
			}
			return false
		})
		store := tenant.Store{Kind: tenant.Search, Name: "search", URL: proxy.url + "/", Prefix: "acme-", User: "reader", Password: tenant.NewSecret("right")}
		r, err := Open(t.Context(), tenant.Source{Store: store, Session: session})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if got := name.Load(); got != session.String() {
			t.Errorf("requests are named %q, want %q", got, session)
		}
	})
}
