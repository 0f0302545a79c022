package postgres

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// oddNames are names that mean something else in a rules file, in YAML or in a
// path, when they are written as they are.
var oddNames = []string{
	"$x", "$rows", "$person", "$", "*", "**", "a*", "*.b", "a:b", ":", "a.b", "a..b", ".", "[]", "a[]", "a[0]", "a:b[]", "\\", "\\x", "a\\b", "\\*", "\\$x", "a\\:b", " ", " lead", "trail ", "two words",
	`"`, `say "hi"`, "it's", "'", "#", "a # b", "-", "- a", "?", "!x", "&x", "|", ">", "%x", "@x", "`x`", "{", "{x}", "{{", "}", "a,b", "a: b", "a:", "null", "true", "yes", "~", "1", "1.5", "0x1", "2026-01-01", "<<", "=",
	"tab\there", "line\nbreak", "größe", "naïve:$*", "\u2028", "ünïcode.*", "keep", "json", "_id", "oid ",
}

// pasted gives each line of a refusal a verb, as somebody does who pastes it.
func pasted(t *testing.T, err error, verb string) string {
	t.Helper()
	text := wantCode(t, err, report.Privacy)
	from := strings.Index(text, "\n  postgres:")
	to := strings.LastIndex(text, "\nhint: ")
	if from < 0 || to < from {
		t.Fatalf("the refusal has no lines to paste:\n%s", text)
	}
	lines := strings.ReplaceAll(text[from:to], "\n  ", "\n")
	return "version: 1\npeople: none\n" + regexp.MustCompile(`(?m): # .*$`).ReplaceAllString(lines, ": "+verb)
}

// Whatever a column is called, the line that the refusal prints rules it, and
// rules nothing else.
func TestOddColumnNames(t *testing.T) {
	t.Parallel()
	var columns, values []string
	for _, name := range oddNames {
		columns, values = append(columns, ident(name)+" text"), append(values, "'as it was'")
	}
	tr := newTrial(t, `CREATE TABLE odd (`+strings.Join(columns, ", ")+`); INSERT INTO odd VALUES (`+strings.Join(values, ", ")+`)`, rulesOf(`other: {id: keep}`))
	_, err := tr.run(t.Context(), t)
	tr.rules = pasted(t, err, "{set: set by rule}")
	tr.must(t)
	for _, name := range oddNames {
		if got := tr.staging.ask(t, tr.twin, `SELECT `+ident(name)+` FROM odd`); fmt.Sprint(got) != "[set by rule]" {
			t.Errorf("%q: the twin has %q", name, got)
		}
	}
}

// The same of what lies in such columns: attributes of composites, elements of
// arrays, members of JSON.
func TestOddNamesInside(t *testing.T) {
	t.Parallel()
	names := []string{"$x", "*", "**", "a*", "a:b", "a.b", "a[]", "[]", "\\", "two words", `"`, "it's", "x"}
	var attributes []string
	for _, name := range names {
		attributes = append(attributes, ident(name)+" text")
	}
	row := "ROW(" + strings.TrimSuffix(strings.Repeat("'as it was',", len(names)), ",") + ")::spot"
	for _, kind := range []struct{ typ, value, rule string }{
		{"spot", row, "{json: {nothing: keep}}"},
		{"spot[]", "ARRAY[" + row + ", " + row + "]", "{list: {json: {nothing: keep}}}"},
		{"jsonb", `'{"real": {"inner": "as it was"}, "list": ["as it was"]}'`, "{json: {nothing: keep}}"},
	} {
		t.Run(kind.typ, func(t *testing.T) {
			t.Parallel()
			var columns, values, rules []string
			for _, name := range names {
				columns, values = append(columns, ident(name)+" "+kind.typ), append(values, kind.value)
				rules = append(rules, strings.TrimPrefix(ruleset.Line("postgres", "odd", ruleset.ColumnKey(name), kind.rule), "postgres:\n  odd:\n"))
			}
			tr := newTrial(t, `CREATE TYPE spot AS (`+strings.Join(attributes, ", ")+`); CREATE TABLE odd (`+strings.Join(columns, ", ")+`); INSERT INTO odd VALUES (`+strings.Join(values, ", ")+`)`,
				"version: 1\npeople: none\npostgres:\n  odd:\n"+strings.Join(rules, ""))
			_, err := tr.run(t.Context(), t)
			tr.rules = pasted(t, err, "{set: set by rule}")
			tr.must(t)
			left := tr.staging.ask(t, tr.twin, `SELECT o::text FROM odd o WHERE o::text LIKE '%as it was%' OR o::text NOT LIKE '%set by rule%'`)
			if len(left) > 0 {
				t.Errorf("values that no pasted line has reached: %s", left)
			}
		})
	}
}
