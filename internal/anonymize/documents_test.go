package anonymize

import "testing"

const documentRules = header + `search:
  "profiles*":
    $person: user.id
    _id: keep
    _routing: digits
    user.id: keep
    name: person.name
    emails: {list: email}
    "contacts[].mail": email
    "contacts[].*": text
    author_id: keep
    note: {text: plain, context: author_id}
    meta: {json: {lang: keep, "tags[].t": text}}
  "empty*": {$docs: none}
  "gone*": drop
`

func indexed(t *testing.T, a *Anonymizer, d *Documents, source string) CleanDocument {
	t.Helper()
	out, err := a.Document(d, RawDocument{ID: []byte("17"), Routing: []byte("17"), Source: []byte(source)})
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	return out
}

func TestDocument(t *testing.T) {
	x := Field{Store: "search", Group: "profiles-1", Name: "contacts.x", Type: "text"} // under a star
	in := input(t, documentRules, x)
	in.Lock = lockOf(x)
	p := compile(t, in)
	rose, jorg := p.in.People.At(0), p.in.People.At(1)
	d, err := p.Documents("search", "profiles-1")
	if err != nil {
		t.Fatal(err)
	}
	a := p.New()
	for _, c := range []struct{ name, in, want string }{
		{"person named late, by a number", `{"name":"R. Hill", "user":{"id": 1}}`, `{"name":"` + rose.Given[:1] + ". " + rose.Family + `","user":{"id":1}}`},
		{"person named by text", `{"name":"Somebody Else","user":{"id":"2"}}`, `{"name":"` + jorg.Full() + `","user":{"id":"2"}}`},
		{"one address or many", `{"emails":"rose.hill@acme.com"}`, `{"emails":"` + rose.Email + `"}`},
		{"many", "{\"emails\":\n[\"rose.hill@acme.com\"]}", `{"emails":["` + rose.Email + `"]}`},
		{"dotted key", `{"contacts.mail":"rose.hill@acme.com"}`, `{"contacts.mail":"` + rose.Email + `"}`},
		{"array of objects", `{"contacts":[{"mail":"rose.hill@acme.com","x":"Rose Hill"}]}`, `{"contacts":[{"mail":"` + rose.Email + `","x":"` + rose.Full() + `"}]}`},
		{"one object", `{"contacts":{"mail":"rose.hill@acme.com"}}`, `{"contacts":{"mail":"` + rose.Email + `"}}`},
		{"context", `{"note":"Rose was here","author_id":1}`, `{"note":"` + rose.Given + ` was here","author_id":1}`},
		{"rules of an object", `{"meta":{"lang":"de","tags":[{"t":"Rose Hill"}]}}`, `{"meta":{"lang":"de","tags":[{"t":"` + rose.Full() + `"}]}}`},
		{"unknown", `{"name":"Rose Hill","zip":"Rose Hill"}`, `{"name":"` + rose.Full() + `"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := indexed(t, a, d, c.in)
			if got := string(out.Source.Bytes()); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if string(out.ID.Bytes()) != "17" || len(out.Routing.Bytes()) != 2 || string(out.Routing.Bytes()) == "17" {
				t.Errorf("id %q, routing %q", out.ID.Bytes(), out.Routing.Bytes())
			}
		})
	}
	if f := a.Findings(); len(f) != 1 || f[0] != (Finding{Store: "search", Group: "profiles-1", Path: "zip", Count: 1}) {
		t.Errorf("findings %v", f)
	}
	for _, bad := range []string{`{"name":"Rose Hill"`, ``, `nonsense`} {
		if out, err := a.Document(d, RawDocument{Source: []byte(bad)}); err != nil || !out.Drop || len(out.Source.Bytes()) > 0 {
			t.Errorf("broken document: %v, %v", out, err)
		}
		recorded(t, a, Misfit{Store: "search", Group: "profiles-1", Verb: "its rules"})
	}
}

func TestIndexesWithoutDocuments(t *testing.T) {
	p := compile(t, input(t, documentRules, Field{Store: "search", Group: "empty1", Name: "x"}, Field{Store: "search", Group: "gone", Name: "y"}))
	for _, index := range []string{"empty-1", "gone-1"} {
		if d, err := p.Documents("search", index); err != nil || !d.Empty {
			t.Errorf("%s: %v", index, err)
		}
	}
	if _, err := p.Documents("search", "other"); err == nil {
		t.Error("an index without rules was compiled")
	}
	if _, err := Compile(input(t, header, Field{Store: "search", Group: "other", Name: "_id"}, Field{Store: "search", Group: "other", Name: "a.b"})); err == nil {
		t.Error("a mapping without rules was compiled")
	}
}
