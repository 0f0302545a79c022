package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// paySQL is shuffled columns of every family of types: beside a primary key that
// is ruled and of two columns, in partitions whose columns stand in another
// order, in a table that travels as text, and beside rows that come along.
const paySQL = `CREATE TYPE grade AS ENUM ('a', 'b', 'c');
CREATE TABLE pay (id uuid, n int, whole int, big bigint UNIQUE, amount numeric(12, 2), born date, at timestamptz, f float8, yes boolean, grade grade, class varchar(20), due interval, t time, span int4range, days daterange, note text, half numeric GENERATED ALWAYS AS (amount / 2) STORED, PRIMARY KEY (n, id));
INSERT INTO pay SELECT md5(i::text)::uuid, i % 7, i, i * 10, i * 1.25, '1950-01-01'::date + i, '2020-01-01'::timestamptz + i * interval '1 hour', i / 3.0, i % 5 = 0, (ARRAY['a', 'b', 'c'])[i % 3 + 1]::grade,
  CASE WHEN i % 4 > 0 THEN 'class ' || i % 6 END, i * interval '1 minute', '00:00'::time + i * interval '7 seconds', int4range(i, i + 5), daterange('2020-01-01', '2020-01-02'::date + i), repeat('note', 60) FROM generate_series(1, 4000) i;
ALTER TABLE pay ADD CONSTRAINT whole CHECK (whole > 0); ANALYZE pay;
CREATE TABLE logs (id int, at int, v int NOT NULL, w text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10); CREATE TABLE logs_2 (w text, v int NOT NULL, at int NOT NULL, id int NOT NULL); ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM (10) TO (20);
INSERT INTO logs SELECT i, i % 20, i * 3, 'w' || i FROM generate_series(1, 3000) i; ANALYZE logs;
CREATE TABLE named (id int PRIMARY KEY, what regclass, v numeric, w text);
INSERT INTO named SELECT i, 'pay', i / 7.0, CASE WHEN i % 3 > 0 THEN E'tab\t\\ and\nline ' || i END FROM generate_series(1, 2000) i;
CREATE TABLE people (id int PRIMARY KEY, boss int REFERENCES people, old boolean NOT NULL, v int);
INSERT INTO people SELECT i, CASE WHEN i > 10 THEN i - 10 END, i <= 500, i FROM generate_series(1, 1000) i;`

var payTables = []string{
	`pay: {id: uuid, n: keep, whole: shuffle, big: shuffle, amount: shuffle, born: shuffle, at: shuffle, f: shuffle, yes: shuffle, grade: shuffle, class: shuffle, due: shuffle, t: shuffle, span: shuffle, days: shuffle, note: keep}`,
	`logs: {id: keep, at: keep, v: shuffle, w: shuffle}`, `named: {id: keep, what: keep, v: shuffle, w: shuffle}`,
	`people: {$rows: {source: "id > 998 OR boss IS NULL AND id < 6", close: true}, id: keep, boss: keep, old: keep, v: shuffle}`}

// payColumns are the shuffled columns, and how many rows of a hundred must have
// another value.
func payColumns() map[string]map[string]int {
	const many = 98
	return map[string]map[string]int{
		"pay":  {"whole": many, "big": many, "amount": many, "born": many, "at": many, "f": many, "yes": 20, "grade": 50, "class": 70, "due": many, "t": many, "span": many, "days": many},
		"logs": {"v": many, "w": many}, "named": {"v": many, "w": 60}, "people": {"v": 90}}
}

// rowsByID reads a table's column by what is kept of each row: id, or in table
// pay a UUID that is kept by nobody, so that rows count by what they are beside.
func (s server) rowsByID(t *testing.T, database, table, column, where string) map[string]string {
	t.Helper()
	conn := s.connect(t, database)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT id::text, coalesce(`+column+`::text, 'NULL') FROM `+table+` AS t WHERE `+where)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	var id, value string
	if _, err := pgx.ForEachRow(rows, []any{&id, &value}, func() error { out[id] = value; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func sortedValues(m map[string]string) []string { return slices.Sorted(maps.Values(m)) }

// The law: every column's values are the same taken together, and nearly no row
// has its own; whatever size the parts have, the same row gets the same value.
func TestShuffleOnServer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, paySQL, rulesOf(payTables...))
	tr.partSize = 64 << 10
	tr.must(t)
	tr.wantParts(t, "pay", 10)
	chosen := strings.Join(tr.staging.ask(t, tr.twin, `SELECT id::text FROM people`), ",")
	seen := make(map[string]map[string]string)
	for table, columns := range payColumns() {
		where := "true"
		if table == "people" {
			where = "id IN (" + chosen + ")"
		}
		for column, least := range columns {
			name := table + "." + column
			before, after := tr.prod.rowsByID(t, tr.source(), table, column, where), tr.staging.rowsByID(t, tr.twin, table, column, "true")
			seen[name] = after
			if !slices.Equal(sortedValues(before), sortedValues(after)) {
				t.Errorf("%s: other values than before", name)
			}
			if table == "pay" { // whose ids are ruled
				continue
			}
			moved := 0
			for id, value := range after {
				if before[id] != value {
					moved++
				}
			}
			if 100*moved < least*len(before) {
				t.Errorf("%s: only %d of %d rows have another value", name, moved, len(before))
			}
		}
	}
	tr.wantRows(t, `SELECT concat_ws('|', count(*), bool_or(old)) FROM people`, "205|t")
	tr.wantRows(t, `SELECT (count(*) = 0)::text FROM pay WHERE half <> amount / 2`, "true")
	tr.wantRows(t, `SELECT (count(*) < 40)::text FROM pay WHERE amount = whole * 1.25`, "true") // two columns of one row go apart
	tr.wantRows(t, `SELECT (count(*) < 40)::text FROM pay WHERE n = whole % 7 AND born = '1950-01-01'::date + whole`, "true")

	tr.partSize = defaultPart
	tr.must(t)
	for table, columns := range payColumns() {
		for column := range columns {
			if got := tr.staging.rowsByID(t, tr.twin, table, column, "true"); !maps.Equal(got, seen[table+"."+column]) {
				t.Errorf("%s.%s: a second run, in other parts, gives other rows", table, column)
			}
		}
	}
}

// A row of the source is found in the twin by its ruled key, so its value must
// not be beside it.
func TestShuffleBesideRuledKey(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE pay (id uuid PRIMARY KEY, n int, salary int); INSERT INTO pay SELECT md5(i::text)::uuid, i, i FROM generate_series(1, 2000) i`, rulesOf(`pay: {id: uuid, n: keep, salary: shuffle}`))
	tr.must(t)
	tr.wantRows(t, `SELECT concat_ws('|', count(*), count(DISTINCT salary), sum(salary), count(*) FILTER (WHERE salary = n) < 20, count(*) FILTER (WHERE id = md5(n::text)::uuid)) FROM pay`, "2000|2000|2001000|t|0")
}

// Columns that are read before the first row is written say how far they are.
func TestShuffleTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE far (id int PRIMARY KEY, v text); INSERT INTO far SELECT i, 'secret' || i FROM generate_series(1, 20000) i; ANALYZE far`, rulesOf(`far: {id: keep, v: shuffle}`))
	tr.partSize = 64 << 10
	s, plan := tr.prepared(t)
	var notes []string
	s.Tell(func(note string) { notes = append(notes, note) })
	if err := s.readShuffled(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(notes, "\n")
	if len(notes) < 6 || !strings.HasPrefix(notes[0], "rows of table far counted, whose columns are shuffled: ") || notes[len(notes)-1] != "shuffled columns of table far read: 20000 of 20000 rows" || strings.Contains(all, "secret") {
		t.Errorf("it tells\n%s", all)
	}
}

// A part that breaks off and runs again, and parts in another order, write the
// same.
func TestShufflePartsTwiceAndInAnyOrder(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, paySQL, rulesOf(payTables...))
	tr.partSize = 64 << 10
	written := func(twist bool) map[string]string {
		s, plan := tr.prepared(t)
		if twist {
			tr.staging.run(t, tr.twin+"__new", `ALTER TABLE pay ADD CONSTRAINT stop CHECK (n <> 3)`)
		}
		a, failed := plan.New(), 0
		chunks := slices.Collect(func(yield func(p part) bool) {
			for _, table := range s.r.cat.tables {
				for _, p := range s.partsOf(table) {
					if !yield(p) {
						return
					}
				}
			}
		})
		if twist {
			slices.Reverse(chunks)
		}
		for _, p := range chunks {
			c := s.partChunk(p, "")
			_, err := c.Copy(t.Context(), a)
			if err != nil && twist && p.table.name == "pay" {
				failed++
				tr.staging.run(t, tr.twin+"__new", `ALTER TABLE pay DROP CONSTRAINT stop`)
				_, err = c.Copy(t.Context(), a)
				tr.staging.run(t, tr.twin+"__new", `ALTER TABLE pay ADD CONSTRAINT stop CHECK (n <> 3) NOT VALID`)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		most := 5
		if tr.prod.major(t) < 14 {
			most = 0 // a table is read in one part there
		}
		if twist != (failed > most) {
			t.Errorf("%d parts broke off", failed)
		}
		out := make(map[string]string)
		for _, table := range []string{"pay", "logs", "named", "people"} {
			out[table] = strings.Join(tr.staging.ask(t, tr.twin+"__new", `SELECT t::text FROM `+table+` AS t ORDER BY 1`), "\n")
		}
		if err := s.Discard(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.dst.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if once, again := written(false), written(true); !maps.Equal(once, again) {
		t.Error("other rows")
	} else if strings.Count(once["pay"], "\n") != 3999 {
		t.Error("rows are missing")
	}
}

// What the schema asks of a column beside its values is refused before anything
// is written, all at once.
func TestShuffleRefusedBySchema(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE EXTENSION btree_gist; CREATE TABLE bare (v int);
CREATE TABLE many (id int PRIMARY KEY, a int, b int, c int, d int UNIQUE, e int, f int, g text, h int, i int, j jsonb, UNIQUE (a, b), EXCLUDE USING gist (c WITH =, b WITH <>), CHECK (e < b), CHECK (f > 0), CHECK (d > 0));
CREATE UNIQUE INDEX part ON many (h) WHERE b > 0; CREATE UNIQUE INDEX expr ON many (abs(i)); CREATE UNIQUE INDEX spelled ON many (lower(g));
CREATE TABLE child (id int PRIMARY KEY, d int REFERENCES many (d), v int);
CREATE TABLE logs (id int, at int, v int, w int, x int, y int, PRIMARY KEY (id, at)) PARTITION BY LIST (at);
CREATE TABLE logs_1 PARTITION OF logs (CHECK (v < 100)) FOR VALUES IN (1); CREATE TABLE logs_2 PARTITION OF logs (w NOT NULL) FOR VALUES IN (2);
CREATE UNIQUE INDEX own ON logs_2 (x); CREATE TABLE loose (id int, v int, at int) PARTITION BY LIST (at); CREATE TABLE loose_1 PARTITION OF loose (PRIMARY KEY (id)) FOR VALUES IN (1)`,
		rulesOf(`bare: {v: shuffle}`, `many: {id: shuffle, a: shuffle, b: keep, c: shuffle, d: shuffle, e: shuffle, f: shuffle, g: shuffle, h: shuffle, i: shuffle, j: shuffle}`, `child: {id: keep, d: shuffle, v: keep}`,
			`logs: {id: keep, at: shuffle, v: keep, w: keep, x: shuffle, y: shuffle}`, `loose: {id: keep, at: keep, v: shuffle}`))
	tr.wantRefused(t, report.Privacy, "bare.v: shuffle needs a primary key", "many.id: shuffle on a column of the primary key", "many.a: shuffle on a column of unique key many_a_b_key", "many.c: shuffle on a column of unique key many_c_b_excl",
		"many.d: shuffle on a column that foreign key child_d_fkey of child refers to", "child.d: shuffle on a column of foreign key child_d_fkey", "many.h: shuffle on a column of unique key part, which is about some", "many.i: shuffle can make two values one, and unique key expr",
		"many.j: shuffle is for numbers, classes and dates, and type jsonb", "logs.at: shuffle on a column that decides in which partition", "logs.x: shuffle on a column of unique key own, which is about some", "loose.v: shuffle needs a primary key", "nothing was written")
	for _, fits := range []string{"many.f", "many.g", "logs.y"} {
		if strings.Contains(tr.seen.String(), fits+":") {
			t.Errorf("%s is refused", fits)
		}
	}
	tr.rules = rulesOf(`bare: {v: keep}`, `many: {id: keep, a: keep, b: keep, c: keep, d: keep, e: shuffle, f: shuffle, g: shuffle, h: keep, i: keep, j: keep}`, `child: {id: keep, d: keep, v: shuffle}`,
		`logs: {id: keep, at: keep, v: shuffle, w: shuffle, x: keep, y: shuffle}`, `loose: {id: keep, at: keep, v: keep}`)
	tr.wantRefused(t, report.Privacy, "many.e: shuffle on a column that constraint many_check looks at beside b", "logs.v: shuffle on a column that constraint logs_1_v_check of one partition looks at", "logs.w: shuffle on a column that is NOT NULL in some partitions only")
	tr.rules = strings.NewReplacer("e: shuffle", "e: keep", "v: shuffle, w: shuffle", "v: keep, w: keep").Replace(tr.rules)
	tr.must(t)
}

// Memory is bounded: more rows, and wider values, are refused before any is
// read.
func TestShuffleBoundsOnServer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE pay (id int PRIMARY KEY, v int, w text); INSERT INTO pay SELECT i, i, 'w' FROM generate_series(1, 50) i; CREATE TABLE wide (id int PRIMARY KEY, v text); INSERT INTO wide VALUES (1, repeat('real value ', 6000))`,
		rulesOf(`pay: {id: keep, v: shuffle, w: shuffle}`, `wide: {id: keep, v: shuffle}`))
	tr.mostMoved = 100
	tr.wantRefused(t, report.Privacy, "postgres pay.v: shuffle of 50 rows, and all shuffled columns together may have 100 values", "postgres pay.w: shuffle of 50 rows", "postgres wide.v: shuffle of 1 row,", "postgres wide.v: shuffle on a column with values of more than 65536 bytes")
	tr.rules = rulesOf(`pay: {id: keep, v: shuffle, w: shuffle}`, `wide: {id: keep, v: "null"}`)
	m := tr.must(t)
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "pay: w: 50 of 50 rows have the value that they had before shuffle") || strings.Contains(notes, "pay: v") {
		t.Errorf("notes %q", notes)
	}
	if strings.Contains(tr.seen.String(), "real value") {
		t.Error("a value was printed")
	}
}

// A table that is truncated between the reading of its column and that of its
// rows ends the run, as any other.
func TestShuffleOfTruncatedTable(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE pay (id int PRIMARY KEY, v int); INSERT INTO pay SELECT i, i FROM generate_series(1, 50) i`, rulesOf(`pay: {id: keep, v: shuffle}`))
	for _, phase := range []report.Phase{report.Prepare, report.Copy} {
		tr.once(phase, func() { tr.prod.run(t, tr.source(), `TRUNCATE pay`) })
		_, err := tr.run(t.Context(), t)
		wantCode(t, err, report.Transient)
		tr.prod.run(t, tr.source(), fmt.Sprintf(`INSERT INTO pay SELECT i, i FROM generate_series(1, %d) i`, 50))
	}
	tr.event = nil
	tr.prod.run(t, tr.source(), `CREATE TABLE other (id int PRIMARY KEY)`)
	tr.rules = rulesOf(`pay: {id: keep, v: shuffle}`, `other: {id: keep}`)
	tr.must(t)
	tr.wantRows(t, `SELECT concat_ws('|', count(*), count(DISTINCT v), sum(v)) FROM pay`, "50|50|1275")
}
