package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

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

func hookName(h hookConfig) string { return h.Command[0] }

// runHooks runs steps one after the other.
func (a *app) runHooks(ctx context.Context, p *runPlan, when string, hooks []hookConfig) error {
	for _, h := range hooks {
		if err := a.runHook(ctx, p, when, h); err != nil {
			return fmt.Errorf("%s: %w", hookName(h), err)
		}
	}
	return nil
}

// hookGrace is how long a hook has for ending when the run is cancelled, and
// what it started for closing its output.
const hookGrace = 5 * time.Second

// runHook runs a command with the destination's address and credentials in
// its environment, and none of the source's and not the key. Its output goes
// to standard error. It has a process group of its own, so that what it
// started ends with it.
func (a *app) runHook(ctx context.Context, p *runPlan, when string, h hookConfig) error {
	cmd := exec.CommandContext(ctx, h.Command[0], h.Command[1:]...)
	cmd.Env = append(a.harmless(p), "TENANTCOPY_TENANT="+p.dst.ref.String(), "TENANTCOPY_RUN="+p.session.Run, "TENANTCOPY_HOOK="+when)
	for _, s := range p.dst.stores {
		if s.Kind == tenant.Postgres && p.pick.copies(s.Kind) {
			address := s.URL
			if when == "before-switch" {
				address = postgres.StagedURL(s)
			}
			cmd.Env = append(cmd.Env, "TENANTCOPY_DATABASE_URL="+address, "PGPASSWORD="+s.Password.Reveal())
		}
	}
	out := &lines{to: a.err}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = hookGrace
	err := cmd.Run()
	if cmd.Process != nil && ctx.Err() != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whoever is left of it
	}
	out.flush()
	return hookError(err)
}

// hookError says how a command ended.
func hookError(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return fmt.Errorf("command was ended by a signal: %v", status.Signal())
		}
		return fmt.Errorf("command ended with exit code %d", exit.ExitCode())
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrWaitDelay):
		return errors.New("command ended, but what it started keeps its output open")
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return errors.New("command could not be started: there is no such program")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("command could not be started: permission denied")
	}
	return errors.New("command could not be started")
}

// harmless returns the environment without the variables that the
// configuration names as secrets, and without any other that holds one.
func (a *app) harmless(p *runPlan) []string {
	secret := p.config.secretNames(p.src, p.dst)
	var out []string
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if !secret[name] && (name == "PATH" || name == "HOME" || !a.err.mentions(value)) {
			out = append(out, entry)
		}
	}
	return out
}

// secretNames returns the environment variables that hold secrets, those of
// environments that take no part in the run included.
func (c *config) secretNames(tenants ...resolved) map[string]bool {
	out := map[string]bool{c.Key.Env: true}
	add := func(stores map[string]*storeConfig) {
		for _, s := range stores {
			out[s.Password.Env] = true
			for _, t := range tenants {
				out[fillName(s.Password.Env, t)] = true
			}
		}
	}
	for _, env := range c.Environments {
		add(env.stores())
	}
	for _, entry := range c.Tenants {
		for _, exception := range entry {
			add(exception.stores())
		}
	}
	return out
}

// environ returns the whole environment, for Tilt, which is the user's own.
func (a *app) environ() []string { return os.Environ() }
