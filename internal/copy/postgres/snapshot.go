package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// watchEvery is how often the connection that keeps the snapshot is asked
// whether it lives. That also keeps whatever forgets quiet connections, a
// firewall for instance, from forgetting this one.
const watchEvery = time.Second

var _ clone.Watcher = (*reader)(nil)

// snapshot is the one state of the source that everything is read in. It
// lasts as long as the transaction of its holder, from Survey to the end of
// Seal, which reads the source last; a loss in between ends the run, even when
// nothing was going to be read any more: whoever ended that session wanted us
// gone.
type snapshot struct {
	id      string
	standby bool // the server replays another's changes, which can end the holder

	mu     sync.Mutex // held while the holder is used
	holder *pgx.Conn  // nil before Survey and after Seal
}

// openSnapshot begins the transaction that keeps the snapshot, anew when
// there is one already.
func (r *reader) openSnapshot(ctx context.Context) error {
	r.snap.mu.Lock()
	defer r.snap.mu.Unlock()
	if r.snap.holder != nil {
		closeConn(ctx, r.snap.holder)
		r.snap.holder = nil
	}
	conn, err := r.e.connect(ctx, r.e.database)
	if err != nil {
		return err
	}
	d := door{conn}
	if err = d.row(ctx, `SELECT pg_is_in_recovery()`, nil, &r.snap.standby); err == nil {
		r.snap.id, err = d.export(ctx)
	}
	if err == nil {
		err = r.restraint.begin(ctx, d)
	}
	if err != nil {
		closeConn(ctx, conn)
		return err
	}
	r.snap.holder = conn
	return nil
}

// inSnapshot runs fn in a transaction of its own that sees the snapshot. A
// session that has died since it was used last is replaced.
func (r *reader) inSnapshot(ctx context.Context, fn func(d door) error) error {
	conn, err := r.entered(ctx)
	if err != nil {
		return err
	}
	defer r.sessions.put(ctx, conn)
	d := door{conn}
	if err := fn(d); err != nil {
		if !conn.IsClosed() {
			_ = d.leave(ctx)
		}
		return err
	}
	return d.leave(ctx)
}

// entered returns a session that is in the snapshot.
func (r *reader) entered(ctx context.Context) (conn *pgx.Conn, err error) {
	for range 2 {
		if conn, err = r.sessions.get(ctx); err != nil {
			return nil, err
		}
		if err = (door{conn}).enter(ctx, r.snap.id); err == nil {
			return conn, nil
		}
		died := conn.IsClosed()
		r.sessions.put(ctx, conn) // and with one that has died go all that are free
		if !died || ctx.Err() != nil {
			break
		}
	}
	return nil, r.lost(err)
}

// Watch ends with an error as soon as the snapshot is lost. While the holder
// is opened there is nothing to ask.
func (r *reader) Watch(ctx context.Context) error {
	return parallel.Every(ctx, watchEvery, func(ctx context.Context) error {
		if !r.snap.mu.TryLock() {
			return nil
		}
		defer r.snap.mu.Unlock()
		return r.ask(ctx)
	})
}

// holds proves that the snapshot still stands.
func (r *reader) holds(ctx context.Context) error {
	r.snap.mu.Lock()
	defer r.snap.mu.Unlock()
	if r.snap.holder == nil {
		return r.gone(&cause{text: "it is not open"})
	}
	return r.ask(ctx)
}

// ask asks the holder, whose mutex the caller has. The end of ctx does not cut
// the question off: that would end the session.
func (r *reader) ask(ctx context.Context) error {
	if r.snap.holder == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := r.snap.holder.Ping(ctx); err != nil {
		return r.gone(err)
	}
	return nil
}

// otherSessions counts, besides its own, the sessions that carry this run's
// name; within a transaction the server remembers what it has said before.
const otherSessions = `SELECT count(*) FROM (SELECT pg_stat_clear_snapshot()) fresh, pg_stat_get_activity(NULL) a
WHERE a.application_name = current_setting('application_name') AND a.pid <> pg_backend_pid()`

// parted waits until the server has ended the session of a program that has
// ended: libpq does not wait for that, and the next session would be one more
// than the limit. It asks the holder.
func (r *reader) parted(ctx context.Context) error {
	if r.e.limit == 0 {
		return nil
	}
	r.snap.mu.Lock()
	defer r.snap.mu.Unlock()
	for range 200 {
		var others int
		if err := r.snap.holder.QueryRow(ctx, otherSessions).Scan(&others); err != nil || others < r.e.limit-1 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// letGo gives the snapshot up: the source may forget what only it could see.
func (r *reader) letGo(ctx context.Context) {
	r.snap.mu.Lock()
	defer r.snap.mu.Unlock()
	if r.snap.holder != nil {
		closeConn(ctx, r.snap.holder)
		r.snap.holder = nil
	}
}

// lost explains why a snapshot could not be imported.
func (r *reader) lost(err error) error {
	if state := stateOf(err); state != "22023" && state != "42704" && state != "55000" { // 55000: its holder ended while it was imported
		return err
	}
	return r.gone(err)
}

// gone is the error of a run whose snapshot is lost.
func (r *reader) gone(err error) error {
	hint := lostHint
	if r.snap.standby {
		hint = standbyHint
	}
	return &report.Error{Code: report.Transient, Store: r.e.store, Side: report.Source, Op: "keep the snapshot", Err: reduce(err), Hint: hint}
}

const lostHint = "the connection that kept the snapshot was lost; run the same command again"

// standbyHint is for a source that is a standby. Its server ends, after a
// delay, whoever may still see rows that the primary has removed.
const standbyHint = "the source is a standby, which ends long snapshots that are in the way of the primary's changes; " +
	"set hot_standby_feedback = on there, or raise max_standby_streaming_delay, or copy from the primary; then run the same command again"
