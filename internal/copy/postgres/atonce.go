package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A transaction without a line in the journal can be cut off when its answer is
// due: then the server is asked what has become of it, since to replay what it
// has done is as wrong as to leave out what it has not.

// atOnce runs statements in a transaction, the last of which commits it, and
// reports whether they have taken effect. An error says that this cannot be
// known.
func (s *staged) atOnce(ctx context.Context, sql string) (done bool, err error) {
	var number string
	err = s.inStaged(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `BEGIN`); err != nil {
			return err
		}
		if err := conn.QueryRow(ctx, `SELECT pg_current_xact_id()::text`).Scan(&number); err != nil {
			return err
		}
		_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
		return err
	})
	switch {
	case err == nil:
		return true, nil
	case number == "" || stateOf(err) != "" && classify(err) != report.Transient:
		return false, nil
	}
	for { // the server may be at it still, with nobody there to be told
		var status string
		err := s.inStaged(ctx, func(conn *pgx.Conn) error {
			return conn.QueryRow(ctx, `SELECT coalesce(pg_xact_status($1::text::xid8), 'aborted')`, number).Scan(&status)
		})
		if err != nil || status != "in progress" {
			return status == "committed", err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(statusPause):
		}
	}
}

// statusPause is how long to wait before the server is asked again.
const statusPause = 50 * time.Millisecond
