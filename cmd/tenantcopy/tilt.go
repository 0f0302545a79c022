package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/launch"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// tiltFlags are the flags of tilt.
type tiltFlags struct {
	fresh    time.Duration
	takeOver bool
	rules    string
	here     bool
	release  bool
}

func (a *app) tiltCommand() *cobra.Command {
	var f tiltFlags
	cmd := &cobra.Command{
		Use: "tilt DST [flags] [-- ARGS]", Short: "Start Tilt on a twin, in the cluster and namespace that belong to it",
		Long: `tilt finds the cluster and the namespace of a twin, checks that the cluster is the one that is meant and that
the twin is complete, marks the twin as in use, and replaces itself by

  tilt up --context CONTEXT --namespace NAMESPACE --port PORT -- --tenant-name NAME ARGS

so the terminal, the signals and the exit code are Tilt's. The port is the same for a tenant every time. Tilt
gets the very kubeconfig that was checked, and the extension tilt/tenantcopy can check the rest: it is told the
cluster's identity and the tenant. The current context is never used, and a protected environment is refused.

For eight hours, or until --release, a copy into the twin by anybody else ends with exit code 6 and your name.
Where runs-in: names a service, it is asked about the twin, which needs no credential of a store.`,
		Example: "  tenantcopy tilt staging/acme\n  tenantcopy tilt staging/acme --fresh 24h      copy first when the twin is older\n  tenantcopy tilt staging/acme --release        others may refresh it now\n  tenantcopy tilt staging/acme -- --services=api",
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); len(args) == 0 || (dash >= 0 && dash != 1) || (dash < 0 && len(args) != 1) {
				return usageError{what: "one tenant is needed, and Tilt's own arguments after --: tenantcopy tilt staging/acme -- ARGS"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.tilt(cmd.Context(), f, args[0], args[1:]) },
	}
	cmd.Flags().DurationVar(&f.fresh, "fresh", 0, "copy first when the twin is older than this, as in 24h")
	cmd.Flags().BoolVar(&f.takeOver, "take-over", false, "also when somebody else works on the twin")
	cmd.Flags().StringVar(&f.rules, "rules", "", "rules file for --fresh, instead of the configuration's")
	cmd.Flags().BoolVar(&f.here, "here", false, "speak to the twin's stores, also where runs-in: names a service")
	cmd.Flags().BoolVar(&f.release, "release", false, "say that you no longer work on the twin, and start nothing")
	return cmd
}

// tilt checks the twin and its cluster, refreshes the twin when it is too old,
// and becomes Tilt.
func (a *app) tilt(ctx context.Context, f tiltFlags, text string, args []string) error {
	c, twin, err := a.twin(text)
	if err != nil {
		return err
	}
	if f.rules != "" && a.elsewhere(c, f.here) {
		return usageError{what: "the service takes no --rules", hint: hereHint}
	}
	at, err := a.desk(ctx, c, f.here)
	if err != nil {
		return err
	}
	if f.release {
		return a.release(ctx, at, twin)
	}
	if err := a.outsideTilt("start Tilt on " + text); err != nil {
		return err
	}
	in, err := a.tiltCluster(ctx, twin)
	if err != nil {
		return err
	}
	found, err := at.Use(ctx, twin.ref, f.takeOver)
	if err != nil {
		return err
	}
	if f.fresh > 0 && found.Age > f.fresh {
		fmt.Fprintf(a.out, "%s is %s old: copying it anew\n", twin.ref, age(found.Age))
		copying := copyFlags{rules: f.rules, progress: "auto", takeOver: f.takeOver, jobs: defaultJobs, keepDown: true, here: f.here}
		if err := a.copy(ctx, copying, []string{found.Source, text}); err != nil {
			return err
		}
	}
	err = a.launch(twin, in, args) // it returns only when Tilt did not start: then nobody works on the twin
	_, failed := at.Leave(context.WithoutCancel(ctx), twin.ref)
	return errors.Join(err, failed)
}

// release says that the user no longer works on the twin.
func (a *app) release(ctx context.Context, at desk, twin resolved) error {
	found, err := at.Leave(ctx, twin.ref)
	switch {
	case err != nil:
		return err
	case found.User != "":
		fmt.Fprintf(a.out, "%s is in use by %s\n", twin.ref, found.User)
	default:
		fmt.Fprintf(a.out, "%s is in nobody's use\n", twin.ref)
	}
	return nil
}

// beforeTilt tells what would keep Tilt from starting, before the copy.
func (a *app) beforeTilt(ctx context.Context, f copyFlags, twin resolved) error {
	if !f.tilt {
		return nil
	}
	if err := a.outsideTilt("start Tilt on " + twin.ref.String()); err != nil {
		return err
	}
	_, err := a.tiltCluster(ctx, twin)
	return err
}

// outsideTilt refuses what makes no sense in a Tiltfile, and says what a
// command there can see.
func (a *app) outsideTilt(what string) error {
	if !a.inTilt() {
		return nil
	}
	return refuse(what, "this runs inside a Tilt that is there already", "run it in a terminal; tenantcopy SRC DST works in a local_resource")
}

// inTilt reports whether Tilt runs this process, from a Tiltfile or a resource.
func (a *app) inTilt() bool {
	host, _ := a.lookup("TILT_HOST")
	port, _ := a.lookup("TILT_PORT")
	return host != "" || port != ""
}

// tiltCluster reaches the cluster that Tilt shall deploy to, and checks that
// it is the one that the configuration means. Tilt would reach it anyway.
func (a *app) tiltCluster(ctx context.Context, twin resolved) (*cluster.Cluster, error) {
	if !twin.env.Kubernetes.names() {
		return nil, refuse("start Tilt on "+twin.ref.String(), "environment "+twin.ref.Env+" names no cluster", "add kubernetes: {context: …, namespace: …} to tenantcopy.yaml; the current context is never used")
	}
	c, err := a.cluster(ctx, twin.address(), cluster.Read)
	if err != nil {
		return nil, err
	}
	if c.Context() == "" {
		return nil, refuse("start Tilt on "+twin.ref.String(), "a pod has no kubeconfig that Tilt could use", "start it on a laptop")
	}
	return c, nil
}

// launch becomes Tilt; it returns only when that failed.
func (a *app) launch(twin resolved, c *cluster.Cluster, args []string) error {
	up := launch.Tilt{Context: c.Context(), Namespace: twin.namespace(), Tenant: twin.ref.Name, Cluster: c.UID(), Kubeconfig: c.Kubeconfig(), Args: args}
	fmt.Fprintf(a.out, "starting Tilt on %s: context %s, namespace %s, http://localhost:%d\n", twin.ref, up.Context, up.Namespace, up.Port())
	if err := up.Exec(a.environ()); err != nil {
		return &report.Error{Code: report.Launch, Op: "start Tilt", Err: err, Hint: "the copy is good; install Tilt, then: tenantcopy tilt " + twin.ref.String()}
	}
	return errors.New("start Tilt: it did not start") // Exec does not return otherwise
}
