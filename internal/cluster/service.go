package cluster

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Service is the way to a service through the API server: its base URL, and a
// client that is let through. The API server takes the caller's Authorization
// away when it passes a request on, so the token goes along in a header of
// another name; who logs in with a certificate has none.
func (c *Cluster) Service(namespace, name, tokenHeader string) (string, *http.Client, error) {
	config := rest.CopyConfig(c.located.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return tokenBearer{next, tokenHeader} })
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return "", nil, refusal(report.Usage, "reach service "+namespace+"/"+name, "its cluster's entry in the kubeconfig is not valid", "look at it with kubectl config view")
	}
	path := fmt.Sprintf("/api/v1/namespaces/%s/services/%s/proxy", url.PathEscape(namespace), url.PathEscape(name))
	return strings.TrimRight(config.Host, "/") + path, client, nil
}

// tokenBearer repeats the bearer token in a header of another name.
type tokenBearer struct {
	next   http.RoundTripper
	header string
}

// RoundTrip implements http.RoundTripper.
func (b tokenBearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		r = r.Clone(r.Context())
		r.Header.Set(b.header, token)
	}
	return b.next.RoundTrip(r)
}
