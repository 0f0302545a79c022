package main

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// anyTenant is the entry of tenants: that admits every name.
const anyTenant = "*"

// resolved is one tenant of one environment with everything that is known
// about it.
type resolved struct {
	ref    tenant.Ref
	name   string // what it is called in this environment
	side   report.Side
	env    environment
	stores []tenant.Store // in the order of tenant.Kinds
}

// parsePair reads the two tenants of a command line.
func parsePair(srcText, dstText string) (src, dst tenant.Ref, err error) {
	if src, err = tenant.ParseRef(srcText); err == nil {
		dst, err = tenant.ParseRef(dstText)
	}
	if err != nil {
		return src, dst, usageError{what: err.Error()}
	}
	return src, dst, nil
}

// find finds a tenant in the catalogue, without its stores: no secret is
// looked up for it.
func (c *config) find(ref tenant.Ref, side report.Side) (resolved, error) {
	env, ok := c.Environments[ref.Env]
	if !ok {
		return resolved{}, notFound("environment", ref.Env, slices.Sorted(maps.Keys(c.Environments)), c.file)
	}
	if _, ok := c.Tenants[ref.Name]; !ok {
		if _, any := c.Tenants[anyTenant]; !any {
			return resolved{}, notFound("tenant", ref.Name, slices.Sorted(maps.Keys(c.Tenants)), c.file)
		}
	}
	return resolved{ref: ref, name: c.nameOf(ref), side: side, env: env}, nil
}

// resolve finds a tenant and the addresses of its stores, which may be in its
// cluster; secrets are looked up and hidden from all output.
func (a *app) resolve(ctx context.Context, c *config, ref tenant.Ref, side report.Side) (resolved, error) {
	out, err := c.find(ref, side)
	if err != nil {
		return out, err
	}
	for _, kind := range c.kindsOf(ref) {
		s, err := a.storeOf(ctx, c, out, kind)
		if err != nil {
			return resolved{}, err
		}
		out.stores = append(out.stores, s)
	}
	return out, nil
}

// kindsOf lists the kinds of store that a tenant has.
func (c *config) kindsOf(ref tenant.Ref) (kinds []tenant.Kind) {
	for _, kind := range tenant.Kinds() {
		if base, _ := c.templateOf(ref, kind); base != nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// storeOf finds one store of a tenant.
func (a *app) storeOf(ctx context.Context, c *config, t resolved, kind tenant.Kind) (tenant.Store, error) {
	base, _ := c.templateOf(t.ref, kind)
	s, err := a.store(ctx, kind, base, t)
	if err == nil {
		s.Neighbours, err = a.neighbours(ctx, c, t.ref, s)
	}
	return s, err
}

func notFound(what, name string, known []string, file string) error {
	hint := fmt.Sprintf("it knows %s", strings.Join(known, ", "))
	if len(known) > 12 {
		hint = fmt.Sprintf("it knows %d others; add it under %ss:", len(known), what)
	}
	if near := ruleset.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return &report.Refusal{Code: report.NotFound, What: "find " + what + " " + name, Why: "it is not in " + file, Hint: hint}
}

// store fills a store's template.
func (a *app) store(ctx context.Context, kind tenant.Kind, s *storeConfig, t resolved) (tenant.Store, error) {
	fill := func(template string) string { return fillName(template, t) }
	out := tenant.Store{Kind: kind, Name: string(kind), URL: fill(s.URL), Prefix: fill(s.Prefix), User: fill(s.User.Value),
		Credential: s.Credential, Maintenance: fill(s.Maintenance), Template: fill(s.Template), Roles: t.env.Roles}
	limitStore(&out, t.env.Limits[string(kind)])
	if s.Credential == credentialAzure {
		out.Identity = a.identity(s.Identity)
	}
	where := fmt.Sprintf("%s of %s", kind, t.ref)
	if (kind == tenant.Redis || kind == tenant.Search) && out.Prefix == "" {
		return out, refuse("configure "+where, "it has no prefix, so it would be the whole server", "add prefix to tenantcopy.yaml")
	}
	if s.User.Env != "" {
		user, ok := a.lookup(s.User.Env)
		if !ok {
			return out, refuse("configure "+where, "the environment variable "+s.User.Env+" is not set", "it holds the user's name")
		}
		out.User = user
	}
	if s.From != nil {
		if err := a.discover(ctx, &out, s, t); err != nil {
			return out, err
		}
	}
	a.publishAddress(out)
	if s.Password.isZero() {
		return out, nil
	}
	password, err := a.secret(ctx, s.Password, secretPlace{what: where, fill: fill, cluster: t.address()})
	out.Password = password
	return out, err
}

// secret looks a secret up and hides it.
func (a *app) secret(ctx context.Context, r secretRef, at secretPlace) (tenant.Secret, error) {
	var value string
	switch {
	case r.Env != "":
		v, ok := a.lookup(at.fill(r.Env))
		if !ok || v == "" {
			return tenant.Secret{}, refuse("configure "+at.what, "the environment variable "+at.fill(r.Env)+" is not set", "export it: it holds the secret")
		}
		value = v
	case r.File != "":
		data, err := os.ReadFile(at.fill(r.File))
		if err != nil {
			return tenant.Secret{}, refuse("configure "+at.what, "the file "+at.fill(r.File)+" cannot be read: "+whyUnread(err), "it holds the secret")
		}
		value = strings.TrimRight(string(data), "\r\n")
	case r.Secret != "":
		v, err := a.clusterSecret(ctx, r.Secret, at)
		if err != nil {
			return tenant.Secret{}, err
		}
		value = v
	}
	s := tenant.NewSecret(value)
	a.hide(s)
	return s, nil
}

// hide keeps a secret out of everything that is written.
func (a *app) hide(s tenant.Secret) {
	a.out.hide(s)
	a.err.hide(s)
}

// publish tells the scrubbers the words that every message is made of: they
// are no secret, whatever a password is.
func (a *app) publish(c *config) {
	words := []string{"tenantcopy", "source", "destination", "postgresql", "elasticsearch", "complete", "switching"}
	for _, kind := range tenant.Kinds() {
		words = append(words, string(kind))
	}
	words = slices.AppendSeq(words, maps.Keys(c.Environments))
	for name, entry := range c.Tenants {
		words = append(words, name)
		for _, exception := range entry {
			words = append(words, exception.Name)
		}
	}
	a.out.publish(words...)
	a.err.publish(words...)
}

// publishAddress does the same with a store's user and place.
func (a *app) publishAddress(s tenant.Store) {
	words := []string{s.User, s.Prefix}
	if u, err := url.Parse(s.URL); err == nil {
		words = append(words, u.User.Username(), u.Hostname(), strings.Trim(u.Path, "/"))
	}
	a.out.publish(words...)
	a.err.publish(words...)
}

// environmentOf returns what guard needs to know of an environment.
func (t resolved) environmentOf() guard.Environment { return t.env.guarded(t.ref.Env) }

func (e environment) guarded(name string) guard.Environment {
	return guard.Environment{Name: name, Protected: e.Protected, CopiesFrom: e.CopiesFrom}
}

// direction refuses a copy that the environments do not allow.
func (c *config) direction(src, dst tenant.Ref) error {
	return guard.Direction(src, dst, c.Environments[dst.Env].guarded(dst.Env))
}

// copyable refuses two tenants of which one is not known, or a copy that the
// environments do not allow. It looks no secret up.
func (c *config) copyable(src, dst tenant.Ref) error {
	for _, ref := range []tenant.Ref{src, dst} {
		if _, err := c.find(ref, report.Source); err != nil {
			return err
		}
	}
	return c.direction(src, dst)
}

// fillName replaces {name} and {env} in a template.
func fillName(template string, t resolved) string {
	return strings.NewReplacer("{name}", t.name, "{env}", t.ref.Env).Replace(template)
}
