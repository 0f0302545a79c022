package kubelet

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Variable names the file that scripts/services makes for both clusters.
const Variable = "TENANTCOPY_TEST_KUBECONFIG"

// Cluster returns how to reach one of the tests' clusters, prod or staging.
func Cluster(t testing.TB, side string) *rest.Config {
	t.Helper()
	file := os.Getenv(Variable)
	if file == "" {
		t.Fatalf("%s is not set: run scripts/services up --require all,kube, then eval \"$(scripts/services env)\"", Variable)
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: file}, &clientcmd.ConfigOverrides{CurrentContext: side}).ClientConfig()
	if err != nil {
		t.Fatalf("read the configuration of cluster %s: %v", side, err)
	}
	config.QPS = -1 // no limit of the client's own: tests wait enough
	return config
}

// Start makes a namespace in the staging cluster and runs its pods until the
// test has ended; then everything in it is removed.
func Start(t testing.TB, images map[string]Image) *Kubelet {
	t.Helper()
	client, err := kubernetes.NewForConfig(Cluster(t, "staging"))
	if err != nil {
		t.Fatal(err)
	}
	name := "test-" + strings.ToLower(rand.Text()[:10])
	k := &Kubelet{Client: client, Namespace: name, Node: name, Dir: t.TempDir(), Images: images}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := client.CoreV1().Namespaces().Create(t.Context(), namespace, metav1.CreateOptions{}); err != nil {
		t.Fatalf("create namespace %s: %v", name, err)
	}
	Await(t, "the namespace's service account", func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().ServiceAccounts(name).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, unless(new(true), err)
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	t.Cleanup(func() {
		if err := client.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
			t.Errorf("delete namespace %s: %v", name, err)
		}
		Await(t, "the end of namespace "+name, func(ctx context.Context) (bool, error) {
			_, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
			return apierrors.IsNotFound(err), unless(new(true), err)
		})
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run the node: %v", err)
		}
	})
	return k
}

// Await asks again and again until there is an answer; after a minute without
// one the test fails.
func Await(t testing.TB, what string, done func(ctx context.Context) (bool, error)) {
	t.Helper()
	if err := wait.PollUntilContextTimeout(context.Background(), 100*time.Millisecond, time.Minute, true, done); err != nil {
		t.Fatalf("wait for %s: %v", what, err)
	}
}
