package anonymize

import (
	"testing"
	"time"
)

// With tenant, a shift moves everybody's dates, in whatever form, by the same
// number of whole weeks: intervals, order and days of the week stay.
func TestShiftOfTheTenant(t *testing.T) {
	moved := func(rule string, who uint32, form Form, in []byte) []byte {
		a, row := one(t, rule, Field{Form: form})
		return must(t, a, row, who, in)
	}
	day := func(v []byte) int {
		at, err := time.Parse(dateLayout, string(v[:len(dateLayout)]))
		if err != nil {
			t.Fatal(err)
		}
		return int(at.Unix() / 86400)
	}
	const rule = "{shift: 90d tenant}"
	first := day(moved(rule, 1, FormText, []byte("2024-03-15"))) - day([]byte("2024-03-15"))
	if first == 0 || first%week != 0 || first > 90 || first < -90 {
		t.Errorf("moved by %d days", first)
	}
	for _, who := range []uint32{0, 2, 3} {
		for _, v := range []string{"2024-03-15", "1999-12-31T23:59:59Z", "2024-03-16 08:00:00+02"} {
			if by := day(moved(rule, who, FormText, []byte(v))) - day([]byte(v)); by != first {
				t.Errorf("%s of user %d moved by %d days, another by %d", v, who, by, first)
			}
		}
		if by := bigEndian(moved(rule, who, FormDate, wire(100, 4))) - 100; by != int64(first) {
			t.Errorf("a date of user %d moved by %d days", who, by)
		}
		if by := bigEndian(moved(rule, who, FormTimestamp, wire(5e6, 8))) - 5e6; by != int64(first)*86400e6 {
			t.Errorf("a time of user %d moved by %d µs", who, by)
		}
	}
	person := map[string]bool{}
	for _, who := range []uint32{0, 1, 2, 3} {
		person[string(moved("{shift: 900d}", who, FormText, []byte("2024-03-15")))] = true
	}
	if len(person) < 3 {
		t.Errorf("without tenant, four people moved by %d amounts", len(person))
	}
	if by := day(moved("{shift: 3d tenant}", 1, FormText, []byte("2024-03-15"))) - day([]byte("2024-03-15")); by == 0 || by > 3 || by < -3 {
		t.Errorf("3 days became %d", by)
	}
}

// A key over dates stays one where all move alike, whoever they belong to.
func TestShiftOfTheTenantInAKey(t *testing.T) {
	date := column("v", FormDate)
	date.Type = "date"
	for rule, refused := range map[string]bool{"{shift: 30d tenant}": false, "{shift: 30d}": true} {
		in := input(t, header+"postgres:\n  things:\n    $person: user_id\n    user_id: keep\n    v: "+rule+"\n", date, column("user_id", FormInt))
		in.Demands.Uniques = []Unique{{Store: "postgres", Group: "things", Name: "things_v", Columns: []string{"v"}}}
		if _, err := Compile(in); (err != nil) != refused {
			t.Errorf("%s under a unique key: %v", rule, err)
		}
	}
}
