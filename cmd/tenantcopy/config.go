package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// config is tenantcopy.yaml. Templates under environments say what all
// tenants share; a tenant's entry holds only exceptions.
type config struct {
	Version      int                    `yaml:"version"`
	Key          keyConfig              `yaml:"key"`
	Rules        string                 `yaml:"rules"`
	RunsIn       runsInConfig           `yaml:"runs-in"`
	Serve        serveConfig            `yaml:"serve"`
	Environments map[string]environment `yaml:"environments"`
	Tenants      map[string]tenantEntry `yaml:"tenants"`

	file string
	keys keyPlaces // where each key stands, for messages
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

// hooksConfig holds the application's own steps.
type hooksConfig struct {
	BeforeSwitch []hookConfig `yaml:"before-switch"`
	AfterSwitch  []hookConfig `yaml:"after-switch"`
}

type hookConfig struct {
	Command []string `yaml:"command"`
}

// storeConfig is one store's address; {name} and {env} in it stand for the
// tenant's name and the environment.
type storeConfig struct {
	URL         string    `yaml:"url"`
	Prefix      string    `yaml:"prefix"`
	User        valueRef  `yaml:"user"`
	Password    secretRef `yaml:"password"`
	Credential  string    `yaml:"credential"`
	Identity    string    `yaml:"identity"`
	Maintenance string    `yaml:"maintenance"`
	Template    string    `yaml:"template"`
	From        *fromRef  `yaml:"from"`
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

// secretRef says where a secret is, never the secret: in the environment, in a
// file, or in a Secret of the environment's cluster, as namespace/name/key.
type secretRef struct {
	Env    string `yaml:"env"`
	File   string `yaml:"file"`
	Secret string `yaml:"secret"`
}

// keyConfig says where the root key is, and which of the keys that are derived
// from it is in force.
type keyConfig struct {
	Env    string `yaml:"env"`
	File   string `yaml:"file"`
	Secret string `yaml:"secret"`
	Epoch  int    `yaml:"epoch"`
}

func (k keyConfig) ref() secretRef { return secretRef{Env: k.Env, File: k.File, Secret: k.Secret} }

// valueRef is a plain value, or {env: NAME}.
type valueRef struct {
	Value string
	Env   string
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (v *valueRef) UnmarshalYAML(decode func(any) error) error {
	if err := decode(&v.Value); err == nil {
		return nil
	}
	var ref struct {
		Env string `yaml:"env"`
	}
	err := decode(&ref)
	v.Env = ref.Env
	return err
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
		return nil, &configError{file: file, what: "cannot be read: " + whyUnread(err), hint: "give --config the path of a tenantcopy.yaml"}
	}
	c, err := parseConfig(file, data)
	if err == nil {
		a.publish(c)
	}
	return c, err
}

// whyUnread says why a file was not read, without repeating its name.
func whyUnread(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, syscall.EISDIR):
		return "it is a folder"
	}
	return "the file system refused"
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
