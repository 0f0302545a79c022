package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

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

// neighbours returns the prefixes of other tenants that this store's prefix
// covers: acme- covers acme-eu-. Search leaves them out; keys have no such
// means, so a Redis prefix that covers another's is refused, and so are two
// tenants with one prefix.
func (c *config) neighbours(ref tenant.Ref, s tenant.Store) ([]string, error) {
	if s.Prefix == "" {
		return nil, nil
	}
	var covered []string
	for _, name := range slices.Sorted(maps.Keys(c.Tenants)) {
		if name == anyTenant || name == ref.Name {
			continue
		}
		base, other := c.templateOf(tenant.Ref{Env: ref.Env, Name: name}, s.Kind)
		if base == nil {
			continue
		}
		prefix := fillName(base.Prefix, other)
		if !strings.HasPrefix(prefix, s.Prefix) {
			continue
		}
		if prefix == s.Prefix && base.From == nil && fillName(base.URL, other) != s.URL {
			continue
		}
		if prefix == s.Prefix || s.Kind == tenant.Redis {
			return nil, refuse(fmt.Sprintf("configure %s of %s", s.Kind, ref), fmt.Sprintf("its prefix %q covers %s's %q", s.Prefix, name, prefix),
				"let the prefix end in a character that no tenant's name holds, such as : or _")
		}
		covered = append(covered, prefix)
	}
	return covered, nil
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
	if base, there := c.templateOf(ref, dst.Kind); base != nil && base.From == nil {
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
