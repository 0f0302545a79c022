package postgres

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// An address leads to one database of one server, for us and for PostgreSQL's
// programs alike: what could lead elsewhere, or undo what a session is given, is
// refused before anything connects.
func TestP04_AddressesOfSeveralServers(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://u@a.invalid,b.invalid/acme", "postgres://u@a.invalid:5432,b.invalid:5433/acme", "postgres://u@a.invalid,b.invalid:5432/acme?target_session_attrs=read-write",
		"postgres://u@a.invalid/acme?host=b.invalid", "postgres://u@a.invalid/acme?host=a.invalid,b.invalid&target_session_attrs=primary", "postgres://u@a.invalid/acme?port=1",
		"postgres://u@a.invalid/acme?hostaddr=10.0.0.1", "postgres://u@a.invalid/acme?service=x", "postgres://u@a.invalid/acme?dbname=other", "postgres://u@a.invalid/acme?user=other",
		"postgres://u@a.invalid/acme?options=-crow_security%3Doff", "postgres://u@a.invalid/acme?load_balance_hosts=random", "postgres://u@a.invalid/acme?sslpassword=x",
	} {
		for _, side := range []report.Side{report.Source, report.Destination} {
			_, err := parseEndpoint(tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: address}, side, tenant.Session{})
			if text := wantCode(t, err, report.Usage); !strings.Contains(text, "several servers") && !strings.Contains(text, "option ") {
				t.Errorf("%s: %s", address, text)
			}
		}
	}
	for _, address := range []string{"postgres://u@[::1]:5432/acme?sslmode=verify-full&sslrootcert=/ca.pem", "postgres://u@a.invalid/acme?target_session_attrs=read-only&connect_timeout=3"} {
		if _, err := parseEndpoint(tenant.Store{Kind: tenant.Postgres, Name: "postgres", URL: address}, report.Source, tenant.Session{}); err != nil && !strings.Contains(err.Error(), "part that is not understood") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// PostgreSQL's programs let a name behind the question mark win over the one
// before it: the reason why it is refused.
func TestP04_OptionsOfAddressesWin(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "PROD")
	cmd := exec.CommandContext(t.Context(), "psql", s.store("postgres").URL+"?dbname=template1", "-Atc", "SELECT current_database()")
	cmd.Env = append(cmd.Environ(), "PGPASSWORD="+s.password.Reveal())
	if out, err := cmd.Output(); err != nil || strings.TrimSpace(string(out)) != "template1" {
		t.Errorf("%s, %v", out, err)
	}
}

// The address leads to another server in mid-run, which has a database of the
// same name and, by chance, a snapshot of the same id: no session reads there.
func TestP04_AnotherServerInMidRun(t *testing.T) {
	t.Parallel()
	first, other := newCluster(t), newCluster(t)
	tr := newTrial(t, tinySQL, tinyRules)
	for _, s := range []*cluster{first, other} {
		s.run(t, "postgres", `ALTER ROLE postgres PASSWORD `+literal(verifier(tr.prod.password)))
		s.password = tr.prod.password
		s.create(t, tr.source())
		s.run(t, tr.source(), tinySQL)
	}
	p := newProxy(t, first.server)
	tr.src.Store = p.before(as(first.store(tr.source()), "postgres", tr.prod.password))
	r := tr.surveyed(t)
	holds := other.connect(t, tr.source())
	var id string
	if _, err := holds.Exec(t.Context(), `BEGIN ISOLATION LEVEL REPEATABLE READ`); err != nil {
		t.Fatal(err)
	}
	if err := holds.QueryRow(t.Context(), `SELECT pg_export_snapshot()`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	snapshots := filepath.Join(other.dir, "pg_snapshots")
	if err := os.Rename(filepath.Join(snapshots, id), filepath.Join(snapshots, r.snap.id)); err != nil && id != r.snap.id {
		t.Fatal(err)
	}
	u, err := url.Parse(other.url)
	if err != nil {
		t.Fatal("the test server's address cannot be read")
	}
	p.mu.Lock()
	p.to = []string{u.Host}
	p.mu.Unlock()
	r.sessions.close(t.Context())
	err = r.failReading(t.Context(), "read", r.inSnapshot(t.Context(), func(door) error { return nil }))
	if text := wantCode(t, err, report.Transient); !strings.Contains(text, "another server than before") {
		t.Errorf("error: %s", text)
	}
}
