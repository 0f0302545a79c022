package postgres

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

const tinySQL = `CREATE TABLE t (v text); INSERT INTO t VALUES ('first')`
const tinyRules = "version: 1\npeople: none\npostgres:\n  t: {v: keep}\n"

// A session on the twin does not keep a second run from making it live.
func TestSessionOpenOnTheTwin(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	tr.must(t)
	open := connectTo(t, tr.dst)
	if _, err := open.Exec(t.Context(), `BEGIN; LOCK TABLE t`); err != nil {
		t.Fatal(err)
	}
	tr.prod.run(t, tr.source(), `UPDATE t SET v = 'second'`)
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "second" {
		t.Errorf("the twin holds the %s copy", got)
	}
	if err := open.Ping(t.Context()); err == nil {
		t.Error("the old session still lives")
	}
	tr.wantNothingBeside(t)
}

// copies is the role that copies, at the destination.
func (tr *trial) copies() string { return userOf(tr.dst) }

// userOf is the user in an address.
func userOf(at tenant.Store) string {
	u, err := url.Parse(at.URL)
	if err != nil {
		panic(err)
	}
	return u.User.Username()
}

// own gives the twin to the role that copies.
func (tr *trial) own(t *testing.T) {
	t.Helper()
	tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.twin)+` OWNER TO `+ident(tr.copies()))
}

// wantNothingBeside fails when a database is left beside the twin, or the
// twin is shut.
func (tr *trial) wantNothingBeside(t *testing.T) {
	t.Helper()
	for _, name := range tr.staging.ask(t, "postgres", `SELECT datname || CASE WHEN datallowconn THEN '' ELSE ' (shut)' END FROM pg_database WHERE datname LIKE $1`, tr.twin+"%") {
		if name != tr.twin {
			t.Errorf("there is a database %s", name)
		}
	}
}

// sealedOver prepares a second copy over a first one, ready to be made live.
func (tr *trial) sealedOver(t *testing.T) (*staged, guard.Destination) {
	t.Helper()
	tr.must(t)
	tr.prod.run(t, tr.source(), `UPDATE t SET v = 'second'`)
	s, plan := tr.prepared(t)
	copyAll(t, s, plan)
	if err := s.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, state := range []guard.State{guard.Sealed, guard.Switching} {
		if err := s.dst.Advance(t.Context(), state); err != nil {
			t.Fatal(err)
		}
	}
	return s, s.dst
}

// A switch that was stopped anywhere is finished by the next command, in a
// process that knows nothing of it.
func TestSwitchStopped(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(t *testing.T, tr *trial, s *staged){
		"before it began": func(*testing.T, *trial, *staged) {},
		"after the staged database was stripped": func(t *testing.T, _ *trial, s *staged) {
			if err := s.strip(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.sessions.close(t.Context())
		},
		"after the twin was shut": func(t *testing.T, tr *trial, _ *staged) {
			tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.twin)+` ALLOW_CONNECTIONS false`)
		},
		"after the renames": func(t *testing.T, tr *trial, s *staged) {
			s.sessions.close(t.Context())
			tr.staging.run(t, "postgres", `BEGIN; ALTER DATABASE `+ident(tr.twin)+` RENAME TO `+ident(tr.twin+"__old")+`; ALTER DATABASE `+ident(tr.twin+"__new")+` RENAME TO `+ident(tr.twin)+`; COMMIT`)
		},
		"after its end": func(t *testing.T, _ *trial, s *staged) {
			if err := s.Switch(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, tinySQL, tinyRules)
			s, dst := tr.sealedOver(t)
			stop(t, tr, s)
			if err := dst.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
			fresh, err := tr.admit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !fresh.Unfinished() || fresh.Run() != dst.Run() {
				t.Fatalf("unfinished %v, run %s, want %s", fresh.Unfinished(), fresh.Run(), dst.Run())
			}
			r, err := Open(t.Context(), tr.src)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if err := clone.Finish(t.Context(), []clone.Reader{r}, fresh); err != nil {
				t.Fatal(err)
			}
			if err := fresh.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "second" {
				t.Errorf("the twin holds the %s copy", got)
			}
			tr.wantNothingBeside(t)
			tr.must(t)
		})
	}
}

// A twin that a stopped switch has shut is opened again by Discard, and holds
// what it held.
func TestDiscardOpensTheTwin(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	s, _ := tr.sealedOver(t)
	tr.staging.run(t, "postgres", `ALTER DATABASE `+ident(tr.twin)+` ALLOW_CONNECTIONS false`)
	for range 2 {
		if err := s.Discard(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "first" {
		t.Errorf("the twin holds the %s copy", got)
	}
	tr.wantNothingBeside(t)
}

// A session that our role may not end is waited for; then the switch ends, and
// the twin serves as before.
func TestSessionThatCannotBeEnded(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	name := "writer-" + random()
	tr.dst = as(tr.dst, name, tr.staging.role(t, name, "CREATEDB"))
	t.Cleanup(func() { tr.staging.run(t, "postgres", `DROP DATABASE IF EXISTS `+ident(tr.twin)+` WITH (FORCE)`) })
	s, _ := tr.sealedOver(t)
	t.Cleanup(func() { _ = s.Discard(context.Background()) })
	s.patience = time.Millisecond
	open := tr.staging.connect(t, tr.twin)
	text := wantCode(t, s.Switch(t.Context()), report.Locked)
	if !strings.Contains(text, "end the sessions") {
		t.Errorf("error: %s", text)
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "first" {
		t.Errorf("the twin holds the %s copy", got)
	}
	if err := open.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Switch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "second" {
		t.Errorf("the twin holds the %s copy", got)
	}
}

// What is not sealed is never made live, nor is a copy that is gone.
func TestSwitchRefuses(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	tr.must(t)
	tr.prod.run(t, tr.source(), `UPDATE t SET v = 'second'`)
	s, plan := tr.prepared(t)
	copyAll(t, s, plan)
	if err := s.Switch(t.Context()); err == nil {
		t.Error("a copy that is not sealed was made live")
	}
	if err := s.Discard(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Switch(t.Context()); err == nil {
		t.Error("a copy that is gone was made live")
	}
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "first" {
		t.Errorf("the twin holds the %s copy", got)
	}
}

// Databases beside the twin that are somebody else's are not touched.
func TestForeignDatabases(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{"__new", "__old"} {
		tr := newTrial(t, tinySQL, tinyRules)
		tr.staging.create(t, tr.twin+ending)
		tr.staging.run(t, tr.twin+ending, `CREATE TABLE precious (v int)`)
		_, err := tr.run(t.Context(), t)
		wantCode(t, err, report.Unsafe)
		if n := tr.staging.ask(t, tr.twin+ending, `SELECT count(*)::text FROM precious`)[0]; n != "0" {
			t.Error("the database is another one")
		}
	}
}

// A twin that was not made by us is replaced only when the user has said so;
// an empty one without being asked.
func TestTwinOfOthers(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	tr.staging.create(t, tr.twin)
	tr.own(t)
	tr.staging.run(t, tr.twin, `COMMENT ON DATABASE `+ident(tr.twin)+` IS 'the staging database'; CREATE TABLE t (v text); INSERT INTO t VALUES ('by hand'); ALTER TABLE t OWNER TO `+ident(tr.copies()))
	_, err := tr.run(t.Context(), t)
	wantCode(t, err, report.Unsafe)
	if got := tr.staging.ask(t, tr.twin, `SELECT v FROM t`)[0]; got != "by hand" {
		t.Errorf("the twin holds %s", got)
	}
	tr.confirm = true
	tr.must(t)
	tr.wantSame(t)

	empty := newTrial(t, tinySQL, tinyRules)
	empty.staging.create(t, empty.twin)
	empty.own(t)
	empty.must(t)
	empty.wantSame(t)
}

// The second of two says who holds the lock.
func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL, tinyRules)
	dst, err := tr.admit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dst.Release(context.Background()) }()
	_, err = tr.admit(t.Context())
	if text := wantCode(t, err, report.Locked); !strings.Contains(text, "tenantcopy/"+dst.Run()) {
		t.Errorf("error: %s", text)
	}
	if err := dst.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	tr.must(t)
}
