package job_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func ref(env, name string) tenant.Ref { return tenant.Ref{Env: env, Name: name} }

func TestNames(t *testing.T) {
	long := strings.Repeat("long-name-", 6) + "x"
	for _, tc := range []struct{ got, want string }{
		{job.Name(ref("staging", "acme")), "tenantcopy-acme-staging"},
		{job.Name(ref("staging", "acme-eu")), "tenantcopy-acme-eu-staging"},
		{job.CronName(ref("prod", "acme"), ref("staging", "acme")), "tenantcopy-acme-prod-staging"},
		{job.Name(ref("eu-staging", "acme")), "tenantcopy-acme-eu-staging-aa7c52ecc5"},
		{job.Name(ref("staging", long)), "tenantcopy-long-name-long-name-long-name-85e4aaeda4"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
	label := rapid.Custom(func(t *rapid.T) string {
		return rapid.StringMatching(`[a-b]([a-b-]{0,61}[a-b])?`).Draw(t, "label")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := ref(label.Draw(t, "env"), label.Draw(t, "name")), ref(label.Draw(t, "other env"), label.Draw(t, "other name"))
		if n := job.Name(a); !tenant.IsLabel(n) || len(n) > 52 {
			t.Fatalf("%s is no name of a CronJob", n)
		}
		if (job.Name(a) == job.Name(b)) != (a == b) {
			t.Fatalf("%s and %s are both %s", a, b, job.Name(a))
		}
	})
}

func spec() job.Spec {
	return job.Spec{
		Source: ref("prod", "acme"), Destination: ref("staging", "acme"), User: "ada", Namespace: "copies", Image: "registry.example/tenantcopy:1",
		ServiceAccount: "copier", Config: "settings", Environment: "secrets", Memory: resource.MustParse("1000Mi"), CPU: resource.MustParse("2"),
		Deadline: 3 * time.Hour, Arguments: []string{"--only", "postgres"}, WorkloadID: true, Permanent: []int32{3, 5},
	}
}

// TestO22_SecuritySettings: nobody's user, no privilege to gain, a root file
// system that is read; what is written goes to /tmp.
func TestO22_SecuritySettings(t *testing.T) {
	pod := spec().Job().Spec.Template.Spec
	want := &corev1.PodSecurityContext{
		RunAsNonRoot: new(true), RunAsUser: new(int64(65532)), RunAsGroup: new(int64(65532)), FSGroup: new(int64(65532)),
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if diff := cmp.Diff(want, pod.SecurityContext); diff != "" {
		t.Error(diff)
	}
	c := pod.Containers[0]
	if diff := cmp.Diff(&corev1.SecurityContext{AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}, c.SecurityContext); diff != "" {
		t.Error(diff)
	}
	mounts := []corev1.VolumeMount{{Name: "config", MountPath: "/etc/tenantcopy", ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"}}
	if diff := cmp.Diff(mounts, c.VolumeMounts); diff != "" {
		t.Error(diff)
	}
}

func TestJobLimits(t *testing.T) {
	j := spec().Job().Spec
	if *j.BackoffLimit != 2 || *j.ActiveDeadlineSeconds != 3*3600 || *j.TTLSecondsAfterFinished != 86400 || *j.PodReplacementPolicy != batchv1.Failed {
		t.Errorf("limits are %d, %d, %d, %s", *j.BackoffLimit, *j.ActiveDeadlineSeconds, *j.TTLSecondsAfterFinished, *j.PodReplacementPolicy)
	}
	c := j.Template.Spec.Containers[0]
	at := slices.IndexFunc(c.Env, func(v corev1.EnvVar) bool { return v.Name == "GOMEMLIMIT" })
	if want := fmt.Sprint(800 << 20); at < 0 || c.Env[at].Value != want {
		t.Errorf("GOMEMLIMIT is not %s of 1000 MiB: %v", want, c.Env)
	}
	if c.TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError || j.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Error("the last word or the restarts are the default's")
	}
	if j.Template.Labels["azure.workload.identity/use"] != "true" || spec().Job().Labels["azure.workload.identity/use"] != "" {
		t.Error("the label for Azure's webhook belongs to the pod, and to it alone")
	}
	without := spec()
	without.WorkloadID = false
	if _, is := without.Job().Spec.Template.Labels["azure.workload.identity/use"]; is {
		t.Error("a copy without an Azure identity asks for one")
	}
	rules := j.PodFailurePolicy.Rules
	if len(rules) != 2 || rules[0].Action != batchv1.PodFailurePolicyActionIgnore || rules[0].OnPodConditions[0].Type != corev1.DisruptionTarget {
		t.Errorf("the first rule is not about disruption: %v", rules)
	}
	if rules[1].Action != batchv1.PodFailurePolicyActionFailJob || !slices.Equal(rules[1].OnExitCodes.Values, []int32{3, 5}) {
		t.Errorf("the second rule is not about permanent codes: %v", rules)
	}
}

// TestO15_NoSecretInTheJob: a Job says where secrets are; no variable with a
// value of its own is one.
func TestO15_NoSecretInTheJob(t *testing.T) {
	for _, c := range []corev1.Container{spec().Job().Spec.Template.Spec.Containers[0], spec().CronJob().Spec.JobTemplate.Spec.Template.Spec.Containers[0]} {
		for _, v := range c.Env {
			if v.ValueFrom == nil && v.Name != "GOMEMLIMIT" && v.Name != job.VariableUser {
				t.Errorf("variable %s has a value in the Job", v.Name)
			}
		}
		if len(c.EnvFrom) != 1 || c.EnvFrom[0].SecretRef == nil || c.EnvFrom[0].SecretRef.Name != "secrets" {
			t.Errorf("the environment is from %v", c.EnvFrom)
		}
		if diff := cmp.Diff([]string{"prod/acme", "staging/acme", "--progress", "json", "--only", "postgres"}, c.Args); diff != "" || len(c.Command) != 0 {
			t.Errorf("the command is not the image's own: %v %s", c.Command, diff)
		}
	}
	if c := spec().CronJob(); !*c.Spec.Suspend {
		t.Error("a template starts by itself")
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("plain", "postgres", 1.5)
	f.Add(strings.Repeat("ä", 5000), "postgres", 1.5)
	f.Add(strings.Repeat("<", 5000), strings.Repeat("\x00", 700), 1e308)
	f.Add("a\xffb\n\"", strings.Repeat("s", 9000), 0.0)
	f.Fuzz(func(t *testing.T, why, store string, seconds float64) {
		r := job.Result{Run: "run", Source: "prod/acme", Destination: "staging/acme", Result: "privacy", Exit: 9, Seconds: seconds, Why: why, Stores: []job.StoreResult{{Name: store, Records: 1}}}
		data := r.Message()
		back, ok := job.ParseResult(string(data))
		if len(data) > 4096 || !json.Valid(data) || !ok || back.Exit != 9 {
			t.Fatalf("%d bytes, valid %v, parsed %v: %s", len(data), json.Valid(data), ok, data)
		}
		whole := strings.ToValidUTF8(why, "�")
		if text, isCut := strings.CutSuffix(back.Why, "…"); back.Why != whole && !(isCut && strings.HasPrefix(whole, text)) && back.Why != "" {
			t.Fatalf("it says %q of %q", back.Why, whole)
		}
	})
}

// TestO21_TerminationMessage: as much as fits, whole characters, still JSON.
func TestO21_TerminationMessage(t *testing.T) {
	whys := []string{strings.Repeat("x", 10000), strings.Repeat("\"\n", 4000), strings.Repeat("<&>", 4000)}
	for before := range len("ä€𝄞") { // so that each byte of each is where the text is cut
		whys = append(whys, strings.Repeat("x", before)+strings.Repeat("ä€𝄞", 3000))
	}
	for _, why := range whys {
		data := job.Result{Result: "failed", Exit: 1, Why: why}.Message()
		r, ok := job.ParseResult(string(data))
		if !ok || len(data) > 4096 || len(data) < 4070 || strings.Contains(r.Why, "�") || !strings.HasSuffix(r.Why, "…") {
			t.Errorf("%d bytes, %v: …%s", len(data), ok, data[max(0, len(data)-40):])
		}
	}
	if _, ok := job.ParseResult("tenantcopy: the end of a log"); ok {
		t.Error("the end of a log is taken for a last word")
	}
}
