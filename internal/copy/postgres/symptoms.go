package postgres

import (
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// symptoms is what a server has said in any session of an endpoint and what
// explains the errors of all others: where the volume of the write-ahead log is
// full, the one session that meets it is told so with the server's last breath,
// and the others only find their connections gone.
type symptoms struct{ full atomic.Bool }

// hear notes what a server's error means for all sessions; other is what the
// driver does with it.
func (s *symptoms) hear(other pgconn.PgErrorHandler) pgconn.PgErrorHandler {
	return func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		if classifyState(err.Code) == report.Full {
			s.full.Store(true)
		}
		return other(conn, err)
	}
}

// explain is the class of an error in the light of what was heard.
func (s *symptoms) explain(code report.Code) report.Code {
	if code == report.Transient && s != nil && s.full.Load() {
		return report.Full
	}
	return code
}
