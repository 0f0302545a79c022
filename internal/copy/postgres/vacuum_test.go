package postgres

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// A worker of autovacuum in a database is nobody's session, so that a role
// without special rights may not end it by force; the database goes all the
// same.
func TestClusterVacuumsWhatIsDropped(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "autovacuum_naptime = 1s", "autovacuum_vacuum_threshold = 1", "autovacuum_vacuum_scale_factor = 0", "autovacuum_vacuum_cost_delay = 100ms", "autovacuum_vacuum_cost_limit = 1")
	copier := c.copier(t, random())
	c.run(t, "postgres", `CREATE DATABASE doomed OWNER `+ident(copier.name))
	c.run(t, "doomed", `CREATE TABLE t (v text); INSERT INTO t SELECT repeat('x', 500) FROM generate_series(1, 20000)`)
	c.run(t, "doomed", `DELETE FROM t`)
	const working = `SELECT 'working' FROM pg_stat_activity WHERE datname = 'doomed' AND backend_type = 'autovacuum worker'`
	for late := time.Now().Add(time.Minute); len(c.ask(t, "postgres", working)) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("no worker comes")
		}
	}
	e, err := parseEndpoint(as(c.store("postgres"), copier.name, copier.password), report.Destination, tenant.Session{Run: "r", User: "u"})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.inAdmin(t.Context(), func(conn *pgx.Conn) error { return dropDatabase(t.Context(), conn, "doomed") }); err != nil {
		t.Errorf("drop a database that is vacuumed: %v", err)
	}
	if left := c.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname = 'doomed'`); len(left) > 0 {
		t.Error("it is still there")
	}
}
