package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"

	"github.com/tenantcopy/tenantcopy/e2e/kubelet"
)

// What scripts do to the staging cluster, as the tenant's operator would with
// kubectl.

// kinds are those that scripts make, and where they are served.
var kinds = map[string]struct {
	at     schema.GroupVersionResource
	global bool
}{
	"Namespace":                {schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, true},
	"ServiceAccount":           {schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}, false},
	"Pod":                      {schema.GroupVersionResource{Version: "v1", Resource: "pods"}, false},
	"Deployment":               {schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, false},
	"StatefulSet":              {schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "statefulsets"}, false},
	"CronJob":                  {schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "cronjobs"}, false},
	"Role":                     {schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"}, false},
	"RoleBinding":              {schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"}, false},
	"ClusterRole":              {schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "clusterroles"}, true},
	"ClusterRoleBinding":       {schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "clusterrolebindings"}, true},
	"ScaledObject":             {schema.GroupVersionResource{Group: "keda.sh", Version: "v1alpha1", Resource: "scaledobjects"}, false},
	"CustomResourceDefinition": {schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}, true},
}

// cmdKube acts on the script's namespace in the staging cluster:
//
//	kube apply FILE                    make what stands in a file of YAML documents
//	kube is deployment/api 3           wait until it is so: replicas, suspended, running
//	kube scale deployment/api 1        as somebody does by hand
//	kube restarted deployment/gateway  want the mark of kubectl rollout restart
//	kube free                          let pods go that a finalizer holds
//	kube as ACCOUNT FILE               write a kubeconfig with a token of an account
func cmdKube(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	switch args[0] {
	case "apply":
		kubeApply(ts, args[1])
	case "is":
		kubeIs(ts, args[1], args[2])
	case "scale":
		patch := []byte(`{"spec":{"replicas":` + args[2] + `}}`)
		_, err := resourceOf(ts, args[1]).Patch(ctx, nameOf(args[1]), types.MergePatchType, patch, metav1.PatchOptions{}, "scale")
		ts.Check(err)
	case "restarted":
		o, err := resourceOf(ts, args[1]).Get(ctx, nameOf(args[1]), metav1.GetOptions{})
		ts.Check(err)
		if at, _, _ := unstructured.NestedString(o.Object, "spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"); at == "" {
			ts.Fatalf("%s was not restarted", args[1])
		}
	case "free":
		freePods(ctx, ts)
	case "as":
		kubeAs(ts, args[1], args[2])
	default:
		ts.Fatalf("kube knows no %s", args[0])
	}
}

func dynamicOf(ts *testscript.TestScript) dynamic.Interface {
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(&clientcmd.ClientConfigLoadingRules{ExplicitPath: os.Getenv(kubelet.Variable)},
		&clientcmd.ConfigOverrides{CurrentContext: "staging"}).ClientConfig()
	ts.Check(err)
	config.QPS = -1
	client, err := dynamic.NewForConfig(config)
	ts.Check(err)
	return client
}

// resourceOf finds kind/name in the script's namespace.
func resourceOf(ts *testscript.TestScript, text string) dynamic.ResourceInterface {
	kind, _, _ := strings.Cut(text, "/")
	for name, k := range kinds {
		if strings.EqualFold(name, kind) {
			return dynamicOf(ts).Resource(k.at).Namespace(ts.Getenv("TENANT"))
		}
	}
	ts.Fatalf("no kind %s", kind)
	return nil
}

func nameOf(text string) string {
	_, name, _ := strings.Cut(text, "/")
	return name
}

// kubeApply makes objects; $TENANT in them is the script's. They go with the
// namespace, those of the whole cluster one by one, and a kind stays for others.
func kubeApply(ts *testscript.TestScript, file string) {
	ctx, client := context.Background(), dynamicOf(ts)
	for _, text := range strings.Split(strings.ReplaceAll(ts.ReadFile(file), "$TENANT", ts.Getenv("TENANT")), "\n---\n") {
		var o unstructured.Unstructured
		ts.Check(yaml.Unmarshal([]byte(text), &o.Object))
		kind, ok := kinds[o.GetKind()]
		if !ok {
			ts.Fatalf("no kind %s", o.GetKind())
		}
		var to dynamic.ResourceInterface = client.Resource(kind.at)
		if !kind.global {
			to = client.Resource(kind.at).Namespace(ts.Getenv("TENANT"))
		}
		var err error
		for range 50 { // a new kind is served a moment after it is made, and so is a namespace
			if _, err = to.Create(ctx, &o, metav1.CreateOptions{}); !apierrors.IsNotFound(err) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if o.GetKind() == "CustomResourceDefinition" {
			if !apierrors.IsAlreadyExists(err) {
				ts.Check(err)
			}
			continue
		}
		ts.Check(err)
		if kind.global {
			ts.Defer(func() { _ = to.Delete(ctx, o.GetName(), metav1.DeleteOptions{}) })
		}
	}
}

// kubeIs waits until a workload is as large as it should be and, where that is
// a number, has as many pods.
func kubeIs(ts *testscript.TestScript, text, want string) {
	ctx, got := context.Background(), ""
	for range 150 {
		o, err := resourceOf(ts, text).Get(ctx, nameOf(text), metav1.GetOptions{})
		ts.Check(err)
		if suspended, is, _ := unstructured.NestedBool(o.Object, "spec", "suspend"); is {
			got = map[bool]string{true: "suspended", false: "running"}[suspended]
		} else {
			n, _, _ := unstructured.NestedInt64(o.Object, "spec", "replicas")
			got = strconv.FormatInt(n, 10)
			if got == want && podsOf(ts, nameOf(text)) != n {
				got += " with other pods"
			}
		}
		if got == want {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	ts.Fatalf("%s is %s, want %s", text, got, want)
}

func podsOf(ts *testscript.TestScript, app string) int64 {
	pods, err := clientOf(ts, "staging").CoreV1().Pods(ts.Getenv("TENANT")).List(context.Background(), metav1.ListOptions{LabelSelector: "app=" + app})
	ts.Check(err)
	return int64(len(pods.Items))
}

// freePods removes the finalizers of all pods.
func freePods(ctx context.Context, ts *testscript.TestScript) {
	pods := clientOf(ts, "staging").CoreV1().Pods(ts.Getenv("TENANT"))
	list, err := pods.List(ctx, metav1.ListOptions{})
	ts.Check(err)
	for _, p := range list.Items {
		if len(p.Finalizers) > 0 {
			if _, err := pods.Patch(ctx, p.Name, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}); !apierrors.IsNotFound(err) {
				ts.Check(err)
			}
		}
	}
}

// kubeAs writes a kubeconfig in which the context staging is a service
// account's.
func kubeAs(ts *testscript.TestScript, account, file string) {
	token, err := clientOf(ts, "staging").CoreV1().ServiceAccounts(ts.Getenv("TENANT")).CreateToken(context.Background(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	ts.Check(err)
	all, err := clientcmd.LoadFromFile(os.Getenv(kubelet.Variable))
	ts.Check(err)
	all.AuthInfos["account"] = &api.AuthInfo{Token: token.Status.Token}
	all.Contexts["staging"].AuthInfo = "account"
	ts.Check(clientcmd.WriteToFile(*all, ts.MkAbs(file)))
}

// cmdNeighbour makes another tenant in production, anew where it is there,
// whose deployment names its prefixes and its Redis server:
// neighbour NAMESPACE REDIS-PREFIX [REDIS-URL].
func cmdNeighbour(ts *testscript.TestScript, _ bool, args []string) {
	client, ctx, namespace := clientOf(ts, "prod"), context.Background(), args[0]
	_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	if err == nil {
		ts.Defer(func() { _ = client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{}) })
	} else if apierrors.IsAlreadyExists(err) {
		err = client.AppsV1().Deployments(namespace).Delete(ctx, "api", metav1.DeleteOptions{})
	}
	ts.Check(err)
	env := []corev1.EnvVar{{Name: "REDIS_PREFIX", Value: args[1]}, {Name: "SEARCH_PREFIX", Value: namespace + "-"}}
	if len(args) > 2 {
		env = append(env, corev1.EnvVar{Name: "REDIS_URL", Value: args[2]})
	}
	deploy(ts, client, namespace, corev1.Container{Name: "api", Image: "hr/api", Env: env})
}

// deploy makes the deployment api, which has no pods.
func deploy(ts *testscript.TestScript, client kubernetes.Interface, namespace string, c corev1.Container) {
	labels := map[string]string{"app": "api"}
	_, err := client.AppsV1().Deployments(namespace).Create(context.Background(), &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "api"}, Spec: appsv1.DeploymentSpec{Replicas: new(int32),
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{c}}}}}, metav1.CreateOptions{})
	ts.Check(err)
}
