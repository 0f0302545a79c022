package main

import (
	"context"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Which clusters doctor looks at, and which rights it asks for there.

// clusters looks at those of environments, each for the pair's tenant, and at
// that of runs-in.
func (d *checkup) clusters(environments []string) {
	c := d.config
	for _, env := range environments {
		t := resolved{ref: tenant.Ref{Env: env, Name: d.dst.Name}, env: c.Environments[env]}
		k := t.env.Kubernetes
		if !k.names() || !d.paired() && strings.Contains(k.Context+k.Server, "{name}") {
			continue
		}
		t.name = c.nameOf(t.ref)
		exam := d.clusterOf(env, t.address())
		if d.paired() {
			d.ofTenant(exam, t)
		}
		d.all = append(d.all, exam.Examination())
	}
	if c.RunsIn.address() == (runsInConfig{}).address() {
		return
	}
	exam := d.clusterOf("runs-in", c.RunsIn.address())
	exam.Jobs, exam.Twin = c.RunsIn.namespace(), d.dst
	exam.Needs, exam.Needless = d.jobRights(c.RunsIn.namespace())
	d.all = append(d.all, exam.Examination())
	if c.RunsIn.Service && !d.app.inJob() {
		d.all = append(d.all, d.service())
	}
}

func (d *checkup) clusterOf(of string, at cluster.Address) *doctor.Cluster {
	return &doctor.Cluster{Of: of, Pinned: at.UID != "", Clock: d.app.clock,
		Open: func(ctx context.Context) (*cluster.Cluster, error) { return d.app.cluster(ctx, at, cluster.Ask) }}
}

// ofTenant adds what a tenant's namespace is asked for.
func (d *checkup) ofTenant(exam *doctor.Cluster, t resolved) {
	namespace, source := t.namespace(), t.ref.Env == d.src.Env
	if !d.there {
		exam.Needs = d.discoveryRights(t, namespace)
	}
	if source {
		exam.Needless = rightsIn(namespace, "list secrets", "patch apps deployments", "update apps deployments/scale", "create pods", "delete pods", "create pods/exec")
		return
	}
	exam.Hosts = namespace
	if d.there {
		return
	}
	exam.Stops = t.selection()
	exam.Needs = append(exam.Needs, workloadRights(exam.Stops.Namespace, t.env.Kubernetes.Workloads)...)
	for _, shared := range t.env.Kubernetes.Shared {
		exam.Needs = append(exam.Needs, named(rightsIn(fillName(shared.Namespace, t), "patch apps deployments"), shared.Deployment)...)
	}
}

// discoveryRights are what it takes to find a tenant's stores and secrets.
// Which Secrets a pod template names is found when it is read: they are no part
// of it.
func (d *checkup) discoveryRights(t resolved, namespace string) (all []cluster.Right) {
	add := func(rights ...cluster.Right) {
		for _, r := range rights {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	for _, kind := range d.config.kindsOf(t.ref) {
		base, _ := d.config.templateOf(t.ref, kind)
		if base.From != nil {
			add(named(rightsIn(namespace, "get apps deployments"), fillName(base.From.Deployment, t))...)
		}
		if key, ok := cluster.ParseSecretKey(fillName(base.Password.Secret, t)); ok {
			add(named(rightsIn(key.Namespace, "get secrets"), key.Name)...)
		}
	}
	return all
}

// workloadRights are what it takes to stop workloads and to give them back.
func workloadRights(namespace string, w workloadsConfig) (all []cluster.Right) {
	for _, one := range []struct {
		is   bool
		says []string
	}{
		{len(w.Deployments) > 0 || w.Selector != "", []string{"get apps deployments", "get apps deployments/scale", "update apps deployments/scale"}},
		{len(w.StatefulSets) > 0 || w.Selector != "", []string{"get apps statefulsets", "get apps statefulsets/scale", "update apps statefulsets/scale"}},
		{len(w.CronJobs) > 0 || w.Selector != "", []string{"get batch cronjobs", "patch batch cronjobs"}},
		{w.Selector != "", []string{"list apps deployments", "list apps statefulsets", "list batch cronjobs"}},
	} {
		if one.is {
			all = append(all, rightsIn(namespace, one.says...)...)
		}
	}
	if len(all) > 0 {
		all = append(all, rightsIn(namespace, "list pods", "get configmaps", "create configmaps", "update configmaps", "delete configmaps")...)
	}
	return all
}

// jobRights are what this process does where Jobs run, and what it need not be
// able to do: a pod of a Job holds the Lease; a laptop reaches the service, or
// makes Jobs.
func (d *checkup) jobRights(namespace string) (needs, needless []cluster.Right) {
	secrets := rightsIn(namespace, "list secrets", "get secrets", "create pods", "create pods/exec")
	switch {
	case d.app.inJob():
		return rightsIn(namespace, "get coordination.k8s.io leases", "create coordination.k8s.io leases", "update coordination.k8s.io leases", "create events"), append(secrets, rightsIn(namespace, "create batch jobs")...)
	case d.config.RunsIn.Service:
		return named(rightsIn(namespace, "get services/proxy", "create services/proxy"), serviceName), append(secrets, rightsIn(namespace, "create batch jobs", "update apps deployments")...)
	}
	return rightsIn(namespace, "create batch jobs", "get batch jobs", "delete batch jobs", "list pods", "get pods/log"), secrets
}

// rightsIn reads rights from words: verb, group where it is not the core, and
// resource.
func rightsIn(namespace string, says ...string) (all []cluster.Right) {
	for _, text := range says {
		words := strings.Fields(text)
		r := cluster.Right{Verb: words[0], Resource: words[len(words)-1], Namespace: namespace}
		if len(words) == 3 {
			r.Group = words[1]
		}
		all = append(all, r)
	}
	return all
}

// named narrows rights to one object.
func named(all []cluster.Right, name string) []cluster.Right {
	for i := range all {
		all[i].Name = name
	}
	return all
}

func (a *app) inJob() bool {
	_, in := a.pod()
	return in
}

// service asks the service itself.
func (d *checkup) service() doctor.Examination {
	s := doctor.Service{Reach: func(ctx context.Context) (string, error) {
		service, err := d.app.service(ctx, d.config)
		if err == nil {
			err = service.Health(ctx)
		}
		return "answers in namespace " + d.config.RunsIn.namespace(), err
	}}
	if d.paired() {
		s.Allowed = func(ctx context.Context) (string, error) {
			service, err := d.app.service(ctx, d.config)
			if err != nil {
				return "", err
			}
			version, err := service.Allowed(ctx, d.dst)
			return "you may copy into " + d.dst.String() + "; its version is " + version, err
		}
	}
	return s.Examination()
}
