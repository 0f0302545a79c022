package workloads

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Kind is a kind of workload.
type Kind string

// The kinds that can be stopped.
const (
	Deployment  Kind = "deployment"
	StatefulSet Kind = "statefulset"
	CronJob     Kind = "cronjob"
)

// Workload is one of a namespace.
type Workload struct {
	Kind Kind
	Name string
}

// String returns kind/name, as kubectl takes it.
func (w Workload) String() string { return string(w.Kind) + "/" + w.Name }

// Selection says which workloads of a namespace belong to a tenant alone.
type Selection struct {
	Namespace    string
	Deployments  []string
	StatefulSets []string
	CronJobs     []string
	Selector     string // labels, as kubectl takes them; adds to the names
}

// Empty reports whether nothing is selected.
func (s Selection) Empty() bool {
	return len(s.Deployments)+len(s.StatefulSets)+len(s.CronJobs) == 0 && s.Selector == ""
}

// Set is a selection in a cluster.
type Set struct {
	cluster *cluster.Cluster
	client  kubernetes.Interface
	at      Selection
	options Options
}

// In binds a selection to the cluster that has it.
func In(c *cluster.Cluster, at Selection, o Options) *Set {
	return &Set{cluster: c, client: c.Client(), at: at, options: o}
}

// members are the workloads that the selection names, in a stable order, each
// once. A selector that finds nothing is a mistake, as is a name that is not
// there, which its first use tells.
func (s *Set) members(ctx context.Context) ([]Workload, error) {
	var out []Workload
	add := func(kind Kind, names ...string) {
		for _, name := range names {
			if w := (Workload{kind, name}); !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	add(Deployment, s.at.Deployments...)
	add(StatefulSet, s.at.StatefulSets...)
	add(CronJob, s.at.CronJobs...)
	if s.at.Selector == "" {
		return out, nil
	}
	named := len(out)
	by := metav1.ListOptions{LabelSelector: s.at.Selector}
	deployments, err := s.client.AppsV1().Deployments(s.at.Namespace).List(ctx, by)
	if err != nil {
		return nil, s.cluster.Failed("list deployments in namespace "+s.at.Namespace, err)
	}
	for _, d := range deployments.Items {
		add(Deployment, d.Name)
	}
	sets, err := s.client.AppsV1().StatefulSets(s.at.Namespace).List(ctx, by)
	if err != nil {
		return nil, s.cluster.Failed("list statefulsets in namespace "+s.at.Namespace, err)
	}
	for _, d := range sets.Items {
		add(StatefulSet, d.Name)
	}
	jobs, err := s.client.BatchV1().CronJobs(s.at.Namespace).List(ctx, by)
	if err != nil {
		return nil, s.cluster.Failed("list cronjobs in namespace "+s.at.Namespace, err)
	}
	for _, d := range jobs.Items {
		add(CronJob, d.Name)
	}
	if len(out) == named && named == 0 {
		return nil, &report.Refusal{Code: report.NotFound, What: "find the workloads of namespace " + s.at.Namespace, Why: fmt.Sprintf("the selector %q matches none", s.at.Selector),
			Hint: "look at kubernetes.workloads in tenantcopy.yaml"}
	}
	return out, nil
}
