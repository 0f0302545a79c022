package postgres

import (
	"maps"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const logsSQL = `CREATE TABLE logs (id int, at int, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE INDEX ON logs (v);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10); CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20);
CREATE TABLE late (id int NOT NULL, at int NOT NULL, v text, PRIMARY KEY (id, at)); CREATE TABLE refs (n int PRIMARY KEY, id int, at int, FOREIGN KEY (id, at) REFERENCES logs);
INSERT INTO logs SELECT i, i % 20, 'v' || i FROM generate_series(1, 200) i; INSERT INTO late SELECT i, 20 + i % 10, 'v' || i FROM generate_series(1, 50) i;
INSERT INTO refs SELECT i, i, i % 20 FROM generate_series(1, 60) i`

// treeChanges are what may happen to a partitioned table while it is copied.
func treeChanges() map[string]string {
	return map[string]string{
		"a new one":            `CREATE TABLE logs_3 PARTITION OF logs FOR VALUES FROM (30) TO (40); INSERT INTO logs SELECT i, 30, 'new' FROM generate_series(1, 20) i`,
		"one that is attached": `ALTER TABLE logs ATTACH PARTITION late FOR VALUES FROM (20) TO (30)`,
		"one that is detached": `ALTER TABLE refs DROP CONSTRAINT refs_id_at_fkey; ALTER TABLE logs DETACH PARTITION logs_2`,
	}
}

// fromTree are rules whose rows are read from the partitioned table as a whole,
// beside the plain ones, and what the twin then holds.
func fromTree() map[string]struct{ rules, counts string } {
	const late, plain = `late: {id: keep, at: keep, v: keep}`, `logs: {id: keep, at: keep, v: keep}`
	return map[string]struct{ rules, counts string }{
		"plain":     {rulesOf(plain, late, `refs: {n: keep, id: keep, at: keep}`), "200|50|60"},
		"closed":    {rulesOf(`logs: {$rows: {source: "id = 1", close: true}, id: keep, at: keep, v: keep}`, late, `refs: {n: keep, id: keep, at: keep}`), "60|50|60"},
		"condition": {rulesOf(plain, late, `refs: {$rows: "EXISTS (SELECT FROM public.logs l WHERE l.id = refs.n AND l.at >= 10)", n: keep, id: keep, at: keep}`), "200|50|30"},
		"its own":   {rulesOf(`logs: {$rows: "id <= (SELECT count(*) FROM public.logs)", id: keep, at: keep, v: keep}`, late, `refs: {n: keep, id: keep, at: keep}`), "200|50|60"},
	}
}

// A partition that comes or goes in mid-run: the twin has the snapshot's rows,
// each once, or the run ends with Transient.
func TestP02_PartitionsChangeInMidRun(t *testing.T) {
	t.Parallel()
	for _, phase := range []report.Phase{report.Compile, report.Copy} {
		for change, sql := range treeChanges() {
			for kind, by := range fromTree() {
				t.Run(strings.Join([]string{string(phase), change, kind}, "/"), func(t *testing.T) {
					t.Parallel()
					tr := newTrial(t, logsSQL, by.rules)
					schema := tr.prod.schemaAt(t, tr.source(), tr.staging)
					tr.once(phase, func() { tr.prod.run(t, tr.source(), sql) })
					if _, err := tr.run(t.Context(), t); err != nil && (kind != "plain" || strings.Contains(change, "detached")) {
						wantCode(t, err, report.Transient)
						tr.wantNothingBeside(t)
						return
					} else if err != nil {
						t.Fatalf("nothing was read that has changed: %v", err)
					}
					tr.wantRows(t, `SELECT concat_ws('|', (SELECT count(*) FROM logs), (SELECT count(*) FROM late), (SELECT count(*) FROM refs))`, by.counts)
					if tr.staging.schema(t, tr.twin) != schema {
						t.Error("the schema is not the snapshot's")
					}
				})
			}
		}
	}
}

// A partition that comes or goes between the snapshot and the reading of the
// catalogue: each table is where the snapshot has it.
func TestP02_TreesAreThoseOfTheSnapshot(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, logsSQL, nobody)
	r := tr.open(t)
	if err := r.openSnapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	changes := treeChanges()
	tr.prod.run(t, tr.source(), changes["one that is attached"]+";"+changes["one that is detached"])
	err := r.inSnapshot(t.Context(), func(d door) (err error) {
		r.cat, err = readCatalog(t.Context(), d.query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"logs_1": "logs", "logs_2": "logs", "late": "late", "refs": "refs"}
	got := make(map[string]string)
	for _, t := range r.cat.tables {
		got[t.name] = t.group.name
	}
	if !maps.Equal(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
}
