package person

import (
	"testing"

	"pgregory.net/rapid"
)

// The folds that are known are those that the decomposition gives, for every
// character and for marks that stand behind one.
func TestKnownFolds(t *testing.T) {
	for r := rune(0); r < 0x3000; r++ {
		for _, s := range []string{string(r), "Ab" + string(r) + "C", string(r) + "\u0308\u0323z"} {
			if got, want := foldName(s), string(appendFoldedRunes(nil, s)); got != want {
				t.Errorf("%+q is folded to %q and not to %q", s, got, want)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aZßÆœøŁđıİÅé\u0301\u0327-' ệ")))).Draw(t, "s")
		if got, want := foldName(s), string(appendFoldedRunes(nil, s)); got != want {
			t.Errorf("%+q is folded to %q and not to %q", s, got, want)
		}
	})
}
