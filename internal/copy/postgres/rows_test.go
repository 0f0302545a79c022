package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// rules makes a rules file of lines for tables.
func rulesOf(tables ...string) string {
	return "version: 1\npeople: none\npostgres:\n  " + strings.Join(tables, "\n  ") + "\n"
}

// wantRows compares what a query says in the twin.
func (tr *trial) wantRows(t *testing.T, sql string, want ...string) {
	t.Helper()
	if got := tr.staging.ask(t, tr.twin, sql); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", sql, got, want)
	}
}

// wantRefused is a run that is refused before anything is staged.
func (tr *trial) wantRefused(t *testing.T, code report.Code, words ...string) {
	t.Helper()
	staged := false
	tr.event = func(e report.Event) {
		staged = staged || e.Phase == report.Copy || len(tr.staging.ask(t, "postgres", `SELECT datname FROM pg_database WHERE datname = $1`, tr.twin+"__new")) > 0 && e.Phase == report.Prepare && e.Done
	}
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, code)
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the refusal does not say %q:\n%s", word, text)
		}
	}
	if staged {
		t.Error("something was staged")
	}
}

// A condition selects rows in every part of a table.
func TestRowsConditionInParts(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL, rulesOf(`items: {$rows: "items.w % 3 = 0 OR v = ''", id: keep, v: keep, w: keep}`, `others: {$rows: none}`))
	tr.partSize = 64 << 10
	m := tr.must(t)
	want := tr.prod.ask(t, tr.source(), `SELECT count(*)::text FROM items WHERE w % 3 = 0 OR v = ''`)[0]
	tr.wantRows(t, `SELECT count(*)::text FROM items WHERE w % 3 = 0 OR v = ''`, want)
	tr.wantRows(t, `SELECT count(*)::text FROM items`, want)
	if got := fmt.Sprint(m.Stores[0].Tally.Groups["items"]); got != want {
		t.Errorf("%s rows counted, want %s", got, want)
	}
	tr.wantParts(t, "items", 10)
}

// It holds for all partitions, speaks of the table by its name, and may be odd.
func TestRowsConditionOddNames(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE SCHEMA "Odd ""S"; CREATE TABLE "Odd ""S"."T ; --" ("Größe" int, "select" text, at timestamptz) PARTITION BY LIST ("Größe");
CREATE TABLE "Odd ""S".one PARTITION OF "Odd ""S"."T ; --" FOR VALUES IN (1); CREATE TABLE "Odd ""S".rest PARTITION OF "Odd ""S"."T ; --" DEFAULT;
INSERT INTO "Odd ""S"."T ; --" SELECT i % 3, 'it''s ' || i, now() - i * interval '1 day' FROM generate_series(1, 30) i;
CREATE TABLE ids (id int); INSERT INTO ids VALUES (1), (2), (3); CREATE TABLE none (); INSERT INTO none DEFAULT VALUES`,
		rulesOf(`'Odd "S.T ; --': {$rows: '"T ; --"."Größe" IN (0, 1) AND "select" <> ''it''''s 4'' AND at > now() - interval ''9 days 12 hours''', "Größe": keep, select: keep, at: keep}`,
			`ids: {$rows: "id IN (SELECT \"Größe\" + 1 FROM \"Odd \"\"S\".\"T ; --\") AND id <> 2", id: keep}`))
	tr.rules = strings.Replace(tr.rules, `\"Odd \"\"S\".\"T ; --\"`, `\"Odd \"\"S\".\"T ; --\"`, 1)
	tr.must(t)
	tr.wantRows(t, `SELECT "select" FROM "Odd ""S"."T ; --" ORDER BY 1`, "it's 1", "it's 3", "it's 6", "it's 7", "it's 9")
	tr.wantRows(t, `SELECT id::text FROM ids ORDER BY 1`, "1", "3")
}

// What a condition reads beside its own table must be that of the snapshot.
func TestRowsConditionReadsTruncatedTable(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE ids (id int); INSERT INTO ids SELECT generate_series(1, 100); CREATE TABLE chosen (id int); INSERT INTO chosen VALUES (7)`,
		rulesOf(`ids: {$rows: "id IN (SELECT c.id FROM public.chosen c)", id: keep}`, `chosen: {$rows: none}`))
	tr.once(report.Copy, func() { tr.prod.run(t, tr.source(), `TRUNCATE chosen`) })
	_, err := tr.run(t.Context(), t)
	wantCode(t, err, report.Transient)
}

// So must what it reads through a view or a function, which its words do not
// name: each of the tables behind them is emptied, rewritten or replaced.
func TestRowsConditionReadsThroughViews(t *testing.T) {
	t.Parallel()
	for condition, change := range map[string]string{
		"id IN (SELECT c.id FROM public.seen c)":   `TRUNCATE chosen`,
		"public.is_chosen(id)":                     `TRUNCATE chosen`,
		"id IN (SELECT c.id FROM public.cached c)": `REFRESH MATERIALIZED VIEW cached`,
		"public.is_chosen(id) OR id = 7":           `DROP VIEW seen; ALTER TABLE chosen RENAME TO was; CREATE TABLE chosen (id int); INSERT INTO chosen VALUES (7)`,
	} {
		t.Run(condition+": "+change, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, `CREATE TABLE ids (id int); INSERT INTO ids SELECT generate_series(1, 100); CREATE TABLE chosen (id int); INSERT INTO chosen VALUES (7); CREATE VIEW seen AS SELECT * FROM chosen;
CREATE FUNCTION is_chosen(i int) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM public.chosen c WHERE c.id = i); END'; CREATE MATERIALIZED VIEW cached AS SELECT * FROM chosen`,
				rulesOf(`ids: {$rows: "`+condition+`", id: keep}`, `chosen: {$rows: none}`))
			tr.must(t)
			tr.wantRows(t, `SELECT id::text FROM ids`, "7")
			tr.once(report.Copy, func() { tr.prod.run(t, tr.source(), change) })
			_, err := tr.run(t.Context(), t)
			wantCode(t, err, report.Transient)
		})
	}
}

// A mistake is told with its place in the rules, all at once, before anything
// is written; values of data are not.
func TestRowsConditionMistakes(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, itemsSQL+`; CREATE TABLE third (id int); CREATE FUNCTION touch(int) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
		rulesOf(`items: {$rows: "creatd_at > now()", id: keep, v: keep, w: keep}`, `others: {$rows: "id + 1", id: keep, v: keep}`, `third: {$rows: "random() < 0.5 AND public.touch(id)", id: keep}`))
	tr.wantRefused(t, report.Usage, "rules.yaml:4:18: $rows of items: SQLSTATE 42703", "at creatd_at", "rules.yaml:5:19: $rows of others: SQLSTATE 42804", "function random is volatile", "function touch is volatile")
	tr.rules = rulesOf(`items: {$rows: "w IN (SELECT id FROM others)", id: keep, v: keep, w: keep}`, `others: {$rows: none}`, `third: {$rows: none}`)
	tr.wantRefused(t, report.Usage, "42P01", "at others", "schema's name in front")
}

// A string that is another date in every transaction is refused, and the clock
// may be read with fewer digits.
func TestRowsConditionMoments(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (at timestamptz, v text); INSERT INTO t VALUES (now() - interval '1 day', 'today'), (now() - interval '9 days', 'today')`,
		rulesOf(`t: {$rows: "at > 'now'::timestamptz - interval '2 days'", at: keep, v: keep}`))
	tr.wantRefused(t, report.Usage, "rules.yaml:4:14: $rows of t: 'now' as a date is another one in every transaction")
	tr.rules = rulesOf(`t: {$rows: "v = 'today'::text AND at > current_timestamp(0) - interval '2 days'", at: keep, v: keep}`)
	tr.must(t)
	tr.wantRows(t, `SELECT count(*)::text FROM t`, "1")
}

// A condition that fails for some row is named, where it selects rows and where
// foreign keys are followed.
func TestRowsConditionFails(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (4), (5); CREATE TABLE c (p int); INSERT INTO c VALUES (4)`,
		rulesOf(`p: {$rows: "1 / (id - 5) < 0", id: keep}`, `c: {p: keep}`))
	for range 2 {
		_, err := tr.run(t.Context(), t)
		text := wantCode(t, err, report.Incompatible)
		var e *report.Error
		if !errors.As(err, &e) || !strings.Contains(text, "22012 (division by zero)") || !strings.Contains(e.Hint, "$rows at rules.yaml:4:14 cannot be computed for some row") {
			t.Errorf("%s: %+v", text, e)
		}
		tr.prod.run(t, tr.source(), `ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p`)
	}
}

const ordersSQL = `CREATE TABLE regions (id int PRIMARY KEY, name text); INSERT INTO regions SELECT i, 'r' || i FROM generate_series(1, 10) i;
CREATE TABLE customers (id int PRIMARY KEY, region int REFERENCES regions, boss int REFERENCES customers, old boolean NOT NULL);
INSERT INTO customers SELECT i, i % 10 + 1, CASE WHEN i > 10 THEN i - 10 END, i <= 50 FROM generate_series(1, 100) i;
CREATE TABLE orders (id int, customer int REFERENCES customers (id)); INSERT INTO orders SELECT i, CASE WHEN i % 2 = 0 THEN i * 2 END FROM generate_series(1, 50) i;`

// References that would dangle are counted before anything is written.
func TestRowsDanglingRefused(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, ordersSQL, rulesOf(`regions: {$rows: none}`, `customers: {$rows: "NOT old", id: keep, region: keep, boss: keep, old: keep}`, `orders: {id: keep, customer: keep}`))
	n := tr.prod.ask(t, tr.source(), `SELECT count(*)::text FROM orders o JOIN customers c ON c.id = o.customer WHERE old`)[0]
	tr.wantRefused(t, report.Incompatible, "rules.yaml:5:22: foreign key orders_customer_fkey: "+n+" rows of orders would refer to rows of customers that are left out",
		"foreign key customers_boss_fkey: 10 rows of customers would refer to rows of customers", "rules.yaml:4:20: foreign key customers_region_fkey: 50 rows of customers would refer to rows of regions", "close: true")
}
