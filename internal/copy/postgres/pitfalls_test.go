package postgres

import (
	"fmt"
	"slices"
	"testing"
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
