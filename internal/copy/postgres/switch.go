package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// The renames are tried for so long while sessions keep coming to the
// databases; one try waits up to 5 s at the server for sessions to end.
const (
	switchWithin = 30 * time.Second
	switchPause  = 200 * time.Millisecond
)

// Switch makes the staged database the twin. Every step looks at what is there
// first, so it can be stopped anywhere and called again, in a new process:
// before the renames the twin is the old one, after them the new one, and
// they are one transaction.
func (s *staged) Switch(ctx context.Context) error {
	s.sessions.close(ctx)
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		dbs, err := readDatabases(ctx, conn, s.e)
		if err != nil {
			return err
		}
		switch {
		case dbs.next != nil && dbs.next.holds != s.dst.Run():
			return s.notSealed("the staged copy is not sealed")
		case dbs.next != nil:
			if err := s.strip(ctx); err != nil {
				return err
			}
			if err := s.swap(ctx, conn, dbs); err != nil {
				return err
			}
		case dbs.twin == nil || dbs.twin.holds != s.dst.Run():
			return s.notSealed("the staged database is gone")
		}
		if err := allow(ctx, conn, s.e.database, true); err != nil {
			return err
		}
		if err := reaches(ctx, conn, s.e, s.dst.Run()); err != nil {
			return err
		}
		return dropDatabase(ctx, conn, s.e.old())
	})
	return s.e.fail(ctx, "make the staged database live", err)
}

// notSealed refuses to make live what is not this run's complete copy.
func (s *staged) notSealed(why string) error {
	return &report.Error{Code: report.Failed, Store: s.e.store, Side: report.Destination, Op: "make the staged database live", Err: &cause{text: why},
		Hint: "run the same command again; the twin is as it was"}
}

// strip does what was put off to now, and takes everything of ours out of the
// staged database.
func (s *staged) strip(ctx context.Context) error {
	return s.e.in(ctx, s.e.next(), func(conn *pgx.Conn) error { return finish(ctx, conn) })
}

// swap shuts the twin, ends the sessions of both databases, and renames them
// in one transaction. If that does not succeed the twin is opened again.
func (s *staged) swap(ctx context.Context, conn *pgx.Conn, dbs databases) (err error) {
	if dbs.twin != nil {
		if err := dropDatabase(ctx, conn, s.e.old()); err != nil {
			return err
		}
		if err := allow(ctx, conn, s.e.database, false); err != nil {
			return err
		}
		defer func() {
			if err != nil {
				_ = s.e.inAdmin(context.WithoutCancel(ctx), func(conn *pgx.Conn) error { return allow(ctx, conn, s.e.database, true) })
			}
		}()
	}
	late, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	for {
		err := s.rename(ctx, conn, dbs.twin != nil)
		if stateOf(err) != "55006" || late.Err() != nil {
			return err
		}
		pause := time.NewTimer(switchPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// endSessions ends the sessions that our role may end. One that it may not, a
// superuser's for instance, is waited for.
const endSessions = `SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
WHERE a.datname = ANY ($1::text[]) AND a.pid <> pg_backend_pid() AND ((SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
  OR NOT r.rolsuper AND (pg_has_role(r.oid, 'MEMBER') OR pg_has_role('pg_signal_backend', 'MEMBER')))`

// rename is one try.
func (s *staged) rename(ctx context.Context, conn *pgx.Conn, twin bool) error {
	if _, err := conn.Exec(ctx, endSessions, []string{s.e.database, s.e.next()}); err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if twin {
		if _, err := tx.Exec(ctx, `ALTER DATABASE `+ident(s.e.database)+` RENAME TO `+ident(s.e.old())); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `ALTER DATABASE `+ident(s.e.next())+` RENAME TO `+ident(s.e.database)); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// Discard drops the staged database and opens the twin, if a switch was
// stopped before its renames.
func (s *staged) Discard(ctx context.Context) error {
	s.sessions.close(ctx)
	s.rows.release(ctx)
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		dbs, err := readDatabases(ctx, conn, s.e)
		if err != nil {
			return err
		}
		if err := dbs.reopen(ctx, conn, s.e); err != nil {
			return err
		}
		return dropDatabase(ctx, conn, s.e.next())
	})
	return s.e.fail(ctx, "drop the staged database", err)
}
