package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/guard"
)

// site is the destination's side as guard needs it: facts, marker and lock,
// through a session in the maintenance database. One in the twin would block
// the renames.
type site struct {
	e    *endpoint
	conn *pgx.Conn
	disk int64 // limits.postgres.disk
}

// Site connects to the maintenance database of the destination's server and
// authenticates.
func Site(ctx context.Context, dst guard.SiteAddress) (guard.Site, error) {
	e, err := parseTwin(dst.Store, dst.Session)
	if err != nil {
		return nil, err
	}
	conn, err := e.steady(ctx, e.admin)
	if err != nil {
		return nil, err
	}
	return &site{e: e, conn: conn, disk: dst.Store.Limits.Disk}, nil
}

// Name returns the store's name.
func (s *site) Name() string { return s.e.store }

// Close ends the session.
func (s *site) Close() error {
	closeConn(context.Background(), s.conn)
	return nil
}

// Facts looks at the twin, the staged and the old database.
func (s *site) Facts(ctx context.Context, nonce int64) (guard.Facts, error) {
	facts, err := s.facts(ctx, nonce)
	return facts, s.e.fail(ctx, "collect facts", s.named(ctx, err))
}

// named says which rights are missing when the server says that one is.
func (s *site) named(ctx context.Context, err error) error {
	if stateOf(err) != "42501" || s.conn.IsClosed() {
		return err
	}
	lacks, failed := missingRights(ctx, s.conn, s.e)
	if failed != nil || len(lacks) == 0 {
		return err
	}
	return s.e.denied(lacks)
}

func (s *site) facts(ctx context.Context, nonce int64) (guard.Facts, error) {
	facts := guard.Facts{}
	if err := identify(ctx, s.conn, &facts); err != nil {
		return facts, err
	}
	seen, err := seesNonce(ctx, s.conn, nonce)
	if err != nil {
		return facts, err
	}
	if seen {
		facts.Identities = append(facts.Identities, nonceIdentity(nonce))
	}
	dbs, err := readDatabases(ctx, s.conn, s.e)
	if err != nil {
		return facts, err
	}
	facts.Marker = dbs.marker()
	if facts.Exists = dbs.twin != nil; facts.Exists {
		facts.Empty, err = s.isEmpty(ctx, dbs.twin)
	} else {
		facts.Empty = true
	}
	if err != nil {
		return facts, err
	}
	facts.Foreign, err = s.foreign(ctx, dbs)
	return facts, err
}

// isEmpty looks into a database. One that is shut is taken to hold something.
func (s *site) isEmpty(ctx context.Context, db *database) (bool, error) {
	if !db.open {
		return false, nil
	}
	empty := false
	err := s.e.in(ctx, db.name, func(conn *pgx.Conn) error {
		var err error
		empty, err = withoutTables(ctx, conn)
		return err
	})
	return empty, err
}

// foreign reports whether something that is not ours stands where ours would
// be dropped: a database under one of the two names beside the twin, without
// our marker. An empty one without it is what a stop between CREATE DATABASE
// and the marker leaves. A comment on the twin itself is anybody's right: the
// user confirms that the twin may be replaced.
func (s *site) foreign(ctx context.Context, dbs databases) (bool, error) {
	for _, db := range []*database{dbs.next, dbs.old} {
		if db == nil || db.marker != nil {
			continue
		}
		empty, err := s.isEmpty(ctx, db)
		if err != nil || !empty {
			return true, err
		}
	}
	if dbs.twin == nil || dbs.twin.marker != nil {
		return false, nil
	}
	return strings.Contains(dbs.twin.comment, `"owner":`), nil // another tool's marker, or a broken one
}

// marker chooses between the twin's and the staged database's: one in
// mid-switch wins, else the later.
func (dbs databases) marker() *guard.Marker {
	var a, b *guard.Marker
	if dbs.twin != nil {
		a = dbs.twin.marker
	}
	if dbs.next != nil {
		b = dbs.next.marker
	}
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case (a.State == guard.Switching) != (b.State == guard.Switching):
		if b.State == guard.Switching {
			return b
		}
		return a
	case b.Time.After(a.Time):
		return b
	}
	return a
}

// Mark writes the marker on the twin and on the staged database, in one
// transaction. Where there is neither, an empty staged database is made to
// carry it.
func (s *site) Mark(ctx context.Context, m guard.Marker) error {
	return s.e.fail(ctx, "write the marker", s.named(ctx, s.mark(ctx, m)))
}

func (s *site) mark(ctx context.Context, m guard.Marker) error {
	dbs, err := readDatabases(ctx, s.conn, s.e)
	if err != nil {
		return err
	}
	if dbs.twin == nil || dbs.twin.marker == nil { // the first of ours: nothing has been written yet
		lacks, err := missingRights(ctx, s.conn, s.e)
		if err == nil {
			err = s.e.denied(lacks)
		}
		if err != nil {
			return err
		}
	}
	if dbs.twin == nil && dbs.next == nil {
		if _, err := s.conn.Exec(ctx, `CREATE DATABASE `+ident(s.e.next())+` TEMPLATE template0`); err != nil {
			return err
		}
		dbs.next = &database{name: s.e.next(), open: true}
	}
	tx, err := s.conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, db := range []*database{dbs.twin, dbs.next} {
		if db != nil {
			if err := comment(ctx, s.conn, db.name, m, db.holds); err != nil {
				return err
			}
		}
	}
	return tx.Commit(ctx)
}

// Unmark takes the marker off the twin, and drops a staged database that Mark
// made because there was no twin to carry one.
func (s *site) Unmark(ctx context.Context) error {
	dbs, err := readDatabases(ctx, s.conn, s.e)
	if err == nil && dbs.twin != nil && dbs.twin.marker != nil {
		_, err = s.conn.Exec(ctx, `COMMENT ON DATABASE `+ident(s.e.database)+` IS NULL`)
	}
	if err == nil && dbs.next != nil && dbs.next.marker != nil {
		err = dropDatabase(ctx, s.conn, s.e.next())
	}
	return s.e.fail(ctx, "remove the marker", s.named(ctx, err))
}

// Lock takes the twin's advisory lock in a session of its own, which names
// its holder to whoever comes second.
func (s *site) Lock(ctx context.Context, h guard.Holder) (guard.Held, error) {
	conn, err := s.e.connect(ctx, s.e.admin)
	if err != nil {
		return nil, s.e.fail(ctx, "connect to database "+s.e.admin, err)
	}
	key := lockKey(h.Twin)
	var got bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&got)
	if err == nil && got {
		return &held{e: s.e, conn: conn}, nil
	}
	defer closeConn(ctx, conn)
	if err == nil {
		err = lockedBy(ctx, conn, key)
	}
	return nil, s.e.fail(ctx, "lock the twin", err)
}

// lockKey derives the number of a twin's lock.
func lockKey(twin string) int64 {
	sum := sha256.Sum256([]byte("tenantcopy lock " + twin))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// lockedBy names the holder, as far as the server lets our role see.
func lockedBy(ctx context.Context, conn *pgx.Conn, key int64) error {
	const sql = `SELECT coalesce(a.application_name, '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.classid::int8 = $1 AND l.objid::int8 = $2
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`
	var name string
	high, low := halves(key)
	err := conn.QueryRow(ctx, sql, high, low).Scan(&name)
	if err != nil && !noRows(err) {
		return err
	}
	if !strings.HasPrefix(name, "tenantcopy/") {
		name = ""
	}
	return &guard.LockedError{Holder: name}
}

// held is the lock; it stands as long as its session.
type held struct {
	e    *endpoint
	mu   sync.Mutex // a heartbeat and the end may meet
	conn *pgx.Conn
}

// Alive proves that the session, and with it the lock, still stands. The end
// of ctx does not cut the question off: that would end the session.
func (h *held) Alive(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return h.e.fail(ctx, "keep the lock", h.conn.Ping(ctx))
}

// Release gives the lock back by ending the session.
func (h *held) Release(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	closeConn(ctx, h.conn)
	return nil
}
