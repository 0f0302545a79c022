package anonymize

import (
	"bytes"
	"strings"
	"testing"
)

// odd is JSON that a round trip through a library would change: a big integer,
// 1.10, a key twice, keys that are not sorted, escapes, blanks.
const odd = `{"z": 12345678901234567890 ,"v":[1.10,1E+2,-0], "a":1,"a":2, "mail":"%s","\u0061b":"\u00e9\/\ud83d\ude00","":{}}`

// What a rule does not change of JSON is the same bytes in all four stores; but
// search gets it on one line.
func TestA16_AroundAChange(t *testing.T) {
	const real = "rose.hill@acme.com"
	p := compile(t, input(t, header+`search:
  "i*": {_id: keep, mail: email, "**": keep}
redis:
  "doc:*": {json: {mail: email, "**": keep}}
  "hash:*": {hash: {doc: {json: {mail: email, "**": keep}}}}
blob:
  "docs/**": {json: {mail: email, "**": keep}}
  "texts/**": text
`))
	a, fake := p.New(), p.in.People.At(0).Email
	in := strings.Replace(odd, "%s", real, 1)
	want := strings.Replace(odd, "%s", fake, 1)
	got := map[string]string{}
	for rule, form := range map[string]Form{`{json: {mail: email, "**": keep}}`: FormJSON, "scan": FormText, "{text: plain}": FormText, `{json: {mail: email, "**": scan}}`: FormText} {
		b, row := one(t, rule, Field{Form: form})
		got["postgres, "+rule] = string(must(t, b, row, 1, []byte(in)))
	}
	b, row := one(t, `{json: {mail: email, "**": keep}}`, Field{Form: FormJSONB})
	got["jsonb"] = strings.TrimPrefix(string(must(t, b, row, 1, []byte("\x01"+in))), "\x01")
	begin(t, a, "doc:1")
	c, _, err := a.Text([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	got["redis"] = string(bytes.Clone(c.Bytes()))
	begin(t, a, "hash:1")
	if _, c, _, err = a.Pair([]byte("doc"), []byte(in)); err != nil {
		t.Fatal(err)
	}
	got["redis, a hash"] = string(bytes.Clone(c.Bytes()))
	for _, name := range []string{"docs/a.json", "texts/a.json", "texts/a"} {
		out, _, _ := body(t, a, Object{Name: name}, []byte(in))
		got["blob "+name] = string(out)
	}
	for store, out := range got {
		if out != want {
			t.Errorf("%s\n got %s\nwant %s", store, out, want)
		}
	}
	d, err := p.Documents("search", "i1")
	if err != nil {
		t.Fatal(err)
	}
	line := strings.NewReplacer(`: 1`, `:1`, ` ,`, `,`, `, "`, `,"`).Replace(want)
	if out := string(indexed(t, a, d, in).Source.Bytes()); out != line {
		t.Errorf("search\n got %s\nwant %s", out, line)
	}
}

// What is recorded of a document, a key, a hash, a body or its metadata says no word of what its rule
// could not read, nor do the places that have no rule.
func TestA29_RecordsThatCannotBeRead(t *testing.T) {
	const secret = "secretive"
	p := compile(t, input(t, header+`search:
  "i*": {_id: keep, born: {shift: 30d}, pay: {noise: 5%}, doc: {json: {a: keep}}, "l[]": {bucket: 5}}
redis:
  "date:*": {shift: 30d}
  "doc:*": {json: {a: {noise: 5%}}}
  "list:*": {list: {shift: 30d}}
  "hash:*": {hash: {pay: {bucket: 5}}}
blob:
  "docs/**": {json: {a: {shift: 30d}}}
  "names/**": {$body: keep, $metadata: {born: {shift: 3d}}}
`))
	a := p.New()
	d, err := p.Documents("search", "i1")
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	said := func(place string, err error) {
		t.Helper()
		unfit := a.Misfits()
		if err != nil || len(unfit) != 1 {
			t.Errorf("%s passes: %v, %v", place, unfit, err)
		} else if strings.Contains(spelledOut(unfit), secret) {
			t.Errorf("%s tells the value: %v", place, unfit)
		}
		failed++
	}
	for _, source := range []string{secret, `{"born":"9` + secret + `"}`, `{"pay":"9` + secret + `"}`, `{"doc":"9` + secret + `"}`, `{"l":["9` + secret + `"]}`, `{"9` + secret + `@x.org":`} {
		_, err := a.Document(d, RawDocument{ID: []byte("1"), Source: []byte(source)})
		said("a document", err)
	}
	for key, v := range map[string]string{"date:1": "9" + secret, "doc:1": `{"a":"9` + secret + `"}`, "doc:2": secret} {
		begin(t, a, key)
		_, _, err := a.Text([]byte(v))
		said(key, err)
	}
	begin(t, a, "list:1")
	_, _, err = a.Member([]byte("9" + secret))
	said("a member", err)
	begin(t, a, "hash:1")
	_, _, _, err = a.Pair([]byte("pay"), []byte("9"+secret))
	said("a pair", err)
	for _, v := range []string{secret, `{"a":"9` + secret + `"}`} {
		said("a body", bodyError(t, a, Object{Name: "docs/x"}, v))
	}
	_, err = a.Object(p.Objects("blob"), Object{Name: "names/x", Metadata: map[string]string{"born": "9" + secret}})
	said("a metadata", err)
	for _, source := range []string{`{"9` + secret + `@x.org":1}`, `{"doc":{"9` + secret + `@x.org":1}}`, `{"491701234567` + secret + `":1}`} {
		if _, err := a.Document(d, RawDocument{ID: []byte("1"), Source: []byte(source)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"9" + secret + "@x.org:1", "Rose Hill:" + secret} {
		if k := begin(t, a, key); k.Fate != Unknown {
			t.Errorf("%s has a rule", key)
		}
	}
	if list := a.Findings(); len(list) < 3 {
		t.Errorf("only %d findings", len(list))
	} else if all := strings.Join(PasteLines(list), "\n") + spelledOut(list); strings.Contains(all, secret) || strings.Contains(all, "Rose") {
		t.Errorf("a place tells the value: %s", all)
	}
	if failed < 14 {
		t.Errorf("only %d records were refused", failed)
	}
}

// A full-text vector holds the words of the text that it was made of: its rule
// computes it anew or leaves it out, and none keeps it.
func TestA30_VectorsAreNotCopied(t *testing.T) {
	words := column("search", FormOpaque)
	words.Type, words.Words, words.Suggest = "tsvector", true, "to_tsvector('simple', v)"
	rules := func(verb string) string { return header + "postgres:\n  things: {v: text, search: " + verb + "}\n" }
	for _, verb := range []string{"keep", "text", "scan", "{set: x}"} {
		if r := refusal(t, input(t, rules(verb), column("v", FormText), words)); !strings.Contains(r.Lines[0], "things.search: "+strings.Trim(strings.Fields(verb)[0], "{:")) && !strings.Contains(r.Lines[0], "type tsvector") {
			t.Errorf("%s: %q", verb, r.Lines)
		}
	}
	fields := []Field{column("v", FormText), words}
	row, err := compile(t, input(t, rules(`{derive: "to_tsvector('simple', v)"}`), fields...)).Row("postgres", "things", fields)
	if err != nil || len(row.Order) != 1 || len(row.Derived) != 1 || row.Derived[0].Field != 1 {
		t.Errorf("derived: %+v, %v", row, err)
	}
	nulled := compile(t, input(t, rules("null"), fields...))
	row, err = nulled.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	a := nulled.New()
	a.Begin(row)
	if c, err := a.Value(1, []byte{0, 0, 0, 1, 'x', 0, 0, 0}); err != nil || !c.IsNull() {
		t.Errorf("null: %q, %v", c.Bytes(), err)
	}
}

// Bytes that hold text never pass a verb that makes a stand-in, whatever they
// are.
func TestA30_BytesThatHoldText(t *testing.T) {
	for _, verb := range []string{"placeholder", "avatar"} {
		a, row := one(t, verb, Field{Form: FormBytes})
		for _, v := range []string{"Rose Hill", "a,b\nRose,Hill\n", `{"a":"Rose Hill"}`, "<html>Rose Hill", "BEGIN:VCARD\nFN:Rose Hill\nEND:VCARD\n", "\x00\x01Rose Hill", "%PDF-1.4\nRose Hill", "PK\x03\x04 Rose Hill", "\x89PNG\r\n\x1a\nRose Hill"} {
			if out := must(t, a, row, 1, []byte(v)); bytes.Contains(out, []byte("Rose")) || bytes.Contains(out, []byte("Hill")) {
				t.Errorf("%s of %q lets the text pass", verb, v)
			}
		}
	}
}
