package guard

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Facts is what a probe finds out about one side of one store, through a
// read-only session of its own.
type Facts struct {
	// Identities name the place itself, whatever address led there: a system
	// identifier, a cluster uuid, a run id, an account with its container, or
	// "nonce:N" (see Prober). Source and destination share none.
	Identities []string
	Exists     bool    // the database, container, any index or any key is there
	Empty      bool    // it holds nothing of the tenant's
	Marker     *Marker // ours, nil when there is none or another's
	Foreign    bool    // something stands in the marker's place that is not ours
	Version    string  // the server's version, for messages
}

// Prober collects facts. On the source's side, Facts also makes the nonce
// visible to whoever is on the same server (an advisory lock held until
// Close) and reports it as an identity; on the destination's side it reports
// the nonce as an identity when it sees it. Stores that cannot do so leave it
// out.
type Prober interface {
	Name() string // the store's name
	Facts(ctx context.Context, nonce int64) (Facts, error)
	Close() error
}

// Site is one store of a destination, as guard needs it.
type Site interface {
	Prober
	Mark(ctx context.Context, m Marker) error // writes the marker, creating what must exist to carry it
	Unmark(ctx context.Context) error         // takes the marker away, and what was made to carry it; none there is no error
	Lock(ctx context.Context, h Holder) (Held, error)
}

// Holder says who wants the lock of which twin.
type Holder struct {
	Twin string // "staging/acme", what the lock is on
	Run  string
	User string

	// Clock tells the time, for locks that are records with an expiry.
	Clock func() time.Time
}

// Held is a lock that is held. A lock that another run holds is not an error
// of the server: Lock returns a *LockedError.
type Held interface {
	Alive(ctx context.Context) error // renews it or proves that it still stands; an error ends the run
	Release(ctx context.Context) error
}

// LockedError says who holds the lock, as far as the server tells.
type LockedError struct{ Holder string }

// Error returns "locked by …".
func (e *LockedError) Error() string {
	if e.Holder == "" {
		return "locked by another run"
	}
	return "locked by " + e.Holder
}

// SiteAddress is what an adapter needs to open its Site.
type SiteAddress struct {
	Twin    string // "staging/acme"
	Store   tenant.Store
	Session tenant.Session
}
