package anonymize

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// FuzzNumeric decodes hostile numerics; what decodes must encode to the same
// number.
func FuzzNumeric(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 0, 0, 2, 0, 5})
	f.Add([]byte{0, 0, 0, 0, 0xC0, 0, 0, 0})
	f.Add([]byte{0, 2, 0, 9, 0, 0, 0, 2, 0, 0, 0, 0})
	f.Add([]byte{0, 1, 0xFF, 0xFE, 0x40, 0, 0, 9, 0x27, 0x0F})
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := appendNumeric(nil, raw)
		if err != nil {
			return
		}
		wire, err := encodeNumeric(nil, text)
		if err != nil {
			t.Fatalf("%.50s: %v", text, err)
		}
		back, err := appendNumeric(nil, wire)
		if err != nil || !bytes.Equal(bytes.TrimLeft(back, "-"), bytes.TrimLeft(text, "-")) {
			t.Fatalf("%.50s comes back as %.50s, %v", text, back, err)
		}
	})
}

// FuzzArray walks through hostile arrays.
func FuzzArray(f *testing.F) {
	f.Add(array("Rose Hill", "\x00", ""))
	f.Add(array())
	f.Add([]byte{0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 0xFF, 0xFF, 0xFF, 0xFF})
	a, row := one(f, "scan", Field{Form: FormTextArray})
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := applyTo(a, row, 1, raw)
		if err != nil {
			return
		}
		if c.IsNull() {
			if raw != nil {
				t.Fatal("an array became NULL")
			}
			return
		}
		count, head, err := arraySize(c.Bytes())
		if len(a.Misfits()) > 0 { // an element became NULL, and the array says that it has some
			raw = append(append(bytes.Clone(raw[:4]), c.Bytes()[4:8]...), raw[8:]...)
		}
		if err != nil || !bytes.Equal(c.Bytes()[:head], raw[:head]) {
			t.Fatalf("%d elements: %v", count, err)
		}
		if _, err := applyTo(a, row, 1, bytes.Clone(c.Bytes())); err != nil {
			t.Fatalf("its own output: %v", err)
		}
	})
}

// FuzzJSON rewrites hostile JSON by rules of every kind: what comes out of
// JSON is JSON.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":{"b":"x"},"l":["Rose Hill",1]}`, `[{"n":1e5}]`, `{"p":491701234567,"d":-0.0,"s":"[1]"}`, `"x"`, `{"j":"{\"k\":1}"}`, `{"":{"\\.":null}}`, `{"a":tru`} {
		f.Add([]byte(s))
	}
	a, row := one(f, `{json: {a.b: email, l: {list: name}, p: phone, d: digits, j: {json: {k: {noise: 5%}}}, s: {list: text}, "x.*": {shift: 3d}, "**": scan}}`, Field{Form: FormJSON})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if raw == nil {
			return
		}
		c, err := applyTo(a, row, 1, raw)
		if err != nil || len(bytes.TrimSpace(raw)) == 0 || len(a.Misfits()) > 0 && c.IsNull() {
			return
		}
		if !json.Valid(c.Bytes()) || !json.Valid(raw) {
			t.Fatalf("%q becomes %q", raw, c.Bytes())
		}
	})
}

// FuzzValues passes hostile text through every verb: none panics, and text
// stays text.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"Rose Hill", "rose.hill@acme.com", "+49 170 1234567", "DE89 3704 0044 0532 0130 00", "2024-01-01", "1e-7", "{0e984725-c51c-4bf4-9960-e1c80e27aba0}", "\xff\xfe", "ǅ, ß", "[]", "x+@y.z",
		"Dr. Rose Hill (HR) <mailto:rose.hill@acme.com>, a@b.cd (x)", "tel:+49 170 1234567;ext=5 / 0", "Hill, Rose & Jane Doe; (", ") <a@b.cd> (", "Prof. ", "x (y"} {
		f.Add(s)
	}
	a := compile(f, input(f, header)).New()
	list := make(map[string]apply)
	for name, v := range verbs() {
		switch name {
		case "text", "set", "shift", "noise", "bucket", "avatar", "placeholder": // need an argument, or make bytes
			continue
		}
		fn, err := v.make(nil, &ruleset.Rule{})
		if err != nil {
			f.Fatal(err)
		}
		list[name] = fn
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, fn := range list {
			for _, who := range []int32{nobody, 0, 1} {
				out, did, err := fn(a, []byte("head"), []byte(s), who)
				if err != nil && !misfits(err) || !bytes.HasPrefix(out, []byte("head")) {
					t.Fatalf("%s: %v", name, err)
				}
				if (did == kept || err != nil) && len(out) != 4 {
					t.Fatalf("%s keeps and writes", name)
				}
				if utf8.ValidString(s) && !utf8.Valid(out) {
					t.Fatalf("%s: %q becomes %q", name, s, out)
				}
			}
		}
	})
}

// FuzzForms decodes and rewrites hostile bytes of the fixed-size forms.
func FuzzForms(f *testing.F) {
	f.Add(uint8(FormInt), []byte{0, 0, 0, 5})
	f.Add(uint8(FormTimestamp), []byte{0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Add(uint8(FormNumeric), []byte{0, 0, 0, 0, 0xF0, 0, 0, 0})
	rules := map[Form]string{FormInt: "digits", FormFloat: "{noise: 50%}", FormNumeric: "{noise: 50%}", FormBool: "{set: true}", FormUUID: "uuid", FormInet: "ip", FormDate: "{shift: 99999d}", FormTimestamp: "{shift: 99999d}"}
	type compiled struct {
		a   *Anonymizer
		row *Row
	}
	all := map[Form]compiled{}
	for form, rule := range rules {
		a, row := one(f, rule, Field{Form: form, Type: "bigint"})
		all[form] = compiled{a, row}
	}
	f.Fuzz(func(t *testing.T, form uint8, raw []byte) {
		c, known := all[Form(form)]
		if !known || raw == nil {
			return
		}
		out, err := applyTo(c.a, c.row, 1, raw)
		if len(c.a.Misfits()) > 0 && out.IsNull() { // a date that the calendar ends before
			return
		}
		if err == nil && Form(form) != FormNumeric && Form(form) != FormBool && len(out.Bytes()) != len(raw) {
			t.Fatalf("form %d: %d bytes become %d", form, len(raw), len(out.Bytes()))
		}
	})
}

// FuzzParts walks through hostile composites, arrays of them and hstores: what
// passes once, passes again.
func FuzzParts(f *testing.F) {
	f.Add(composite([]byte("Rose Hill"), nil, []byte("\x01{}"), composite([]byte("x"), nil)))
	f.Add(array(string(composite(nil, wire(1, 8), nil, nil))))
	f.Add(pairs([]byte("Rose Hill"), nil, []byte("a"), []byte("rose.hill@acme.com")))
	type ruled struct {
		a   *Anonymizer
		row *Row
	}
	var all []ruled
	for _, c := range []struct {
		rule  string
		field Field
	}{{`{json: {"inner.left": keep, "**": scan}}`, contact()}, {`{list: {json: {mail: email, "**": keep}}}`, Field{Form: FormArray, Parts: []Field{contact()}}}, {`{json: {a: email, "**": scan}}`, Field{Form: FormHstore}}} {
		a, row := one(f, c.rule, c.field)
		all = append(all, ruled{a, row})
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for i, r := range all {
			c, err := applyTo(r.a, r.row, 1, raw)
			if err != nil || c.IsNull() {
				continue
			}
			if _, err := applyTo(r.a, r.row, 1, bytes.Clone(c.Bytes())); err != nil {
				t.Fatalf("%d: its own output: %v", i, err)
			}
		}
	})
}
