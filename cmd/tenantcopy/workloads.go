package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/workloads"
)

// workloadsConfig says which workloads of the namespace are a tenant's own:
// they are stopped while its twin is replaced.
type workloadsConfig struct {
	Deployments  []string `yaml:"deployments"`
	StatefulSets []string `yaml:"statefulsets"`
	CronJobs     []string `yaml:"cronjobs"`
	Selector     string   `yaml:"selector"`
	Within       string   `yaml:"within"`
}

// sharedConfig is a component that several tenants use: it is never stopped,
// and restarted after the switch, since it may hold what it has cached.
type sharedConfig struct {
	Deployment string `yaml:"deployment"`
	Namespace  string `yaml:"namespace"`
}

const workloadsHelp = `workloads stops what uses a twin, and gives it back exactly as it was.

  tenantcopy workloads stop staging/acme     scale to zero, wait until the pods are gone
  tenantcopy workloads start staging/acme    give back what was stopped, after a crash too
  tenantcopy workloads status staging/acme   what runs, and what a stop has written down

Which workloads they are stands under kubernetes.workloads in tenantcopy.yaml. How many replicas there were
is written down beside them first, in the ConfigMap tenantcopy-workloads; a second stop overwrites no number.
A copy stops them too, and gives them back at its end, unless --keep-down or --tilt is given.`

func (a *app) workloadsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "workloads stop|start|status DST", Short: "Stop, give back or show what uses a twin", Long: workloadsHelp}
	for _, sub := range []struct {
		name, short string
		do          func(context.Context, resolved, *workloads.Set) error
	}{
		{"stop", "Scale the twin's workloads to zero and wait until their pods are gone", a.workloadsStop},
		{"start", "Give back what was stopped", a.workloadsStart},
		{"status", "Show what runs and what would be given back", a.workloadsStatus},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: sub.name + " DST", Short: sub.short,
			Args: func(_ *cobra.Command, args []string) error {
				if len(args) != 1 {
					return usageError{what: "one tenant is needed: tenantcopy workloads " + sub.name + " staging/acme"}
				}
				return nil
			},
			RunE: func(cmd *cobra.Command, args []string) error {
				twin, set, err := a.workloadsOf(cmd.Context(), args[0], sub.name)
				if err != nil {
					return err
				}
				return sub.do(cmd.Context(), twin, set)
			},
		})
	}
	return cmd
}

// workloadsOf finds the workloads of a twin; nothing of a protected
// environment is ever stopped.
func (a *app) workloadsOf(ctx context.Context, text, verb string) (resolved, *workloads.Set, error) {
	_, twin, err := a.twin(text)
	if err != nil {
		return twin, nil, err
	}
	what := verb + " the workloads of " + twin.ref.String()
	if twin.selection().Empty() {
		return twin, nil, refuse(what, "tenantcopy.yaml names none", "add kubernetes: {workloads: {deployments: […]}} to environment "+twin.ref.Env)
	}
	set, err := a.workloadSet(ctx, twin, workloads.Options{By: a.userName()})
	return twin, set, err
}

func (a *app) workloadSet(ctx context.Context, twin resolved, o workloads.Options) (*workloads.Set, error) {
	c, err := a.cluster(ctx, twin.address(), cluster.Write)
	if err != nil {
		return nil, err
	}
	o.Sleep, o.Clock = parallel.Sleep, a.clock
	if text := twin.env.Kubernetes.Workloads.Within; text != "" {
		gone, _ := parseAge(text) // check has read it before
		o.Gone = time.Duration(gone)
	}
	return workloads.In(c, twin.selection(), o), nil
}

// selection is what the configuration says of a tenant's workloads.
func (t resolved) selection() workloads.Selection {
	w := t.env.Kubernetes.Workloads
	fill := func(names []string) []string {
		var out []string
		for _, name := range names {
			out = append(out, fillName(name, t))
		}
		return out
	}
	return workloads.Selection{Namespace: t.namespace(), Deployments: fill(w.Deployments), StatefulSets: fill(w.StatefulSets), CronJobs: fill(w.CronJobs), Selector: fillName(w.Selector, t)}
}

func (a *app) workloadsStop(ctx context.Context, twin resolved, set *workloads.Set) error {
	reverts, err := set.Reverts(ctx)
	if err != nil {
		return err
	}
	for _, line := range reverts {
		fmt.Fprintln(a.out, line)
	}
	stopped, err := set.Stop(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s\n", twin.ref, counted(len(stopped), "stopped", "all was stopped already"))
	return nil
}

func (a *app) workloadsStart(ctx context.Context, twin resolved, set *workloads.Set) error {
	stopped, err := set.Stopped(ctx, false)
	if err != nil {
		return err
	}
	if err := set.Start(ctx, stopped); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s\n", twin.ref, counted(len(stopped), "given back", "nothing was stopped"))
	return nil
}

func (a *app) workloadsStatus(ctx context.Context, _ resolved, set *workloads.Set) error {
	lines, err := set.Status(ctx)
	if err != nil {
		return err
	}
	for _, l := range lines {
		text := fmt.Sprintf("%-40s %s", l.Workload, l.Now)
		if l.Was != "" {
			text = fmt.Sprintf("%-40s %-14s stopped by %s; start gives back: %s", l.Workload, l.Now, l.By, l.Was)
		}
		fmt.Fprintln(a.out, text)
	}
	return nil
}

func counted(n int, done, none string) string {
	switch n {
	case 0:
		return none
	case 1:
		return "1 workload " + done
	}
	return fmt.Sprintf("%d workloads %s", n, done)
}

// restoreWithin is how long giving back may take after a run that was
// interrupted.
const restoreWithin = time.Minute

// whileStopped runs body while the destination's workloads are stopped, and
// gives them back, whatever became of it: a failed copy has left the old twin,
// which they can use. A workload that comes back ends body.
func (a *app) whileStopped(ctx context.Context, p *runPlan, body func(context.Context) (report.Manifest, error)) (report.Manifest, error) {
	if p.dst.selection().Empty() {
		return body(ctx)
	}
	keep := p.flags.keepDown || p.flags.tilt
	set, err := a.workloadSet(ctx, p.dst, workloads.Options{By: fmt.Sprintf("%s, run %s", p.session.User, p.session.Run), Run: !keep})
	if err != nil {
		return report.Manifest{}, err
	}
	reverts, err := set.Reverts(ctx)
	if err != nil {
		return report.Manifest{}, err
	}
	for _, line := range reverts {
		a.note(p, "%s", line)
	}
	stopped, err := set.Stop(ctx)
	if err != nil {
		return report.Manifest{}, err
	}
	a.note(p, "workloads of namespace %s: %s", p.dst.namespace(), counted(len(stopped), "stopped", "all was stopped already"))
	p.ready = set.Confirm
	var manifest report.Manifest
	err = parallel.With(ctx, set.Watch, func(ctx context.Context) (err error) {
		manifest, err = body(ctx)
		return err
	})
	if keep && err == nil {
		a.note(p, "the workloads stay down; tenantcopy workloads start %s gives them back", p.dst.ref)
		return manifest, nil
	}
	return manifest, a.both(err, a.giveBack(ctx, p, set, stopped))
}

// finishSwitch finishes the switch that an earlier run was stopped in, while
// the destination's workloads are stopped; they are given back, since whether
// they stay down is for the copy to say.
func (a *app) finishSwitch(ctx context.Context, p *runPlan, readers []clone.Reader, dst guard.Destination) error {
	q := *p
	q.flags.keepDown, q.flags.tilt = false, false
	_, err := a.whileStopped(ctx, &q, func(ctx context.Context) (report.Manifest, error) {
		return report.Manifest{}, clone.Finish(ctx, readers, dst)
	})
	return err
}

// both is what became of a run and of giving its workloads back. The class of
// the latter says that the copy is good, so beside a failed copy it is only told.
func (a *app) both(err, back error) error {
	if err == nil || back == nil {
		return errors.Join(err, back)
	}
	fmt.Fprintln(a.err, message(back))
	return err
}

// giveBack starts what this run, or one that was killed, has stopped.
func (a *app) giveBack(ctx context.Context, p *runPlan, set *workloads.Set, mine []workloads.Workload) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreWithin)
	defer cancel()
	theirs, err := set.Stopped(ctx, true)
	if err == nil {
		for _, w := range theirs {
			if !slices.Contains(mine, w) {
				mine = append(mine, w)
			}
		}
		err = set.Start(ctx, mine)
	}
	if err != nil {
		return &report.Error{Code: report.Launch, Op: "give the workloads of namespace " + p.dst.namespace() + " back", Err: errors.New(strings.SplitN(err.Error(), "\n", 2)[0]),
			Hint: "they are down: tenantcopy workloads start " + p.dst.ref.String()}
	}
	a.note(p, "workloads of namespace %s: %s", p.dst.namespace(), counted(len(mine), "given back", "none to give back"))
	return nil
}

// restartShared makes components that several tenants use forget the old
// twin.
func (a *app) restartShared(ctx context.Context, p *runPlan) error {
	for _, s := range p.dst.env.Kubernetes.Shared {
		namespace := fillName(s.Namespace, p.dst)
		c, err := a.cluster(ctx, p.dst.address(), cluster.Write)
		if err == nil {
			err = workloads.Restart(ctx, c, namespace, s.Deployment, a.clock())
		}
		if err != nil {
			return &report.Error{Code: report.Launch, Op: "restart deployment " + s.Deployment + " of namespace " + namespace, Err: err,
				Hint: "the copy is good and live; restart it by hand: kubectl -n " + namespace + " rollout restart deployment/" + s.Deployment}
		}
		a.note(p, "restarted deployment %s of namespace %s, which tenants share", s.Deployment, namespace)
	}
	return nil
}

// note prints a line of the run where lines for people are wanted.
func (a *app) note(p *runPlan, format string, args ...any) {
	if p.flags.progress != "quiet" && p.flags.progress != "json" {
		fmt.Fprintf(a.out, format+"\n", args...)
	}
}

// checkWorkloads refuses a component of several tenants among those that are
// stopped.
func (c *config) checkWorkloads(k kubernetesConfig, path ...string) error {
	at := func(keys ...string) []string { return append(slices.Clip(path), keys...) }
	for _, s := range k.Shared {
		if s.Deployment == "" || s.Namespace == "" {
			return c.fail("a shared component needs deployment: and namespace:", "", at("shared")...)
		}
		if s.Namespace == k.Namespace && slices.Contains(k.Workloads.Deployments, s.Deployment) {
			return c.fail("deployment "+s.Deployment+" is shared by tenants, so it is never stopped", "remove it from workloads:", at("workloads", "deployments")...)
		}
	}
	w := k.Workloads
	if w.Within != "" {
		if _, err := parseAge(w.Within); err != nil {
			return c.fail(err.Error(), err.(limitError).hint, at("workloads", "within")...)
		}
	}
	if (len(w.Deployments)+len(w.StatefulSets)+len(w.CronJobs) > 0 || w.Selector != "") && !k.names() {
		return c.fail("the workloads' cluster is not named", "add context:, server: or uid: beside it", at("workloads")...)
	}
	return nil
}
