package anonymize

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// composite makes a binary composite whose attributes are of type 25; nil is
// NULL.
func composite(attributes ...[]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(attributes)))
	for _, v := range attributes {
		out = binary.BigEndian.AppendUint32(out, 25)
		out = framed(out, v)
	}
	return out
}

// pairs makes a binary hstore of keys and values in turn; nil is NULL.
func pairs(texts ...[]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(texts)/2))
	for _, v := range texts {
		out = framed(out, v)
	}
	return out
}

func framed(out, v []byte) []byte {
	if v == nil {
		return binary.BigEndian.AppendUint32(out, ^uint32(0))
	}
	return append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...)
}

func contact() Field {
	return Field{Form: FormRecord, Parts: []Field{{Name: "mail", Form: FormText}, {Name: "n", Form: FormInt, Type: "bigint"},
		{Name: "doc", Form: FormJSONB}, {Name: "inner", Form: FormRecord, Parts: []Field{{Name: "name", Form: FormText}, {Name: "left", Form: FormOpaque, Type: "point"}}}}}
}

// The attributes of a composite have rules of their own, those that it
// contains too; what is kept, and NULL, stays byte by byte.
func TestA30_Composites(t *testing.T) {
	t.Parallel()
	a, row := one(t, `{json: {mail: person.email, "inner.name": person.name, "inner.left": keep, "doc.a": keep, "**": scan}}`, contact())
	rose := a.people.At(0)
	raw := composite([]byte("rose.hill@acme.com"), wire(7, 8), []byte("\x01"+`{"a": 1.10, "b": "Rose Hill"}`), composite([]byte("Rose Hill"), []byte{1, 2, 3}))
	want := composite([]byte(rose.Email), wire(7, 8), []byte("\x01"+`{"a": 1.10, "b": "`+rose.Full()+`"}`), composite([]byte(rose.Full()), []byte{1, 2, 3}))
	if got := must(t, a, row, 1, raw); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	none := composite(nil, nil, nil, composite(nil, nil))
	if got := must(t, a, row, 1, none); !bytes.Equal(got, none) {
		t.Errorf("NULLs became %q", got)
	}
}

// An hstore is ruled by key; keys that no line names are data.
func TestA30_Hstore(t *testing.T) {
	t.Parallel()
	a, row := one(t, `{json: {mail: email, gone: drop, empty: "null", "**": scan}}`, Field{Form: FormHstore})
	rose := a.people.At(0)
	b := func(s string) []byte { return []byte(s) }
	raw := pairs(b("mail"), b("rose.hill@acme.com"), b("gone"), b("x"), b("empty"), b("y"), b("none"), nil, b("Rose Hill"), b("colour"))
	want := pairs(b("mail"), b(rose.Email), b("empty"), nil, b("none"), nil, b(rose.Full()), b("colour"))
	if got := must(t, a, row, 1, raw); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	a, row = one(t, `{json: {mail: email}}`, Field{Form: FormHstore})
	if got := must(t, a, row, 1, pairs(b("mail"), b(""), b("new"), b("x"))); !bytes.Equal(got, pairs(b("mail"), b(""))) {
		t.Errorf("a key without a rule was written: %q", got)
	}
	if f := a.Findings(); len(f) != 1 || f[0].Path != "v:new" {
		t.Errorf("findings: %v", f)
	}
}

// Arrays of arrays' elements keep their dimensions; one that a NULL is written
// into stays one.
func TestA30_Arrays(t *testing.T) {
	t.Parallel()
	a, row := one(t, `{list: {digits: same}}`, Field{Form: FormArray, Parts: []Field{{Form: FormInt, Type: "integer"}}})
	in := array(string(wire(123456, 4)), "\x00")
	got := must(t, a, row, 1, in)
	if len(got) != len(in) || bytes.Equal(got, in) || !bytes.Equal(got[:24], in[:24]) || !bytes.Equal(got[28:], in[28:]) {
		t.Errorf("got %x of %x", got, in)
	}
	a, row = one(t, `{list: {json: {mail: email, "**": keep}}}`, Field{Form: FormArray, Parts: []Field{contact()}})
	rose := a.people.At(0)
	got = must(t, a, row, 1, array(string(composite([]byte("rose.hill@acme.com"), nil, nil, nil))))
	if want := array(string(composite([]byte(rose.Email), nil, nil, nil))); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, rule := range []string{"{list: email}", "text", "scan"} {
		a, row = one(t, rule, Field{Form: FormTextArray})
		got = must(t, a, row, 1, array("rose.hill@acme.com", "\x00", ""))
		if want := array(rose.Email, "\x00", ""); !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", rule, got, want)
		}
	}
}

// A value that has not the form of its type is an error that names the part,
// and says nothing of what was there.
func TestA30_PartsOfAnotherForm(t *testing.T) {
	t.Parallel()
	a, row := one(t, `{json: {"inner.left": keep, "**": scan}}`, contact())
	good := composite([]byte("Rose Hill"), wire(7, 8), []byte("\x01{}"), composite([]byte("Rose Hill"), []byte{1}))
	h, hrow := one(t, `scan`, Field{Form: FormHstore})
	hgood := pairs([]byte("Rose Hill"), []byte("x"))
	for n := range good {
		if _, err := applyTo(a, row, 1, good[:n]); err == nil || strings.Contains(err.Error(), "Rose") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for n := range hgood {
		if _, err := applyTo(h, hrow, 1, hgood[:n]); err == nil || strings.Contains(err.Error(), "Rose") {
			t.Errorf("%d bytes of an hstore: %v", n, err)
		}
	}
	_, err := applyTo(a, row, 1, composite([]byte("Rose Hill"), []byte("Ros"), nil, nil))
	if _, ok := errors.AsType[*report.Error](err); !ok || !strings.Contains(err.Error(), "things.v:n") || strings.Contains(err.Error(), "Rose") {
		t.Errorf("error: %v", err)
	}
}

// A line for attributes of any name goes into those that have parts, and says
// nothing of the others; one that is named comes before it where it stands
// before it.
func TestA30_AnyAttribute(t *testing.T) {
	t.Parallel()
	inner := []Field{{Name: "email", Form: FormText}, {Name: "left", Form: FormText}}
	f := Field{Form: FormRecord, Parts: []Field{{Name: "email", Form: FormText}, {Name: "home", Form: FormRecord, Parts: inner}, {Name: "work", Form: FormRecord, Parts: inner},
		{Name: "past", Form: FormArray, Parts: []Field{{Form: FormRecord, Parts: inner}}}, {Name: "doc", Form: FormJSONB}}}
	a, row := one(t, `{json: {"work.email": keep, "*.email": person.email, "*[].email": person.email, "*.left": keep, "*[].left": keep, email: keep, "**": scan}}`, f)
	rose := a.people.At(0)
	v := []byte("rose.hill@acme.com")
	record := composite(v, []byte("Rose Hill"))
	raw := composite(v, record, record, array(string(record), "\x00"), []byte("\x01"+`{"email":"rose.hill@acme.com","x":"Rose Hill"}`))
	changed := composite([]byte(rose.Email), []byte("Rose Hill"))
	want := composite(v, changed, record, array(string(changed), "\x00"), []byte("\x01"+`{"email":"`+rose.Email+`","x":"`+rose.Full()+`"}`))
	if got := must(t, a, row, 1, raw); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	in := input(t, header+"postgres:\n  things:\n    v: {json: {\"*.email\": email}}\n", Field{Store: "postgres", Group: "things", Name: "v", Form: FormRecord, Parts: f.Parts[:2]})
	if lines := strings.Join(refusal(t, in).Lines, "\n"); !strings.Contains(lines, "left: #") || strings.Count(lines, "email: #") != 1 {
		t.Errorf("refused: %s", lines)
	}
}
