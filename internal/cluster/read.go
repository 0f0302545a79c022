package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Value returns what a variable is in the pods of its deployment, as the
// kubelet would set it. Secrets and ConfigMaps are got by their names, which
// the template holds; nothing is listed.
func (c *Cluster) Value(ctx context.Context, v Variable) (tenant.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	deployment, err := c.client.AppsV1().Deployments(v.Namespace).Get(ctx, v.Deployment, metav1.GetOptions{})
	if err != nil {
		return tenant.Secret{}, c.FailedGet(ctx, "deployments/"+v.Deployment, v.Namespace, err)
	}
	value, err := v.resolve(ctx, &deployment.Spec.Template, &reader{c: c, namespace: v.Namespace, got: make(map[string]map[string]string)})
	return tenant.NewSecret(value), err
}

// SecretKey names one key of a Secret.
type SecretKey struct{ Namespace, Name, Key string }

// ParseSecretKey reads namespace/name/key.
func ParseSecretKey(text string) (SecretKey, bool) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 || slices.Contains(parts, "") {
		return SecretKey{}, false
	}
	return SecretKey{Namespace: parts[0], Name: parts[1], Key: parts[2]}, true
}

// String returns "key password of secrets/redis in namespace acme".
func (k SecretKey) String() string {
	return fmt.Sprintf("key %s of secrets/%s in namespace %s", k.Key, k.Name, k.Namespace)
}

// Secret returns the value of one key of a Secret.
func (c *Cluster) Secret(ctx context.Context, k SecretKey) (tenant.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	secret, err := c.client.CoreV1().Secrets(k.Namespace).Get(ctx, k.Name, metav1.GetOptions{})
	if err != nil {
		return tenant.Secret{}, c.FailedGet(ctx, "secrets/"+k.Name, k.Namespace, err)
	}
	value, ok := secret.Data[k.Key]
	switch {
	case !ok:
		hint := "it has no key at all"
		if keys := slices.Sorted(maps.Keys(secret.Data)); len(keys) > 0 {
			hint = "it has " + strings.Join(keys[:min(len(keys), 8)], ", ")
		}
		return tenant.Secret{}, refusal(report.NotFound, "read "+k.String(), "the Secret has no such key", hint)
	case len(value) == 0:
		return tenant.Secret{}, refusal(report.NotFound, "read "+k.String(), "it is empty", "")
	}
	return tenant.NewSecret(string(value)), nil
}

// Namespaces lists the names of the cluster's namespaces.
func (c *Cluster) Namespaces(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	list, err := c.client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, c.Failed("list namespaces", err)
	}
	var out []string
	for _, n := range list.Items {
		out = append(out, n.Name)
	}
	return out, nil
}

// HasNamespace reports whether a namespace exists.
func (c *Cluster) HasNamespace(ctx context.Context, name string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	_, err := c.client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, c.Failed("get namespace "+name, err)
	}
	return true, nil
}

// FailedGet is Failed for an object that could not be read, resource/name as in
// deployments/api; when it is the namespace that is missing, it says that.
func (c *Cluster) FailedGet(ctx context.Context, object, namespace string, err error) error {
	if apierrors.IsNotFound(err) {
		if there, failed := c.HasNamespace(ctx, namespace); failed == nil && !there {
			return c.Failed("get namespace "+namespace, err)
		}
	}
	return c.Failed("get "+object+" in namespace "+namespace, err)
}

// reader gets objects of one namespace, each once.
type reader struct {
	c         *Cluster
	namespace string
	got       map[string]map[string]string
}

// data implements objects. What stands under binaryData of a ConfigMap is never
// a variable.
func (r *reader) data(ctx context.Context, resource, name string) (map[string]string, bool, error) {
	object := resource + "/" + name
	if data, ok := r.got[object]; ok {
		return data, data != nil, nil
	}
	data, err := r.get(ctx, resource, name)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, false, r.c.Failed("get "+object+" in namespace "+r.namespace, err)
	}
	r.got[object] = data
	return data, data != nil, nil
}

// get returns an object's data, which is nil only beside an error.
func (r *reader) get(ctx context.Context, resource, name string) (map[string]string, error) {
	out := make(map[string]string)
	if resource == configMaps {
		object, err := r.c.client.CoreV1().ConfigMaps(r.namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		maps.Copy(out, object.Data)
		return out, nil
	}
	object, err := r.c.client.CoreV1().Secrets(r.namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	for key, value := range object.Data {
		out[key] = string(value)
	}
	return out, nil
}
