package postgres

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// BenchmarkWalkerPeople passes the rows of 100,000 distinct people in random
// order: 14 columns, four of them the pseudonym's. The goal is a microsecond a
// row, without allocation.
func BenchmarkWalkerPeople(b *testing.B) {
	const people = 100_000
	records := make([]person.Record, people)
	for i := range records {
		records[i] = person.Record{Source: "t", ID: fmt.Sprint(i), First: fmt.Sprintf("Given%d", i%977), Last: fmt.Sprintf("Family%d", i), Email: fmt.Sprintf("given.family%d@acme.org", i), Phone: fmt.Sprintf("+41 44 %07d", i)}
	}
	row, a := peopled(b, records)
	messages := make([][]byte, people)
	for i, at := range rand.New(rand.NewPCG(1, 2)).Perm(people) {
		r := records[at]
		values := [][]byte{[]byte(fmt.Sprint(at)), []byte(r.First), []byte(r.Last), []byte(r.Email), []byte(r.Phone)}
		for len(values) < 14 {
			values = append(values, []byte(fmt.Sprintf("%032d", len(values))))
		}
		messages[i] = tuple(values...)
	}
	out := &sink{}
	w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: out, started: true}
	scratch, next := make([]byte, 64<<10), 0
	b.ReportAllocs()
	for b.Loop() {
		if err := w.message(messages[next]); err != nil {
			b.Fatal(err)
		}
		if next++; next == people {
			next = 0
		}
		if out.ready() > len(scratch)-2000 {
			out.take(scratch)
		}
	}
}

// peopled compiles a table t whose rows are people.
func peopled(t testing.TB, records []person.Record) (*anonymize.Row, *anonymize.Anonymizer) {
	t.Helper()
	rules, err := ruleset.Parse("rules.yaml", []byte(`version: 1
person: {postgres: {t: {id: id, first: first, last: last, email: email, phone: phone}}}
postgres:
  t: {id: keep, first: person.first, last: person.last, email: person.email, phone: person.phone, c05: keep, c06: keep, c07: keep, c08: keep, c09: keep, c10: keep, c11: keep, c12: keep, c13: keep}
`))
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion(rules.Names)
	if err != nil {
		t.Fatal(err)
	}
	in := anonymize.Input{Rules: rules, Names: names, Keys: root.Keyring("acme", 1)}
	if in.People, err = person.Build(records, person.Options{Sources: []string{"t"}, Keys: in.Keys, Names: names, EmailDomain: rules.EmailDomain}); err != nil {
		t.Fatal(err)
	}
	for _, f := range rules.Stores[0].Groups[0].Fields {
		in.Fields = append(in.Fields, anonymize.Field{Store: "postgres", Group: "t", Name: f.Path, Type: "text", Form: anonymize.FormText})
	}
	plan, err := anonymize.Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	row, err := plan.Row("postgres", "t", in.Fields)
	if err != nil {
		t.Fatal(err)
	}
	return row, plan.New()
}
