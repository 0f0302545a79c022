package ruleset

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func somePins() []Pin {
	return []Pin{
		{"search", "profiles", "address.street", "keyword"},
		{"postgres", "departments", "name", "character varying(60)"},
		{"postgres", "LegacyImport", "Row Id", `"Odd Type"`},
		{"postgres", "departments", "size", "integer"},
		{"postgres", "departments", "size", "bigint"},
		{"postgres/main", "hr.teams", "ünit", "hr.kind (a text, \"b\" date)"},
		{"postgres", "broken", "a\xff", "text\n"},
	}
}

// The same fields give the same bytes, in whatever order they were found, and
// are read back from them.
func TestLockText(t *testing.T) {
	pins := somePins()
	l := NewLock("schema.lock", pins)
	slices.Reverse(pins)
	text := string(l.Text())
	if again := string(NewLock("other", append(pins, pins...)).Text()); again != text {
		t.Errorf("%s\nand\n%s", text, again)
	}
	_, lines, _ := strings.Cut(text, "to it.\n")
	want := `postgres LegacyImport "Row Id" "\"Odd Type\""
postgres broken "a\xff" "text\n"
postgres departments name character varying(60)
postgres departments size bigint
postgres departments size integer
postgres/main hr.teams "ünit" "hr.kind (a text, \"b\" date)"
search profiles address.street keyword
`
	if lines != want {
		t.Errorf("lines\n%s", lines)
	}
	back, err := ParseLock("schema.lock", []byte(text))
	if err != nil || !slices.Equal(back.Pins(), l.Pins()) || back.Hash() != l.Hash() {
		t.Errorf("read back as %v, %v", back.Pins(), err)
	}
	for _, p := range somePins() {
		if !back.Has(p) {
			t.Errorf("%s is lost", p)
		}
	}
	if back.Has(Pin{"postgres", "departments", "name", "text"}) || (*Lock)(nil).Has(pins[0]) {
		t.Error("what is not listed is pinned")
	}
}

// What a merge, an editor or another system leaves does not matter; what is
// no line is named by line and column, all mistakes at once.
func TestParseLock(t *testing.T) {
	l, err := ParseLock("l", []byte("\ufeff# head\r\n\r\n  postgres \t b  c   double  precision \r\npostgres a b text\n#postgres a c text\npostgres a b text"))
	want := []Pin{{"postgres", "a", "b", "text"}, {"postgres", "b", "c", "double  precision"}}
	if err != nil || !slices.Equal(l.Pins(), want) {
		t.Errorf("%v, %v", l.Pins(), err)
	}
	if l, err = ParseLock("l", nil); err != nil || len(l.Pins()) > 0 {
		t.Errorf("an empty file: %v, %v", l.Pins(), err)
	}
	bad := map[string]string{
		"postgres a b":                     "l:1:13: the type is missing",
		"postgres a":                       "l:1:11: a field is missing",
		"postgres":                         "l:1:9: a table or an index is missing",
		"<<<<<<< HEAD":                     "l:1:13: a field is missing",
		" redis a b hash":                  `l:1:2: "redis" is no store with fields`,
		"postgres \"ü\" \"b text":          "l:1:14: a field in quotes that do not end",
		"postgres a \"b\"c text":           "l:1:12: a field in quotes that do not end",
		"postgres a b \"text\" x":          "l:1:14: a type in quotes that do not end",
		"# x\npostgres a b text\nx\nx y\n": "l:3:2: a table or an index is missing",
	}
	for text, want := range bad {
		_, err := ParseLock("l", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want+" (a line is:") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseLock("l", []byte("x\ny\n")); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two mistakes: %v", err)
	}
}

// The drift names what is gone and what is new, a type that has changed as both.
func TestDrift(t *testing.T) {
	pin := func(field, typ string) Pin { return Pin{"postgres", "t", field, typ} }
	before := NewLock("l", []Pin{pin("a", "text"), pin("b", "integer"), pin("c", "text")})
	after := NewLock("l", []Pin{pin("a", "text"), pin("b", "bigint"), pin("d", "text")})
	want := []string{"+postgres t b bigint", "-postgres t b integer", "-postgres t c text", "+postgres t d text"}
	if got := Drift(before, after); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := Drift(before, NewLock(before.File, append(before.Pins(), after.Pins()...))); !slices.Equal(got, []string{"+postgres t b bigint", "+postgres t d text"}) {
		t.Errorf("added: %q", got)
	}
	if got := Drift(nil, after); len(got) != 3 || len(Drift(after, after)) > 0 || len(Drift(nil, nil)) > 0 {
		t.Errorf("from nothing: %q", got)
	}
}

func FuzzLock(f *testing.F) {
	f.Add(NewLock("l", somePins()).Text())
	f.Add([]byte("postgres a b text\npostgres \"a\\x00\" b \"\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLock("l", data)
		if err != nil {
			return
		}
		back, err := ParseLock("l", l.Text())
		if err != nil || !bytes.Equal(back.Text(), l.Text()) {
			t.Errorf("%v: %q", err, l.Text())
		}
	})
}
