package anonymize

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// A place's path is told apart from the names in it, and comes back as the keys
// that rule it.
func TestLevels(t *testing.T) {
	part := func(f Field, name string) string { return partOf(f, Field{Name: name}).Name }
	pg := func(name string, form Form) Field {
		return Field{Store: "postgres", Group: "t", Name: name, Form: form}
	}
	array := func(name string) Field { return partOf(pg(name, FormArray), Field{Form: FormRecord}) }
	for _, tc := range []struct {
		store, path string
		want        string // keys, one after the other
	}{
		{"postgres", pg("a:b", FormText).path(), "a:b"},
		{"postgres", pg("$x", FormText).path(), `\$x`},
		{"postgres", pg("a[]", FormText).path(), "a[]"},
		{"postgres", pg(`a\[]`, FormText).path(), `a\\[]`},
		{"postgres", pg("**", FormText).path(), `\*\*`},
		{"postgres", part(pg("a:b", FormRecord), "c:d"), "a:b json c:d"},
		{"postgres", part(pg("a", FormRecord), "b"), "a json b"},
		{"postgres", array("a:b").Name, "a:b list"},
		{"postgres", array("a[]").Name, "a[] list"},
		{"postgres", array(`a\`).Name, `a\\ list`},
		{"postgres", part(array("a:b"), "*"), `a:b list json \*`},
		{"postgres", joinPath(pg("a:b", FormJSON).path(), "x.y"), "a:b json x.y"},
		{"search", Field{Store: "search", Group: "i", Name: "dc:title"}.path(), "dc:title"},
		{"search", Field{Store: "search", Group: "i", Name: "$ref"}.path(), `\$ref`},
		{"redis", "hash:*", "hash *"},
	} {
		if got := strings.Join(levelsOf(tc.store, tc.path), " "); got != tc.want {
			t.Errorf("%s %s: keys %q, want %q", tc.store, tc.path, got, tc.want)
		}
	}
	nested := partOf(partOf(pg("a:b", FormRecord), Field{Name: "c", Form: FormRecord}), Field{Name: "d"})
	if got := levelsOf("postgres", nested.Name); !slices.Equal(got, []string{"a:b", "json", "c.d"}) {
		t.Errorf("an attribute of an attribute: %q", got)
	}
}

// Columns with names that mean something else are held against their own lines,
// and a "*" does not take the place of the column that is called so.
func TestOddColumnsAreRuled(t *testing.T) {
	names := []string{"*", "**", "$x", "a*", "a:b", `a\b`, "[]"}
	var fields []Field
	for _, name := range names {
		fields = append(fields, column(name, FormText))
	}
	in := input(t, header+"postgres:\n  things: {id: keep}\n", append(fields, column("id", FormInt))...)
	r := refusal(t, in)
	text := strings.ReplaceAll(strings.Join(r.Lines, "\n"), ": # ", ": keep # ")
	rules, err := ruleset.Parse("r.yaml", []byte(header+text+"\n    id: keep\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	in.Rules = rules
	if _, err := Compile(in); err != nil {
		t.Errorf("the pasted lines do not rule their columns: %v\n%s", err, text)
	}
	for _, name := range names {
		line := columnLine(rules.Store("postgres").Find("things"), column(name, FormText), true)
		if line == nil || line.Name != name {
			t.Errorf("%q has the line %+v", name, line)
		}
	}
	in.Rules, _ = ruleset.Parse("r.yaml", []byte(header+"postgres:\n  things: {'\\*': keep, id: keep}\n"))
	if r := refusal(t, in); len(r.Lines) != 1 || strings.Count(r.Lines[0], ": # ") != len(names)-1 {
		t.Errorf("a line for the column * rules others too:\n%s", strings.Join(r.Lines, "\n"))
	}
}
