package person

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRankLaw: records are ordered as if they were compared in full, however
// little of an id tells two apart, and none is lost.
func TestRankLaw(t *testing.T) {
	sources, order := make([]string, 300), make(map[string]int)
	for i := range sources {
		sources[i] = fmt.Sprintf("s%d", i)
		order[sources[i]] = i
	}
	some := []string{"s0", "s1", "s254", "s255", "s256", "s299"}
	id := rapid.OneOf(rapid.StringMatching(`[0-9]{1,9}`), rapid.StringMatching(`0190a6e2-7c[ab]{1,4}`), rapid.StringMatching(`(é|\x00|a){0,5}`), rapid.StringMatching(`b{253,257}[ab]`))
	rapid.Check(t, func(t *rapid.T) {
		records := make([]Record, rapid.IntRange(0, 40).Draw(t, "n"))
		for i := range records {
			records[i] = Record{Source: rapid.SampledFrom(some).Draw(t, "source"), ID: id.Draw(t, "id"), Email: rapid.StringMatching(`[ab]?`).Draw(t, "email"), Links: []string{fmt.Sprint(i)}}
		}
		want := slices.Clone(records)
		slices.SortStableFunc(want, func(a, b Record) int { return inFull(&a, &b, order) })
		if err := rank(records, sources); err != nil {
			t.Fatal(err)
		}
		place := func(all []Record) string {
			var out []string
			for _, r := range all {
				out = append(out, r.Links...)
			}
			return strings.Join(out, " ")
		}
		if got := place(records); got != place(want) {
			t.Fatalf("order %s, want %s", got, place(want))
		}
	})
}
