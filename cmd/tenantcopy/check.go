package main

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// fail is a mistake at a key, named by its path.
func (c *config) fail(what, hint string, path ...string) error {
	line, column := c.keys.of(path...)
	if len(path) > 0 {
		what = strings.Join(path, ".") + ": " + what
	}
	return &configError{file: c.file, line: line, column: column, what: what, hint: hint}
}

// check refuses what is wrong and what this version does not do yet, by name;
// of several mistakes always the same one.
func (c *config) check() error {
	if c.Version != 1 {
		return c.fail("must be 1", "the first line is version: 1", "version")
	}
	if err := c.checkSecret(c.Key.ref(), "key"); err != nil {
		return err
	}
	if c.Key.Epoch < 0 {
		return c.fail("it counts from 1", "raise it by one for new pseudonyms under the same key", "key", "epoch")
	}
	if len(c.Environments) == 0 {
		return c.fail("there is none", "name at least a source and a destination", "environments")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Environments)) {
		if err := c.checkEnvironment(name, c.Environments[name]); err != nil {
			return err
		}
	}
	if len(c.Tenants) == 0 {
		return c.fail("there is none", `name one, as in acme: {}; "*": {} admits every tenant that the templates reach`, "tenants")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tenants)) {
		if err := c.checkTenant(name, c.Tenants[name]); err != nil {
			return err
		}
	}
	return c.checkShared()
}

func (c *config) checkEnvironment(name string, env environment) error {
	path := []string{"environments", name}
	at := func(keys ...string) []string { return append(slices.Clip(path), keys...) }
	if !tenant.IsLabel(name) {
		return c.fail("not a DNS label", "lower-case letters, digits and inner hyphens, at most 63", path...)
	}
	for _, from := range env.CopiesFrom {
		if _, ok := c.Environments[from]; !ok {
			return c.fail("it names an environment that is not one of environments", c.nearestEnvironment(from), at("copies-from")...)
		}
	}
	if env.Kubernetes.Server != "" || env.Kubernetes.UID != "" {
		return c.fail("server and uid are not supported yet", "context and namespace are, for Tilt", at("kubernetes")...)
	}
	for _, kind := range slices.Sorted(maps.Keys(env.Limits)) {
		if err := c.checkLimits(kind, env.Limits[kind], at("limits", kind)); err != nil {
			return err
		}
	}
	for _, hooks := range []struct {
		when  string
		steps []hookConfig
	}{{"before-switch", env.Hooks.BeforeSwitch}, {"after-switch", env.Hooks.AfterSwitch}} {
		for _, h := range hooks.steps {
			if len(h.Command) == 0 || h.Command[0] == "" {
				return c.fail("a hook has no command", "write {command: [PROGRAM, ARGUMENT]}", at("hooks", hooks.when)...)
			}
		}
	}
	return c.checkStores(env.stores(), path)
}

func (c *config) checkTenant(name string, entry tenantEntry) error {
	if name != anyTenant && !tenant.IsLabel(name) {
		return c.fail("not a DNS label", "lower-case letters, digits and inner hyphens, at most 63; what it is called in an environment stands under name:", "tenants", name)
	}
	for _, env := range slices.Sorted(maps.Keys(entry)) {
		path := []string{"tenants", name, env}
		if _, ok := c.Environments[env]; !ok {
			return c.fail("not one of environments", c.nearestEnvironment(env), path...)
		}
		if own := entry[env].Name; own != "" && !harmlessName.MatchString(own) {
			return c.fail("it cannot be put into an address", "letters, digits and inner dots, hyphens and underscores, at most 63", append(path, "name")...)
		}
		if err := c.checkStores(entry[env].stores(), path); err != nil {
			return err
		}
	}
	return nil
}

// harmlessName is what a tenant may be called in an environment: it becomes a
// part of URLs, databases' names and prefixes.
var harmlessName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)

func (c *config) nearestEnvironment(name string) string {
	known := slices.Sorted(maps.Keys(c.Environments))
	if near := ruleset.Nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "the environments are " + strings.Join(known, ", ")
}

func (c *config) checkStores(stores map[string]*storeConfig, path []string) error {
	for _, kind := range slices.Sorted(maps.Keys(stores)) {
		if err := c.checkStore(stores[kind], append(slices.Clip(path), kind)); err != nil {
			return err
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func (c *config) checkStore(s *storeConfig, path []string) error {
	at := func(key string) []string { return append(slices.Clip(path), key) }
	if s.From != nil {
		return c.fail("not supported yet", "give the store's url", at("from")...)
	}
	if s.URL == "" {
		return c.fail("it has no url", "", path...)
	}
	if carriesSecret(s.URL) {
		return c.fail("it carries a credential", "write password: {env: NAME} or {file: PATH}: a secret never stands in this file", at("url")...)
	}
	for _, template := range []struct{ key, text string }{{"url", s.URL}, {"prefix", s.Prefix}, {"user", s.User.Value}, {"maintenance", s.Maintenance}, {"template", s.Template}} {
		for _, found := range placeholder.FindAllString(template.text, -1) {
			if found != "{name}" && found != "{env}" {
				return c.fail("unknown placeholder", "there are {name} and {env}", at(template.key)...)
			}
		}
	}
	return c.checkSecret(s.Password, at("password")...)
}

func (c *config) checkSecret(r secretRef, path ...string) error {
	switch {
	case r.Secret != "":
		return c.fail("secret: is not supported yet", "use env: or file:", path...)
	case r.Env != "" && r.File != "":
		return c.fail("it names both env: and file:", "give one of them", path...)
	}
	return nil
}

var (
	userAndPassword = regexp.MustCompile(`^[^/]*//[^/]*:[^/]*@`)
	secretParameter = regexp.MustCompile(`(?i)^(pass|password|passwd|pwd|sslpassword|sig|token|secret|accountkey)$`)
)

// carriesSecret reports whether a URL holds a password or a signature. It must
// say so of what is not a URL too.
func carriesSecret(text string) bool {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(text))
	if err != nil {
		return userAndPassword.MatchString(text) || strings.Contains(text, "?")
	}
	if _, has := u.User.Password(); has {
		return true
	}
	for key := range u.Query() {
		if secretParameter.MatchString(key) {
			return true
		}
	}
	return false
}

// checkShared refuses a template without {name} that serves several tenants:
// they would be one place, and a copy of one a copy of all.
func (c *config) checkShared() error {
	for _, name := range slices.Sorted(maps.Keys(c.Environments)) {
		stores := c.Environments[name].stores()
		for _, kind := range slices.Sorted(maps.Keys(stores)) {
			if strings.Contains(stores[kind].URL+stores[kind].Prefix, "{name}") {
				continue
			}
			users := 0
			for tenantName, entry := range c.Tenants {
				if entry[name].stores()[kind] == nil {
					if users++; tenantName == anyTenant {
						users++
					}
				}
			}
			if users > 1 {
				return c.fail("several tenants would share this place", "put {name} into its url or prefix", "environments", name, kind)
			}
		}
	}
	return nil
}
