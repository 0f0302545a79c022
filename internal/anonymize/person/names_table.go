package person

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Table is the names of one language in one script.
//
// A name is chosen by a draw: 64 bits that stand for a fraction of the table,
// so all of them, the high ones foremost, should come from a keyed hash. Each
// name of a table is equally likely within one part in 2⁴⁰. The same version,
// table and draw give the same name for ever. Use separate draws for given
// name and surname, or they go together in alphabetical order.
type Table struct {
	name     string
	script   script
	given    [3][]string // by gender
	longest  int         // letters of a given name
	genders  map[string]Gender
	family   familyTable
	feminine [][2]string       // endings of surnames that women have otherwise
	spelling map[string]string // of its own names, in Latin letters
	letters  map[string]string // of all scripts
}

// readTable parses the two files of a table.
func readTable(folder, name string, letters map[string]string) (*Table, error) {
	given, err := tableFiles.ReadFile(path.Join(folder, "given", name+".txt"))
	if err != nil {
		return nil, err
	}
	family, err := tableFiles.ReadFile(path.Join(folder, "family", name+".txt"))
	if err != nil {
		return nil, err
	}
	t := &Table{name: name, genders: map[string]Gender{}, spelling: map[string]string{}, letters: letters}
	if err := t.parseGiven(string(given)); err != nil {
		return nil, err
	}
	t.script = scriptOf(t.given[AnyGender][0])
	return t, t.parseFamily(string(family))
}

// parseGiven reads given names: a line begins with whose they are. What stands
// behind a name's = is its Latin spelling.
func (t *Table) parseGiven(text string) error {
	for line := range tableLines(text) {
		gender, known := map[string]Gender{"f": Female, "m": Male, "b": AnyGender}[line[0]]
		if !known {
			return fmt.Errorf("unknown gender %q", line[0])
		}
		for _, name := range line[1:] {
			name = t.spelled(name)
			t.longest = max(t.longest, utf8.RuneCountInString(name))
			t.genders[strings.ToLower(name)] = gender
			t.given[AnyGender] = append(t.given[AnyGender], name)
			if gender != Male {
				t.given[Female] = append(t.given[Female], name)
			}
			if gender != Female {
				t.given[Male] = append(t.given[Male], name)
			}
		}
	}
	for _, names := range t.given {
		if len(names) == 0 {
			return fmt.Errorf("given names of some gender are missing")
		}
	}
	t.genders = withFolded(t.genders)
	return nil
}

// withFolded adds the spellings without diacritics; a name that is spelled so
// itself stays what it is: Vietnamese Hoa is a woman's name, Hòa a man's.
func withFolded(genders map[string]Gender) map[string]Gender {
	all := maps.Clone(genders)
	for _, name := range slices.Sorted(maps.Keys(genders)) {
		folded, gender := foldName(name), genders[name]
		if _, exact := genders[folded]; exact {
			continue
		}
		if other, twice := all[folded]; twice && other != gender {
			gender = AnyGender
		}
		all[folded] = gender
	}
	return all
}

// parseFamily reads surnames: their parts, and a line of endings that women
// have otherwise, ski=ska.
func (t *Table) parseFamily(text string) error {
	var parts strings.Builder
	for line := range tableLines(text) {
		for i, word := range line[1:] {
			if line[0] == "feminine" {
				his, hers, _ := strings.Cut(word, "=")
				t.feminine = append(t.feminine, [2]string{his, hers})
				continue
			}
			line[1+i] = t.spelled(word)
		}
		if line[0] != "feminine" {
			parts.WriteString(strings.Join(line, " ") + "\n")
		}
	}
	var err error
	t.family, err = parseFamilies(parts.String())
	return err
}

// spelled cuts the Latin spelling off a name and remembers it.
func (t *Table) spelled(word string) string {
	name, latin, ok := strings.Cut(word, "=")
	if ok {
		t.spelling[name] = latin
	}
	return name
}

// hiragana is a table of katakana in the other kana, which stands 96 places
// before it.
func (t *Table) hiragana() *Table {
	turn := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'ァ' && r <= 'ヶ' {
				return r - 0x60
			}
			return r
		}, s)
	}
	h := *t
	h.name, h.script, h.genders = hiraganaTable, hiragana, map[string]Gender{}
	for name, gender := range t.genders {
		h.genders[turn(name)] = gender
	}
	for i, names := range t.given {
		h.given[i] = nil
		for _, name := range names {
			h.given[i] = append(h.given[i], turn(name))
		}
	}
	for i, fragments := range t.family.parts {
		h.family.parts[i] = nil
		for _, fragment := range fragments {
			h.family.parts[i] = append(h.family.parts[i], turn(fragment))
		}
	}
	h.family.joinHalves()
	return &h
}

// Given returns a real given name, one word of letters, that women have, or
// men, or either.
func (t *Table) Given(gender Gender, draw uint64) string {
	given := t.given[gender]
	return given[pick(draw, uint64(len(given)))]
}

// GivenSize is the number of given names of a gender.
func (t *Table) GivenSize(gender Gender) int { return len(t.given[gender]) }

// AppendFamily appends what Family returns, with the ending that it has in a
// gender.
func (t *Table) AppendFamily(dst []byte, gender Gender, draw uint64) []byte {
	start := len(dst)
	dst = t.family.append(dst, pick(draw, t.family.size()))
	if gender != Female || len(t.feminine) == 0 {
		return dst
	}
	return append(dst[:start], t.Inflect(string(dst[start:]), gender)...)
}

// Family returns an invented surname, one word which may have the locale's
// diacritics; capitalised, where the script has capitals.
func (t *Table) Family(draw uint64) string {
	return t.family.name(pick(draw, t.family.size()))
}

// FamilyWithin is Family for a surname of at most so many letters, where the
// table has such: most have some of 6.
func (t *Table) FamilyWithin(most int, draw uint64) string {
	return t.family.within(most, draw)
}

// FamilySize is the number of surnames, all of them distinct.
func (t *Table) FamilySize() int { return int(t.family.size()) }

// FamilyMax is the length in letters of the longest surname.
func (t *Table) FamilyMax() int { return t.family.longest }

// FamilyFirst reports whether the family name stands before the given name.
func (t *Table) FamilyFirst() bool {
	switch t.name {
	case "zh", "ja", katakanaTable, hiraganaTable, "ko", "vi":
		return true
	}
	return false
}

// Inflect gives each word of a surname the ending that it has in a gender.
func (t *Table) Inflect(family string, gender Gender) string {
	if gender != Female || len(t.feminine) == 0 {
		return family
	}
	var out strings.Builder
	for family != "" {
		end := strings.IndexAny(family, " -")
		if end < 0 {
			end = len(family)
		}
		out.WriteString(t.inflectWord(family[:end]))
		rest := family[end:]
		family = rest[min(1, len(rest)):]
		out.WriteString(rest[:min(1, len(rest))])
	}
	return out.String()
}

// inflectedMax is FamilyMax for a surname in either gender.
func (t *Table) inflectedMax() int {
	more := 0
	for _, ending := range t.feminine {
		more = max(more, utf8.RuneCountInString(ending[1])-utf8.RuneCountInString(ending[0]))
	}
	return t.family.longest + more
}

func (t *Table) inflectWord(word string) string {
	for _, ending := range t.feminine {
		if base, ok := strings.CutSuffix(word, ending[0]); ok && base != "" {
			return base + ending[1]
		}
	}
	return word
}
