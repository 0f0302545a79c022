package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// constantsOfTimes are constants by type, as the server shows them: it has to
// read what the rule has written.
func constantsOfTimes() map[string][]string {
	return map[string][]string{
		"date": {"infinity", "-infinity", "0044-03-15 BC", "4713-01-01 BC", "5874897-12-31"}, "timestamp": {"infinity", "0044-03-15 12:00:00.000001 BC", "294276-12-31 23:59:59.999999"},
		"timestamptz": {"-infinity", "2024-03-31 02:30:00.5+01", "0001-01-01 00:00:00+00 BC"}, "time": {"24:00", "08:30:00.25"}, "timetz": {"23:59:59.999999+15:59", "24:00-15:59"},
		"interval":  {"1 year 2 mons -3 days 04:05:06.7", "-00:00:01", "0", "3 weeks 2 hours"},
		"daterange": {"[2024-01-01,2024-02-01)", "(,0044-03-15 BC]", "empty", "(,)"}, "tstzrange": {`["2024-01-01 00:00:00+00",infinity)`}, "int4range": {"[1,5]", "(,5)"}, "int8range": {"[1,9007199254740993)"}, "numrange": {"(1.50,2.500]"},
		"datemultirange": {"{[2024-01-01,2024-02-01),[2025-01-01,)}", "{}"}, "daterange[]": nil,
	}
}

// A constant of a date, a time, an interval or a range is the one that the
// server reads from the same text.
func TestConstantsOfTimes(t *testing.T) {
	t.Parallel()
	var sql strings.Builder
	var rules, want []string
	n := 0
	for typ, constants := range constantsOfTimes() {
		if serverOf(t, "PROD").major(t) < 14 && strings.Contains(typ, "multirange") {
			continue
		}
		for _, v := range constants {
			fmt.Fprintf(&sql, "CREATE TABLE c%d (id int, v %s, want %s); INSERT INTO c%d VALUES (1, NULL, %s), (2, %s, %s);\n", n, typ, typ, n, literal(v), literal(v), literal(v))
			rules = append(rules, fmt.Sprintf("c%d: {id: keep, v: {set: '%s'}, want: keep}", n, v))
			want = append(want, fmt.Sprintf("SELECT 'c%d %s' FROM c%d WHERE id = 2 AND v IS DISTINCT FROM want OR id = 1 AND v IS NOT NULL", n, typ, n))
			n++
		}
	}
	tr := newTrial(t, sql.String(), rulesOf(rules...))
	tr.must(t)
	if got := tr.staging.ask(t, tr.twin, strings.Join(want, " UNION ALL ")); len(got) > 0 {
		t.Errorf("written otherwise: %q", got)
	}
}

// A shift moves what holds a date by one amount for everything of one person,
// alone, as an end of a range, in an array and in a composite; what is infinite,
// empty or a time of day stays.
func TestShiftOfTimes(t *testing.T) {
	t.Parallel()
	sql := `CREATE TYPE stay AS (during daterange, at time); CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users SELECT n, 'Xaver Quellbach ' || chr(64 + n) FROM generate_series(1, 5) n;
CREATE TABLE t (user_id int, d date, s timestamptz, r daterange, ts tstzrange, list daterange[], stay stay, open daterange, bc date);
INSERT INTO t SELECT n, '2024-02-29', '2024-02-29 12:00+00', '[2024-02-29,2024-03-05)', '["2024-02-29 12:00+00",infinity)', '{"[2024-02-29,2024-03-05)",empty,NULL}', ROW('[2024-02-29,)', '08:30')::stay, '(,infinity]', '0044-03-15 BC' FROM generate_series(1, 5) n;`
	rules := `t: {user_id: keep, $person: user_id, d: {shift: 30d}, s: {shift: 30d}, r: {shift: 30d}, ts: {shift: 30d}, list: {list: {shift: 30d}}, stay: {json: {during: {shift: 30d}, at: {set: "00:00"}}}, open: {shift: 30d}, bc: {shift: 30d}}`
	tr := newTrial(t, sql, "version: 1\nperson: {postgres: {users: {id: id, name: name}}}\npostgres:\n  users: {id: keep, name: person.name}\n  "+rules+"\n")
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `WITH m AS (SELECT *, d - date '2024-02-29' AS by FROM t) SELECT concat_ws('|', by BETWEEN -30 AND 30 AND by <> 0, s - by * interval '1 day' = '2024-02-29 12:00+00', lower(r) = d, upper(r) - lower(r),
lower(ts) = s, upper(ts), list[1] = r, list[2], list[3] IS NULL, lower((stay).during) = d, upper_inf((stay).during), (stay).at, open, bc - by = '0044-03-15 BC') FROM m`)
	want := slices.Repeat([]string{"t|t|t|5|t|infinity|t|empty|t|t|t|00:00:00|(,infinity]|t"}, 5)
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// What cannot be said of them is refused by column before anything is written.
func TestTimesAreRefused(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TYPE words AS RANGE (subtype = text); CREATE TABLE t (id int, at time, tz timetz, took interval, r int4range, w words, d daterange)`,
		rulesOf(`t: {id: keep, at: {shift: 3d}, tz: text, took: {noise: 5%}, r: {shift: 3d}, w: {set: '[a,b]'}, d: {set: '[2024-02-30,)'}}`))
	_, err := tr.run(t.Context(), t)
	text := wantCode(t, err, report.Privacy)
	for _, part := range []string{"t.at: shift cannot rewrite type time without time zone: say set, null or keep", "t.tz: text cannot", "t.took: noise cannot", "t.r: shift cannot rewrite type int4range: say set, null or keep", "t.w: type public.words can be", "t.d: set writes a constant that is no daterange"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in: %s", part, text)
		}
	}
}
