package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// config is tenantcopy.yaml. Templates under environments say what all
// tenants share; a tenant's entry holds only exceptions.
type config struct {
	Version      int                    `yaml:"version"`
	Key          secretRef              `yaml:"key"`
	Rules        string                 `yaml:"rules"`
	Environments map[string]environment `yaml:"environments"`
	Tenants      map[string]tenantEntry `yaml:"tenants"`

	file string
}

// environment is the template of all tenants of one environment.
type environment struct {
	Protected  bool              `yaml:"protected"`
	CopiesFrom []string          `yaml:"copies-from"`
	Kubernetes kubernetesConfig  `yaml:"kubernetes"`
	Roles      map[string]string `yaml:"roles"`
	Hooks      hooksConfig       `yaml:"hooks"`
	Limits     map[string]limits `yaml:"limits"`
	Postgres   *storeConfig      `yaml:"postgres"`
	Blob       *storeConfig      `yaml:"blob"`
	Search     *storeConfig      `yaml:"search"`
	Redis      *storeConfig      `yaml:"redis"`
}

// kubernetesConfig says where Tilt shall run. Discovery by it comes later.
type kubernetesConfig struct {
	Context   string `yaml:"context"`
	Namespace string `yaml:"namespace"`
	Server    string `yaml:"server"`
	UID       string `yaml:"uid"`
}

// hooksConfig holds the application's own steps.
type hooksConfig struct {
	BeforeSwitch []hookConfig `yaml:"before-switch"`
	AfterSwitch  []hookConfig `yaml:"after-switch"`
}

type hookConfig struct {
	Command []string `yaml:"command"`
}

// limits bound what a run may ask of a server.
type limits struct {
	Connections    int    `yaml:"connections"`
	BytesPerSecond string `yaml:"bytes-per-second"`
	Runs           int    `yaml:"runs"`
	SnapshotAge    string `yaml:"snapshot-age"`
}

// storeConfig is one store's address; {name} and {env} in it stand for the
// tenant's name and the environment.
type storeConfig struct {
	URL         string    `yaml:"url"`
	Prefix      string    `yaml:"prefix"`
	User        valueRef  `yaml:"user"`
	Password    secretRef `yaml:"password"`
	Credential  string    `yaml:"credential"`
	Maintenance string    `yaml:"maintenance"`
	From        *fromRef  `yaml:"from"`
}

// fromRef is discovery from the application's pod template: not yet.
type fromRef struct {
	Deployment string `yaml:"deployment"`
	Env        string `yaml:"env"`
}

// tenantEntry holds a tenant's exceptions by environment.
type tenantEntry map[string]tenantException

type tenantException struct {
	Name     string       `yaml:"name"`
	Postgres *storeConfig `yaml:"postgres"`
	Blob     *storeConfig `yaml:"blob"`
	Search   *storeConfig `yaml:"search"`
	Redis    *storeConfig `yaml:"redis"`
}

// secretRef says where a secret is, never the secret.
type secretRef struct {
	Env    string `yaml:"env"`
	File   string `yaml:"file"`
	Secret string `yaml:"secret"`
}

// valueRef is a plain value, or {env: NAME}.
type valueRef struct {
	Value string
	Env   string
}

// UnmarshalYAML implements yaml.BytesUnmarshaler.
func (v *valueRef) UnmarshalYAML(data []byte) error {
	var ref struct {
		Env string `yaml:"env"`
	}
	if err := yaml.UnmarshalWithOptions(data, &ref, yaml.Strict()); err == nil {
		v.Env = ref.Env
		return nil
	}
	return yaml.Unmarshal(data, &v.Value)
}

// configError is one mistake in the configuration.
type configError struct {
	file         string
	line, column int // 0 when the mistake has no place
	what, hint   string
}

// Error returns file:line:column: what (hint).
func (e *configError) Error() string {
	text := e.file
	if e.line > 0 {
		text += fmt.Sprintf(":%d:%d", e.line, e.column)
	}
	text += ": " + e.what
	if e.hint != "" {
		text += " (" + e.hint + ")"
	}
	return text
}

// loadConfig finds, reads and checks tenantcopy.yaml.
func (a *app) loadConfig() (*config, error) {
	file, err := a.findConfig()
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &configError{file: file, what: "cannot be read", hint: "give --config the path of a tenantcopy.yaml"}
	}
	return parseConfig(file, data)
}

// findConfig returns --config, $TENANTCOPY_CONFIG, or the first
// tenantcopy.yaml from here upward.
func (a *app) findConfig() (string, error) {
	if a.config != "" {
		return a.config, nil
	}
	if file, ok := a.lookup("TENANTCOPY_CONFIG"); ok && file != "" {
		return file, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", refuse("find tenantcopy.yaml", "the current folder is gone", "")
	}
	for {
		file := filepath.Join(dir, "tenantcopy.yaml")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", refuse("find tenantcopy.yaml", "there is none here or in a parent folder", "give its path with --config; examples/acme/tenantcopy.yaml is one to begin with")
		}
		dir = up
	}
}

// parseConfig reads the file strictly: an unknown key is an error.
func parseConfig(file string, data []byte) (*config, error) {
	c := &config{file: file}
	if err := yaml.UnmarshalWithOptions(data, c, yaml.Strict()); err != nil {
		return nil, yamlError(file, err)
	}
	return c, c.check()
}

var unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)

// yamlError turns the decoder's error into one line with place and, for an
// unknown key, the nearest known one.
func yamlError(file string, err error) error {
	out := &configError{file: file, what: "is not valid YAML of the expected form"}
	y, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return out
	}
	out.what, _, _ = strings.Cut(y.GetMessage(), "\n")
	if t := y.GetToken(); t != nil && t.Position != nil {
		out.line, out.column = t.Position.Line, t.Position.Column
	}
	if m := unknownField.FindStringSubmatch(out.what); m != nil {
		out.what = fmt.Sprintf("unknown key %q", m[1])
		if near := ruleset.Nearest(m[1], configKeys); near != "" {
			out.hint = "did you mean " + near + "?"
		}
	}
	return out
}

// configKeys are all keys of the file, for the nearest one.
var configKeys = []string{"version", "key", "rules", "environments", "tenants", "protected", "copies-from", "kubernetes", "roles", "hooks", "limits",
	"postgres", "blob", "search", "redis", "context", "namespace", "before-switch", "after-switch", "command", "connections", "url", "prefix", "user",
	"password", "credential", "maintenance", "from", "env", "file", "secret", "name", "deployment", "server", "uid"}

// check refuses what this version does not do yet, by name.
func (c *config) check() error {
	fail := func(what, hint string) error { return &configError{file: c.file, what: what, hint: hint} }
	if c.Version != 1 {
		return fail("version must be 1", "the first line is version: 1")
	}
	if len(c.Environments) == 0 {
		return fail("environments is empty", "name at least a source and a destination")
	}
	if err := c.Key.supported(c.file, "key"); err != nil {
		return err
	}
	for name, env := range c.Environments {
		if env.Kubernetes.Server != "" || env.Kubernetes.UID != "" {
			return fail("environments."+name+".kubernetes: server and uid are not supported yet", "context and namespace are, for Tilt")
		}
		for kind, l := range env.Limits {
			if l.BytesPerSecond != "" || l.Runs != 0 || l.SnapshotAge != "" {
				return fail("environments."+name+".limits."+kind+": only connections is supported yet", "")
			}
		}
		for kind, s := range env.stores() {
			if err := s.supported(c.file, "environments."+name+"."+kind); err != nil {
				return err
			}
		}
	}
	for name, entry := range c.Tenants {
		for env, exception := range entry {
			if _, ok := c.Environments[env]; !ok {
				return fail(fmt.Sprintf("tenants.%s names the environment %q, which is not one of environments", name, env), "")
			}
			for kind, s := range exception.stores() {
				if err := s.supported(c.file, "tenants."+name+"."+env+"."+kind); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r secretRef) supported(file, where string) error {
	if r.Secret != "" {
		return &configError{file: file, what: where + ": secret: is not supported yet", hint: "use env: or file:"}
	}
	return nil
}

func (s *storeConfig) supported(file, where string) error {
	if s.From != nil {
		return &configError{file: file, what: where + ": from: is not supported yet", hint: "give the store's url"}
	}
	return s.Password.supported(file, where+".password")
}

func (e environment) stores() map[string]*storeConfig {
	return present(e.Postgres, e.Blob, e.Search, e.Redis)
}

func (e tenantException) stores() map[string]*storeConfig {
	return present(e.Postgres, e.Blob, e.Search, e.Redis)
}

func present(postgres, blob, search, redis *storeConfig) map[string]*storeConfig {
	out := make(map[string]*storeConfig)
	for kind, s := range map[string]*storeConfig{"postgres": postgres, "blob": blob, "search": search, "redis": redis} {
		if s != nil {
			out[kind] = s
		}
	}
	return out
}
