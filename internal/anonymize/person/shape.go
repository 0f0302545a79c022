package person

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// Shapes: what of a name's form its pseudonym keeps. Bugs hang on it: a second
// given name, an apostrophe, a particle, a letter with an accent. A form that
// few people share would tell who they are, so it is kept only among
// fewestAlike people or more; the others keep less of theirs.

// fewestAlike is how many people a shape must fit to be kept.
const fewestAlike = 5

// shape is the form of one name. The zero value is plain: one given name and
// one surname, of any letters and length.
type shape struct {
	givens, families           uint8 // further words: 0 to 2
	givenHyphen, familyHyphen  bool
	particle                   string // as it is spelled: "van der"
	prefix                     string // in front of the apostrophe: O, d'
	givenLetters, familyLetter letters
	length                     length // of the surname's first word
	characters                 uint8  // of a given name in Han characters
}

// letters says whether a name has letters beside those of English.
type letters uint8

const (
	anyLetters letters = iota
	plainLetters
	markedLetters
)

// length is a class of lengths, in letters.
type length uint8

const (
	anyLength  length = iota
	shortName         // up to shortest
	middleName        // up to middle
	longName
)

// Invented surnames are longer than real ones, which makes these classes wide.
const (
	shortest = 7
	middle   = 10
)

func lengthOf(word string) length {
	switch n := utf8.RuneCountInString(word); {
	case n <= shortest:
		return shortName
	case n <= middle:
		return middleName
	}
	return longName
}

func lettersOf(name string) letters {
	if isASCII(name) {
		return plainLetters
	}
	return markedLetters
}

// shapeOf finds the shape of a real name. One in a script without blanks keeps
// how many Han characters its given name has; in others than Latin, letters
// are all alike and particles unknown.
func shapeOf(name Name) shape {
	var s shape
	if name.Family == "" {
		return s
	}
	switch in := scriptOf(name.Family); {
	case in == han || in == hanKana:
		s.characters = uint8(min(utf8.RuneCountInString(name.Given), 3))
		return s
	case in.unspaced():
		return s
	case in != latin:
		s.givens, s.givenHyphen = furtherWords(name.Given)
		s.families, s.familyHyphen = furtherWords(name.Family)
		s.length = lengthOf(firstPart(name.Family))
		return s
	}
	s.givens, s.givenHyphen = furtherWords(name.Given)
	s.givenLetters = lettersOf(name.Given)
	var base string
	s.particle, base = text.CutParticles(name.Family, text.Particle)
	if shouted(name.Family) {
		s.particle = strings.ToLower(s.particle)
	}
	if at := strings.IndexAny(base, "'’"); at == 1 {
		_, size := utf8.DecodeRuneInString(base[at:])
		s.prefix, base = base[:at+size], base[at+size:]
	}
	s.families, s.familyHyphen = furtherWords(base)
	s.familyLetter, s.length = lettersOf(base), lengthOf(firstPart(base))
	return s
}

// shouted reports a name in capitals.
func shouted(name string) bool { return name == strings.ToUpper(name) }

// furtherWords counts the words behind the first, and finds a hyphen within
// one.
func furtherWords(name string) (more uint8, hyphen bool) {
	for i := 1; i < len(name)-1; i++ {
		switch name[i] {
		case ' ':
			more = min(more+1, 2)
		case '-':
			hyphen = hyphen || name[i-1] != ' ' && name[i+1] != ' '
		}
	}
	return more, hyphen
}

// firstPart is the first word of a name, up to its hyphen.
func firstPart(name string) string {
	if at := strings.IndexAny(name, " -"); at > 0 {
		return name[:at]
	}
	return name
}

// coarser drops what of a shape matters least, step by step; the last step
// leaves it plain.
func (s shape) coarser(step int) shape {
	if step > 0 {
		s.length, s.characters = anyLength, 0
	}
	if step > 1 {
		s.givenLetters, s.familyLetter = anyLetters, anyLetters
	}
	if step > 2 {
		s.particle, s.prefix = "", ""
	}
	if step > 3 {
		s.givenHyphen, s.familyHyphen = false, false
	}
	if step > 4 {
		return shape{}
	}
	return s
}

const coarsest = 5

// shapes finds the shape that each person's pseudonym keeps, by the first of
// her names.
func (x *Index) shapes() ([]shape, error) {
	out := make([]shape, len(x.people))
	err := parallel.Each(context.Background(), drawers, piecesOf(len(out)), func(_ context.Context, _ int, from int) error {
		for n := from; n < min(from+piece, len(out)); n++ {
			out[n] = shapeOf(x.people[n].Real.name())
		}
		return nil
	})
	left := make([]int32, len(out))
	for n := range left {
		left[n] = int32(n)
	}
	for step := range coarsest {
		alike := make(map[shape]int)
		for _, n := range left {
			alike[out[n].coarser(step)]++
		}
		rare := left[:0]
		for _, n := range left {
			if s := out[n].coarser(step); alike[s] >= fewestAlike {
				out[n] = s
			} else {
				rare = append(rare, n)
			}
		}
		left = rare
	}
	for _, n := range left {
		out[n] = shape{}
	}
	return out, err
}

// tries bounds how many names are looked at for one of the wanted letters and
// length: some tables have few.
const tries = 64

// given makes a given name of the shape.
func (s *shape) given(t *Table, gender Gender, draw uint64) string {
	name := t.Given(gender, draw)
	for try := uint64(1); try < tries && !s.fitsGiven(name); try++ {
		name = t.Given(gender, splitmix.Scatter(draw+try))
	}
	return join(name, s.givens, s.givenHyphen, func(n uint64) string { return t.Given(gender, splitmix.Scatter(^draw+n)) })
}

// fitsGiven reports whether one given name is of the shape.
func (s *shape) fitsGiven(name string) bool {
	return (s.givenLetters == anyLetters || lettersOf(name) == s.givenLetters) && (s.characters == 0 || utf8.RuneCountInString(name) == int(s.characters))
}

// family makes a surname of the shape. One of several words has most letters
// at most, blanks included; where there is no room for them it is one word.
func (s *shape) family(t *Table, draw uint64, most int) string {
	plain := shape{length: s.length, familyLetter: s.familyLetter}
	if s.families == 0 && !s.familyHyphen && s.particle == "" && s.prefix == "" {
		return plain.surname(t, draw, t.FamilyMax())
	}
	words := 1 + int(s.families) + btoi(s.familyHyphen)
	room := most - utf8.RuneCountInString(s.particle+s.prefix) - (words - 1) - btoi(s.particle != "")
	name := s.prefix + join(s.surname(t, draw, room/words), s.families, s.familyHyphen, func(n uint64) string {
		return (&shape{}).surname(t, splitmix.Scatter(^draw+n), room/words)
	})
	if s.particle != "" {
		name = s.particle + " " + name
	}
	if utf8.RuneCountInString(name) > most {
		return plain.surname(t, draw, t.FamilyMax())
	}
	return name
}

// surname makes one word of the wanted letters and length, of most letters at
// most, or nearly.
func (s *shape) surname(t *Table, draw uint64, most int) (name string) {
	if s.length == shortName {
		most = min(most, shortest)
	}
	for try := uint64(0); try < tries; try++ {
		if most < t.FamilyMax() {
			name = t.FamilyWithin(most, draw)
		} else {
			name = t.Family(draw)
		}
		if s.fits(name) {
			break
		}
		draw = splitmix.Scatter(draw + try)
	}
	return name
}

// fits reports whether a surname's first word is of the shape.
func (s *shape) fits(name string) bool {
	return (s.familyLetter == anyLetters || lettersOf(name) == s.familyLetter) && (s.length == anyLength || lengthOf(name) == s.length)
}

// join puts further words behind a first one: with a hyphen, without.
func join(first string, more uint8, hyphen bool, next func(n uint64) string) string {
	if more == 0 && !hyphen {
		return first
	}
	words := []string{first}
	for n := uint64(1); len(words) < 1+int(more)+btoi(hyphen) && n < tries; n++ {
		if word := next(n); word != words[len(words)-1] {
			words = append(words, word)
		}
	}
	if hyphen && len(words) > 1 {
		words = append([]string{words[0] + "-" + words[1]}, words[2:]...)
	}
	return strings.Join(words, " ")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
