package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What is dropped after the snapshot, before the schema is dumped or before the
// sequences are read, ends the run with Transient and the name of what is gone.
func TestP02_DroppedInMidRun(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		phase report.Phase
		sql   string
		name  string
	}{
		{report.Seal, `DROP SEQUENCE lone`, "lone"},
		{report.Seal, `ALTER SEQUENCE lone RENAME TO away`, "lone"},
		{report.Seal, `DROP SEQUENCE lone; CREATE TABLE lone (v text)`, "lone"},
		{report.Seal, `DROP TABLE items CASCADE`, "items_id_seq"},
		{report.Prepare, `DROP SEQUENCE lone`, ""},
		{report.Prepare, `DROP TABLE items CASCADE`, ""},
		{report.Prepare, `DROP VIEW seen; DROP FUNCTION f; DROP TYPE mood`, ""},
	} {
		t.Run(string(tc.phase)+" "+tc.sql, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, itemsSQL+`; CREATE SEQUENCE lone; CREATE VIEW seen AS SELECT 1 AS one; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE mood AS ENUM ('on')`, itemsRules)
			tr.once(tc.phase, func() { tr.prod.run(t, tr.source(), tc.sql) })
			_, err := tr.run(t.Context(), t)
			if tc.name == "" && err == nil { // the snapshot's catalogue was enough
				return
			}
			if text := wantCode(t, err, report.Transient); !strings.Contains(text, tc.name) || !strings.Contains(text, "after the snapshot") {
				t.Errorf("the error does not say what and why: %s", text)
			}
			tr.wantNothingBeside(t)
		})
	}
}
