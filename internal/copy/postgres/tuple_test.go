package postgres

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// compiled makes a row and an Anonymizer for a table t of text columns, where
// nobody is known.
func compiled(t testing.TB, rules string, columns ...string) (*anonymize.Row, *anonymize.Anonymizer) {
	t.Helper()
	return compiledFor(t, "people: none", rules, nil, columns...)
}

// compiledFor does so for people, whom the head of the rules declares.
func compiledFor(t testing.TB, head, rules string, known []person.Record, columns ...string) (*anonymize.Row, *anonymize.Anonymizer) {
	t.Helper()
	parsed, err := ruleset.Parse("rules.yaml", []byte("version: 1\n"+head+"\npostgres:\n  t: "+rules+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion(parsed.Names)
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	people, err := person.Build(known, person.Options{Sources: []string{"people"}, Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	var fields []anonymize.Field
	for _, name := range columns {
		fields = append(fields, anonymize.Field{Store: "postgres", Group: "t", Name: name, Type: "text", Form: anonymize.FormText})
	}
	plan, err := anonymize.Compile(anonymize.Input{Rules: parsed, Fields: fields, People: people, Names: names, Keys: root.Keyring("acme", 1)})
	if err != nil {
		t.Fatal(err)
	}
	row, err := plan.Row("postgres", "t", fields)
	if err != nil {
		t.Fatal(err)
	}
	return row, plan.New()
}

// tuple is one row in the binary form; nil is NULL.
func tuple(values ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(values)))
	for _, v := range values {
		if v == nil {
			b = append(b, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}

// walk sends messages through a walker and returns what the sink framed.
func walk(row *anonymize.Row, a *anonymize.Anonymizer, text bool, messages ...[]byte) (string, *sink, error) {
	out := &sink{text: text}
	w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: out}
	out.open()
	for _, m := range messages {
		if err := w.message(m); err != nil {
			return "", out, err
		}
	}
	out.close()
	var b bytes.Buffer
	for part := make([]byte, 7); out.ready() > 0; {
		b.Write(part[:out.take(part)])
	}
	return b.String(), out, nil
}

const ending = "\xff\xff"

func TestWalker(t *testing.T) {
	t.Parallel()
	keepRow, keeper := compiled(t, "{a: keep, b: keep, c: keep}", "a", "b", "c")
	maskRow, masker := compiled(t, "{a: keep, b: {set: new}, c: keep}", "a", "b", "c")
	v := func(s string) []byte { return []byte(s) }
	for name, c := range map[string]struct {
		mask     bool
		messages []string
		want     string
	}{
		"no rows":                   {false, []string{binaryHeader + ending}, binaryHeader + ending},
		"no rows, two messages":     {false, []string{binaryHeader, ending}, binaryHeader + ending},
		"kept":                      {false, []string{binaryHeader + string(tuple(v("1"), nil, v(""))), ending}, binaryHeader + string(tuple(v("1"), nil, v(""))) + ending},
		"two rows in one message":   {false, []string{binaryHeader, string(tuple(v("1"), v("2"), v("3"))) + string(tuple(v("4"), v("5"), v("6"))) + ending}, binaryHeader + string(tuple(v("1"), v("2"), v("3"))) + string(tuple(v("4"), v("5"), v("6"))) + ending},
		"one rewritten":             {true, []string{binaryHeader + string(tuple(v("1"), v("old"), v("3"))), ending}, binaryHeader + string(tuple(v("1"), v("new"), v("3"))) + ending},
		"NULL stays NULL":           {true, []string{binaryHeader + string(tuple(nil, nil, nil)), ending}, binaryHeader + string(tuple(nil, nil, nil)) + ending},
		"a header that is none":     {false, []string{"PGCOPY\n\xff\r\n\x01" + strings.Repeat("\x00", 8)}, ""},
		"a row with other columns":  {false, []string{binaryHeader + string(tuple(v("1"), v("2")))}, ""},
		"a length beyond its row":   {false, []string{binaryHeader + "\x00\x03\x00\x00\x00\x09abc"}, ""},
		"a negative length":         {false, []string{binaryHeader + "\x00\x03\xff\xff\xff\xfe"}, ""},
		"a row after the trailer":   {false, []string{binaryHeader + ending, string(tuple(v("1"), v("2"), v("3")))}, ""},
		"half a row in one message": {false, []string{binaryHeader + "\x00"}, ""},
	} {
		row, a := keepRow, keeper
		if c.mask {
			row, a = maskRow, masker
		}
		var messages [][]byte
		for _, m := range c.messages {
			messages = append(messages, []byte(m))
		}
		got, _, err := walk(row, a, false, messages...)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestTextWalker(t *testing.T) {
	t.Parallel()
	row, a := compiled(t, `{a: keep, b: {set: "x\ty\\\n"}, c: keep}`, "a", "b", "c")
	for in, want := range map[string]string{
		"1\told\t3\n":      "1\tx\\ty\\\\\\n\t3\n",
		"\\N\t\\N\t\\N\n":  "\\N\t\\N\t\\N\n",
		"a\\tb\t\\\\N\t\n": "a\\tb\tx\\ty\\\\\\n\t\n",
		"\t\t\n\t\t\n":     "\tx\\ty\\\\\\n\t\n\tx\\ty\\\\\\n\t\n",
		"1\t2\n":           "",
		"1\t2\t3\t4\n":     "",
		"1\t2\t3":          "",
		"1\tbroken\\\t3\n": "",
	} {
		got, _, err := walk(row, a, true, []byte(in))
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

// Under keep rules, whatever is a row comes out as it went in, and what is
// none is an error: no byte is lost or made.
func FuzzWalker(f *testing.F) {
	row, a := compiled(f, "{a: keep, b: keep}", "a", "b")
	f.Add(append(tuple([]byte("x"), nil), ending...), false)
	f.Add([]byte("a\t\\N\n"), true)
	f.Fuzz(func(t *testing.T, body []byte, text bool) {
		message := bytes.Clone(body)
		want := string(body)
		if !text {
			message = append([]byte(binaryHeader), body...)
			want = string(message)
		}
		got, out, err := walk(row, a, text, message)
		if err != nil {
			return
		}
		if !text && !strings.HasSuffix(want, ending) { // the walker leaves the missing trailer to its caller
			want += ending
		}
		if got != want || out.bytes != int64(len(want)) {
			t.Errorf("%d bytes in, %d out", len(want), len(got))
		}
	})
}

// Escaping and unescaping are each other's inverse, for every value.
func TestEscapes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOf(rapid.Byte()).Draw(t, "value")
		w := &walker{}
		escaped := appendEscaped(nil, value)
		if bytes.ContainsAny(escaped, "\t\n\r") {
			t.Fatal("a separator is left")
		}
		got, err := w.unescape(escaped)
		if err != nil || got == nil || !bytes.Equal(got, value) {
			t.Fatalf("%x became %x, %v", value, got, err)
		}
	})
}

// The scan counts every row and sees every value, and takes nothing for a row
// that is none.
func FuzzEye(f *testing.F) {
	names, err := person.NamesVersion("v1")
	if err != nil {
		f.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		f.Fatal(err)
	}
	people, err := person.Build(nil, person.Options{Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com"})
	if err != nil {
		f.Fatal(err)
	}
	wanted := verify.NewWanted(people, verify.NewControl("abcdefghijkl"), []byte("key"))
	f.Add(append([]byte(binaryHeader), append(tuple([]byte("x"), nil), ending...)...))
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, read := range []reading{readText, readJSONB, readInt, readFloat, readNumeric, readList} {
			field := wanted.NewInspector().Field("t", "a")
			e := &eye{glances: []glance{{read: read, field: field, run: -1}, {read: readText, field: field, run: -1, list: true}}}
			if n, err := e.Write(bytes.Clone(message)); err == nil && n != len(message) {
				t.Errorf("%d of %d bytes taken", n, len(message))
			}
		}
	})
}

// TestSinkStaysSmall: however many rows pass, what was taken makes room. Takes
// never end where a row does.
func TestSinkStaysSmall(t *testing.T) {
	t.Parallel()
	out := &sink{}
	message := make([]byte, 1000)
	row := make([]byte, 777)
	for range 10_000 {
		for out.ready() < len(message) {
			out.buf = append(out.buf, row...)
		}
		out.take(message)
	}
	if most := 4 * (len(message) + len(row)); cap(out.buf) > most {
		t.Errorf("the buffer has grown to %d bytes, more than %d", cap(out.buf), most)
	}
	if out.bytes != 10_000*int64(len(message)) {
		t.Errorf("%d bytes were taken", out.bytes)
	}
}
