package postgres

import (
	"testing"
	"time"
)

// What a session held is free as soon as it is closed: the place of a run, the
// lock of a twin, one of the sessions that a limit allows.
func TestClosedSessionsAreGone(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "STAGING")
	next := s.connect(t, "postgres")
	key := time.Now().UnixNano()
	for range 200 {
		conn := s.connect(t, "postgres")
		if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_lock($1)`, key); err != nil {
			t.Fatal(err)
		}
		closeConn(t.Context(), conn)
		var free bool
		if err := next.QueryRow(t.Context(), `SELECT pg_try_advisory_lock($1) AND pg_advisory_unlock($1)`, key).Scan(&free); err != nil {
			t.Fatal(err)
		}
		if !free {
			t.Fatal("a session that was closed still holds its lock")
		}
	}
}
