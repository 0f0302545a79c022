// Names: what pseudonyms are called. Given names are real, surnames are
// invented, so that a real surname in a copy is a leak by definition. The
// tables are versioned and embedded; a released version never changes.

package person

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math/bits"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// tableFiles holds a folder for each version, in it a file for each locale and
// kind of name.
//
//go:embed tables/v1/given/*.txt tables/v1/family/*.txt
var tableFiles embed.FS

// mixedTable serves every locale that has no table of its own.
const mixedTable = "mixed"

// Names is one version of the name tables. It is immutable and may be shared
// by any number of goroutines.
//
// A name is chosen by a draw: 64 bits that stand for a fraction of the table,
// so all of them, the high ones foremost, should come from a keyed hash. Each
// name of a table is equally likely within one part in 2⁴⁰. The same version,
// locale and draw give the same name for ever. Use separate draws for given
// name and surname, or they go together in alphabetical order.
//
// A locale is a language with anything behind it, in either case: "fr",
// "fr_FR", "de-AT", "pt_BR.UTF-8". One that is unknown or empty means a table
// of names from many countries.
type Names struct {
	tables map[string]*localeNames // by the names of the files
}

// localeNames is what one locale's two files hold.
type localeNames struct {
	given    []string
	givenMax int // letters
	family   familyTable
}

// NamesVersion reads the tables of a version, "v1" for instance, which takes
// about a millisecond. The error lists the versions there are.
func NamesVersion(version string) (*Names, error) {
	known, err := fs.ReadDir(tableFiles, "tables")
	if err != nil {
		return nil, fmt.Errorf("list name tables: %w", err)
	}
	var versions []string
	for _, k := range known {
		versions = append(versions, k.Name())
	}
	if !slices.Contains(versions, version) {
		return nil, fmt.Errorf("find name tables: version %q is unknown; known: %s", version, strings.Join(versions, ", "))
	}
	folder := path.Join("tables", version)
	files, err := fs.ReadDir(tableFiles, path.Join(folder, "given"))
	if err != nil {
		return nil, fmt.Errorf("list name tables: %w", err)
	}
	n := &Names{tables: map[string]*localeNames{}}
	for _, f := range files {
		table, err := readLocale(folder, f.Name())
		if err != nil {
			return nil, fmt.Errorf("read name table %s: %w", f.Name(), err)
		}
		n.tables[strings.TrimSuffix(f.Name(), ".txt")] = &table
	}
	return n, nil
}

// readLocale parses the two files of a locale.
func readLocale(folder, file string) (localeNames, error) {
	given, err := tableFiles.ReadFile(path.Join(folder, "given", file))
	if err != nil {
		return localeNames{}, err
	}
	family, err := tableFiles.ReadFile(path.Join(folder, "family", file))
	if err != nil {
		return localeNames{}, err
	}
	var t localeNames
	for line := range tableLines(string(given)) {
		t.given = append(t.given, line...)
	}
	for _, g := range t.given {
		t.givenMax = max(t.givenMax, utf8.RuneCountInString(g))
	}
	t.family, err = parseFamilies(string(family))
	return t, err
}

// tableLines yields the words of each line that is not a comment.
func tableLines(text string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			if words := strings.Fields(line); len(words) > 0 && !yield(words) {
				return
			}
		}
	}
}

// table finds the table of a locale.
func (n *Names) table(locale string) *localeNames {
	language := locale
	if i := strings.IndexAny(locale, "_-.@ "); i >= 0 {
		language = locale[:i]
	}
	language = strings.ToLower(language)
	if language == "sv" { // the language's code; the table bears the country's
		language = "se"
	}
	if t, ok := n.tables[language]; ok {
		return t
	}
	return n.tables[mixedTable]
}

// Locales lists the tables there are, sorted; "mixed" serves the locales that
// are not in the list.
func (n *Names) Locales() []string { return slices.Sorted(maps.Keys(n.tables)) }

// Given returns a real given name, one word of letters.
func (n *Names) Given(locale string, draw uint64) string {
	given := n.table(locale).given
	return given[pick(draw, uint64(len(given)))]
}

// GivenSize is the number of given names of a locale, at least 200.
func (n *Names) GivenSize(locale string) int { return len(n.table(locale).given) }

// GivenMax is the length in letters of a locale's longest given name.
func (n *Names) GivenMax(locale string) int { return n.table(locale).givenMax }

// Family returns an invented surname, one capitalised word of 4 to 14 letters
// which may have the locale's diacritics.
func (n *Names) Family(locale string, draw uint64) string {
	t := &n.table(locale).family
	return t.name(pick(draw, t.size()))
}

// FamilyWithin is Family for a surname of at most so many letters, where the
// locale has such: most have some of 6.
func (n *Names) FamilyWithin(locale string, most int, draw uint64) string {
	return n.table(locale).family.within(most, draw)
}

// FamilySize is the number of surnames of a locale, all of them distinct, at
// least 200,000.
func (n *Names) FamilySize(locale string) int {
	t := &n.table(locale).family
	return int(t.size())
}

// FamilyMax is the length in letters of a locale's longest surname.
func (n *Names) FamilyMax(locale string) int { return n.table(locale).family.longest }

// pick maps a draw to an index below size: the draw as a fraction of 2⁶⁴,
// times size.
func pick(draw, size uint64) uint64 {
	index, _ := bits.Mul64(draw, size)
	return index
}
