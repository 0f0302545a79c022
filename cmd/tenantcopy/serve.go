package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/job"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/serve"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// serveConfig says who may ask the service for copies.
type serveConfig struct {
	Listen string                   `yaml:"listen"`
	Allow  map[string]allowedConfig `yaml:"allow"` // by the destination's environment
	Slack  slackConfig              `yaml:"slack"`
}

type allowedConfig struct {
	Users  []string `yaml:"users"`  // as the cluster names them
	Groups []string `yaml:"groups"` // the same
	Slack  []string `yaml:"slack"`  // ids of Slack users

	Options []string `yaml:"options"` // that they may ask for; without the key all of serve.OptionNames
}

// slackConfig is the slash command. Its two secrets come from Slack's page of
// the app.
type slackConfig struct {
	Signing     secretRef `yaml:"signing-secret"`
	Token       secretRef `yaml:"token"`
	Source      string    `yaml:"source"`      // environment that /tenantcopy acme copies from
	Destination string    `yaml:"destination"` // and into
}

// What the service does when the file does not say.
const (
	serveListen = ":8080"
	slackAPI    = "https://slack.com/api"
	slackWithin = 10 * time.Second
)

const serveHelp = `serve is the service that makes copies for people who hold no credential of production: it knows who asks,
decides by serve: in tenantcopy.yaml whether he may, and alone creates the Job. It answers

  tenantcopy prod/acme staging/acme     of a laptop whose tenantcopy.yaml has runs-in:
  /tenantcopy acme                      of Slack, with serve.slack

It runs in the cluster of runs-in:, from the chart in deploy/. SIGTERM ends it; runs go on without it.`

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Be the service that copies for laptops and for Slack", Long: serveHelp, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context()) },
	}
}

func (a *app) serve(ctx context.Context) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if len(c.Serve.Allow) == 0 {
		return refuse("serve", "serve.allow in "+c.file+" allows nobody", "write serve: {allow: {staging: {groups: [developers]}}}")
	}
	if c.RunsIn.Image == "" {
		return refuse("serve", "runs-in in "+c.file+" names no image", "write runs-in: {namespace: tenantcopy, image: …}")
	}
	at := c.RunsIn.address()
	at.Own = true // the Jobs are made where the service runs
	in, err := a.cluster(ctx, at, cluster.Write)
	if err != nil {
		return err
	}
	server := &serve.Server{
		Policy: c.policy(), Review: serve.Review(in), Clock: a.clock, Version: version, Sleep: parallel.Sleep, Clean: a.err.clean, Log: slog.New(slog.NewJSONHandler(a.err, nil)),
		Twins: servedTwins{twins{a, c}}, Jobs: &serviceJobs{app: a, config: c, jobs: job.Jobs{Cluster: in, Namespace: c.RunsIn.namespace()}},
	}
	if server.Slack, err = a.slack(ctx, c); err != nil {
		return err
	}
	listen := c.Serve.Listen
	if listen == "" {
		listen = serveListen
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return refuse("serve", "nothing can listen on "+listen, "look at serve.listen, and whether something else does")
	}
	fmt.Fprintf(a.out, "listening on %s\n", listener.Addr())
	return server.Run(ctx, listener)
}

// policy is who may copy into which environment.
func (c *config) policy() serve.Policy {
	out := make(serve.Policy, len(c.Serve.Allow))
	for env, allowed := range c.Serve.Allow {
		out[env] = serve.Allowed{Users: allowed.Users, Groups: allowed.Groups, Slack: allowed.Slack, Options: allowed.Options}
	}
	return out
}

// slack is the slash command; nil where none is configured.
func (a *app) slack(ctx context.Context, c *config) (*serve.Slack, error) {
	s := c.Serve.Slack
	if s == (slackConfig{}) {
		return nil, nil
	}
	out := &serve.Slack{Source: s.Source, Destination: s.Destination, API: slackAPI, Client: &http.Client{Timeout: slackWithin}}
	if api, ok := a.lookup("TENANTCOPY_SLACK_API"); ok {
		out.API = api
	}
	for _, secret := range []struct {
		ref  secretRef
		what string
		to   *tenant.Secret
	}{{s.Signing, "Slack's signing secret", &out.Signing}, {s.Token, "the token of Slack's bot", &out.Token}} {
		value, err := a.secret(ctx, secret.ref, secretPlace{what: secret.what, fill: func(text string) string { return text }, cluster: c.RunsIn.address()})
		if err != nil {
			return nil, err
		}
		if value.IsZero() {
			return nil, refuse("serve", secret.what+" is not named", "write serve.slack: {signing-secret: {file: …}, token: {file: …}}")
		}
		*secret.to = value
	}
	return out, nil
}

// checkServe refuses environments that are not there, and a slash command that
// could never copy.
func (c *config) checkServe() error {
	for _, name := range slices.Sorted(maps.Keys(c.Serve.Allow)) {
		env, ok := c.Environments[name]
		if !ok {
			return c.fail("not one of environments", c.nearestEnvironment(name), "serve", "allow", name)
		}
		if env.Protected {
			return c.fail("it is protected, so nothing is copied into it", "", "serve", "allow", name)
		}
		for _, option := range c.Serve.Allow[name].Options {
			if known := serve.OptionNames(); !slices.Contains(known, option) {
				return c.fail("one of them is no option that the service takes", "there are "+strings.Join(known, ", "), "serve", "allow", name, "options")
			}
		}
	}
	s := c.Serve.Slack
	if s == (slackConfig{}) {
		return nil
	}
	env, ok := c.Environments[s.Destination]
	if !ok || env.Protected || !slices.Contains(env.CopiesFrom, s.Source) {
		return c.fail("source and destination are no pair that can be copied", "name two environments, as in {source: prod, destination: staging}", "serve", "slack")
	}
	return nil
}

// serviceJobs makes the Jobs that the service is asked for.
type serviceJobs struct {
	app    *app
	config *config
	jobs   job.Jobs
}

var _ serve.Jobs = (*serviceJobs)(nil)

// Start implements serve.Jobs. Image, command, account and Secrets are the
// configuration's; of the request there are two tenants and a confirmation.
func (s *serviceJobs) Start(ctx context.Context, r serve.Request) (serve.Started, error) {
	if err := s.config.copyable(r.Source, r.Destination); err != nil {
		return serve.Started{}, err
	}
	spec := s.app.spec(s.config, r.Source, r.Destination, r.Arguments())
	spec.User, spec.Chat = label(r.By.Name), job.Chat(r.Chat)
	other, err := s.jobs.Start(ctx, spec)
	return serve.Started{Job: job.Name(r.Destination), Attached: other != ""}, err
}

// Follow implements serve.Jobs.
func (s *serviceJobs) Follow(ctx context.Context, dst tenant.Ref, line func(serve.Line) error) (serve.Ended, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pass := func(l serve.Line) {
		if err := line(l); err != nil {
			cancel(err) // whoever listened is gone
		}
	}
	outcome, err := s.jobs.Follow(ctx, dst, job.Listener{
		Note: func(text string) { pass(serve.Line{Said: text}) },
		From: func(pod string, n int, text []byte) {
			l := serve.Line{Pod: pod, N: n, Event: text}
			if !json.Valid(text) {
				l.Event, l.Said = nil, string(text)
			}
			pass(l)
		},
	})
	if err != nil {
		return serve.Ended{}, err
	}
	out := serve.Ended{Code: outcome.Exit}
	if r := outcome.Result; r != nil {
		out.Message, out.Took = r.Why, time.Duration(r.Seconds*float64(time.Second))
		for _, store := range r.Stores {
			out.Records += store.Records
		}
	}
	if err := outcome.Err(); err != nil && out.Message == "" {
		out.Message = err.Error()
	}
	if outcome.Complete {
		out.Code = 0
	}
	return out, nil
}

// Cancel implements serve.Jobs.
func (s *serviceJobs) Cancel(ctx context.Context, dst tenant.Ref) error {
	return s.jobs.Cancel(ctx, dst)
}

// Untold implements serve.Jobs.
func (s *serviceJobs) Untold(ctx context.Context) (all []serve.Request, err error) {
	found, err := s.jobs.Untold(ctx)
	for _, one := range found {
		all = append(all, serve.Request{Source: one.Source, Destination: one.Destination, Chat: serve.Chat(one.Chat)})
	}
	return all, err
}

// Told implements serve.Jobs.
func (s *serviceJobs) Told(ctx context.Context, r serve.Request) error {
	return s.jobs.Told(ctx, r.Destination, job.Chat(r.Chat))
}
