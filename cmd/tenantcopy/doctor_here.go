package main

import (
	"context"

	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/copy/postgres"
	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// What doctor asks of this machine, and how it opens stores.

// here looks at what is on this machine.
func (d *checkup) here(unread error) doctor.Examination {
	checks := []string{doctor.Configuration, doctor.Rules, doctor.Key, doctor.Tilt}
	if d.there { // the service has rules and key
		checks = []string{doctor.Configuration, doctor.Tilt}
	}
	return doctor.Examination{Group: "here", Checks: checks, Do: func(ctx context.Context, c *doctor.Chart) {
		c.Ask(ctx, doctor.Tilt, tiltVersion)
		read := c.Ask(ctx, doctor.Configuration, func(context.Context) doctor.Answer {
			if unread != nil {
				return usage(unread)
			}
			return doctor.Good("%s", d.config.file)
		})
		if !read {
			c.Stop("the configuration cannot be read")
			return
		}
		if d.there {
			return
		}
		c.Ask(ctx, doctor.Rules, func(context.Context) doctor.Answer {
			p := &runPlan{config: d.config, flags: copyFlags{rules: d.flags.rules}}
			if err := d.app.loadRules(p); err != nil {
				return usage(err)
			}
			if p.lock == nil && slices.ContainsFunc(p.rules.Stores, func(s ruleset.Store) bool { return anonymize.HasStars(p.rules, s.Name) }) {
				return doctor.Warn("there is no "+lockFile(p.rules)+", and a \"*\" covers only what it lists", "tenantcopy rules lock SRC writes it")
			}
			return doctor.Good("%d people's sources, hash %.12s", len(p.rules.Sources), p.rules.Hash)
		})
		c.Ask(ctx, doctor.Key, func(ctx context.Context) doctor.Answer {
			root, err := d.app.rootKey(ctx, d.config)
			if err != nil {
				return usage(err)
			}
			return doctor.Good("fingerprint %s", root.Fingerprint())
		})
	}}
}

// usage is an answer whose error may have its class from exit.go alone.
func usage(err error) doctor.Answer {
	a := doctor.Bad(err)
	a.Class = classOf(exitCode(err))
	return a
}

func noRules() *ruleset.Rules { return &ruleset.Rules{} }

// tiltVersion asks Tilt for its version; a copy does without it.
func tiltVersion(ctx context.Context) doctor.Answer {
	path, err := exec.LookPath("tilt")
	if err != nil {
		return doctor.Warn("tilt is not on PATH", "a copy does without it; tenantcopy tilt and --tilt need it: https://docs.tilt.dev/install.html")
	}
	out, err := exec.CommandContext(ctx, path, "version").Output()
	if err != nil {
		return doctor.Warn("tilt version did not succeed", "run it by hand: "+path+" version")
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return doctor.Good("%s, %s", path, line)
}

// memo finds a store's address once it can be found; several examinations ask
// for it.
type memo struct {
	how  func(context.Context) (tenant.Store, error)
	mu   sync.Mutex
	done bool
	s    tenant.Store
}

func (m *memo) store(ctx context.Context) (tenant.Store, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done {
		return m.s, nil
	}
	s, err := m.how(ctx)
	if err != nil {
		return s, err
	}
	m.s, m.done = s, true
	return s, nil
}

// opener opens a session on one store, through the same doors as a copy.
func (d *checkup) opener(t resolved, kind tenant.Kind, m *memo) func(context.Context) (guard.Prober, error) {
	return func(ctx context.Context) (guard.Prober, error) {
		s, err := m.store(ctx)
		if err != nil {
			return nil, err
		}
		if t.side == report.Source {
			return adapters()[kind].probe(ctx, t.source(s, d.session))
		}
		return adapters()[kind].site(ctx, guard.SiteAddress{Twin: t.ref.String(), Store: s, Session: d.session})
	}
}

// both looks at what depends on what was found on both sides: whether the
// programs fit both servers, and whether a copy fits beside the twin.
func (d *checkup) both() (all []doctor.Examination) {
	for _, dst := range d.twins {
		for _, src := range d.sources {
			if src.Name != dst.Name || src.Of.Name != dst.Of.Name || src.Of != dst.Source {
				continue
			}
			e := doctor.Examination{Group: fmt.Sprintf("%s of %s into %s", dst.Name, src.Of, dst.Of)}
			a, asked := doctor.Enough(src, dst)
			if asked {
				e.Checks = append(e.Checks, doctor.Space)
			}
			programs := dst.Name == string(tenant.Postgres)
			if programs {
				e.Checks = append(e.Checks, doctor.Programs)
			}
			e.Do = func(ctx context.Context, c *doctor.Chart) {
				if asked {
					c.Ask(ctx, doctor.Space, func(context.Context) doctor.Answer { return a })
				}
				if programs {
					c.Ask(ctx, doctor.Programs, func(ctx context.Context) doctor.Answer { return d.programs(ctx, src, dst) })
				}
			}
			all = append(all, e)
		}
	}
	return all
}

// programs says which pg_dump and pg_restore a copy would use.
func (d *checkup) programs(ctx context.Context, src, dst *doctor.Store) doctor.Answer {
	if src.Found.Facts == nil || dst.Found.Facts == nil {
		return doctor.Unsure("the versions of both servers are not known", "")
	}
	source, twin := doctor.Major(src.Found.Facts.Version), doctor.Major(dst.Found.Facts.Version)
	if source == 0 || twin == 0 { // a database that is not there has no version
		return doctor.Unsure("the versions of both servers are not known", "")
	}
	s, err := d.at[src].store(ctx)
	if err != nil {
		return doctor.Bad(err)
	}
	says, err := postgres.Fit(ctx, tenant.Source{Ref: src.Of, Store: s, Session: d.session}, source, twin)
	if err != nil {
		return doctor.Bad(err)
	}
	return doctor.Good("%s", says)
}
