package verify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLeaves(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a":"x","b":{"c":["y",{"d":"z"}],"e":12},"f":null,"g":true}`: `.a=x .b.c[]=y .b.c[].d=z .b.e=12`,
		` [ "a" , ["b"] , 7 ]`:       `[]=a [][]=b []=7`,
		`{"a\"b":"c\\","d":"e\"f"}`:  `.a\"b=c\\ .d=e\"f`,
		`{"a":"x","b":`:              `.a=x`,
		`{"a":"x" "b":"y"}`:          `.a=x .b=y`,
		`{a:1}`:                      ``,
		`{"a":"open`:                 ``,
		`plain`:                      ``,
		`"text"`:                     ``,
		`[`:                          ``,
		strings.Repeat("[", 100):     ``,
		`{"a":]`:                     ``,
		`{"a":"x"}trailing "b":"c"}`: `.a=x`,
	} {
		var got []string
		leaves([]byte(doc), nil, func(path, value []byte) { got = append(got, fmt.Sprintf("%s=%s", path, value)) })
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", doc, diff)
		}
	}
}

// A document is one value, and yet a path in it that holds nothing but family
// names or numbers is found.
func TestColumnsInDocuments(t *testing.T) {
	for name, tc := range map[string]struct {
		docs []string
		want string
	}{
		"family names": {[]string{`{"first":"Jane","last":"Stonefield"}`, `{"first":"J\u00f6rg","last":"M\u00f6ller"}`, `{"last":"Quimby","n":1}`}, "a column of family names"},
		"in a list":    {[]string{`[{"last":"Stonefield"},{"last":"MÖLLER"},{"last":"Quimby"}]`}, "a column of family names"},
		"numbers":      {[]string{`{"tel":"0305557788"}`, `{"tel":2025550147}`, `{"tel":"2026010210"}`}, "a column of phone numbers"},
		"too few":      {[]string{`{"last":"Stonefield"}`, `{"last":"Möller"}`}, ""},
		"cities":       {[]string{`{"city":"Stonefield"}`, `{"city":"Berlin"}`, `{"city":"Möller"}`, `{"city":"Quimby"}`, `{"city":"Ulm"}`}, ""},
	} {
		in := inspector(t)
		for _, doc := range tc.docs {
			in.Value("users", "profile", []byte(doc))
		}
		var kinds []string
		for _, l := range columnLeaks([]*Inspector{in}) {
			kinds = append(kinds, l.Kind)
		}
		if tc.want == "" && len(kinds) > 0 || tc.want != "" && !slices.Contains(kinds, tc.want) {
			t.Errorf("%s: %q, want %q", name, kinds, tc.want)
		}
	}
}

// The keys of a document can be data, and a report prints none.
func TestPathsNameNobody(t *testing.T) {
	in := inspector(t)
	for _, path := range []string{".jane@acme-corp.com.last", ".Stonefield", ".a.jane_x", ".möller", ".a b", ".5551234.x", "." + strings.Repeat("x", 200)} {
		if got := in.printable([]byte(path)); got != ".*" {
			t.Errorf("a path with data in it is printed as it is: %d bytes", len(got))
		}
	}
	for _, path := range []string{".last_name", ".people[].lastName", "[]", ".address2.line"} {
		if got := in.printable([]byte(path)); got != path {
			t.Errorf("%s is printed as %s", path, got)
		}
	}
}

func FuzzLeaves(f *testing.F) {
	for _, s := range []string{`{"a":["b",1,{"c":"d"}]}`, `[[[[`, `{"a":"\`, `{"":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		total := 0
		leaves(doc, nil, func(_, value []byte) { total += len(value) })
		if total > len(doc) {
			t.Fatal("more was read than there is")
		}
	})
}
