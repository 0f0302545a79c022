package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/launch"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

func (a *app) tiltCommand() *cobra.Command {
	return &cobra.Command{
		Use: "tilt DST [-- ARGS]", Short: "Start Tilt on a twin, in the cluster and namespace that belong to it",
		Long: `tilt picks the Kubernetes context and namespace of a twin from tenantcopy.yaml, checks that the twin is
complete, and replaces itself by

  tilt up --context CONTEXT --namespace NAMESPACE --port PORT -- --tenant-name NAME ARGS

so the terminal, the signals and the exit code are Tilt's. The port is the same for a tenant every time.
The current context is never used, and a protected environment is refused.`,
		Example: "  tenantcopy tilt staging/acme\n  tenantcopy tilt staging/acme -- --services=api",
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); len(args) == 0 || (dash >= 0 && dash != 1) || (dash < 0 && len(args) != 1) {
				return usageError{what: "one tenant is needed, and Tilt's own arguments after --: tenantcopy tilt staging/acme -- ARGS"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.tilt(cmd.Context(), args[0], args[1:]) },
	}
}

// tilt checks the twin and becomes Tilt.
func (a *app) tilt(ctx context.Context, text string, args []string) error {
	twin, o, err := a.openTwin(ctx, text)
	if err != nil {
		return err
	}
	var all []storeStatus
	for _, s := range o.sites {
		facts, err := s.Facts(ctx, 0)
		if err != nil {
			o.closeSites()
			return err
		}
		if facts.Marker != nil && facts.Marker.State != guard.Complete && facts.Marker.State != guard.Switching && facts.Marker.Serving != nil {
			facts.Marker.State = guard.Complete // the twin before the run that failed still serves
		}
		all = append(all, storeStatus{Store: s.Name(), Exists: facts.Exists, Marker: facts.Marker})
	}
	o.closeSites()
	if err := judgeStatus(twin.ref, all); err != nil {
		return err
	}
	return a.launch(ctx, twin, args)
}

// launch becomes Tilt; it returns only when that failed.
func (a *app) launch(_ context.Context, twin resolved, args []string) error {
	k := twin.env.Kubernetes
	if k.Context == "" {
		return refuse("start Tilt on "+twin.ref.String(), "environment "+twin.ref.Env+" names no Kubernetes context", "add kubernetes: {context: …, namespace: …} to tenantcopy.yaml; the current context is never used")
	}
	namespace := fillName(k.Namespace, twin)
	if namespace == "" {
		namespace = twin.name
	}
	kubeconfig, _ := a.lookup("TENANTCOPY_KUBECONFIG")
	up := launch.Tilt{Context: fillName(k.Context, twin), Namespace: namespace, Tenant: twin.ref.Name, Kubeconfig: kubeconfig, Args: args}
	fmt.Fprintf(a.out, "starting Tilt on %s: context %s, namespace %s, http://localhost:%d\n", twin.ref, up.Context, up.Namespace, up.Port())
	if err := up.Exec(a.environ()); err != nil {
		return &report.Error{Code: report.Launch, Op: "start Tilt", Err: err, Hint: "the copy is good; install Tilt, then: tenantcopy tilt " + twin.ref.String()}
	}
	return nil
}
