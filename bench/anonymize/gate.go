package main

import (
	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// gate passes values as a copy does: a row's id, which names its person, and
// one ruled value.
type gate struct {
	a   *anonymize.Anonymizer
	row *anonymize.Row
}

// newGate compiles one rule for people who are known.
func newGate(rule string, people *person.Index, o person.Options) (*gate, error) {
	rules, err := ruleset.Parse("rules.yaml", []byte("version: 1\nperson: {postgres: {people: {id: id, first: f, last: l, email: e, phone: p}}}\npostgres: {t: {$person: id, id: keep, v: "+rule+"}}\n"))
	if err != nil {
		return nil, err
	}
	fields := []anonymize.Field{
		{Store: "postgres", Group: "t", Name: "id", Type: "text", Form: anonymize.FormText},
		{Store: "postgres", Group: "t", Name: "v", Type: "text", Form: anonymize.FormText},
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

// pass sends one row through; the result is valid until the next one.
func (g *gate) pass(id, value []byte) []byte {
	g.a.Begin(g.row)
	if _, err := g.a.Value(0, id); err != nil {
		panic(err) // the rule takes every value of these benchmarks
	}
	clean, err := g.a.Value(1, value)
	if err != nil {
		panic(err)
	}
	return clean.Bytes()
}
