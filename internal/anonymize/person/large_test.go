//go:build !race

package person

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"testing"
	"unicode/utf8"
)

// All surnames of all locales, one by one: well-formed, distinct, and none of
// them well known or a given name.
func TestFamilyNames(t *testing.T) {
	n, known, folds := v1(t), knownNames(t), newSpellings()
	for _, locale := range n.Locales() {
		table := n.tables[locale]
		size, least, letters := table.FamilySize(), 200_000, [2]int{4, 14}
		switch locale { // of fewer parts, or shorter ones
		case "zh", "ja", "ko":
			least, letters = 2_000, [2]int{2, 2}
		case "vi":
			least, letters = 1_000, [2]int{2, 8}
		case "ja-kana", "ja-hira", "ar":
			least = 10_000
		case "ru", "el":
			least, letters = 40_000, [2]int{4, 16}
		}
		if size < least {
			t.Errorf("%s: only %d surnames", locale, size)
		}
		seen := make(map[string]struct{}, size)
		longest, marked := 0, 0
		for i := range size {
			name := table.Family(drawOf(i, size))
			if why := badWord(table, name, letters[0], letters[1]); why != "" {
				t.Fatalf("%s: surname %q: %s", locale, name, why)
			}
			seen[name] = struct{}{}
			bare, spelled := folds.of(name)
			if known[bare] || known[spelled] {
				t.Errorf("%s: surname %q is real", locale, name)
			}
			size := utf8.RuneCountInString(name)
			if len(name) > size {
				marked++
			}
			longest = max(longest, size)
		}
		if len(seen) != size {
			t.Errorf("%s: %d distinct surnames of %d", locale, len(seen), size)
		}
		if table.FamilyMax() != longest {
			t.Errorf("%s: longest surname %d, said %d", locale, longest, table.FamilyMax())
		}
		if table.script != latin || locale == "vi" { // all marked
			continue
		}
		share := float64(marked) / float64(size)
		plainOnly := locale == "en" || locale == "mixed"
		if plainOnly && marked > 0 || !plainOnly && (share < 0.01 || share > 0.8) {
			t.Errorf("%s: %.2f of the surnames have diacritics", locale, share)
		}
	}
}

// The pseudonyms of a crowd are what they were: whatever is done to draw them
// faster, in whatever order the people come, and on however many cores.
func TestPseudonymsOfACrowd(t *testing.T) {
	for _, plain := range []bool{false, true} {
		o := options(t, "acme", "users", "employees")
		o.KeepDomains, o.Plain = []string{"kept.example.org"}, plain
		records := crowd()
		if plain {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			rand.New(rand.NewPCG(5, 6)).Shuffle(len(records), func(i, k int) { records[i], records[k] = records[k], records[i] })
		}
		x := index(t, records, o)
		sum := fnv.New64a()
		for n := range int32(x.Len()) {
			p := x.At(n)
			fmt.Fprintf(sum, "%s|%s|%s|%s|%s|%s|%x|%v\n", p.ID, p.Locale, p.Given, p.Family, p.Email, p.Phone, p.Seed, x.Card(n))
			for _, real := range p.Real.Emails {
				fake, known := emailFor(x, real)
				fmt.Fprintf(sum, "%s %s %v\n", real, fake, known)
			}
			for _, real := range p.Real.Phones {
				fake, known := phoneFor(x, real)
				fmt.Fprintf(sum, "%s %s %v\n", real, fake, known)
			}
			fmt.Fprintf(sum, "%v\n", p.Real.Names)
		}
		given, family, full := x.LongestName()
		got := fmt.Sprintf("%x %d %d %d %d %d %d %v", sum.Sum64(), x.Len(), x.Redrawn(), x.LongestEmail(), given, family, full, x.PhonesApart())
		if want := map[bool]string{false: "bb3e902a6d8fea17 25733 1741 68 29 23 40 true", true: "cb60f2e9b41b32c3 25733 1740 56 12 15 26 true"}[plain]; got != want {
			t.Errorf("plain %v: %s, and it was %s", plain, got, want)
		}
	}
}
