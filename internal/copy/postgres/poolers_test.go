package postgres

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// pooler runs PgBouncer in front of a server until the end of the test, and
// returns an address of the same database through it.
func pooler(t *testing.T, s server, store tenant.Store, settings string) tenant.Store {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	c := emptyCluster(t) // folder, port and user of a server
	at, err := url.Parse(s.url)
	if err != nil {
		t.Fatal("the test server's address cannot be read")
	}
	home := filepath.Dir(c.dir)
	c.write(t, home+"/users", fmt.Sprintf("%q %q\n", who(t, store), store.Password.Reveal()))
	c.write(t, home+"/pgbouncer.ini", fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = %s/users\n%s\n",
		at.Hostname(), at.Port(), c.port, home, settings))
	cmd := exec.Command(program, home+"/pgbouncer.ini")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	log, err := os.Create(c.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatalf("PgBouncer does not start (Debian: pgbouncer): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	c.password, c.url = store.Password, fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres", who(t, store), c.port)
	for deadline := time.Now().Add(30 * time.Second); !c.answers(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(c.log)
			t.Fatalf("PgBouncer does not answer: %s", said)
		}
	}
	store.URL = strings.Replace(store.URL, at.Host, fmt.Sprintf("127.0.0.1:%d", c.port), 1)
	return store
}

// who is the user in an address.
func who(t *testing.T, store tenant.Store) string {
	t.Helper()
	u, err := url.Parse(store.URL)
	if err != nil {
		t.Fatal("the test's address cannot be read")
	}
	return u.User.Username()
}

// everyParameter lets PgBouncer take sessions with settings that it then does
// not pass on.
func everyParameter() string {
	var names []string
	for _, settings := range []map[string]string{sessionSettings(tenant.Session{}), doorSettings(), stagedSettings()} {
		for name := range settings {
			names = append(names, name)
		}
	}
	return "ignore_startup_parameters = " + strings.Join(names, ",")
}

// An address whose sessions do not last is refused before anything is written,
// on either side, whatever its port.
func TestP04_PoolersAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, settings, says string }{
		{"by transaction", "pool_mode = transaction", "own port"},
		{"by transaction, settings swallowed", "pool_mode = transaction\n" + everyParameter(), "do not arrive"},
		{"by session, settings swallowed", "pool_mode = session\n" + everyParameter(), "do not arrive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, tinySQL, tinyRules)
			src, dst := tr.src.Store, tr.dst
			tr.src.Store = pooler(t, tr.prod, src, c.settings)
			_, err := tr.run(t.Context(), t)
			if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, c.says) {
				t.Errorf("source: %s", text)
			}
			tr.src.Store, tr.dst = src, pooler(t, tr.staging, dst, c.settings)
			_, err = tr.run(t.Context(), t)
			if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, c.says) {
				t.Errorf("destination: %s", text)
			}
			if left := tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%"); len(left) > 0 {
				t.Errorf("databases %q are there", left)
			}
		})
	}
}

// A pooler is known by what it does to sessions, not by the settings that it
// loses.
func TestP04_SessionsOfATransactionPooler(t *testing.T) {
	t.Parallel()
	prod := serverOf(t, "PROD")
	for mode, want := range map[string]string{"session": "", "transaction": "does not last", "transaction\ndefault_pool_size = 1\nquery_wait_timeout = 2": ""} {
		e, err := parseEndpoint(pooler(t, prod, prod.store("postgres"), "pool_mode = "+mode+"\n"+everyParameter()), report.Source, tenant.Session{Run: "r", User: "u"})
		if err != nil {
			t.Fatal(err)
		}
		e.config.RuntimeParams = map[string]string{"application_name": "tenantcopy/r/u"}
		conn, err := e.steady(t.Context(), e.database)
		if err == nil {
			farewell(t.Context(), conn)
		}
		switch {
		case mode == "session" && err != nil:
			t.Errorf("a pool that keeps sessions whole is refused: %v", err)
		case mode != "session" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("pool_mode %s: %v", mode, err)
		}
	}
}

// An address that leads to one server now and to another next is refused.
func TestP04_LoadBalancedReader(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	other := newCluster(t)
	other.run(t, "postgres", `ALTER ROLE postgres PASSWORD `+literal(verifier(tr.prod.password)))
	other.password = tr.prod.password
	other.create(t, tr.source())
	tr.src.Store = newProxy(t, tr.prod, other.server).before(tr.prod.store(tr.source()))
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "different servers") {
		t.Errorf("error: %s", text)
	}
}

// The sessions that an address was looked at through are not all thrown away:
// what comes next uses one of them.
func TestLookedAtSessionsAreUsed(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	opened, err := Open(t.Context(), tr.src)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	at, err := Site(t.Context(), guard.SiteAddress{Twin: "staging/acme", Store: tr.dst, Session: tr.src.Session})
	if err != nil {
		t.Fatal(err)
	}
	defer at.Close()
	for what, conn := range map[string]*pgx.Conn{"reader": opened.(*reader).sessions.free[0], "site": at.(*site).conn} {
		var name string
		if err := conn.QueryRow(t.Context(), `SELECT coalesce(current_setting('tenantcopy.session', true), '')`).Scan(&name); err != nil || name != "a" {
			t.Errorf("%s: the session is %q: %v", what, name, err)
		}
	}
}
