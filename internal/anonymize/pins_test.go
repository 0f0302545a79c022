package anonymize

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A star covers a column that is pinned with the type it has, and refuses all
// others together, with the drift, the lines and the command.
func TestStarCoversPinned(t *testing.T) {
	rules := header + "postgres:\n  things: {id: keep, \"*\": keep}\n  other: {a: keep}\n"
	size := column("size", FormInt)
	size.Type = "integer"
	fields := []Field{column("id", FormInt), column("old", FormText), size, column("new", FormText), {Store: "postgres", Group: "other", Name: "b"}}
	in := input(t, rules, fields[:4]...)
	in.Lock, in.Locking = lockOf(fields[1:4]...), "tenantcopy rules lock prod/acme --add"
	compile(t, in)
	in.Fields = fields
	in.Fields[2].Type = "bigint"
	in.Lock = lockOf(fields[1], size)
	r := refusal(t, in)
	want := "rules/schema.lock:\n  +postgres things new type\n  +postgres things size bigint\n  -postgres things size integer"
	if r.Code != report.Privacy || len(r.Lines) != 2 || r.Lines[0] != want {
		t.Fatalf("%s: %s", r.Code, strings.Join(r.Lines, "\n"))
	}
	for _, name := range []string{"b", "new", "size"} {
		if !strings.Contains(r.Lines[1], "    "+name+": # keep | ") {
			t.Errorf("no line for %s in\n%s", name, r.Lines[1])
		}
	}
	if strings.Contains(r.Lines[1], "old") || r.Why != `1 field has no rule and 2 fields under "*" are not pinned as they are` {
		t.Errorf("%s: %s", r.Why, r.Lines[1])
	}
	if !strings.HasSuffix(r.Hint, "pin it: tenantcopy rules lock prod/acme --add; nothing was written") || !strings.Contains(r.Hint, `before the "*"`) {
		t.Errorf("hint %s", r.Hint)
	}
	in.Lock = ruleset.NewLock(in.Lock.File, append(in.Lock.Pins(), pinsOf(fields[2])...))
	in.Lock = ruleset.NewLock(in.Lock.File, append(in.Lock.Pins(), pinsOf(fields[3])...))
	in.Fields = fields[:4]
	compile(t, in) // of two types, each is right
}

// Without a lock a star covers nothing, which is one reason and not one a
// column.
func TestStarWithoutLock(t *testing.T) {
	rules := header + "postgres:\n  things: {id: keep, \"*\": keep}\n  more: {\"*\": text}\n"
	in := input(t, rules, column("id", FormInt), column("a", FormText), column("b", FormText), Field{Store: "postgres", Group: "more", Name: "c"})
	in.Locking = "tenantcopy rules lock prod/acme"
	r := refusal(t, in)
	if r.Why != `there is no schema.lock, without which "*" covers nothing: 3 fields would be under it` || len(r.Lines) > 0 {
		t.Errorf("%s %q", r.Why, r.Lines)
	}
	if r.Hint != "tenantcopy rules lock prod/acme writes it, for you to review; nothing was written" {
		t.Errorf("hint %s", r.Hint)
	}
	in.Rules.Unclassified = ruleset.Drop // stricter than the rules: emptied, and told
	p := compile(t, in)
	if n := p.Notes(); len(n) != 3 || n[0].Store != "postgres" || !strings.Contains(n[0].Text, "things.a is under") {
		t.Errorf("notes %v", n)
	}
	row, err := p.Row("postgres", "things", in.Fields[:3])
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	a.Begin(row)
	a.Span(0, []byte("xxxx"))
	if c, err := a.Value(1, []byte("Rose Hill")); err != nil || !c.IsNull() {
		t.Errorf("what nothing pins becomes %q, %v", c.Bytes(), err)
	}
}

// What is pinned and gone is told, and refused by nobody.
func TestPinnedAndGone(t *testing.T) {
	in := input(t, header+"postgres:\n  things: {\"*\": keep}\n", column("id", FormInt))
	other := Field{Store: "search", Group: "i", Name: "x", Type: "keyword"}
	in.Lock = lockOf(column("id", FormInt), column("away", FormText), other)
	in.Lock = ruleset.NewLock(in.Lock.File, append(in.Lock.Pins(), ruleset.Pin{Store: "postgres", Group: "things", Field: "away", Type: "text"}))
	n := compile(t, in).Notes()
	if len(n) != 1 || n[0] != (Note{"postgres", "rules/schema.lock pins 1 field that the source does not have: things.away"}) {
		t.Errorf("notes %v", n)
	}
}

// The lock holds what stars cover: no field with a line of its own, none that
// is not copied, none under "**".
func TestPins(t *testing.T) {
	rules := header + `postgres:
  things: {id: keep, "*": keep}
  own: {a: keep, addr: {json: {street: address, "*": keep}}, list: {list: {json: {"*": text}}}, j: {json: {"*": keep}}}
  none: {$rows: none}
search:
  deep: {_id: keep, name: name, "a.*": keep, "*": text, "**": scan}
  rest: {_id: keep, "**": scan}
  off: drop
redis: {"h:*": {hash: {"*": keep}}}
`
	gen := column("gen", FormText)
	gen.Derived = true
	addr := Field{Store: "postgres", Group: "own", Name: "addr", Type: "addr", Form: FormRecord, Inside: " (street text, zip text)",
		Parts: []Field{{Name: "street", Type: "text"}, {Name: "zip code", Type: "text"}}}
	list := Field{Store: "postgres", Group: "own", Name: "list", Type: "addr[]", Form: FormArray, Parts: []Field{{Type: "addr", Form: FormRecord, Parts: addr.Parts}}}
	whole := column("home", FormRecord)
	whole.Type, whole.Inside, whole.Parts = addr.Type, addr.Inside, addr.Parts
	fields := []Field{column("id", FormInt), column("x", FormText), gen, whole, addr, list,
		{Store: "postgres", Group: "own", Name: "a", Type: "text"}, {Store: "postgres", Group: "own", Name: "j", Type: "jsonb", Form: FormJSONB},
		{Store: "postgres", Group: "none", Name: "a"}, {Store: "postgres", Group: "unknown", Name: "a"}}
	for _, group := range []string{"deep", "rest", "off", "unknown"} {
		for _, name := range []string{"_id", "name", "a.b", "a.c.d", "x", "y.z"} {
			fields = append(fields, Field{Store: "search", Group: group, Name: name, Type: "text|keyword"})
		}
	}
	pins, err := Pins(parse(t, rules), fields)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range ruleset.NewLock("", pins).Pins() {
		got = append(got, p.String())
	}
	want := []string{
		`postgres own "addr:zip code" text`,
		`postgres own "list[]:street" text`,
		`postgres own "list[]:zip code" text`,
		`postgres things home addr (street text, zip text)`,
		`postgres things x type`,
		`search deep a.b keyword`, `search deep a.b text`,
		`search deep a.c.d keyword`, `search deep a.c.d text`,
		`search deep x keyword`, `search deep x text`,
		`search deep y.z keyword`, `search deep y.z text`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("pins\n%s", strings.Join(got, "\n"))
	}
}

// Stars are looked for where a survey lists fields.
func TestHasStars(t *testing.T) {
	for rules, want := range map[string]bool{
		"postgres: {t: {\"*\": keep}}":                               true,
		"postgres: {t: {a: {list: {json: {b: keep, \"*\": keep}}}}}": true,
		"postgres: {\"*\": {a: keep}}":                               false,
		"search: {t: {_id: keep, a.*.b: keep}}":                      true,
		"search: {\"*\": {_id: keep, \"**\": scan}}":                 false,
		"search: {t: {_id: keep, a: {json: {\"*\": keep}}}}":         false,
		"redis: {\"h:*\": {hash: {\"*\": keep}}, \"*\": keep}":       false,
		"blob: {\"**\": {$body: keep, $metadata: {\"*\": keep}}}":    false,
	} {
		store, _, _ := strings.Cut(rules, ":")
		if got := HasStars(parse(t, header+rules+"\n"), store); got != want {
			t.Errorf("%s: %v", rules, got)
		}
	}
	if HasStars(parse(t, header+"postgres: {t: {\"*\": keep}}\n"), "search") {
		t.Error("a store without rules")
	}
}

// An attribute that a composite has got since is refused as a column is, below
// a star of the table and below one among the attributes.
func TestPinnedAttributes(t *testing.T) {
	addr := column("addr", FormRecord)
	addr.Type, addr.Inside, addr.Parts = "addr", " (a text)", []Field{{Name: "a", Type: "text"}}
	grown := addr
	grown.Inside, grown.Parts = " (a text, b text)", []Field{{Name: "a", Type: "text"}, {Name: "b", Type: "text"}}
	for rule, want := range map[string]string{
		`{"*": keep}`:                          "rules/schema.lock:\n  -postgres things addr addr (a text)\n  +postgres things addr addr (a text, b text)",
		`{addr: {json: {"*": keep}}}`:          "rules/schema.lock:\n  +postgres things \"addr:b\" text",
		`{addr: {json: {a: keep, "*": keep}}}`: "rules/schema.lock:\n  +postgres things \"addr:b\" text",
	} {
		rules := header + "postgres:\n  things: " + rule + "\n"
		in := input(t, rules, addr)
		pins, err := Pins(in.Rules, in.Fields)
		if err != nil {
			t.Fatal(err)
		}
		in.Lock = ruleset.NewLock("rules/schema.lock", pins)
		compile(t, in)
		in.Fields = []Field{grown}
		if r := refusal(t, in); len(r.Lines) != 2 || r.Lines[0] != want {
			t.Errorf("%s: %s", rule, strings.Join(r.Lines, "\n"))
		}
	}
}

// A star of an index covers the paths of its mapping that are pinned, what lies
// in their values, and nothing that the mapping does not have.
func TestPinnedPaths(t *testing.T) {
	path := func(name, typ string) Field { return Field{Store: "search", Group: "i", Name: name, Type: typ} }
	fields := []Field{path("_id", "_id"), path("a", "keyword"), path("o.s", "text"), path("o.t", "text"), path("loc", "geo_point"), path("mail", "keyword")}
	in := input(t, header+"search: {i: {_id: keep, mail: email, \"*\": keep}}\n", fields...)
	in.Lock = lockOf(fields[1], fields[2], fields[4])
	if r := refusal(t, in); len(r.Lines) != 2 || r.Lines[0] != "rules/schema.lock:\n  +search i o.t text" {
		t.Errorf("%q", r.Lines)
	}
	in.Fields = slices.Delete(slices.Clone(fields), 3, 4)
	for source, want := range map[string]struct{ out, found string }{
		`{"a":"x","o":{"s":"y"},"loc":{"lat":1,"lon":2}}`: {`{"a":"x","o":{"s":"y"},"loc":{"lat":1,"lon":2}}`, ""},
		`{"a":["x"],"o":[{"s":["y"]}],"o.s":"z"}`:         {`{"a":["x"],"o":[{"s":["y"]}],"o.s":"z"}`, ""},
		`{"a":"x","o":{"s":"y","t":"Rose"}}`:              {`{"a":"x","o":{"s":"y"}}`, "o.t"},
		`{"a":"x","nick":"Rose"}`:                         {`{"a":"x"}`, "nick"},
		`{"a":"x","p":{"q":"Rose"}}`:                      {`{"a":"x"}`, "p"},
		`{"o":"Rose"}`:                                    {`{"o":null}`, "o"},
	} {
		p := compile(t, in)
		d, err := p.Documents("search", "i")
		if err != nil {
			t.Fatal(err)
		}
		a := p.New()
		out, err := a.Document(d, RawDocument{ID: []byte("1"), Source: []byte(source)})
		found := ""
		for _, f := range a.Findings() {
			found += f.Path
		}
		if err != nil || string(out.Source.Bytes()) != want.out || found != want.found {
			t.Errorf("%s: %s, found %q, %v", source, out.Source.Bytes(), found, err)
		}
	}
	in.Rules.Unclassified = ruleset.Drop // a path whose type has changed is emptied, not kept
	in.Fields = slices.Clone(fields)
	in.Fields[1].Type = "text"
	p := compile(t, in)
	d, err := p.Documents("search", "i")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := p.New().Document(d, RawDocument{ID: []byte("1"), Source: []byte(`{"a":"Rose","o":{"s":"y","t":"Rose"}}`)}); err != nil || strings.Contains(string(out.Source.Bytes()), "Rose") {
		t.Errorf("%s, %v", out.Source.Bytes(), err)
	}
}

// A name that is somebody's address is not written into a file for everybody.
func TestPinsHoldNoData(t *testing.T) {
	rules := parse(t, header+"search: {i: {_id: keep, \"by.**\": scan, \"*\": text}}\n")
	fields := []Field{{Store: "search", Group: "i", Name: "by.rose.hill@acme.com.count", Type: "long"}, {Store: "search", Group: "i", Name: "n", Type: "long"}}
	if pins, err := Pins(rules, fields); err != nil || len(pins) != 1 {
		t.Errorf("%v, %v", pins, err)
	}
	fields = append(fields, Field{Store: "search", Group: "i", Name: "at.rose.hill@acme.com.count", Type: "long"})
	if _, err := Pins(rules, fields); report.CodeOf(err) != report.Privacy || strings.Contains(err.Error(), "rose") || !strings.Contains(err.Error(), "\n  search i\n") {
		t.Errorf("%v", err)
	}
}
