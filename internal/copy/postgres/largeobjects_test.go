package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const objectRules = "version: 1\npeople: none\npostgres:\n  files: {id: keep, body: keep}\n  pg_largeobject: {data: %}\n"

// objectSQL makes large objects: short, empty, of several blocks, with a hole.
const objectSQL = `CREATE TABLE files (id int, body oid); INSERT INTO files VALUES (1, lo_from_bytea(70001, 'short')), (2, lo_create(70002)),
(3, lo_from_bytea(70003, decode(repeat('00ff5c0a', 700000), 'hex'))), (4, lo_from_bytea(70004, 'start')); SELECT lo_put(70004, 3000000, 'end'); GRANT SELECT ON LARGE OBJECT 70001 TO PUBLIC`

const objectSums = `SELECT oid || ' ' || md5(lo_get(oid)) || ' ' || lomowner::regrole || coalesce(lomacl::text, '') FROM pg_largeobject_metadata ORDER BY oid`

func objectTrial(t *testing.T, verb string) *trial {
	t.Helper()
	return newTrial(t, objectSQL, strings.Replace(objectRules, "%", verb, 1))
}

// Large objects are copied with their numbers, owners and rights.
func TestP13_LargeObjectsAreCopied(t *testing.T) {
	t.Parallel()
	owner := "owner_" + random()
	serverOf(t, "STAGING").role(t, owner, "")
	tr := objectTrial(t, "keep")
	want := strings.Join(tr.prod.ask(t, tr.source(), objectSums), "\n")
	m := tr.must(t)
	got := strings.NewReplacer(`"`, "", `\`, "", tr.copies(), "postgres").Replace(strings.Join(tr.staging.ask(t, tr.twin, objectSums), "\n"))
	if got != want {
		t.Errorf("%s\nat the source, in the twin\n%s", want, got)
	}
	if m.Stores[0].Tally.Groups[objectsGroup] != 4 {
		t.Errorf("counted %v", m.Stores[0].Tally.Groups)
	}
	tr.staging.run(t, "postgres", `GRANT `+ident(owner)+` TO `+ident(tr.copies()))
	tr.staging.run(t, tr.twin, `ALTER LARGE OBJECT 70003 OWNER TO `+ident(owner)+`; GRANT UPDATE ON LARGE OBJECT 70004 TO `+ident(owner))
	had := strings.Join(tr.staging.ask(t, tr.twin, objectSums), "\n")
	tr.must(t)
	if got := strings.Join(tr.staging.ask(t, tr.twin, objectSums), "\n"); got != had {
		t.Errorf("the twin had\n%s\nand has\n%s", had, got)
	}
}

// Without a rule they are refused; with null the numbers stay and the content
// goes.
func TestP13_LargeObjectsNeedARule(t *testing.T) {
	t.Parallel()
	tr := objectTrial(t, "null")
	rules := tr.rules
	tr.rules = strings.Split(rules, "  pg_largeobject")[0]
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Privacy); !strings.Contains(text, "pg_largeobject") {
		t.Errorf("error: %s", text)
	}
	tr.rules = rules
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, `SELECT count(*) || ' ' || sum(length(lo_get(oid))) FROM pg_largeobject_metadata`)[0]; got != "4 0" {
		t.Errorf("the twin has %s", got)
	}
}

// What a large object says is looked at by the proof, on the border of two
// blocks too.
func TestP13_LeakInALargeObjectIsFound(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, tinySQL+`; SELECT lo_from_bytea(70001, convert_to(repeat('lorem ', 174760) || 'xx jane.miller@corp-customer.org ' || repeat('lorem ', 9), 'UTF8'))`, tinyRules+"  pg_largeobject: {data: keep}\n")
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Privacy); !strings.Contains(text, "pg_largeobject") {
		t.Errorf("error: %s", text)
	}
}

// A chunk of large objects run twice changes nothing.
func TestP13_LargeObjectsTwice(t *testing.T) {
	t.Parallel()
	tr := objectTrial(t, "keep")
	s, plan := tr.prepared(t)
	a := plan.New()
	for c := range s.objectChunks() {
		for range 2 {
			if tally, err := c.Copy(t.Context(), a); err != nil || tally.Records != 4 {
				t.Fatalf("%+v, %v", tally, err)
			}
		}
	}
}

// $rows selects large objects by their number, which the application's tables
// refer to; what it cannot do is refused, and what is carried beyond the rows of
// a table is told of.
func TestP13_RowsOfLargeObjects(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, objectSQL, strings.Replace(objectRules, "pg_largeobject: {", `pg_largeobject: {$rows: "loid IN (SELECT body FROM public.files WHERE id < 3)", `, 1))
	tr.rules = strings.NewReplacer("data: %", "data: keep", "files: {", `files: {$rows: "id < 3", `).Replace(tr.rules)
	m := tr.must(t)
	tr.wantRows(t, `SELECT oid::text FROM pg_largeobject_metadata ORDER BY oid`, "70001", "70002")
	if m.Stores[0].Tally.Groups[objectsGroup] != 2 {
		t.Errorf("counted %v", m.Stores[0].Tally.Groups)
	}
	good := tr.rules
	tr.rules = strings.Replace(good, "WHERE id < 3)", "WHERE idd < 3)", 1)
	tr.wantRefused(t, report.Usage, "$rows of pg_largeobject", "at idd")
	tr.rules = strings.Replace(good, `pg_largeobject: {$rows: "loid IN (SELECT body FROM public.files WHERE id < 3)"`, "pg_largeobject: {$rows: {source: all, preserve: all}", 1)
	tr.wantRefused(t, report.Usage, "pg_largeobject", "preserve")
	tr.rules = strings.Replace(good, `$rows: "loid IN (SELECT body FROM public.files WHERE id < 3)", `, "", 1)
	wantNote(t, tr.must(t), "files: large objects that only rows which are left out refer to are copied too: give pg_largeobject a $rows of its own")
	tr.wantRows(t, `SELECT count(*)::text FROM pg_largeobject_metadata`, "4")
	tr.rules = strings.NewReplacer(`$rows: "loid IN (SELECT body FROM public.files WHERE id < 3)", `, "", `$rows: "id < 3"`, "$rows: {source: all, preserve: all}").Replace(good)
	wantNote(t, tr.must(t), "files: large objects of the old twin are not preserved, and column body of rows that are may refer to one")
}

// A role that may not read them is told so, with what lets it, before anything
// is read.
func TestP13_RightToReadLargeObjects(t *testing.T) {
	t.Parallel()
	tr := objectTrial(t, "keep")
	name := "plain-" + random()
	tr.src.Store = as(tr.src.Store, name, tr.prod.role(t, name, ""))
	tr.prod.run(t, tr.source(), `GRANT SELECT ON files TO `+ident(name))
	t.Cleanup(func() { tr.prod.run(t, tr.source(), `DROP OWNED BY `+ident(name)) })
	_, err := tr.run(t.Context(), t)
	want := `GRANT SELECT ON pg_catalog.pg_largeobject TO "` + name + `"`
	if text := wantCode(t, err, report.Denied); !strings.Contains(text, want) || !strings.Contains(text, "as a superuser") {
		t.Errorf("error: %s", text)
	}
	tr.prod.run(t, tr.source(), want)
	tr.must(t)
}
