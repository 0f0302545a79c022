package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// cluster is a throw-away PostgreSQL server of one test: one to kill, to
// stop, to fill, or to copy into a standby. It is a server, so that
// everything that works with one works with it.
type cluster struct {
	server
	bin  string // folder of PostgreSQL's programs
	dir  string // data
	port int
	as   *syscall.Credential // whom it runs as; nil for us
	proc *exec.Cmd           // the running server, nil when there is none
	log  string

	ended chan struct{} // closed when proc has ended
}

// newCluster makes a server and starts it; settings are lines of
// postgresql.conf. It is gone at the end of the test.
func newCluster(t *testing.T, settings ...string) *cluster {
	t.Helper()
	c := emptyCluster(t)
	password := filepath.Join(filepath.Dir(c.dir), "password")
	c.password = tenant.NewSecret(random() + random())
	c.write(t, password, verifier(c.password)+"\n")
	c.must(t, "initdb", "--pgdata="+c.dir, "--username=postgres", "--pwfile="+password, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	c.write(t, filepath.Join(c.dir, "pg_hba.conf"), "host all,replication all 127.0.0.1/32 scram-sha-256\n")
	c.configure(t, settings...)
	c.start(t)
	return c
}

// emptyCluster chooses folder, port and user.
func emptyCluster(t *testing.T) *cluster {
	t.Helper()
	bin, err := serverPrograms()
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp("/tmp", "tenantcopy-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{bin: bin, dir: filepath.Join(home, "data"), log: filepath.Join(home, "log"), port: freePort(t)}
	c.url = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", c.port)
	t.Cleanup(func() {
		c.end(syscall.SIGKILL)
		_ = os.RemoveAll(home)
	})
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		who, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal("there is no user postgres to run a server as")
		}
		uid, _ := strconv.Atoi(who.Uid)
		gid, _ := strconv.Atoi(who.Gid)
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(home, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// serverPrograms is the folder of the newest PostgreSQL's programs.
func serverPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("PostgreSQL's server programs are not installed: run scripts/services up")
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return majorIn(a) - majorIn(b) })), nil
}

func majorIn(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// configure writes the settings that a test server has, then those of the
// test, and takes effect at the next start.
func (c *cluster) configure(t *testing.T, settings ...string) {
	t.Helper()
	lines := append([]string{"listen_addresses = '127.0.0.1'", fmt.Sprintf("port = %d", c.port), "unix_socket_directories = ''", "max_connections = 100", "wal_level = replica",
		"fsync = off", "full_page_writes = off", "shared_buffers = 32MB", "timezone = 'UTC'", "lc_messages = 'C'"}, settings...)
	c.write(t, filepath.Join(c.dir, "postgresql.auto.conf"), strings.Join(lines, "\n")+"\n")
}

// logged reports whether the server's log holds words.
func (c *cluster) logged(t *testing.T, words string) bool {
	t.Helper()
	said, err := os.ReadFile(c.log)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(said), words)
}

// write makes a file that the server's user owns.
func (c *cluster) write(t *testing.T, path, text string) {
	t.Helper()
	err := os.WriteFile(path, []byte(text), 0o600)
	if err == nil && c.as != nil {
		err = os.Chown(path, int(c.as.Uid), int(c.as.Gid))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command is one of PostgreSQL's programs, run as the server's user.
func (c *cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = filepath.Dir(c.dir)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC", "PGPASSWORD=" + c.password.Reveal()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true}
	return cmd
}

func (c *cluster) must(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := c.command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
}

// start starts the server and waits until it answers.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	out, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// After a crash the old server's children take a moment to end, and until
	// then a new one ends at once.
	launch := func() (ended chan struct{}) {
		c.proc = c.command("postgres", "-D", c.dir)
		c.proc.Stdout, c.proc.Stderr = out, out
		if err := c.proc.Start(); err != nil {
			t.Fatal(err)
		}
		c.ended = make(chan struct{})
		go func(cmd *exec.Cmd, ended chan struct{}) {
			_ = cmd.Wait()
			close(ended)
		}(c.proc, c.ended)
		return c.ended
	}
	ended := launch()
	deadline := time.Now().Add(60 * time.Second)
	for !c.answers() {
		select {
		case <-ended:
			time.Sleep(200 * time.Millisecond)
			ended = launch()
		default:
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(c.log)
			t.Fatalf("the throw-away server does not answer:\n%s", said[max(0, len(said)-2000):])
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (c *cluster) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	config, err := pgx.ParseConfig(c.url)
	if err != nil {
		return false
	}
	config.Password = c.password.Reveal()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// end ends the server with a signal: SIGKILL is a crash, SIGINT a fast
// shutdown, SIGQUIT an immediate one. It returns when the process has ended.
func (c *cluster) end(signal syscall.Signal) {
	if c.proc == nil {
		return
	}
	_ = c.proc.Process.Signal(signal)
	<-c.ended
	c.proc = nil
}

// standby makes a hot standby of the cluster, which streams from it.
func (c *cluster) standby(t *testing.T, settings ...string) *cluster {
	t.Helper()
	s := emptyCluster(t)
	s.password = c.password
	s.must(t, "pg_basebackup", "--pgdata="+s.dir, "--dbname="+c.url, "--checkpoint=fast", "--no-sync", "--wal-method=stream")
	s.write(t, filepath.Join(s.dir, "standby.signal"), "")
	info := fmt.Sprintf("primary_conninfo = 'host=127.0.0.1 port=%d user=postgres password=%s'", c.port, c.password.Reveal())
	s.configure(t, append([]string{info, "hot_standby = on"}, settings...)...)
	s.start(t)
	return s
}

// caughtUp waits until a standby has replayed what its primary has written.
func (c *cluster) caughtUp(t *testing.T, primary *cluster) {
	t.Helper()
	at := primary.ask(t, "postgres", `SELECT pg_current_wal_lsn()::text`)[0]
	for c.ask(t, "postgres", `SELECT (pg_last_wal_replay_lsn() >= $1::pg_lsn)::text`, at)[0] != "true" {
		time.Sleep(20 * time.Millisecond)
	}
}

// A cluster serves, dies, comes back, and has a standby.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.create(t, "acme")
	c.run(t, "acme", tinySQL)
	c.end(syscall.SIGKILL)
	c.start(t)
	s := c.standby(t)
	c.run(t, "acme", `INSERT INTO t VALUES ('second')`)
	s.caughtUp(t, c)
	if got := s.ask(t, "acme", `SELECT v FROM t ORDER BY v`); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("the standby holds %q", got)
	}
}
