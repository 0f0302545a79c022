// Package deploy_test holds the chart and the plain manifests to what the
// program needs, and to what a namespace of production's secrets must not
// allow.
package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/tenantcopy/tenantcopy/e2e/chart"
)

// TestO22_RenderedSecuritySettings: nobody's user, a root file system that is
// read, and no privilege to gain, in every pod that is rendered.
func TestO22_RenderedSecuritySettings(t *testing.T) {
	objects := chart.Plain(t)
	for name, pod := range map[string]corev1.PodSpec{
		"serve": chart.Find[appsv1.Deployment](t, objects, "Deployment", "tenantcopy").Spec.Template.Spec,
		"copy":  chart.Find[batchv1.CronJob](t, objects, "CronJob", "tenantcopy-acme-prod-staging").Spec.JobTemplate.Spec.Template.Spec,
	} {
		want := &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(int64(65532)), RunAsGroup: new(int64(65532)), FSGroup: new(int64(65532)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		}
		if diff := cmp.Diff(want, pod.SecurityContext); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(pod.Containers) != 1 || len(pod.InitContainers) > 0 || pod.HostNetwork || pod.HostPID || pod.HostIPC {
			t.Errorf("%s: more than one container, or something of the host's", name)
		}
		own := &corev1.SecurityContext{AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}
		if diff := cmp.Diff(own, pod.Containers[0].SecurityContext); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if pod.EnableServiceLinks == nil || *pod.EnableServiceLinks || pod.Containers[0].Resources.Limits.Memory().IsZero() {
			t.Errorf("%s: addresses of services in its environment, or no limit of memory", name)
		}
		for _, m := range pod.Containers[0].VolumeMounts {
			if m.Name != "tmp" && !m.ReadOnly {
				t.Errorf("%s: %s can be written", name, m.MountPath)
			}
		}
	}
	serve := chart.Find[appsv1.Deployment](t, objects, "Deployment", "tenantcopy").Spec.Template.Spec.Containers[0]
	if len(serve.Env) > 0 || len(serve.EnvFrom) != 1 || serve.EnvFrom[0].SecretRef == nil || serve.EnvFrom[0].SecretRef.Name != "tenantcopy-twins" {
		t.Error("the service is given something else than the passwords of the twins' stores")
	}
}

// TestSecretsAreNeverListed: a right on Secrets is to get those that are named;
// no right is to everything; and no Secret is rendered.
func TestSecretsAreNeverListed(t *testing.T) {
	seen := 0
	for _, o := range chart.Plain(t) {
		switch o.GetKind() {
		case "Secret":
			t.Errorf("Secret %s is rendered", o.GetName())
		case "Role", "ClusterRole":
			for _, r := range chart.Rules(t, chart.Plain(t), o.GetKind(), o.GetName()) {
				all := slices.Concat(r.APIGroups, r.Resources, r.Verbs, r.ResourceNames)
				if slices.Contains(all, "*") || len(r.NonResourceURLs) > 0 {
					t.Errorf("%s grants everything: %v", o.GetName(), r)
				}
				if slices.Contains(r.Resources, "secrets") {
					seen++
					if !slices.Equal(r.Verbs, []string{"get"}) || len(r.ResourceNames) == 0 || len(r.Resources) > 1 {
						t.Errorf("%s: %v", o.GetName(), r)
					}
				}
				for _, dangerous := range []string{"watch", "deletecollection", "impersonate", "escalate", "bind"} {
					if slices.Contains(r.Verbs, dangerous) {
						t.Errorf("%s grants %s: %v", o.GetName(), dangerous, r)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no role reads a Secret: the example lost what it shows")
	}
}

// TestNetworkIsShut: one policy shuts everything, and each other one says from
// where or whereto, and by which port.
func TestNetworkIsShut(t *testing.T) {
	objects := chart.Plain(t)
	shut := chart.Find[networkingv1.NetworkPolicy](t, objects, "NetworkPolicy", "tenantcopy-deny-all").Spec
	if len(shut.Ingress)+len(shut.Egress)+len(shut.PodSelector.MatchLabels) > 0 || len(shut.PolicyTypes) != 2 {
		t.Errorf("tenantcopy-deny-all lets something through: %+v", shut)
	}
	for _, o := range objects {
		if o.GetKind() != "NetworkPolicy" {
			continue
		}
		spec := chart.Find[networkingv1.NetworkPolicy](t, objects, "NetworkPolicy", o.GetName()).Spec
		for _, rule := range spec.Egress {
			if len(rule.To) == 0 || len(rule.Ports) == 0 {
				t.Errorf("%s opens the way to everywhere", o.GetName())
			}
		}
		for _, rule := range spec.Ingress {
			if len(rule.From) == 0 || len(rule.Ports) == 0 {
				t.Errorf("%s opens the way to everybody", o.GetName())
			}
		}
	}
}

// TestValuesAreDescribed: the schema knows each key of values.yaml, and no
// other.
func TestValuesAreDescribed(t *testing.T) {
	read := func(name string, to any) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(chart.Path(t, chart.Folder), name))
		if err == nil {
			err = yaml.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var values, schema map[string]any
	read("values.yaml", &values)
	read("values.schema.json", &schema)
	compare(t, "", values, schema)
}

// compare walks through objects that the schema describes key by key.
func compare(t *testing.T, place string, values, schema map[string]any) {
	t.Helper()
	properties, listed := schema["properties"].(map[string]any)
	if !listed {
		return
	}
	if schema["additionalProperties"] != false {
		t.Errorf("the schema lets other keys pass at %q", place)
	}
	for key, below := range values {
		described, ok := properties[key].(map[string]any)
		if !ok {
			t.Errorf("the schema does not know %s%s", place, key)
			continue
		}
		if inner, ok := below.(map[string]any); ok {
			compare(t, place+key+".", inner, described)
		}
	}
	for key := range properties {
		if _, ok := values[key]; !ok && place+key != "global" { // helm's own
			t.Errorf("values.yaml does not show %s%s", place, key)
		}
	}
}

// TestManifestsHoldNoSecret: the address of nobody and the key of nobody stand
// in what is shipped.
func TestManifestsHoldNoSecret(t *testing.T) {
	for _, o := range chart.Plain(t) {
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"password", "TENANTCOPY_KEY", "stringData"} {
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(word)) {
				t.Errorf("%s %s holds %q", o.GetKind(), o.GetName(), word)
			}
		}
	}
}
