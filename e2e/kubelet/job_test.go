package kubelet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
)

// Tests of what a Job does with exit codes, on the real API server and the
// real controllers, with processes of this machine as its pods.

func images() map[string]kubelet.Image {
	return map[string]kubelet.Image{
		"shell": {Entrypoint: []string{"sh", "-c"}, Env: func(root string) []string { return []string{"PATH=" + os.Getenv("PATH"), "ROOT=" + root} }},
		"pause": {},
	}
}

// shellJob is a Job like ours: no retry after code 5, one after another code,
// none counted after a disruption.
func shellJob(name, script string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32(1)),
			PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
				{Action: batchv1.PodFailurePolicyActionIgnore, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}},
				{Action: batchv1.PodFailurePolicyActionFailJob, OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{5}}},
			}},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever,
				Containers: []corev1.Container{{
					Name: "main", Image: "shell", Args: []string{script},
					TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
				}},
			}},
		},
	}
}

func create(t *testing.T, k *kubelet.Kubelet, job *batchv1.Job) {
	t.Helper()
	if _, err := k.Client.BatchV1().Jobs(k.Namespace).Create(t.Context(), job, metav1.CreateOptions{}); err != nil {
		t.Fatalf("create job %s: %v", job.Name, err)
	}
}

// outcome waits for a Job's end and returns its condition.
func outcome(t *testing.T, k *kubelet.Kubelet, name string) (batchv1.JobCondition, batchv1.JobStatus) {
	t.Helper()
	var end batchv1.JobCondition
	var status batchv1.JobStatus
	kubelet.Await(t, "the end of job "+name, func(ctx context.Context) (bool, error) {
		job, err := k.Client.BatchV1().Jobs(k.Namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, c := range job.Status.Conditions {
			if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
				end, status = c, job.Status
				return true, nil
			}
		}
		return false, nil
	})
	return end, status
}

// running waits for the newest pod of a Job that runs, other than those named.
func running(t *testing.T, k *kubelet.Kubelet, job string, but ...string) *corev1.Pod {
	t.Helper()
	var found *corev1.Pod
	kubelet.Await(t, "a running pod of job "+job, func(ctx context.Context) (bool, error) {
		pods, err := k.Client.CoreV1().Pods(k.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "job-name=" + job})
		if err != nil {
			return false, err
		}
		for _, p := range pods.Items {
			if p.Status.Phase == corev1.PodRunning && !strings.Contains(fmt.Sprint(but), p.Name) {
				found = &p
				return true, nil
			}
		}
		return false, nil
	})
	return found
}

func TestKubeJobEndsAsItsCodeSays(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	marks := t.TempDir()
	create(t, k, shellJob("clean", "exit 0"))
	create(t, k, shellJob("refused", "echo refused >&2; exit 5"))
	create(t, k, shellJob("again", fmt.Sprintf("mkdir %s/first && exit 11; exit 0", marks)))
	create(t, k, shellJob("hopeless", "exit 11"))

	if end, status := outcome(t, k, "clean"); end.Type != batchv1.JobComplete || status.Succeeded != 1 || status.Failed != 0 {
		t.Errorf("code 0: %s %s with %d failed pods, want Complete at once", end.Type, end.Reason, status.Failed)
	}
	if end, status := outcome(t, k, "refused"); end.Type != batchv1.JobFailed || end.Reason != batchv1.JobReasonPodFailurePolicy || status.Failed != 1 {
		t.Errorf("code 5: %s %s after %d pods, want Failed PodFailurePolicy after one", end.Type, end.Reason, status.Failed)
	}
	if end, status := outcome(t, k, "again"); end.Type != batchv1.JobComplete || status.Failed != 1 {
		t.Errorf("code 11, then 0: %s %s after %d failed pods, want Complete after one", end.Type, end.Reason, status.Failed)
	}
	if end, status := outcome(t, k, "hopeless"); end.Type != batchv1.JobFailed || end.Reason != batchv1.JobReasonBackoffLimitExceeded || status.Failed != 2 {
		t.Errorf("code 11 twice: %s %s after %d pods, want Failed BackoffLimitExceeded after two", end.Type, end.Reason, status.Failed)
	}
}

func TestKubeSecondJobOfANameIsRefused(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	create(t, k, shellJob("once", "exit 0"))
	_, err := k.Client.BatchV1().Jobs(k.Namespace).Create(t.Context(), shellJob("once", "exit 0"), metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		t.Errorf("the second job of a name: %v, want AlreadyExists", err)
	}
}

// TestKubeClustersDiffer: what tells the right name on the wrong server.
func TestKubeClustersDiffer(t *testing.T) {
	t.Parallel()
	prod, staging := clusterID(t, "prod"), clusterID(t, "staging")
	if prod == "" || prod == staging {
		t.Errorf("kube-system of prod is %q, of staging %q", prod, staging)
	}
}

func TestKubeDeletedPodEndsWithGrace(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	create(t, k, shellJob("polite", "trap 'echo asked >$ROOT/dev/termination-log; exit 143' TERM; while :; do sleep 0.1; done"))
	stubborn := shellJob("stubborn", "trap '' TERM; while :; do sleep 0.1; done")
	stubborn.Spec.Template.Spec.TerminationGracePeriodSeconds = new(int64(1))
	create(t, k, stubborn)
	for name, want := range map[string]int32{"polite": 143, "stubborn": 137} {
		pod := running(t, k, name)
		seen := make(chan *corev1.ContainerStateTerminated, 1)
		watchEnd(t, k, pod.Name, seen)
		time.Sleep(200 * time.Millisecond) // the shell sets its trap
		if err := k.Client.CoreV1().Pods(k.Namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		select {
		case ended := <-seen:
			if ended.ExitCode != want {
				t.Errorf("%s ended with %d, want %d", name, ended.ExitCode, want)
			}
			if name == "polite" && ended.Message != "asked\n" {
				t.Errorf("its last word is %q", ended.Message)
			}
		case <-time.After(30 * time.Second):
			t.Errorf("%s does not end", name)
		}
		kubelet.Await(t, "the removal of pod "+pod.Name, func(ctx context.Context) (bool, error) {
			_, err := k.Client.CoreV1().Pods(k.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
			return apierrors.IsNotFound(err), nil
		})
	}
}

func TestKubeDisruptionDoesNotCount(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	marks := t.TempDir()
	job := shellJob("moved", fmt.Sprintf("mkdir %[1]s/1 || mkdir %[1]s/2 || exit 0; exec sleep 60", marks))
	job.Spec.BackoffLimit = new(int32(0))
	create(t, k, job)
	first := running(t, k, "moved")
	if err := k.Disrupt(t.Context(), first.Name); err != nil {
		t.Fatal(err)
	}
	second := running(t, k, "moved", first.Name)
	if err := k.Disrupt(t.Context(), second.Name); err != nil {
		t.Fatal(err)
	}
	if end, status := outcome(t, k, "moved"); end.Type != batchv1.JobComplete || status.Succeeded != 1 {
		t.Errorf("a job whose pods were disrupted twice: %s %s, want Complete", end.Type, end.Reason)
	}
	entries, err := os.ReadDir(marks)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d pods left a mark, want 2 (%v)", len(entries), err)
	}
	if _, err := os.Stat(filepath.Join(k.Dir, string(second.UID), "main.log")); err != nil {
		t.Errorf("the second pod has no log: %v", err)
	}
}
