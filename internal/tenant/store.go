package tenant

import (
	"strings"
	"time"
)

// Kind is one of the four kinds of store.
type Kind string

// The kinds, in the order in which a run opens them: the database's snapshot
// comes first, and what it refers to is read after it.
const (
	Postgres Kind = "postgres"
	Search   Kind = "search"
	Redis    Kind = "redis"
	Blob     Kind = "blob"
)

// Kinds lists the kinds in that order.
func Kinds() []Kind { return []Kind{Postgres, Search, Redis, Blob} }

// Store is the address of one store of one tenant. Its URL never carries a
// credential.
type Store struct {
	Kind   Kind
	Name   string // "postgres", or "postgres/analytics" where a tenant has several
	URL    string // postgres://user@host/db, https://account.blob…/container, s3://host/bucket or s3+http://, http(s)://es, redis(s)://host/0
	Prefix string // search and Redis: what the tenant's index names and keys start with

	// Neighbours are longer prefixes that belong to other tenants of the same
	// server: acme- covers acme-eu- too, and what lies there is not acme's.
	Neighbours []string

	User       string // S3: the access key id; search: the user; else empty (the URL names it)
	Password   Secret // PostgreSQL, Redis, search: password; S3: secret key; Azure: the account's shared key
	Credential string // "azure" for an Entra identity; empty to use Password
	Identity   Identity

	Maintenance string            // PostgreSQL: the database to connect to for CREATE DATABASE and the lock; "postgres" when empty
	Roles       map[string]string // PostgreSQL: owner at the source → owner at the destination
	Template    string            // PostgreSQL: the database that a twin is made from, with the extensions installed; "template0" when empty
	Connections int               // at most so many at once; 0 for the adapter's default
	Limits      Limits
}

// Identity is an Entra identity of credential "azure". Each store has its own,
// so that one pod reads as one and writes as another.
type Identity struct {
	Client    string // client id of the managed identity
	Directory string // the Entra tenant's id
	TokenFile string // the pod's federated token; empty outside a pod, where the Azure command line is asked
}

// Limits are what the owner of a server allows a run, beside Connections;
// zero is no limit. An adapter keeps those that its kind has.
type Limits struct {
	BytesPerSecond int64         // read from the source, over all of the run's sessions
	Runs           int           // at once on one server, over all tenants
	SnapshotAge    time.Duration // after which the run gives up: an old snapshot keeps the server from cleaning up
	Disk           int64         // bytes: the size of the destination server's volume, of which its databases take a part
}

// KindOf returns the kind in a store's name: postgres/analytics → postgres.
func KindOf(name string) Kind {
	kind, _, _ := strings.Cut(name, "/")
	return Kind(kind)
}

// Session names whoever opens a connection, so that the people who own a
// server see who reads it: tenantcopy/<run>/<user>.
type Session struct {
	Run  string // run id, [0-9a-z]{12}
	User string // operating-system or chat user, a DNS label
}

// String returns tenantcopy/<run>/<user>.
func (s Session) String() string { return "tenantcopy/" + s.Run + "/" + s.User }

// Source is one store of a tenant to read from. An adapter's Open takes a
// Source and opens it read-only; nothing that writes takes one.
type Source struct {
	Ref     Ref
	Origin  string // the tenant's name in the catalogue, what pseudonyms are derived for
	Store   Store
	Session Session
}
