package ruleset

import (
	"slices"
	"strings"
	"testing"
)

func TestConditionRefuses(t *testing.T) {
	for sql, why := range map[string]string{
		"": "empty", "  ": "empty",
		"a = 1; DROP TABLE t":       `";"`,
		"a = 1) OR (b = 2":          "closes nothing",
		"(a = 1":                    "not closed",
		"a = ARRAY[1)":              "closes nothing",
		"a = 'x":                    "quote",
		`"a = 1`:                    "quote",
		"a = 1 -- b":                "comment",
		"a = 1 /* b */":             "comment",
		"a = 1--2":                  "comment",
		`a = E'\'; DROP'`:           "escapes",
		`a = e'b'`:                  "escapes",
		`a = 1e'b'`:                 "escapes",
		`a = U&'\0041'`:             "escapes",
		`u&"a" = 1`:                 "escapes",
		"a = $$b$$":                 `"$"`,
		"a = $1":                    `"$"`,
		`a = 1 \gexec`:              `"\"`,
		"a = '\x00'":                "not text",
		"a = \x01":                  "control",
		"a = 'b' OR c = '\xff'":     "not text",
		strings.Repeat("a", 4001):   "longer",
		"a = 1 ) UNION SELECT ( 'x": "closes nothing",
	} {
		if _, err := ParseCondition(sql); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %s", sql, err, why)
		}
	}
}

func TestConditionNames(t *testing.T) {
	c, err := ParseCondition(`  Größe > 'it''s; -- /* (' AND "Odd ""Name" IN (SELECT id FROM hr."T$1" WHERE lower (x) ~ '\') AND a$b [1] = -1 ` + "\n\tAND type <> 'e'")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"größe", `Odd "Name`, "T$1", "a$b", "and", "from", "hr", "id", "in", "lower", "select", "type", "where", "x"}; !sameSet(c.Names(), want) {
		t.Errorf("names %q", c.Names())
	}
	if want := []string{"in", "lower"}; !slices.Equal(c.Calls(), want) {
		t.Errorf("calls %q", c.Calls())
	}
	if got := c.Word(1); got != "Größe" {
		t.Errorf("the first word is %q", got)
	}
	if got := c.Word(7); got != ">" { // characters, not bytes
		t.Errorf("at character 7 stands %q", got)
	}
	if c.Word(6) != "" || c.Word(5000) != "" {
		t.Error("there is a word in a gap")
	}
}

func sameSet(got, want []string) bool {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want)
}

func TestConditionAt(t *testing.T) {
	for sql, want := range map[string]string{
		"a > now() - interval '1 day'":             "a > ('T'::timestamptz) - interval '1 day'",
		"a > NOW ( ) AND b < pg_catalog.now()":     "a > ('T'::timestamptz) AND b < ('T'::timestamptz)",
		"d = CURRENT_DATE":                         "d = ('T'::timestamptz::date)",
		"a > current_timestamp(0)":                 "a > ('T'::timestamptz(0))",
		"a > localtime ( 3 ) AND b":                "a > ('T'::timestamptz::time(3)) AND b",
		`"now" = 'now()' AND t.current_date = now`: `"now" = 'now()' AND t.current_date = now`,
		"x.now() = localtimestamp":                 "x.now() = ('T'::timestamptz::timestamp)",
	} {
		c, err := ParseCondition(sql)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.At("'T'"); got != want {
			t.Errorf("%q became %q", sql, got)
		}
	}
}

// A string that is a moment as a date is found, and is not where it is text.
func TestConditionMoments(t *testing.T) {
	for sql, want := range map[string]string{
		"a > 'now'":                                       "'now'",
		"a > timestamptz ' TODAY 10:00 '":                 "' TODAY 10:00 '",
		"a BETWEEN 'yesterday'::date AND 'tomorrow'":      "'yesterday' 'tomorrow'",
		"a > '04:05 today'::pg_catalog.timestamp":         "'04:05 today'",
		"a = 'today'::text OR b = 'now' :: mood":          "",
		"a = 'not now' OR a = 'nowhere' OR \"now\" = '1'": "",
		"a > '2024-01-01' AND b = ''":                     "",
	} {
		c, err := ParseCondition(sql)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(c.Moments(), " "); got != want {
			t.Errorf("%q has the moments %s, want %s", sql, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	for text, want := range map[string]Rows{
		`none`:                           {None: true},
		`preserve`:                       {None: true, Preserve: true},
		`"a > 1"`:                        {Where: &Condition{SQL: "a > 1"}},
		`'"flag"'`:                       {Where: &Condition{SQL: `"flag"`}},
		`{source: "a > 1", close: true}`: {Where: &Condition{SQL: "a > 1"}, Close: true},
		`{source: none, close: true}`:    {None: true, Close: true},
		`{preserve: all}`:                {None: true, Preserve: true},
		`{preserve: all, source: all}`:   {Preserve: true},
		`{source: all, preserve: "a > 1", prefer: twin}`: {Preserve: true, Stay: &Condition{SQL: "a > 1"}, PreferTwin: true},
		`{prefer: source, preserve: "a > 1", source: "b = 1", close: false}`: {
			Preserve: true, Stay: &Condition{SQL: "a > 1"}, Where: &Condition{SQL: "b = 1"}},
	} {
		file := "version: 1\npeople: none\npostgres:\n  t: {$rows: " + text + ", id: keep}\n"
		r, err := Parse("r", []byte(file))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := r.Stores[0].Groups[0].Options.Rows
		same := func(a, b *Condition) bool { return (a == nil) == (b == nil) && (a == nil || a.SQL == b.SQL) }
		if got.None != want.None || got.Close != want.Close || got.Preserve != want.Preserve || got.PreferTwin != want.PreferTwin || !same(got.Where, want.Where) || !same(got.Stay, want.Stay) {
			t.Errorf("%s: %+v", text, got)
		}
		if got.Pos.Line != 4 {
			t.Errorf("%s: position %v", text, got.Pos)
		}
		if why := againstSchema(t, file); why != "" {
			t.Errorf("%s: the schema says %s", text, why)
		}
	}
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{"a = 1", "now() > 'x'", `"a" = ARRAY[1]`, "current_date - 1 < b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		c, err := ParseCondition(sql)
		if err != nil {
			return
		}
		frozen, err := ParseCondition(c.At("'T'"))
		if err != nil && len(c.SQL) < 1000 {
			t.Fatalf("%q became %q: %v", sql, c.At("'T'"), err)
		}
		if err == nil && frozen.At("'T'") != frozen.SQL {
			t.Fatalf("%q is not frozen", sql)
		}
		if strings.ContainsAny(strings.Join(c.Calls(), ""), ";") && !strings.Contains(sql, `"`) {
			t.Fatalf("%q calls %q", sql, c.Calls())
		}
	})
}
