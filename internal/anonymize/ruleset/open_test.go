package ruleset

import (
	"slices"
	"strings"
	"testing"
)

// What a pattern leaves open is told from what it says itself, whichever way
// its wildcards have to be tried.
func TestOpenParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ store, pattern, name, want string }{
		{"redis", "user:*", "user:rose", "rose"},
		{"redis", "*", "rose", "rose"},
		{"redis", "user:*:mail:*", "user:12:mail:a@b.cd", "12|a@b.cd"},
		{"redis", "a*b*c", "aXbYbZc", "X|YbZ"},
		{"redis", "*:v2", "v2:v2", "v2"},
		{"redis", "v?:*", "v2:rose", "2|rose"},
		{"redis", "v?*:x", "v2rose:x", "2rose"},
		{"redis", "user:", "user:", ""},
		{"redis", "user:*", "user:", ""},
		{"redis", "user:{users.id}:*", "user:12:rose", "12|rose"},
		{"redis", "*:{users.id}", "a:12:12", "a:12|12"},
		{"redis", "x:{users.id}", "x:12", "12"},
		{"blob", "a/*/b/**", "a/x/b/c/d.pdf", "x|c/d.pdf"},
		{"blob", "**/*.pdf", "a/b/rose.pdf", "a/b|rose"},
		{"redis", "user:*", "other", ""},
	} {
		p, err := ParsePatternFor(c.store, c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, part := range p.Open(c.name) {
			got = append(got, c.name[part.Start:part.End])
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s leaves %q open in %q, want %q", c.pattern, s, c.name, c.want)
		}
		if !slices.IsSortedFunc(p.Open(c.name), func(a, b Part) int { return a.Start - b.Start }) {
			t.Errorf("%s: not in order", c.pattern)
		}
	}
}
