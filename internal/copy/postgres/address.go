package postgres

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// An address leads to one database of one server. A second server would be
// where half of a run's sessions go when the first is slow for a moment, and a
// snapshot, a lock or a staged copy is there on one of them alone.

// addressOptions are what may stand behind the question mark: how a session is
// protected, not where it leads or what it is given. The driver ignores some of
// the others, while PostgreSQL's programs let them win over the address itself:
// with dbname= they would restore into another database.
func addressOptions() []string {
	return []string{"channel_binding", "connect_timeout", "krbsrvname", "require_auth", "sslcert", "sslcertmode", "sslkey", "sslmode", "sslnegotiation", "sslrootcert", "sslsni", "target_session_attrs"}
}

// unfitAddress says why an address cannot be used, and what to do; nothing when
// it can.
func unfitAddress(u *url.URL) (why, hint string) {
	if strings.Contains(u.Host, ",") {
		return "the address names several servers", "name one server: the primary, or for a source one standby"
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(u.Query())) {
		if !slices.Contains(addressOptions(), name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return "", ""
	}
	return "the address has option " + strings.Join(unknown, ", "), "an address leads to one server by what stands before the question mark; behind it may stand " + strings.Join(addressOptions(), ", ")
}

// sameServer ends a session that is of another server than the endpoint's first
// ones: a name may lead elsewhere by now, and a snapshot's id may be there on
// both. The same server may have been promoted meanwhile.
func (e *endpoint) sameServer(ctx context.Context, conn *pgx.Conn) error {
	if e.server == "" {
		return nil
	}
	now, err := serverOfSession(ctx, conn)
	if err != nil {
		return err
	}
	_, started, _ := strings.Cut(now, " ")
	if _, before, _ := strings.Cut(e.server, " "); started != before {
		return &report.Error{Code: report.Transient, Store: e.store, Side: e.side, Op: "connect",
			Err: &cause{text: "address " + e.address() + " leads to another server than before, or its server was restarted"}, Hint: lostHint}
	}
	return nil
}
