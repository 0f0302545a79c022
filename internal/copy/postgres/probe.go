package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// prober collects facts of the source's side through a session of its own,
// which holds the nonce until Close.
type prober struct {
	e      *endpoint
	conn   *pgx.Conn // nil when the database does not exist
	nonced map[int64]bool
}

// Probe connects to the source's database, read-only. A database that does
// not exist is a fact, not an error.
func Probe(ctx context.Context, src tenant.Source) (guard.Prober, error) {
	e, err := parseEndpoint(src.Store, report.Source, src.Session)
	if err != nil {
		return nil, err
	}
	e = e.with(doorSettings())
	p := &prober{e: e, nonced: make(map[int64]bool)}
	p.conn, err = e.connect(ctx, e.database)
	if stateOf(err) == "3D000" {
		return p, nil
	}
	if err != nil {
		return nil, e.fail(ctx, "connect", err)
	}
	return p, nil
}

// Name returns the store's name.
func (p *prober) Name() string { return p.e.store }

// Facts reads identity, version and marker, and shows the nonce: an advisory
// lock is seen by every session of the same server, whatever name led there.
func (p *prober) Facts(ctx context.Context, nonce int64) (guard.Facts, error) {
	if p.conn == nil {
		return guard.Facts{Empty: true}, nil
	}
	facts, err := p.facts(ctx, nonce)
	return facts, p.e.fail(ctx, "collect facts", err)
}

func (p *prober) facts(ctx context.Context, nonce int64) (guard.Facts, error) {
	facts := guard.Facts{Exists: true}
	if !p.nonced[nonce] {
		if _, err := p.conn.Exec(ctx, `SELECT pg_advisory_lock_shared($1)`, nonce); err != nil {
			return facts, err
		}
		p.nonced[nonce] = true
	}
	if err := identify(ctx, p.conn, &facts); err != nil {
		return facts, err
	}
	facts.Identities = append(facts.Identities, nonceIdentity(nonce))
	empty, err := withoutTables(ctx, p.conn)
	if err != nil {
		return facts, err
	}
	facts.Empty = empty
	dbs, err := readDatabases(ctx, p.conn, p.e)
	if err == nil && dbs.twin != nil {
		facts.Marker = dbs.twin.marker
	}
	return facts, err
}

// Close gives the nonce back by ending the session.
func (p *prober) Close() error {
	if p.conn != nil {
		closeConn(context.Background(), p.conn)
		p.conn = nil
	}
	return nil
}

func nonceIdentity(nonce int64) string { return fmt.Sprintf("nonce:%d", nonce) }

// identify reads the server's version and its system identifier. A role that
// may not read the latter still has the nonce.
func identify(ctx context.Context, conn *pgx.Conn, facts *guard.Facts) error {
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version')`).Scan(&facts.Version); err != nil {
		return err
	}
	var id string
	err := conn.QueryRow(ctx, `SELECT system_identifier::text FROM pg_control_system()`).Scan(&id)
	switch {
	case err == nil:
		facts.Identities = append(facts.Identities, "postgres:"+id)
	case stateOf(err) != "42501":
		return err
	}
	return nil
}

// seesNonce reports whether another session of this server holds the nonce.
func seesNonce(ctx context.Context, conn *pgx.Conn, nonce int64) (bool, error) {
	const sql = `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND classid::int8 = $1 AND objid::int8 = $2 AND pid <> pg_backend_pid())`
	var seen bool
	high, low := halves(nonce)
	err := conn.QueryRow(ctx, sql, high, low).Scan(&seen)
	return seen, err
}

// halves splits an advisory lock's key as pg_locks shows it.
func halves(key int64) (high, low int64) {
	return int64(uint64(key) >> 32), int64(uint64(key) & 0xffffffff)
}

// withoutTables reports whether a database has no table of a user's; those of
// an extension are not.
func withoutTables(ctx context.Context, conn *pgx.Conn) (bool, error) {
	const sql = `SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v', 'S') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', $1)
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))`
	var empty bool
	err := conn.QueryRow(ctx, sql, ours).Scan(&empty)
	return empty, err
}
