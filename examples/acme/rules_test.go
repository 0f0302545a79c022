package acme_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/tenantcopy/tenantcopy/examples/acme"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

func TestRulesParse(t *testing.T) {
	rules, err := ruleset.Parse("rules.yaml", []byte(acme.Rules))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range servers.Kinds() {
		if rules.Store(kind) == nil {
			t.Errorf("no rules for %s", kind)
		}
	}
	if len(rules.Sources) != 3 || rules.Unclassified != ruleset.Refuse {
		t.Errorf("%d sources of people, unclassified %s", len(rules.Sources), rules.Unclassified)
	}
	for _, tenant := range []string{"acme", "globex"} {
		for _, line := range strings.Split(acme.Rules, "\n") {
			if code, _, _ := strings.Cut(line, "#"); strings.Contains(code, tenant) {
				t.Errorf("the rules name a tenant: %s", line)
			}
		}
	}
}

// someServers are addresses such as scripts/services prints with its default
// ports.
func someServers(name string) servers.Side {
	port := map[string]string{"PG": "1543", "REDIS": "1543", "AZURE": "15436", "S3": "1543", "ES": "154"}
	last := map[string][2]string{"PG": {"2", "3"}, "REDIS": {"4", "5"}, "S3": {"7", "8"}, "ES": {"39", "40"}, "AZURE": {"", ""}}
	at := 0
	if name == "staging" {
		at = 1
	}
	address := func(setting string) string { return "127.0.0.1:" + port[setting] + last[setting][at] }
	values := map[string]string{"PG": "postgres://postgres@" + address("PG") + "/postgres", "REDIS": "redis://" + address("REDIS") + "/0",
		"AZURE": "http://" + address("AZURE") + "/" + name, "S3": "http://" + address("S3"), "ES": "http://" + address("ES")}
	return servers.FromEnv(name, func(variable string) string {
		setting := strings.TrimSuffix(strings.TrimPrefix(variable, "TENANTCOPY_TEST_"), "_"+strings.ToUpper(name))
		return values[setting]
	})
}

func config(t *testing.T, backend string, kinds []string) string {
	t.Helper()
	text, err := acme.Config(acme.Setup{RulesPath: "rules.yaml", Stores: kinds, Backend: backend, Prod: someServers("prod"), Staging: someServers("staging")})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestConfigInTheRepositoryIsCurrent(t *testing.T) {
	data, err := os.ReadFile("tenantcopy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "\n\n") // the comment above it is the file's own
	if want := config(t, servers.Azure, servers.Kinds()); rest != want {
		t.Errorf("tenantcopy.yaml is not what the seeder writes for the default ports; below its first comment it should be:\n%s", want)
	}
}

func TestConfigForms(t *testing.T) {
	var c struct {
		Version      int
		Environments map[string]map[string]any
		Tenants      map[string]any
	}
	text := config(t, servers.S3, []string{servers.Postgres, servers.Redis, servers.Blob})
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if c.Environments["prod"]["protected"] != true || c.Environments["staging"]["search"] != nil || len(c.Tenants) != 2 {
		t.Errorf("unexpected configuration:\n%s", text)
	}
	if !strings.Contains(text, `blob: {url: "s3+http://127.0.0.1:15437/{name}", user: {env: TENANTCOPY_TEST_S3_ACCESS_PROD}`) {
		t.Errorf("no S3 address in:\n%s", text)
	}
}

func TestMissingServerIsNamed(t *testing.T) {
	nowhere := servers.FromEnv("prod", func(string) string { return "" })
	_, err := acme.Config(acme.Setup{Stores: servers.Kinds(), Backend: servers.Azure, Prod: nowhere, Staging: nowhere})
	if err == nil || !strings.Contains(err.Error(), "TENANTCOPY_TEST_PG_PROD is not set") {
		t.Errorf("got %v", err)
	}
	if _, err := servers.ParseKinds("postgres,mongo"); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("an unknown store was taken: %v", err)
	}
}
