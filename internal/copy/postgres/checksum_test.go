package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// oddSQL holds values that look different on the wire once they were received
// and sent again, and one of every family of types.
const oddSQL = `CREATE TYPE mood AS ENUM ('on', 'off'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN moods AS mood[];
CREATE TABLE odd (id int PRIMARY KEY, note text, list text[], feelings moods, pair pair, pairs pair[], span int4range, spans int4range[], amount numeric(12, 2), other numeric,
  doc jsonb, raw bytea, bits varbit, host inet, words tsvector, fixed char(5), small "char", place point, due interval, f float8, x xml, twice int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO odd SELECT i, 'note ' || i, (ARRAY['a', NULL, 'b'])[1:1], '{on,NULL}', (i, 'b')::pair, ARRAY[(i, NULL)::pair], int4range(i, i + 3), '{}', i, 'NaN', '{"b": 1.50, "a": [1e3]}', decode('00ff', 'hex'), B'101', '10.0.0.1', 'rose hill', 'ab', 'c', '(1,2)', '1 day', 'NaN', '<?xml version="1.0" encoding="latin1"?><a/>' FROM generate_series(1, 40) i;
CREATE TABLE named (id int, what regclass, yes bool, raw bytea, fixed char(4), host inet, note text);
INSERT INTO named VALUES (1, 'odd', true, '\x0001', 'ab', '10.0.0.1', E'tab\t\\ and\nline'), (2, NULL, NULL, NULL, NULL, NULL, NULL), (3, NULL, false, '', '', '::1/64', '');
CREATE TABLE bare ();
INSERT INTO bare DEFAULT VALUES;
CREATE TABLE logs (id int, region text, note text) PARTITION BY LIST (region);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES IN ('a');
CREATE TABLE logs_rest (note text, id int, region text);
ALTER TABLE logs ATTACH PARTITION logs_rest DEFAULT;
INSERT INTO logs SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, 'log ' || i FROM generate_series(1, 30) i;`

var oddRules = rulesOf(`odd: {id: keep, note: keep, list: keep, feelings: keep, pair: keep, pairs: keep, span: keep, spans: keep, amount: keep, other: keep, doc: keep, raw: keep, bits: keep, host: keep, words: {derive: "to_tsvector('pg_catalog.simple', 'x')"}, fixed: keep, small: keep, place: keep, due: keep, f: keep, x: keep}`,
	`named: {id: keep, what: keep, yes: keep, raw: keep, fixed: keep, host: keep, note: keep}`, `logs: {id: keep, region: {set: a}, note: keep}`)

// afterSeal has statements run in the staged database, between the copy and
// the proof.
func (tr *trial) afterSeal(t *testing.T, sql string) {
	tr.event = func(e report.Event) {
		if e.Phase == report.Seal && e.Done {
			tr.staging.run(t, tr.twin+"__new", sql)
		}
	}
}

// What was copied is what is there: every kept value of every type, in any
// order, in any partition; one that was changed since is noticed.
func TestP43_MissingRowsAndOtherValuesEndTheRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ sql, want string }{
		"nothing":         {"", ""},
		"another order":   {`CREATE TEMP TABLE t AS SELECT id, note FROM logs; DELETE FROM logs; INSERT INTO logs SELECT id, 'a', note FROM t ORDER BY id DESC`, ""},
		"a ruled value":   {`UPDATE logs SET region = 'else' WHERE id = 7`, ""},
		"a text":          {`UPDATE odd SET note = 'note 8' WHERE id = 7`, "odd: 40 records, but"},
		"two swapped":     {`UPDATE odd SET note = CASE note WHEN 'note 7' THEN 'note 8' ELSE 'note 7' END WHERE id IN (7, 8)`, "odd: 40 records, but"},
		"NULL":            {`UPDATE odd SET note = NULL WHERE id = 7`, "odd: 40 records, but"},
		"a list":          {`UPDATE odd SET feelings = '{on,off}' WHERE id = 7`, "odd: 40 records, but"},
		"as text":         {`UPDATE named SET yes = NULL WHERE id = 3`, "named: 3 records, but"},
		"bytes as text":   {`UPDATE named SET raw = '\x01' WHERE id = 3`, "named: 3 records, but"},
		"in a partition":  {`UPDATE logs SET note = 'log' WHERE id = 7`, "logs: 30 records, but"},
		"a row":           {`DELETE FROM logs WHERE id = 7`, "logs: 30 copied, 29 found"},
		"a row less":      {`DELETE FROM bare`, "bare: 1 copied, 0 found"},
		"another, a copy": {`DELETE FROM logs WHERE id = 7; INSERT INTO logs SELECT * FROM logs WHERE id = 8`, "logs: 30 records, but"},
		"a column":        {`ALTER TABLE logs DROP COLUMN note`, "logs: 30 records, but"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, oddSQL, oddRules)
			tr.partSize = 8192
			tr.afterSeal(t, tc.sql)
			_, err := tr.run(t.Context(), t)
			if tc.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if report.CodeOf(err) != report.Mismatch || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "note 8") {
				t.Error("the error tells a value")
			}
			if len(tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname LIKE $1`, tr.twin+"%")) != 0 {
				t.Error("something was switched, or left behind")
			}
		})
	}
}

// A hook may change what it likes; what was changed before it is noticed, and
// the hook does not run then.
func TestHooksMayChangeRecords(t *testing.T) {
	t.Parallel()
	const sql = `CREATE TABLE notes (id int, note text); INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 5) i`
	for name, tc := range map[string]struct {
		before string
		want   report.Code
		hooks  int
	}{
		"only the hook":   {"", "", 1},
		"before the hook": {`UPDATE notes SET note = 'other' WHERE id = 1`, report.Mismatch, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, sql, rulesOf(`notes: {id: keep, note: keep}`))
			tr.afterSeal(t, tc.before)
			ran := 0
			tr.hooks = []clone.Hook{{Name: "migrate", Run: func(context.Context) error {
				ran++
				tr.staging.run(t, tr.twin+"__new", `DELETE FROM notes WHERE id = 5; UPDATE notes SET note = note || '!'; ALTER TABLE notes RENAME TO remarks; CREATE TABLE new AS SELECT 1 AS a; GRANT SELECT ON new TO PUBLIC`)
				return nil
			}}}
			_, err := tr.run(t.Context(), t)
			if ran != tc.hooks || tc.want == "" && err != nil || tc.want != "" && report.CodeOf(err) != tc.want {
				t.Fatalf("%d hooks ran: %v", ran, err)
			}
			if tc.want == "" && tr.staging.ask(t, tr.twin, `SELECT count(*)::text || min(note) FROM remarks`)[0] != "4note 1!" {
				t.Error("the hook's work is lost")
			}
		})
	}
}

// The journal gives the sum of a part back, its sign included.
func TestJournalKeepsTheSum(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "STAGING")
	database := "journal-" + random()
	s.create(t, database)
	conn := s.connect(t, database)
	if _, err := conn.PgConn().Exec(t.Context(), createJournal).ReadAll(); err != nil {
		t.Fatal(err)
	}
	want := entry{rows: 3, bytes: 7, sum: 1<<63 + 5}
	if _, done, err := beginEntry(t.Context(), conn, "a"); done || err != nil {
		t.Fatal(done, err)
	}
	if err := commitEntry(t.Context(), conn, "a", want); err != nil {
		t.Fatal(err)
	}
	if got, done, err := beginEntry(t.Context(), conn, "a"); got != want || !done || err != nil {
		t.Errorf("%+v, %v, %v", got, done, err)
	}
}

// summing is a checksum over three kept columns beside one with a rule.
func summing(t testing.TB, apart bool) (*checksum, *anonymize.Row, *anonymize.Anonymizer) {
	columns := []string{"a", "b", "c", "d"}
	row, a := compiled(t, "{a: keep, b: keep, c: {set: x}, d: keep}", columns...)
	ts := types{oidText: &typeInfo{class: "b", binary: true}}
	l := &load{row: row, names: columns, columns: []column{{typ: oidText}, {typ: oidText}, {typ: oidText}, {typ: oidText}}}
	return newChecksum(maphash.MakeSeed(), l, ts, apart), row, a
}

// Two sets of rows have the same sum if and only if they are the same, in
// whatever order and pieces they come; the ruled column does not count.
func TestSumLaw(t *testing.T) {
	t.Parallel()
	for _, apart := range []bool{false, true} {
		c, row, a := summing(t, apart)
		sum := func(rows [][][]byte, piece int) uint64 {
			w := &walker{row: row, shapes: make([]*shape, 4), a: a, out: &sink{}, sum: c, started: true}
			for _, values := range rows {
				data := tuple(values...)
				for piece > 0 && len(data) > piece {
					if err := w.part.each(data[:piece], false, w.advance); err != nil {
						t.Fatal(err)
					}
					data = data[piece:]
				}
				err := error(nil)
				if piece > 0 {
					err = w.part.each(data, true, w.advance)
				} else {
					err = w.message(data)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			return w.total
		}
		key := func(rows [][][]byte) string {
			var all []string
			for _, r := range rows {
				all = append(all, string(tuple(r[0], r[1], r[3])))
			}
			slices.Sort(all)
			return strings.Join(all, "")
		}
		value := rapid.Custom(func(t *rapid.T) []byte {
			if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
				return nil
			}
			return append([]byte{}, rapid.SliceOfN(rapid.ByteRange('a', 'b'), 0, 3).Draw(t, "bytes")...)
		})
		set := rapid.SliceOfN(rapid.SliceOfN(value, 4, 4), 0, 6)
		rapid.Check(t, func(t *rapid.T) {
			one := set.Draw(t, "one")
			other := rapid.Permutation(one).Draw(t, "permuted")
			if rapid.Bool().Draw(t, "another") {
				other = set.Draw(t, "other")
			}
			piece := rapid.IntRange(0, 9).Draw(t, "piece")
			if same, equal := key(one) == key(other), sum(one, 0) == sum(other, piece); same != equal {
				t.Errorf("the rows are the same: %v; their sums: %v", same, equal)
			}
		})
	}
}

// BenchmarkChecksum is what the sum costs a row of 14 columns and 450 bytes,
// 4 of them with a rule.
func BenchmarkChecksum(b *testing.B) {
	c := &checksum{seed: maphash.MakeSeed(), runs: []sumRun{{0, 1, 1}, {2, 4, 2}, {5, 7, 3}, {8, 10, 4}, {11, 14, 5}}}
	var values [][]byte
	for range 14 {
		values = append(values, bytes.Repeat([]byte("x"), 28))
	}
	row := tuple(values...)[2:]
	var at []int
	for data := row; len(data) > 0; data = data[4+binary.BigEndian.Uint32(data):] {
		at = append(at, len(row)-len(data))
	}
	at = append(at, len(row))
	var sum uint64
	b.ReportAllocs()
	for b.Loop() {
		sum += c.row(row, at)
	}
	_ = fmt.Sprint(sum)
}
