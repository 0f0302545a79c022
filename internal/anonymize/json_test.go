package anonymize

import (
	"strings"
	"testing"
)

// jsonCase passes a document through rules by path of a jsonb column.
func jsonCase(t *testing.T, mode, rules, in string) (string, []Finding) {
	t.Helper()
	f := column("doc", FormJSON)
	p := compile(t, input(t, mode+header+"postgres:\n  things:\n    doc: {json: "+rules+"}\n", f))
	row, err := p.Row("postgres", "things", []Field{f})
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	a.Begin(row)
	c, err := a.Value(0, []byte(in))
	if err != nil {
		t.Fatalf("value: %v", err)
	}
	return string(c.Bytes()), a.Findings()
}

func TestJSONByPath(t *testing.T) {
	p := compile(t, input(t, header))
	rose := p.in.People.At(0)
	full := rose.Full()
	digits, _ := p.in.People.PhoneFor([]byte("491701234567"))
	phone := string(digits)
	for _, c := range []struct{ name, rules, in, want, finds string }{
		{"as it is", `{"**": keep}`, ` { "a" : 1.10, "a": 12345678901234567890, "Rose Hill": [ ] } `, ` { "a" : 1.10, "a": 12345678901234567890, "Rose Hill": [ ] } `, ""},
		{"set number", `{a: {set: 5}}`, `{"a":"x"}`, `{"a":5}`, ""},
		{"set bool", `{a: {set: false}}`, `{"a":true}`, `{"a":false}`, ""},
		{"set bool for text", `{a: {set: "false"}}`, `{"a":true}`, `{"a":"false"}`, ""},
		{"set quoted number", `{a: {set: "5"}}`, `{"a":1}`, `{"a":"5"}`, ""},
		{"set leaves null", `{a: {set: 5}}`, `{"a":null}`, `{"a":null}`, ""},
		{"set whole object", `{a: {set: 5}}`, `{"a":{"n":"Rose Hill"}}`, `{"a":5}`, ""},
		{"person verb on an array of objects", `{a: person.name}`, `{"a":[{"n":"Rose Hill"},"Rose Hill",true]}`, `{"a":[{"n":"` + full + `"},"` + full + `",true]}`, ""},
		{"name of a number", `{a: person.name}`, `{"a":12345}`, `{"a":"` + `*` + `"}`, ""},
		{"phone number", `{a: phone}`, `{"a":491701234567}`, `{"a":` + phone + `}`, ""},
		{"phone number under scan", `{"**": scan}`, `{"a":491701234567,"b":491701234568}`, `{"a":` + phone + `,"b":491701234568}`, ""},
		{"digits of a number", `{a: digits}`, `{"a":-1050.25}`, `{"a":-*}`, ""},
		{"key under **", `{"**": scan}`, `{"Rose Hill":{"x":"rose.hill@acme.com"}}`, `{"` + full + `":{"x":"` + rose.Email + `"}}`, ""},
		{"key under ** of another verb", `{"**": email}`, `{"rose.hill@acme.com":1}`, `{"` + rose.Email + `":1}`, ""},
		{"key under a star", `{"a.*": {noise: 5%}}`, `{"a":{"Rose Hill":0}}`, `{"a":{"` + full + `":0}}`, ""},
		{"key above a star's path", `{"*.n": keep}`, `{"rose.hill@acme.com":{"n":1}}`, `{"` + rose.Email + `":{"n":1}}`, ""},
		{"key under a kept star", `{"*": keep}`, `{"rose.hill@acme.com":1}`, `{"rose.hill@acme.com":1}`, ""},
		{"spelled key", `{"Rose Hill": keep}`, `{"Rose Hill":"x"}`, `{"Rose Hill":"x"}`, ""},
		{"first line wins", `{"m.**": scan, m: keep}`, `{"m":{"x":"Rose Hill"}}`, `{"m":{"x":"` + full + `"}}`, ""},
		{"line before its parent's", `{m.x: keep, m: drop}`, `{"m":{"x":1,"y":2}}`, `{"m":{"x":1}}`, ""},
		{"json in json", `{a: {json: {b: email}}}`, `{"a":"{\"b\":\"rose.hill@acme.com\"}"}`, `{"a":"{\"b\":\"` + rose.Email + `\"}"}`, ""},
		{"json as object", `{a: {json: {b: email}}}`, `{"a":{"b":"rose.hill@acme.com"}}`, `{"a":{"b":"` + rose.Email + `"}}`, ""},
		{"json with an unknown key", `{a: {json: {b: keep}}}`, `{"a":{"b":1,"Rose Hill":"x"}}`, `{"a":{"b":1}}`, "doc:a.*"},
		{"json with an unknown key in text", `{a: {json: {b: keep}}}`, `{"a":"{\"b\":1,\"zip\":2}"}`, `{"a":"{\"b\":1}"}`, "doc:a:zip"},
		{"list", `{a: {list: {json: {m: email}}}}`, `{"a":[{"m":"rose.hill@acme.com"}]}`, `{"a":[{"m":"` + rose.Email + `"}]}`, ""},
		{"list of one", `{a: {list: email}}`, `{"a":"rose.hill@acme.com"}`, `{"a":"` + rose.Email + `"}`, ""},
		{"list of lists", `{a: {list: {list: email}}}`, `{"a":[["rose.hill@acme.com"],[1]]}`, `{"a":[["` + rose.Email + `"],[1]]}`, ""},
		{"list in a string", `{a: {list: email}}`, `{"a":"[\"rose.hill@acme.com\"]"}`, `{"a":"[\"` + rose.Email + `\"]"}`, ""},
		{"array path", `{"c[].e": email, "c[].k": keep}`, `{"c":[{"e":"rose.hill@acme.com","k":"v"}]}`, `{"c":[{"e":"` + rose.Email + `","k":"v"}]}`, ""},
		{"array where an object was", `{c.e: email}`, `{"c":[{"e":"rose.hill@acme.com"}]}`, `{"c":[{}]}`, "doc:c[].e"},
		{"unknown key", `{a: keep}`, `{"a":1,"b":{"c":"Rose Hill"}}`, `{"a":1}`, "doc:b"},
		{"unknown key that is a name", `{a: keep}`, `{"a":1,"Rose":2,"rose.hill@acme.com":3}`, `{"a":1}`, "doc:*"},
		{"unknown elements", `{a.b: keep}`, `{"a":["Rose Hill",true,null,["x"]]}`, `{"a":[null,null,null,[null]]}`, "doc:a[] doc:a[][]"},
		{"scalar without path", `{"**": scan}`, `"Rose Hill"`, `"` + full + `"`, ""},
		{"scalar nobody covers", `{a: keep}`, `"Rose Hill"`, `null`, "doc:"},
		{"array at the top", `{"[].a": email}`, `[{"a":"rose.hill@acme.com"}]`, `[{"a":"` + rose.Email + `"}]`, ""},
		{"null and drop", `{a: null, b: drop, c: keep}`, `{"a":"x","b":"y","c":1}`, `{"a":null,"c":1}`, ""},
		{"secret object", `{a: secret}`, `{"a":{"k":"v"}}`, `{"a":null}`, ""},
		{"dotted key", `{'a\.b': email}`, `{"a.b":"rose.hill@acme.com"}`, `{"a.b":"` + rose.Email + `"}`, ""},
		{"empty key", `{"**": scan}`, `{"":"Rose Hill"}`, `{"":"` + full + `"}`, ""},
		{"escaped key", `{a: email}`, `{"\u0061":"rose.hill@acme.com"}`, `{"\u0061":"` + rose.Email + `"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, finds := jsonCase(t, "", c.rules, c.in)
			head, tail, star := strings.Cut(c.want, "*")
			if star && !strings.Contains(c.rules, "keep") {
				if !strings.HasPrefix(out, head) || !strings.HasSuffix(out, tail) || out == c.in {
					t.Errorf("got %s, want %s", out, c.want)
				}
			} else if out != c.want {
				t.Errorf("got  %s\nwant %s", out, c.want)
			}
			var paths []string
			for _, f := range finds {
				paths = append(paths, f.Path)
			}
			if got := strings.Join(paths, " "); got != c.finds {
				t.Errorf("findings %q, want %q", got, c.finds)
			}
		})
	}
}

// In drop mode what no rule covers goes, keys too, and nothing is listed.
func TestJSONDropsInSilence(t *testing.T) {
	out, finds := jsonCase(t, "unclassified: drop\n", `{a: {json: {b: keep}}, c.d: keep}`, `{"a":{"b":1,"Rose Hill":"x"},"c":["Rose Hill"],"Rose Hill":{"x":1}}`)
	if want := `{"a":{"b":1},"c":[null]}`; out != want || len(finds) != 0 {
		t.Errorf("got %s and %d findings, want %s", out, len(finds), want)
	}
}

// What is not JSON is recorded by its place, and does not pass.
func TestNotJSON(t *testing.T) {
	for _, v := range []string{`{"a":"Rose Hill"`, `Rose Hill`, `{"a":1} Rose`, `{'a':1}`, "\xff"} {
		a, row := one(t, "{json: {a: keep}}", Field{Form: FormText})
		misfit(t, a, row, v, Misfit{Path: "v", Verb: "json"})
	}
}

// Beyond a thousand places without a rule the copy ends as a matter of
// privacy, and none of them is in the message.
func TestTooManyFindings(t *testing.T) {
	a, row := one(t, `{json: {"x.**": keep}}`, Field{Form: FormText})
	var last error
	for i := range 1100 {
		key := "k" + strings.Repeat("x", 1+i%30) + string(rune('a'+i/30%26)) + string(rune('a'+i/780))
		if _, last = applyTo(a, row, 1, []byte(`{"`+key+`":"Rose Hill"}`)); last != nil {
			break
		}
	}
	if last == nil || !strings.Contains(last.Error(), "1,000") || strings.Contains(last.Error(), "Rose") {
		t.Errorf("error %v", last)
	}
	if n := len(a.Findings()); n != maxFindings+1 {
		t.Errorf("%d findings", n)
	}
}

func TestMergeFindings(t *testing.T) {
	at := func(path string, n int64) Finding {
		return Finding{Store: "postgres", Group: "g", Path: path, Count: n}
	}
	got := MergeFindings([]Finding{at("b", 2), at("a", 1)}, nil, []Finding{at("b", 3)})
	if len(got) != 2 || got[0] != at("a", 1) || got[1] != at("b", 5) {
		t.Errorf("got %v", got)
	}
}
