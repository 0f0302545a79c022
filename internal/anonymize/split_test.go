package anonymize

import (
	"bytes"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// names draws names of few words and letters, those among them that the fast
// ways take for their own.
func names() *rapid.Generator[string] {
	word := rapid.OneOf(rapid.SampledFrom([]string{"van", "der", "De", "la", "Rose", "Hill", "Zoë", "Đức", "Lê", "Văn", "Thơ", "王", "さとし", "Ольга", "O'Neill", "Fox-Pitt", "R.", ","}), rapid.StringOf(rapid.RuneFrom([]rune("aÉßłȯ\u0301 ,\t\u00a0王ж"))))
	return rapid.Map(rapid.SliceOfN(word, 1, 5), func(words []string) string {
		name := ""
		for i, w := range words {
			if i > 0 {
				name += " "
			}
			name += w
		}
		return name
	})
}

// A name is split as person splits it.
func TestSplitNameIsPersons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := bytes.TrimSpace([]byte(names().Draw(t, "name")))
		given, family := splitName(v)
		if g, f := person.SplitName(string(v), ""); string(given) != g || string(family) != f {
			t.Fatalf("%q is split into %q and %q, and person says %q and %q", v, given, family, g, f)
		}
	})
}

// What stands between two names is a comma, or the first blanks, or what the
// language wants.
func TestGapOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := bytes.TrimSpace([]byte(names().Draw(t, "name")))
		want := ""
		switch at := bytes.IndexFunc(v, unicode.IsSpace); {
		case bytes.IndexByte(v, ',') >= 0:
			want = ", "
		case at < 0:
			want = " "
		default:
			for _, r := range string(v[at:]) {
				if !unicode.IsSpace(r) {
					break
				}
				want += string(r)
			}
		}
		if got := gapOf(v, pseudonym{given: "Ann", family: "Lee"}); got != want {
			t.Fatalf("%q has the gap %q, not %q", v, got, want)
		}
	})
}
