package anonymize

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// demanding compiles one table of text columns under demands.
func demanding(t *testing.T, rules string, d Demands, names ...string) (lines, notes string) {
	t.Helper()
	var fields []Field
	for _, name := range names {
		fields = append(fields, column(name, FormText))
	}
	in := input(t, header+"postgres:\n  things: "+rules+"\n", fields...)
	in.Demands = d
	p, err := Compile(in)
	if err != nil {
		return strings.Join(refusal(t, in).Lines, "\n"), ""
	}
	return "", fmt.Sprint(p.Notes())
}

func key(columns ...string) Unique {
	return Unique{Store: "postgres", Group: "things", Name: "k", Columns: columns}
}

// A rule that may give two rows of a unique key the same values is refused.
func TestUniqueKeysStayUnique(t *testing.T) {
	other := key("a")
	other.Name = "other"
	for name, c := range map[string]struct {
		rules string
		keys  []Unique
		want  string // part of a refusal, or "" for none
	}{
		"kept":                           {"{a: keep, b: person.first}", []Unique{key("a")}, ""},
		"one to one":                     {"{a: email, b: keep}", []Unique{key("a")}, ""},
		"names":                          {"{a: person.first, b: keep}", []Unique{key("a")}, "things.a: person.first can make two values one"},
		"a constant":                     {"{a: {set: x}, b: keep}", []Unique{key("a")}, "set can make two values one"},
		"a constant in a composite":      {"{a: {set: x}, b: keep}", []Unique{key("a", "b")}, "set can make two values one"},
		"beside a key":                   {"{a: keep, b: person.name}", []Unique{key("a", "b"), other}, ""},
		"beside a key one to one":        {"{a: digits, b: person.name}", []Unique{key("a", "b"), other}, ""},
		"beside a masked key":            {"{a: person.name, b: person.name}", []Unique{key("a", "b"), other}, "unique key k"},
		"one to one alone":               {"{a: email, b: person.first}", []Unique{key("a", "b")}, "things.b: person.first"},
		"NULLs differ":                   {"{a: null, b: person.first}", []Unique{key("a", "b")}, ""},
		"NULLs are equal":                {"{a: null, b: keep}", []Unique{{Store: "postgres", Group: "things", Name: "k", Columns: []string{"a"}, OneNull: true}}, "null can make two values one"},
		"an expression":                  {"{a: email, b: keep}", []Unique{{Store: "postgres", Group: "things", Name: "k", Loose: []string{"a"}}}, "email can make two values one"},
		"an expression over kept":        {"{a: keep, b: email}", []Unique{{Store: "postgres", Group: "things", Name: "k", Loose: []string{"a"}}}, ""},
		"a condition":                    {"{a: keep, b: {set: x}}", []Unique{{Store: "postgres", Group: "things", Name: "k", Columns: []string{"a"}, Where: []string{"b"}}}, "things.b: set could bring rows into"},
		"a condition on NULL":            {"{a: keep, b: null}", []Unique{{Store: "postgres", Group: "things", Name: "k", Columns: []string{"a"}, WhereNull: []string{"b"}}}, "null could bring rows into"},
		"a condition on NULL that lasts": {"{a: keep, b: text}", []Unique{{Store: "postgres", Group: "things", Name: "k", Columns: []string{"a"}, WhereNull: []string{"b"}}}, ""},
		"derived of one to one":          {`{a: {derive: "lower((b)::text)"}, b: email}`, []Unique{key("a")}, ""},
		"derived of something else":      {`{a: {derive: "b || 'x'"}, b: email}`, []Unique{key("a")}, "derive can make two values one"},
		"not copied":                     {"{$rows: none}", []Unique{key("a")}, ""},
		"phones of nobody":               {"{a: phone, b: keep}", []Unique{key("a")}, "phone can make two values one"},
	} {
		if got, _ := demanding(t, c.rules, Demands{Uniques: c.keys}, "a", "b"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got, notes := demanding(t, "{a: text, b: keep}", Demands{Uniques: []Unique{key("a")}}, "a", "b"); got != "" || !strings.Contains(notes, "only proved by building it") {
		t.Errorf("text under a unique key: %q, notes %s", got, notes)
	}
}

// Foreign keys join afterwards, or are refused with both places.
func TestA20_LinksJoin(t *testing.T) {
	for name, c := range map[string]struct{ rules, want string }{
		"kept":           {"{a: keep, b: keep}", ""},
		"the same":       {"{a: email, b: person.email}", ""},
		"digits":         {"{a: digits, b: digits}", ""},
		"one is kept":    {"{a: digits, b: keep}", "things.a: digits here and keep on things.b"},
		"the other is":   {"{a: keep, b: digits}", "things.a: keep here and digits on things.b"},
		"of a person":    {"{a: person.name, b: person.name}", "things.a: person.name"},
		"refers to none": {"{a: null, b: digits}", ""},
		"a constant":     {"{a: {set: x}, b: keep}", ""},
		"texts":          {"{a: text, b: text}", "things.a: text here"},
	} {
		link := Link{Store: "postgres", Name: "fk", Group: "things", ToGroup: "things", Columns: []string{"a"}, ToColumns: []string{"b"}}
		if got, _ := demanding(t, c.rules, Demands{Links: []Link{link}}, "a", "b"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What is let pass joins: in two columns of different forms and rows, with an
// e-mail or a number as the key.
func TestA20_JoinedValuesAreEqual(t *testing.T) {
	fields := []Field{column("id", FormInt), column("a", FormText), column("b", FormText)}
	for rules, values := range map[string][]string{
		"a: email, b: person.email":                      {"rose.hill@acme.com", "Rose.Hill@ACME.com", "jane@doe.org", "jane+x@doe.org", "n/a", ""},
		"a: phone, b: person.phone":                      {"+49 170 1234567", "0049 170 7654321", "+1 202 555 0143", "117"},
		"a: digits, b: digits":                           {"4711", "DE-47/11", "007", "-5"},
		"a: uuid, b: uuid":                               {"0e984725-c51c-4bf4-9960-e1c80e27aba0", "{0E984725-C51C-4BF4-9960-E1C80E27ABA0}"},
		"a: iban, b: iban":                               {"DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19"},
		"a: secret, b: secret":                           {"token"},
		"a: company, b: company":                         {"Acme Ltd"},
		`a: {shift: 30d tenant}, b: {shift: 30d tenant}`: {"2024-02-29"},
	} {
		in := input(t, header+"postgres:\n  things: {$person: id, id: keep, "+rules+"}\n", fields...)
		in.Demands.Links = []Link{{Store: "postgres", Name: "fk", Group: "things", ToGroup: "things", Columns: []string{"a"}, ToColumns: []string{"b"}}}
		p := compile(t, in)
		row, err := p.Row("postgres", "things", fields)
		if err != nil {
			t.Fatal(err)
		}
		a := p.New()
		for _, v := range values {
			seen := map[string]bool{}
			for who := range uint32(4) {
				a.Begin(row)
				for i, raw := range [][]byte{wire(int64(who), 4), []byte(v), []byte(v)} {
					c, err := a.Value(i, raw)
					if err != nil {
						t.Fatal(err)
					}
					if i > 0 {
						seen[string(c.Bytes())] = true
					}
				}
			}
			if len(seen) != 1 {
				t.Errorf("%s: %q becomes %v", rules, v, seen)
			}
		}
	}
}

// A key of two columns keeps its rows apart, and what refers to it by both
// still finds its row, or the rule that breaks it is refused by name.
func TestA20_KeysOfTwoColumns(t *testing.T) {
	for name, c := range map[string]struct{ rules, want string }{
		"kept":          {"{a: keep, b: keep, c: keep, d: keep}", ""},
		"one to one":    {"{a: email, b: digits, c: email, d: digits}", ""},
		"the key falls": {"{a: email, b: person.first, c: email, d: keep}", "things.b: person.first can make two values one, and unique key k"},
		"the first":     {"{a: digits, b: keep, c: email, d: keep}", "things.c: email here and digits on things.a"},
		"the second":    {"{a: email, b: digits, c: email, d: keep}", "things.d: keep here and digits on things.b"},
	} {
		d := Demands{Uniques: []Unique{key("a", "b")}, Links: []Link{{Store: "postgres", Name: "fk", Group: "things", ToGroup: "things", Columns: []string{"c", "d"}, ToColumns: []string{"a", "b"}}}}
		if got, _ := demanding(t, c.rules, d, "a", "b", "c", "d"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	small, wide := column("a", FormInt), column("b", FormInt)
	small.Type, wide.Type = "smallint", "bigint"
	in := input(t, header+"postgres:\n  things: {a: digits, b: digits}\n", small, wide)
	in.Demands.Links = []Link{{Store: "postgres", Name: "fk", Group: "things", ToGroup: "things", Columns: []string{"a"}, ToColumns: []string{"b"}}}
	if r := refusal(t, in); !strings.Contains(r.Lines[0], "things.a: digits here and digits on things.b") {
		t.Errorf("a narrow column and a wide one: %q", r.Lines)
	}
}

// A short e-mail column and a long one do not write the same address.
func TestA20_LinksOfDifferentLengths(t *testing.T) {
	short, long := column("a", FormText), column("b", FormText)
	short.MaxLen = 40
	in := input(t, header+"postgres:\n  things: {a: email, b: email}\n", short, long)
	in.Demands.Links = []Link{{Store: "postgres", Name: "fk", Group: "things", ToGroup: "things", Columns: []string{"a"}, ToColumns: []string{"b"}}}
	if r := refusal(t, in); !strings.Contains(r.Lines[0], "things.a") {
		t.Errorf("lines %q", r.Lines)
	}
}

// A rule on a partition key needs a partition for whatever it writes.
func TestRoutesTakeEverything(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		route Route
		want  string
	}{
		"kept":             {"{a: keep, b: email}", Route{Keys: []string{"a"}, Exact: true}, ""},
		"masked":           {"{a: digits, b: keep}", Route{Keys: []string{"a"}, Exact: true}, "things.a: digits can write a value that no partition of tree takes"},
		"a constant":       {"{a: {set: x}, b: keep}", Route{Keys: []string{"a"}, Exact: true}, ""},
		"one of two":       {"{a: {set: x}, b: keep}", Route{Keys: []string{"a", "b"}, Exact: true}, "things.a: set"},
		"in an expression": {"{a: {set: x}, b: keep}", Route{Keys: []string{"a"}}, "things.a: set"},
		"masked above":     {"{a: keep, b: digits}", Route{Keys: []string{"a"}, Above: []string{"b"}, Exact: true}, "things.b: digits"},
	} {
		c.route.Store, c.route.Group, c.route.Name = "postgres", "things", "tree"
		if got, _ := demanding(t, c.rules, Demands{Routes: []Route{c.route}}, "a", "b"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestRespelled(t *testing.T) {
	for expr, want := range map[string]string{
		"lower(email)": "email", "lower((email)::text)": "email", "(upper(btrim(Email)))": "email", `lower("E ""Mail"")`: "", `lower("E ""Mail""")`: `E "Mail"`,
		"md5(lower((a)::character varying))": "a", "(email)::public.citext": "email", "pg_catalog.lower(a)": "a", "TRIM(a)": "a",
		"lower(a) || b": "", "lower(a, b)": "", "left(a, 3)": "", "lower(a) = lower(b)": "", "(a) || (b)": "", "a::int": "", "": "", "lower(a || b)": "", "1": "", "'a'": "",
	} {
		got, ok := Respelled(expr)
		if got != want && ok || ok != (want != "") {
			t.Errorf("%s: %q, %v", expr, got, ok)
		}
	}
}

// The verbs that are said to keep values apart do, whatever their case, in rows
// of nobody and in those of somebody who has some of them.
func TestP24_OneToOneVerbsNeverCollide(t *testing.T) {
	a := compile(t, input(t, header)).New()
	inputs := map[string]*rapid.Generator[string]{
		"email":  rapid.StringMatching(`[a-zA-Z]{1,2}(\.[a-z0-9]{1,2})?(\+[a-z])?@(a|b)\.(org|com)|[Rr]ose\.[Hh]ill@(acme|Acme|ACME)\.[Cc]om`),
		"digits": rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,2})?|[A-Ba]{1,2}[-0-9]{1,5}[ab]?`),
		"uuid":   rapid.StringMatching(`[0-9a-f]{8}-0000-4000-8000-00000000000[0-9]`),
		"iban":   rapid.StringMatching(`DE00[0-9]{18}`),
		"secret": rapid.StringMatching(`[a-zA-Z0-9]{1,3}`),
	}
	for name, v := range verbs() {
		if v.effect != apart {
			continue
		}
		draw := inputs[strings.TrimPrefix(name, "person.")]
		if draw == nil {
			t.Fatalf("no inputs for %s", name)
		}
		fn, err := v.make(&compiler{}, &ruleset.Rule{})
		if err != nil {
			t.Fatal(err)
		}
		exact, folded := map[string]string{}, map[string]string{}
		rapid.Check(t, func(t *rapid.T) {
			for n := range 50 {
				in := draw.Draw(t, "in")
				if name == "iban" {
					in = fmt.Sprintf("%s%02d%s", in[:2], 98-remainder(in[4:]+in[:2]+"00"), in[4:])
				}
				out, did, err := fn(a, nil, []byte(in), int32(n%2)-1)
				if err != nil {
					t.Fatalf("%s of %s: %v", name, in, err)
				}
				if did == kept {
					out = []byte(in)
				}
				if was, ok := exact[string(out)]; ok && was != in {
					t.Fatalf("%s: %s and %s become %s", name, was, in, out)
				}
				low := strings.ToLower(string(out))
				if was, ok := folded[low]; ok && !strings.EqualFold(was, in) {
					t.Fatalf("%s: %s and %s become %s but for case", name, was, in, low)
				}
				exact[string(out)], folded[low] = in, in
			}
		})
	}
}

// An id has one pseudonym in a column of integers of any width, in text and
// in JSON, so that what refers to it softly still does.
func TestP27_DigitsAgreeInEveryForm(t *testing.T) {
	four, fourRow := one(t, "digits", Field{Form: FormInt, Type: "integer"})
	json, jsonRow := one(t, `{json: {id: digits, s: digits}}`, Field{Form: FormJSONB})
	text, textRow := one(t, "digits", Field{Form: FormText})
	numeric, numericRow := one(t, "digits", Field{Form: FormNumeric})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int32().Draw(t, "n")
		value := func(a *Anonymizer, row *Row, raw []byte) []byte {
			c, err := applyTo(a, row, 1, raw)
			if err != nil {
				t.Fatalf("%d: %v", n, err)
			}
			return bytes.Clone(c.Bytes())
		}
		want := fmt.Sprint(bigEndian(value(four, fourRow, wire(int64(n), 4))))
		wide := bigEndian(value(four, fourRow, wire(int64(n), 8)))
		in, _ := encodeNumeric(nil, fmt.Append(nil, n))
		decimal, _ := appendNumeric(nil, value(numeric, numericRow, in))
		for form, got := range map[string]string{
			"bigint": fmt.Sprint(wide), "numeric": string(decimal), "text": string(value(text, textRow, fmt.Append(nil, n))),
		} {
			if got != want {
				t.Fatalf("%d becomes %s as integer and %s as %s", n, want, got, form)
			}
		}
		doc := value(json, jsonRow, fmt.Appendf(nil, "\x01{\"id\": %d, \"s\": \"%d\"}", n, n))
		if !bytes.Contains(doc, []byte(want)) || !bytes.Contains(doc, []byte(`"`+want+`"`)) {
			t.Fatalf("%d becomes %s as integer, and %s in JSON", n, want, doc)
		}
	})
}

// A column that is too short for the usual e-mail gets a shorter one, as
// unique, or none.
func TestA08_ShortEmails(t *testing.T) {
	for length, want := range map[int]int{40: shortLocal, 35: shortLocal, 34: shortAddress, 30: shortAddress} {
		a, row := one(t, "email", Field{Form: FormText, MaxLen: length})
		seen := map[string]bool{}
		for n := range 500 {
			out := must(t, a, row, 1, fmt.Appendf(nil, "p%d@acme.com", n))
			if len(out) > length || seen[string(out)] || bytes.Contains(out, []byte("@d-0.")) != (want == shortAddress) {
				t.Fatalf("length %d: %s", length, out)
			}
			seen[string(out)] = true
		}
		noReal(t, must(t, a, row, 1, []byte("rose.hill@acme.com")))
	}
	for parent, least := range map[string]int{"example.com": 30, "x.test": 25} {
		for _, length := range []int{least, least - 1, 10} {
			short := column("v", FormText)
			short.MaxLen = length
			in := input(t, "email_domain: "+parent+"\n"+header+"postgres:\n  things: {v: email}\n", short)
			if length == least {
				compile(t, in)
			} else if r := refusal(t, in); !strings.Contains(r.Lines[0], "writes up to") {
				t.Errorf("varchar(%d) at %s: lines %q", length, parent, r.Lines)
			}
		}
	}
}

// Dates that are shifted stay apart beside the column that names the person.
func TestShiftedDatesInKeys(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		key   Unique
		want  string
	}{
		"of one person":  {"{$person: a, a: keep, b: {shift: 30d}}", key("a", "b"), ""},
		"of all people":  {"{$person: a, a: keep, b: {shift: 30d}}", key("b"), "things.b: shift can make two values one"},
		"of nobody":      {"{a: keep, b: {shift: 30d}}", key("b"), ""},
		"of some other":  {"{$person: a, a: keep, b: {shift: 30d, context: c}, c: keep}", key("a", "b"), "things.b: shift"},
		"beside a merge": {"{$person: a, a: {set: x}, b: {shift: 30d}}", key("a", "b"), "things.a: set"},
	} {
		in := input(t, header+"postgres:\n  things: "+c.rules+"\n", column("a", FormText), column("b", FormDate))
		if strings.Contains(c.rules, "c: keep") {
			in.Fields = append(in.Fields, column("c", FormText))
		}
		in.Demands.Uniques = []Unique{c.key}
		got := ""
		if _, err := Compile(in); err != nil {
			got = strings.Join(refusal(t, in).Lines, "\n")
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
