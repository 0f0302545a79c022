package anonymize

import (
	"encoding/binary"
	"testing"
)

// BenchmarkRow passes a row of twelve columns, eight of them kept.
func BenchmarkRow(b *testing.B) {
	rules := header + `postgres:
  things: {$person: id, id: keep, n: person.name, e: person.email, p: person.phone, k1: keep, k2: keep, k3: keep, k4: keep, k5: keep, k6: keep, k7: keep, k8: keep}
`
	fields := []Field{column("id", FormInt), column("n", FormText), column("e", FormText), column("p", FormText)}
	for i := range 8 {
		fields = append(fields, column("k"+string(rune('1'+i)), FormText))
	}
	p := compile(b, input(b, rules, fields...))
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		b.Fatal(err)
	}
	a := p.New()
	id, name, email, phone, span := binary.BigEndian.AppendUint32(nil, 1), []byte("Rose Hill"), []byte("rose.hill@acme.com"), []byte("+49 170 1234567"), make([]byte, 100)
	for b.Loop() {
		a.Begin(row)
		for i, raw := range [][]byte{id, name, email, phone} {
			if _, err := a.Value(i, raw); err != nil {
				b.Fatal(err)
			}
		}
		a.Span(4, span)
	}
}

// BenchmarkVerbs passes one value a time.
func BenchmarkVerbs(b *testing.B) {
	for _, c := range []struct{ name, rule, v string }{
		{"email known", "email", "rose.hill@acme.com"},
		{"email unknown", "email", "jane.doe@other.org"},
		{"email unknown tagged", "email", "jane.doe+x@other.org"},
		{"phone known", "phone", "+49 170 1234567"},
		{"phone unknown", "phone", "+49 170 9999999"},
		{"name known", "name", "Rose Hill"},
		{"name unknown", "name", "Jane Doe"},
		{"person.name", "person.name", "Rose Hill"},
		{"text 40 bytes, nobody", "text", "nothing to see in this short sentence ok"},
		{"text 40 bytes, one", "text", "nothing to see for Rose Hill in here ok."},
		{"digits 9", "digits", "123456789"},
		{"uuid", "uuid", "0e984725-c51c-4bf4-9960-e1c80e27aba0"},
		{"iban", "iban", "DE89370400440532013000"},
		{"shift", "{shift: 30d}", "2024-02-29"},
		{"json 4 paths", "{json: {a: email, b.c: text, d: keep, e: phone}}", `{"a":"rose.hill@acme.com","b":{"c":"nothing"},"d":1,"e":"+49 170 1234567"}`},
		{"json scan", `{json: {"**": scan}}`, `{"a":"rose.hill@acme.com","b":{"c":"nothing"},"d":1,"e":"+49 170 1234567"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			a, row := one(b, c.rule, Field{Form: FormText})
			id, v := binary.BigEndian.AppendUint32(nil, 1), []byte(c.v)
			b.ReportAllocs()
			for b.Loop() {
				a.Begin(row)
				if _, err := a.Value(0, id); err != nil {
					b.Fatal(err)
				}
				if _, err := a.Value(1, v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
