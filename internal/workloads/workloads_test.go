package workloads

import (
	"context"
	"crypto/rand"
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
	"k8s.io/apimachinery/pkg/types"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// place is a namespace of its own in a real cluster.
type place struct {
	t         *testing.T
	cluster   *cluster.Cluster
	namespace string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	kubeconfig := os.Getenv("TENANTCOPY_TEST_KUBECONFIG")
	if kubeconfig == "" {
		t.Fatal("TENANTCOPY_TEST_KUBECONFIG is not set: make test-kube")
	}
	c, err := cluster.Open(t.Context(), cluster.Access{Kubeconfig: kubeconfig}, cluster.Address{Environment: "staging", Context: "staging"}, cluster.Write)
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t, c, "workloads-" + strings.ToLower(rand.Text()[:8])}
	_, err = c.Client().CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.namespace}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Client().CoreV1().Namespaces().Delete(context.Background(), p.namespace, metav1.DeleteOptions{})
	})
	return p
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// template is a pod that no kubelet runs: the tests need its life, not its
// work.
func template(name string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "pause"}}}}
}

func (p *place) deployment(name string, replicas int32) {
	p.t.Helper()
	_, err := p.cluster.Client().AppsV1().Deployments(p.namespace).Create(p.t.Context(), &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"tenant": "acme"}},
		Spec: appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}, Template: template(name)}}, metav1.CreateOptions{})
	p.must(err)
}

func (p *place) cronJob(name string, suspended bool) {
	p.t.Helper()
	pod := template(name)
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	_, err := p.cluster.Client().BatchV1().CronJobs(p.namespace).Create(p.t.Context(), &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.CronJobSpec{Schedule: "0 3 1 1 *", Suspend: &suspended, JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: pod}}}}, metav1.CreateOptions{})
	p.must(err)
}

// pods waits until a workload has as many pods.
func (p *place) pods(name string, want int) []corev1.Pod {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		list, err := p.cluster.Client().CoreV1().Pods(p.namespace).List(p.t.Context(), metav1.ListOptions{LabelSelector: "app=" + name})
		p.must(err)
		if len(list.Items) == want {
			return list.Items
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s has %d pods instead of %d", name, len(list.Items), want)
		}
	}
}

func (p *place) set(s Selection, o Options) *Set {
	s.Namespace = p.namespace
	if o.Sleep == nil {
		o.Sleep = func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	o.Clock = time.Now
	return In(p.cluster, s, o)
}

func (p *place) is(w Workload, want string) {
	p.t.Helper()
	now, err := p.set(Selection{}, Options{}).read(p.t.Context(), w)
	p.must(err)
	if got := now.text(w.Kind); got != want {
		p.t.Errorf("%s: %s instead of %s", w, got, want)
	}
}

var (
	api     = Workload{Deployment, "api"}
	worker  = Workload{Deployment, "worker"}
	nightly = Workload{CronJob, "nightly"}
	paused  = Workload{CronJob, "paused"}
)

// TestKubeO26_TwoStopsLoseNoNumber: a run that is killed between stop and
// start, and a second stop by the next one, leave 3 replicas to give back. A
// cron job that was suspended before stays so.
func TestKubeO26_TwoStopsLoseNoNumber(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 3)
	p.deployment("worker", 1)
	p.cronJob("nightly", false)
	p.cronJob("paused", true)
	p.pods("api", 3)
	everything := Selection{Deployments: []string{"api", "worker"}, CronJobs: []string{"nightly", "paused"}}
	first, err := p.set(everything, Options{By: "first"}).Stop(t.Context())
	p.must(err)
	if !slices.Equal(first, []Workload{api, worker, nightly, paused}) {
		t.Errorf("stopped %v", first)
	}
	p.pods("api", 0)
	second := p.set(everything, Options{By: "second"}) // as after kill -9
	again, err := second.Stop(t.Context())
	p.must(err)
	if len(again) > 0 {
		t.Errorf("the second stop claims %v", again)
	}
	all, err := second.Stopped(t.Context(), false)
	p.must(err)
	for range 2 { // a start that runs twice changes nothing
		p.must(second.Start(t.Context(), all))
		p.is(api, "3 replicas")
		p.is(worker, "1 replica")
		p.is(nightly, "on schedule")
		p.is(paused, "suspended")
	}
	p.pods("api", 3)
	if _, err := p.cluster.Client().CoreV1().ConfigMaps(p.namespace).Get(t.Context(), JournalName, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the journal stays: %v", err)
	}
}

// TestKubeO28_PodsThatDoNotEnd: nothing is copied while a pod still runs,
// and what was stopped is given back.
func TestKubeO28_PodsThatDoNotEnd(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 2)
	stuck := p.pods("api", 2)[0].Name
	p.must(p.cluster.Client().CoreV1().Pods(p.namespace).Bind(t.Context(), &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: stuck}, Target: corev1.ObjectReference{Kind: "Node", Name: "gone"}}, metav1.CreateOptions{}))
	_, err := p.set(Selection{Deployments: []string{"api"}}, Options{Gone: 3 * time.Second}).Stop(t.Context())
	if report.CodeOf(err) != report.Transient || !strings.Contains(err.Error(), stuck) {
		t.Fatalf("%v", err)
	}
	p.is(api, "2 replicas")
	left, err := p.set(Selection{}, Options{}).Stopped(t.Context(), false)
	if err != nil || len(left) > 0 {
		t.Errorf("the journal holds %v, %v", left, err)
	}
}

// TestKubeO27_ComesBack: what is started again in mid-copy ends the run.
func TestKubeO27_ComesBack(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 2)
	looks := 0
	s := p.set(Selection{Deployments: []string{"api"}}, Options{})
	_, err := s.Stop(t.Context())
	p.must(err)
	watching := p.set(Selection{Deployments: []string{"api"}}, Options{Sleep: func(ctx context.Context, _ time.Duration) error {
		switch looks++; looks {
		case 3: // as an autoscaler would
			return s.write(ctx, api, size{Replicas: 1})
		case 10: // it was not seen
			return context.Canceled
		}
		return context.Cause(ctx)
	}})
	if err := watching.Watch(t.Context()); report.CodeOf(err) != report.Unsafe || !strings.Contains(err.Error(), "deployment/api") || looks != 3 {
		t.Errorf("after %d looks: %v", looks, err)
	}
	p.must(s.Start(t.Context(), []Workload{api}))
	p.is(api, "1 replica") // somebody's own act stands
}

// TestKubeByHandStays: a run gives back what runs have stopped, also one that was
// killed, and leaves what somebody stopped by hand.
func TestKubeByHandStays(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 2)
	p.deployment("worker", 1)
	_, err := p.set(Selection{Deployments: []string{"worker"}}, Options{By: "jo"}).Stop(t.Context())
	p.must(err)
	both := Selection{Deployments: []string{"api", "worker"}}
	_, err = p.set(both, Options{By: "jo, run 1", Run: true}).Stop(t.Context()) // and is killed
	p.must(err)
	next := p.set(both, Options{By: "jo, run 2", Run: true})
	mine, err := next.Stop(t.Context())
	p.must(err)
	if len(mine) > 0 {
		t.Errorf("run 2 claims %v", mine)
	}
	theirs, err := next.Stopped(t.Context(), true)
	p.must(err)
	p.must(next.Start(t.Context(), theirs))
	p.is(api, "2 replicas")
	p.is(worker, "0 replicas")
}

// TestKubeSelection: by label too; what is missing is named.
func TestKubeSelection(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 1)
	p.deployment("worker", 0)
	lines, err := p.set(Selection{Selector: "tenant=acme"}, Options{}).Status(t.Context())
	p.must(err)
	if len(lines) != 2 || lines[0].Workload != api || lines[0].Now != "1 replica" || lines[1].Now != "0 replicas" {
		t.Errorf("%+v", lines)
	}
	for name, s := range map[string]Selection{
		"no such deployment": {Deployments: []string{"api", "nowhere"}},
		"no such label":      {Selector: "tenant=globex"},
	} {
		if _, err := p.set(s, Options{}).Stop(t.Context()); report.CodeOf(err) != report.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.is(api, "1 replica") // nothing was stopped before all was found
}

// TestKubeO29_RunningJob: a cron job that is suspended while a job of its runs is
// waited for.
func TestKubeO29_RunningJob(t *testing.T) {
	p := newPlace(t)
	p.cronJob("nightly", false)
	jobs, crons := p.cluster.Client().BatchV1().Jobs(p.namespace), p.cluster.Client().BatchV1().CronJobs(p.namespace)
	cron, err := crons.Get(t.Context(), "nightly", metav1.GetOptions{})
	p.must(err)
	job, err := jobs.Create(t.Context(), &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "nightly-1", OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cron, batchv1.SchemeGroupVersion.WithKind("CronJob"))}},
		Spec: cron.Spec.JobTemplate.Spec}, metav1.CreateOptions{})
	p.must(err)
	status := `{"status":{"active":[{"apiVersion":"batch/v1","kind":"Job","namespace":"` + p.namespace + `","name":"nightly-1","uid":"` + string(job.UID) + `"}]}}` // as the controller does for one that it has started
	_, err = crons.Patch(t.Context(), "nightly", types.MergePatchType, []byte(status), metav1.PatchOptions{}, "status")
	p.must(err)
	s := Selection{CronJobs: []string{"nightly"}}
	if _, err := p.set(s, Options{Gone: time.Second}).Stop(t.Context()); report.CodeOf(err) != report.Transient || !strings.Contains(err.Error(), "those of job nightly-1") {
		t.Fatalf("%v", err)
	}
	p.is(nightly, "on schedule")
	now := metav1.DeletePropagationBackground
	p.must(jobs.Delete(t.Context(), "nightly-1", metav1.DeleteOptions{PropagationPolicy: &now}))
	_, err = p.set(s, Options{}).Stop(t.Context())
	p.must(err)
	p.is(nightly, "suspended")
}
