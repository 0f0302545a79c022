package ruleset

import (
	"regexp"
	"strings"
	"testing"
)

func TestVerbsTable(t *testing.T) {
	all := "keep drop null set text scan email phone name person.name person.first person.last person.email person.phone person.initials " +
		"company job address iban digits uuid ip shift noise secret avatar placeholder strip json list hash html derive shuffle bucket"
	known := map[string]Verb{}
	for _, v := range Verbs() {
		if _, twice := known[v.Name]; twice {
			t.Errorf("%s stands twice", v.Name)
		}
		known[v.Name] = v
		if v.Kinds == 0 || v.Doc == "" || v.Longest == "" || !strings.HasSuffix(v.Doc, ".") {
			t.Errorf("%s: no place, doc or longest output", v.Name)
		}
		if takes := v.Args == ArgScalar || v.Args == ArgOptional; takes != (v.Arg != "") {
			t.Errorf("%s: argument %q", v.Name, v.Arg)
		}
		if (v.Args == ArgOptional) != (v.Default != "") {
			t.Errorf("%s: default %q", v.Name, v.Default)
		}
		if v.Form != "" && v.Default != "" && !regexp.MustCompile("^(?:"+v.Form+")$").MatchString(v.Default) {
			t.Errorf("%s: default %q is not of the form", v.Name, v.Default)
		}
	}
	for _, name := range strings.Fields(all) {
		if _, ok := known[name]; !ok {
			t.Errorf("no verb %s", name)
		}
		if v := known[name]; v.Alias != "" && (known[v.Alias].Name == "" || !regexp.MustCompile(known[v.Alias].Form).MatchString(name)) {
			t.Errorf("%s is no form of %s", name, v.Alias)
		}
	}
	if len(known) != len(strings.Fields(all)) {
		t.Errorf("%d verbs, want %d", len(known), len(strings.Fields(all)))
	}
}

func TestVerbsAreTheCallers(t *testing.T) {
	Verbs()[0].Name = "changed"
	if Verbs()[0].Name == "changed" {
		t.Error("the table is shared")
	}
}

func TestKinds(t *testing.T) {
	ks := InColumn | InName
	if !ks.Has(InName) || ks.Has(InBlob) || ks.Has(InName|InBlob) || ks.String() != "a column, a name" {
		t.Errorf("kinds %s", ks)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"keep", "person.email", "person.name", "id", "text", "test"}
	for word, want := range map[string]string{
		"kep": "keep", "keeep": "keep", "kepe": "keep", "peson.email": "person.email", "Person.Email": "person.email", "texd": "text",
		"tet": "text", "x": "", "": "", "zz": "", "idd": "id", "keep": "keep", "something else": "", "k": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct{ store, group, field, rule, want string }{
		{"postgres", "users", "email", "", "postgres:\n  users:\n    email: # keep | null | text | person.name | person.email | email | phone | uuid | …\n"},
		{"postgres/main", "hr.users", "e-mail address", "person.email", "postgres/main:\n  hr.users:\n    \"e-mail address\": person.email\n"},
		{"blob", "docs/**", "", "drop", "blob:\n  \"docs/**\": drop\n"},
		{"redis", "user:<{{12}}>", "", "{hash: {a: keep}}", "redis:\n  \"user:<{{12}}>\": {hash: {a: keep}}\n"},
		{"search", "p*", "contacts[].email", "email", "search:\n  \"p*\":\n    \"contacts[].email\": email\n"},
		{"search", "p", "_id", "uuid", "search:\n  p:\n    _id: uuid\n"},
		{"postgres", "null", "No", "keep", "postgres:\n  \"null\":\n    \"No\": keep\n"},
	} {
		got := Line(c.store, c.group, c.field, c.rule)
		if got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
		_, err := Parse("r", []byte("version: 1\npeople: none\n"+got))
		if (err == nil) != (c.rule != "") {
			t.Errorf("parse\n%s%v", got, err)
		}
	}
}

// TestLineProposes holds the verbs that a line proposes against what the parser takes in that place.
func TestLineProposes(t *testing.T) {
	for store, field := range map[string]string{"postgres": "f", "search": "f", "blob": "", "redis": ""} {
		for _, verb := range strings.Split(usual(store, field), " | ") {
			if verb = strings.ReplaceAll(verb, "{…}", "{a: keep}"); verb == "…" {
				continue
			}
			if _, err := Parse("r", []byte("version: 1\npeople: none\n"+Line(store, "g", field, verb))); err != nil {
				t.Errorf("%s: %s: %v", store, verb, err)
			}
		}
	}
}

func TestVariable(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{Rule{Verb: "set", Arg: "$STAGING_HASH"}, "STAGING_HASH"},
		{Rule{Verb: "set", Arg: "$2a$10$x"}, ""},
		{Rule{Verb: "set", Arg: "x$A"}, ""},
		{Rule{Verb: "derive", Arg: "$A"}, ""},
	} {
		if got, ok := c.rule.Variable(); got != c.want || ok != (c.want != "") {
			t.Errorf("%v: %q %v, want %q", c.rule, got, ok, c.want)
		}
	}
}
