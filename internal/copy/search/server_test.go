package search

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// server is one of the two real servers, spoken to without the code under
// test.
type server struct{ url string }

// serverAt finds a server in the environment.
func serverAt(t testing.TB, variable string) server {
	t.Helper()
	address := os.Getenv(variable)
	if address == "" {
		t.Fatalf(`%s is not set: run scripts/services up and eval "$(scripts/services env)"`, variable)
	}
	return server{address}
}

func prodServer(t testing.TB) server    { t.Helper(); return serverAt(t, "TENANTCOPY_TEST_ES_PROD") }
func stagingServer(t testing.TB) server { t.Helper(); return serverAt(t, "TENANTCOPY_TEST_ES_STAGING") }

// try sends a request; path is relative and may have a query.
func (s server) try(method, path, body string) (int, []byte, error) {
	u, err := url.Parse(s.url + "/")
	if err != nil {
		return 0, nil, err
	}
	name, query, _ := strings.Cut(path, "?")
	u.Path, u.RawQuery = "/"+name, query
	req, err := http.NewRequestWithContext(context.Background(), method, u.String(), strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		if strings.HasSuffix(name, "_bulk") {
			req.Header.Set("Content-Type", "application/x-ndjson")
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// must sends a request that has to succeed.
func (s server) must(t testing.TB, method, path, body string) []byte {
	t.Helper()
	status, answer, err := s.try(method, path, body)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: status %d, %v: %.300s", method, path, status, err, answer)
	}
	return answer
}

// doc is a document to index.
type doc struct{ id, routing, source string }

// put indexes documents, those without a line break in one request.
func (s server) put(t testing.TB, index string, docs ...doc) {
	t.Helper()
	var bulk strings.Builder
	for _, d := range docs {
		if strings.Contains(d.source, "\n") {
			s.must(t, http.MethodPut, index+"/_doc/"+d.id+"?routing="+url.QueryEscape(d.routing), d.source)
			continue
		}
		operation := map[string]string{"_id": d.id}
		if d.routing != "" {
			operation["routing"] = d.routing
		}
		bulk.WriteString(asJSON(t, map[string]any{"index": operation}) + "\n" + d.source + "\n")
	}
	answer := s.must(t, http.MethodPost, index+"/_bulk?refresh=true", bulk.String())
	if bytes.Contains(answer, []byte(`"errors":true`)) {
		t.Fatalf("index documents: %.300s", answer)
	}
}

// indexes describes what an expression matches.
func (s server) indexes(t testing.TB, expression string) map[string]described {
	t.Helper()
	var found map[string]described
	if err := json.Unmarshal(s.must(t, http.MethodGet, expression+"?expand_wildcards=all&ignore_unavailable=true", ""), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// documents returns the documents of an index by routing and id, each source
// without its blanks.
func (s server) documents(t testing.TB, index string) map[string]string {
	t.Helper()
	s.must(t, http.MethodPost, index+"/_refresh", "")
	docs := make(map[string]string)
	after := ""
	for {
		var answer struct {
			Hits struct {
				Hits []struct {
					ID      string            `json:"_id"`
					Routing string            `json:"_routing"`
					Source  json.RawMessage   `json:"_source"`
					Sort    []json.RawMessage `json:"sort"`
				} `json:"hits"`
			} `json:"hits"`
		}
		body := s.must(t, http.MethodPost, index+"/_search", `{"size":1000,"sort":[{"_seq_no":"asc"},"_doc"]`+after+`}`)
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		for _, h := range answer.Hits.Hits {
			var line bytes.Buffer
			if err := json.Compact(&line, h.Source); err != nil {
				t.Fatal(err)
			}
			docs[h.Routing+"|"+h.ID] = line.String()
		}
		n := len(answer.Hits.Hits)
		if n < 1000 {
			return docs
		}
		sort, err := json.Marshal(answer.Hits.Hits[n-1].Sort)
		if err != nil {
			t.Fatal(err)
		}
		after = `,"search_after":` + string(sort)
	}
}

// dump returns everything that can be reached under a prefix: for every name,
// what its index is and which documents it holds. The index's own name is a
// name at the source and an alias at the destination.
func (s server) dump(t testing.TB, prefix string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	found := s.indexes(t, prefix+"*")
	for _, index := range slices.Sorted(maps.Keys(found)) {
		d := found[index]
		names := make(map[string]alias)
		if short, under := strings.CutPrefix(index, prefix); under {
			names[short] = alias{}
		}
		for full, a := range d.Aliases {
			if short, under := strings.CutPrefix(full, prefix); under {
				names[short] = a
			}
		}
		for name, a := range names {
			out[name+" alias"] += asJSON(t, a)
			out[name+" mapping"] += asJSON(t, withoutMeta(d.Mappings))
			out[name+" settings"] += asJSON(t, comparable(d.Settings.Index))
			for key, doc := range s.documents(t, prefix+name) {
				out[name+" "+key] = doc
			}
		}
	}
	return out
}

// comparable leaves of settings what a copy must share.
func comparable(settings map[string]any) map[string]any {
	flat := make(map[string]any)
	for key, value := range settings {
		if !stripped(key) {
			flatten(flat, key, value)
		}
	}
	for key, value := range map[string]any{"default_pipeline": "_none", "final_pipeline": "_none"} {
		if flat[key] == value {
			delete(flat, key)
		}
	}
	return flat
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// drop deletes every index that an expression matches by name or alias.
func (s server) drop(t testing.TB, expression string) {
	t.Helper()
	status, answer, err := s.try(http.MethodGet, expression+"?expand_wildcards=all&ignore_unavailable=true", "")
	var found map[string]described
	if err != nil || status != http.StatusOK || json.Unmarshal(answer, &found) != nil {
		t.Errorf("clean up %s: status %d, %v", expression, status, err)
		return
	}
	for name := range found {
		if status, _, err := s.try(http.MethodDelete, name, ""); err != nil || status >= 300 && status != http.StatusNotFound {
			t.Errorf("clean up %s: status %d, %v", name, status, err)
		}
	}
}

// stagedOf lists what is staged for a twin and not live.
func (s server) stagedOf(t testing.TB, twin string) []string {
	t.Helper()
	var out []string
	for name, d := range s.indexes(t, namespace+"*") {
		if m := stagedMetaOf(d.Mappings); m != nil && m.Twin == twin && len(d.Aliases) == 0 {
			out = append(out, name)
		}
	}
	return out
}

// forgetTwin removes everything that tenantcopy made for a twin.
func (s server) forgetTwin(t testing.TB, twin string) {
	t.Helper()
	for name, d := range s.indexes(t, namespace+"*") {
		if m := stagedMetaOf(d.Mappings); m != nil && m.Twin == twin {
			if status, _, err := s.try(http.MethodDelete, name, ""); err != nil || status >= 300 && status != http.StatusNotFound {
				t.Errorf("clean up %s: status %d, %v", name, status, err)
			}
		}
	}
	for _, id := range []string{markerID(twin), markerID(twin) + ".lock"} {
		if _, _, err := s.try(http.MethodDelete, markerIndex+"/_doc/"+id, ""); err != nil {
			t.Errorf("clean up the marker: %v", err)
		}
	}
}

// newName returns a tenant's name that nobody else uses.
func newName() string { return "t" + strings.ToLower(rand.Text()[:10]) }

// ndjson writes n index operations.
func ndjson(n int, source func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"index\":{\"_id\":\"d%d\"}}\n%s\n", i, source(i))
	}
	return b.String()
}
