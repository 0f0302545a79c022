package ruleset

import (
	"testing"

	"pgregory.net/rapid"
)

// Find is the first pattern that matches, and hides the first that covers,
// whatever stands between them.
func TestLookup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"postgres", "blob", "search"}).Draw(t, "kind")
		s := &Store{Name: kind}
		for _, text := range rapid.SliceOf(rapid.StringMatching(`(public\.)?[ab*?]{1,3}`)).Draw(t, "patterns") {
			p, err := ParsePatternFor(kind, text)
			if err != nil {
				t.Fatal(err)
			}
			s.Groups = append(s.Groups, Group{Pattern: p})
		}
		s.lookup = newLookup(s.Groups)
		name := rapid.StringMatching(`(public\.)?[ab]{1,3}`).Draw(t, "name")
		var want *Group
		for i := len(s.Groups) - 1; i >= 0; i-- {
			if _, ok := s.Groups[i].Pattern.Match(name); ok {
				want = &s.Groups[i]
			}
		}
		if got := s.Find(name); got != want {
			t.Errorf("found %v, want %v", got, want)
		}
		for i := range s.Groups {
			var want *Group
			for j := i - 1; j >= 0; j-- {
				if s.Groups[j].Pattern.covers(s.Groups[i].Pattern) {
					want = &s.Groups[j]
				}
			}
			if got := s.hides(i); got != want {
				t.Errorf("%v is hidden by %v, want %v", s.Groups[i].Pattern, got, want)
			}
		}
	})
}
