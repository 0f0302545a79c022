package postgres

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

//go:embed testdata/everything.sql
var everythingSQL string

const everythingRules = `version: 1
people: none
postgres:
  $comments: keep
  customers: {id: keep, contact: keep, mail: keep, c: keep, m: keep, p: keep, s: keep}
  "Order \"Lines\"\nx": {Id: keep, customer: keep, Note: keep, span: keep}
  a: {id: keep, b: keep}
  b: {id: keep, a: keep}
  quick: {v: keep}
  parent: {id: keep, v: keep}
  child: {id: keep, v: keep, extra: keep}
  hr.events: {id: keep, at: keep, region: keep}
  hr.detached: {id: keep, at: keep, region: keep}
  hashed: {id: keep}
`

// fullSchema is pg_dump's text with owners, rights and comments, as another
// server prints it, but for what docs/adr/0007 says a twin does not carry.
func (s server) fullSchema(t *testing.T, database string, dst server) string {
	t.Helper()
	var kept []string
	for statement := range strings.SplitSeq(s.dumpedAt(t, database, dst, "--no-subscriptions", "--no-security-labels"), ";\n") {
		var lines []string
		for line := range strings.Lines(statement) {
			if !strings.HasPrefix(line, `\`) && !strings.HasPrefix(line, "--") && strings.TrimSpace(line) != "" {
				lines = append(lines, line)
			}
		}
		text := strings.Join(lines, "")
		switch {
		case strings.HasPrefix(text, "CREATE USER MAPPING"), strings.HasPrefix(text, "ALTER SCHEMA public OWNER TO"):
			continue
		case strings.HasPrefix(text, "CREATE SERVER"):
			text, _, _ = strings.Cut(text, " OPTIONS")
		}
		kept = append(kept, text)
	}
	return strings.Join(kept, ";\n")
}

// A schema made to contain everything that pg_dump carries arrives complete,
// owners and rights included.
func TestEverythingPgDumpCarries(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, everythingSQL, everythingRules)
	t.Cleanup(func() {
		tr.prod.run(t, tr.source(), `ALTER SUBSCRIPTION sub DISABLE; ALTER SUBSCRIPTION sub SET (slot_name = NONE)`)
		tr.prod.run(t, tr.source(), `DROP SUBSCRIPTION sub`)
	})
	if tr.prod.major(t) < 14 { // no right is to be there for the reader's sake
		tr.prod.run(t, tr.source(), `DROP OWNED BY reads_all`)
		tr.src.Store = tr.prod.store(tr.source())
	}
	tr.dst = tr.staging.store(tr.twin) // operator classes, event triggers and publications of all tables are a superuser's
	tr.dst.Roles = map[string]string{"postgres": "postgres"}
	m := tr.must(t)
	if diff := cmp.Diff(strings.Split(tr.prod.fullSchema(t, tr.source(), tr.staging), "\n"), strings.Split(tr.staging.fullSchema(t, tr.twin, tr.staging), "\n")); diff != "" {
		t.Errorf("source (-) and twin (+):\n%s", diff)
	}
	wantNote(t, m, "foreign server far leads nowhere")
	wantNote(t, m, "subscription sub")
	for sql, want := range map[string]string{`SELECT count(*)::text FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`: "0",
		`SELECT count(*)::text FROM pg_user_mapping`: "0", `SELECT string_agg(v, ',' ORDER BY id) FROM parent`: "p,c", `SELECT relispopulated::text FROM pg_class WHERE relname = 'unfilled'`: "false"} {
		if got := tr.staging.ask(t, tr.twin, sql)[0]; got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}
