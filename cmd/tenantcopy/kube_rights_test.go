package main

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/serve"
)

// newRightsBench makes the accounts of the chart, a tenant's application with
// the names that its example of values has, and the service.
func newRightsBench(t *testing.T) *rightsBench {
	t.Helper()
	b := &rightsBench{jobBench: newJobBench(t)}
	redisURL := `redis: {url: "` + os.Getenv("TENANTCOPY_TEST_REDIS_STAGING") + `", prefix: "{name}:", password: {env: REDIS_PW_STAGING}}`
	ns := b.Namespace
	discovered := `redis: {from: {deployment: api, env: REDIS_URL}, prefix: "{name}:", password: {secret: "` + ns + `/redis/password"}}
    kubernetes: {context: staging, namespace: ` + ns + `, workloads: {deployments: [api, worker], statefulsets: [queue], cronjobs: [nightly]}, shared: [{deployment: gateway, namespace: ` + ns + `}]}`
	b.spec = b.settle(t, jobCase{name: "rights", config: []string{redisURL, discovered}})
	b.config = strings.ReplaceAll(strings.Replace(jobConfig(), redisURL, discovered, 1), "namespace: NAMESPACE", "service: true, namespace: "+ns+", config: "+b.spec.Config+", environment: "+b.spec.Config)
	fillDatabase(t, b.spec.Source.Name)
	b.application(t)

	b.starter = chartRole(t, "rita", []string{"tenantcopy-start"}, []string{"tenantcopy-identity"})
	b.server = chartRole(t, "tenantcopy-serve", []string{"tenantcopy-start", "tenantcopy-chat", "tenantcopy-reads-twins"}, []string{"tenantcopy-identity", "tenantcopy-review"})
	b.dev = chartRole(t, "ada", []string{"tenantcopy-call"}, []string{"tenantcopy-identity"})
	for _, r := range []*role{b.starter, b.server, b.dev} {
		b.give(t, r, b.account(t, r.account, r.rights, r.beyond))
	}
	b.copier = chartRole(t, "tenantcopy", []string{"tenantcopy-copy", "tenantcopy-reads-twins", "tenantcopy-tenants-twins", "tenantcopy-tenants-shared"}, []string{"tenantcopy-identity"})
	b.set(t.Context(), t, b.copier.account, b.copier.rights, b.copier.beyond)
	b.give(t, b.copier, b.pods)
	return b
}

// application makes a twin's workloads. Their pods are held back: what matters
// is that they come and go.
func (b *rightsBench) application(t *testing.T) {
	t.Helper()
	ctx, named := t.Context(), func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }
	_, err := b.Client.CoreV1().ConfigMaps(b.Namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: named("app"), Data: map[string]string{"URL": os.Getenv("TENANTCOPY_TEST_REDIS_STAGING")}}, metav1.CreateOptions{})
	check(t, err)
	_, err = b.Client.CoreV1().Secrets(b.Namespace).Create(ctx, &corev1.Secret{ObjectMeta: named("redis"), StringData: map[string]string{"password": os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_STAGING")}}, metav1.CreateOptions{})
	check(t, err)
	template := func(name string) (corev1.PodTemplateSpec, *metav1.LabelSelector) {
		labels := map[string]string{"app": name}
		return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
			SchedulingGates: []corev1.PodSchedulingGate{{Name: "tests/never"}},
			Containers: []corev1.Container{{Name: "main", Image: "pause", Env: []corev1.EnvVar{{Name: "REDIS_URL", ValueFrom: &corev1.EnvVarSource{
				ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "app"}, Key: "URL"}}}}}}}}, &metav1.LabelSelector{MatchLabels: labels}
	}
	for _, name := range []string{"api", "worker", "gateway"} {
		pod, selector := template(name)
		_, err := b.Client.AppsV1().Deployments(b.Namespace).Create(ctx, &appsv1.Deployment{ObjectMeta: named(name), Spec: appsv1.DeploymentSpec{Replicas: new(int32(1)), Selector: selector, Template: pod}}, metav1.CreateOptions{})
		check(t, err)
	}
	pod, selector := template("queue")
	_, err = b.Client.AppsV1().StatefulSets(b.Namespace).Create(ctx, &appsv1.StatefulSet{ObjectMeta: named("queue"), Spec: appsv1.StatefulSetSpec{Replicas: new(int32(1)), Selector: selector, Template: pod}}, metav1.CreateOptions{})
	check(t, err)
	pod, _ = template("nightly")
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	_, err = b.Client.BatchV1().CronJobs(b.Namespace).Create(ctx, &batchv1.CronJob{ObjectMeta: named("nightly"), Spec: batchv1.CronJobSpec{Schedule: "0 3 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: pod}}}}, metav1.CreateOptions{})
	check(t, err)
}

// as runs a command with a role's rights, and returns its exit code and all
// that it said.
func (b *rightsBench) as(t *testing.T, kubeconfig string, args ...string) (int, string) {
	t.Helper()
	env := map[string]string{"TENANTCOPY_KUBECONFIG": kubeconfig, "TENANTCOPY_USER": "ada"}
	for _, side := range []string{"PROD", "STAGING"} {
		env["REDIS_PW_"+side], env["PG_PW_"+side] = os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_"+side), os.Getenv("TENANTCOPY_TEST_PG_PASSWORD_"+side)
	}
	a, out := jobApp(t, b.config, env)
	a.clock = time.Now
	return a.run(args), out.String()
}

// The ways in which rights are used; each leaves things as it found them.

// run makes a Job and follows it, as whoever may start one; a second one
// replaces the first.
func (b *rightsBench) run(t *testing.T) (int, string) {
	t.Helper()
	code, said := b.as(t, b.starter.file, "job", "run", b.spec.Source.String(), b.spec.Destination.String(), "--", "--only", "redis")
	if code == 0 {
		code, said = b.as(t, b.starter.file, "job", "run", b.spec.Source.String(), b.spec.Destination.String(), "--", "--only", "redis")
	}
	b.as(t, b.admin, "job", "cancel", b.spec.Source.String(), b.spec.Destination.String())
	return code, said
}

// stop stops the twin's workloads twice and gives them back, as a Job would.
func (b *rightsBench) stop(t *testing.T) (int, string) {
	t.Helper()
	var said strings.Builder
	worst := 0
	for _, word := range []string{"stop", "stop", "start"} {
		code, text := b.as(t, b.copier.file, "workloads", word, b.spec.Destination.String())
		said.WriteString(text)
		worst = max(worst, code)
	}
	if worst != 0 {
		b.as(t, b.admin, "workloads", "start", b.spec.Destination.String())
	}
	return worst, said.String()
}

// look reads the twin's marker, whose address and password the cluster has.
func (b *rightsBench) look(t *testing.T) (int, string) {
	t.Helper()
	return b.as(t, b.copier.file, "status", "--here", b.spec.Destination.String())
}

// ofTwin asks the service what the twin is and takes it into use, as Tilt's
// start does; the service finds its stores as a Job does.
func (b *rightsBench) ofTwin(t *testing.T) (int, string) {
	t.Helper()
	code, said := b.as(t, b.dev.file, "status", b.spec.Destination.String())
	service, err := b.asked(t)
	check(t, err)
	for _, step := range []func() (serve.Twin, error){
		func() (serve.Twin, error) { return service.Use(t.Context(), b.spec.Destination, false) },
		func() (serve.Twin, error) { return service.Leave(t.Context(), b.spec.Destination) },
	} {
		if _, err := step(); err != nil {
			code, said = max(code, exitCode(err)), said+err.Error()
		}
	}
	return code, said
}

// asked is the service, as a developer reaches it.
func (b *rightsBench) asked(t *testing.T) (*serve.Client, error) {
	t.Helper()
	a, _ := jobApp(t, b.config, map[string]string{"TENANTCOPY_KUBECONFIG": b.dev.file})
	c, err := a.loadConfig()
	check(t, err)
	return a.service(t.Context(), c)
}

// ask has the service make a copy, watches it, and cancels what is there.
func (b *rightsBench) ask(t *testing.T) (int, string) {
	t.Helper()
	code, said := b.as(t, b.dev.file, b.spec.Source.String(), b.spec.Destination.String())
	service, err := b.asked(t)
	if err == nil {
		err = service.Cancel(t.Context(), b.spec.Destination)
	}
	if err != nil && !strings.Contains(err.Error(), "does not exist") {
		code, said = max(code, exitCode(err)), said+err.Error()
	}
	b.as(t, b.admin, "job", "cancel", b.spec.Source.String(), b.spec.Destination.String())
	return code, said
}

// chat starts the service anew and orders a copy in a chat, which ends well
// whatever the service could not write down; its log says so.
func (b *rightsBench) chat(t *testing.T) (int, string) {
	t.Helper()
	s := b.service
	s.kill()
	before := len(s.log.String())
	s.start(t)
	s.order(t, b.spec.Source.Name, rand.Text())
	var log string
	until(t, "the end of the order", func() (bool, error) {
		log = s.log.String()[before:]
		j, err := b.Client.BatchV1().Jobs(b.Namespace).Get(t.Context(), job.Name(b.spec.Destination), metav1.GetOptions{})
		return err == nil && j.Labels["tenantcopy/chat"] == "told" || strings.Contains(log, "it lacks patch"), nil
	})
	b.as(t, b.admin, "job", "cancel", b.spec.Source.String(), b.spec.Destination.String())
	if strings.Contains(log, "it lacks") {
		return 4, log
	}
	return 0, log
}

// leaseGone removes the twin's Lease, so that the next run makes one.
func (b *rightsBench) leaseGone(t *testing.T) {
	t.Helper()
	err := b.Client.CoordinationV1().Leases(b.Namespace).Delete(t.Context(), job.Name(b.spec.Destination), metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
}

// TestKubeO24_MinimalRBAC: under the accounts of the chart everything works;
// each right that they have is used, and none is used that they have not; and
// whichever is taken away, its verb, resource and namespace are named.
func TestKubeO24_MinimalRBAC(t *testing.T) {
	t.Parallel()
	b := newRightsBench(t)
	b.service = serveOn(t, b.jobBench, b.server.file, b.config)

	ways := map[*role]func(*testing.T) (int, string){b.starter: b.run, b.copier: b.stop, b.dev: b.ask, b.server: b.ask}
	for r, way := range ways {
		if code, said := way(t); code != 0 {
			t.Fatalf("%s: %d\n%s", r.account, code, said)
		}
	}
	if code, said := b.look(t); code != 0 {
		t.Fatalf("status: %d\n%s", code, said)
	}
	if code, said := b.ofTwin(t); code != 0 || !strings.Contains(said, b.spec.Source.String()) {
		t.Fatalf("status through the service: %d\n%s", code, said)
	}
	if code, said := b.chat(t); code != 0 {
		t.Fatalf("an order from chat: %d\n%s", code, said)
	}
	for r := range ways {
		granted, heard := rightsOf(slices.Concat(r.rights, r.beyond)), r.said.all()
		for one := range granted {
			if !heard[one] {
				t.Errorf("%s may %s and never does", r.account, one)
			}
		}
		for one := range heard {
			if !granted[one] {
				t.Errorf("%s asks to %s, which the chart does not grant", r.account, one)
			}
		}
	}
	for r, way := range ways {
		for _, lacks := range slices.SortedFunc(maps.Keys(rightsOf(slices.Concat(r.rights, r.beyond))), func(a, b right) int { return strings.Compare(a.String(), b.String()) }) {
			t.Run(r.account+" lacks "+lacks.String(), func(t *testing.T) { b.missed(t, r, lacks, way) })
		}
	}
}

// told are the rights whose lack ends nothing: what cannot be looked at
// beforehand is said, and an event that cannot be made is a line of the log.
var told = map[right]string{
	{"list", "autoscaling", "horizontalpodautoscalers"}: "autoscalers in namespace NS could not be looked at",
	{"list", "keda.sh", "scaledobjects"}:                "KEDA's scaled objects in namespace NS could not be looked at",
	{"get", "apps", "statefulsets"}:                     "statefulset/queue in namespace NS could not be looked at",
	{"create", "", "events"}:                            "it lacks create events in namespace NS",
}

// missed takes a right away and looks at what is said of it.
func (b *rightsBench) missed(t *testing.T, r *role, lacks right, way func(*testing.T) (int, string)) {
	b.take(t, r, lacks)
	switch {
	case r == b.copier && (lacks.group == "coordination.k8s.io" || lacks.resource == "events" || lacks.verb == "patch" && lacks.group == "apps"):
		way = b.run // what a Job's pod alone does
		if lacks.verb == "create" {
			b.leaseGone(t)
		}
	case r == b.copier && lacks.verb == "get" && slices.Contains([]string{"secrets", "deployments"}, lacks.resource):
		way = b.look
	case r == b.server && slices.Contains([]string{"secrets", "deployments", "configmaps"}, lacks.resource):
		way = b.ofTwin
	case r == b.server && lacks.resource == "jobs" && (lacks.verb == "list" || lacks.verb == "patch"):
		way = b.chat
	case r == b.server && lacks.resource == "namespaces":
		way = b.begin
	}
	code, said := way(t)
	want, harmless := told[lacks]
	if !harmless {
		want = "it lacks " + lacks.verb + " " + lacks.resource
		if lacks.group != "" {
			want += " of " + lacks.group
		}
		if rightsOf(r.rights)[lacks] {
			want += " in namespace NS"
		}
	}
	if r == b.dev && lacks.resource == "services/proxy" {
		want = "create, get and delete on services/proxy"
	}
	if want = strings.ReplaceAll(want, "NS", b.Namespace); !strings.Contains(said, want) || (code == 0) != harmless {
		t.Errorf("%d, want %q:\n%s", code, want, said)
	}
}

// begin starts the service anew, which asks first which cluster it is in.
func (b *rightsBench) begin(t *testing.T) (int, string) {
	t.Helper()
	a, _ := jobApp(t, b.config+"serve: {listen: \"127.0.0.1:0\", allow: {staging: {users: [ada]}}}\n", map[string]string{"TENANTCOPY_KUBECONFIG": b.server.file})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := a.serve(ctx)
	if err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, http.ErrServerClosed) {
		return 0, "it serves"
	}
	return exitCode(err), err.Error()
}
