package anonymize

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// rootKey is the key that golden values hang on.
const rootKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// header begins the rules of most tests.
const header = "version: 1\nperson:\n  postgres:\n    users: {id: id, name: full_name, email: email, phone: phone}\n"

// The people of most tests.
func someRecords() []person.Record {
	return []person.Record{
		{Source: "users", ID: "1", Name: "Rose Hill", Email: "rose.hill@acme.com", Phone: "+49 170 1234567"},
		{Source: "users", ID: "2", Name: "Jörg Möller", Email: "jm@acme.com", Phone: "0049 170 7654321", Locale: "de"},
		{Source: "users", ID: "3", Name: "Will Grant", Email: "will+hr@other.org"},
	}
}

func parse(t testing.TB, rules string) *ruleset.Rules {
	t.Helper()
	r, err := ruleset.Parse("rules.yaml", []byte(rules))
	if err != nil {
		t.Fatalf("parse rules: %v", err)
	}
	return r
}

func keys(t testing.TB, origin string) person.Keyring {
	t.Helper()
	return rootOf(t).Keyring(origin, 1)
}

func rootOf(t testing.TB) person.Root {
	t.Helper()
	root, err := person.ParseRoot(tenant.NewSecret(rootKey))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// input makes what Compile takes of a rules file, with the usual people.
func input(t testing.TB, rules string, fields ...Field) Input {
	t.Helper()
	r := parse(t, rules)
	names, err := person.NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Rules: r, Fields: fields, Names: names, Keys: keys(t, "acme"), Vars: map[string]string{"HASH": "h4sh"}}
	var records []person.Record
	if len(r.Sources) > 0 {
		records = someRecords()
	}
	var sources []string
	for _, s := range r.Sources {
		sources = append(sources, s.Group)
	}
	in.People, err = person.Build(records, person.Options{Sources: sources, Keys: in.Keys, Names: names, EmailDomain: r.EmailDomain, KeepDomains: r.KeepDomains})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func compile(t testing.TB, in Input) *Plan {
	t.Helper()
	p, err := Compile(in)
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	return p
}

// column is a column of the test table "things".
func column(name string, form Form) Field {
	return Field{Store: "postgres", Group: "things", Name: name, Type: "type", Form: form}
}

// lockOf pins fields as they are.
func lockOf(fields ...Field) *ruleset.Lock {
	var pins []ruleset.Pin
	for _, f := range fields {
		pins = append(pins, pinsOf(f)...)
	}
	return ruleset.NewLock("rules/schema.lock", pins)
}

// one compiles a table of user_id, which names the person, and one column
// with a rule.
func one(t testing.TB, rule string, f Field) (*Anonymizer, *Row) {
	t.Helper()
	f.Store, f.Group, f.Name = "postgres", "things", "v"
	fields := []Field{f, column("user_id", FormInt)}
	p := compile(t, input(t, header+"postgres:\n  things:\n    $person: user_id\n    user_id: keep\n    v: "+rule+"\n", fields...))
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	return p.New(), row
}

// apply passes one value of a row whose person is who (0 for nobody).
func applyTo(a *Anonymizer, row *Row, who uint32, raw []byte) (Clean, error) {
	a.Begin(row)
	if _, err := a.Value(0, binary.BigEndian.AppendUint32(nil, who)); err != nil {
		return Clean{}, err
	}
	if !row.Steps[1].Rule {
		return a.Span(1, raw), nil
	}
	return a.Value(1, raw)
}

// must is applyTo for a value that has to pass.
func must(t testing.TB, a *Anonymizer, row *Row, who uint32, raw []byte) []byte {
	t.Helper()
	c, err := applyTo(a, row, who, raw)
	if err != nil {
		t.Fatalf("value: %v", err)
	}
	return bytes.Clone(c.Bytes())
}

func wire(n int64, size int) []byte { return appendBig(nil, uint64(n), size) }

func num(t testing.TB, s string) []byte {
	t.Helper()
	out, err := encodeNumeric(nil, []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// array makes a one-dimensional binary array; "\x00" stands for NULL.
func array(elements ...string) []byte {
	var out []byte
	for _, n := range []uint32{1, 0, 25, uint32(len(elements)), 1} {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	for _, e := range elements {
		if e == "\x00" {
			out = binary.BigEndian.AppendUint32(out, ^uint32(0))
			continue
		}
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(e))), e...)
	}
	return out
}

// real lists what must not be in any output.
func noReal(t *testing.T, out []byte) {
	t.Helper()
	low := strings.ToLower(string(out))
	for i, real := range []string{"rose hill", "hill", "jörg", "möller", "rose.hill", "jm@", "1234567", "7654321", "will+hr"} {
		if strings.Contains(low, real) {
			t.Errorf("real word number %d is in the output", i)
		}
	}
}

// build makes another index for an input.
func build(t testing.TB, in Input, records []person.Record) *person.Index {
	t.Helper()
	x, err := person.Build(records, person.Options{Sources: []string{"users"}, Keys: in.Keys, Names: in.Names, EmailDomain: in.Rules.EmailDomain})
	if err != nil {
		t.Fatal(err)
	}
	return x
}
