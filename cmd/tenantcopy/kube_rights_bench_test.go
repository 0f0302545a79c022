package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/tenantcopy/tenantcopy/e2e/chart"
	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
	"github.com/tenantcopy/tenantcopy/internal/job"
)

// right is one of RBAC's: a verb on a resource, without names.
type right struct{ verb, group, resource string }

func (r right) String() string { return r.verb + " " + strings.Trim(r.group+"/"+r.resource, "/") }

// rightsOf are those of some rules.
func rightsOf(rules []rbacv1.PolicyRule) map[right]bool {
	out := make(map[right]bool)
	for _, r := range rules {
		for _, group := range r.APIGroups {
			for _, resource := range r.Resources {
				for _, verb := range r.Verbs {
					out[right{verb, group, resource}] = true
				}
			}
		}
	}
	return out
}

// without are the rules that lack a right.
func without(rules []rbacv1.PolicyRule, r right) (out []rbacv1.PolicyRule) {
	for _, rule := range rules {
		for _, resource := range rule.Resources {
			one := *rule.DeepCopy()
			one.Resources = []string{resource}
			if slices.Contains(one.APIGroups, r.group) && resource == r.resource {
				one.Verbs = slices.DeleteFunc(one.Verbs, func(verb string) bool { return verb == r.verb })
			}
			if len(one.Verbs) > 0 {
				out = append(out, one)
			}
		}
	}
	return out
}

// needs is the right that a request needs, as the API server reads it from the
// method and the path.
func needs(r *http.Request) (right, bool) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var out right
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		out.group, parts = parts[1], parts[3:]
	default:
		return out, false
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		parts = parts[2:]
	}
	out.resource = parts[0]
	if len(parts) > 2 {
		out.resource += "/" + parts[2]
	}
	switch out.verb = map[string]string{"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[r.Method]; {
	case out.verb == "get" && r.URL.Query().Get("watch") != "":
		out.verb = "watch"
	case out.verb == "get" && len(parts) == 1:
		out.verb = "list"
	}
	return out, true
}

// listener passes requests on to the API server and writes down which rights
// they need.
type listener struct {
	mu    sync.Mutex
	heard map[right]bool
}

// listen puts one before the API server, and makes the kubeconfig lead to it.
func listen(t *testing.T, kubeconfig string) *listener {
	t.Helper()
	l := &listener{heard: make(map[right]bool)}
	file, err := clientcmd.LoadFromFile(kubeconfig)
	check(t, err)
	at := file.Clusters["it"]
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(at.CertificateAuthorityData)
	server, err := url.Parse(at.Server)
	check(t, err)
	pass := httputil.NewSingleHostReverseProxy(server)
	pass.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}}
	pass.FlushInterval = -1
	between := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if one, ok := needs(r); ok {
			l.mu.Lock()
			l.heard[one] = true
			l.mu.Unlock()
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(between.Close)
	at.Server = between.URL // over TLS: a token goes no other way
	at.CertificateAuthorityData = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: between.Certificate().Raw})
	check(t, clientcmd.WriteToFile(*file, kubeconfig))
	return l
}

func (l *listener) all() map[right]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.heard)
}

// role is an account of the chart: what it may do in the namespace and in the
// whole cluster.
type role struct {
	account        string
	rights, beyond []rbacv1.PolicyRule
	file           string // kubeconfig with its token
	said           *listener
}

// rightsBench is a namespace with the chart's accounts, in which everything
// that needs them happens.
type rightsBench struct {
	*jobBench
	spec                         job.Spec
	config                       string
	service                      *served
	starter, copier, server, dev *role
}

// chartRole reads what the chart grants.
func chartRole(t testing.TB, account string, roles, clusterRoles []string) *role {
	t.Helper()
	objects := chart.Plain(t)
	r := &role{account: account}
	for _, name := range roles {
		kind := "Role"
		if strings.Contains(name, "-tenants-") || strings.Contains(name, "-reads-") {
			kind = "ClusterRole"
		}
		r.rights = append(r.rights, chart.Rules(t, objects, kind, name)...)
	}
	for _, name := range clusterRoles {
		r.beyond = append(r.beyond, chart.Rules(t, objects, "ClusterRole", name)...)
	}
	return r
}

// give listens to what a role's account asks for, and waits until the API
// server knows what it may do.
func (b *rightsBench) give(t *testing.T, r *role, kubeconfig string) {
	t.Helper()
	r.file, r.said = kubeconfig, listen(t, kubeconfig)
	for one := range rightsOf(r.rights) {
		b.may(t, r, one, true, true)
	}
	for one := range rightsOf(r.beyond) {
		b.may(t, r, one, false, true)
	}
}

// set changes the rules of an account.
func (b *jobBench) set(ctx context.Context, t *testing.T, account string, rights, beyond []rbacv1.PolicyRule) {
	t.Helper()
	own, err := b.Client.RbacV1().Roles(b.Namespace).Get(ctx, account, metav1.GetOptions{})
	check(t, err)
	own.Rules = rights
	_, err = b.Client.RbacV1().Roles(b.Namespace).Update(ctx, own, metav1.UpdateOptions{})
	check(t, err)
	all, err := b.Client.RbacV1().ClusterRoles().Get(ctx, account+"-"+b.Namespace, metav1.GetOptions{})
	check(t, err)
	all.Rules = beyond
	_, err = b.Client.RbacV1().ClusterRoles().Update(ctx, all, metav1.UpdateOptions{})
	check(t, err)
}

// take takes a right away until the test has ended.
func (b *rightsBench) take(t *testing.T, r *role, lacks right) {
	t.Helper()
	within := rightsOf(r.rights)[lacks]
	rights, beyond := r.rights, without(r.beyond, lacks)
	if within {
		rights, beyond = without(r.rights, lacks), r.beyond
	}
	b.set(t.Context(), t, r.account, rights, beyond)
	b.may(t, r, lacks, within, false)
	t.Cleanup(func() {
		b.set(context.Background(), t, r.account, r.rights, r.beyond)
		b.may(t, r, lacks, within, true)
	})
}

// may waits until the API server says that an account may do something, or
// that it may not.
func (b *rightsBench) may(t *testing.T, r *role, what right, namespaced, want bool) {
	t.Helper()
	resource, sub, _ := strings.Cut(what.resource, "/")
	name := ""
	for _, rule := range slices.Concat(r.rights, r.beyond) {
		if slices.Contains(rule.Resources, what.resource) && slices.Contains(rule.Verbs, what.verb) && len(rule.ResourceNames) > 0 {
			name = rule.ResourceNames[0]
		}
	}
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: "system:serviceaccount:" + b.Namespace + ":" + r.account,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: what.verb, Group: what.group, Resource: resource, Subresource: sub, Name: name}}}
	if namespaced {
		review.Spec.ResourceAttributes.Namespace = b.Namespace
	}
	kubelet.Await(t, fmt.Sprintf("%s may %s: %t", r.account, what, want), func(ctx context.Context) (bool, error) {
		answer, err := b.Client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		return err == nil && answer.Status.Allowed == want, err
	})
}
