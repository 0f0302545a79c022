package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Where rows of the old twin stay beside the source's, the kept values of all of
// them are summed, whoever gave way; a value that was changed since is noticed.
func TestPreservedRowsAreSummed(t *testing.T) {
	t.Parallel()
	for _, prefer := range []string{"source", "twin"} {
		for _, sql := range []string{`UPDATE flags SET name = 'flag9' WHERE id = 1`, `UPDATE flags SET moods = '{on,on}' WHERE id = 90`} {
			t.Run(prefer+" "+sql, func(t *testing.T) {
				t.Parallel()
				tr := flags(t, `{source: all, preserve: "flags.name <> 'flag1'", prefer: `+prefer+`}`)
				tr.afterSeal(t, sql)
				_, err := tr.run(t.Context(), t)
				if text := wantCode(t, err, report.Mismatch); !strings.Contains(text, "flags: 5 records, but") {
					t.Errorf("error: %s", text)
				}
			})
		}
	}
}

// A serial column that only the source has is drawn for the rows that stay,
// beyond the source's numbers.
func TestPreserveDrawsNumbers(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE flags (name text PRIMARY KEY, kind text NOT NULL DEFAULT 'x'); INSERT INTO flags VALUES ('a'), ('b')`, rulesOf(`flags: {name: keep, kind: keep}`))
	tr.must(t)
	tr.staging.run(t, tr.twin, `DELETE FROM flags WHERE name = 'b'; INSERT INTO flags VALUES ('own'), ('other')`)
	tr.prod.run(t, tr.source(), `ALTER TABLE flags ADD COLUMN id serial UNIQUE, ADD COLUMN "No" bigserial; UPDATE flags SET id = 70 WHERE name = 'b'; CREATE SEQUENCE s; ALTER TABLE flags ADD COLUMN plain int DEFAULT nextval('s')`)
	tr.rules = rulesOf(`flags: {$rows: {source: all, preserve: all}, name: keep, kind: keep, id: keep, "No": keep, plain: keep}`)
	tr.must(t)
	tr.wantRows(t, `SELECT concat_ws('|', name, id, "No") FROM flags ORDER BY id`, "a|1|1", "b|70|2", "own|72|4", "other|73|5")
	tr.wantRows(t, `SELECT nextval('flags_id_seq')::text`, "74")
	tr.must(t)
	tr.wantRows(t, `SELECT concat_ws('|', name, id, "No") FROM flags ORDER BY id`, "a|1|1", "b|70|2", "own|72|4", "other|73|5")
}
