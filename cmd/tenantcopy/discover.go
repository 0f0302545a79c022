package main

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/cluster"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// fromRef says whose variables stand in a store's templates as $(NAME): those
// of a container in the application's own pod template. With env, the variable
// of that name is the url.
type fromRef struct {
	Deployment string `yaml:"deployment"`
	Container  string `yaml:"container"`
	Env        string `yaml:"env"`
}

// variable is one in a template.
var variable = regexp.MustCompile(`\$\(([^()$]*)\)`)

// address is the template of a store's url.
func (s *storeConfig) address() string {
	if s.From != nil && s.From.Env != "" {
		return "$(" + s.From.Env + ")"
	}
	return s.URL
}

// place is a template that says where a store is, beside its url.
type place struct {
	key, text string
	to        func(*tenant.Store) *string
}

// places are the templates that say where a store is, beside its url.
func (s *storeConfig) places() []place {
	return []place{
		{"prefix", s.Prefix, func(o *tenant.Store) *string { return &o.Prefix }},
		{"maintenance", s.Maintenance, func(o *tenant.Store) *string { return &o.Maintenance }},
		{"template", s.Template, func(o *tenant.Store) *string { return &o.Template }},
	}
}

// harmlessPlace is what a variable may hold for a place beside the url: a prefix
// goes into patterns, in which a star would be everybody's.
var harmlessPlace = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:._/-]{0,99}$`)

// discover finds in the cluster what a store's templates leave to it.
func (a *app) discover(ctx context.Context, out *tenant.Store, s *storeConfig, t resolved) error {
	for _, p := range s.places() {
		if err := a.discoverPlace(ctx, out, s, p, t); err != nil {
			return err
		}
	}
	if variable.MatchString(s.address()) {
		return a.discoverAddress(ctx, out, s, t)
	}
	return nil
}

// discoverPlace fills one template beside the url.
func (a *app) discoverPlace(ctx context.Context, out *tenant.Store, s *storeConfig, p place, t resolved) error {
	if !variable.MatchString(p.text) {
		return nil
	}
	value, err := a.expand(ctx, out.Kind, p.text, s, t)
	if err != nil {
		return err
	}
	if !harmlessPlace.MatchString(value.Reveal()) {
		a.hide(value)
		return refuse(fmt.Sprintf("find %s of %s", out.Kind, t.ref), fmt.Sprintf("%s: %s of %s does not hold letters, digits and : . _ / - alone", p.key, p.text, s.From.of(t)),
			"correct the variable's name, or write "+p.key+": as a text")
	}
	*p.to(out) = value.Reveal()
	return nil
}

// discoverAddress finds a store's address. The credential in it is the
// application's: a source is never read with it, and a destination is written
// with it only where the configuration gives none.
func (a *app) discoverAddress(ctx context.Context, out *tenant.Store, s *storeConfig, t resolved) error {
	value, err := a.expand(ctx, out.Kind, s.address(), s, t)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("find %s of %s", out.Kind, t.ref)
	found, ok := split(out.Kind, value)
	for _, secret := range found.secrets {
		a.hide(secret)
	}
	if !ok {
		return refuse(what, fillName(s.From.said(s.address()), t)+" of "+s.From.of(t)+" does not hold "+shapes()[out.Kind], "write the store's url: without variables")
	}
	if own := out.User != "" || !s.Password.isZero() || out.Credential != ""; !own && t.side == report.Destination {
		out.User, out.Password = found.user, found.password
	}
	if out.Kind == tenant.Postgres && out.User == "" {
		return refuse(what, "tenantcopy.yaml gives no user, and the application's own is not used", "add user: and password: of a role of tenantcopy's own")
	}
	if out.Kind == tenant.Postgres || out.Kind == tenant.Redis {
		if out.User != "" {
			found.url.User = url.User(out.User)
		}
		out.User = ""
	}
	out.URL = found.url.String()
	return nil
}

// of names the deployment, for messages.
func (f *fromRef) of(t resolved) string {
	return fmt.Sprintf("deployments/%s in namespace %s", fillName(f.Deployment, t), t.namespace())
}

// said names what holds the url, for messages.
func (f *fromRef) said(address string) string {
	if f.Env != "" {
		return "variable " + f.Env
	}
	return "url: " + address
}

// expand replaces the variables of a template by what the application's
// container has.
func (a *app) expand(ctx context.Context, kind tenant.Kind, template string, s *storeConfig, t resolved) (tenant.Secret, error) {
	if !tenant.IsLabel(t.namespace()) {
		return tenant.Secret{}, refuse(fmt.Sprintf("find %s of %s", kind, t.ref), "the tenant's namespace would be no DNS label", "look at kubernetes.namespace in tenantcopy.yaml")
	}
	in, err := a.cluster(ctx, t.address(), cluster.Read)
	if err != nil {
		return tenant.Secret{}, err
	}
	template = fillName(template, t)
	out, last := "", 0
	for _, m := range variable.FindAllStringSubmatchIndex(template, -1) {
		at := cluster.Variable{Namespace: t.namespace(), Deployment: fillName(s.From.Deployment, t), Container: fillName(s.From.Container, t), Name: template[m[2]:m[3]]}
		value, err := a.read(ctx, at.String(), func(ctx context.Context) (tenant.Secret, error) { return in.Value(ctx, at) })
		if err != nil {
			return tenant.Secret{}, err
		}
		out, last = out+template[last:m[0]]+value.Reveal(), m[1]
	}
	return tenant.NewSecret(out + template[last:]), nil
}

// shapes say what a variable must hold.
func shapes() map[tenant.Kind]string {
	return map[tenant.Kind]string{
		tenant.Postgres: "a URL of one PostgreSQL database, as in postgres://user@host:5432/database",
		tenant.Search:   "a URL of one server, as in https://host:9200",
		tenant.Redis:    "a URL of one Redis server, as in rediss://host:6380/0",
		tenant.Blob:     "a URL of a container, as in https://account.blob.core.windows.net/container",
	}
}

// schemes are those by which applications' libraries call a store, and what
// the adapters call it.
func schemes() map[tenant.Kind]map[string]string {
	return map[tenant.Kind]map[string]string{
		tenant.Postgres: {"postgres": "postgres", "postgresql": "postgres", "pgsql": "postgres", "postgis": "postgres"},
		tenant.Search:   {"http": "http", "https": "https"},
		tenant.Redis:    {"redis": "redis", "rediss": "rediss"},
		tenant.Blob:     {"http": "http", "https": "https", "s3": "s3", "s3+http": "s3+http", "s3+https": "s3+https"},
	}
}

// found is what a variable says of a store.
type found struct {
	url      url.URL // without a credential
	user     string
	password tenant.Secret
	secrets  []tenant.Secret // what must not be printed
}

// split takes a value apart: the place, the application's credential, and what
// is hidden from now on. What is no address is a secret as a whole.
func split(kind tenant.Kind, value tenant.Secret) (found, bool) {
	text := strings.TrimSpace(value.Reveal())
	all := found{secrets: []tenant.Secret{value, tenant.NewSecret(text)}}
	u, err := url.Parse(strings.TrimPrefix(text, "jdbc:"))
	if err != nil || u.Hostname() == "" || strings.Contains(u.Host, ",") || u.Opaque != "" {
		return all, false
	}
	dialect, _, driver := strings.Cut(u.Scheme, "+")
	scheme := schemes()[kind][u.Scheme]
	if driver && scheme == "" { // postgresql+psycopg2
		scheme = schemes()[kind][dialect]
	}
	if scheme == "" {
		return all, false
	}
	query := u.Query()
	out := found{user: u.User.Username()}
	password, _ := u.User.Password()
	if kind == tenant.Postgres { // as JDBC has it
		if out.user == "" {
			out.user = query.Get("user")
		}
		if password == "" {
			password = query.Get("password")
		}
	}
	out.password = tenant.NewSecret(password)
	out.secrets = append(out.secrets, out.password)
	for name, values := range query {
		if secretParameter.MatchString(name) {
			for _, v := range values {
				out.secrets = append(out.secrets, tenant.NewSecret(v))
			}
		}
	}
	out.url = url.URL{Scheme: scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}
	if kind == tenant.Postgres {
		out.url.RawQuery = protection(query).Encode()
	}
	return out, true
}

// protection keeps of an application's options those that say how its sessions
// are protected; the others are for its own library.
func protection(query url.Values) url.Values {
	out := make(url.Values)
	for name, values := range query {
		if slices.Contains([]string{"sslmode", "channel_binding", "sslnegotiation", "target_session_attrs"}, name) {
			out[name] = values[:1]
		}
	}
	if query.Get("ssl") == "true" && !out.Has("sslmode") { // as JDBC has it
		out.Set("sslmode", "require")
	}
	return out
}

// secretPlace is whose secret is looked up, and where.
type secretPlace struct {
	what    string // "redis of prod/acme", for messages
	fill    func(string) string
	cluster cluster.Address
}

// clusterSecret reads {secret: namespace/name/key}.
func (a *app) clusterSecret(ctx context.Context, text string, at secretPlace) (string, error) {
	key, ok := cluster.ParseSecretKey(at.fill(text))
	if !ok || !tenant.IsLabel(key.Namespace) {
		return "", refuse("configure "+at.what, "secret: does not name a key of a Secret", "it looks like namespace/name/key")
	}
	in, err := a.cluster(ctx, at.cluster, cluster.Read)
	if err != nil {
		return "", err
	}
	value, err := a.read(ctx, key.String(), func(ctx context.Context) (tenant.Secret, error) { return in.Secret(ctx, key) })
	return strings.TrimRight(value.Reveal(), "\r\n"), err
}

// isZero reports whether no secret is named.
func (r secretRef) isZero() bool { return r == secretRef{} }
