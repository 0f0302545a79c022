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
)

// tableFiles holds a folder for each version, in it a file for each locale and
// kind of name, and one that spells foreign letters.
//
//go:embed tables/v1/given/*.txt tables/v1/family/*.txt tables/v1/latin.txt
var tableFiles embed.FS

// mixedTable serves every locale that has no table of its own.
const mixedTable = "mixed"

// Names is one version of the name tables. It is immutable and may be shared
// by any number of goroutines.
type Names struct {
	tables  map[string]*Table // by the names of the files
	mixed   *Table            // the one without a language
	genders map[string]Gender // of the given names of all tables, folded
	known   genderFilter      // of those of ASCII
}

// NamesVersion reads the tables of a version, "v1" for instance, which takes
// a few milliseconds. The error lists the versions there are.
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
	letters, err := readLetters(folder)
	if err != nil {
		return nil, fmt.Errorf("read name table latin.txt: %w", err)
	}
	n := &Names{tables: map[string]*Table{}, genders: map[string]Gender{}}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		table, err := readTable(folder, name, letters)
		if err != nil {
			return nil, fmt.Errorf("read name table %s: %w", f.Name(), err)
		}
		n.tables[name] = table
	}
	n.tables[hiraganaTable] = n.tables[katakanaTable].hiragana()
	for _, locale := range n.Locales() {
		for name, gender := range n.tables[locale].genders {
			if other, twice := n.genders[name]; twice && other != gender {
				gender = AnyGender
			}
			n.genders[name] = gender
		}
	}
	for name := range n.genders {
		n.known.add(name)
	}
	n.mixed = n.tables[mixedTable]
	return n, nil
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

// Locales lists the tables there are, sorted: languages, "mixed" for those
// that are not in the list, and Japanese in each of its kana.
func (n *Names) Locales() []string { return slices.Sorted(maps.Keys(n.tables)) }

// Longest is the length in letters of the longest given name and surname of
// any table that serves somebody without a locale.
func (n *Names) Longest() (given, family int) {
	for _, t := range n.tables {
		if t.name == mixedTable || t.name == "vi" || t.name == tableOf(t.script) || t.script == han {
			given, family = max(given, t.longest), max(family, t.inflectedMax())
		}
	}
	return given, family
}

// For returns the table for somebody of a locale who is really called name, of
// which the script counts alone: a name in Han characters gets a pseudonym in
// Han characters.
//
// A locale is a language with anything behind it, in either case: "fr",
// "fr_FR", "de-AT", "pt_BR.UTF-8". It decides among tables of one script and
// for a name without letters. One that is unknown or empty, or whose table is
// of another script, leaves it to the script; for Latin that is a table of
// names from many countries. A script without a table gets Latin names.
func (n *Names) For(locale, name string) *Table {
	t := n.language(locale)
	s := scriptOf(name)
	switch {
	case s == noScript || s == t.script:
		if s == latin && t.name == mixedTable && vietnamese(name) {
			return n.tables["vi"]
		}
		return t
	case tableOf(s) != "":
		return n.tables[tableOf(s)]
	case t.script == latin:
		return t
	}
	return n.mixed
}

// language finds the table of a locale.
func (n *Names) language(locale string) *Table {
	switch len(locale) {
	case 0:
		return n.mixed
	case 2: // a code of a language, as most are
		if t, ok := n.tables[locale]; ok {
			return t
		}
	}
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
	return n.mixed
}

// pick maps a draw to an index below size: the draw as a fraction of 2⁶⁴,
// times size.
func pick(draw, size uint64) uint64 {
	index, _ := bits.Mul64(draw, size)
	return index
}
