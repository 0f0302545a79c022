package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const spaceSQL = `CREATE TABLE t (n int PRIMARY KEY, v text); INSERT INTO t SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 40000) n; CREATE INDEX ON t (v);
CREATE TABLE empty (n int, v text); INSERT INTO empty SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) n`

func spaceRules() string { return keeping("t: n v") + "  empty: {$rows: none, n: keep, v: keep}\n" }

// A copy that does not fit into the volume is refused with the figures before
// anything is written; what no rule brings is not counted.
func TestSpaceIsCheckedBeforePrepare(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, spaceSQL, spaceRules())
	tr.must(t)
	tr.prod.run(t, tr.source(), `DELETE FROM t WHERE n > 100`)
	tr.dst.Limits.Disk = 1 << 20
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Full)
	if !strings.Contains(text, "needed: ") || !strings.Contains(text, "free:   0 B = 95 % of limits.postgres.disk") {
		t.Errorf("the refusal says %s", text)
	}
	tr.wantOldTwin(t, `SELECT count(*)::text FROM t`, "40000")
	tr.dst.Limits.Disk = 1 << 50
	m := tr.must(t)
	notes := strings.Join(m.Stores[0].Notes, "\n")
	if !strings.Contains(notes, "space needed beside the twin, estimated: ") || strings.Contains(notes, "not checked") {
		t.Errorf("the report's notes are %q", notes)
	}
}

// The estimate is near what the copy takes.
func TestSpaceEstimate(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, spaceSQL, spaceRules())
	s, plan := tr.prepared(t)
	before, err := s.stagedSize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	copyAll(t, s, plan)
	after, err := s.stagedSize(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expected := s.space.rows + s.space.indexes
	if took := after - before; took < expected*80/100 || took > expected*120/100 {
		t.Errorf("it took %s, expected were %s", inBytes(took), inBytes(expected))
	}
	if s.space.sorting < 1<<20 || s.space.most < expected*outgrown/100 {
		t.Errorf("space is %+v", &s.space)
	}
}

// A copy that outgrows its estimate stops between two parts.
func TestCopyOutgrowsItsEstimate(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, spaceSQL, spaceRules())
	tr.partSize = 1 << 20
	s, plan := tr.prepared(t)
	s.space.most, s.space.every = s.space.most-slack-(s.space.rows+s.space.indexes), 4<<20
	a := plan.New()
	parts := 0
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.Copy(t.Context(), a); err != nil {
			if text := wantCode(t, err, report.Full); !strings.Contains(text, "it has grown to ") {
				t.Errorf("the refusal says %s", text)
			}
			least := 4
			if tr.prod.major(t) < 14 { // all of the table is one part
				least = 1
			}
			if parts < least || parts > 20 {
				t.Errorf("it was stopped after %d parts, want about 9 of 40", parts)
			}
			return
		}
		parts++
	}
	t.Error("nothing stopped it")
}

// smallVolume is a file system of so many megabytes, owned by the user of a
// cluster.
func (c *cluster) smallVolume(t *testing.T, megabytes int) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(c.dir), "volume-"+random())
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	options := fmt.Sprintf("size=%dm,mode=700", megabytes)
	if c.as != nil {
		options += fmt.Sprintf(",uid=%d,gid=%d", c.as.Uid, c.as.Gid)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("a small file system cannot be mounted (this test runs as root): %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "--lazy", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount: %v: %s", err, out)
		}
	})
	return dir
}

// bigRows are 60 MB that are no smaller anywhere else.
const bigRows = `INSERT INTO t SELECT n, repeat(md5(n::text), 32000) FROM generate_series(1, 60) n`

const bigTable = `CREATE TABLE t (n int, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL; INSERT INTO t SELECT 0, 'small'`

// The destination's disk is full in mid-copy: the run ends with Full, the old
// twin serves, and the next run finds nothing in its way.
func TestP36_DiskFull(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	tr := newTrial(t, bigTable, keeping("t: n v"))
	tr.staging, tr.dst = c.server, c.store(tr.twin)
	c.run(t, "postgres", `CREATE TABLESPACE small LOCATION '`+c.smallVolume(t, 64)+`'`)
	c.run(t, "template1", `ALTER DATABASE template0 SET TABLESPACE small`)
	tr.must(t)
	tr.prod.run(t, tr.source(), bigRows)
	_, err := tr.run(t.Context(), t)
	wantCode(t, err, report.Full)
	tr.wantOldTwin(t, `SELECT count(*)::text FROM t`, "1")
	tr.prod.run(t, tr.source(), `DELETE FROM t WHERE n > 10`)
	tr.must(t)
	tr.wantSame(t)
}

// The volume of the write-ahead log is full. The server then ends all sessions
// and may not come back before there is room; what one session was told in its
// last moment counts for all. The old twin serves when the server does.
func TestP36_WALFull(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "restart_after_crash = on", "max_replication_slots = 5", "log_line_prefix = '%b: '")
	tr := newTrial(t, bigTable, keeping("t: n v"))
	tr.staging, tr.dst = c.server, c.store(tr.twin)
	tr.must(t)
	volume := c.smallVolume(t, 64)
	c.end(syscall.SIGINT)
	wal := filepath.Join(c.dir, "pg_wal")
	if out, err := exec.Command("sh", "-c", `cp -a "$0"/. "$1" && rm -r "$0" && ln -s "$1" "$0"`, wal, volume).CombinedOutput(); err != nil {
		t.Fatalf("move the log: %v: %s", err, out)
	}
	c.start(t)
	c.run(t, "postgres", `SELECT pg_create_physical_replication_slot('keeps', true)`) // nothing is cleared behind it
	tr.prod.run(t, tr.source(), bigRows)
	_, err := tr.run(t.Context(), t)
	want := report.Full
	if !c.logged(t, "client backend: PANIC") { // the server's own writer found the disk full: no session is told more than that the server went down
		want = report.Transient
	}
	wantCode(t, err, want)
	if out, err := exec.Command("mount", "-o", "remount,size=512m", volume).CombinedOutput(); err != nil {
		t.Fatalf("make room: %v: %s", err, out)
	}
	c.end(syscall.SIGKILL)
	c.start(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM t`); got[0] != "1" {
		t.Errorf("the old twin answers %q", got)
	}
	tr.must(t)
	tr.wantSame(t)
}
