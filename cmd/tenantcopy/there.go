package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/serve"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// serviceName is the service of the chart, and its port.
const serviceName = "http:tenantcopy:http"

// elsewhere reports whether a copy is to be made by the service: where runs-in:
// says so, --here does not, and this is no pod of a Job itself.
func (a *app) elsewhere(c *config, f copyFlags) bool {
	_, inJob := a.pod()
	return c.RunsIn.Service && !f.here && !inJob
}

// service is the way to the service, with the caller's own token.
func (a *app) service(ctx context.Context, c *config) (*serve.Client, error) {
	in, err := a.cluster(ctx, c.RunsIn.address(), cluster.Write)
	if err != nil {
		return nil, err
	}
	base, client, err := in.Service(c.RunsIn.namespace(), serviceName, serve.TokenHeader)
	return &serve.Client{Base: base, HTTP: client, Sleep: parallel.Sleep}, err
}

// copyThere asks the service for a copy and shows the run as if it went on
// here. It needs no credential of a store and no key.
func (a *app) copyThere(ctx context.Context, c *config, f copyFlags, args []string) error {
	src, dst, err := parsePair(args[0], args[1])
	if err != nil {
		return err
	}
	twin, err := c.find(dst, report.Destination)
	if err != nil {
		return err
	}
	if err := c.direction(src, dst); err != nil {
		return err
	}
	if f.rules != "" || f.report != "" || f.unclassified != "" || len(f.only)+len(f.skip)+len(f.limit) > 0 || f.keepDown || f.takeOver {
		return usageError{what: "the service takes two tenants and --confirm", hint: "with --here the copy is made by this process, which needs the credentials and the key"}
	}
	service, err := a.service(ctx, c)
	if err != nil {
		return err
	}
	answer, err := service.Begin(ctx, serve.Asked{Source: args[0], Destination: args[1], Confirm: f.confirm})
	if err != nil {
		return err
	}
	if f.progress != "quiet" && f.progress != "json" {
		what := "started"
		if answer.Attached {
			what = "runs already"
		}
		fmt.Fprintf(a.out, "job %s/%s %s\n", c.RunsIn.namespace(), answer.Job, what)
	}
	if err := a.watchThere(ctx, service, f, src, dst); err != nil {
		return err
	}
	if !f.tilt {
		return nil
	}
	in, err := a.tiltCluster(ctx, twin)
	if err != nil {
		return err
	}
	return a.launch(twin, in, args[2:])
}

// watchThere shows a run's events to its end, and ends as it ends.
func (a *app) watchThere(ctx context.Context, service *serve.Client, f copyFlags, src, dst tenant.Ref) error {
	sink, end := a.face(f.progress)
	ended, err := service.Follow(ctx, dst, func(line []byte) error {
		var e report.Event
		if json.Unmarshal(line, &e) == nil && e.Phase != "" {
			if sink != nil {
				sink(e)
			}
			return nil
		}
		var s said
		if json.Unmarshal(line, &s) == nil && s.Said != "" {
			fmt.Fprintln(a.err, s.Said)
		}
		return nil
	})
	end()
	if _, ok := errors.AsType[interruptedError](err); ok {
		fmt.Fprintf(a.err, "the Job goes on; the same command follows it again\n")
	}
	if err != nil {
		return err
	}
	if ended.Code != 0 {
		return &report.Error{Code: classOf(ended.Code), Op: "run the Job", Err: errors.New(ended.Message)}
	}
	if f.progress != "quiet" && f.progress != "json" {
		fmt.Fprintf(a.out, "\n%s is a pseudonymised copy of %s, proved and live (%.1f s)\n", dst, src, ended.Took.Seconds())
	}
	return nil
}
