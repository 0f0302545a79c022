package ruleset

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const good = `version: 1
unclassified: drop
email_domain: Mail.Acme.com
keep_domains: [support.acme.com, mail.acme.com]
person:
  postgres:
    users: {id: id, name: full_name, email: email}
    hr.employees: {id: user_id, first: first, last: last, phone: phone, locale: lang}
postgres:
  public.users:
    id: keep
    email: person.email
    none: null
    tilde: ~
    hash: {set: $STAGING_HASH}
    bcrypt: {set: $2a$10$abc}
    flag: {set: false}
    text: {set: "5"}
    empty: {set: ""}
    bio: html
    profile: {json: {"contacts[].email": email, salary: {noise: 7.5%}, "**": scan}}
    emp: {digits: }
    boss: {person.name: null, context: boss_id}
    boss_id: keep
    null: keep
  log: {$rows: none}
  dept: {$person: {owner: hr.employees}, "*": keep}
postgres/main:
  t: {"*": keep}
blob:
  "avatars/{users.id}.*": avatar
  "docs/**": {$body: placeholder, $name: text, $metadata: {by: name, "*": scan}}
  "i/*": {html: , $name: keep}
search:
  p*: {$docs: none, $person: user.id, _id: uuid, "user.id": keep, "**": scan}
  logs: drop
redis:
  "s:*": drop
  "u:{public.users.id}": {list: {json: {"**": scan}}}
  "h": {hash: {"a.b": {shift: 30d, context: x}, "**": {bucket: 5}}}
  "e": {$groups: drop, json: {a: {uuid: , else: null}}, else: {set: $GONE}}
`

// want is good, read; fields that no case sets are zero.
func want() *Rules {
	v := func(verb string) Rule { return Rule{Verb: verb} }
	f := func(path string, r Rule) Field { return Field{Path: path, Rule: r} }
	c := func(name string, r Rule) Field { return Field{Path: name, Name: name, Rule: r} } // of a column, a hash, metadata
	ref := func(r Rule) *Rule { return &r }
	pattern := func(text string) Pattern { return Pattern{text: text} }
	body := ref(v("placeholder"))
	return &Rules{
		File: "r", Names: "v1", Shape: KeptShape, EmailDomain: "mail.acme.com", Unclassified: Drop,
		KeepDomains: []string{"support.acme.com", "mail.acme.com"},
		Sources: []Source{
			{Store: "postgres", Group: "users", ID: "id", Name: "full_name", Email: "email"},
			{Store: "postgres", Group: "hr.employees", ID: "user_id", First: "first", Last: "last", Phone: "phone", Locale: "lang"},
		},
		Stores: []Store{
			{Name: "postgres", Groups: []Group{
				{Pattern: pattern("public.users"), Fields: []Field{
					c("id", v("keep")), c("email", v("person.email")), c("none", v("null")), c("tilde", v("null")),
					c("hash", Rule{Verb: "set", Arg: "$STAGING_HASH"}), c("bcrypt", Rule{Verb: "set", Arg: "$2a$10$abc"}),
					c("flag", Rule{Verb: "set", Arg: "false", Literal: true}), c("text", Rule{Verb: "set", Arg: "5"}), c("empty", v("set")),
					c("bio", Rule{Verb: "text", Arg: "html"}),
					c("profile", Rule{Verb: "json", Fields: []Field{
						f("contacts[].email", v("email")), f("salary", Rule{Verb: "noise", Arg: "7.5%"}), f("**", v("scan"))}}),
					c("emp", Rule{Verb: "digits", Arg: "same"}),
					c("boss", Rule{Verb: "person.name", Context: "boss_id"}), c("boss_id", v("keep")), c("null", v("keep")),
				}},
				{Pattern: pattern("log"), Options: Options{Rows: Rows{None: true}}},
				{Pattern: pattern("dept"), Fields: []Field{f("*", v("keep"))}, Options: Options{Person: &Link{Field: "owner", Source: "hr.employees"}}},
			}},
			{Name: "postgres/main", Groups: []Group{{Pattern: pattern("t"), Fields: []Field{f("*", v("keep"))}}}},
			{Name: "blob", Groups: []Group{
				{Pattern: pattern("avatars/{users.id}.*"), Rule: ref(v("avatar"))},
				{Pattern: pattern("docs/**"), Rule: body, Options: Options{
					Value: body, Name: ref(Rule{Verb: "text", Arg: "plain"}), Metadata: []Field{c("by", v("name")), f("*", v("scan"))}}},
				{Pattern: pattern("i/*"), Rule: ref(Rule{Verb: "text", Arg: "html"}), Options: Options{Name: ref(v("keep"))}},
			}},
			{Name: "search", Groups: []Group{
				{Pattern: pattern("p*"), Fields: []Field{f("_id", v("uuid")), f("user.id", v("keep")), f("**", v("scan"))},
					Options: Options{Rows: Rows{None: true}, Person: &Link{Field: "user.id"}}},
				{Pattern: pattern("logs"), Rule: ref(v("drop"))},
			}},
			{Name: "redis", Groups: []Group{
				{Pattern: pattern("s:*"), Rule: ref(v("drop"))},
				{Pattern: pattern("u:{public.users.id}"), Rule: &Rule{Verb: "list", Elem: &Rule{Verb: "json", Fields: []Field{f("**", v("scan"))}}}},
				{Pattern: pattern("h"), Rule: &Rule{Verb: "hash", Fields: []Field{
					c("a.b", Rule{Verb: "shift", Arg: "30d", Context: "x"}), f("**", Rule{Verb: "bucket", Arg: "5", Literal: true})}}},
				{Pattern: pattern("e"), Options: Options{Groups: ref(v("drop"))}, Rule: &Rule{Verb: "json", Else: &Rule{Verb: "set", Arg: "$GONE"}, Fields: []Field{
					f("a", Rule{Verb: "uuid", Else: ref(v("null"))})}}},
			}},
		},
	}
}

func TestParseGood(t *testing.T) {
	got, err := Parse("r", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Hash) != 64 {
		t.Errorf("hash has %d digits", len(got.Hash))
	}
	got.Hash = ""
	same := cmp.Options{
		cmp.Comparer(func(a, b Pattern) bool { return a.text == b.text }),
		cmp.Comparer(func(a, b Pos) bool { return true }),
		cmp.FilterPath(func(p cmp.Path) bool { return slices.Contains([]string{".contextPos", ".lookup"}, p.Last().String()) }, cmp.Ignore()),
	}
	if diff := cmp.Diff(want(), got, same); diff != "" {
		t.Error(diff)
	}
	if docs := got.Stores[2].Groups[1]; docs.Rule != docs.Options.Value {
		t.Error("$body and Group.Rule are two rules")
	}
	if got, want := got.Variables(), []string{"GONE", "STAGING_HASH"}; !slices.Equal(got, want) {
		t.Errorf("variables %v, want %v", got, want)
	}
}

func TestParsePositions(t *testing.T) {
	r, err := Parse("r", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	users := r.Stores[0].Groups[0]
	for name, c := range map[string]struct{ got, want Pos }{
		"source":  {r.Sources[1].Pos, Pos{8, 5}},
		"store":   {r.Stores[0].Pos, Pos{9, 1}},
		"group":   {users.Pos, Pos{10, 3}},
		"field":   {users.Fields[1].Pos, Pos{12, 5}},
		"rule":    {users.Fields[1].Rule.Pos, Pos{12, 12}},
		"mapped":  {users.Fields[4].Rule.Pos, Pos{15, 12}},
		"path":    {users.Fields[10].Rule.Fields[1].Pos, Pos{21, 49}},
		"link":    {r.Stores[0].Groups[2].Options.Person.Pos, Pos{27, 20}},
		"context": {users.Fields[12].Rule.contextPos, Pos{23, 40}},
	} {
		if c.got != c.want {
			t.Errorf("%s at %v, want %v", name, c.got, c.want)
		}
	}
}

func TestCaptureSpelledAsSource(t *testing.T) {
	r, err := Parse("r", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	got, ok := r.Store("redis").Groups[1].Pattern.Match("u:17")
	if want := (Capture{"users", "id", "17"}); !ok || got != want {
		t.Errorf("got %v %v, want %v", got, ok, want)
	}
}

func TestStoreFallsBack(t *testing.T) {
	r, err := Parse("r", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"postgres": "postgres", "postgres/main": "postgres/main", "postgres/other": "postgres", "redis/cache": "redis", "mongo": "",
	} {
		got := ""
		if s := r.Store(name); s != nil {
			got = s.Name
		}
		if got != want {
			t.Errorf("%s: rules of %q, want %q", name, got, want)
		}
	}
	named, err := Parse("r", []byte("version: 1\npeople: none\nblob/a: {x: keep}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if named.Store("blob") != nil || named.Store("blob/b") != nil || named.Store("blob/a") == nil || !named.NoPeople {
		t.Error("rules of a named store serve others")
	}
}

func TestParseForms(t *testing.T) {
	for _, file := range []string{
		"version: 1\npeople: none\n",
		"---\nversion: 1\npeople: none\n...\n",
		"\uFEFFversion: 1\r\npeople: none\r\nredis:\r\n  a: keep\r\n",
		"version: 1\npeople: none\nredis:\n  a:\n    set: |\n      two\n      lines\n",
		"version: 1\npeople: none\nsearch: {\"a*\": {a: keep}, \"b*\": {a: keep}, \"*\": {\"**\": keep}}\n",
		"version: 1\npeople: none\npostgres: {t: {a.b: keep, \"1\": keep, 2: keep, true: keep}, \"*.t\": {a: keep}, \"*\": {a: keep}, \"*.*\": {a: keep}}\n",
		"version: 1\npeople: none\nemail_domain: acme.test\n",
	} {
		if _, err := Parse("r", []byte(file)); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestExampleFile(t *testing.T) {
	data, err := os.ReadFile(rulesFolder + "example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("example.yaml", data); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	for _, c := range badFiles() {
		if len(c.file) < 10_000 {
			f.Add([]byte(c.file))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse("r", data)
		if (r == nil) == (err == nil) {
			t.Fatal("rules and error, or neither")
		}
		if err == nil {
			for _, s := range r.Stores {
				for _, g := range s.Groups {
					if g.Rule == nil && len(g.Fields) == 0 && !g.Options.Rows.Empty() {
						t.Errorf("group %q rules nothing", g.Pattern)
					}
				}
			}
			return
		}
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok {
			t.Fatalf("%T is not joined", err)
		}
		last := Pos{1, 1}
		for _, one := range joined.Unwrap() {
			e, ok := errors.AsType[*Error](one)
			if !ok || e.What == "" {
				t.Fatalf("%T without place or text", one)
			}
			if e.Pos.Line < last.Line || e.Pos.Line == last.Line && e.Pos.Column < last.Column {
				t.Errorf("%v after %v", e.Pos, last)
			}
			last = e.Pos
		}
	})
}
