package deploy_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/tenantcopy/tenantcopy/e2e/chart"
	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

const policyValues = `
runsIn: {image: "registry.example.com/tenantcopy:1.4.0"}
serve: {slack: {secret: slack}}
starters: {groups: [release-managers]}
pairs: [{source: prod/acme, destination: staging/acme}]
network: {apiServer: {cidrs: [192.0.2.1/32]}}
azure: {workloadIdentity: true, clientId: 11111111-1111-1111-1111-111111111111, tenantId: 22222222-2222-2222-2222-222222222222}
`

// pinned is a namespace in which the chart is installed, and two people: one
// who may do whatever an editor of the namespace may, and one who may start
// Jobs.
type pinned struct {
	*place
	namespace     string
	boss, starter kubernetes.Interface
}

func newPinned(t *testing.T) *pinned {
	t.Helper()
	p := &pinned{place: newPlace(t)}
	p.namespace = p.place.namespace()
	p.install(chart.Render(t, p.namespace, "--values", valuesFile(t, policyValues, "", "")))
	binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "boss"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:aggregate-to-edit"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "boss"}}}
	_, err := p.client.RbacV1().RoleBindings(p.namespace).Create(t.Context(), binding, metav1.CreateOptions{})
	p.must(err)
	as := func(user string, groups ...string) kubernetes.Interface {
		config := rest.CopyConfig(p.config)
		config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
		client, err := kubernetes.NewForConfig(config)
		p.must(err)
		return client
	}
	p.boss, p.starter = as("boss"), as("rita", "release-managers")
	kubelet.Await(t, "the policies", func(context.Context) (bool, error) { // the API server hears of them a moment later
		for _, form := range forms {
			pod := p.job().Spec.Template
			pod.Spec.Containers[0].Image = "other"
			if err := form.create(p, pod); err == nil || !strings.Contains(err.Error(), "image: ") {
				return false, nil
			}
		}
		return true, nil
	})
	return p
}

// spec is what tenantcopy job run asks for.
func (p *pinned) spec() job.Spec {
	return job.Spec{
		Source: tenant.Ref{Env: "prod", Name: "acme"}, Destination: tenant.Ref{Env: "staging", Name: "acme"}, User: "ada", Namespace: p.namespace,
		Image: "registry.example.com/tenantcopy:1.4.0", ServiceAccount: "tenantcopy", Config: "tenantcopy", Environment: "tenantcopy",
		Memory: resource.MustParse("1Gi"), CPU: resource.MustParse("1"), Deadline: 8 * time.Hour, WorkloadID: true, Permanent: []int32{3, 4},
		Arguments: []string{"--only", "postgres,redis", "--confirm", "staging/acme", "--limit=postgres.bytes-per-second=20MB", "--jobs", "2", "--keep-down", "--unclassified", "drop"},
	}
}

func (p *pinned) job() *batchv1.Job { return p.spec().Job() }

// forms are the kinds that a pod can be asked for by. Who may administer the
// namespace asks for them, without anything being made.
var forms = []struct {
	kind   string
	create func(p *pinned, pod corev1.PodTemplateSpec) error
}{
	{"Pod", func(p *pinned, pod corev1.PodTemplateSpec) error {
		object := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "try", Labels: pod.Labels}, Spec: pod.Spec}
		_, err := p.boss.CoreV1().Pods(p.namespace).Create(p.t.Context(), object, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}},
	{"Job", func(p *pinned, pod corev1.PodTemplateSpec) error {
		object := p.job()
		object.Spec.Template, object.Spec.PodFailurePolicy = pod, nil
		_, err := p.boss.BatchV1().Jobs(p.namespace).Create(p.t.Context(), object, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}},
	{"CronJob", func(p *pinned, pod corev1.PodTemplateSpec) error {
		object := p.spec().CronJob()
		object.Name = "try"
		object.Spec.JobTemplate.Spec.Template, object.Spec.JobTemplate.Spec.PodFailurePolicy = pod, nil
		_, err := p.boss.BatchV1().CronJobs(p.namespace).Create(p.t.Context(), object, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}},
}

// secretVolume mounts a Secret of production.
func secretVolume(s *corev1.PodSpec) {
	s.Volumes = append(s.Volumes, corev1.Volume{Name: "loot", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tenantcopy"}}})
}

// refused is what somebody might try, and the first word of why he may not.
var refused = map[string]struct {
	why string
	do  func(s *corev1.PodSpec, c *corev1.Container)
}{
	"another image":      {"image", func(_ *corev1.PodSpec, c *corev1.Container) { c.Image = "docker.io/library/bash" }},
	"a tag of the image": {"image", func(_ *corev1.PodSpec, c *corev1.Container) { c.Image += "-evil" }},
	"another command":    {"command", func(_ *corev1.PodSpec, c *corev1.Container) { c.Command = []string{"sh", "-c", "env"} }},
	"another folder":     {"command", func(_ *corev1.PodSpec, c *corev1.Container) { c.WorkingDir = "/tmp" }},
	"a hook": {"command", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"env"}}}}
	}},
	"a probe that runs": {"command", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"env"}}}}
	}},
	"another word":    {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args = []string{"key", "new"} }},
	"no arguments":    {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args = nil }},
	"the service's":   {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args = []string{"serve"} }},
	"another file":    {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args = append(c.Args, "--config", "/tmp/own.yaml") }},
	"other rules":     {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args = append(c.Args, "--rules=keep.yaml") }},
	"no tenant":       {"arguments", func(_ *corev1.PodSpec, c *corev1.Container) { c.Args[1] = "acme; rm -rf" }},
	"another account": {"service account", func(s *corev1.PodSpec, _ *corev1.Container) { s.ServiceAccountName = "default" }},
	"a second container": {"containers", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.Containers = append(s.Containers, corev1.Container{Name: "beside", Image: "bash"})
	}},
	"one before it": {"containers", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.InitContainers = []corev1.Container{{Name: "before", Image: "bash"}}
	}},
	"a Secret as volume": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) { secretVolume(s) }},
	"one projected": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) {
		project(s, corev1.VolumeProjection{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "tenantcopy"}}})
	}},
	"another ConfigMap": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) { s.Volumes[0].ConfigMap.Name = "own" }},
	"one projected too": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) {
		project(s, corev1.VolumeProjection{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "own"}}})
	}},
	"the node's folder": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.Volumes[1].VolumeSource = corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}
	}},
	"Slack's Secret": {"volumes", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "slack", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "slack"}}})
	}},
	"a Secret's key": {"variables", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.Env[len(c.Env)-1] = corev1.EnvVar{Name: "TENANTCOPY_USER", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "other"}, Key: "k"}}}
	}},
	"a library": {"variables", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.Env = append(c.Env, corev1.EnvVar{Name: "LD_PRELOAD", Value: "/tmp/x.so"})
	}},
	"another directory": {"variables", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.Env = append(c.Env, corev1.EnvVar{Name: "AZURE_AUTHORITY_HOST", Value: "https://evil.example/"})
	}},
	"a user of two words": {"variables", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.Env = append(c.Env, corev1.EnvVar{Name: "TENANTCOPY_USER", Value: "ada $(PG_PASSWORD)"})
	}},
	"another Secret":    {"environment", func(_ *corev1.PodSpec, c *corev1.Container) { c.EnvFrom[0].SecretRef.Name = "other" }},
	"variables renamed": {"environment", func(_ *corev1.PodSpec, c *corev1.Container) { c.EnvFrom[0].Prefix = "X_" }},
	"a ConfigMap's": {"environment", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.EnvFrom[0] = corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "own"}}}
	}},
	"tmp as configuration": {"mounts", func(_ *corev1.PodSpec, c *corev1.Container) { c.VolumeMounts[0].Name = "tmp" }},
	"one file of it":       {"mounts", func(_ *corev1.PodSpec, c *corev1.Container) { c.VolumeMounts[0].SubPath = "rules.yaml" }},
	"over the program":     {"mounts", func(_ *corev1.PodSpec, c *corev1.Container) { c.VolumeMounts[1].MountPath = "/usr/local/bin" }},
	"root": {"security", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.SecurityContext.RunAsUser, s.SecurityContext.RunAsNonRoot = new(int64(0)), nil
	}},
	"root again": {"security", func(_ *corev1.PodSpec, c *corev1.Container) { c.SecurityContext.RunAsUser = new(int64(0)) }},
	"privilege": {"security", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.SecurityContext.AllowPrivilegeEscalation = new(true)
	}},
	"a root to write": {"security", func(_ *corev1.PodSpec, c *corev1.Container) { c.SecurityContext.ReadOnlyRootFilesystem = nil }},
	"a capability": {"security", func(_ *corev1.PodSpec, c *corev1.Container) {
		c.SecurityContext.Capabilities.Add = []corev1.Capability{"SYS_PTRACE"}
	}},
	"no settings at all":   {"security", func(s *corev1.PodSpec, c *corev1.Container) { s.SecurityContext, c.SecurityContext = nil, nil }},
	"the node's network":   {"host", func(s *corev1.PodSpec, _ *corev1.Container) { s.HostNetwork = true }},
	"the node's processes": {"host", func(s *corev1.PodSpec, _ *corev1.Container) { s.HostPID = true }},
	"names of his own": {"host", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.HostAliases = []corev1.HostAlias{{IP: "203.0.113.1", Hostnames: []string{"pg.prod.internal"}}}
	}},
	"a server of names": {"host", func(s *corev1.PodSpec, _ *corev1.Container) {
		s.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"203.0.113.1"}}
	}},
	"the node's names": {"host", func(s *corev1.PodSpec, _ *corev1.Container) { s.DNSPolicy = corev1.DNSDefault }},
}

// project hides a source in a volume that is named as those of tokens are.
func project(s *corev1.PodSpec, source corev1.VolumeProjection) {
	token := corev1.VolumeProjection{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}
	s.Volumes = append(s.Volumes, corev1.Volume{Name: "azure-identity-token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{token, source}}}})
}

// TestKubePolicyRefuses: whoever may create pods, Jobs and CronJobs in the
// namespace can run nothing there but a copy as the program asks for it.
func TestKubePolicyRefuses(t *testing.T) {
	p := newPinned(t)
	for _, form := range forms {
		if err := form.create(p, p.job().Spec.Template); err != nil {
			t.Errorf("%s of a copy: %v", form.kind, err)
		}
		for what, c := range refused {
			pod := p.job().Spec.Template
			c.do(&pod.Spec, &pod.Spec.Containers[0])
			err := form.create(p, pod)
			if err == nil || !strings.Contains(err.Error(), "ValidatingAdmissionPolicy") || !strings.Contains(err.Error(), c.why+": ") {
				t.Errorf("%s with %s: %v; want the policy's %q", form.kind, what, err, c.why)
			}
		}
	}
	p.injected()
}

// injected: what Azure's webhook adds to a pod is let through.
func (p *pinned) injected() {
	p.t.Helper()
	pod := p.job().Spec.Template
	project(&pod.Spec, corev1.VolumeProjection{DownwardAPI: &corev1.DownwardAPIProjection{}})
	c := &pod.Spec.Containers[0]
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "azure-identity-token", MountPath: "/var/run/secrets/azure/tokens", ReadOnly: true})
	c.Env = append(c.Env, corev1.EnvVar{Name: "AZURE_CLIENT_ID", Value: "11111111-1111-1111-1111-111111111111"}, corev1.EnvVar{Name: "AZURE_TENANT_ID", Value: "22222222-2222-2222-2222-222222222222"},
		corev1.EnvVar{Name: "AZURE_FEDERATED_TOKEN_FILE", Value: "/var/run/secrets/azure/tokens/azure-identity-token"}, corev1.EnvVar{Name: "AZURE_AUTHORITY_HOST", Value: "https://login.microsoftonline.com/"})
	if err := forms[0].create(p, pod); err != nil {
		p.t.Errorf("a pod as Azure's webhook leaves it: %v", err)
	}
}

// TestKubePolicyAdmits: what job run creates gets its pod, from whoever may
// start it; the CronJob's Job and the service get theirs; and what runs is left
// alone, but cannot become something else.
func TestKubePolicyAdmits(t *testing.T) {
	p := newPinned(t)
	ctx, pods := t.Context(), p.client.CoreV1().Pods(p.namespace)
	_, err := p.starter.BatchV1().Jobs(p.namespace).Create(ctx, p.job(), metav1.CreateOptions{})
	p.must(err)
	cron, err := p.starter.BatchV1().CronJobs(p.namespace).Get(ctx, job.CronName(p.spec().Source, p.spec().Destination), metav1.GetOptions{})
	p.must(err)
	byHand := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "by-hand", Labels: cron.Spec.JobTemplate.Labels}, Spec: cron.Spec.JobTemplate.Spec}
	_, err = p.starter.BatchV1().Jobs(p.namespace).Create(ctx, byHand, metav1.CreateOptions{})
	p.must(err)
	var made *corev1.Pod
	for _, selector := range []string{"job-name=" + p.job().Name, "job-name=by-hand", "app.kubernetes.io/component=serve"} {
		kubelet.Await(t, "a pod of "+selector, func(ctx context.Context) (bool, error) {
			list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: selector})
			if err != nil || len(list.Items) == 0 {
				return false, err
			}
			made = &list.Items[0]
			return true, nil
		})
		if len(made.Spec.Volumes) < 3 {
			t.Errorf("%s: the API server gave it no token, so that the policy was not tried on it", selector)
		}
		_, err := pods.Patch(ctx, made.Name, types.MergePatchType, []byte(`{"metadata":{"labels":{"seen":"true"}}}`), metav1.PatchOptions{})
		p.must(err)
		_, err = pods.Patch(ctx, made.Name, types.StrategicMergePatchType, []byte(`{"spec":{"containers":[{"name":"`+made.Spec.Containers[0].Name+`","image":"other"}]}}`), metav1.PatchOptions{})
		if err == nil || !strings.Contains(err.Error(), "image: ") {
			t.Errorf("%s: a pod that runs is given another image: %v", selector, err)
		}
		debug := []byte(`{"spec":{"ephemeralContainers":[{"name":"debug","image":"bash","targetContainerName":"` + made.Spec.Containers[0].Name + `"}]}}`)
		_, err = pods.Patch(ctx, made.Name, types.StrategicMergePatchType, debug, metav1.PatchOptions{}, "ephemeralcontainers")
		if err == nil || !strings.Contains(err.Error(), "containers: ") {
			t.Errorf("%s: kubectl debug: %v", selector, err)
		}
	}
	enter := p.boss.CoreV1().RESTClient().Post().Namespace(p.namespace).Resource("pods").Name(made.Name).SubResource("exec").Param("command", "env").Param("stdout", "true")
	if err := enter.Do(ctx).Error(); err == nil || !strings.Contains(err.Error(), "entry: ") {
		t.Errorf("the namespace's administrator enters a pod: %v", err)
	}
	p.startersRights()
	p.nextImage(made.Name)
}

// startersRights: who may start Jobs may create no pod, and no Job but a copy.
func (p *pinned) startersRights() {
	p.t.Helper()
	ctx := p.t.Context()
	other := p.job()
	other.Name, other.Spec.Template.Spec.Containers[0].Args = "other", []string{"key", "new"}
	if _, err := p.starter.BatchV1().Jobs(p.namespace).Create(ctx, other, metav1.CreateOptions{}); err == nil || !strings.Contains(err.Error(), "arguments: ") {
		p.t.Errorf("a starter's Job with another command: %v", err)
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "own"}, Spec: p.job().Spec.Template.Spec}
	if _, err := p.starter.CoreV1().Pods(p.namespace).Create(ctx, pod, metav1.CreateOptions{}); !apierrors.IsForbidden(err) || strings.Contains(err.Error(), "ValidatingAdmissionPolicy") {
		p.t.Errorf("a starter's pod: %v", err)
	}
	if _, err := p.starter.CoreV1().Secrets(p.namespace).List(ctx, metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		p.t.Errorf("a starter lists Secrets: %v", err)
	}
}

// nextImage: with the policy of the next release, what runs from the one
// before can still be ended, and what is rendered for the next one is taken
// from whoever may change the policy, in whatever order it comes.
func (p *pinned) nextImage(running string) {
	p.t.Helper()
	ctx := p.t.Context()
	next := p.spec()
	next.Image = "registry.example.com/tenantcopy:1.5.0"
	cron := next.CronJob()
	cron.Name = "next"
	_, err := p.client.BatchV1().CronJobs(p.namespace).Create(ctx, cron, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	p.must(err)
	policies := p.client.AdmissionregistrationV1().ValidatingAdmissionPolicies()
	policy, err := policies.Get(ctx, p.namespace+"-pins-pods", metav1.GetOptions{})
	p.must(err)
	for i := range policy.Spec.Validations {
		policy.Spec.Validations[i].Expression = strings.ReplaceAll(policy.Spec.Validations[i].Expression, "tenantcopy:1.4.0", "tenantcopy:1.5.0")
	}
	_, err = policies.Update(ctx, policy, metav1.UpdateOptions{})
	p.must(err)
	kubelet.Await(p.t, "the next policy", func(context.Context) (bool, error) {
		return forms[0].create(p, next.Job().Spec.Template) == nil, nil
	})
	_, err = p.client.CoreV1().Pods(p.namespace).Patch(ctx, running, types.MergePatchType, []byte(`{"metadata":{"finalizers":null,"labels":{"seen":null}}}`), metav1.PatchOptions{})
	p.must(err)
}

// TestKubePolicyIsNamed: a Job that a policy refuses ends the program with exit
// code 4 and the policy's name.
func TestKubePolicyIsNamed(t *testing.T) {
	p := newPinned(t)
	config := filepath.Join(t.TempDir(), "tenantcopy.yaml")
	text := strings.Replace(pairsConfig, "namespace: copies", "context: staging, namespace: "+p.namespace, 1)
	p.must(os.WriteFile(config, []byte(strings.Replace(text, "tenantcopy:1.4.0", "tenantcopy:0.9", 1)), 0o600))
	users, err := clientcmd.LoadFromFile(os.Getenv(kubelet.Variable))
	p.must(err)
	for _, user := range users.AuthInfos {
		user.Impersonate, user.ImpersonateGroups = "rita", []string{"release-managers", "system:authenticated"}
	}
	rita := filepath.Join(t.TempDir(), "kubeconfig")
	p.must(clientcmd.WriteToFile(*users, rita))
	run := exec.Command(build(t), "job", "run", "--config", config, "prod/acme", "staging/acme")
	run.Env = []string{"TENANTCOPY_KUBECONFIG=" + rita, "TENANTCOPY_USER=rita"}
	said, err := run.CombinedOutput()
	if run.ProcessState.ExitCode() != 4 || !strings.Contains(string(said), "admission policy "+p.namespace+"-pins-jobs refuses it") {
		t.Errorf("%v\n%s", err, said)
	}
}
