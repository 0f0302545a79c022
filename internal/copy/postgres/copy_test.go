package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const itemsSQL = `CREATE TABLE items (id bigserial PRIMARY KEY, v text, w int);
INSERT INTO items (v, w) SELECT repeat('v', i % 100), i FROM generate_series(1, 20000) AS i;
CREATE TABLE others (id int, v text); INSERT INTO others VALUES (1, 'one');`

const itemsRules = "version: 1\npeople: none\npostgres:\n  items: {id: keep, v: keep, w: keep}\n  others: {id: keep, v: keep}\n"

// A large table is copied in many parts, each row once.
func TestParts(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	tr.partSize = 64 << 10
	m := tr.must(t)
	tr.wantSame(t)
	if got := m.Stores[0].Tally.Groups["items"]; got != 20000 {
		t.Errorf("%d rows counted", got)
	}
	tr.wantParts(t, "items", 10)
}

// wantParts fails unless a table was copied in so many parts at least, where a
// range of pages does not read the whole table.
func (tr *trial) wantParts(t *testing.T, table string, least int) {
	t.Helper()
	if tr.prod.major(t) < 14 {
		least = 1
	}
	if n := strings.Count(tr.seen.String(), "copy postgres/"+table+"/"); n < least {
		t.Errorf("%d parts; the test needs several", n)
	}
}

// Rows that are on pages beyond the end that the survey saw are read, and those
// between two parts by exactly one of them.
func TestCutCoversAllPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pages, rows, bytes, size int64
		ranges                   bool
		parts                    int
	}{
		{0, 0, 0, 100, true, 1}, {1, 100, 8192, 8192, true, 1}, {10, 100, 81920, 8192, true, 10}, {1000, 100, 8192000, 64 << 10, true, 125}, {1000, 100, 8192000, 64 << 10, false, 1},
		{1, 100, 1 << 30, 64 << 20, true, 15}, {10, 1000, 1 << 30, 1 << 26, true, 20}, {10, 1000, 1 << 40, 1 << 26, true, 1000}, {2, 0, 1 << 30, 1 << 26, true, 2 * 30}, {1, 1, 1 << 30, 64 << 20, true, 1},
	} {
		parts := cut(&table{relation: relation{"public", "t"}, pages: c.pages, rows: c.rows, bytes: c.bytes, heap: true}, c.size, c.ranges)
		if len(parts) != c.parts {
			t.Errorf("%+v: %d parts", c, len(parts))
		}
		var next tid
		for i, p := range parts {
			if last := i == len(parts)-1; p.from != next || (p.to == tid{}) != last {
				t.Errorf("%+v: part %d is [%v, %v)", c, i, p.from, p.to)
			}
			next = p.to
		}
	}
}

// A table whose bulk is in long values behind few pages is copied in many
// parts too.
func TestPartsOfLongValues(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE docs (n int, body text); ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;
INSERT INTO docs SELECT n, repeat(md5(n::text), 1000) FROM generate_series(1, 100) AS n; CREATE TABLE fresh (LIKE docs INCLUDING STORAGE); INSERT INTO fresh TABLE docs; ANALYZE docs`, keeping("docs: n body", "fresh: n body"))
	tr.partSize = 64 << 10
	tr.must(t)
	tr.wantSame(t)
	if tr.prod.major(t) < 14 {
		return
	}
	for _, name := range []string{"docs", "fresh"} {
		if n := strings.Count(tr.seen.String(), "copy postgres/"+name+"/"); n < 20 {
			t.Errorf("%d parts of %s", n, name)
		}
	}
}

// What happens to a table after the snapshot ends the run with Transient, and
// never leaves a table empty.
func TestP02_SchemaChangeInMidCopy(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{
		`TRUNCATE items`,
		`TRUNCATE items; INSERT INTO items (v) VALUES ('new')`,
		`DROP TABLE items`,
		`ALTER TABLE items RENAME TO gone`,
		`ALTER TABLE items RENAME TO gone; CREATE TABLE items (id bigint, v text, w int)`,
		`ALTER TABLE items RENAME COLUMN v TO u`,
		`ALTER TABLE items RENAME COLUMN v TO u; ALTER TABLE items ADD COLUMN v text`,
		`ALTER TABLE items DROP COLUMN v`,
		`ALTER TABLE items DROP COLUMN v; ALTER TABLE items ADD COLUMN v text`,
		`ALTER TABLE items ALTER COLUMN w TYPE bigint`,
		`CLUSTER items USING items_pkey`,
		`CREATE SCHEMA away; ALTER TABLE items SET SCHEMA away`,
	} {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, itemsSQL, itemsRules)
			tr.once(report.Copy, func() { tr.prod.run(t, tr.source(), sql) })
			_, err := tr.run(t.Context(), t)
			if text := wantCode(t, err, report.Transient); !strings.Contains(text, "after the snapshot") {
				t.Errorf("the error does not say why: %s", text)
			}
			if n := len(tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%")); n != 0 {
				t.Errorf("%d databases are left", n)
			}
		})
	}
}

// What is added after the snapshot is not part of it, and does no harm.
func TestP02_AdditionsInMidCopy(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	tr.once(report.Copy, func() {
		tr.prod.run(t, tr.source(), `INSERT INTO items (v) VALUES ('later'); ALTER TABLE items ADD COLUMN later text DEFAULT 'x'; CREATE TABLE later (a int)`)
	})
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*)::text FROM items`)[0]; got != "20000" {
		t.Errorf("%s rows, want those of the snapshot", got)
	}
	next, err := strconv.Atoi(tr.staging.ask(t, tr.twin, `SELECT nextval('items_id_seq')::text`)[0])
	if err != nil || next != 20002 {
		t.Errorf("the sequence gives %d next, want 20002: its value after the data, not the snapshot's", next)
	}
}

// Writers move money between two tables in two schemas all through the copy:
// the total is kept, to the cent.
func TestP01_TotalsAreExact(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE SCHEMA b; CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b.b (id int PRIMARY KEY, v int);
INSERT INTO a SELECT i, 1000 FROM generate_series(1, 5000) AS i; INSERT INTO b.b SELECT i, 0 FROM generate_series(1, 5000) AS i`,
		"version: 1\npeople: none\npostgres:\n  a: {id: keep, v: keep}\n  b.b: {id: keep, v: keep}\n")
	tr.partSize = 64 << 10
	stop := make(chan struct{})
	var writers sync.WaitGroup
	moved := make([]int, 2)
	for i := range moved {
		conn := tr.prod.connect(t, tr.source())
		writers.Go(func() {
			for ; ; moved[i]++ {
				select {
				case <-stop:
					return
				default:
				}
				id := (moved[i]*7919+i)%5000 + 1
				if _, err := conn.Exec(context.Background(), fmt.Sprintf(`WITH take AS (UPDATE a SET v = v - 7 WHERE id = %d RETURNING id) UPDATE b.b SET v = v + 7 WHERE id = (SELECT id FROM take)`, id)); err != nil {
					t.Errorf("a writer: %v", err)
					return
				}
			}
		})
	}
	tr.must(t)
	close(stop)
	writers.Wait()
	if got := tr.staging.ask(t, tr.twin, `SELECT ((SELECT sum(v) FROM a) + (SELECT sum(v) FROM b.b))::text`)[0]; got != "5000000" {
		t.Errorf("the total is %s after %v moves", got, moved)
	}
	if moved[0] < 10 {
		t.Errorf("only %v moves", moved)
	}
}

// Sessions at either side die in mid-copy: the parts are copied again, and no
// row is there twice.
func TestSessionsDie(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	tr.partSize = 64 << 10
	n := 0
	tr.event = func(e report.Event) {
		if e.Phase != report.Copy || e.Tally == nil {
			return
		}
		if n++; n != 3 && n != 6 {
			return
		}
		side, database := tr.prod, tr.source()
		if n == 6 {
			side, database = tr.staging, tr.twin+"__new"
		}
		side.run(t, "postgres", fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'tenantcopy/%%'
AND state <> 'idle in transaction'`, literal(database)))
	}
	tr.must(t)
	tr.wantSame(t)
}

// A part that has committed is not copied again; one whose transaction was
// rolled back is.
func TestJournal(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	s, plan := tr.prepared(t)
	first, again := copyAll(t, s, plan), copyAll(t, s, plan)
	if first.Records != 20001 || first.Records != again.Records || first.Bytes != again.Bytes {
		t.Errorf("first %d rows and %d bytes, again %d and %d", first.Records, first.Bytes, again.Records, again.Bytes)
	}
	if got := tr.staging.ask(t, tr.twin+"__new", `SELECT count(*)::text FROM items`)[0]; got != "20000" {
		t.Errorf("%s rows", got)
	}
	err := s.inStaged(t.Context(), func(conn *pgx.Conn) error {
		if _, done, err := beginEntry(t.Context(), conn, "x"); err != nil || done {
			return fmt.Errorf("claim: done %v, %w", done, err)
		}
		rollback(t.Context(), conn)
		if _, done, err := beginEntry(t.Context(), conn, "x"); err != nil || done {
			return fmt.Errorf("claim after a rollback: done %v, %w", done, err)
		}
		if err := commitEntry(t.Context(), conn, "x", entry{1, 2, 3}); err != nil {
			return err
		}
		e, done, err := beginEntry(t.Context(), conn, "x")
		if !done || e != (entry{1, 2, 3}) {
			return fmt.Errorf("claim after a commit: done %v, %+v, %w", done, e, err)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A cancelled run ends although the source does not answer.
func TestCancelWhileTheSourceIsSilent(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, itemsRules)
	blocker := tr.prod.connect(t, tr.source())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tr.once(report.Copy, func() {
		if _, err := blocker.Exec(t.Context(), `BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE`); err != nil {
			t.Error(err)
		}
		go func() { // as soon as a part waits for the lock
			for {
				waits := 0
				err := blocker.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&waits)
				if err != nil || waits > 0 {
					cancel()
					return
				}
			}
		}()
	})
	_, err := tr.run(ctx, t)
	if err == nil || ctx.Err() == nil {
		t.Fatalf("the run ended by itself: %v", err)
	}
}

// A rule on a partition's key sends rows to where they belong now.
func TestMaskedPartitionKey(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE logs (at date, who text) PARTITION BY LIST (who);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES IN ('a'); CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
INSERT INTO logs VALUES ('2024-01-01', 'a'), ('2024-01-02', 'a'), ('2024-01-03', 'b')`,
		"version: 1\npeople: none\npostgres:\n  logs: {at: keep, who: {set: b}}\n")
	m := tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT tableoid::regclass || ' ' || who FROM logs`); !slices.Equal(got, []string{"logs_rest b", "logs_rest b", "logs_rest b"}) {
		t.Errorf("rows: %q", got)
	}
	if m.Stores[0].Tally.Groups["logs"] != 3 {
		t.Errorf("groups: %v", m.Stores[0].Tally.Groups)
	}
}

// Rules work in a table that travels as text.
func TestRulesInTextTable(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE refs (rel regclass, n int, note text, doc jsonb); INSERT INTO refs VALUES ('refs', 7, E'a\tb\\\n', '{"k": "1\t2"}'), (NULL, NULL, NULL, NULL)`,
		"version: 1\npeople: none\npostgres:\n  refs: {rel: keep, n: keep, note: {set: \"x\\ty\\\\z\"}, doc: {json: {k: {set: \"p\\nq\"}}}}\n")
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `SELECT coalesce(rel::text, '-') || '|' || coalesce(n::text, '-') || '|' || coalesce(note, '-') || '|' || coalesce(doc ->> 'k', '-') FROM refs ORDER BY n`)
	if want := []string{"refs|7|x\ty\\z|p\nq", "-|-|-|-"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

// What the destination refuses is named by column, without the value.
func TestRefusedValue(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (id int, v varchar(10), CHECK (v <> 'forbidden' OR id < 0))`, "version: 1\npeople: none\npostgres:\n  t: {id: keep, v: {set: forbidden}}\n")
	tr.prod.run(t, tr.source(), `INSERT INTO t VALUES (1, 'secretive')`)
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Incompatible)
	if !strings.Contains(text, "t_check") || strings.Contains(tr.seen.String(), "secretive") || strings.Contains(tr.seen.String(), "'forbidden'") {
		t.Errorf("error: %s", text)
	}
}

// The driver can leave its reader behind when the destination's session dies.
// leave waits for it, ends one that waits for the source, and lets none begin.
func TestLeaveEndsReading(t *testing.T) {
	t.Parallel()
	prod := serverOf(t, "PROD")
	conn := prod.connect(t, "postgres")
	row, a := compiled(t, "{a: keep}", "a")
	p := &puller{src: conn.PgConn()}
	p.walk = walker{row: row, shapes: make([]*shape, 1), a: a, out: &p.out}
	if err := startCopyOut(p.src, `SELECT pg_sleep(600)::text`, true); err != nil {
		t.Fatal(err)
	}
	reading := make(chan error)
	begun := make(chan struct{})
	go func() {
		close(begun)
		_, err := p.Read(make([]byte, 100))
		reading <- err
	}()
	<-begun
	cause := &cause{text: "the destination has gone"}
	p.leave(cause)
	if err := p.explain(cause, &load{}); err != cause {
		t.Errorf("the cause is %v", err)
	}
	if err := <-reading; err == nil {
		t.Error("the read ended without an error")
	}
	if _, err := p.Read(make([]byte, 100)); !errors.Is(err, errLeft) {
		t.Errorf("a read after leave: %v", err)
	}
}
