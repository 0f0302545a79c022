package kubelet_test

import (
	"context"
	"io"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"

	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
)

func clusterID(t *testing.T, side string) string {
	t.Helper()
	client, err := kubernetes.NewForConfig(kubelet.Cluster(t, side))
	if err != nil {
		t.Fatal(err)
	}
	ns, err := client.CoreV1().Namespaces().Get(t.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return string(ns.UID)
}

// watchEnd sends the end of a pod's first container.
func watchEnd(t *testing.T, k *kubelet.Kubelet, pod string, seen chan<- *corev1.ContainerStateTerminated) {
	t.Helper()
	events, err := k.Client.CoreV1().Pods(k.Namespace).Watch(t.Context(), metav1.ListOptions{ResourceVersion: "0", FieldSelector: fields.OneTermEqualSelector("metadata.name", pod).String()})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for event := range events.ResultChan() {
			if p, ok := event.Object.(*corev1.Pod); ok && len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Terminated != nil {
				seen <- p.Status.ContainerStatuses[0].State.Terminated
				events.Stop()
				return
			}
		}
	}()
}

func runPod(t *testing.T, k *kubelet.Kubelet, spec corev1.PodSpec) string {
	t.Helper()
	if spec.RestartPolicy == "" {
		spec.RestartPolicy = corev1.RestartPolicyNever
	}
	pod, err := k.Client.CoreV1().Pods(k.Namespace).Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{GenerateName: "pod-"}, Spec: spec}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod.Name
}

// awaitPod waits until a pod is as it is wanted.
func awaitPod(t *testing.T, k *kubelet.Kubelet, name, what string, wanted func(corev1.PodStatus) bool) corev1.PodStatus {
	t.Helper()
	var status corev1.PodStatus
	kubelet.Await(t, "pod "+name+" to be "+what, func(ctx context.Context) (bool, error) {
		pod, err := k.Client.CoreV1().Pods(k.Namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		status = pod.Status
		return wanted(status), nil
	})
	return status
}

func ended(s corev1.PodStatus) bool {
	return s.Phase == corev1.PodSucceeded || s.Phase == corev1.PodFailed
}

func logOf(t *testing.T, k *kubelet.Kubelet, pod string, options corev1.PodLogOptions) string {
	t.Helper()
	stream, err := k.Client.CoreV1().Pods(k.Namespace).GetLogs(pod, &options).Stream(t.Context())
	if err != nil {
		t.Fatalf("log of pod %s: %v", pod, err)
	}
	defer stream.Close()
	text, err := io.ReadAll(stream)
	if err != nil {
		t.Fatalf("log of pod %s: %v", pod, err)
	}
	return string(text)
}

func TestKubeEnvironment(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	for _, secret := range []*corev1.Secret{
		{ObjectMeta: metav1.ObjectMeta{Name: "all"}, StringData: map[string]string{"HOST": "of-all", "USER": "of-all"}},
		{ObjectMeta: metav1.ObjectMeta{Name: "one"}, StringData: map[string]string{"password": "p$(HOST)"}},
	} {
		if _, err := k.Client.CoreV1().Secrets(k.Namespace).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"MODE": "m"}}
	if _, err := k.Client.CoreV1().ConfigMaps(k.Namespace).Create(t.Context(), settings, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	name := runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{
		Name: "main", Image: "shell", Command: []string{"env"},
		EnvFrom: []corev1.EnvFromSource{
			{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "all"}}},
			{Prefix: "APP_", ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}},
			{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "absent"}, Optional: new(true)}},
		},
		Env: []corev1.EnvVar{
			{Name: "USER", Value: "last"},
			{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "one"}, Key: "password"}}},
			{Name: "KEY", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: "absent", Optional: new(true)}}},
			{Name: "MODE", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: "MODE"}}},
			{Name: "URL", Value: "$(USER):$(PASSWORD)@$(HOST)/$(NOBODY)/$$(HOST)"},
			{Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
		},
	}}})
	if s := awaitPod(t, k, name, "ended", ended); s.Phase != corev1.PodSucceeded {
		t.Fatalf("phase %s, %+v", s.Phase, s.ContainerStatuses)
	}
	lines := strings.Split(logOf(t, k, name, corev1.PodLogOptions{}), "\n")
	got := make(map[string]string)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		got[name] = value
	}
	want := map[string]string{
		"HOST": "of-all", "USER": "last", "APP_MODE": "m", "MODE": "m", "PASSWORD": "p$(HOST)", "POD": name,
		"URL": "last:p$(HOST)@of-all/$(NOBODY)/$(HOST)",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	if _, there := got["KEY"]; there {
		t.Error("an optional key that is not there has become a variable")
	}
}

func TestKubePodWaitsForWhatIsMissing(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	reason := func(want string) func(corev1.PodStatus) bool {
		return func(s corev1.PodStatus) bool {
			return len(s.ContainerStatuses) > 0 && s.ContainerStatuses[0].State.Waiting != nil && s.ContainerStatuses[0].State.Waiting.Reason == want
		}
	}
	from := []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "late"}}}}
	name := runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "shell", Args: []string{`test "$WORD" = come`}, EnvFrom: from}}})
	awaitPod(t, k, name, "waiting for its Secret", reason("CreateContainerConfigError"))
	late := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "late"}, StringData: map[string]string{"WORD": "come"}}
	if _, err := k.Client.CoreV1().Secrets(k.Namespace).Create(t.Context(), late, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if s := awaitPod(t, k, name, "ended", ended); s.Phase != corev1.PodSucceeded {
		t.Errorf("phase %s after the Secret has come", s.Phase)
	}
	name = runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nowhere/image:1"}}})
	awaitPod(t, k, name, "without an image", reason("ErrImagePull"))
	name = runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "shell", Command: []string{"no-such-program"}}}})
	if s := awaitPod(t, k, name, "ended", ended); s.ContainerStatuses[0].State.Terminated.ExitCode != 128 || s.ContainerStatuses[0].State.Terminated.Reason != "StartError" {
		t.Errorf("a program that is not there: %+v", s.ContainerStatuses[0].State.Terminated)
	}
}

func TestKubeLastWords(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	for _, c := range []struct{ name, script, want string }{
		{"its file", "echo noise; printf word >$ROOT/dev/termination-log; exit 3", "word"},
		{"its log", "echo first; echo why >&2; exit 3", "first\nwhy\n"},
		{"nothing when it is well", "echo noise", ""},
		{"no more than the end of its log", "yes | head -n 3000; exit 3", strings.Repeat("y\n", 1024)},
	} {
		name := runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "shell", Args: []string{c.script}, TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError}}})
		if s := awaitPod(t, k, name, "ended", ended); s.ContainerStatuses[0].State.Terminated.Message != c.want {
			t.Errorf("%s: %q, want %q", c.name, s.ContainerStatuses[0].State.Terminated.Message, c.want)
		}
	}
}

func TestKubeLogs(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	name := runPod(t, k, corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "shell", Args: []string{"echo one; echo two; sleep 1; echo three"}}}})
	awaitPod(t, k, name, "running", func(s corev1.PodStatus) bool { return s.Phase != corev1.PodPending })
	if got := logOf(t, k, name, corev1.PodLogOptions{Follow: true}); got != "one\ntwo\nthree\n" {
		t.Errorf("followed to the end: %q", got)
	}
	if got := logOf(t, k, name, corev1.PodLogOptions{TailLines: new(int64(2))}); got != "two\nthree\n" {
		t.Errorf("the last two lines: %q", got)
	}
}

// TestKubeVolumesAndIdentity: a pod finds its files in its folder, and its
// token says who it is.
func TestKubeVolumesAndIdentity(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"app.yaml": "a: 1"}}
	if _, err := k.Client.CoreV1().ConfigMaps(k.Namespace).Create(t.Context(), settings, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	name := runPod(t, k, corev1.PodSpec{
		Volumes: []corev1.Volume{
			{Name: "settings", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}}},
			{Name: "work", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
		InitContainers: []corev1.Container{{Name: "first", Image: "shell", Args: []string{"printf ready >$ROOT/out/mark"}, VolumeMounts: []corev1.VolumeMount{{Name: "work", MountPath: "/out"}}}},
		Containers: []corev1.Container{{
			Name: "main", Image: "shell",
			Args:         []string{`test $(cat $ROOT/work/mark) = ready && test "$(cat $ROOT/etc/app/app.yaml)" = "a: 1" && cat $ROOT/var/run/secrets/kubernetes.io/serviceaccount/token`},
			VolumeMounts: []corev1.VolumeMount{{Name: "settings", MountPath: "/etc/app"}, {Name: "work", MountPath: "/work"}},
		}},
	})
	if s := awaitPod(t, k, name, "ended", ended); s.Phase != corev1.PodSucceeded {
		t.Fatalf("phase %s: %s", s.Phase, logOf(t, k, name, corev1.PodLogOptions{}))
	}
	token := logOf(t, k, name, corev1.PodLogOptions{})
	review, err := k.Client.AuthenticationV1().TokenReviews().Create(t.Context(), &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "system:serviceaccount:" + k.Namespace + ":default"; !review.Status.Authenticated || review.Status.User.Username != want {
		t.Errorf("the pod's token is of %q (%s), want %q", review.Status.User.Username, review.Status.Error, want)
	}
	prod, err := kubernetes.NewForConfig(kubelet.Cluster(t, "prod"))
	if err != nil {
		t.Fatal(err)
	}
	review, err = prod.AuthenticationV1().TokenReviews().Create(t.Context(), &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token}}, metav1.CreateOptions{})
	if err != nil || review.Status.Authenticated {
		t.Errorf("production takes a token of staging (%v)", err)
	}
}

func TestKubeDeploymentScales(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	labels := map[string]string{"app": "api"}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "api"},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(2)), Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "api", Image: "pause"}}}},
		},
	}
	deployments := k.Client.AppsV1().Deployments(k.Namespace)
	if _, err := deployments.Create(t.Context(), deployment, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	available := func(want int32) {
		t.Helper()
		kubelet.Await(t, "the deployment's pods", func(ctx context.Context) (bool, error) {
			d, err := deployments.Get(ctx, "api", metav1.GetOptions{})
			return err == nil && d.Status.ReadyReplicas == want && d.Status.ObservedGeneration == d.Generation, err
		})
	}
	available(2)
	scale, err := deployments.GetScale(t.Context(), "api", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	scale.Spec.Replicas = 0
	if _, err := deployments.UpdateScale(t.Context(), "api", scale, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	available(0)
	kubelet.Await(t, "the end of the deployment's pods", func(ctx context.Context) (bool, error) {
		pods, err := k.Client.CoreV1().Pods(k.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=api"})
		return err == nil && len(pods.Items) == 0, err
	})
}

// TestKubeRestarts: a container of a pod that lives on is started again.
func TestKubeRestarts(t *testing.T) {
	t.Parallel()
	k := kubelet.Start(t, images())
	marks := t.TempDir()
	name := runPod(t, k, corev1.PodSpec{RestartPolicy: corev1.RestartPolicyOnFailure, Containers: []corev1.Container{{Name: "main", Image: "shell", Args: []string{"mkdir " + marks + "/first && exit 7; exit 0"}}}})
	s := awaitPod(t, k, name, "ended", ended)
	if c := s.ContainerStatuses[0]; s.Phase != corev1.PodSucceeded || c.RestartCount != 1 || c.LastTerminationState.Terminated == nil || c.LastTerminationState.Terminated.ExitCode != 7 {
		t.Errorf("phase %s, %d restarts, before that %+v", s.Phase, c.RestartCount, c.LastTerminationState.Terminated)
	}
}
