package postgres

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// kept are free sessions in the maintenance databases of the two servers that
// all tests share, by address. Every test says a dozen statements there; one
// session in seven that the servers had to open was for one of them.
var kept struct {
	sync.Mutex
	free map[string][]*pgx.Conn
}

// session is one for statements of a test's own, until done.
func (s server) session(t *testing.T, database string) (conn *pgx.Conn, done func()) {
	t.Helper()
	shared := s.url == os.Getenv("TENANTCOPY_TEST_PG_PROD") || s.url == os.Getenv("TENANTCOPY_TEST_PG_STAGING")
	if database != "postgres" || !shared {
		conn = s.connect(t, database)
		return conn, func() { _ = conn.Close(context.Background()) }
	}
	if conn = takeKept(s.url); conn == nil {
		conn = s.open(t, database)
	}
	return conn, func() { keep(s.url, conn) }
}

// takeKept returns a free session that lives, or nil.
func takeKept(url string) *pgx.Conn {
	for {
		kept.Lock()
		free := kept.free[url]
		if len(free) == 0 {
			kept.Unlock()
			return nil
		}
		conn := free[len(free)-1]
		kept.free[url] = free[:len(free)-1]
		kept.Unlock()
		if conn.Ping(context.Background()) == nil {
			return conn
		}
	}
}

// keep gives a session back as it was when it began, or ends it.
func keep(url string, conn *pgx.Conn) {
	ctx := context.Background()
	if conn.IsClosed() || conn.PgConn().TxStatus() != 'I' {
		_ = conn.Close(ctx)
		return
	}
	if _, err := conn.PgConn().Exec(ctx, `DISCARD ALL`).ReadAll(); err != nil {
		_ = conn.Close(ctx)
		return
	}
	kept.Lock()
	defer kept.Unlock()
	if kept.free == nil {
		kept.free = make(map[string][]*pgx.Conn)
	}
	kept.free[url] = append(kept.free[url], conn)
}

// What a test leaves in a session does not reach the next one.
func TestKeptSessionsAreFresh(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "STAGING")
	s.run(t, "postgres", `SET search_path = nowhere; SET ROLE pg_monitor; SELECT pg_advisory_lock(7426398)`)
	for range 20 { // whichever session comes
		if got := s.ask(t, "postgres", `SELECT current_user || ' ' || current_setting('search_path')`)[0]; got != `postgres "$user", public` {
			t.Fatalf("a session begins as %s", got)
		}
	}
	if got := s.ask(t, "postgres", `SELECT 'held' FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = 7426398`); len(got) > 0 {
		t.Error("a lock of a statement before is held")
	}
}
