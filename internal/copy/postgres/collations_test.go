package postgres

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// withEncoding is a trial whose source database has an encoding of its own.
func withEncoding(t *testing.T, options, sql, rules string) *trial {
	t.Helper()
	tr := newTrial(t, `SELECT 1`, rules)
	tr.prod.run(t, "postgres", `DROP DATABASE `+ident(tr.source()))
	tr.prod.run(t, "postgres", `CREATE DATABASE `+ident(tr.source())+` TEMPLATE template0 `+options)
	tr.prod.run(t, tr.source(), sql)
	tr.prod.letRead(t, tr.source())
	return tr
}

const (
	asciiOptions = `ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`
	asciiSQL     = `CREATE TABLE t (id int PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, E'J\xc3\xbcrgen Waltrauder', 'x'), (2, E'J\xfcrgen Testperson', E'ask Testperson \xff\xfe')`
)

// A database without an encoding keeps its bytes, whatever they are, and what
// rules rewrite is rewritten between them. A template with an encoding is
// refused before the start.
func TestP18_NoEncoding(t *testing.T) {
	t.Parallel()
	tr := withEncoding(t, asciiOptions, asciiSQL, keeping("t: id v w"))
	wantNote(t, tr.must(t), "no encoding (SQL_ASCII)")
	const all = `SELECT string_agg(encode((v || w)::bytea, 'hex'), ' ' ORDER BY id) FROM t`
	if got, want := tr.staging.ask(t, tr.twin, all)[0], tr.prod.ask(t, tr.source(), all)[0]; got != want || !strings.Contains(got, "fffe") {
		t.Errorf("bytes %s, want %s", got, want)
	}
	tr.rules = "version: 1\nperson: {postgres: {t: {id: id, name: v}}}\npostgres:\n  t: {id: keep, v: person.name, w: text}\n"
	tr.must(t)
	tr.wantRows(t, `SELECT count(*)::text FROM t WHERE encode((v || w)::bytea, 'escape') ~ 'Waltrauder|Testperson'`, "0")
	tr.template(t, `SELECT 1`)
	tr.wantRefused(t, report.Incompatible, "the source has encoding SQL_ASCII")
}

// Text that is not in the encoding that the database claims, as very old servers
// took it: the error names table and column, and shows no byte of it.
func TestP18_TextInAnotherEncoding(t *testing.T) {
	t.Parallel()
	tr := withEncoding(t, asciiOptions, asciiSQL, keeping("t: id v w"))
	tr.prod.run(t, "postgres", `UPDATE pg_database SET encoding = pg_char_to_encoding('UTF8') WHERE datname = `+literal(tr.source()))
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Incompatible)
	for _, want := range []string{"copy table t", "text in another encoding", "column v", "correct it"} {
		if !strings.Contains(text, want) {
			t.Errorf("not said: %s\n%s", want, text)
		}
	}
	if strings.Contains(text, "Testperson") || strings.Contains(text, "xfc") {
		t.Errorf("a value is shown: %s", text)
	}
	tr.wantNothingBeside(t)
}

// Collations of the server that are not there at the destination, or are another
// library's, are named before the start, all at once. Libraries of other versions
// are told of: that of the database, and those of columns.
func TestP18_CollationsThatDiffer(t *testing.T) {
	t.Parallel()
	tr := withEncoding(t, `ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`, `CREATE COLLATION pg_catalog."xx-one" (provider = icu, locale = 'de'); CREATE COLLATION pg_catalog."xx-two" (provider = icu, locale = 'fr');
CREATE COLLATION own (provider = icu, locale = 'sv'); CREATE TABLE t (a text COLLATE "xx-one", b text COLLATE "de-x-icu"); CREATE TABLE u (c text COLLATE own); CREATE INDEX ON u (c COLLATE "xx-two"); INSERT INTO u VALUES ('x')`,
		keeping("t: a b", "u: c"))
	tr.wantRefused(t, report.Incompatible, "xx-one of icu; xx-two of icu", "pg_import_system_collations")
	tr.prod.run(t, tr.source(), `ALTER TABLE t DROP COLUMN a; DROP INDEX u_c_idx; UPDATE pg_collation SET collversion = '1.23' WHERE collname IN ('own', 'de-x-icu')`)
	tr.rules, tr.event = keeping("t: b", "u: c"), nil
	m := tr.must(t)
	wantNote(t, m, "text under collation own sorts by version 1.23 of its library at the source")
	wantNote(t, m, "text under collation pg_catalog.de-x-icu sorts by version 1.23")
	tr.prod.run(t, tr.source(), `UPDATE pg_collation SET collprovider = 'c' WHERE collname = 'de-x-icu'`)
	tr.wantRefused(t, report.Incompatible, "de-x-icu of libc (there it is of icu)")
}

// The library of a database is another version's, and so is a template's: what to
// do is said.
func TestP18_LibraryOfTheDatabase(t *testing.T) {
	t.Parallel()
	if serverOf(t, "PROD").major(t) < 15 {
		return // databases had no library of their own
	}
	const icu = `ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'de'`
	tr := withEncoding(t, icu, tinySQL, tinyRules)
	tr.prod.run(t, "postgres", `UPDATE pg_database SET datcollversion = '1.23' WHERE datname = `+literal(tr.source()))
	wantNote(t, tr.must(t), "text sorts by version 1.23 of the collation library at the source")
	tr.dst.Template = "template-" + random()
	tr.staging.run(t, "postgres", `CREATE DATABASE `+ident(tr.dst.Template)+` TEMPLATE template0 OWNER `+ident(tr.copies())+` `+icu)
	tr.staging.dropAfter(t, tr.dst.Template)
	tr.staging.run(t, "postgres", `UPDATE pg_database SET datcollversion = '1.23' WHERE datname = `+literal(tr.dst.Template))
	_, err := tr.run(t.Context(), t)
	if text := wantCode(t, err, report.Incompatible); !strings.Contains(text, "REFRESH COLLATION VERSION") {
		t.Errorf("error: %s", text)
	}
	tr.staging.run(t, tr.dst.Template, `ALTER DATABASE `+ident(tr.dst.Template)+` REFRESH COLLATION VERSION`)
	tr.must(t)
}
