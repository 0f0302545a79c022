package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/workloads"
)

// oldestForJobs is the minor version of Kubernetes from which on a Job's failure
// policy may be relied upon.
const oldestForJobs = 31

// Cluster is one cluster that is examined.
type Cluster struct {
	Of       string // environment, or "runs-in"
	Pinned   bool   // tenantcopy.yaml pins its identity
	Open     func(ctx context.Context) (*cluster.Cluster, error)
	Needs    []cluster.Right
	Needless []cluster.Right // what nobody who copies needs
	Jobs     string          // namespace of the Jobs; empty where none run
	Twin     tenant.Ref      // whose Lease is looked at, with Jobs, and whose namespace
	Stops    workloads.Selection
	Hosts    string // namespace of the twin, whose hosts nobody else should have; empty for none
	Clock    func() time.Time

	in *cluster.Cluster
}

// Examination makes its checks.
func (k *Cluster) Examination() Examination {
	checks := []string{Reach, Identity, Version, Rights, TooMany}
	for _, one := range []struct {
		check string
		is    bool
	}{{Workloads, !k.Stops.Empty()}, {Hosts, k.Hosts != ""}, {Lease, k.Jobs != "" && k.Twin != tenant.Ref{}}} {
		if one.is {
			checks = append(checks, one.check)
		}
	}
	return Examination{Group: "cluster of " + k.Of, Checks: checks, Do: k.examine}
}

func (k *Cluster) examine(ctx context.Context, c *Chart) {
	var other error // another cluster answered
	reached := c.Ask(ctx, Reach, func(ctx context.Context) (a Answer) {
		began := k.Clock()
		in, err := k.Open(ctx)
		if err != nil && report.CodeOf(err) != report.Unsafe {
			return Bad(err)
		}
		k.in, other = in, err
		return Good("answers after %d ms", k.Clock().Sub(began).Milliseconds())
	})
	if !reached {
		c.Stop("it was not reached")
		return
	}
	known := c.Ask(ctx, Identity, func(context.Context) Answer {
		switch {
		case other != nil:
			return Bad(other)
		case k.Pinned:
			return Good("kube-system has the UID of tenantcopy.yaml")
		}
		return Warn("tenantcopy.yaml does not pin it: another cluster behind the same name would be taken for it", "add uid: "+k.in.UID()+" beside context:")
	})
	if !known {
		c.Stop("it is another cluster")
		return
	}
	c.Ask(ctx, Version, k.version)
	c.Ask(ctx, Rights, k.rights)
	c.Ask(ctx, TooMany, k.tooMany)
	c.Ask(ctx, Workloads, k.reverts)
	c.Ask(ctx, Hosts, k.hosts)
	c.Ask(ctx, Lease, k.lease)
}

func (k *Cluster) version(ctx context.Context) Answer {
	text, minor, err := k.in.Version(ctx)
	if err != nil {
		return Bad(err)
	}
	if k.Jobs != "" && minor > 0 && minor < oldestForJobs {
		return Answer{Level: Failed, Class: report.Incompatible, Text: fmt.Sprintf("Kubernetes %s is older than 1.%d, from which on Jobs end by exit codes", text, oldestForJobs), Hint: "upgrade the cluster"}
	}
	return Good("Kubernetes %s", text)
}

// having lists those of some rights that the identity has, or has not.
func (k *Cluster) having(ctx context.Context, asked []cluster.Right, has bool) (lines []string, err error) {
	for _, r := range asked {
		may, err := k.in.May(ctx, r)
		if err != nil {
			return nil, err
		}
		if may == has {
			lines = append(lines, r.String())
		}
	}
	return lines, nil
}

func (k *Cluster) rights(ctx context.Context) Answer {
	lines, err := k.having(ctx, k.Needs, false)
	return missing(Grants{Says: fmt.Sprintf("%d rights are missing", len(lines)), Lines: lines, Hint: "grant them to this identity; docs/job.md and docs/configuration.md list them"}, err)
}

func (k *Cluster) tooMany(ctx context.Context) Answer {
	lines, err := k.having(ctx, k.Needless, true)
	if len(lines) == 0 {
		return excess(Grants{}, err)
	}
	return excess(Grants{Says: "this identity may do what nobody who copies needs", Lines: lines, Hint: "an identity with the rights of docs/job.md alone is safer"}, err)
}

// reverts says what would start the twin's workloads again in mid-copy.
func (k *Cluster) reverts(ctx context.Context) Answer {
	if k.Stops.Empty() {
		return Good("")
	}
	lines, err := workloads.In(k.in, k.Stops, workloads.Options{}).Reverts(ctx)
	switch {
	case err != nil:
		return Bad(err)
	case len(lines) > 0:
		return Warn("something may start again what a copy stops", "a workload that comes back in mid-copy ends the run with 11", lines...)
	}
	return Good("nothing starts them again")
}

// hosts looks for other namespaces' Ingresses with a host of the twin's: which
// one wins depends on the controller, and real users may land on the twin.
func (k *Cluster) hosts(ctx context.Context) Answer {
	if k.Hosts == "" {
		return Good("")
	}
	own, err := k.in.Client().NetworkingV1().Ingresses(k.Hosts).List(ctx, metav1.ListOptions{})
	if err != nil {
		return unasked(k.in.Failed("list ingresses in namespace "+k.Hosts, err))
	}
	all, err := k.in.Client().NetworkingV1().Ingresses("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return unasked(k.in.Failed("list ingresses in the whole cluster", err))
	}
	if lines := overlaps(own.Items, all.Items, k.Hosts); len(lines) > 0 {
		return Warn("hosts of the twin are those of other namespaces too", "which of them answers depends on the Ingress controller: give the twin hosts of its own", lines...)
	}
	return Good("%d of the twin's Ingresses share no host with others", len(own.Items))
}

// unasked is the answer where the identity may not ask what no copy needs to
// know.
func unasked(err error) Answer {
	a := Bad(err)
	if a.Class == report.Denied {
		return Unsure(a.Text, "")
	}
	return a
}

// overlaps names the hosts of a namespace that other namespaces have too. A host
// that begins with a star stands for one label; an empty one for all.
func overlaps(own, all []networkingv1.Ingress, namespace string) (lines []string) {
	for _, a := range own {
		for _, host := range hostsOf(a) {
			for _, b := range all {
				if b.Namespace != namespace && slices.ContainsFunc(hostsOf(b), func(other string) bool { return sameHost(host, other) }) {
					lines = append(lines, fmt.Sprintf("%s of ingress %s: ingress %s/%s has it too", host, a.Name, b.Namespace, b.Name))
				}
			}
		}
	}
	return lines
}

func hostsOf(i networkingv1.Ingress) (hosts []string) {
	for _, rule := range i.Spec.Rules {
		host := strings.ToLower(rule.Host)
		if host == "" {
			host = "*"
		}
		hosts = append(hosts, host)
	}
	return hosts
}

func sameHost(a, b string) bool {
	covers := func(pattern, host string) bool {
		_, domain, _ := strings.Cut(host, ".")
		return pattern == "*" || pattern == "*."+domain
	}
	return a == b || covers(a, b) || covers(b, a)
}

func (k *Cluster) lease(ctx context.Context) Answer {
	if k.Jobs == "" || k.Twin == (tenant.Ref{}) {
		return Good("")
	}
	who, renewed, err := job.Holder(ctx, k.in, k.Jobs, k.Twin)
	switch {
	case err != nil:
		return unasked(err)
	case who == "":
		return Good("free")
	case k.Clock().Sub(renewed) > job.Lasts:
		return Warn(fmt.Sprintf("%s has it, and last renewed it at %s", who, renewed.UTC().Format("2006-01-02 15:04:05 UTC")), "the pod was killed most likely; the next run takes it over after "+job.Lasts.String())
	}
	return Warn("a Job is under way: "+who, "a second one is refused; tenantcopy job logs follows it")
}
