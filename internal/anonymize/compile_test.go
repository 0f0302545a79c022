package anonymize

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

func refusal(t *testing.T, in Input) *report.Refusal {
	t.Helper()
	_, err := Compile(in)
	r, ok := errors.AsType[*report.Refusal](err)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	return r
}

// Everything that is wrong is said at once.
func TestRefusesAllAtOnce(t *testing.T) {
	col := func(name, typ string, form Form) Field {
		f := column(name, form)
		f.Type = typ
		return f
	}
	short := col("short", "varchar(10)", FormText)
	short.MaxLen = 10
	tags := col("tags", "varchar(9)[]", FormTextArray)
	tags.MaxLen = 9
	must := col("must", "text", FormText)
	must.NotNull = true
	rules := header + `postgres:
  things:
    $person: owner
    owner: keep
    opaque: text
    ghost: {text: plain, context: nowhere}
    nowhere: keep
    must: null
    short: person.email
    tags: {list: secret}
    number: email
    flag: digits
    real: digits
    doc: email
    list: email
    small: phone
    day: {set: tomorrow}
    var: {set: $MISSING}
    blob: avatar
    time: {noise: 5%}
    kept: keep
search:
  "i*": {_id: keep, "a[].b": keep}
blob:
  "a/**": keep
`
	in := input(t, rules,
		col("owner", "point", FormOpaque), col("opaque", "point", FormOpaque), col("ghost", "text", FormText), must, short, tags,
		col("number", "integer", FormInt), col("flag", "boolean", FormBool), col("real", "real", FormFloat), col("doc", "jsonb", FormJSONB),
		col("list", "text[]", FormTextArray), col("small", "integer", FormInt), col("day", "date", FormDate), col("var", "text", FormText),
		col("blob", "text", FormText), col("time", "date", FormDate), col("kept", "text", FormText), col("new_one", "text", FormText), col("new-two", "text", FormText),
		Field{Store: "search", Group: "i1", Name: "_id"}, Field{Store: "search", Group: "i1", Name: "a.b"}, Field{Store: "search", Group: "i1", Name: "a.c"},
		Field{Store: "blob", Group: "b/", Name: "*.pdf", Sample: "b/Rose Hill.pdf"}, Field{Store: "blob", Group: "a/", Name: "*.pdf", Sample: "a/x.pdf"})
	in.Texts = []Text{{Place: "view directory", Body: "select 'Rose Hill'"}, {Place: "default x", Body: "'who@real.org'"}, {Place: "fine", Body: "select 1, '+49 170 7654399'"},
		{Place: "check of phone", Body: "phone <> '+49 170 1234567'"}}
	delete(in.Vars, "MISSING")
	r := refusal(t, in)
	all := strings.Join(r.Lines, "\n")
	for _, want := range []string{
		"things.owner: names the person of a row, but type point",
		"things.opaque: type point can be kept or null",
		"things.nowhere: names the person of a row, but there is no such column",
		"things.must: null on a column that is NOT NULL",
		"things.short: person.email writes up to",
		"things.tags: secret writes up to 34 characters, and the column holds 9",
		"things.number: email cannot rewrite type integer: say set, digits",
		"things.flag: digits cannot rewrite type boolean",
		"things.real: digits cannot rewrite type real",
		"things.doc: email cannot rewrite type jsonb",
		"things.list: email cannot rewrite type text[]",
		"things.small: phone needs more digits than type integer holds",
		"things.day: set writes a constant that is no date",
		"things.var: set needs the environment variable MISSING",
		"things.blob: avatar makes bytes",
		"things.time: noise cannot rewrite type date",
		"view directory: names a person", "default x: holds an e-mail address", "check of phone: holds a person's phone number",
		"    new_one: # keep", `    new-two: # keep`, `    a.c: # keep`, `  "b/*.pdf": # keep`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no line %q", want)
		}
	}
	if r.Code != report.Privacy || strings.Contains(all, "things.kept") || strings.Contains(all, "a.b") || strings.Contains(all, "fine") {
		t.Errorf("code %s, lines\n%s", r.Code, all)
	}
	if n := len(r.Lines); n != 19+3 {
		t.Errorf("%d lines:\n%s", n, all)
	}
	noRealIn(t, all+r.Error())
}

func noRealIn(t *testing.T, s string) {
	t.Helper()
	if strings.Contains(s, "Rose") || strings.Contains(s, "real.org") {
		t.Error("a value of the source is in the refusal")
	}
}

// The hint's lines are accepted once a verb stands in them.
func TestPasteLinesAreRules(t *testing.T) {
	places := []Finding{
		{Store: "postgres", Group: "users", Path: "profile:contacts[].email"}, {Store: "postgres", Group: "users", Path: "profile:zip"},
		{Store: "postgres", Group: "users", Path: "plain"}, {Store: "postgres", Group: "users", Path: "yes"}, {Store: "postgres", Group: "hr.people", Path: "tags[]:x"},
		{Store: "postgres", Group: "users", Path: "profile:inner:deep"}, {Store: "postgres/main", Group: "users", Path: "a"},
		{Store: "search", Group: "profiles", Path: "_id"}, {Store: "search", Group: "profiles", Path: "a.b"}, {Store: "search", Group: "profiles", Path: "m:x[].y"},
		{Store: "blob", Group: "a/*.pdf"}, {Store: "redis", Group: "user:*", Path: "json:a.b"}, {Store: "redis", Group: "q:*", Path: "list"},
		{Store: "redis", Group: "h:*", Path: "hash:*"}, {Store: "redis", Group: "j:*", Path: "list[]:zip"}, {Store: "redis", Group: "other:*"},
		{Store: "redis", Group: "d:*", Path: "json:a:b"},
	}
	var all strings.Builder
	all.WriteString("version: 1\npeople: none\n")
	for _, block := range PasteLines(places) {
		all.WriteString(block + "\n")
	}
	if _, err := ruleset.Parse("r.yaml", []byte(all.String())); err == nil {
		t.Error("accepted without a verb")
	}
	if n := strings.Count(all.String(), ": # "); n != len(places) {
		t.Errorf("%d comments for %d places:\n%s", n, len(places), all.String())
	}
	filled := strings.ReplaceAll(all.String(), ": # ", ": keep # ")
	r, err := ruleset.Parse("r.yaml", []byte(filled))
	if err != nil {
		t.Fatalf("%v\n%s", err, filled)
	}
	if len(r.Stores) != 5 || len(r.Store("redis").Groups) != 6 || len(r.Store("postgres").Groups) != 2 {
		t.Errorf("%d stores", len(r.Stores))
	}
}

// In drop mode only what cannot be emptied is refused.
func TestDropMode(t *testing.T) {
	rules := "unclassified: drop\n" + header + "postgres:\n  things: {id: keep}\n"
	f := column("v", FormText)
	f.NotNull, f.Unique = true, true
	r := refusal(t, input(t, rules, column("id", FormInt), f))
	if len(r.Lines) != 1 || !strings.Contains(r.Lines[0], "things.v: has no rule and cannot be emptied") {
		t.Errorf("lines %v", r.Lines)
	}
	opaque := column("v", FormOpaque)
	opaque.NotNull = true
	refusal(t, input(t, rules, column("id", FormInt), opaque))
	opaque.NotNull = false
	compile(t, input(t, rules, column("id", FormInt), opaque, Field{Store: "search", Group: "i", Name: "x"}))
	r = refusal(t, input(t, rules, column("id", FormInt), Field{Store: "search", Group: "i", Name: "_id"}))
	if len(r.Lines) != 1 || !strings.Contains(r.Lines[0], "_id:") {
		t.Errorf("an index whose documents have no rule for their _id: lines %q", r.Lines)
	}
}

// Nobody at all: no index, and one without people.
func TestWithoutPeople(t *testing.T) {
	rules := "version: 1\npeople: none\npostgres:\n  things: {v: name, e: email, p: phone, t: text}\n"
	fields := []Field{column("v", FormText), column("e", FormText), column("p", FormText), column("t", FormText)}
	in := input(t, rules, fields...)
	for _, people := range []*person.Index{in.People, nil} {
		in.People = people
		p := compile(t, in)
		row, err := p.Row("postgres", "things", fields)
		if err != nil {
			t.Fatal(err)
		}
		a := p.New()
		a.Begin(row)
		for i, v := range []string{"Rose Hill", "rose@acme.com", "+49 170 1234567", "ask rose@acme.com"} {
			if c, err := a.Value(i, []byte(v)); err != nil || string(c.Bytes()) == v {
				t.Errorf("value %d is unchanged, or %v", i, err)
			}
		}
	}
}

// A source of one store says nothing about a table of that name in another.
func TestSourceOfOneStore(t *testing.T) {
	rules := "version: 1\nperson: {postgres/main: {users: {id: id, name: n}}}\npostgres: {users: {id: keep, n: person.name}}\n"
	for store, named := range map[string]bool{"postgres/main": true, "postgres/other": false} {
		fields := []Field{{Store: store, Group: "users", Name: "id", Form: FormInt}, {Store: store, Group: "users", Name: "n"}}
		row, err := compile(t, input(t, rules)).Row(store, "users", fields)
		if err != nil {
			t.Fatal(err)
		}
		if got := row.Steps[0].Rule; got != named {
			t.Errorf("%s: the id names a person: %v", store, got)
		}
	}
}

// A rule for a column that the server computes is refused with the columns that
// it is computed from; "*" means those that are copied.
func TestRulesOfComputedColumns(t *testing.T) {
	low, sum := column("low", FormText), column("sum", FormInt)
	low.Derived, low.Reads, sum.Derived = true, []string{"nick", "mail"}, true
	fields := []Field{column("nick", FormText), column("mail", FormText), low, sum}
	r := refusal(t, input(t, header+"postgres:\n  things: {low: person.name, sum: keep, nick: keep, mail: keep}\n", fields...))
	all := strings.Join(r.Lines, "\n")
	for _, want := range []string{"things.low: the server computes this column", "the rules of nick, mail decide", "things.sum: the server computes this column"} {
		if !strings.Contains(all, want) {
			t.Errorf("no line %q in\n%s", want, all)
		}
	}
	in := input(t, header+"postgres:\n  things: {\"*\": keep}\n", fields...)
	in.Lock = lockOf(fields...)
	compile(t, in)
}

// Columns that name people come first, whatever their order in the table.
func TestRowOrder(t *testing.T) {
	rules := header + "postgres:\n  things: {$person: o, a: keep, b: keep, t: {text: plain, context: c}, c: keep, d: keep, o: keep}\n"
	gen := column("g", FormText)
	gen.Derived = true
	fields := []Field{column("a", FormText), column("b", FormText), gen, column("t", FormText), column("c", FormInt), column("d", FormText), column("o", FormInt)}
	p := compile(t, input(t, rules, fields...))
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, i := range row.Order {
		order = append(order, fields[i].Name)
	}
	if got := strings.Join(order, ""); got != "coabtd" {
		t.Errorf("order %s", got)
	}
	want := []Step{{0, 1, true, true}, {1, 2, true, true}, {2, 4, false, true}, {4, 5, true, false}, {5, 6, false, true}}
	for i, s := range row.Steps {
		if i >= len(want) || s != want[i] {
			t.Errorf("steps %v", row.Steps)
			break
		}
	}
	a := p.New()
	a.Begin(row)
	for i, misuse := range []func(){func() { a.Span(0, nil) }, func() { _, _ = a.Value(2, nil) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("misuse %d does not panic", i)
				}
			}()
			misuse()
		}()
	}
}

// What another package writes raw does not compile.
func TestGateDoesNotCompile(t *testing.T) {
	refused := map[string]string{
		"named":      "unexported field b|unknown field b",
		"positional": "too few values in struct literal|implicit assignment to unexported field",
		"argument":   "cannot use raw (variable of type []byte) as anonymize.Clean value",
		"conversion": "cannot convert raw (variable of type []byte) to type anonymize.Clean",
		"body":       "implicit assignment to unexported field|too few values in struct literal",
		"permit":     "unexported field name|unknown field name",
	}
	if out, err := exec.Command("go", "vet", "./testdata/gate/good").CombinedOutput(); err != nil {
		t.Fatalf("what is allowed does not compile: %v\n%s", err, out)
	}
	args := []string{"vet"}
	for name := range refused {
		args = append(args, "./testdata/gate/"+name)
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err == nil {
		t.Fatal("everything compiles")
	}
	for name, want := range refused {
		_, said, _ := strings.Cut(string(out), "gate/"+name+"/"+name+".go:")
		said, _, _ = strings.Cut(said, "\n")
		found := false
		for one := range strings.SplitSeq(want, "|") {
			found = found || strings.Contains(said, one)
		}
		if !found {
			t.Errorf("%s: the compiler says %q, want %q", name, said, want)
		}
	}
}
