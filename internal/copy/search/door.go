package search

import (
	"net/http"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// readOnly is the door that every request to a source passes. It lets through
// what cannot change anything: GET and HEAD, searches, and the opening and
// closing of points in time.
type readOnly struct {
	next http.RoundTripper
	base string // path of the store's URL, which stands in front of every request's
}

// RoundTrip implements http.RoundTripper.
func (d readOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	if !readsOnly(req.Method, strings.TrimPrefix(req.URL.Path, d.base)) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, &refusedError{req.Method}
	}
	return d.next.RoundTrip(req)
}

// readsOnly decides on a method and a path.
func readsOnly(method, path string) bool {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	last := parts[len(parts)-1]
	switch method {
	case http.MethodGet, http.MethodHead:
		for _, part := range parts { // Elasticsearch takes these by GET as well
			if part == "_refresh" || part == "_flush" || part == "_forcemerge" || part == "_cache" || part == ".." {
				return false
			}
		}
		return true
	case http.MethodPost:
		return len(parts) == 1 && last == "_search" || len(parts) == 2 && last == "_pit" && !strings.HasPrefix(parts[0], "_") && parts[0] != ".."
	case http.MethodDelete:
		return len(parts) == 1 && last == "_pit"
	}
	return false
}

// genuine refuses to talk to a server that does not say it is Elasticsearch,
// and keeps a panic below it from leaving as one.
type genuine struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g genuine) RoundTrip(req *http.Request) (res *http.Response, err error) {
	err = parallel.Protect(func() (err error) {
		res, err = g.next.RoundTrip(req)
		return err
	})
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 && res.Header.Get("X-Elastic-Product") != "Elasticsearch" {
		_ = res.Body.Close()
		return nil, errNotElasticsearch
	}
	return res, nil
}
