package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const commentSQL = tinySQL + `; COMMENT ON TABLE t IS 'a table'; COMMENT ON COLUMN t.v IS 'a column'; CREATE INDEX ti ON t (v); COMMENT ON INDEX ti IS 'an index';
COMMENT ON SCHEMA public IS 'another'; COMMENT ON TABLE t IS 'ask jane.miller@corp-customer.org'; COMMENT ON TABLE t IS 'a table'; CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'mine'`

const commentsOf = `SELECT description FROM pg_description WHERE objoid >= 16384 AND classoid = 'pg_class'::regclass OR objoid = 'public'::regnamespace ORDER BY 1`

// Comments are dropped; with $comments: keep they are carried, and scanned.
func TestP19_Comments(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, commentSQL, tinyRules)
	tr.must(t)
	if got := strings.Join(tr.staging.ask(t, tr.twin, commentsOf), ", "); strings.Contains(got, "a table") {
		t.Errorf("the twin has %s", got)
	}
	tr.rules = strings.Replace(tinyRules, "postgres:\n", "postgres:\n  $comments: keep\n", 1)
	m := tr.must(t)
	want := "a column, a table, an index, another"
	if tr.staging.major(t) < 15 { // public is the superuser's
		want = "a column, a table, an index, standard public schema"
		wantNote(t, m, "the comment on schema public is not carried")
	}
	if got := strings.Join(tr.staging.ask(t, tr.twin, commentsOf), ", "); got != want {
		t.Errorf("the twin has %s, want %s", got, want)
	}
	tr.prod.run(t, tr.source(), `COMMENT ON COLUMN t.v IS 'ask jane.miller@corp-customer.org'`)
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Privacy); !strings.Contains(text, "comment on a table column") || strings.Contains(text, "jane") {
		t.Errorf("error: %s", text)
	}
	tr.rules = tinyRules // what is dropped may say what it likes
	tr.must(t)
}
