package main

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/cluster"
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
	if c.Key.Secret != "" && c.RunsIn.address() == (runsInConfig{}).address() {
		return c.fail("it names a Secret, and nothing says in which cluster", "add runs-in: {context: …, namespace: …}: the root key is where copies run", "key", "secret")
	}
	if err := c.checkKubernetes(c.RunsIn.Server, c.RunsIn.UID, "runs-in"); err != nil {
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
	if err := c.checkRunsIn(); err != nil {
		return err
	}
	if err := c.checkServe(); err != nil {
		return err
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
	if err := c.checkKubernetes(env.Kubernetes.Server, env.Kubernetes.UID, at("kubernetes")...); err != nil {
		return err
	}
	if err := c.checkWorkloads(env.Kubernetes, at("kubernetes")...); err != nil {
		return err
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
	return c.checkStores(env.stores(), env, path)
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
		if err := c.checkStores(entry[env].stores(), c.Environments[env], path); err != nil {
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

func (c *config) checkStores(stores map[string]*storeConfig, env environment, path []string) error {
	for _, kind := range slices.Sorted(maps.Keys(stores)) {
		if err := c.checkStore(stores[kind], env, append(slices.Clip(path), kind)); err != nil {
			return err
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func (c *config) checkStore(s *storeConfig, env environment, path []string) error {
	at := func(key string) []string { return append(slices.Clip(path), key) }
	switch {
	case s.address() == "":
		return c.fail("it has no url", "", path...)
	case s.From != nil:
		if err := c.checkFrom(s, env, path); err != nil {
			return err
		}
	case s.Password.Secret != "" && !env.Kubernetes.names():
		return c.fail("it names a Secret, and nothing says in which cluster", "add kubernetes: {context: …} to the environment", at("password")...)
	}
	if s.Identity != "" && s.Credential != credentialAzure {
		return c.fail("an identity is of credential: azure", "add it, or leave identity out", at("identity")...)
	}
	if s.From == nil {
		for _, p := range append(s.places(), place{key: "url", text: s.URL}) {
			if variable.MatchString(p.text) {
				return c.fail("nothing says whose variable that is", "add from: {deployment: …}", at(p.key)...)
			}
		}
	}
	if carriesSecret(variable.ReplaceAllString(s.URL, "0")) {
		return c.fail("it carries a credential", "write password: {env: NAME} or {file: PATH}: a secret never stands in this file", at("url")...)
	}
	for _, template := range s.templates() {
		for _, found := range placeholder.FindAllString(template.text, -1) {
			if found != "{name}" && found != "{env}" {
				return c.fail("unknown placeholder", "there are {name} and {env}", at(template.key)...)
			}
		}
	}
	return c.checkSecret(s.Password, at("password")...)
}

// templates are the texts of a store in which {name} and {env} may stand.
func (s *storeConfig) templates() []struct{ key, text string } {
	all := []struct{ key, text string }{{"url", s.URL}, {"user", s.User.Value}, {"password", s.Password.Secret}}
	for _, p := range s.places() {
		all = append(all, struct{ key, text string }{p.key, p.text})
	}
	if s.From != nil {
		all = append(all, []struct{ key, text string }{{"from", s.From.Deployment}, {"from", s.From.Container}, {"from", s.From.Env}}...)
	}
	return all
}

// discovers reports whether a place of the store stands in a variable.
func (s *storeConfig) discovers() bool {
	return variable.MatchString(s.address()) || slices.ContainsFunc(s.places(), func(p place) bool { return variable.MatchString(p.text) })
}

// checkFrom refuses a discovery that cannot be tried.
func (c *config) checkFrom(s *storeConfig, env environment, path []string) error {
	at := append(slices.Clip(path), "from")
	switch {
	case s.URL != "" && s.From.Env != "":
		return c.fail("its env: stands beside url:", "give one of them", at...)
	case s.From.Deployment == "" || !s.discovers():
		return c.fail("it names no deployment or no variable", "it looks like {deployment: api, env: DATABASE_URL}, or stands beside url: or prefix: with $(NAME) in it", at...)
	case !env.Kubernetes.names():
		return c.fail("nothing says in which cluster", "add kubernetes: {context: …} to the environment", at...)
	case env.Protected && path[len(path)-1] == string(tenant.Postgres) && s.User == (valueRef{}) && variable.MatchString(s.address()):
		return c.fail("it has no user", "a source is never read with the application's own credential: add user: and password:", path...)
	}
	return nil
}

// checkSecret refuses a secret that is nowhere, or in two places.
func (c *config) checkSecret(r secretRef, path ...string) error {
	given := 0
	for _, place := range []string{r.Env, r.File, r.Secret} {
		if place != "" {
			given++
		}
	}
	if _, ok := cluster.ParseSecretKey(r.Secret); r.Secret != "" && !ok {
		return c.fail("secret: does not name a key of a Secret", "it looks like namespace/name/key", path...)
	}
	if given > 1 {
		return c.fail("it names more than one place", "give one of env:, file: and secret:", path...)
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

// separates reports whether a template gives each tenant a place of its own. Two
// variables may hold the address of one server, so that a prefix counts alone.
func (e environment) separates(s *storeConfig) bool {
	switch namespace := e.Kubernetes.Namespace; {
	case s.From == nil:
		return strings.Contains(s.URL+s.Prefix, "{name}")
	case s.Prefix != "" && !variable.MatchString(s.Prefix):
		return strings.Contains(s.Prefix, "{name}")
	case namespace == "":
		return true
	default:
		return strings.Contains(namespace+s.From.Deployment+s.address()+s.Prefix, "{name}")
	}
}

// checkShared refuses a template without {name} that serves several tenants:
// they would be one place, and a copy of one a copy of all.
func (c *config) checkShared() error {
	for _, name := range slices.Sorted(maps.Keys(c.Environments)) {
		stores := c.Environments[name].stores()
		for _, kind := range slices.Sorted(maps.Keys(stores)) {
			if c.Environments[name].separates(stores[kind]) {
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
				hint := "put {name} into its url or prefix"
				if stores[kind].From != nil {
					hint = "put {name} into its prefix, or where it has none into kubernetes.namespace"
				}
				return c.fail("several tenants would share this place", hint, "environments", name, kind)
			}
		}
	}
	return nil
}
