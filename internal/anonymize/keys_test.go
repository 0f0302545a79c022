package anonymize

import (
	"strings"
	"testing"
)

const keyRules = header + `redis:
  "session:*": drop
  "blob:*": keep
  "user:{users.id}": {json: {email: person.email, name: person.name, "**": scan}}
  "profile:*": {$value: {json: {uid: keep, name: person.name, by: keep, note: {text: plain, context: by}}}, $person: uid}
  "mail:*": {$value: scan, $key: email}
  "hash:*": {$value: {hash: {uid: keep, "a.b": email, name: person.name, "x*": keep, "**": text}}, $person: uid}
  "strict:*": {hash: {uid: keep}}
  "queue:*": {list: email}
  "jobs:*": {list: {json: {to: email}}}
  "feed:*": scan
  "one:*": email
`

func begin(t *testing.T, a *Anonymizer, name string) Key {
	t.Helper()
	k, err := a.Key(a.plan.Keys("redis/main"), []byte(name))
	if err != nil {
		t.Fatalf("key: %v", err)
	}
	return k
}

func TestKeys(t *testing.T) {
	p := compile(t, input(t, keyRules))
	rose := p.in.People.At(0)
	a := p.New()
	for _, c := range []struct {
		name  string
		fate  Fate
		group string
		as    string
	}{
		{"session:abc", Leave, "session:*", ""},
		{"blob:1", Keep, "blob:*", "blob:1"},
		{"user:1", Rewrite, "user:{users.id}", "user:1"},
		{"rose.hill@acme.com", Unknown, "", ""},
		{"other:5", Unknown, "", ""},
	} {
		if k := begin(t, a, c.name); k.Fate != c.fate || k.Group != c.group || string(k.Name.Bytes()) != c.as {
			t.Errorf("%s: fate %d, group %q, name %q", c.name, k.Fate, k.Group, k.Name.Bytes())
		}
	}
	var places []string
	for _, f := range a.Findings() {
		places = append(places, f.Group)
	}
	if got := strings.Join(places, " "); got != "* other:*" {
		t.Errorf("findings %s", got)
	}
	begin(t, a, "blob:1")
	if c := a.Payload([]byte("raw")); string(c.Bytes()) != "raw" {
		t.Error("payload differs")
	}
	begin(t, a, "user:1")
	for _, in := range []string{`{"name":"Somebody Else"}`} {
		if c, ok, err := a.Text([]byte(in)); err != nil || !ok || string(c.Bytes()) != `{"name":"`+rose.Full()+`"}` {
			t.Errorf("a captured person: %q, %v, %v", c.Bytes(), ok, err)
		}
	}
}

func TestTextWithPerson(t *testing.T) {
	p := compile(t, input(t, keyRules))
	rose, jorg := p.in.People.At(0), p.in.People.At(1)
	a := p.New()
	begin(t, a, "profile:x")
	c, ok, err := a.Text([]byte(`{"name":"Xa Yo","note":"Jörg and Rose","by":2,"uid":1}`))
	if want := `{"name":"` + rose.Full() + `","note":"` + jorg.Given + ` and ` + rose.Given + `","by":2,"uid":1}`; err != nil || !ok || string(c.Bytes()) != want {
		t.Errorf("got %s, %v, want %s", c.Bytes(), err, want)
	}
	begin(t, a, "profile:y") // nobody any more
	c, _, err = a.Text([]byte(`{"name":"Xa Yo"}`))
	if err != nil || strings.Contains(string(c.Bytes()), rose.Full()) {
		t.Errorf("got %s, %v", c.Bytes(), err)
	}
}

func TestKeyNames(t *testing.T) {
	p := compile(t, input(t, keyRules))
	a := p.New()
	if k := begin(t, a, "mail:rose.hill@acme.com"); strings.Contains(string(k.Name.Bytes()), "rose.hill") {
		t.Error("the address is still in the key's name")
	}
}

func TestHash(t *testing.T) {
	p := compile(t, input(t, keyRules))
	rose := p.in.People.At(0)
	a := p.New()
	begin(t, a, "hash:1")
	a.Link([]byte("uid"), []byte("1"))
	for _, c := range [][4]string{
		{"uid", "1", "uid", "1"},
		{"a.b", "rose.hill@acme.com", "a.b", rose.Email},
		{"name", "Xa Yo", "name", rose.Full()},
		{"x*", "Rose Hill", "x*", "Rose Hill"},
		{"xy", "Rose Hill", "xy", rose.Full()},
		{"Rose Hill", "1", rose.Full(), "1"},
	} {
		f, v, ok, err := a.Pair([]byte(c[0]), []byte(c[1]))
		if err != nil || !ok || string(f.Bytes()) != c[2] || string(v.Bytes()) != c[3] {
			t.Errorf("%s: %q %q %v %v", c[0], f.Bytes(), v.Bytes(), ok, err)
		}
	}
	begin(t, a, "strict:1")
	if f, _, ok, err := a.Pair([]byte("Rose Hill"), []byte("x")); ok || err != nil || len(f.Bytes()) > 0 {
		t.Errorf("a field without a rule: %q, %v, %v", f.Bytes(), ok, err)
	}
	begin(t, a, "one:1")
	if _, _, ok, err := a.Pair([]byte("a"), []byte("b")); ok || err != nil {
		t.Errorf("a hash under a rule for text: %v, %v", ok, err)
	}
	var paths []string
	for _, f := range a.Findings() {
		paths = append(paths, f.Group+" "+f.Path)
	}
	if got := strings.Join(paths, ", "); got != "one:* hash:*, strict:* hash:*" {
		t.Errorf("findings %s", got)
	}
}

func TestMembers(t *testing.T) {
	p := compile(t, input(t, keyRules))
	rose := p.in.People.At(0)
	a := p.New()
	for _, c := range [][3]string{
		{"queue:1", "rose.hill@acme.com", rose.Email},
		{"jobs:1", `{"to":"rose.hill@acme.com"}`, `{"to":"` + rose.Email + `"}`},
		{"feed:1", "Rose Hill", rose.Full()},
	} {
		begin(t, a, c[0])
		if got, ok, err := a.Member([]byte(c[1])); err != nil || !ok || string(got.Bytes()) != c[2] {
			t.Errorf("%s: %q, %v, %v", c[0], got.Bytes(), ok, err)
		}
	}
	begin(t, a, "one:1")
	if c, ok, err := a.Member([]byte("rose.hill@acme.com")); ok || err != nil || len(c.Bytes()) > 0 {
		t.Errorf("an element under a rule for text: %q, %v, %v", c.Bytes(), ok, err)
	}
	begin(t, a, "jobs:1")
	if c, ok, err := a.Member([]byte(`{"to":"x","zip":1}`)); err != nil || !ok || string(c.Bytes()) == "" {
		t.Errorf("an unknown path: %v, %v", ok, err)
	}
	f := a.Findings()
	if len(f) != 2 || f[0].Path != "list[]:zip" || f[1].Path != "list" {
		t.Errorf("findings %v", f)
	}
	defer func() {
		if recover() == nil {
			t.Error("Payload of a rewritten key does not panic")
		}
	}()
	a.Payload([]byte("x"))
}

// The rule of a name rules what its pattern leaves open, and nothing of what
// the application has written.
func TestOpenNames(t *testing.T) {
	t.Parallel()
	p := compile(t, input(t, header+`redis:
  "rose:v2:*": {$key: digits, $value: keep}
  "Rose Hill:*:mail:*": {$key: text, $value: keep}
  "mail2024:*": {$key: email, $value: keep}
  "user1:{users.id}:?": {$key: digits, $value: keep}
blob:
  "Rose Hill/*/v2/**": {$body: keep, $name: text}
`))
	a := p.New()
	rose := a.people.At(0)
	k := p.Keys("redis")
	for in, want := range map[string]string{"Rose Hill:x:mail:Rose Hill": "Rose Hill:x:mail:" + rose.Full(), "mail2024:rose.hill@acme.com": "mail2024:" + rose.Email, "rose:v2:": "rose:v2:"} {
		if got, err := a.Key(k, []byte(in)); err != nil || string(got.Name.Bytes()) != want {
			t.Errorf("%q became %q, %v", in, got.Name.Bytes(), err)
		}
	}
	alone := drawer(t, "digits")
	for in, want := range map[string]string{"rose:v2:123456": "rose:v2:" + alone("123456"), "user1:17:4": "user1:" + alone("17") + ":" + alone("4")} {
		if got, err := a.Key(k, []byte(in)); err != nil || string(got.Name.Bytes()) != want {
			t.Errorf("%q became %q, %v, want %q", in, got.Name.Bytes(), err, want)
		}
	}
	if got, err := a.Key(k, []byte("mail2024:stonefield")); err != nil || got.Fate != Unknown || len(got.Name.Bytes()) > 0 {
		t.Errorf("a part that does not fit: %v, %v", got, err)
	}
	recorded(t, a, Misfit{Store: "redis", Group: "mail2024:*", Path: "$key", Verb: "email"})
	o, err := a.Object(p.Objects("blob"), Object{Name: "Rose Hill/Rose Hill/v2/a/Rose Hill.pdf"})
	if want := "Rose Hill/" + rose.Full() + "/v2/a/" + rose.Full() + ".pdf"; err != nil || string(o.Name.Bytes()) != want {
		t.Errorf("got %q, %v", o.Name.Bytes(), err)
	}
}
