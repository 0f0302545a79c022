package person

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room draws names: given names from the tables, surnames that nobody of
// this tenant bears, in the shape that the real name has.

// drawNames draws everybody's name and seed, and returns how many drew a
// surname more than once.
func (x *Index) drawNames(o Options) (renamed int, err error) {
	x.real, x.wholes = x.realWords(o.Names)
	shapes := make([]shape, len(x.people))
	if !o.Plain {
		if shapes, err = x.shapes(); err != nil {
			return 0, err
		}
	}
	most := x.longestReal()
	again := make([]bool, len(x.people))
	err = inPieces(len(x.people), o.Keys, func(g *generator, n int) { again[n] = x.drawName(g, o.Names, n, wanted{&shapes[n], most}) })
	for _, a := range again {
		renamed += btoi(a)
	}
	return renamed, err
}

// wanted is what a name is to be like.
type wanted struct {
	shape *shape
	most  int // letters of a surname, blanks included
}

// longestReal is the length of the longest real surname, in letters: so long a
// pseudonym fits wherever that one did.
func (x *Index) longestReal() (most int) {
	for n := range x.people {
		for _, name := range x.people[n].Real.Names {
			if len(name.Family) > most { // no fewer bytes than letters
				most = max(most, utf8.RuneCountInString(name.Family))
			}
		}
	}
	return most
}

// drawName draws the name and the seed of person n, and reports whether it
// took more than one try.
func (x *Index) drawName(g *generator, names *Names, n int, w wanted) bool {
	p := &x.people[n]
	id := []byte(p.ID)
	copy(p.Seed[:], g.seed.Sum(id))
	real := p.Real.name()
	table := names.For(p.Locale, real.Full)
	gender := names.Gender(table, real.Given)
	p.FamilyFirst = table.FamilyFirst()
	p.Given = x.drawGiven(g, w.shape, table, gender, id)
	for count := byte(0); ; count++ {
		p.Family = table.Inflect(w.shape.family(table, g.family.Draw(id, []byte{count}), w.most), gender)
		if count == 255 || !x.RealName(p.Given, p.Family) {
			return count > 0
		}
	}
}

// drawGiven draws the given names of person id. Two of them must not be
// somebody's whole name: Thomas Martin Overbrook, where Thomas Martin works.
func (x *Index) drawGiven(g *generator, s *shape, table *Table, gender Gender, id []byte) string {
	given := s.given(table, gender, g.given.Draw(id))
	for count := byte(1); x.wholes.in(given); count++ {
		if count == 255 {
			return given[:strings.IndexAny(given, " -")]
		}
		given = s.given(table, gender, g.given.Draw(id, []byte{count}))
	}
	return given
}

// wholes are two words of one real name, folded, in either order, both of which
// are given names of the tables.
type wholes map[string]bool

func (w wholes) add(a, b string) {
	a, b = foldName(a), foldName(b)
	w[a+" "+b], w[b+" "+a] = true, true
}

// in reports whether two given names side by side are such a pair.
func (w wholes) in(given string) bool {
	if len(w) == 0 || !strings.ContainsAny(given, " -") {
		return false
	}
	before := ""
	for word := range strings.FieldsFuncSeq(foldName(given), func(r rune) bool { return r == ' ' || r == '-' }) {
		if w[before+" "+word] {
			return true
		}
		before = word
	}
	return false
}

// name returns the name that counts for what she is called: the first that is
// in another script than Latin, since its pseudonym can be spelled in Latin
// letters too; else the first.
func (r *Real) name() Name {
	if len(r.Names) == 0 {
		return Name{}
	}
	for _, name := range r.Names {
		if !Latin(name.Full) {
			return name
		}
	}
	return r.Names[0]
}

// RealName reports whether an invented name holds a surname that somebody
// really has or, in a script without blanks, reads in part or as a whole as
// somebody's name. Its given name alone may.
func (x *Index) RealName(given, family string) bool {
	var room [64]byte
	if folded, ok := foldPlainWord(room[:0], family); ok { // most are such
		return x.real.has(folded)
	}
	if x.realFamily(family) {
		return true
	}
	if !Unspaced(family) {
		return false
	}
	full, own := []rune(family+given), utf8.RuneCountInString(family)
	for from := range full[:own] {
		for to := from + 2; to <= len(full); to++ {
			if x.real.has([]byte(foldName(string(full[from:to])))) {
				return true
			}
		}
	}
	return false
}

// realFamily reports whether a surname holds one that somebody really has.
// What a shape keeps of the real one, a particle or what stands in front of an
// apostrophe, is none.
func (x *Index) realFamily(family string) bool {
	if oneWord(family) {
		return x.Real(family)
	}
	words := strings.Clone(family) // so that family itself need not be in the heap
	for word := range strings.FieldsFuncSeq(words, func(r rune) bool { return strings.ContainsRune(" -'’", r) }) {
		if len(word) > 1 && !text.Particle(word) && x.Real(word) {
			return true
		}
	}
	return false
}

// oneWord reports that nothing in a surname parts words.
func oneWord(family string) bool {
	for i := range len(family) {
		switch family[i] {
		case ' ', '-', '\'':
			return false
		case "’"[0]:
			return !strings.ContainsAny(family, " -'’")
		}
	}
	return true
}

// realWords returns the words of the source's names, folded, those of a
// double name together and apart, and the pairs among them.
func (x *Index) realWords(names *Names) (words, wholes) {
	real := newTable(len(x.people)/8, &arena{})
	var folded []byte
	add := func(words ...string) {
		for _, word := range words {
			folded = appendFolded(folded[:0], word)
			real.add(string(folded), 0, "")
		}
	}
	parts := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }
	families, seen := make(map[string]bool), make(map[string]bool) // as they are spelled: few differ in a large company
	wholes, given := make(wholes), make([]string, 0, 8)
	for n := range x.people {
		for _, name := range x.people[n].Real.Names {
			if !isWordOf(name) && !families[name.Family] {
				families[name.Family] = true
				add(name.Family)
			}
			if scriptOf(name.Family).unspaced() {
				add(name.Family+name.Given, name.Given+name.Family)
			}
			given = given[:0]
			for word := range strings.FieldsSeq(name.Full) {
				holdsGiven, known := seen[word]
				if !known {
					add(word, spellOut(word))
					for part := range strings.FieldsFuncSeq(word, parts) {
						add(part, spellOut(part))
						holdsGiven = holdsGiven || names.isGiven(part)
					}
					seen[word] = holdsGiven
				}
				if holdsGiven {
					given = slices.AppendSeq(given, strings.FieldsFuncSeq(word, parts))
				}
			}
			for i, a := range given {
				for _, b := range given[i+1:] {
					wholes.add(a, b)
				}
			}
		}
	}
	return newWords(real), wholes
}

// isWordOf reports whether a surname is the last word of the full name.
func isWordOf(name Name) bool {
	rest, ok := strings.CutSuffix(name.Full, name.Family)
	return ok && name.Family != "" && strings.IndexByte(name.Family, ' ') < 0 && (rest == "" || rest[len(rest)-1] == ' ') && isASCII(name.Family)
}

// Real reports whether word is a word of some person's real name, whatever
// its case and diacritics.
func (x *Index) Real(word string) bool {
	var room [64]byte
	if x.real.has(appendFolded(room[:0], word)) {
		return true
	}
	spelled := spellOut(word)
	return spelled != word && x.real.has(appendFolded(room[:0], spelled))
}
