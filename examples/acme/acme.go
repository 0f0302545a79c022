// Package acme is the demo: the configuration and rules of an HR service with
// two customers, acme and globex, and a seeder that fills real servers with
// people nobody has ever met.
//
//	scripts/demo                       seed, copy, and one person before and after
//	go run ./examples/acme/seed -h     the seeder alone
package acme

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/load"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
)

// Rules is the text of rules.yaml.
//
//go:embed rules.yaml
var Rules string

// Setup is what a configuration is written from.
type Setup struct {
	RulesPath     string // of rules.yaml, from the configuration's folder
	Stores        []string
	Backend       string // servers.Azure or servers.S3
	Prod, Staging servers.Side
	Tenants       []string // beside acme and globex
}

// Config returns a tenantcopy.yaml for the servers of a setup. Passwords stay
// in the environment.
func Config(s Setup) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, configHead, s.RulesPath)
	for _, side := range []servers.Side{s.Prod, s.Staging} {
		text, err := environment(side, s)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	b.WriteString(configTail)
	for _, name := range s.Tenants {
		if name != "acme" && name != "globex" {
			fmt.Fprintf(&b, "  %s: {}\n", name)
		}
	}
	return b.String(), nil
}

const configHead = `# Two environments of an HR service, and two of its customers. {name} is the tenant's name.
version: 1
key: {env: TENANTCOPY_KEY}
rules: %s
environments:
`

const configTail = `tenants:
  acme: {}
  globex: {}
`

// environment writes the template of one environment.
func environment(side servers.Side, s Setup) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s:\n", side.Name)
	if side.Name == s.Prod.Name {
		b.WriteString("    protected: true            # never a destination, whatever else is said\n")
	} else {
		fmt.Fprintf(&b, "    copies-from: [%s]\n    roles: {%s: %s}   # who owns the tables there, and here\n", s.Prod.Name, load.Owner, load.Owner)
	}
	for _, kind := range servers.Kinds() {
		if !slices.Contains(s.Stores, kind) {
			continue
		}
		line, err := storeLine(side, kind, s.Backend)
		if err != nil {
			return "", err
		}
		b.WriteString(line)
	}
	return b.String(), nil
}

func storeLine(side servers.Side, kind, backend string) (string, error) {
	switch kind {
	case servers.Postgres:
		address, err := side.Get("PG")
		root := strings.TrimSuffix(address, "/postgres")
		return fmt.Sprintf("    postgres: {url: %q, password: {env: %s}}\n", root+"/{name}", side.Variable("PG_PASSWORD")), err
	case servers.Search:
		address, err := side.Get("ES")
		return fmt.Sprintf("    search: {url: %q, prefix: \"{name}-\"}\n", address), err
	case servers.Redis:
		address, err := side.Get("REDIS")
		return fmt.Sprintf("    redis: {url: %q, prefix: \"{name}:\", password: {env: %s}}\n", address, side.Variable("REDIS_PASSWORD")), err
	case servers.Blob:
		if backend == servers.S3 {
			address, err := side.Get("S3")
			return fmt.Sprintf("    blob: {url: %q, user: {env: %s}, password: {env: %s}}\n", "s3+"+address+"/{name}", side.Variable("S3_ACCESS"), side.Variable("S3_SECRET")), err
		}
		address, err := side.Get("AZURE")
		return fmt.Sprintf("    blob: {url: %q, password: {env: %s}}\n", address+"/{name}", side.Variable("AZURE_KEY")), err
	}
	return "", fmt.Errorf("write configuration: no store is called %q", kind)
}
