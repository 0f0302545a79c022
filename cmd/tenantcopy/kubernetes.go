package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
)

// kubernetesConfig says in which cluster and namespace the application of an
// environment runs: by the name of a context, by the API server, or both. The
// UID of the kube-system namespace pins the cluster.
type kubernetesConfig struct {
	Context   string          `yaml:"context"`
	Namespace string          `yaml:"namespace"`
	Server    string          `yaml:"server"`
	UID       string          `yaml:"uid"`
	Workloads workloadsConfig `yaml:"workloads"`
	Shared    []sharedConfig  `yaml:"shared"`
}

// names reports whether a cluster is named.
func (k kubernetesConfig) names() bool { return k.Context != "" || k.Server != "" || k.UID != "" }

// address is the cluster of a tenant.
func (t resolved) address() cluster.Address {
	k := t.env.Kubernetes
	return cluster.Address{Environment: t.ref.Env, Context: fillName(k.Context, t), Server: fillName(k.Server, t), UID: k.UID}
}

// namespace is where the application of a tenant runs: its own name, unless
// the configuration has a template.
func (t resolved) namespace() string {
	if k := t.env.Kubernetes; k.Namespace != "" {
		return fillName(k.Namespace, t)
	}
	return t.name
}

// access is how this process reaches clusters: the file of its own, that of
// kubectl, or a pod's own cluster.
func (a *app) access() cluster.Access {
	out := cluster.Access{Agent: fmt.Sprintf("tenantcopy/%s (%s)", version, a.userName())}
	_, out.InPod = a.lookup("KUBERNETES_SERVICE_HOST")
	for _, name := range []string{"TENANTCOPY_KUBECONFIG", "KUBECONFIG"} {
		if files, _ := a.lookup(name); files != "" {
			out.Kubeconfig = files
			return out
		}
	}
	if home, _ := a.lookup("HOME"); home != "" {
		file := filepath.Join(home, ".kube", "config")
		if _, err := os.Stat(file); err == nil {
			out.Kubeconfig = file
		}
	}
	return out
}

// clusters are those that a command has opened: each once, and only when
// something of it is needed. One that did not answer is not asked again.
type clusters struct {
	mu   sync.Mutex
	open map[clusterKey]openCluster
}

type clusterKey struct {
	address cluster.Address
	door    cluster.Door
}

type openCluster struct {
	cluster *cluster.Cluster
	err     error
}

// cluster opens a cluster, or returns the one that is open.
func (a *app) cluster(ctx context.Context, at cluster.Address, door cluster.Door) (*cluster.Cluster, error) {
	a.clusters.mu.Lock()
	defer a.clusters.mu.Unlock()
	key := clusterKey{at, door}
	if known, ok := a.clusters.open[key]; ok {
		return known.cluster, known.err
	}
	c, err := cluster.Open(ctx, a.access(), at, door)
	if a.clusters.open == nil {
		a.clusters.open = make(map[clusterKey]openCluster)
	}
	a.clusters.open[key] = openCluster{c, err}
	return c, err
}

// checkKubernetes refuses an address of a cluster that cannot be one.
func (c *config) checkKubernetes(server, uid string, path ...string) error {
	if server != "" {
		u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(server))
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
			return c.fail("not the address of an API server", "it looks like https://host:443, as kubectl cluster-info prints it", append(slices.Clip(path), "server")...)
		}
	}
	if strings.ContainsAny(uid, "{} ") {
		return c.fail("not a UID", "kubectl get namespace kube-system -o jsonpath={.metadata.uid} prints it", append(slices.Clip(path), "uid")...)
	}
	return nil
}
