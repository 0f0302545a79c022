package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Seal sets the sequences, gives the mapped roles what they had, drops the
// journal, and notes that the staged copy is complete. Nothing after it reads
// the source, so the snapshot is given up.
func (s *staged) Seal(ctx context.Context) error {
	if s.r.cat == nil || s.tables == nil {
		return s.e.fail(ctx, "seal", &cause{text: "the staging place is not prepared"})
	}
	s.rows.release(ctx)
	s.sessions.close(ctx) // nobody tries these steps again, and one that waited in the pool may have died there
	s.r.sessions.close(ctx)
	if err := s.setSequences(ctx); err != nil {
		return s.e.fail(ctx, "set the sequences", err)
	}
	if err := s.restoreComments(ctx); err != nil {
		return s.e.fail(ctx, "restore the comments", err)
	}
	if err := s.grantRoles(ctx); err != nil {
		return s.e.fail(ctx, "give the mapped roles their rights", err)
	}
	if err := s.dropDerivations(ctx); err != nil {
		return s.e.fail(ctx, "drop the triggers of derived columns", err)
	}
	if err := s.exec(ctx, `DROP TABLE IF EXISTS `+journalTable); err != nil {
		return s.e.fail(ctx, "drop the journal", err)
	}
	if err := s.r.holds(ctx); err != nil { // whatever was read until now was read in one snapshot
		return err
	}
	s.sessions.close(ctx)
	err := s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		return comment(ctx, conn, s.e.next(), s.dst.Marker(), s.dst.Run())
	})
	if err == nil {
		s.r.letGo(ctx)
	}
	return s.e.fail(ctx, "seal the staged database", err)
}
