package anonymize

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// misfit passes a value that does not fit its rule: NULL comes back, and one
// such value is recorded.
func misfit(t testing.TB, a *Anonymizer, row *Row, v string, want Misfit) {
	t.Helper()
	c, err := applyTo(a, row, 1, []byte(v))
	if err != nil || !c.IsNull() || len(c.Bytes()) > 0 {
		t.Errorf("%.40q becomes %.40q, %v", v, c.Bytes(), err)
	}
	recorded(t, a, want)
}

// recorded takes the misfits and expects one.
func recorded(t testing.TB, a *Anonymizer, want Misfit) {
	t.Helper()
	got := a.Misfits()
	if want.Store == "" {
		want.Store, want.Group = "postgres", "things"
	}
	want.Count = 1
	if len(got) == 1 && want.Why == "" {
		want.Why = got[0].Why
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
	if again := a.Misfits(); len(again) > 0 {
		t.Errorf("recorded twice: %v", again)
	}
}

// hostile are values that nobody can read, by the verb that does not.
func hostile() map[string][]string {
	bomb := gzipOf(strings.Repeat("Rose Hill ", 1<<20))
	deep := strings.Repeat("[", 10_000) + `"Rose Hill"` + strings.Repeat("]", 10_000)
	packed := []string{
		"\x28\xb5\x2f\xfdRose Hill", "\x80\x04\x95Rose Hill.", bomb, gzipOf("Rose Hill, Rose Hill")[:30], gzipOf("\x28\xb5\x2f\xfdRose Hill"),
	}
	binary := []string{"\x0a\x09Rose Hill\xff\x00\x01", "Rose Hill\x00\x80\x81\xfe", "\xf0\x28\x8c\x28 Rose Hill \x01"}
	return map[string][]string{
		"{json: {a: keep}}":         append([]string{`{"a":"Rose Hill"`, "Rose Hill", deep, `a:1:{s:4:"name";s:99:"Rose Hill";}`, "\x81\xa4name\xd9\x50Rose", "{\"a\": \xff}"}, packed...),
		"scan":                      append(binary, packed...),
		"text":                      append(binary, packed...),
		"{text: html}":              binary,
		"email":                     binary,
		"{list: email}":             binary,
		"{shift: 30d}":              {"31.12.1999", "2024-02-30"},
		"{noise: 5%}":               {"5 Rose Hill"},
		"{bucket: 5}":               {"5 or so"},
		"{list: {json: {a: keep}}}": {`["{\"a\""]`[:8]},
	}
}

// Whatever a rule cannot read becomes what else says, is counted under its
// place, and is never passed on; without else it is recorded, to be refused.
func TestMisfits(t *testing.T) {
	for rule, values := range hostile() {
		verb := strings.Trim(strings.SplitN(rule, ":", 2)[0], "{")
		bare, row := one(t, rule, Field{Form: FormText})
		for _, v := range values {
			misfit(t, bare, row, v, Misfit{Path: "v", Verb: verb})
		}
		for instead, want := range map[string]string{`"null"`: "", "{set: gone}": "gone", "secret": removedPrefix} {
			short := strings.Trim(strings.SplitN(instead, ":", 2)[0], "{\"")
			a, row := one(t, withElse(rule, instead), Field{Form: FormText})
			for _, v := range values {
				c, err := applyTo(a, row, 1, []byte(v))
				if err != nil || c.IsNull() != (want == "") || !strings.HasPrefix(string(c.Bytes()), want) || bytes.Contains(c.Bytes(), []byte("Rose")) {
					t.Errorf("%s, else %s: %.40q becomes %.40q, %v", rule, instead, v, c.Bytes(), err)
				}
				recorded(t, a, Misfit{Path: "v", Verb: verb, Else: short})
			}
		}
	}
}

// withElse writes else beside the verb of a rule.
func withElse(rule, instead string) string {
	if inner, mapped := strings.CutSuffix(rule, "}"); mapped {
		return inner + ", else: " + instead + "}"
	}
	return "{" + rule + ": , else: " + instead + "}"
}

// Text behind else reads what json does not; what it cannot read either is
// recorded without it.
func TestElseText(t *testing.T) {
	a, row := one(t, `{json: {a: keep}, else: text}`, Field{Form: FormText})
	rose := a.people.At(0)
	if got := string(must(t, a, row, 1, []byte("ask Rose Hill {"))); got != "ask "+rose.Full()+" {" {
		t.Errorf("text: %q", got)
	}
	recorded(t, a, Misfit{Path: "v", Verb: "json", Else: "text"})
	misfit(t, a, row, "\x28\xb5\x2f\xfdRose Hill", Misfit{Path: "v", Verb: "json"})
}

// A rule inside another has an else of its own; what has none is recorded at
// its own path, and the rest of the value is written.
func TestElseInside(t *testing.T) {
	a, row := one(t, `{json: {born: {shift: 30d, else: "null"}, left: {shift: 30d}, mail: {json: {x: keep}, else: {set: 5}}, "n[]": {noise: 5%, else: drop}, name: name}, else: {set: "{}"}}`, Field{Form: FormJSONB})
	rose := a.people.At(0)
	got := string(must(t, a, row, 1, []byte("\x01"+`{"born":"5 May","left":"2024-01-01","mail":"Rose Hill","n":["5 x",100],"name":"Rose Hill"}`)))
	if !strings.HasPrefix(got, "\x01"+`{"born":null,"left":"202`) || !strings.Contains(got, `,"mail":5,"n":[`) || strings.Contains(got, `5 x`) || !strings.HasSuffix(got, `"name":"`+rose.Full()+`"}`) {
		t.Errorf("got %q", got)
	}
	var found []string
	for _, m := range a.Misfits() {
		found = append(found, m.Path+" "+m.Verb+" "+m.Else)
	}
	if m := strings.Join(found, ", "); m != "v:born shift null, v:mail json set, v:n[] noise drop" {
		t.Errorf("recorded %s", m)
	}
	got = string(must(t, a, row, 1, []byte("\x01"+`{"left":"5 May","name":"Rose Hill"}`)))
	if got != "\x01"+`{"left":null,"name":"`+rose.Full()+`"}` {
		t.Errorf("got %q", got)
	}
	recorded(t, a, Misfit{Path: "v:left", Verb: "shift"})
}

// Elements of arrays and attributes of composites have their own; NULL stands
// for one that has none.
func TestElseOfParts(t *testing.T) {
	a, row := one(t, `{list: {shift: 30d, else: {set: "2000-01-01"}}}`, Field{Form: FormTextArray})
	if got := must(t, a, row, 1, array("5 May", "\x00")); !bytes.Equal(got, array("2000-01-01", "\x00")) {
		t.Errorf("got %q", got)
	}
	recorded(t, a, Misfit{Path: "v[]", Verb: "shift", Else: "set"})
	a, row = one(t, `{list: {shift: 30d}}`, Field{Form: FormTextArray})
	if got := must(t, a, row, 1, array("5 May")); bytes.Contains(got, []byte("May")) {
		t.Errorf("got %q", got)
	}
	recorded(t, a, Misfit{Path: "v[]", Verb: "shift"})
	a, row = one(t, `{json: {mail: {json: {x: keep}, else: "null"}, "**": keep}}`, contact())
	if got := must(t, a, row, 1, composite([]byte("Rose Hill"), nil, nil, nil)); !bytes.Equal(got, composite(nil, nil, nil, nil)) {
		t.Errorf("got %q", got)
	}
	recorded(t, a, Misfit{Path: "v:mail", Verb: "json", Else: "null"})
}

// else must fit its column, and has no place where every value can be read.
func TestElseIsRefused(t *testing.T) {
	for rule, f := range map[string]Field{
		`{json: {a: keep}, else: "null"}`:                {Form: FormJSON, NotNull: true},
		`{shift: 3d, else: {set: May}}`:                  {Form: FormDate},
		`{json: {mail: keep, "**": keep}, else: "null"}`: contact(),
		`{list: {shift: 3d}, else: "null"}`:              {Form: FormArray, Parts: []Field{{Form: FormDate}}},
		`{shift: 3d, else: {set: 2000-01-01}}`:           {Form: FormText, MaxLen: 5},
	} {
		f.Store, f.Group, f.Name, f.Type = "postgres", "things", "v", "sort"
		if _, err := Compile(input(t, header+"postgres:\n  things:\n    v: "+rule+"\n", f)); err == nil {
			t.Errorf("%s fits %v", rule, f)
		}
	}
}

// A value of a NOT NULL column that does not fit becomes an empty one.
func TestMisfitNotNull(t *testing.T) {
	for _, c := range []struct {
		form Form
		want string
	}{{FormText, ""}, {FormJSON, "{}"}} {
		a, row := one(t, "{json: {a: keep}}", Field{Form: c.form, NotNull: true})
		if got, err := applyTo(a, row, 1, []byte("Rose Hill")); err != nil || got.IsNull() || string(got.Bytes()) != c.want {
			t.Errorf("%q, %v", got.Bytes(), err)
		}
		recorded(t, a, Misfit{Path: "v", Verb: "json"})
	}
}

const misfitKeys = header + `redis:
  "bare:*": {json: {name: name}}
  "else:*": {json: {name: name}, else: drop}
  "secret:*": {scan: , else: secret}
  "list:*": {list: {json: {name: name}, else: {set: gone}}}
  "hash:*": {hash: {born: {shift: 3d, else: drop}, left: {shift: 3d}, "**": scan}}
  "named:*": {$key: text, $value: keep}
`

func TestMisfitKeys(t *testing.T) {
	a := compile(t, input(t, misfitKeys)).New()
	at := func(group, path, verb, instead string) Misfit {
		return Misfit{Store: "redis", Group: group, Path: path, Verb: verb, Else: instead}
	}
	for _, v := range hostile()["{json: {a: keep}}"] {
		begin(t, a, "bare:x")
		if c, ok, err := a.Text([]byte(v)); ok || err != nil || len(c.Bytes()) > 0 {
			t.Errorf("%.30q: %q, %v", v, c.Bytes(), err)
		}
		recorded(t, a, at("bare:*", "", "json", ""))
		begin(t, a, "else:x")
		if _, ok, err := a.Text([]byte(v)); ok || err != nil {
			t.Errorf("%.30q: %v, %v", v, ok, err)
		}
		recorded(t, a, at("else:*", "", "json", "drop"))
		begin(t, a, "list:x")
		if c, ok, err := a.Member([]byte(v)); !ok || err != nil || string(c.Bytes()) != "gone" {
			t.Errorf("%.30q: %q, %v", v, c.Bytes(), err)
		}
		recorded(t, a, at("list:*", "list[]", "json", "set"))
	}
	for _, v := range hostile()["scan"] {
		begin(t, a, "secret:x")
		if c, ok, err := a.Text([]byte(v)); !ok || err != nil || !strings.HasPrefix(string(c.Bytes()), removedPrefix) {
			t.Errorf("%.30q: %q, %v", v, c.Bytes(), err)
		}
		recorded(t, a, at("secret:*", "", "scan", "secret"))
	}
	for field, want := range map[string]Misfit{"born": at("hash:*", "hash:born", "shift", "drop"), "left": at("hash:*", "hash:left", "shift", ""), "\xfe\x00Rose Hill": at("hash:*", "hash:**", "scan", "")} {
		begin(t, a, "hash:x")
		if _, _, ok, err := a.Pair([]byte(field), []byte("5 May")); ok || err != nil {
			t.Errorf("%q: %v, %v", field, ok, err)
		}
		recorded(t, a, want)
	}
	if k, err := a.Key(a.plan.Keys("redis"), []byte("named:\xfe\x00Rose Hill")); err != nil || k.Fate != Unknown || len(k.Name.Bytes()) > 0 {
		t.Errorf("a name: %v, %q, %v", k.Fate, k.Name.Bytes(), err)
	}
	recorded(t, a, at("named:*", "$key", "text", ""))
}

const misfitObjects = header + `blob:
  "json/*": {json: {name: name}}
  "drop/*": {json: {name: name}, else: drop}
  "stand/*": {json: {name: name}, else: placeholder}
  "text/*": {json: {name: name}, else: text}
  "mail/*": text
  "xml/*": {text: , else: drop}
  "strip/*": {strip: , else: drop}
`

func TestMisfitBodies(t *testing.T) {
	a := compile(t, input(t, misfitObjects)).New()
	rose := a.people.At(0)
	const dtd = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY n "Rose">]><a>&n; Hill</a>`
	for _, c := range []struct {
		name, body string
		left       bool
		want       string // what it holds
		verb, els  string
		standIns   int
	}{
		{"json/x", `{"name":"Rose Hill"`, true, "", "json", "", 0},
		{"drop/x", `{"name":"Rose Hill"`, true, "", "json", "drop", 0},
		{"stand/x.json", `{"name":"Rose Hill"`, false, "removed", "json", "placeholder", 0},
		{"text/x", `{"name":"Rose Hill"`, false, rose.Full(), "json", "text", 0},
		{"text/y", "%PDF-1.4 Rose Hill\x00", true, "", "json", "", 0},
		{"json/y", "%PDF-1.4 Rose Hill\x00", true, "", "json", "", 0},
		{"mail/x", dtd, false, "", "", "", 1},
		{"xml/x", dtd, true, "", "text", "drop", 0},
		{"strip/x", "Rose Hill is no picture", true, "", "strip", "drop", 0},
	} {
		out, b, _ := body(t, a, Object{Name: c.name}, []byte(c.body))
		if b.Left() != c.left || b.StandIns() != c.standIns || !strings.Contains(string(out), c.want) || bytes.Contains(out, []byte("Rose")) || c.left && len(out) > 0 {
			t.Errorf("%s: left %v, %d stand-ins, %q", c.name, b.Left(), b.StandIns(), out)
		}
		if c.verb != "" {
			group, _, _ := strings.Cut(c.name, "/")
			recorded(t, a, Misfit{Store: "blob", Group: group + "/*", Verb: c.verb, Else: c.els})
		} else if m := a.Misfits(); len(m) > 0 {
			t.Errorf("%s: %v", c.name, m)
		}
	}
}

// A body that is too large to be read is one that cannot be read.
func TestMisfitLargeBodies(t *testing.T) {
	for group, want := range map[string]Misfit{
		"mail": {Store: "blob", Group: "mail/*", Verb: "text"}, "xml": {Store: "blob", Group: "xml/*", Verb: "text", Else: "drop"},
		"stand": {Store: "blob", Group: "stand/*", Verb: "json", Else: "placeholder"}, "text": {Store: "blob", Group: "text/*", Verb: "json"},
	} {
		a := compile(t, input(t, misfitObjects)).New()
		for _, size := range []int64{10, maxText + 1} { // of what is listed
			if _, err := a.Object(a.plan.Objects("blob"), Object{Name: group + "/x", Size: size}); err != nil {
				t.Fatal(err)
			}
			e := &endless{}
			b, err := a.Body(func() (io.ReadCloser, error) { return e, nil })
			if err != nil || b.Left() == (want.Else == "placeholder") || !e.closed {
				t.Errorf("%s of size %d: left %v, %v, closed %v", group, size, b.Left(), err, e.closed)
			}
			recorded(t, a, want)
		}
	}
}

// A value that is too large for its rule becomes what else says, without being
// read.
func TestMisfitOversized(t *testing.T) {
	a, row := one(t, `{json: {a: keep}, else: {set: "{}"}}`, Field{Form: FormText})
	a.Begin(row)
	if c, left, err := a.Oversized(1, []byte(`{"a":"Rose`)); err != nil || left || string(c.Bytes()) != "{}" {
		t.Errorf("%q, %v, %v", c.Bytes(), left, err)
	}
	recorded(t, a, Misfit{Path: "v", Verb: "json", Why: errLarge.Error(), Else: "set"})
	k := compile(t, input(t, header+"redis: {\"set:*\": {set: gone}, \"else:*\": {scan: , else: secret}, \"drop:*\": {scan: , else: drop}, \"text:*\": {json: {a: keep}, else: text}, \"bare:*\": scan}\n")).New()
	for group, want := range map[string]struct{ value, instead string }{"set": {"gone", ""}, "else": {removedPrefix, "secret"}, "drop": {"", "drop"}, "text": {}, "bare": {}} {
		begin(t, k, group+":x")
		c, ok, err := k.Large()
		if err != nil || ok != (want.value != "") || !strings.HasPrefix(string(c.Bytes()), want.value) {
			t.Errorf("%s: %q, %v, %v", group, c.Bytes(), ok, err)
		}
		if got := k.Misfits(); group != "set" && (len(got) != 1 || got[0].Else != want.instead || got[0].Why != errLarge.Error()) || group == "set" && len(got) > 0 {
			t.Errorf("%s: %v", group, got)
		}
	}
}

// An _id that its rule cannot read leaves its document out.
func TestMisfitDocumentNames(t *testing.T) {
	p := compile(t, input(t, header+"search: {x: {_id: text, _routing: {text: , else: scan}, a: keep}}\n"))
	d, err := p.Documents("search", "x")
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	for _, raw := range []RawDocument{{ID: []byte("\xff\x00\x01")}, {ID: []byte("1"), Routing: []byte("\xff\x00\x01")}} {
		raw.Source = []byte(`{"a":1}`)
		if out, err := a.Document(d, raw); err != nil || !out.Drop || len(out.Source.Bytes()) > 0 {
			t.Errorf("%v, %v", out, err)
		}
		if m := a.Misfits(); len(m) != 1 || m[0].Else != "" {
			t.Errorf("recorded %v", m)
		}
	}
}

// A key is unique only as far as what else writes is; both ends of a foreign
// key need the same.
func TestElseInKeys(t *testing.T) {
	for rule, refused := range map[string]bool{"uuid": false, "{uuid: , else: \"null\"}": false, "{uuid: , else: secret}": false, "{uuid: , else: {set: x}}": true} {
		in := input(t, header+"postgres:\n  things:\n    v: "+rule+"\n    w: {uuid: , else: secret}\n", column("v", FormText), column("w", FormText))
		in.Demands.Uniques = []Unique{{Store: "postgres", Group: "things", Name: "things_v", Columns: []string{"v"}}}
		if _, err := Compile(in); (err != nil) != refused {
			t.Errorf("%s under a unique key: %v", rule, err)
		}
		in.Demands = Demands{Links: []Link{{Store: "postgres", Group: "things", ToGroup: "things", Name: "things_fk", Columns: []string{"v"}, ToColumns: []string{"w"}}}}
		if _, err := Compile(in); (err == nil) != (rule == "{uuid: , else: secret}") {
			t.Errorf("%s under a foreign key: %v", rule, err)
		}
	}
}
