package ruleset

import "testing"

func TestPathMatch(t *testing.T) {
	for _, c := range []struct {
		path    string
		yes, no []string
	}{
		{"a", []string{"a"}, []string{"", "b", "a.b", "a[]"}},
		{"a.b", []string{"a.b"}, []string{"a", `a\.b`, "a.b.c"}},
		{`a\.b`, []string{`a\.b`}, []string{"a.b"}},
		{`\*`, []string{"*"}, []string{"a"}},
		{`\**`, nil, nil},
		{`a\[\]`, []string{`a\[]`}, []string{"a[]"}},
		{"contacts[].email", []string{"contacts[].email"}, []string{"contacts.email", "contacts[]", "contacts[].email.x"}},
		{"[].x", []string{"[].x"}, []string{"x", "[][].x"}},
		{"[][]", []string{"[][]"}, []string{"[]"}},
		{"a.*", []string{"a.b", `a.b\.c`}, []string{"a", "a.b.c", "a[]"}},
		{"*", []string{"a"}, []string{"", "a.b", "[]"}},
		{"a[].*", []string{"a[].b"}, []string{"a[]", "a[][]"}},
		{"**", []string{"a", "a.b[].c", "[]"}, []string{""}},
		{"a.**", []string{"a.b", "a[].c", "a.b.c"}, []string{"a", "b.a"}},
	} {
		p, err := ParsePath(c.path)
		if c.yes == nil {
			if err == nil {
				t.Errorf("%q is accepted", c.path)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.path, err)
		}
		for _, path := range c.yes {
			if !p.Match(path) {
				t.Errorf("%q does not match %q", c.path, path)
			}
		}
		for _, path := range c.no {
			if p.Match(path) {
				t.Errorf("%q matches %q", c.path, path)
			}
		}
	}
}

func TestPathHides(t *testing.T) {
	for _, c := range []struct {
		first, second string
		want          bool
	}{
		{"a", "a", true}, {"a", "a.b", true}, {"a", "a[].b", true}, {"a.b", "a", false}, {"a", "b", false},
		{"*", "a", true}, {"*", "a.b", true}, {"*", "*", true}, {"*", "**", false}, {"*", "[]", false}, {"a", "*", false},
		{"**", "a.b", true}, {"**", "**", true}, {"**", "*", true}, {"a.**", "a", false}, {"a.**", "a.b.c", true}, {"a.*", "a.**", false},
	} {
		p, err := ParsePath(c.first)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParsePath(c.second)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.hides(q); got != c.want {
			t.Errorf("%q hides %q: %v, want %v", c.first, c.second, got, c.want)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a.b[].c", "**", "*.x", `a\.b`, "[][]", "a..b", `\`, "a[", "]"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, path string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		p.Match(path)
		if !p.hides(p) {
			t.Errorf("%q does not hide itself", s)
		}
		plain := ""
		for _, st := range p.steps {
			if st.kind > stepElement {
				return
			}
			if st.kind == stepElement {
				plain += "[]"
				continue
			}
			if plain != "" {
				plain += "."
			}
			plain += st.name
		}
		if !p.Match(plain) {
			t.Errorf("%q does not match its own steps %q", s, plain)
		}
	})
}
