package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/postgres"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// hooks turns the configuration's before-switch steps into the run's.
func (a *app) hooks(p *runPlan) []clone.Hook {
	var out []clone.Hook
	for _, h := range p.dst.env.Hooks.BeforeSwitch {
		out = append(out, clone.Hook{Name: hookName(h), Run: func(ctx context.Context) error { return a.runHook(ctx, p, "before-switch", h) }})
	}
	return out
}

func hookName(h hookConfig) string {
	if len(h.Command) == 0 {
		return "(empty)"
	}
	return h.Command[0]
}

// runHooks runs steps one after the other.
func (a *app) runHooks(ctx context.Context, p *runPlan, when string, hooks []hookConfig) error {
	for _, h := range hooks {
		if err := a.runHook(ctx, p, when, h); err != nil {
			return err
		}
	}
	return nil
}

// runHook runs a command with the destination's address and credentials in
// its environment, and none of the source's and not the key. Its output goes
// to standard error.
func (a *app) runHook(ctx context.Context, p *runPlan, when string, h hookConfig) error {
	if len(h.Command) == 0 {
		return errors.New("hook has no command")
	}
	cmd := exec.CommandContext(ctx, h.Command[0], h.Command[1:]...)
	cmd.Env = append(a.harmless(), "TENANTCOPY_TENANT="+p.dst.ref.String(), "TENANTCOPY_RUN="+p.session.Run, "TENANTCOPY_HOOK="+when)
	for _, s := range p.dst.stores {
		if s.Kind == tenant.Postgres && p.pick.copies(s.Kind) {
			address := s.URL
			if when == "before-switch" {
				address = postgres.StagedURL(s)
			}
			cmd.Env = append(cmd.Env, "TENANTCOPY_DATABASE_URL="+address, "PGPASSWORD="+s.Password.Reveal())
		}
	}
	cmd.Stdout, cmd.Stderr = a.err, a.err
	if err := cmd.Run(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return fmt.Errorf("command ended with exit code %d", exit.ExitCode())
		}
		return errors.New("command could not be started")
	}
	return nil
}

// harmless returns the environment without any value that is a secret of this
// run.
func (a *app) harmless() []string {
	var out []string
	for _, entry := range os.Environ() {
		if a.err.clean(entry) == entry {
			out = append(out, entry)
		} else if name, _, _ := strings.Cut(entry, "="); name == "PATH" || name == "HOME" {
			out = append(out, entry)
		}
	}
	return out
}

// environ returns the whole environment, for Tilt, which is the user's own.
func (a *app) environ() []string { return os.Environ() }
