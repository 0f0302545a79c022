package ruleset

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPatternMatch(t *testing.T) {
	for _, c := range []struct {
		store, pattern string
		yes, no        []string
	}{
		{"postgres", "users", []string{"users", "public.users"}, []string{"hr.users", "user", "users2", "Users", ""}},
		{"postgres", "public.users", []string{"users", "public.users"}, []string{"hr.users"}},
		{"postgres", "hr.*", []string{"hr.users", "hr."}, []string{"users", "hrx.users", "hr.a.b"}},
		{"postgres", "*", []string{"users", "public.x"}, []string{"hr.users"}},
		{"postgres", "*.*", []string{"users", "hr.users"}, nil},
		{"postgres", "*.users_?", []string{"users_1", "hr.users_ü"}, []string{"users_12", "users_"}},
		{"postgres", "log_*", []string{"log_", "log_2025"}, []string{"log", "hr.log_1"}},
		{"blob", "a/*", []string{"a/b", "a/"}, []string{"a/b/c", "a", "b/a/c"}},
		{"blob", "a/**", []string{"a/b", "a/b/c", "a/"}, []string{"a"}},
		{"blob", "**/x.png", []string{"a/x.png", "a/b/x.png", "/x.png"}, []string{"x.png", "a/x.jpg"}},
		{"blob", "**.p?g", []string{"x.png", "a/b.c/x.püg"}, []string{"x.p/g"}},
		{"blob", "*/x*y/**z", []string{"a/xy/z", "a/x1y/q/z", "/xyy/zz"}, []string{"a/b/xy/z", "a/x/y/z"}},
		{"redis", "session:*", []string{"session:", "session:a:b/c"}, []string{"sessions"}},
		{"redis", "*:x:*", []string{":x:", "a:b:x:c", "a:x:x:"}, []string{"x:", "a:x"}},
		{"redis", "a[b]\\c", []string{"a[b]\\c"}, []string{"ab\\c", "a[b]c"}},
		{"redis", "{{*}}:cart", []string{"{12}:cart", "{}:cart"}, []string{"12:cart", "{{12}}:cart}"}},
		{"redis", "?", []string{"a", "ü", "\xff", "世"}, []string{"", "ab"}},
		{"search", "profiles*", []string{"profiles", "profiles-1.2"}, []string{"x-profiles"}},
	} {
		p, err := ParsePatternFor(c.store, c.pattern)
		if err != nil {
			t.Errorf("%s %q: %v", c.store, c.pattern, err)
			continue
		}
		if p.String() != c.pattern {
			t.Errorf("%q prints as %q", c.pattern, p)
		}
		for _, name := range c.yes {
			if got, ok := p.Match(name); !ok || got != (Capture{}) {
				t.Errorf("%s %q on %q: %v %v, want a match", c.store, c.pattern, name, got, ok)
			}
		}
		for _, name := range c.no {
			if _, ok := p.Match(name); ok {
				t.Errorf("%s %q matches %q", c.store, c.pattern, name)
			}
		}
	}
}

func TestPatternCapture(t *testing.T) {
	for _, c := range []struct{ store, pattern, name, want string }{
		{"blob", "avatars/{users.id}.*", "avatars/12.png", "12"},
		{"blob", "avatars/{users.id}.*", "avatars/12.a.b", "12"},
		{"blob", "avatars/{users.id}.*", "avatars/1/2.png", ""},
		{"blob", "avatars/{users.id}.*", "avatars/.png", ""},
		{"blob", "avatars/{users.id}_64.png", "avatars/12_64.png", "12"},
		{"blob", "avatars/{users.id}_*", "avatars/a_b_c", "a_b"},
		{"blob", "**/{users.id}/x", "a/b/7f-3/x", "7f-3"},
		{"blob", "*/{users.id}/x", "a/b/c/x", ""},
		{"redis", "user:{users.id}", "user:12", "12"},
		{"redis", "user:{users.id}", "user:12:x", ""},
		{"redis", "user:{users.id}", "user:a b", ""},
		{"redis", "user:{users.id}", "user:größe", "größe"},
		{"redis", "user:{users.id}", "user:", ""},
		{"redis", "{users.id}", "12", "12"},
		{"redis", "{users.id}:*", "12:a:b", "12"},
		{"redis", "session:*:{users.id}", "session:a:b:12", "12"},
		{"redis", "{{{users.id}}}:cart", "{12}:cart", "12"},
		{"redis", "u-{users.id}x", "u-axx", "ax"},
		{"redis", "u-{users.id}x", "u-x", ""},
		{"redis", "a{users.id}", "a\xff\xfe", "\xff\xfe"},
	} {
		p, err := ParsePatternFor(c.store, c.pattern)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		want := Capture{}
		if c.want != "" {
			want = Capture{"users", "id", c.want}
		}
		if got, ok := p.Match(c.name); ok != (c.want != "") || got != want {
			t.Errorf("%q on %q: %v %v, want %q", c.pattern, c.name, got, ok, c.want)
		}
	}
	p, err := ParsePattern("a:{hr.employees.user_id}")
	if err != nil {
		t.Fatal(err)
	}
	if source, column, ok := p.Captures(); source != "hr.employees" || column != "user_id" || !ok {
		t.Errorf("captures %q %q %v", source, column, ok)
	}
}

func TestPatternAllocatesNothing(t *testing.T) {
	p, err := ParsePatternFor("blob", "**/{users.id}/*.png")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { p.Match("avatars/large/12/x.png") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// patternText draws a pattern over few characters, so that names match often.
func patternText(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "/", ".", "?", "*", "**", "{{", "ü"}), 1, 8).Draw(t, label), "")
}

func nameText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "/", ".", "{", "ü"}), 0, 10).Draw(t, "name"), "")
}

// expression is the pattern as a regular expression: the same language said by another engine.
func expression(p Pattern) *regexp.Regexp {
	one := "."
	if p.separator != 0 {
		one = "[^" + regexp.QuoteMeta(string(rune(p.separator))) + "]"
	}
	text := "(?s)^"
	for _, t := range append(append([]piece{}, p.before...), p.after...) {
		switch t.kind {
		case pieceLiteral:
			text += regexp.QuoteMeta(t.text)
		case pieceOne:
			text += one
		case pieceStar:
			text += one + "*"
		case pieceDeep:
			text += ".*"
		}
	}
	return regexp.MustCompile(text + "$")
}

func TestPatternIsItsExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := rapid.SampledFrom([]string{"blob", "redis", "postgres"}).Draw(t, "store")
		p, err := ParsePatternFor(store, patternText(t, "pattern"))
		if err != nil {
			t.Fatal(err)
		}
		name := nameText(t)
		if store == "postgres" && !strings.Contains(name, ".") {
			name = "public." + name
		}
		_, got := p.Match(name)
		if want := expression(p).MatchString(name); got != want {
			t.Fatalf("%s %q on %q: %v, want %v", store, p, name, got, want)
		}
	})
}

func TestCoversIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := rapid.SampledFrom([]string{"blob", "redis", "postgres"}).Draw(t, "store")
		p, _ := ParsePatternFor(store, patternText(t, "first"))
		q, _ := ParsePatternFor(store, patternText(t, "second"))
		if !p.covers(p) || !q.covers(q) {
			t.Fatalf("%q or %q does not cover itself", p, q)
		}
		name := nameText(t)
		_, first := p.Match(name)
		_, second := q.Match(name)
		if p.covers(q) && second && !first {
			t.Fatalf("%s %q covers %q, but not %q", store, p, q, name)
		}
	})
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		store, first, second string
		want                 bool
	}{
		{"redis", "*", "a:{users.id}", true},
		{"redis", "a:*", "a:b:*", true},
		{"redis", "a:b:*", "a:*", false},
		{"redis", "a:{users.id}", "a:*", false},
		{"redis", "a:{users.id}", "a:admin", true},
		{"redis", "a:{users.id}", "a:b:c", false},
		{"redis", "a:{users.id}", "a:{staff.id}", true},
		{"redis", "a:?", "a:{users.id}", false},
		{"redis", "*b*", "*abc*", true},
		{"redis", "*abc*", "*b*", false},
		{"blob", "a/*", "a/*/b", false},
		{"blob", "a/**", "a/*/b", true},
		{"blob", "a/*", "a/**", false},
		{"blob", "*", "{users.id}", true},
		{"postgres", "*", "users", true},
		{"postgres", "*", "hr.users", false},
		{"postgres", "*.*", "hr.users", true},
		{"postgres", "users", "public.users", true},
	} {
		p, err := ParsePatternFor(c.store, c.first)
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParsePatternFor(c.store, c.second)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.covers(q); got != c.want {
			t.Errorf("%s: %q covers %q: %v, want %v", c.store, c.first, c.second, got, c.want)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"users", "a/*/**", "user:{users.id}", "{{x}}", "{a.b}{c.d}", "[\\", "?*?", "\xff*"} {
		f.Add("blob", s, "a/b/c")
		f.Add("redis", s, "user:12")
		f.Add("postgres", s, "public.users")
	}
	f.Fuzz(func(t *testing.T, store, s, name string) {
		if len(s) > 200 || len(name) > 200 {
			return
		}
		p, err := ParsePatternFor(store, s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Errorf("%q prints as %q", s, p)
		}
		if !p.covers(p) {
			t.Errorf("%q does not cover itself", s)
		}
		got, ok := p.Match(name)
		if !strings.Contains(name, got.Value) || ok && p.captures && got.Value == "" {
			t.Errorf("%q on %q captures %q", s, name, got.Value)
		}
		if _, itself := p.Match(s); !itself && !strings.ContainsAny(s, "*?{}") && strings.Count(s, ".") < 2 {
			t.Errorf("%q does not match itself", s)
		}
	})
}

func BenchmarkPatternMatch(b *testing.B) {
	p, err := ParsePattern("user:{users.id}:profile:*")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.Match("user:0f8fad5b-d9cb-469f-a165-70867728950e:profile:settings")
	}
}
