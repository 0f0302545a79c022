package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/serve"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// serviceName is the service of the chart, and its port.
const serviceName = "http:tenantcopy:http"

// elsewhere reports whether the service is asked: where runs-in: says so,
// --here does not, and this is no pod of a Job itself.
func (a *app) elsewhere(c *config, here bool) bool {
	_, inJob := a.pod()
	return c.RunsIn.Service && !here && !inJob
}

// hereHint is said where the service does not do what is asked for.
const hereHint = "with --here this process does it, which needs the credentials and the key"

// ownFlags are those of the copy that are about this process alone; the
// service hears of serve.OptionNames.
var ownFlags = []string{"config", "here", "progress", "tilt"}

// options are what the service is asked of a copy beside its two tenants.
func (f copyFlags) options() (serve.Options, error) {
	for _, name := range f.given {
		if known := slices.Concat(ownFlags, serve.OptionNames()); !slices.Contains(known, name) {
			return serve.Options{}, usageError{what: "the service takes no --" + name, hint: hereHint}
		}
	}
	return serve.Options{Confirm: f.confirm, Only: f.only, Skip: f.skip, Unclassified: f.unclassified, TakeOver: f.takeOver, KeepDown: f.keepDown || f.tilt}, nil
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
	options, err := f.options()
	if err != nil {
		return err
	}
	if err := a.beforeTilt(ctx, f, twin); err != nil {
		return err
	}
	service, err := a.service(ctx, c)
	if err != nil {
		return err
	}
	answer, err := service.Begin(ctx, serve.Asked{Source: args[0], Destination: args[1], Options: options})
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
	return a.watchThere(ctx, service, f, src, dst)
}

// watchThere shows a run's events to its end, and ends as it ends.
func (a *app) watchThere(ctx context.Context, service *serve.Client, f copyFlags, src, dst tenant.Ref) error {
	sink, end := a.face(f.progress)
	ended, err := service.Follow(ctx, dst, func(l serve.Line) error {
		var e report.Event
		if json.Unmarshal(l.Event, &e) == nil && e.Phase != "" {
			if sink != nil {
				sink(e)
			}
			return nil
		}
		if l.Said != "" {
			fmt.Fprintln(a.err, l.Said)
		}
		return nil
	})
	end()
	if signal, ok := errors.AsType[interruptedError](err); ok {
		return leftError{signal, "the same command follows it again"}
	}
	if err != nil {
		return err
	}
	if ended.Code != 0 {
		class := ended.Class
		if class == "" {
			class = classOf(ended.Code)
		}
		return &report.Error{Code: class, Op: "run the Job", Err: errors.New(ended.Message)}
	}
	if f.progress != "quiet" && f.progress != "json" {
		fmt.Fprintf(a.out, "\n%s is a pseudonymised copy of %s, proved and live (%.1f s, %s)\n", dst, src, ended.Took.Seconds(), records(ended.Records))
	}
	return nil
}

// statusThere prints what the service says of a twin.
func (a *app) statusThere(ctx context.Context, c *config, twin resolved, asJSON bool) error {
	service, err := a.service(ctx, c)
	if err != nil {
		return err
	}
	found, err := service.Look(ctx, twin.ref)
	switch {
	case err != nil:
		return err
	case asJSON:
		encoder := json.NewEncoder(jsonWriter{a.out})
		encoder.SetIndent("", "  ")
		return encoder.Encode(found)
	}
	line := fmt.Sprintf("%s: the copy of %s by run %s serves, %s old", found.Twin, found.Source, found.Run, age(found.Age))
	if found.User != "" {
		line += "; in use by " + found.User + " until " + found.Until.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	fmt.Fprintln(a.out, line)
	return nil
}
