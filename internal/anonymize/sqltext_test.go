package anonymize

import (
	"slices"
	"strings"
	"testing"
)

// Constants of SQL are read as the server reads them.
func TestSQLConstants(t *testing.T) {
	for sql, want := range map[string][]string{
		`'Jane'::text || ' '::text || 'Stonefield'::text`:                      {"Jane Stonefield"},
		`(('Jane'::character varying(20))::text || (chr(32) || 'Stonefield'))`: {"Jane Stonefield"},
		`'a', 'b'`:           {"a", "b"},
		`'a' || name || 'b'`: {"a", "b"},
		`'it''s'`:            {"it's"},
		`E'J\u00f6rg' || e'J\303\266rg\'s' || 'x\y'`:       {"JörgJörg'sx\\y"},
		`E'\x4a\xc3\xb6\\' || U&'J\00F6rg\+00006A'`:        {"Jö\\Jörgj"},
		`'\x4a616e652053746f6e656669656c64'::bytea`:        {"Jane Stonefield"},
		`E'\\x4a616e65'::bytea`:                            {"Jane"},
		`'\xff00'::bytea`:                                  {`\xff00`},
		`-- it's` + "\n" + `'a' /* don't */ "o'clock" 'b'`: {"a", "b"},
		`$$select 'Jane' || ' Hill'$$`:                     {`select 'Jane' || ' Hill'`, "Jane Hill"},
		`$f$ begin return $1 || 'x'; end $f$`:              {` begin return $1 || 'x'; end `, "x"},
		`a$b$c 'x`:                                         {"x"},
		`'`:                                                {""},
		`E'\`:                                              {`\`},
		`chr(99999999) chr() u&`:                           nil,
	} {
		if got := sqlConstants(sql); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

func FuzzSQLConstants(f *testing.F) {
	f.Add(`E'\u00f6' || $a$x'$a$ || chr(7)`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range sqlConstants(s) {
			if len(v) > 4*len(s)+4 {
				t.Errorf("a constant of %d bytes in a text of %d", len(v), len(s))
			}
		}
	})
}

// What the texts of a schema say of people, however it is spelled there; and
// what looks like it and is not.
func TestTextsOfSchema(t *testing.T) {
	in := input(t, header+"postgres:\n  things: {id: keep}\n", column("id", FormInt))
	for _, tc := range []struct{ place, body, want string }{
		{"default of t.joined", `(('Rose'::text || ' '::text) || 'Hill'::text)`, "names a person"},
		{"default of t.bytes", `'\x526f73652048696c6c'::bytea`, "names a person"},
		{"function f()", `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $function$ SELECT E'R\u006fse' || ' Hill' $function$`, "names a person"},
		{"function g()", `CREATE FUNCTION g() AS $f$ begin execute 'SELECT ''Rose'' || '' Hill'''; end $f$`, "names a person"},
		{"default of t.address", `'rose.hill@'::text || 'real.org'::text`, "holds an e-mail address"},
		{"default of t.number", `'491701234567'::bigint`, "holds a person's phone number"},
		{"constraint c of t", `CHECK ((n <> '491701234567'::numeric))`, "holds a person's phone number"},
		{"default of t.other", `'4917012345678'::bigint`, ""},
		{"default of t.version", `'1.491701234567'::text`, ""},
		{"default of t.apart", `ARRAY['Rose'::text, 'Hill'::text]`, ""},
		{"label of type public.who", "Rose Hill", "names a person"},
		{"label of type public.who", "Möller", "names a person"},
		{"label of type public.who", "Grant", ""},
		{"default of t.who", `'Möller'::text`, ""},
		{"label of type public.colour", "rose", ""},
		{"view public.v", `SELECT 'Lane'::text`, ""},
	} {
		in.Texts = []Text{{Place: tc.place, Body: tc.body}}
		_, err := Compile(in)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (tc.want == "") != (err == nil) || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %v, want %q", tc.place, err, tc.want)
		}
	}
}
