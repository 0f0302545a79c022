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
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
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
	open map[clusterKey]*openCluster
	read []reading
}

// reading is a secret that was read from a cluster, and how to read it again.
type reading struct {
	what  string // "key password of secrets/redis in namespace acme"
	value tenant.Secret
	again func(context.Context) (tenant.Secret, error)
}

type clusterKey struct {
	address cluster.Address
	door    cluster.Door
}

type openCluster struct {
	once    sync.Once
	cluster *cluster.Cluster
	err     error
}

// cluster opens a cluster, or returns the one that is open.
func (a *app) cluster(ctx context.Context, at cluster.Address, door cluster.Door) (*cluster.Cluster, error) {
	c := a.clusters.of(clusterKey{at, door})
	c.once.Do(func() { c.cluster, c.err = cluster.Open(ctx, a.access(), at, door) })
	return c.cluster, c.err
}

// read reads a secret and remembers how.
func (a *app) read(ctx context.Context, what string, how func(context.Context) (tenant.Secret, error)) (tenant.Secret, error) {
	value, err := how(ctx)
	if err == nil {
		a.clusters.mu.Lock()
		defer a.clusters.mu.Unlock()
		a.clusters.read = append(a.clusters.read, reading{what, value, how})
	}
	return value, err
}

// rotated says of a run that was not let in any more whether a secret has been
// changed since the run read it. Then the same run, begun again, may succeed, and a
// Job must not take the refusal for a permanent one.
func (a *app) rotated(ctx context.Context, err error) error {
	if report.CodeOf(err) != report.Denied || ctx.Err() != nil {
		return err
	}
	for _, r := range a.clusters.read {
		now, failed := r.again(ctx)
		if failed == nil && now.Reveal() != r.value.Reveal() {
			a.hide(now)
			return &report.Error{Code: report.Transient, Op: r.what + " was changed during the run", Err: err, Hint: "run the same command again: it reads the new one"}
		}
	}
	return err
}

// of returns the one place of a cluster.
func (c *clusters) of(key clusterKey) *openCluster {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[clusterKey]*openCluster)
	}
	if c.open[key] == nil {
		c.open[key] = &openCluster{}
	}
	return c.open[key]
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
