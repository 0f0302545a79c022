// Package chart gives tests what deploy/ holds: the chart, rendered by helm
// itself, and the plain manifests.
package chart

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Manifests is the file of plain manifests, and Values what it is rendered
// with; both from the root of the repository.
const (
	Folder    = "deploy/chart/tenantcopy"
	Manifests = "deploy/manifests/tenantcopy.yaml"
	Values    = "deploy/manifests/values.yaml"
)

// Path is where a file of the repository is.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "shape_test.go")); err == nil {
			return filepath.Join(dir, name)
		}
	}
	t.Fatalf("find the repository's root: %v", err)
	return ""
}

// Template runs helm template for a release in a namespace, and returns what
// it prints, or what it complains of. helm is built when it is not there, as
// tools/helm says; so built it does not know for which Kubernetes.
func Template(t testing.TB, namespace string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"tool", "helm", "template", "tenantcopy", Path(t, Folder), "--namespace", namespace, "--kube-version", "1.34"}, args...)...)
	cmd.Dir = Path(t, "tools/helm")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "HELM_CACHE_HOME="+t.TempDir(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir())
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("helm template: %w\n%s", err, complaint.String())
	}
	return out.String(), nil
}

// Render returns the objects that helm template prints.
func Render(t testing.TB, namespace string, args ...string) []*unstructured.Unstructured {
	t.Helper()
	text, err := Template(t, namespace, args...)
	if err != nil {
		t.Fatal(err)
	}
	return Objects(t, text)
}

// Plain returns the objects of the plain manifests.
func Plain(t testing.TB) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(Path(t, Manifests))
	if err != nil {
		t.Fatal(err)
	}
	return Objects(t, string(text))
}

// Objects reads YAML documents.
func Objects(t testing.TB, text string) (out []*unstructured.Unstructured) {
	t.Helper()
	documents := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		var object unstructured.Unstructured
		err := documents.Decode(&object)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("read manifests: %v", err)
		}
		if len(object.Object) > 0 { // a document of comments is none
			out = append(out, &object)
		}
	}
}

// Find returns the object of a kind and name, read into its own type.
func Find[T any](t testing.TB, objects []*unstructured.Unstructured, kind, name string) (found T) {
	t.Helper()
	at := slices.IndexFunc(objects, func(o *unstructured.Unstructured) bool { return o.GetKind() == kind && o.GetName() == name })
	if at < 0 {
		t.Fatalf("there is no %s %s", kind, name)
	}
	text, err := json.Marshal(objects[at])
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&found)
	}
	if err != nil {
		t.Fatalf("read %s %s: %v", kind, name, err)
	}
	return found
}

// Rules returns the rules of a Role or a ClusterRole.
func Rules(t testing.TB, objects []*unstructured.Unstructured, kind, name string) []rbacv1.PolicyRule {
	t.Helper()
	return Find[rbacv1.ClusterRole](t, objects, kind, name).Rules
}
