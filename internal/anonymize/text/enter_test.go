//go:build !race

package text

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// A name that is entered as two plain words is the one that is entered by its
// forms, to the last state of the dictionary.
func TestEnterNameIsEnterForms(t *testing.T) {
	part := rapid.OneOf(rapid.StringMatching(`[A-Ca-c]{1,3}`), rapid.SampledFrom([]string{"", "Rose", "HILL", "van", "O'Neill", "Fox-Pitt", "Anna Maria", "Zoë", "R.", "van der Berg", "王", "N/A"}))
	rapid.Check(t, func(t *rapid.T) {
		got, want := NewBuilder(0), NewBuilder(0)
		for id := range int32(rapid.IntRange(1, 12).Draw(t, "names")) {
			given, family := part.Draw(t, "given"), part.Draw(t, "family")
			full := rapid.SampledFrom([]string{given + " " + family, family + ", " + given, given, "", family + " " + given}).Draw(t, "full")
			got.AddEntry(got.EnterName(given, family, full), id)
			want.AddEntry(want.Enter(Forms(given, family, full)), id)
		}
		if !reflect.DeepEqual(got.Build(), want.Build()) {
			t.Fatal("the dictionaries differ")
		}
	})
}
