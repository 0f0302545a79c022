package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A run rests on sessions that stay what they are: one keeps a snapshot that
// others import, one keeps a lock, and each has settings that hold until its
// end. A pooler that lends a session for one transaction, and an address that
// leads to one server now and to another next, break that without an error,
// whatever their port is. So both are looked for by what they do.

// freshSessions is how often the address is asked which server it leads to.
// One of two servers is missed once in 2^freshSessions, when they are drawn by
// chance; when they take turns, never.
const freshSessions = 4

// steadyWithin is how long the two sessions may take to answer. A pooler that
// has one session for both lets the second wait.
const steadyWithin = 15 * time.Second

// steady refuses an address whose sessions do not stay what they are, and keeps
// in mind which server they are of. It returns one of those it has looked at.
// Error: *report.Refusal with Incompatible, or why no session was to be had.
func (e *endpoint) steady(ctx context.Context, database string) (_ *pgx.Conn, err error) {
	var servers []string
	open := func() (*pgx.Conn, error) {
		conn, err := e.connect(ctx, database)
		if err != nil {
			return nil, e.fail(ctx, "connect to database "+database, err)
		}
		id, err := serverOfSession(ctx, conn)
		if err != nil {
			closeConn(ctx, conn)
			return nil, e.fail(ctx, "read the server's version", err)
		}
		servers = append(servers, id)
		return conn, nil
	}
	for range freshSessions - 2 {
		conn, err := open()
		if err != nil {
			return nil, err
		}
		farewell(ctx, conn)
		e.missATurn(ctx)
	}
	a, err := open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			farewell(ctx, a)
		}
	}()
	b, err := open()
	if err != nil {
		return nil, err
	}
	defer farewell(ctx, b)
	if slices.Sort(servers); len(slices.Compact(servers)) > 1 {
		return nil, e.unsteady("it leads to different servers in turn, so that what one session sees another does not", "name one server: the primary, or one standby")
	}
	if err := e.steadyPair(ctx, a, b); err != nil {
		return nil, err
	}
	if e.side == report.Source { // at a destination the lock's session is the proof
		e.server = servers[0]
	}
	return a, nil
}

// farewell ends a session and waits until the server has ended it as well:
// the ones that follow must not be one too many.
func farewell(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	raw, err := conn.PgConn().Hijack() // the driver would answer the end with a request to cancel
	if err != nil {
		_ = conn.Close(ctx)
		return
	}
	defer raw.Conn.Close()
	raw.Frontend.Send(&pgproto3.Terminate{})
	if until, ok := ctx.Deadline(); ok && raw.Frontend.Flush() == nil && raw.Conn.SetReadDeadline(until) == nil {
		_, _ = raw.Conn.Read(make([]byte, 1))
	}
}

// missATurn opens a connection and says nothing. Where servers take turns and
// refuse TLS, a session costs two connections, the first of which always meets
// the one server, the second the other.
func (e *endpoint) missATurn(ctx context.Context) {
	if conn, err := e.config.DialFunc(ctx, "tcp", e.address()); err == nil {
		_ = conn.Close()
	}
}

// serverOfSession tells servers apart: no two started in the same microsecond.
func serverOfSession(ctx context.Context, conn *pgx.Conn) (string, error) {
	var id string
	err := (door{conn}).row(ctx, `SELECT pg_is_in_recovery()::text || ' ' || extract(epoch FROM pg_postmaster_start_time())::text`, nil, &id)
	return id, err
}

// steadyPair looks at two sessions of one address, whose transactions
// interleave.
func (e *endpoint) steadyPair(ctx context.Context, a, b *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, steadyWithin)
	defer cancel()
	lost, err := e.lostSettings(ctx, a)
	if err != nil {
		return e.fail(ctx, "read the session's settings", err)
	}
	if len(lost) > 0 {
		return e.unsteady("settings that we give a session do not arrive: "+strings.Join(lost, ", "), ownPort)
	}
	same, err := interleaved(ctx, a, b)
	switch state := stateOf(err); {
	case state == "22023" || state == "42704":
		return e.unsteady("one session cannot read in the snapshot of another", ownPort)
	case err != nil && state == "" && ctx.Err() != nil:
		return e.unsteady("two sessions cannot work at the same time", ownPort)
	case err != nil:
		return e.fail(ctx, "try two sessions", err)
	case !same:
		return e.unsteady("a session does not last from one transaction to the next", ownPort)
	}
	return nil
}

// ownPort is what to do about a pooler.
const ownPort = "it is a pooler that lends sessions by the transaction; name the server's own port (often 5432), or a pool that keeps sessions whole"

func (e *endpoint) unsteady(why, hint string) error {
	return &report.Refusal{Code: report.Incompatible, What: fmt.Sprintf("%s %s: use address %s", e.store, e.side, e.address()), Why: why, Hint: hint}
}

// lostSettings lists the settings of the start that a session does not have.
// Those whose form the server changes are not compared.
func (e *endpoint) lostSettings(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	var lost []string
	for _, name := range []string{"application_name", "default_transaction_read_only", "row_security", "search_path", "extra_float_digits"} {
		want, set := e.config.RuntimeParams[name]
		if !set {
			continue
		}
		var got string
		if err := (door{conn}).row(ctx, `SELECT current_setting($1)`, []any{name}, &got); err != nil {
			return nil, err
		}
		if name == "search_path" && got == `""` {
			got = ""
		}
		if got != want && !(name == "application_name" && strings.HasPrefix(want, got) && got != "") { // the server cuts long names
			lost = append(lost, name)
		}
	}
	return lost, nil
}

// interleaved reports whether a is one session of the server over several
// transactions, while b works between them and holds a transaction open. It
// also imports a's snapshot into b.
func interleaved(ctx context.Context, a, b *pgx.Conn) (same bool, err error) {
	da, db := door{a}, door{b}
	const pid = `SELECT pg_backend_pid()::text || set_config('tenantcopy.session', $1, false)`
	const again = `SELECT pg_backend_pid()::text || coalesce(current_setting('tenantcopy.session', true), '')`
	var first, other, then string
	if err := da.row(ctx, pid, []any{"a"}, &first); err != nil {
		return false, err
	}
	if err := db.row(ctx, pid, []any{"b"}, &other); err != nil {
		return false, err
	}
	id, err := db.export(ctx) // b's transaction is open from here on
	if err != nil {
		return false, err
	}
	for range 3 {
		if err := da.row(ctx, again, nil, &then); err != nil || then != first {
			return false, err
		}
	}
	if err := da.enter(ctx, id); err != nil {
		return false, err
	}
	if err := da.row(ctx, again, nil, &then); err != nil || then != first {
		return false, err
	}
	if err := da.leave(ctx); err != nil {
		return false, err
	}
	if err := db.leave(ctx); err != nil {
		return false, err
	}
	err = db.row(ctx, again, nil, &then)
	return then == other, err
}
