package anonymize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestVerbsOnForms passes a value of every form through every verb that may
// stand on it, in a row of Rose Hill.
func TestVerbsOnForms(t *testing.T) {
	pdf := []byte("%PDF-1.4\nRose Hill")
	rose := compile(t, input(t, header)).in.People.At(0)
	full, upper := rose.Given+" "+rose.Family, strings.ToUpper(rose.Given+" "+rose.Family)
	for _, c := range []struct {
		name, rule string
		form       Form
		in         []byte
		want       string // a regular expression for the whole output
	}{
		{"keep", "keep", FormText, []byte("Rose Hill"), "Rose Hill"},
		{"keep opaque", "keep", FormOpaque, []byte{1, 2}, "\x01\x02"},
		{"set text", "{set: x}", FormText, []byte("Rose"), "x"},
		{"set blank", "{set: x}", FormText, []byte(" "), "x"},
		{"set variable", "{set: $HASH}", FormText, []byte("Rose"), "h4sh"},
		{"set int2", "{set: 7}", FormInt, wire(-3, 2), string(wire(7, 2))},
		{"set int8", "{set: -7}", FormInt, wire(3, 8), string(wire(-7, 8))},
		{"set numeric", "{set: 1.50}", FormNumeric, num(t, "99999.125"), string(num(t, "1.50"))},
		{"set NaN away", "{set: 0}", FormNumeric, []byte{0, 0, 0, 0, 0xC0, 0, 0, 0}, string(num(t, "0"))},
		{"set bool", "{set: true}", FormBool, []byte{0}, "\x01"},
		{"set date", "{set: 2000-01-02}", FormDate, wire(math.MaxInt32, 4), string(wire(1, 4))},
		{"set timestamp", `{set: "2000-01-01 00:00:01"}`, FormTimestamp, wire(9, 8), string(wire(1e6, 8))},
		{"set json number", "{set: 5}", FormJSON, []byte(`{"a":1}`), "5"},
		{"set json quoted number", `{set: "5"}`, FormJSON, []byte(`{"a":1}`), `"5"`},
		{"set json object", `{set: '{"x": 1}'}`, FormJSONB, []byte("\x01[]"), "\x01" + `\{"x": 1\}`},
		{"set json text", "{set: a b}", FormJSONB, []byte("\x01[]"), "\x01" + `"a b"`},
		{"set array", "{set: x}", FormTextArray, array("a", "\x00"), regexp.QuoteMeta(string(array("x", "\x00")))},
		{"text", "text", FormText, []byte("ask Rose Hill or rose.hill@acme.com"), "ask " + full + " or " + rose.Email},
		{"text unknown", "text", FormText, []byte("nothing here"), "nothing here"},
		{"html", "html", FormText, []byte("<b>ROSE</b> HILL"), "<b>.*"},
		{"text bytes", "text", FormBytes, []byte("Rose Hill\x00"), full + "\x00"},
		{"text array", "text", FormTextArray, array("Rose Hill", "x", "\x00", ""), regexp.QuoteMeta(string(array(full, "x", "\x00", "")))},
		{"scan array", "scan", FormTextArray, array(`["Rose Hill"]`), regexp.QuoteMeta(string(array(`["` + full + `"]`)))},
		{"text json", "text", FormJSON, []byte(`{"Rose Hill": ["Rose Hill", 1.10]}`), `\{"` + full + `": \["` + full + `", 1.10\]\}`},
		{"scan jsonb", "scan", FormJSONB, []byte("\x01" + `"Rose Hill"`), "\x01" + `"` + full + `"`},
		{"scan json in text", "scan", FormText, []byte(` {"a":"{\"b\":\"Rose Hill\"}"}`), ` \{"a":"\{\\"b\\":\\"` + full + `\\"\}"\}`},
		{"scan broken json", "scan", FormText, []byte(`{"a":"Rose Hill"`), `\{"a":"` + full + `"`},
		{"email", "email", FormText, []byte(" ROSE.HILL@ACME.COM\n"), " " + strings.ToUpper(rose.Email) + "\n"},
		{"email title", "email", FormText, []byte("Rose.hill@acme.com"), strings.ToUpper(rose.Email[:1]) + rose.Email[1:]},
		{"email with an apostrophe", "email", FormText, []byte("zoe.o'brien@y.org"), `x-[a-z2-9]{12}@d-[a-z2-9]{6}\.example\.com`},
		{"quoted email in a text", "text", FormText, []byte(`to "zoe b"@y.org.`), `to x-[a-z2-9]{12}@d-[a-z2-9]{6}\.example\.com\.`},
		{"email of nobody", "email", FormText, []byte("x@y.org"), `x-[a-z2-9]{12}@d-[a-z2-9]{6}\.example\.com`},
		{"email with a tag", "email", FormText, []byte("rose.hill+spam@acme.com"), strings.Replace(rose.Email, "@", `\+[a-z2-9]{6}@`, 1)},
		{"email of nobody with a tag", "email", FormText, []byte("x+y@y.org"), `x-[a-z2-9]{12}\+[a-z2-9]{6}@d-[a-z2-9]{6}\.example\.com`},
		{"no email", "email", FormText, []byte("n/a"), "n/a"},
		{"name in an email", "email", FormText, []byte("Rose Hill <rose.hill@acme.com>"), full + " <" + rose.Email + ">"},
		{"person.email", "person.email", FormText, []byte("rose.hill@acme.com"), rose.Email},
		{"phone", "phone", FormText, []byte("+49 (170) 123-45-67"), `\+49 \(171\) 392-00-\d\d`},
		{"phone within its country", "text", FormText, []byte("call 0170 1234567, or 0049 170/1234567"), `call 0171 39200(\d\d), or 0049 171/39200\d\d`},
		{"phone behind nothing", "phone", FormText, []byte("170 1234567"), `171 39200\d\d`},
		{"phone of nobody", "phone", FormText, []byte("0044 20 7946 0958"), `0099 9\d \d{4} \d{4}`},
		{"extension", "phone", FormText, []byte("x 12"), `x \d\d`},
		{"phone with a dash", "phone", FormText, []byte("07700–998915"), `\d{5}–\d{6}`},
		{"phone with thin blanks in a text", "text", FormText, []byte("call 07700\u2009998\u202f915!"), "call \\d{5}\u2009\\d{3}\u202f\\d{3}!"},
		{"phone that is text", "phone", FormText, []byte("07700 998915 x2"), `.*`},
		{"name in a phone", "phone", FormText, []byte("Rose Hill 12"), full + ` 12`},
		{"phone int8", "phone", FormInt, wire(491701234567, 8), `(?s).{8}`},
		{"phone numeric", "phone", FormNumeric, num(t, "491701234567"), `(?s).*`},
		{"person.name", "person.name", FormText, []byte("ROSE HILL"), upper},
		{"person.name comma", "person.name", FormText, []byte("Hill, Rose"), rose.Family + ", " + rose.Given},
		{"person.name given alone", "person.name", FormText, []byte("rose"), strings.ToLower(rose.Given)},
		{"person.name other spelling", "person.name", FormText, []byte(" R. J. Hillman"), " " + full},
		{"person.first", "person.first", FormText, []byte("rose"), strings.ToLower(rose.Given)},
		{"person.last", "person.last", FormText, []byte("Hill "), rose.Family + " "},
		{"initials", "person.initials", FormText, []byte("RH"), rose.Given[:1] + rose.Family[:1]},
		{"initials dotted", "person.initials", FormText, []byte("r.h."), strings.ToLower(rose.Given[:1] + `\.` + rose.Family[:1] + `\.`)},
		{"initial", "person.initials", FormText, []byte("R"), rose.Given[:1]},
		{"name known", "name", FormText, []byte("Rose Hill"), full},
		{"name of nobody", "name", FormText, []byte("JANE DOE"), `[\p{Lu}]+ [\p{Lu}]+`},
		{"name of one word", "name", FormText, []byte("Doe"), `\p{Lu}\p{Ll}+`},
		{"company", "company", FormText, []byte("Rose Ltd"), `\p{Lu}\p{Ll}+ Ltd`},
		{"job", "job", FormText, []byte("Boss"), `\p{Lu}[\p{L} ]+`},
		{"address", "address", FormText, []byte("Hill St 1"), `[\p{L} ]+ St \d`},
		{"digits", "digits", FormText, []byte("AB-0012/7"), `AB-\d{4}/\d`},
		{"no digits", "digits", FormText, []byte("AB"), `AB`},
		{"digits long", "digits", FormText, []byte(strings.Repeat("1234567890", 8)), `\d{80}`},
		{"uuid", "uuid", FormUUID, bytes.Repeat([]byte{7}, 16), `(?s).{16}`},
		{"uuid text", "uuid", FormText, []byte("{0E984725-C51C-4BF4-9960-E1C80E27ABA0}"), `\{[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\}`},
		{"uuid inside", "uuid", FormText, []byte("a/0e984725-c51c-4bf4-9960-e1c80e27aba0.png"), `a/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.png`},
		{"no uuid", "uuid", FormText, []byte("n/a"), "n/a"},
		{"iban", "iban", FormText, []byte("DE89 3704 0044 0532 0130 00"), `DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d`},
		{"iban lower", "iban", FormText, []byte("\tgb29nwbk60161331926819 "), `\tgb\d\dnwbk\d{14} `},
		{"no iban", "iban", FormText, []byte("n/a"), "n/a"},
		{"secret", "secret", FormText, []byte("hunter2"), removedPrefix + "[a-z2-9]{12}"},
		{"secret json", "secret", FormJSON, []byte(`{"token":"x"}`), `"` + removedPrefix + `[a-z2-9]{12}"`},
		{"secret array", "secret", FormTextArray, array("k"), `(?s).*` + removedPrefix + ".*"},
		{"shift text", "{shift: 30d}", FormText, []byte("2024-02-29T10:00:00+01:00"), `2024-0[1234]-\d\dT10:00:00\+01:00`},
		{"shift words", "{shift: 30d}", FormText, []byte("unknown"), "unknown"},
		{"shift infinity", "{shift: 30d}", FormTimestamp, wire(math.MinInt64, 8), regexp.QuoteMeta(string(wire(math.MinInt64, 8)))},
		{"noise text", "{noise: 10%}", FormText, []byte("1000.50"), `(9\d\d|10\d\d|1100)\.\d\d`},
		{"noise words", "{noise: 10%}", FormText, []byte("n/a"), `n/a`},
		{"noise float NaN", "{noise: 10%}", FormFloat, []byte{0x7F, 0xC0, 0, 0}, "\x7F\\xC0\x00\x00"},
		{"bucket", "{bucket: 5}", FormInt, wire(38, 4), string(wire(35, 4))},
		{"bucket below", "{bucket: 5}", FormInt, wire(-32768, 2), `\x80\x00`},
		{"bucket numeric", "{bucket: 0.5}", FormNumeric, num(t, "3.75"), string(num(t, "3.50"))},
		{"list", "{list: email}", FormTextArray, array("rose.hill@acme.com", "\x00"), regexp.QuoteMeta(string(array(rose.Email, "\x00")))},
		{"list in jsonb", "{list: email}", FormJSONB, []byte("\x01" + `["rose.hill@acme.com"]`), "\x01" + `\["` + rose.Email + `"\]`},
		{"list scalar in json", "{list: email}", FormJSON, []byte(`"rose.hill@acme.com"`), `"` + rose.Email + `"`},
		{"list in text", "{list: email}", FormText, []byte(` ["rose.hill@acme.com"]`), ` \["` + rose.Email + `"\]`},
		{"list scalar in text", "{list: email}", FormText, []byte(`rose.hill@acme.com`), rose.Email},
		{"json in text", "{json: {a: person.name}}", FormText, []byte(`{"a":"Rose Hill"}`), `\{"a":"` + full + `"\}`},
		{"json blank", "{json: {a: person.name}}", FormText, []byte(" "), " "},
		{"avatar no picture", "avatar", FormBytes, pdf, `(?s)%PDF.*`},
		{"placeholder", "placeholder", FormBytes, pdf, `(?s)%PDF.*`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, row := one(t, c.rule, Field{Form: c.form, Type: "bigint"})
			out := must(t, a, row, 1, c.in)
			if !latin1(`\A(?:` + c.want + `)\z`).MatchString(runes(out)) {
				t.Errorf("got %q, want %s", out, c.want)
			}
			if again := must(t, a, row, 1, c.in); !bytes.Equal(again, out) {
				t.Errorf("a second time %q", again)
			}
			if c.rule != "keep" {
				noReal(t, out)
			}
			if null, err := applyTo(a, row, 1, nil); err != nil || c.rule != "keep" && !null.IsNull() {
				t.Errorf("NULL became %v, %v", null, err)
			}
		})
	}
}

// latin1 and runes match bytes: each byte that is no UTF-8 is the rune of its
// number.
func latin1(pattern string) *regexp.Regexp { return regexp.MustCompile(runes([]byte(pattern))) }

func runes(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = rune(b[0])
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String()
}

// Blank values and NULL stay in their class under every verb without an
// argument, and so does what is no address under e-mail.
func TestA21_BlankStaysBlank(t *testing.T) {
	for _, verb := range []string{"text", "scan", "email", "phone", "name", "person.name", "person.first", "person.last", "person.email", "person.phone",
		"person.initials", "company", "job", "address", "digits", "uuid", "ip", "iban", "secret", "{shift: 3d}", "{shift: 9d tenant}", "{noise: 5%}", "{bucket: 5}", "{list: email}", "{json: {a: text}}"} {
		a, row := one(t, verb, Field{Form: FormText})
		for _, v := range []string{"", " ", "\t\r\n"} {
			c, err := applyTo(a, row, 1, []byte(v))
			if err != nil || c.IsNull() || c.Bytes() == nil || string(c.Bytes()) != v {
				t.Errorf("%s turns blank %q into %q, null %v, %v", verb, v, c.Bytes(), c.IsNull(), err)
			}
		}
		if c, err := applyTo(a, row, 1, nil); err != nil || !c.IsNull() {
			t.Errorf("%s turns NULL into %q, %v", verb, c.Bytes(), err)
		}
		if !strings.Contains(verb, "email") {
			continue
		}
		for _, v := range []string{"n/a", "none", "-", "@", "a@", "@b.org"} {
			if out := must(t, a, row, 1, []byte(v)); string(out) != v {
				t.Errorf("%s turns %q, which is no address, into %q", verb, v, out)
			}
		}
	}
}

// A constant that is empty is an empty value, not NULL.
func TestEmptyIsNotNull(t *testing.T) {
	a, row := one(t, `{set: ""}`, Field{Form: FormText})
	a.Begin(row)
	if _, err := a.Value(0, wire(1, 4)); err != nil {
		t.Fatal(err)
	}
	if c, err := a.Value(1, []byte("x")); err != nil || c.IsNull() || c.Bytes() == nil {
		t.Errorf("got %v, %v", c, err)
	}
}

// Nobody is known: person verbs still replace, and never with the original.
func TestPersonVerbsForNobody(t *testing.T) {
	for verb, v := range map[string]string{"person.name": "Jane Doe", "person.first": "Jane", "person.last": "Doe", "person.email": "jane@doe.org",
		"person.phone": "+1 202 555 0143", "person.initials": "QX"} {
		a, row := one(t, verb, Field{Form: FormText})
		out := string(must(t, a, row, 999, []byte(v)))
		if out == v || strings.Contains(out, "Jane") || strings.Contains(out, "Doe") {
			t.Errorf("%s for nobody leaves the value", verb)
		}
	}
}

// The person of one row is forgotten in the next.
func TestPeopleDoNotCarryOver(t *testing.T) {
	a, row := one(t, "person.name", Field{Form: FormText})
	known := string(must(t, a, row, 1, []byte("Jane Doe")))
	if unknown := string(must(t, a, row, 0, []byte("Jane Doe"))); unknown == known {
		t.Error("a row without a person has that of the row before")
	}
	b, texts := one(t, "text", Field{Form: FormText})
	if out := must(t, b, texts, 1, []byte("Rose was here")); string(out) == "Rose was here" {
		t.Error("a given name in its own row stays")
	}
	if out := must(t, b, texts, 0, []byte("Rose was here")); string(out) != "Rose was here" {
		t.Errorf("the context of the row before is still there: %s", out)
	}
}

// Dates of one person keep their distance, whatever their form.
func TestShiftKeepsIntervals(t *testing.T) {
	a, dates := one(t, "{shift: 30d}", Field{Form: FormDate})
	first, second := bigEndian(must(t, a, dates, 1, wire(-1_000_000, 4))), bigEndian(must(t, a, dates, 1, wire(8_000_000, 4)))
	if second-first != 9_000_000 || first == -1_000_000 || first < -1_000_030 || first > -999_970 {
		t.Errorf("days %d and %d", first, second)
	}
	b, stamps := one(t, "{shift: 30d}", Field{Form: FormTimestamp})
	if by := bigEndian(must(t, b, stamps, 1, wire(12345, 8))) - 12345; by != (first+1_000_000)*86400e6 {
		t.Errorf("a timestamp moves by %d µs, a date by %d days", by, first+1_000_000)
	}
	c, texts := one(t, "{shift: 30d}", Field{Form: FormText})
	days := first + 1_000_000
	for in, want := range map[string]int64{"86400000000000": 86400000000000 + days*86400000, "8640000000": 8640000000 + days*86400, "-8640000000": -8640000000 + days*86400} {
		if out := must(t, c, texts, 1, []byte(in)); string(out) != strconv.FormatInt(want, 10) {
			t.Errorf("%s became %s, want %d", in, out, want)
		}
	}
	misfit(t, c, texts, "31.12.1999", Misfit{Path: "v", Verb: "shift"})
}

// Text that grows beyond its column is cut; a value that must stay whole ends
// the copy, without its bytes in the error.
func TestLongerThanTheColumn(t *testing.T) {
	a, row := one(t, "text", Field{Form: FormText, MaxLen: 12})
	full := compile(t, input(t, header)).in.People.At(0).Full()
	if out := must(t, a, row, 1, []byte("x Rose Hill ")); string(out) != ("x " + full)[:12] {
		t.Errorf("cut to %q", out)
	}
	b, list := one(t, "{list: text}", Field{Form: FormTextArray, MaxLen: 9})
	if out := must(t, b, list, 1, array("Rose Hill")); !bytes.Equal(out, array(full[:9])) {
		t.Errorf("array %q", out)
	}
	r := &rule{verb: "email", max: 5}
	if _, err := fitted(r, []byte("headabcdef"), 4); err != errLong {
		t.Errorf("error %v", err)
	}
	if out, err := fitted(r, []byte("head abé\n "), 4); err != nil || string(out) != "head abé" && string(out) != "headabé" {
		t.Errorf("blanks: %q, %v", out, err)
	}
}

// Noise never makes a number longer than its column can hold.
func TestNoiseKeepsItsDigits(t *testing.T) {
	a, row := one(t, "{noise: 50%}", Field{Form: FormNumeric})
	for who := range uint32(4) {
		for cents := range 100 {
			in := fmt.Sprintf("-999.%02d", cents)
			out, err := appendNumeric(nil, must(t, a, row, who, num(t, in)))
			if err != nil || len(out) > len(in) {
				t.Fatalf("%s becomes %s, %v", in, out, err)
			}
		}
	}
}

// NOT NULL columns without a rule are emptied to a valid value of their type.
func TestDropEmptiesColumns(t *testing.T) {
	rules := "unclassified: drop\n" + header + "postgres:\n  things:\n    id: keep\n"
	for form, want := range map[Form][]byte{
		FormText: {}, FormBytes: {}, FormJSON: []byte("{}"), FormJSONB: []byte("\x01{}"), FormBool: {0}, FormFloat: wire(0, 8), FormUUID: make([]byte, 16),
		FormDate: wire(0, 4), FormTimestamp: wire(0, 8), FormNumeric: num(t, "0"), FormInt: wire(0, 8), FormTextArray: {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25},
	} {
		f := column("v", form)
		f.NotNull = true
		fields := []Field{column("id", FormInt), f}
		p := compile(t, input(t, rules, fields...))
		row, err := p.Row("postgres", "things", fields)
		if err != nil {
			t.Fatal(err)
		}
		raw := array("Rose Hill")
		if form == FormInt || form == FormFloat {
			raw = wire(5, 8)
		}
		a := p.New()
		a.Begin(row)
		c, err := a.Value(1, raw)
		if err != nil || c.IsNull() || !bytes.Equal(c.Bytes(), want) {
			t.Errorf("form %d: %q, null %v, %v; want %q", form, c.Bytes(), c.IsNull(), err, want)
		}
		fields[1].NotNull = false
		if row, err = p.Row("postgres", "things", fields); err != nil {
			t.Fatal(err)
		}
		a.Begin(row)
		if c, err = a.Value(1, raw); err != nil || !c.IsNull() {
			t.Errorf("form %d: nullable is not NULL: %v", form, err)
		}
	}
}

// Values handed out for one row stay whole until the next row begins, however
// many there are.
func TestValuesOutliveTheirNeighbours(t *testing.T) {
	fields := []Field{column("user_id", FormInt)}
	rules := header + "postgres:\n  things:\n    $person: user_id\n    user_id: keep\n"
	for i := range 40 {
		name := "v" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		fields = append(fields, column(name, FormJSON))
		rules += "    " + name + ": {json: {\"**\": scan}}\n"
	}
	p := compile(t, input(t, rules, fields...))
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	for range 3 {
		a.Begin(row)
		var out []Clean
		for i, s := range row.Steps {
			raw := []byte(`{"n":` + string(rune('0'+i%10)) + `,"t":"` + strings.Repeat("Rose Hill ", 30) + `"}`)
			if s.First == 0 {
				raw = wire(1, 4)
			}
			c, err := a.Value(i, raw)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, c)
		}
		for i, c := range out[1:] {
			var doc struct{ N int }
			if err := json.Unmarshal(c.Bytes(), &doc); err != nil || doc.N != (i+1)%10 {
				t.Fatalf("value %d: n = %d, %v", i+1, doc.N, err)
			}
			noReal(t, c.Bytes())
		}
	}
}
