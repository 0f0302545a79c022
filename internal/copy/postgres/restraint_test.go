package postgres

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// keeping is rules that keep every column of tables, each written "table: column column".
func keeping(tables ...string) string {
	out := "version: 1\npeople: none\npostgres:\n"
	for _, t := range tables {
		name, columns, _ := strings.Cut(t, ": ")
		out += "  " + name + ": {" + strings.Join(strings.Fields(columns), ": keep, ") + ": keep}\n"
	}
	return out
}

// open is a reader of a trial's source.
func (tr *trial) open(t *testing.T) *reader {
	t.Helper()
	opened, err := Open(t.Context(), tr.src)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened.(*reader)
}

// surveyed is one that has its snapshot.
func (tr *trial) surveyed(t *testing.T) *reader {
	t.Helper()
	r := tr.open(t)
	if _, err := r.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// One run more than the source's owner allows is refused and told who reads;
// the place is free again when a reader is closed or its session dies.
func TestRunsPerServer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (n int); INSERT INTO t VALUES (1)`, keeping("t: n"))
	other := newTrial(t, `CREATE TABLE t (n int); INSERT INTO t VALUES (1)`, keeping("t: n"))
	const most = 2
	tr.src.Store.Limits.Runs, other.src.Store.Limits.Runs = most, most
	shared := "admin-" + random() // the server's own counts the runs of other tests, too
	tr.prod.create(t, shared)
	tr.src.Store.Maintenance, other.src.Store.Maintenance = shared, shared
	tr.src.Session.Run = "aaaaaaaaaaaa"
	first, second := tr.surveyed(t), tr.surveyed(t)
	third := other.open(t)
	_, err := third.Survey(t.Context())
	text := wantCode(t, err, report.Locked)
	if !strings.Contains(text, fmt.Sprintf("%d runs read the server", most)) || strings.Count(text, "tenantcopy/aaaaaaaaaaaa/test") != 2 {
		t.Errorf("the refusal says %s", text)
	}
	if _, err := other.run(t.Context(), t); report.CodeOf(err) != report.Locked {
		t.Errorf("a whole run ends with %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := third.Survey(t.Context()); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
	if _, err := third.Survey(t.Context()); err != nil {
		t.Errorf("a second survey of the same run: %v", err)
	}
	pid := second.restraint.slot.PgConn().PID()
	tr.prod.run(t, "postgres", fmt.Sprintf(`SELECT pg_terminate_backend(%d)`, pid))
	for len(tr.prod.ask(t, "postgres", fmt.Sprintf(`SELECT 'there' FROM pg_stat_activity WHERE pid = %d`, pid))) > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := tr.open(t).Survey(t.Context()); err != nil {
		t.Errorf("after one has died: %v", err)
	}
}

// Without a maintenance database the tenant's own one counts the runs.
func TestRunsWithoutMaintenanceDatabase(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (n int)`, keeping("t: n"))
	tr.src.Store.Limits.Runs, tr.src.Store.Maintenance = 1, "no-such-"+random()
	tr.surveyed(t)
	_, err := tr.open(t).Survey(t.Context())
	wantCode(t, err, report.Locked)
}

// A snapshot that is older than allowed is not read on; the report says how
// old one became.
func TestSnapshotAge(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 1000)`, keeping("t: n"))
	tr.src.Store.Limits.SnapshotAge = time.Hour
	m := tr.must(t)
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "the source's snapshot was ") {
		t.Errorf("the report's notes are %q", notes)
	}
	s, plan := tr.prepared(t)
	s.r.restraint.opened = s.r.restraint.opened.Add(-3*time.Hour - 25*time.Minute)
	var failed error
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, failed = c.Copy(t.Context(), plan.New()); failed != nil {
			break
		}
	}
	if text := wantCode(t, failed, report.Transient); !strings.Contains(text, "it is 3 h 25 min old, and limits.postgres.snapshot-age is 1 h 0 min") {
		t.Errorf("the refusal says %s", text)
	}
	if notes := strings.Join(s.Notes(), "\n"); !strings.Contains(notes, "the source's snapshot was 3 h 25 min old when it was read last") {
		t.Errorf("notes are %q", notes)
	}
}

// Parts are sized for about a second of what the limit allows, shared by those
// that are read at once.
func TestPartSize(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rate        int64
		connections int
		want        int64
	}{
		{0, 0, defaultPart},
		{0, 4, defaultPart},
		{60 << 20, 0, 60 << 20 / clone.DefaultWorkers},
		{60 << 20, 4, 20 << 20},
		{60 << 20, 40, 60 << 20 / clone.DefaultWorkers},
		{1 << 40, 0, defaultPart},
		{1 << 10, 0, smallestPart},
	} {
		store := serverOf(t, "PROD").store("none")
		store.Connections = tc.connections
		e, err := parseEndpoint(store, report.Source, tenant.Session{})
		if err != nil {
			t.Fatal(err)
		}
		r, readers, err := restrain(e, tenant.Limits{BytesPerSecond: tc.rate})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.part(readers); got != tc.want {
			t.Errorf("%d bytes a second, %d connections: parts of %d, want %d", tc.rate, tc.connections, got, tc.want)
		}
	}
}

// watched counts a run's sessions at the source while it runs, by name.
type watched struct {
	most  int
	names map[string]bool
	other int // that carry another name
}

// A run never has more sessions at the source than allowed, pg_dump's
// included, and every one says which run it is and who runs it.
func TestSessions(t *testing.T) {
	t.Parallel()
	for most, limits := range map[int]tenant.Limits{2: {}, 3: {Runs: 50}} {
		tr := newTrial(t, `CREATE TABLE a AS SELECT n, md5(n::text) AS v FROM generate_series(1, 40000) n; CREATE TABLE b AS TABLE a; CREATE TABLE c AS TABLE a; CREATE SEQUENCE s`, keeping("a: n v", "b: n v", "c: n v"))
		tr.partSize, tr.src.Store.Connections, tr.src.Store.Limits = 256<<10, most, limits
		tr.src.Session.Run = (random() + random())[:12]
		ctx, cancel := context.WithCancel(t.Context())
		seen := make(chan watched)
		go func() { seen <- tr.watch(ctx, t) }()
		tr.must(t)
		cancel()
		w := <-seen
		if w.most > most || w.most < 2 {
			t.Errorf("%d sessions at once, allowed are %d", w.most, most)
		}
		if w.other > 0 || len(w.names) == 0 {
			t.Errorf("sessions are called %v, and %d are not ours", w.names, w.other)
		}
		delete(w.names, "")
		for name := range w.names {
			if !regexp.MustCompile(`^tenantcopy/[0-9a-z]{12}/test$`).MatchString(name) {
				t.Errorf("a session is called %q", name)
			}
		}
	}
	tr := newTrial(t, `CREATE TABLE a (n int)`, keeping("a: n"))
	tr.src.Store.Connections, tr.src.Store.Limits = 2, tenant.Limits{Runs: 1}
	_, err := Open(t.Context(), tr.src)
	wantCode(t, err, report.Usage)
}

// The same holds at the destination, with pg_restore's sessions, those of the
// maintenance database, and the one that reads the old twin.
func TestSessionsAtTheDestination(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE a AS SELECT n, md5(n::text) AS v FROM generate_series(1, 20000) n; CREATE TABLE b AS TABLE a; CREATE TABLE c AS TABLE a; CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM a`, keeping("a: n v", "b: n v", "c: n v"))
	tr.partSize, tr.apart, tr.dst.Connections, tr.src.Session.User = 256<<10, true, 4, random()
	tr.must(t)
	for most, rules := range map[int]string{4: rulesOf(`a: {n: keep, v: keep}`, `b: {n: keep, v: keep}`, `c: {$rows: {source: all, preserve: "n < 10"}, n: keep, v: keep}`), 5: tr.rules} {
		tr.rules, tr.dst.Connections = rules, most
		ctx, cancel := context.WithCancel(t.Context())
		seen := make(chan watched)
		go func() { seen <- tr.staging.watch(ctx, t, tr.twin+"%", "tenantcopy/%/"+tr.src.Session.User) }()
		tr.must(t)
		cancel()
		if w := <-seen; w.most > most || w.most < 3 {
			t.Errorf("%d sessions at once, allowed are %d", w.most, most)
		}
	}
	tr.dst.Connections = 3
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Usage); !strings.Contains(text, "allow at least 4") {
		t.Errorf("error: %s", text)
	}
}

// watch asks the source's server until ctx ends.
func (tr *trial) watch(ctx context.Context, t *testing.T) watched {
	return tr.prod.watch(ctx, t, tr.source(), tr.src.Session.String())
}

// watch counts, until ctx ends, the sessions in databases or with names that are
// like those.
func (s server) watch(ctx context.Context, t *testing.T, databases, names string) watched {
	const sql = `SELECT application_name FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND (datname LIKE $1 OR application_name LIKE $2)`
	w := watched{names: make(map[string]bool)}
	conn := s.connect(t, "postgres")
	for ctx.Err() == nil {
		rows, err := conn.Query(t.Context(), sql, databases, names)
		if err != nil {
			t.Error(err)
			return w
		}
		n := 0
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Error(err)
			}
			n++
			if w.names[name] = true; !strings.HasPrefix(name, "tenantcopy/") && name != "" { // before it has said its name
				w.other++
			}
		}
		rows.Close()
		w.most = max(w.most, n)
	}
	return w
}
