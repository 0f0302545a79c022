// Package servers knows where the demo tenant's servers are and opens plain
// clients to them. It is the demo's own way in: tenantcopy reads the same
// servers through its own, read-only doors.
package servers

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// The kinds of store, as tenantcopy calls them.
const (
	Postgres = "postgres"
	Search   = "search"
	Redis    = "redis"
	Blob     = "blob"
)

// Kinds lists the kinds of store.
func Kinds() []string { return []string{Postgres, Search, Redis, Blob} }

// ParseKinds reads a list such as "postgres,redis".
func ParseKinds(list string) ([]string, error) {
	var out []string
	for _, kind := range strings.Split(list, ",") {
		kind = strings.TrimSpace(kind)
		if !slices.Contains(Kinds(), kind) {
			return nil, fmt.Errorf("parse stores: %q is none of %s", kind, strings.Join(Kinds(), ", "))
		}
		out = append(out, kind)
	}
	return out, nil
}

// Side is one environment's servers.
type Side struct {
	Name string // "prod" or "staging"
	env  func(string) string
}

// FromEnv returns a side whose addresses stand in TENANTCOPY_TEST_… variables,
// which `scripts/services env` prints.
func FromEnv(name string, getenv func(string) string) Side { return Side{Name: name, env: getenv} }

// Variable returns the name of the variable that holds a setting: "PG" is
// TENANTCOPY_TEST_PG_PROD.
func (s Side) Variable(setting string) string {
	return "TENANTCOPY_TEST_" + setting + "_" + strings.ToUpper(s.Name)
}

// Get returns a setting; a missing one is an error that says what to do.
func (s Side) Get(setting string) (string, error) {
	if v := s.env(s.Variable(setting)); v != "" {
		return v, nil
	}
	return "", fmt.Errorf("find server: %s is not set: run scripts/services up, then eval \"$(scripts/services env)\"", s.Variable(setting))
}

// Has reports whether a setting is there.
func (s Side) Has(setting string) bool { return s.env(s.Variable(setting)) != "" }

// Database opens a connection to a database on this side.
func (s Side) Database(ctx context.Context, name string) (*pgx.Conn, error) {
	address, err := s.Get("PG")
	if err != nil {
		return nil, err
	}
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("read %s: not a PostgreSQL address", s.Variable("PG"))
	}
	c.Database, c.Password = name, s.env(s.Variable("PG_PASSWORD"))
	c.RuntimeParams["application_name"] = "acme-demo"
	return pgx.ConnectConfig(ctx, c)
}

// Redis opens a client to this side's Redis.
func (s Side) Redis() (*redis.Client, error) {
	address, err := s.Get("REDIS")
	if err != nil {
		return nil, err
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("read %s: not a Redis address", s.Variable("REDIS"))
	}
	o.Password = s.env(s.Variable("REDIS_PASSWORD"))
	return redis.NewClient(o), nil
}

// hostOf returns host:port of an address and whether it is TLS.
func hostOf(address string) (host string, secure bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", false, fmt.Errorf("read address: not a URL")
	}
	return u.Host, u.Scheme == "https", nil
}
