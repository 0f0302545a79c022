package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

const jobHelp = `job runs a copy as a Kubernetes Job, where the credentials and the key are: whoever starts it needs none.

  tenantcopy job run prod/acme staging/acme
  tenantcopy job run prod/acme staging/acme -- --only postgres

runs-in: in tenantcopy.yaml says where, and with which image. The Job's name is made from the destination, so a
second request for the same twin does not make a second run: it follows the first one. Flags of the copy stand
behind --. Exit codes are those of the copy.`

// jobCommand groups what concerns Jobs.
func (a *app) jobCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "job", Short: "Run a copy as a Kubernetes Job", Long: jobHelp,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{what: fmt.Sprintf("unknown command %q for tenantcopy job", args[0]), hint: "there are render, run, logs and cancel"}
			}
			return usageError{what: "job needs a word", hint: "there are render, run, logs and cancel"}
		},
	}
	var progress string
	var cron bool
	render := a.jobVerb("render", "Print the Job as YAML, for kubectl apply or a repository", func(_ context.Context, p *pair) error { return a.renderJob(p, cron) })
	render.Flags().BoolVar(&cron, "cronjob", false, "a suspended CronJob instead: kubectl create job NAME --from=cronjob/… starts it")
	run := a.jobVerb("run", "Start the Job, or follow the one that runs, to its end", func(ctx context.Context, p *pair) error { return a.runJob(ctx, p, progress) })
	logs := a.jobVerb("logs", "Follow the Job that runs, or tell how the last one went", func(ctx context.Context, p *pair) error { return a.followJob(ctx, p, progress) })
	cancel := a.jobVerb("cancel", "End the Job and wait until it is gone; the twin serves as before", a.cancelJob)
	for _, c := range []*cobra.Command{run, logs} {
		c.Flags().StringVar(&progress, "progress", "auto", progressHelp)
	}
	cmd.AddCommand(render, run, logs, cancel)
	return cmd
}

// jobVerb is one of job's commands: they all take two tenants, and flags of
// the copy behind --.
func (a *app) jobVerb(name, short string, do func(context.Context, *pair) error) *cobra.Command {
	return &cobra.Command{
		Use: name + " SRC DST [-- FLAGS]", Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); (dash >= 0 && dash != 2) || (dash < 0 && len(args) != 2) {
				return usageError{what: "two tenants are needed: tenantcopy job " + name + " prod/acme staging/acme", hint: "flags of the copy stand behind --"}
			}
			if f := cmd.Flags().Lookup("progress"); f != nil {
				return (&copyFlags{progress: f.Value.String(), jobs: 1}).check(func(string) bool { return false })
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.pair(args[0], args[1], args[2:])
			if err != nil {
				return err
			}
			return do(cmd.Context(), p)
		},
	}
}

// renderJob prints what would be created. It connects to nothing.
func (a *app) renderJob(p *pair, cron bool) error {
	var object any = p.spec.Job()
	if cron {
		object = p.spec.CronJob()
	}
	text, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// jobs opens the cluster where Jobs run.
func (a *app) jobs(ctx context.Context, p *pair) (job.Jobs, error) {
	c, err := a.cluster(ctx, p.config.RunsIn.address(), cluster.Write)
	return job.Jobs{Cluster: c, Namespace: p.spec.Namespace}, err
}

func (a *app) runJob(ctx context.Context, p *pair, progress string) error {
	jobs, err := a.jobs(ctx, p)
	if err != nil {
		return err
	}
	p.spec.User = a.userName()
	other, err := jobs.Start(ctx, p.spec)
	if err != nil {
		return err
	}
	if what := "started"; progress != "quiet" && progress != "json" {
		if other != "" {
			what = "runs already, for " + other
		}
		fmt.Fprintf(a.out, "job %s/%s %s\n", jobs.Namespace, job.Name(p.spec.Destination), what)
	}
	return a.hearJob(ctx, jobs, p, progress)
}

func (a *app) followJob(ctx context.Context, p *pair, progress string) error {
	jobs, err := a.jobs(ctx, p)
	if err != nil {
		return err
	}
	return a.hearJob(ctx, jobs, p, progress)
}

func (a *app) cancelJob(ctx context.Context, p *pair) error {
	jobs, err := a.jobs(ctx, p)
	if err != nil {
		return err
	}
	if err := jobs.Cancel(ctx, p.spec.Destination); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "job %s/%s is gone\n", jobs.Namespace, job.Name(p.spec.Destination))
	return nil
}

// hearJob shows a Job's run as if it went on here, and ends as it ends.
func (a *app) hearJob(ctx context.Context, jobs job.Jobs, p *pair, progress string) error {
	told := false
	sink, end := a.face(progress)
	outcome, err := jobs.Follow(ctx, p.spec.Destination, job.Listener{
		Line: func(line []byte) {
			var e report.Event
			if json.Unmarshal(line, &e) == nil && e.Phase != "" {
				if sink != nil {
					sink(e)
				}
				return
			}
			told = told || strings.HasPrefix(string(line), "tenantcopy: ")
			fmt.Fprintf(a.err, "%s\n", line)
		},
		Note: func(text string) { fmt.Fprintln(a.err, text) },
	})
	end()
	if signal, ok := errors.AsType[interruptedError](err); ok {
		return leftError{signal, fmt.Sprintf("tenantcopy job logs %[1]s %[2]s follows it, tenantcopy job cancel %[1]s %[2]s ends it", p.spec.Source, p.spec.Destination)}
	}
	if err != nil {
		return err
	}
	if err := outcome.Err(); err != nil {
		if told { // the pod's own words were its last lines
			err = &report.Error{Code: report.CodeOf(err), Op: "run the Job", Err: fmt.Errorf("its pod ended with exit code %d, for the reason above", outcome.Exit)}
		}
		return err
	}
	if r := outcome.Result; r != nil && progress != "quiet" && progress != "json" {
		a.sumUp(*r)
	}
	return nil
}

// sumUp prints what a pod's last word tells of its run.
func (a *app) sumUp(r job.Result) {
	fmt.Fprintf(a.out, "\n%s is a pseudonymised copy of %s, proved and live (%.1f s)\n\n", r.Destination, r.Source, r.Seconds)
	for _, s := range r.Stores {
		fmt.Fprintf(a.out, "  %-10s %9d records %10s\n", s.Name, s.Records, size(s.Bytes))
	}
	fmt.Fprintf(a.out, "\n  %d people · run %s\n", r.People, r.Run)
}
