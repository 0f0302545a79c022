package main

import (
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// gate passes values as a copy does: one ruled value a row, and before it the
// row's id, if that names its person.
type gate struct {
	a   *anonymize.Anonymizer
	row *anonymize.Row
}

// newGate compiles the rules of a table for people who are known. An id that
// names the row's person stands before the value.
func newGate(table string, people *person.Index, o person.Options) (*gate, error) {
	rules, err := ruleset.Parse("rules.yaml", []byte("version: 1\nperson: {postgres: {people: {id: id, first: f, last: l, email: e, phone: p}}}\npostgres: {t: {"+table+"}}\n"))
	if err != nil {
		return nil, err
	}
	fields := []anonymize.Field{{Store: "postgres", Group: "t", Name: "v", Type: "text", Form: anonymize.FormText}}
	if strings.HasPrefix(table, identified) {
		fields = append(fields, anonymize.Field{Store: "postgres", Group: "t", Name: "id", Type: "text", Form: anonymize.FormText})
	}
	plan, err := anonymize.Compile(anonymize.Input{Rules: rules, Fields: fields, People: people, Names: o.Names, Keys: o.Keys})
	if err != nil {
		return nil, err
	}
	row, err := plan.Row("postgres", "t", fields)
	if err != nil {
		return nil, err
	}
	return &gate{a: plan.New(), row: row}, nil
}

// identified begins the rules of a table whose rows have a person.
const identified = "$person: id, id: keep, "

// pass sends one row through; the result is valid until the next one.
func (g *gate) pass(id, value []byte) []byte {
	g.a.Begin(g.row)
	last := len(g.row.Steps) - 1
	if last > 0 {
		if _, err := g.a.Value(0, id); err != nil {
			panic(err) // the rule takes every value of these benchmarks
		}
	}
	clean, err := g.a.Value(last, value)
	if err != nil {
		panic(err)
	}
	return clean.Bytes()
}
