package ruleset

import "testing"

// A table says what becomes of its broken keys, else the store does, else
// they are reported.
func TestOrphans(t *testing.T) {
	r, err := Parse("rules.yaml", []byte("version: 1\npeople: none\npostgres:\n  $orphans: refuse\n  a: {id: keep, $orphans: report}\n  b: {id: keep}\npostgres/x:\n  a: {id: keep}\n"))
	if err != nil {
		t.Fatal(err)
	}
	groups := r.Stores[0].Groups
	for i, want := range []string{OrphansReport, OrphansRefuse} {
		if got := r.OrphansOf(&groups[i], "postgres"); got != want {
			t.Errorf("group %d: %s", i, got)
		}
	}
	if got := r.OrphansOf(nil, "postgres/y"); got != OrphansRefuse {
		t.Errorf("a store that the kind's rules hold for: %s", got)
	}
	if got := new(Rules).OrphansOf(nil, "postgres"); got != OrphansReport {
		t.Errorf("nothing said: %s", got)
	}
	for _, bad := range []string{"postgres:\n  a: {id: keep, $orphans: maybe}\n", "search:\n  a: {id: keep, $orphans: report}\n", "redis:\n  $orphans: report\n  a: keep\n"} {
		if _, err := Parse("rules.yaml", []byte("version: 1\npeople: none\n"+bad)); err == nil {
			t.Errorf("accepted: %s", bad)
		}
	}
}
