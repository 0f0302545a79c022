package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
)

// What stands for an address is longer than it, and may begin in one piece of
// a long row and end in the next: nothing is lost at the edge.
func TestA27_ReplacementsOverAnEdge(t *testing.T) {
	t.Parallel()
	sql := `CREATE TABLE users (id int, name text, email text); INSERT INTO users VALUES (1, 'Al Ox', 'al@ox.org');
CREATE TABLE t (n int, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL;`
	for n, edge := range []int{4 << 10, 64 << 10, pieceSize, 2 * pieceSize, 5 * pieceSize} {
		for at := edge - 40; at <= edge+4; at += 4 {
			sql += fmt.Sprintf("\nINSERT INTO t VALUES (%d, repeat('x', %d) || ' al@ox.org ' || repeat('y ', %d));", n*100+at-edge+40, at, n*100)
		}
	}
	tr := newTrial(t, sql, `version: 1
person: {postgres: {users: {id: id, name: name, email: email}}}
postgres: {users: {id: keep, name: person.name, email: person.email}, t: {n: keep, v: text}}
`)
	tr.must(t)
	fake := tr.staging.ask(t, tr.twin, `SELECT email FROM users`)[0]
	if len(fake) <= len("al@ox.org") {
		t.Fatal("the replacement is no longer than the address")
	}
	want := tr.prod.ask(t, tr.source(), `SELECT n || ' ' || md5(replace(v, 'al@ox.org', $1)) FROM t ORDER BY n`, fake)
	if got := tr.staging.ask(t, tr.twin, `SELECT n || ' ' || md5(v) FROM t ORDER BY n`); len(got) != 60 || !slices.Equal(got, want) {
		t.Errorf("%d of %d rows, and not with the address replaced alone", len(got), len(want))
	}
}

// What a copy holds is a fixed point of the proof: copied texts of people in
// eight languages, in all their dresses, name nobody of the source. Kept as
// they are beside the real people, they pass once more.
func TestA26_CopiedTextsAreAFixedPoint(t *testing.T) {
	t.Parallel()
	people := corpus.People(300)
	var sql strings.Builder
	sql.WriteString("CREATE TABLE users (id int PRIMARY KEY, first text, last text, email text, phone text, locale text); CREATE TABLE t (n int, user_id int, v text); CREATE TABLE again (n int, v text);\n")
	for i := range people {
		p := &people[i]
		fmt.Fprintf(&sql, "INSERT INTO users VALUES (%d, %s, %s, %s, %s, %s);\n", p.ID, literal(p.Given), literal(p.Family), literal(p.Email), literal(p.Phone), literal(p.Locale))
	}
	n := 0
	corpus.Texts(people, func(txt *corpus.Text) {
		if body := txt.Body(); utf8.ValidString(body) && strings.IndexByte(body, 0) < 0 {
			n++
			fmt.Fprintf(&sql, "INSERT INTO t VALUES (%d, %d, %s);\n", n, txt.Pieces[1].Mention.Person.ID, literal(body))
		}
	})
	rules := `version: 1
person: {postgres: {users: {id: id, first: first, last: last, email: email, phone: phone, locale: locale}}}
postgres:
  users: {id: keep, first: person.first, last: person.last, email: person.email, phone: person.phone, locale: keep}
  t: {$person: user_id, n: keep, user_id: keep, v: scan}
  again: {n: keep, v: keep}
`
	tr := newTrial(t, sql.String(), rules)
	tr.must(t)
	clean := tr.staging.ask(t, tr.twin, `SELECT v FROM t ORDER BY n`)
	if same := tr.prod.ask(t, tr.source(), `SELECT v FROM t ORDER BY n`); len(clean) != n || n < 500 || slices.Equal(clean, same) {
		t.Fatalf("%d of %d texts", len(clean), n)
	}
	sql.Reset()
	for i, v := range clean {
		fmt.Fprintf(&sql, "INSERT INTO again VALUES (%d, %s);\n", i, literal(v))
	}
	tr.prod.run(t, tr.source(), sql.String())
	tr.must(t)
	if again := tr.staging.ask(t, tr.twin, `SELECT v FROM again ORDER BY n`); !slices.Equal(again, clean) {
		t.Error("kept texts are others")
	}
}
