package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	authv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Right is one thing that an identity may or may not do.
type Right struct {
	Verb      string // get, list, create …
	Group     string // of the API; empty for the core
	Resource  string // plural, with its part: deployments/scale
	Name      string // of one object; empty for all of them
	Namespace string // empty for the whole cluster
}

// String returns "get secrets/api in namespace acme".
func (r Right) String() string {
	text := r.Verb + " " + r.Resource
	if r.Name != "" {
		text += " " + r.Name
	}
	if r.Namespace == "" {
		return text + " in the whole cluster"
	}
	return text + " in namespace " + r.Namespace
}

// May asks the API server whether this identity has a right. It stores
// nothing, and every identity may ask it of itself.
func (c *Cluster) May(ctx context.Context, r Right) (bool, error) {
	resource, part, _ := strings.Cut(r.Resource, "/")
	review, err := c.client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authv1.SelfSubjectAccessReview{Spec: authv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authv1.ResourceAttributes{Verb: r.Verb, Group: r.Group, Resource: resource, Subresource: part, Name: r.Name, Namespace: r.Namespace}}}, metav1.CreateOptions{})
	if err != nil {
		return false, c.Failed("ask for a right", err)
	}
	return review.Status.Allowed, nil
}

// Version is what the API server says of itself, as v1.34.4; minor is its
// second number.
func (c *Cluster) Version(ctx context.Context) (text string, minor int, err error) {
	body, err := c.client.CoreV1().RESTClient().Get().AbsPath("/version").DoRaw(ctx)
	if err != nil {
		return "", 0, c.Failed("get /version", err)
	}
	var v version.Info
	if err := json.Unmarshal(body, &v); err != nil {
		return "", 0, c.Failed("get /version", errors.New("not JSON"))
	}
	minor, _ = strconv.Atoi(strings.TrimRight(v.Minor, "+")) // 0 where a provider writes something else
	return v.GitVersion, minor, nil
}

// askDoor lets through what Read does, and questions about one's own rights.
type askDoor struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (d askDoor) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodPost && r.URL.Path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" {
		return d.next.RoundTrip(r)
	}
	return nil, refusal(report.Unsafe, "send "+r.Method+" to a cluster that is only asked", "nothing is written there", "")
}
