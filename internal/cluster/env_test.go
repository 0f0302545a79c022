package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// held are objects of one namespace, by resource/name.
type held map[string]map[string]string

var errDenied = errors.New("the identity may not do this")

// data implements objects; what is called denied may not be read.
func (h held) data(_ context.Context, resource, name string) (map[string]string, bool, error) {
	if name == "denied" {
		return nil, false, errDenied
	}
	data, ok := h[resource+"/"+name]
	return data, ok, nil
}

func plain(name, value string) corev1.EnvVar { return corev1.EnvVar{Name: name, Value: value} }

func fromMap(name, object, key string, optional bool) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: object}, Key: key, Optional: &optional}}}
}

func fromSecret(name, object, key string, optional bool) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: object}, Key: key, Optional: &optional}}}
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
}

func allOfMap(object, prefix string, optional bool) corev1.EnvFromSource {
	return corev1.EnvFromSource{Prefix: prefix, ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: object}, Optional: &optional}}
}

func allOfSecret(object, prefix string, optional bool) corev1.EnvFromSource {
	return corev1.EnvFromSource{Prefix: prefix, SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: object}, Optional: &optional}}
}

// provisioned is what the namespace of the table below holds.
func provisioned() held {
	return held{
		"configmaps/app":   {"HOST": "db.internal", "PORT": "5432", "URL": "postgres://from-map/acme", "1ST": "first", "EMPTY": ""},
		"configmaps/later": {"URL": "postgres://later/acme", "HOST": "later.internal"},
		"configmaps/empty": {},
		"secrets/db":       {"URL": "postgres://u:hunter2secret@from-secret/acme", "password": "hunter2secret", "raw": "a\x00\xff", "dollar": "pa$(HOST)$$"},
	}
}

// envCase is one template, and what the kubelet makes of variable URL.
type envCase struct {
	name   string
	env    []corev1.EnvVar
	from   []corev1.EnvFromSource
	change func(t *corev1.PodTemplateSpec) // what else is in the template
	want   string
	code   report.Code // of a refusal; then want is a part of it
}

func envCases() []envCase {
	none := ""
	one := func(v ...corev1.EnvVar) []corev1.EnvVar { return v }
	all := func(s ...corev1.EnvFromSource) []corev1.EnvFromSource { return s }
	return []envCase{
		{name: "a value", env: one(plain("URL", "postgres://h/acme")), want: "postgres://h/acme"},
		{name: "an empty value is set", env: one(plain("X", none), plain("URL", "a$(X)b")), want: "ab"},
		{name: "the last of two wins", env: one(plain("URL", "first"), plain("URL", "second")), want: "second"},
		{name: "a key of a ConfigMap", env: one(fromMap("URL", "app", "URL", false)), want: "postgres://from-map/acme"},
		{name: "a key of a Secret", env: one(fromSecret("URL", "db", "URL", false)), want: "postgres://u:hunter2secret@from-secret/acme"},
		{name: "all of a ConfigMap", from: all(allOfMap("app", "", false)), want: "postgres://from-map/acme"},
		{name: "all of a Secret", from: all(allOfSecret("db", "", false)), want: "postgres://u:hunter2secret@from-secret/acme"},
		{name: "the last source wins", from: all(allOfMap("app", "", false), allOfMap("later", "", false)), want: "postgres://later/acme"},
		{name: "a source without it does not hide it", from: all(allOfMap("app", "", false), allOfMap("empty", "", false)), want: "postgres://from-map/acme"},
		{name: "env wins over envFrom", env: one(plain("URL", "own")), from: all(allOfMap("app", "", false)), want: "own"},
		{name: "a prefix", env: one(plain("URL", "$(DB_HOST):$(DB_PORT)")), from: all(allOfMap("app", "DB_", false)), want: "db.internal:5432"},
		{name: "a prefix hides the name without it", env: one(plain("URL", "$(HOST)")), from: all(allOfMap("app", "DB_", false)), want: "$(HOST)"},
		{name: "a key that begins with a digit is a variable too", env: one(plain("URL", "$(1ST)")), from: all(allOfMap("app", "", false)), want: "first"},
		{name: "an optional source that is not there", from: all(allOfMap("app", "", false), allOfMap("none", "", true), allOfSecret("none", "", true)), want: "postgres://from-map/acme"},
		{name: "a source that is not there", from: all(allOfSecret("none", "", false)), code: report.NotFound, want: "secrets/none does not exist"},
		{name: "an optional key that is not there leaves what was before", env: one(plain("URL", "before"), fromSecret("URL", "db", "none", true)), want: "before"},
		{name: "an optional object that is not there leaves what was before", env: one(fromMap("URL", "none", "URL", true)), from: all(allOfMap("app", "", false)), want: "postgres://from-map/acme"},
		{name: "nothing is left", env: one(fromSecret("URL", "db", "none", true)), code: report.NotFound, want: "container api does not set it"},
		{name: "a key that is not there", env: one(fromSecret("URL", "db", "none", false)), code: report.NotFound, want: "secrets/db has no key none"},
		{name: "an object that is not there", env: one(fromMap("URL", "none", "URL", false)), code: report.NotFound, want: "configmaps/none does not exist"},
		{name: "what came before is put in", env: one(fromSecret("PW", "db", "password", false), plain("URL", "u:$(PW)@$(HOST)")), from: all(allOfMap("app", "", false)), want: "u:hunter2secret@db.internal"},
		{name: "what comes after is not", env: one(plain("URL", "$(LATE)"), plain("LATE", "x")), want: "$(LATE)"},
		{name: "a second entry sees the first", env: one(plain("URL", "a"), plain("URL", "$(URL)b"), plain("URL", "$(URL)c")), want: "abc"},
		{name: "two dollars", env: one(plain("HOST", "h"), plain("URL", "$$(HOST) $$$(HOST) $$$$ $$")), want: "$(HOST) $h $$ $"},
		{name: "no reference", env: one(plain("HOST", "h"), plain("URL", "$HOST ${HOST} $ $(HOST $()$")), want: "$HOST ${HOST} $ $(HOST $()$"},
		{name: "a value of a Secret is not looked into", env: one(fromSecret("URL", "db", "dollar", false)), from: all(allOfMap("app", "", false)), want: "pa$(HOST)$$"},
		{name: "what is put in is not looked into", env: one(fromSecret("PW", "db", "dollar", false), plain("URL", "$(PW)")), from: all(allOfMap("app", "", false)), want: "pa$(HOST)$$"},
		{name: "an empty key", env: one(plain("URL", "a$(EMPTY)b")), from: all(allOfMap("app", "", false)), want: "ab"},
		{name: "binary data", env: one(fromSecret("URL", "db", "raw", false)), code: report.Usage, want: "its value is not text"},
		{name: "the namespace", env: one(fromField("NS", "metadata.namespace"), plain("URL", "postgres://h/$(NS)")), want: "postgres://h/NAMESPACE"},
		{name: "the service account", env: one(fromField("URL", "spec.serviceAccountName")), want: "default"},
		{name: "a label", env: one(fromField("URL", "metadata.labels['tenant']")), want: "acme"},
		{name: "an annotation", env: one(fromField("URL", "metadata.annotations['example.com/place']")), want: "here"},
		{name: "a label that the template has not", env: one(fromField("URL", "metadata.labels['pod-template-hash']")), code: report.Usage, want: "which only a running pod has"},
		{name: "the pod's address", env: one(fromField("URL", "status.podIP")), code: report.Usage, want: "field status.podIP, which only a running pod has"},
		{name: "a part that is not readable", env: one(fromField("IP", "status.hostIP"), plain("URL", "$(IP):5432")), code: report.Usage, want: "IP is set from field status.hostIP"},
		{name: "a limit", env: one(corev1.EnvVar{Name: "URL", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}}}), code: report.Usage, want: "from the container's resources"},
		{name: "a Service", env: one(plain("URL", "redis://$(REDIS_SERVICE_HOST):$(REDIS_SERVICE_PORT)/0")), code: report.Usage, want: "$(REDIS_SERVICE_HOST), which a pod may get from a Service"},
		{name: "no Services", env: one(plain("URL", "$(REDIS_SERVICE_HOST)")), want: "$(REDIS_SERVICE_HOST)",
			change: func(t *corev1.PodTemplateSpec) { t.Spec.EnableServiceLinks = new(bool) }},
		{name: "a name like a Service's that is set", env: one(plain("REDIS_SERVICE_HOST", "r"), plain("URL", "$(REDIS_SERVICE_HOST)")), want: "r"},
		{name: "a vault's CSI volume", code: report.Usage, want: "what the CSI volume of secretProviderClass kv puts into the pod is in no Secret\nhint: write the store's url:",
			change: func(t *corev1.PodTemplateSpec) {
				t.Spec.Volumes = []corev1.Volume{{Name: "kv", VolumeSource: corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{
					Driver: "secrets-store.csi.k8s.io", ReadOnly: new(true), VolumeAttributes: map[string]string{"secretProviderClass": "kv"}}}}}
			}},
		{name: "a Secret that a CSI volume makes", env: one(fromSecret("URL", "none", "URL", false)), code: report.NotFound, want: "it may be there only while a pod runs, made by the CSI volume of secretProviderClass kv",
			change: func(t *corev1.PodTemplateSpec) {
				t.Spec.Volumes = []corev1.Volume{{Name: "kv", VolumeSource: corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{
					Driver: "secrets-store.csi.k8s.io", ReadOnly: new(true), VolumeAttributes: map[string]string{"secretProviderClass": "kv"}}}}}
			}},
		{name: "Vault's agent", code: report.Usage, want: "what the agent of Vault puts into the pod is in no Secret",
			change: func(t *corev1.PodTemplateSpec) { t.Annotations["vault.hashicorp.com/agent-inject"] = "true" }},
		{name: "Vault's webhook", env: one(plain("URL", "vault:secret/data/app#url")), code: report.Usage, want: "the webhook of Vault puts it in when the pod starts"},
		{name: "Azure's webhook", env: one(plain("URL", "db-url@azurekeyvault")), code: report.Usage, want: "the webhook of Azure Key Vault puts it in"},
		{name: "several containers", env: one(plain("URL", "u")), code: report.Usage, want: "several containers, and none is named\nhint: add container: to from:; it has api, proxy",
			change: func(t *corev1.PodTemplateSpec) {
				t.Spec.Containers = append(t.Spec.Containers, corev1.Container{Name: "proxy", Image: "x"})
			}},
		{name: "several containers, one by default", env: one(plain("URL", "u")), want: "u",
			change: func(t *corev1.PodTemplateSpec) {
				t.Spec.Containers = append(t.Spec.Containers, corev1.Container{Name: "proxy", Image: "x"})
				t.Annotations["kubectl.kubernetes.io/default-container"] = "api"
			}},
	}
}

// template makes the pod template of a case.
func (c envCase) template() *corev1.PodTemplateSpec {
	t := &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"tenant": "acme"}, Annotations: map[string]string{"example.com/place": "here"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "api", Image: "x", Env: c.env, EnvFrom: c.from}}}}
	if c.change != nil {
		c.change(t)
	}
	return t
}

// judge compares what came out of a case with what it wants. No error says a
// value.
func (c envCase) judge(t *testing.T, namespace, got string, err error) {
	t.Helper()
	want := strings.ReplaceAll(c.want, "NAMESPACE", namespace)
	switch {
	case c.code == "" && (err != nil || got != want):
		t.Errorf("%q, %v; want %q", got, err, want)
	case c.code != "" && (err == nil || report.CodeOf(err) != c.code || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: %v; want %s: %s", report.CodeOf(err), err, c.code, want)
	case err != nil && strings.Contains(err.Error(), "hunter2"):
		t.Errorf("the error says a value: %v", err)
	}
}

// What a variable is, by the template: the same table runs on a real API
// server in TestKubeO36_Environment.
func TestO36_Environment(t *testing.T) {
	for _, c := range envCases() {
		t.Run(c.name, func(t *testing.T) {
			v := Variable{Namespace: "acme", Deployment: "api", Name: "URL"}
			got, err := v.resolve(t.Context(), c.template(), provisioned())
			c.judge(t, "acme", got, err)
		})
	}
}

// Only what a variable depends on is read: here a Secret beside it may not be.
func TestResolveReadsLittle(t *testing.T) {
	c := envCase{env: []corev1.EnvVar{fromSecret("OTHER", "denied", "x", false), plain("URL", "own")}, from: []corev1.EnvFromSource{allOfSecret("denied", "", false)}}
	v := Variable{Namespace: "acme", Deployment: "api", Name: "URL"}
	if got, err := v.resolve(t.Context(), c.template(), provisioned()); got != "own" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	v.Name = "OTHER"
	if _, err := v.resolve(t.Context(), c.template(), provisioned()); !errors.Is(err, errDenied) {
		t.Errorf("%v", err)
	}
	v.Container = "worker"
	if _, err := v.resolve(t.Context(), c.template(), provisioned()); report.CodeOf(err) != report.NotFound || !strings.Contains(err.Error(), "it has no container worker\nhint: it has api") {
		t.Errorf("%v", err)
	}
}

// A template that doubles a value with each entry ends soon.
func TestResolveIsBounded(t *testing.T) {
	env := []corev1.EnvVar{plain("V0", "0123456789")}
	for i := range 64 {
		env = append(env, plain(fmt.Sprintf("V%d", i+1), fmt.Sprintf("$(V%d)$(V%d)", i, i)))
	}
	v := Variable{Namespace: "acme", Deployment: "api", Name: "V64"}
	if _, err := v.resolve(t.Context(), envCase{env: env}.template(), provisioned()); report.CodeOf(err) != report.Usage || !strings.Contains(err.Error(), "longer than 1 MB") {
		t.Errorf("%v", err)
	}
}

// forward sets the variables in the order in which the kubelet does: all of
// envFrom, then env, each seeing what is there by then.
func forward(c envCase, from held) (map[string]string, bool) {
	vars := make(map[string]string)
	for _, s := range c.from {
		var data map[string]string
		var ok, optional bool
		if s.ConfigMapRef != nil {
			data, ok = from["configmaps/"+s.ConfigMapRef.Name]
			optional = *s.ConfigMapRef.Optional
		} else {
			data, ok = from["secrets/"+s.SecretRef.Name]
			optional = *s.SecretRef.Optional
		}
		if !ok && !optional {
			return nil, false
		}
		for k, v := range data {
			vars[s.Prefix+k] = v
		}
	}
	for _, e := range c.env {
		if e.ValueFrom == nil {
			value, _ := expand(e.Value, func(name string) (string, bool, error) { v, ok := vars[name]; return v, ok, nil })
			vars[e.Name] = value
			continue
		}
		data, key, optional := held{}["none"], "", false
		if ref := e.ValueFrom.ConfigMapKeyRef; ref != nil {
			data, key, optional = from["configmaps/"+ref.Name], ref.Key, *ref.Optional
		} else if ref := e.ValueFrom.SecretKeyRef; ref != nil {
			data, key, optional = from["secrets/"+ref.Name], ref.Key, *ref.Optional
		}
		value, ok := data[key]
		if ok {
			vars[e.Name] = value
		} else if !optional {
			return nil, false
		}
	}
	return vars, true
}

// Reading backwards finds what setting forwards leaves, in every template
// whose pods would start.
func TestResolveEqualsForward(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"A", "B", "C", "P_A", "P_B"})
		object := rapid.SampledFrom([]string{"x", "y", "none"})
		piece := rapid.SampledFrom([]string{"$(A)", "$(B)", "$(C)", "$(P_A)", "$$", "$", "(", ")", "a", "$(", "é", "$$(A)"})
		from := held{}
		for _, o := range []string{"configmaps/x", "configmaps/y", "secrets/x", "secrets/y"} {
			from[o] = rapid.MapOfN(name, piece, 0, 3).Draw(r, o)
		}
		var c envCase
		for range rapid.IntRange(0, 3).Draw(r, "sources") {
			make := rapid.SampledFrom([]func(string, string, bool) corev1.EnvFromSource{allOfMap, allOfSecret}).Draw(r, "of")
			c.from = append(c.from, make(object.Draw(r, "source"), rapid.SampledFrom([]string{"", "P_"}).Draw(r, "prefix"), rapid.Bool().Draw(r, "optional source")))
		}
		for range rapid.IntRange(0, 6).Draw(r, "entries") {
			if rapid.Bool().Draw(r, "plain") {
				c.env = append(c.env, plain(name.Draw(r, "name"), strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(r, "value"), "")))
				continue
			}
			make := rapid.SampledFrom([]func(string, string, string, bool) corev1.EnvVar{fromMap, fromSecret}).Draw(r, "from")
			c.env = append(c.env, make(name.Draw(r, "name"), object.Draw(r, "object"), name.Draw(r, "key"), rapid.Bool().Draw(r, "optional")))
		}
		want, starts := forward(c, from)
		if !starts {
			return
		}
		for _, asked := range []string{"A", "B", "C", "P_A", "P_B"} {
			got, err := Variable{Namespace: "acme", Deployment: "api", Name: asked}.resolve(context.Background(), c.template(), from)
			value, set := want[asked]
			if set && (err != nil || got != value) || !set && report.CodeOf(err) != report.NotFound {
				r.Fatalf("%s is %q, %v; want %q, %v of %v", asked, got, err, value, set, maps.Clone(want))
			}
		}
	})
}

// No text makes the expansion hang, panic, or lose what is no reference.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"$(A)", "$$(A)", "$", "$(", "$()", "$$$", "a$(B)c", "$(A$(A))", "\xff$\xff", ")$("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		same, err := expand(text, func(string) (string, bool, error) { return "", false, nil })
		if err != nil && len(text) < longestValue {
			t.Fatal(err)
		}
		if !strings.Contains(text, "$$") && same != text {
			t.Errorf("%q became %q", text, same)
		}
		none, err := expand(text, func(string) (string, bool, error) { return "", true, nil })
		if err == nil && len(none) > len(text) {
			t.Errorf("%q grew to %q", text, none)
		}
	})
}

func TestParseSecretKey(t *testing.T) {
	for text, want := range map[string]SecretKey{"acme/redis/password": {"acme", "redis", "password"}, "a/b": {}, "a/b/c/d": {}, "//": {}, "a//c": {}, "": {}} {
		if got, ok := ParseSecretKey(text); got != want || ok != (want != SecretKey{}) {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
}
