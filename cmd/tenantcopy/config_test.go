package main

import (
	"fmt"
	"strings"
	"testing"
)

const goodConfig = `version: 1
key: {env: TENANTCOPY_KEY}
rules: rules.yaml
environments:
  prod:
    protected: true
    redis: {url: "redis://h:1/0", prefix: "{name}:", password: {env: PW}}
  staging:
    copies-from: [prod]
    redis: {url: "redis://h:2/0", prefix: "{name}:", password: {env: PW}}
tenants:
  acme: {}
  globex: {staging: {name: globex_stg}}
`

// Each case replaces one piece of a good file, which stands in it once or is
// replaced where it stands first.
func TestParseConfigMistakes(t *testing.T) {
	const secret = "hunter2secret"
	for _, tc := range []struct{ name, old, with, want string }{
		{"no version", "version: 1\n", "", "c.yaml: version: must be 1 (the first line is version: 1)"},
		{"another version", "version: 1", "version: 2", "c.yaml:1:1: version: must be 1 (the first line is version: 1)"},
		{"version is text", "version: 1", "version: one", "c.yaml:1:10: the value is not a whole number"},
		{"version overflows", "version: 1", "version: 99999999999999999999", "c.yaml:1:10: the value is not a whole number"},
		{"unknown key at the top", "rules: ", "rulez: ", `c.yaml:3:1: unknown key "rulez" (did you mean rules?)`},
		{"unknown key of an environment", "protected", "protectd", `c.yaml:6:5: unknown key "protectd" (did you mean protected?)`},
		{"unknown key of a store", "prefix", "prefiks", `c.yaml:7:35: unknown key "prefiks" (did you mean prefix?)`},
		{"unknown key of an exception", "name: globex", "nam: globex", `c.yaml:13:22: unknown key "nam" (did you mean name?)`},
		{"a named store", "    redis:", "    redis/main:", `c.yaml:7:5: unknown key "redis/main" (a tenant has one store of a kind so far: redis)`},
		{"bool is text", "true", `"yes"`, "c.yaml:6:16: the value is not true or false"},
		{"list is text", "[prod]", "prod", "c.yaml:9:18: text stands where a list is expected"},
		{"a key twice", "  acme: {}", "  acme: {}\n  acme: {}", "c.yaml:13:3: this key stands in line 12 already"},
		{"a tab", "  prod:", "\tprod:", "c.yaml:5:1: found character '\t' that cannot start any token"},
		{"an unknown environment to copy from", "[prod]", "[prd]", "c.yaml:9:5: environments.staging.copies-from: it names an environment that is not one of environments (did you mean prod?)"},
		{"an environment that is no label", "  prod:", "  Prod:", "c.yaml:5:3: environments.Prod: not a DNS label (lower-case letters, digits and inner hyphens, at most 63)"},
		{"an exception in an unknown environment", "{staging: {name", "{stagng: {name", "c.yaml:13:12: tenants.globex.stagng: not one of environments (did you mean staging?)"},
		{"a name that is a path", "globex_stg", `"a/../b"`, "c.yaml:13:22: tenants.globex.staging.name: it cannot be put into an address (letters, digits and inner dots, hyphens and underscores, at most 63)"},
		{"match", `acme: {}`, `match: "*"`, `c.yaml:12:10: text stands where a mapping of keys is expected ("*": {} admits every tenant)`},
		{"an unknown placeholder", `"{name}:"`, `"{nam}:"`, "c.yaml:7:35: environments.prod.redis.prefix: unknown placeholder (there are {name} and {env})"},
		{"a place for all tenants", `"{name}:"`, `"app:"`, "c.yaml:7:5: environments.prod.redis: several tenants would share this place (put {name} into its url or prefix)"},
		{"no url", `url: "redis://h:1/0", `, "", "c.yaml:7:5: environments.prod.redis: it has no url"},
		{"discovery in no cluster", `url: "redis://h:1/0"`, `from: {deployment: api, env: X}`, "c.yaml:7:13: environments.prod.redis.from: nothing says in which cluster (add kubernetes: {context: …} to the environment)"},
		{"discovery beside a url", `url: "redis://h:1/0"`, `url: "redis://h:1/0", from: {deployment: api, env: X}`, "c.yaml:7:35: environments.prod.redis.from: its env: stands beside url: (give one of them)"},
		{"discovery of nothing", `url: "redis://h:1/0"`, `from: {deployment: api}`, "c.yaml:7:5: environments.prod.redis: it has no url"},
		{"a variable of nobody", `"{name}:"`, `"$(REDIS_PREFIX)"`, "c.yaml:7:35: environments.prod.redis.prefix: nothing says whose variable that is (add from: {deployment: …})"},
		{"variables that discover nothing", `url: "redis://h:1/0"`, `url: "redis://h:1/0", from: {deployment: api}`, "c.yaml:7:35: environments.prod.redis.from: it names no deployment or no variable (it looks like {deployment: api, env: DATABASE_URL}, or stands beside url: or prefix: with $(NAME) in it)"},
		{"a password in a variable", `redis: {url: "redis://h:1/0"`, "kubernetes: {context: p}\n" + `    redis: {from: {deployment: api}, url: "redis://u:$(PASSWORD)@$(HOST):$(PORT)/0"`, "c.yaml:8:38: environments.prod.redis.url: it carries a credential (write password: {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"discovered prefixes in one namespace", `redis: {url: "redis://h:1/0", prefix: "{name}:"`, "kubernetes: {context: p, namespace: all}\n" + `    redis: {from: {deployment: api, env: X}, prefix: "$(PREFIX)"`, "c.yaml:8:5: environments.prod.redis: several tenants would share this place (put {name} into its prefix, or where it has none into kubernetes.namespace)"},
		{"discovery with an unknown key", `url: "redis://h:1/0"`, `from: {deployment: api, envv: X}`, `c.yaml:7:37: unknown key "envv" (did you mean env?)`},
		{"discovery with an unknown placeholder", `redis: {url: "redis://h:1/0"`, `kubernetes: {context: p}` + "\n" + `    redis: {from: {deployment: "{tenant}", env: X}`, "c.yaml:8:13: environments.prod.redis.from: unknown placeholder (there are {name} and {env})"},
		{"a discovered source without a user", `redis: {url: "redis://h:1/0", prefix: "{name}:"`, `kubernetes: {context: p}` + "\n" + `    postgres: {from: {deployment: api, env: X}`, "c.yaml:8:5: environments.prod.postgres: it has no user (a source is never read with the application's own credential: add user: and password:)"},
		{"a discovered place for all tenants", `redis: {url: "redis://h:1/0", prefix: "{name}:"`, `kubernetes: {context: p}` + "\n" + `    redis: {from: {deployment: api, env: X}, prefix: "app:"`, "c.yaml:8:5: environments.prod.redis: several tenants would share this place (put {name} into its prefix, or where it has none into kubernetes.namespace)"},
		{"a root key in no cluster", "{env: TENANTCOPY_KEY}", "{secret: a/b/c}", "c.yaml:2:7: key.secret: it names a Secret, and nothing says in which cluster (add runs-in: {context: …, namespace: …}: the root key is where copies run)"},
		{"a password in no cluster", "{env: PW}", "{secret: a/b/c}", "c.yaml:7:54: environments.prod.redis.password: it names a Secret, and nothing says in which cluster (add kubernetes: {context: …} to the environment)"},
		{"a Secret without a key", "{env: TENANTCOPY_KEY}", "{secret: a/b}", "c.yaml:2:1: key: secret: does not name a key of a Secret (it looks like namespace/name/key)"},
		{"two places of a secret", "{env: TENANTCOPY_KEY}", "{env: A, file: b}", "c.yaml:2:1: key: it names more than one place (give one of env:, file: and secret:)"},
		{"limits of no kind", "protected: true", "limits: {mysql: {connections: 1}}", "c.yaml:6:14: environments.prod.limits.mysql: not a kind of store (the kinds are postgres, search, redis, blob)"},
		{"a negative limit", "protected: true", "limits: {redis: {connections: -1}}", "c.yaml:6:22: environments.prod.limits.redis.connections: it is less than 1"},
		{"a limit that is not kept", "protected: true", "limits: {redis: {runs: 1}}", "c.yaml:6:22: environments.prod.limits.redis.runs: this kind of store does not keep this limit (remove it; redis keeps connections)"},
		{"a size that is none", "protected: true", "limits: {postgres: {bytes-per-second: fast}}", "c.yaml:6:25: environments.prod.limits.postgres.bytes-per-second: not a size (a size looks like 512KB, 100MB or 1.5GB)"},
		{"a rate of nothing", "protected: true", "limits: {postgres: {bytes-per-second: 0MB}}", "c.yaml:6:25: environments.prod.limits.postgres.bytes-per-second: it is less than 1 byte"},
		{"a duration that is none", "protected: true", "limits: {postgres: {snapshot-age: 4}}", "c.yaml:6:25: environments.prod.limits.postgres.snapshot-age: not a duration (a duration looks like 90s, 30m or 4h)"},
		{"an unknown limit", "protected: true", "limits: {postgres: {run: 1}}", `c.yaml:6:25: unknown key "run" (did you mean runs?)`},
		{"an empty hook", "protected: true", "hooks: {before-switch: [{}]}", "c.yaml:6:13: environments.prod.hooks.before-switch: a hook has no command (write {command: [PROGRAM, ARGUMENT]})"},
		{"a server that is none", "protected: true", "kubernetes: {server: prod.example.com}", "c.yaml:6:18: environments.prod.kubernetes.server: not the address of an API server (it looks like https://host:443, as kubectl cluster-info prints it)"},
		{"a server with a credential", "protected: true", "kubernetes: {server: 'https://u:" + secret + "@h'}", "c.yaml:6:18: environments.prod.kubernetes.server: not the address of an API server (it looks like https://host:443, as kubectl cluster-info prints it)"},
		{"a UID that is a command", "protected: true", "kubernetes: {uid: kubectl get}", "c.yaml:6:18: environments.prod.kubernetes.uid: not a UID (kubectl get namespace kube-system -o jsonpath={.metadata.uid} prints it)"},
		{"two documents", "tenants:\n", "tenants: {acme: {}}\n---\nx:\n", "c.yaml: holds more than one YAML document (remove what follows ---)"},
		{"no tenants", "tenants:\n  acme: {}\n  globex: {staging: {name: globex_stg}}\n", "", `c.yaml: tenants: there is none (name one, as in acme: {}; "*": {} admits every tenant that the templates reach)`},
		{"a password in plain text", "{env: PW}", secret, "c.yaml:7:64: text stands where a mapping of keys is expected (write {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a password as a key", "{env: PW}", "{" + secret + ": x}", "c.yaml:7:65: unknown key (write {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a password as an alias", "{env: PW}", "*" + secret, "c.yaml:7:65: could not find alias (write {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a key in plain text", "{env: TENANTCOPY_KEY}", secret, "c.yaml:2:6: text stands where a mapping of keys is expected (write {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a password in a URL", "redis://h:1", "redis://u:" + secret + "@h:1", "c.yaml:7:13: environments.prod.redis.url: it carries a credential (write password: {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a signature in a URL", "redis://h:1/0", "https://h/c?sig=" + secret, "c.yaml:7:13: environments.prod.redis.url: it carries a credential (write password: {env: NAME} or {file: PATH}: a secret never stands in this file)"},
		{"a password in what is no URL", "redis://h:1", "redis://u:%zz" + secret + "@h:1", "c.yaml:7:13: environments.prod.redis.url: it carries a credential (write password: {env: NAME} or {file: PATH}: a secret never stands in this file)"},
	} {
		if !strings.Contains(goodConfig, tc.old) {
			t.Fatalf("%s: the good file has no such piece", tc.name)
		}
		_, err := parseConfig("c.yaml", []byte(strings.Replace(goodConfig, tc.old, tc.with, 1)))
		if got := fmt.Sprint(err); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
		if exitCode(err) != 3 {
			t.Errorf("%s: exit code %d", tc.name, exitCode(err))
		}
	}
}

func TestParseConfig(t *testing.T) {
	for _, text := range []string{goodConfig, "\ufeff" + goodConfig, strings.ReplaceAll(goodConfig, "\n", "\r\n"), "---\n" + goodConfig} {
		c, err := parseConfig("c.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if !c.Environments["prod"].Protected || c.Tenants["globex"]["staging"].Name != "globex_stg" || c.file != "c.yaml" {
			t.Errorf("read as %+v", c)
		}
	}
	for _, text := range []string{"", "\n\n# nothing\n", "\ufeff"} {
		if _, err := parseConfig("c.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "c.yaml: is empty") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// No file makes the reader panic.
func FuzzParseConfig(f *testing.F) {
	f.Add(goodConfig)
	f.Add("key: {env: [")
	f.Add("a: &a {<<: *a}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig("c.yaml", []byte(text))
		if (c == nil) == (err == nil) {
			t.Errorf("a configuration is %v, and the error %v", c != nil, err)
		}
	})
}
