package anonymize

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// pay is a table of two key columns, of which one is ruled, and two shuffled
// ones.
func pay() []Field {
	return []Field{column("salary", FormNumeric), column("b", FormInt), column("class", FormText), column("a", FormUUID), column("note", FormText)}
}

const payRules = "postgres:\n  things: {a: uuid, b: keep, salary: shuffle, class: shuffle, note: keep}\n"

// payInput has a primary key over a and b.
func payInput(t testing.TB, rules string, uniques ...Unique) Input {
	t.Helper()
	in := input(t, "version: 1\npeople: none\n"+rules, pay()...)
	in.Demands.Uniques = append([]Unique{{Store: "postgres", Group: "things", Name: "things_pkey", Columns: []string{"b", "a"}, Primary: true}}, uniques...)
	return in
}

// payRow is one row of it; nil is NULL.
type payRow struct{ salary, b, class, a []byte }

func payRows(n int, salary, class func(i int) []byte) []payRow {
	rows := make([]payRow, n)
	for i := range rows {
		rows[i] = payRow{salary(i), wire(int64(i/7), 4), class(i), bytes.Repeat(wire(int64(i), 4), 4)}
	}
	return rows
}

// settle reads the rows, in their order, and returns the compiled row with what
// is settled.
func settle(t testing.TB, p *Plan, rows []payRow) (*Row, *Shuffle) {
	t.Helper()
	s, err := p.Shuffle("postgres", "things", pay())
	if err != nil || s == nil {
		t.Fatalf("shuffle: %v, %v", s, err)
	}
	if !slices.Equal(s.Key, []int{3, 1}) || !slices.Equal(s.Columns, []int{0, 2}) {
		t.Fatalf("key %v, columns %v", s.Key, s.Columns)
	}
	s.Expect(len(rows), 0)
	addAll(t, s, rows)
	if ok, err := s.Settle(); err != nil || !ok {
		t.Fatalf("settle: %v, %v", ok, err)
	}
	row, err := p.Row("postgres", "things", pay())
	if err != nil {
		t.Fatal(err)
	}
	row.Take(s)
	return row, s
}

func addAll(t testing.TB, s *Shuffle, rows []payRow) {
	t.Helper()
	for _, r := range rows {
		if err := s.Add([][]byte{r.a, r.b}, [][]byte{r.salary, r.class}); err != nil {
			t.Fatal(err)
		}
	}
}

// shuffledRow passes one row and returns its salary and class as text, with a
// NULL that is not empty.
func shuffledRow(t testing.TB, a *Anonymizer, row *Row, r payRow) (out [2]string) {
	t.Helper()
	a.Begin(row)
	for i, step := range row.Steps {
		field := row.Order[step.First]
		if !step.Rule {
			a.Span(i, []byte("note"))
			continue
		}
		c, err := a.Value(i, [][]byte{r.salary, r.b, r.class, r.a}[field])
		if err != nil {
			t.Fatal(err)
		}
		if field == 0 || field == 2 {
			out[field/2] = shown(c.Bytes())
		}
	}
	return out
}

func shown(b []byte) string {
	if b == nil {
		return "NULL"
	}
	return fmt.Sprintf("%q", b)
}

func sorted(values []string) []string { return slices.Sorted(slices.Values(values)) }

// The law: of any rows, every column's values are the same taken together, the
// NULLs among them; the order in which rows are read and written does not
// matter, nor that one is written twice.
func TestShuffleLaw(t *testing.T) {
	t.Parallel()
	p := compile(t, payInput(t, payRules))
	rapid.Check(t, func(rt *rapid.T) {
		few, many := rapid.IntRange(1, 9).Draw(rt, "few"), rapid.IntRange(1, 600).Draw(rt, "many")
		rows := payRows(rapid.IntRange(0, 700).Draw(rt, "rows"), func(i int) []byte { return wire(int64(i%many), 8) }, func(i int) []byte {
			if i%few == 2 {
				return nil
			}
			return []byte(strings.Repeat("x", i%few))
		})
		row, s := settle(t, p, rows)
		back := slices.Clone(rows)
		slices.Reverse(back)
		other, _ := settle(t, p, back)
		a, b := p.New(), p.New()
		var before, after [2][]string
		for _, r := range rows {
			got := shuffledRow(t, a, row, r)
			if again := shuffledRow(t, b, other, r); again != got || shuffledRow(t, a, row, r) != got {
				rt.Fatalf("a row has %v, and %v when the rows are read in another order", got, again)
			}
			for i, was := range [][]byte{r.salary, r.class} {
				before[i], after[i] = append(before[i], shown(was)), append(after[i], got[i])
			}
		}
		for i := range before {
			if !slices.Equal(sorted(before[i]), sorted(after[i])) {
				rt.Fatalf("column %d: other values than before", i)
			}
			stayed := int64(0)
			for n := range before[i] {
				if before[i][n] == after[i][n] {
					stayed++
				}
			}
			if s.moved[i].stayed != stayed {
				rt.Fatalf("column %d: %d rows stayed, %d counted", i, stayed, s.moved[i].stayed)
			}
		}
	})
}

// Of a column of many values nearly every row gets another one, and which one
// hangs on the key, the epoch, the table and the column.
func TestShuffleHangsOnKeyAndPlace(t *testing.T) {
	t.Parallel()
	const n = 5000
	value := func(i int) []byte { return wire(int64(i), 8) }
	rows := payRows(n, value, value)
	dealt := func(in Input) (out [2][]string) {
		p := compile(t, in)
		row, s := settle(t, p, rows)
		if notes := s.Notes(); len(notes) != 0 {
			t.Errorf("notes %q", notes)
		}
		a := p.New()
		for _, r := range rows {
			got := shuffledRow(t, a, row, r)
			out[0], out[1] = append(out[0], got[0]), append(out[1], got[1])
		}
		return out
	}
	var as []string
	for i := range n {
		as = append(as, shown(value(i)))
	}
	seen := [][]string{as}
	base := payInput(t, payRules)
	epoch, tenant := payInput(t, payRules), payInput(t, payRules)
	epoch.Keys, tenant.Keys = rootOf(t).Keyring("acme", 2), keys(t, "globex")
	for _, in := range []Input{base, epoch, tenant} {
		columns := dealt(in)
		for _, column := range columns {
			for _, other := range seen {
				same := 0
				for i := range column {
					if column[i] == other[i] {
						same++
					}
				}
				if same > 20 { // one is to be expected
					t.Errorf("%d of %d rows are dealt as under another key or column, or not at all", same, n)
				}
			}
			seen = append(seen, column)
		}
	}
	if again := dealt(payInput(t, payRules)); !slices.Equal(again[0], seen[1]) {
		t.Error("a second run deals otherwise")
	}
}

// How often each value goes to each row is as chance has it.
func TestShuffleIsFair(t *testing.T) {
	t.Parallel()
	const rows, turns = 4, 4000
	var count [rows][rows]int
	value := func(i int) []byte { return wire(int64(i), 8) }
	in := payInput(t, payRules)
	for turn := range turns {
		in.Keys = rootOf(t).Keyring("acme", turn+1)
		p := &Plan{in: in}
		s := &Shuffle{parts: make([][]byte, 3), left: 1 << 20, moved: []*moved{{at: place{"postgres", "things", "salary"}, keys: p.in.Keys}}}
		s.Expect(rows, 0)
		all := payRows(rows, value, value)
		for _, r := range all {
			if err := s.Add([][]byte{r.a, r.b}, [][]byte{r.salary}); err != nil {
				t.Fatal(err)
			}
		}
		if ok, err := s.Settle(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		for i, r := range all {
			c, err := s.moved[0].of(s.moved[0].hash(s.moved[0].function(), [][]byte{nil, r.a, r.b}))
			if err != nil {
				t.Fatal(err)
			}
			count[i][c.Bytes()[7]]++
		}
	}
	for i := range count {
		for k, n := range count[i] {
			if n < turns/rows-150 || n > turns/rows+150 { // five times the deviation
				t.Errorf("row %d got value %d %d times of %d", i, k, n, turns)
			}
		}
	}
}

// Two rows of one hash: the column is read again, under another hash. Rows that
// the key cannot tell apart are an error.
func TestShuffleCollision(t *testing.T) {
	t.Parallel()
	p := compile(t, payInput(t, payRules))
	value := func(i int) []byte { return wire(int64(i), 8) }
	rows := payRows(100, value, value)
	s, err := p.Shuffle("postgres", "things", pay())
	if err != nil {
		t.Fatal(err)
	}
	s.Expect(len(rows), 0)
	addAll(t, s, rows)
	m := s.moved[1]
	first := m.seats[7].hash()
	m.seats[8].high, m.seats[8].low = m.seats[7].high, m.seats[7].low
	if ok, err := s.Settle(); ok || err != nil {
		t.Fatalf("one hash twice: %v, %v", ok, err)
	}
	s.Expect(len(rows), 0)
	addAll(t, s, rows)
	if m.seats[7].hash() == first {
		t.Error("the second try has the same hashes")
	}
	if ok, err := s.Settle(); !ok || err != nil {
		t.Fatalf("second try: %v, %v", ok, err)
	}
	row, err := p.Row("postgres", "things", pay())
	if err != nil {
		t.Fatal(err)
	}
	row.Take(s)
	a := p.New()
	var got []string
	for _, r := range rows {
		got = append(got, shuffledRow(t, a, row, r)[1])
	}
	var want []string
	for i := range rows {
		want = append(want, shown(value(i)))
	}
	if !slices.Equal(sorted(got), sorted(want)) {
		t.Error("other values after a second try")
	}
	rows[3].a, rows[3].b = rows[4].a, rows[4].b
	for try := 0; ; try++ {
		s.Expect(len(rows), 0)
		addAll(t, s, rows)
		ok, err := s.Settle()
		if ok || try > mostTries {
			t.Fatal("rows that nothing tells apart were settled")
		}
		if err != nil {
			if !errors.Is(err, errTwins) {
				t.Error(err)
			}
			break
		}
	}
}

// A row that was not read, and a column that was not, do not pass.
func TestShufflePassesNothingUnread(t *testing.T) {
	t.Parallel()
	p := compile(t, payInput(t, payRules))
	rows := payRows(10, func(i int) []byte { return num(t, fmt.Sprint(4711+i)) }, func(int) []byte { return []byte("Rose Hill") })
	row, _ := settle(t, p, rows[:9])
	fresh, err := p.Row("postgres", "things", pay())
	if err != nil {
		t.Fatal(err)
	}
	for want, row := range map[error]*Row{errNewcomer: row, errUnsettled: fresh} {
		a := p.New()
		a.Begin(row)
		_, _ = a.Value(0, rows[9].b)
		_, _ = a.Value(1, rows[9].a)
		c, err := a.Value(2, rows[9].salary)
		failed, placed := errors.AsType[*report.Error](err)
		if !placed || !errors.Is(err, want) || c.Bytes() != nil || failed.Op != "apply shuffle to things.salary" {
			t.Errorf("%v: %v, %q", want, err, c.Bytes())
		}
	}
	a := p.New()
	shuffledRow(t, a, row, rows[0])
	a.Begin(row)
	if c, err := a.Value(2, rows[0].salary); !errors.Is(err, errNewcomer) || c.Bytes() != nil {
		t.Errorf("a row without its key has what another one has: %v", err)
	}
}

// Memory is bounded: wide values and too many of them are refused.
func TestShuffleBounds(t *testing.T) {
	t.Parallel()
	p := compile(t, payInput(t, payRules))
	s, err := p.Shuffle("postgres", "things", pay())
	if err != nil {
		t.Fatal(err)
	}
	add := func(i int, class []byte) error {
		return s.Add([][]byte{wire(int64(i), 4), wire(0, 4)}, [][]byte{nil, class})
	}
	s.Expect(3, 0)
	if err := add(1, make([]byte, MostShuffledValue+1)); !errors.Is(err, ErrWide) {
		t.Errorf("a wide value: %v", err)
	}
	s.Expect(3, MostShuffledBytes-2*MostShuffledValue)
	wide := make([]byte, MostShuffledValue-100)
	for i, want := range []error{nil, nil, nil, errRoom} {
		wide[0] = byte(max(i, 1)) // the first two are equal, and kept once
		if err := add(i, wide); !errors.Is(err, want) {
			t.Errorf("value %d: %v, want %v", i, err, want)
		}
	}
	v := newValues()
	for i := range mostSlots {
		v.enter(wire(int64(i), 4))
	}
	if len(v.slots) != mostSlots || len(v.bytes) != 5*mostSlots {
		t.Errorf("%d slots, %d bytes", len(v.slots), len(v.bytes))
	}
	if at, grown := v.enter(wire(3, 4)); grown != 0 || !bytes.Equal(v.at(at), wire(3, 4)) {
		t.Errorf("a known value takes %d bytes more", grown)
	}
	if _, grown := v.enter(wire(mostSlots-1, 4)); grown != 5 {
		t.Errorf("a value beyond those that are known takes %d bytes", grown)
	}
}

// What hides little is noted, in numbers; columns of NULLs hide nothing.
func TestShuffleNotes(t *testing.T) {
	t.Parallel()
	p := compile(t, payInput(t, payRules))
	_, s := settle(t, p, payRows(40, func(int) []byte { return nil }, func(i int) []byte { return []byte(map[bool]string{true: "CEO", false: "staff"}[i == 0]) }))
	notes := s.Notes()
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "class: ") || !strings.Contains(notes[0], " of 40 rows have the value that they had before shuffle") || strings.Contains(notes[0], "CEO") {
		t.Errorf("notes %q", notes)
	}
}

// What the schema asks of a column that a permutation cannot promise is refused,
// all at once.
func TestShuffleRefused(t *testing.T) {
	t.Parallel()
	of := func(u Unique) Unique { u.Store, u.Group, u.Name = "postgres", "things", "key1"; return u }
	for name, c := range map[string]struct {
		rules  string
		change func(in *Input)
		want   string
	}{
		"no primary key":   {payRules, func(in *Input) { in.Demands.Uniques = nil }, "things.salary: shuffle needs a primary key"},
		"of a part":        {payRules, func(in *Input) { in.Demands.Uniques[0].Primary = false }, "things.class: shuffle needs a primary key"},
		"key":              {"postgres:\n  things: {a: uuid, b: shuffle, salary: keep, class: keep, note: keep}\n", nil, "things.b: shuffle on a column of the primary key"},
		"derived key":      {"postgres:\n  things: {a: uuid, b: {derive: \"1\"}, salary: shuffle, class: keep, note: keep}\n", nil, "shuffle needs to read the primary key, and its column b is computed"},
		"opaque key":       {payRules, func(in *Input) { in.Fields[3].Form = FormOpaque; in.Fields[1].Form = FormTextArray }, "type type of its column b cannot be"},
		"type":             {payRules, func(in *Input) { in.Fields[0].Form = FormJSONB }, "shuffle is for numbers, classes and dates, and type type is none of them"},
		"partition":        {payRules, func(in *Input) { in.Fields[2].Routing = true }, "things.class: shuffle on a column that decides in which partition"},
		"preserve":         {"postgres:\n  things: {$rows: {source: \"b > 1\", preserve: all}, a: uuid, b: keep, salary: shuffle, class: keep, note: keep}\n", nil, "rows of the old twin that stay"},
		"two columns":      {payRules, unique(of(Unique{Columns: []string{"salary", "note"}})), "things.salary: shuffle on a column of unique key key1, which looks at more"},
		"an expression":    {payRules, unique(of(Unique{Loose: []string{"salary"}})), "things.salary: shuffle can make two values one, and unique key key1"},
		"some rows":        {payRules, unique(of(Unique{Columns: []string{"class"}, Where: []string{"note"}})), "which is about some of the rows"},
		"a part's own":     {payRules, unique(of(Unique{Columns: []string{"class"}, Part: true})), "which is about some of the rows"},
		"decides":          {payRules, unique(of(Unique{Columns: []string{"note"}, Where: []string{"class"}})), "things.class: shuffle could bring rows into unique key key1"},
		"decides by NULLs": {payRules, unique(of(Unique{Columns: []string{"note"}, WhereNull: []string{"class"}})), "things.class: shuffle could bring rows into unique key key1"},
		"foreign key":      {payRules, link(Link{Group: "things", ToGroup: "things", Columns: []string{"class"}, ToColumns: []string{"note"}}), "things.class: shuffle on a column of foreign key fk1: say keep"},
		"referred to":      {payRules, link(Link{Group: "things", ToGroup: "things", Columns: []string{"note"}, ToColumns: []string{"class"}}), "things.class: shuffle on a column that foreign key fk1 of things refers to"},
		"a person's":       {strings.Replace(payRules, "{a:", "{$person: class, a:", 1), nil, "things.class: names the person of a row, and is shuffled"},
	} {
		t.Run(name, func(t *testing.T) {
			rules := c.rules
			if name == "a person's" {
				rules = "person:\n  postgres:\n    users: {id: id, name: full_name, email: email}\n" + rules
			} else {
				rules = "people: none\n" + rules
			}
			in := input(t, "version: 1\n"+rules, pay()...)
			in.Demands = payInput(t, payRules).Demands
			if c.change != nil {
				c.change(&in)
			}
			_, err := Compile(in)
			refusal, ok := errors.AsType[*report.Refusal](err)
			if !ok || refusal.Code != report.Privacy || !strings.Contains(strings.Join(refusal.Lines, "\n"), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Compile(payInput(t, payRules, of(Unique{Columns: []string{"salary"}}), of(Unique{Columns: []string{"note", "a"}}))); err != nil {
		t.Errorf("a unique key of the column alone, and one of others, are no reason: %v", err)
	}
	in := payInput(t, payRules)
	in.Demands.Uniques = nil
	in.Rules.Stores[0].Groups[0].Options.Rows = ruleset.Rows{None: true}
	if _, err := Compile(in); err != nil {
		t.Errorf("no row is copied, and yet: %v", err)
	}
}

func unique(u Unique) func(in *Input) {
	return func(in *Input) { in.Demands.Uniques = append(in.Demands.Uniques, u) }
}

func link(l Link) func(in *Input) {
	return func(in *Input) {
		l.Store, l.Name = "postgres", "fk1"
		in.Demands.Links = append(in.Demands.Links, l)
	}
}
