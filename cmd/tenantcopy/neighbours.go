package main

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// nameOf returns what a tenant is called in an environment.
func (c *config) nameOf(ref tenant.Ref) string {
	if own := c.Tenants[ref.Name][ref.Env].Name; own != "" {
		return own
	}
	return ref.Name
}

// templateOf returns a store's template for a tenant of an environment, with
// the tenant's own name there; nil when it has no such store.
func (c *config) templateOf(ref tenant.Ref, kind tenant.Kind) (*storeConfig, resolved) {
	t := resolved{ref: ref, name: c.nameOf(ref), env: c.Environments[ref.Env]}
	if own := c.Tenants[ref.Name][ref.Env].stores()[string(kind)]; own != nil {
		return own, t
	}
	return t.env.stores()[string(kind)], t
}

// neighbour is another tenant's store of the same kind and environment.
type neighbour struct {
	at     resolved
	base   *storeConfig
	prefix string
}

// neighbours returns the prefixes of other tenants that this store's prefix
// covers: acme- covers acme-eu-. Search leaves them out; keys have no such
// means, so a Redis prefix that covers another's is refused, and so are two
// tenants with one prefix in one place.
func (a *app) neighbours(ctx context.Context, c *config, ref tenant.Ref, s tenant.Store) ([]string, error) {
	if s.Prefix == "" {
		return nil, nil
	}
	all, err := a.prefixes(ctx, c, ref, s.Kind)
	if err != nil {
		return nil, err
	}
	var covered []string
	for _, n := range all {
		if n.prefix == "" || !strings.HasPrefix(n.prefix, s.Prefix) {
			continue
		}
		if n.prefix == s.Prefix {
			place, err := a.placeThere(ctx, n, s.Kind)
			if a.gone(ctx, n.at, err) || err == nil && place != placeOf(s.Kind, s.URL, s.Prefix) {
				continue
			}
			if err != nil {
				return nil, &report.Error{Code: report.CodeOf(err), Op: fmt.Sprintf("find where %s of %s is, whose prefix is that of %s", s.Kind, n.at.ref, ref), Err: err,
					Hint: "grant the right to it, or let the two prefixes differ"}
			}
		}
		if n.prefix == s.Prefix || s.Kind == tenant.Redis {
			return nil, refuse(fmt.Sprintf("configure %s of %s", s.Kind, ref), fmt.Sprintf("its prefix %q covers %s's %q", s.Prefix, n.at.ref.Name, n.prefix),
				"let the prefix end in a character that no tenant's name holds, such as : or _")
		}
		covered = append(covered, n.prefix)
	}
	return covered, nil
}

// placeThere returns where a neighbour's store is, which is asked for where it
// stands in a variable.
func (a *app) placeThere(ctx context.Context, n neighbour, kind tenant.Kind) (string, error) {
	out := tenant.Store{Kind: kind, URL: fillName(n.base.URL, n.at)}
	if variable.MatchString(n.base.address()) {
		if err := a.discoverAddress(ctx, &out, n.base, n.at); err != nil {
			return "", err
		}
	}
	return placeOf(kind, out.URL, n.prefix), nil
}

// prefixes are those of the other tenants of an environment, in the order of
// their names. One that stands in a variable is asked for; a tenant without a
// namespace has none.
func (a *app) prefixes(ctx context.Context, c *config, ref tenant.Ref, kind tenant.Kind) ([]neighbour, error) {
	var all []neighbour
	for _, name := range slices.Sorted(maps.Keys(c.Tenants)) {
		if name == anyTenant || name == ref.Name {
			continue
		}
		if base, other := c.templateOf(tenant.Ref{Env: ref.Env, Name: name}, kind); base != nil {
			all = append(all, neighbour{at: other, base: base, prefix: fillName(base.Prefix, other)})
		}
	}
	err := parallel.All(ctx, askers, len(all), func(ctx context.Context, i int) error {
		n := &all[i]
		if !variable.MatchString(n.prefix) {
			return nil
		}
		out := tenant.Store{Kind: kind}
		err := a.discoverPlace(ctx, &out, n.base, n.base.places()[0], n.at)
		if n.prefix = out.Prefix; err == nil || a.gone(ctx, n.at, err) {
			return nil
		}
		return &report.Error{Code: report.CodeOf(err), Op: fmt.Sprintf("find the %s prefix of %s, which that of %s might cover", kind, n.at.ref, ref), Err: err,
			Hint: "grant the right to it, or write its prefix: as a text"}
	})
	return all, err
}

// gone reports that a tenant has no namespace, so that nothing of it can be
// found there.
func (a *app) gone(ctx context.Context, t resolved, err error) bool {
	if report.CodeOf(err) != report.NotFound {
		return false
	}
	in, err := a.cluster(ctx, t.address(), cluster.Read)
	if err != nil {
		return false
	}
	there, err := in.HasNamespace(ctx, t.namespace())
	return err == nil && !there
}

// protectedPlace refuses a destination that is, by its address, the same
// tenant's place in a protected environment, whatever the destination's own
// environment says. Places under other names are guard's to find, and so are
// discovered ones of other environments than the source's.
func (c *config) protectedPlace(src, dst resolved) error {
	for _, env := range slices.Sorted(maps.Keys(c.Environments)) {
		if !c.Environments[env].Protected || env == dst.ref.Env {
			continue
		}
		for _, s := range dst.stores {
			if !slices.Contains(c.placesIn(tenant.Ref{Env: env, Name: dst.ref.Name}, src, s), placeOf(s.Kind, s.URL, s.Prefix)) {
				continue
			}
			return &report.Refusal{Code: report.Unsafe, What: "copy to " + dst.ref.String(), Why: fmt.Sprintf("its %s is that of %s/%s, and %s is protected", s.Kind, env, dst.ref.Name, env),
				Hint: "correct the address of one of the two in " + c.file}
		}
	}
	return nil
}

// placesIn returns where a tenant of an environment has a destination's store:
// by its template, and where that is the source's, as it was resolved.
func (c *config) placesIn(ref tenant.Ref, src resolved, dst tenant.Store) []string {
	var places []string
	if base, there := c.templateOf(ref, dst.Kind); base != nil && !base.discovers() {
		places = append(places, placeOf(dst.Kind, fillName(base.URL, there), fillName(base.Prefix, there)))
	}
	for _, s := range src.stores {
		if src.ref == ref && s.Kind == dst.Kind {
			places = append(places, placeOf(s.Kind, s.URL, s.Prefix))
		}
	}
	return places
}

// defaultPorts complete an address that names none.
var defaultPorts = map[string]string{"postgres": "5432", "postgresql": "5432", "redis": "6379", "rediss": "6379", "http": "80", "https": "443", "s3+http": "80", "s3+https": "443", "s3": "443"}

// placeOf spells an address so that equal places are equal: host in lower
// case, the port written out, no user and no options, and the prefix.
func placeOf(kind tenant.Kind, address, prefix string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[u.Scheme]
	}
	return string(kind) + " " + strings.ToLower(u.Hostname()) + ":" + port + strings.TrimRight(u.Path, "/") + " " + prefix
}
