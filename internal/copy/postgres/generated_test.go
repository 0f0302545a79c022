package postgres

import (
	"strings"
	"testing"
)

// A rule on a column that the server computes would be without effect. It is
// refused before anything is written, with all others and with what the column
// is computed from, under the name that the rules use.
func TestRulesOnGeneratedColumnsAreRefused(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (id int, "First name" text, last text, whole text GENERATED ALWAYS AS ("First name" || ' ' || last) STORED, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE p (id int, v text, low text GENERATED ALWAYS AS (lower(v)) STORED) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
INSERT INTO t VALUES (1, 'Waltraud', 'Secretperson'); INSERT INTO p VALUES (1, 'X')`,
		nobody+"  t: {id: keep, \"First name\": text, last: text, whole: text, twice: keep}\n  p: {id: keep, v: keep, low: null}\n")
	all := tr.refused(t)
	for _, want := range []string{
		"t.whole: the server computes this column, so that its rule would have no effect; take the line out: the rules of First name, last decide what it holds",
		"t.twice: the server computes this column", "the rules of id decide", "p.low: the server computes this column", "the rules of v decide",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no line %q in\n%s", want, all)
		}
	}
	tr.rules = nobody + "  t: {id: keep, \"First name\": {set: A}, last: {set: B}}\n  p: {id: keep, v: keep}\n"
	tr.must(t)
	tr.wantRows(t, `SELECT whole || twice FROM t UNION ALL SELECT low FROM p`, "A B2", "x")
}
