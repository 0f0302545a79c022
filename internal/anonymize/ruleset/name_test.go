package ruleset

import (
	"testing"

	"pgregory.net/rapid"
)

// Every name can be written, and what is written means it alone.
func TestColumnKey(t *testing.T) {
	for name, want := range map[string]string{
		"id": "id", "$x": `\$x`, "a$x": "a$x", "*": `\*`, "**": `\*\*`, "a*": `a\*`, `\`: `\\`, `\*`: `\\\*`, `\$x`: `\\$x`, "a:b": "a:b", "a.b": "a.b", "x[]": "x[]", " ": " ", `"`: `"`,
	} {
		if got := ColumnKey(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
	}
	for _, key := range []string{"", "*", "**", "a*", `\`, `a\`, `\\\`} {
		if name, err := ColumnName(key); err == nil {
			t.Errorf("key %q is the column %q", key, name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`[a$*:.\[\]\\ "'#{}]{1,6}`), rapid.StringN(1, 8, -1)).Draw(t, "name")
		if got, err := ColumnName(ColumnKey(name)); err != nil || got != name {
			t.Fatalf("%q comes back as %q: %v", name, got, err)
		}
		rules, err := Parse("r", []byte("version: 1\npeople: none\n"+Line("postgres", "t", ColumnKey(name), "keep")+"    \"*\": text\n"))
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		fields := rules.Stores[0].Groups[0].Fields
		if len(fields) != 2 || fields[0].Name != name || fields[1].Name != "" || fields[1].Path != "*" {
			t.Fatalf("%q is read as %+v", name, fields)
		}
	})
}

// Where a column is named as the one that tells the person, it is named alike.
func TestOddColumnsOfPeople(t *testing.T) {
	rules, err := Parse("r", []byte(`version: 1
person:
  postgres:
    users: {id: "\\*", name: $x, email: "a\\\\b"}
postgres:
  users: {"\\*": keep, "\\$x": person.name, "a\\\\b": person.email}
  notes: {$person: "\\$x", "\\$x": keep, body: {text: , context: "\\$x"}}
redis:
  "h": {hash: {"\\*": keep, "a*": keep, "*": text}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if src := rules.Sources[0]; src.ID != "*" || src.Name != "$x" || src.Email != `a\b` {
		t.Errorf("the source is %+v", src)
	}
	for i, want := range []string{"*", "a*", ""} {
		if got := rules.Store("redis").Groups[0].Rule.Fields[i].Name; got != want {
			t.Errorf("field %d of the hash is %q, want %q", i, got, want)
		}
	}
	for _, wrong := range []string{`users: {id: "*", name: x}`, `users: {id: "a*", name: x}`} {
		if _, err := Parse("r", []byte("version: 1\nperson:\n  postgres:\n    "+wrong+"\n")); err == nil {
			t.Errorf("accepted: %s", wrong)
		}
	}
}
