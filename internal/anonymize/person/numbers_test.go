package person

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestNumbersLaw: whether ids are found by number or by spelling, each finds its own row's person and no other spelling
// finds anybody.
func TestNumbersLaw(t *testing.T) {
	id := rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 3000), strconv.Itoa),
		rapid.Map(rapid.IntRange(0, 1<<40), strconv.Itoa),
		rapid.SampledFrom([]string{"", "00", "007", "+7", "-7", " 7", "7 ", "7a", "٧", "999999999", "1000000000", "a:7"}),
	)
	source := rapid.SampledFrom([]string{"users", "staff"})
	o := options(t, "acme", "users", "staff")
	rapid.Check(t, func(t *rapid.T) {
		var records []Record
		want := map[string]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "records") {
			r := Record{Source: source.Draw(t, "source"), ID: id.Draw(t, "id"), First: "Rose"}
			records = append(records, r)
			want[Ref(r.Source, r.ID)] = true
		}
		x, err := Build(records, o)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			s, i := source.Draw(t, "asked source"), id.Draw(t, "asked id")
			n, ok := x.ByID(s, []byte(i))
			if ok != want[Ref(s, i)] {
				t.Fatalf("ByID(%q, %q) is %v", s, i, ok)
			}
			if ok && x.At(n).ID != Ref(s, i) {
				t.Fatalf("ByID(%q, %q) is %q", s, i, x.At(n).ID)
			}
		}
		for _, r := range records {
			if n, ok := x.ByID(r.Source, []byte(r.ID)); !ok || x.At(n).ID != Ref(r.Source, r.ID) {
				t.Fatalf("%q %q is not found", r.Source, r.ID)
			}
		}
	})
}
