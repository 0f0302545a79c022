package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room lists the ways a person's name is written, so that the dictionary can be filled from a people index.

// Form is one way a name is written.
type Form struct {
	Phrase string
	Kind   Kind
}

// Forms returns the phrases under which a person is mentioned: both orders, "Last, First", initials, the display name
// full as recorded, the surname and the given names alone. Parts may be empty; if given and family both are, full is
// split. The order is fixed, the longest forms come first, and no phrase comes twice. A name without a word of two
// letters (n/a, -) has no forms.
func Forms(given, family, full string) []Form {
	given, family, full = tidy(given), tidy(family), tidy(full)
	if given == "" && family == "" {
		given, family = Split(full)
	}
	l, western := formList{forms: make([]Form, 0, usualForms)}, false
	switch {
	case len(nameWords(full)) < 2:
		l.add(Surname, full)
	case strings.Contains(full, ","):
		l.add(Comma, full)
	case given != "" && full == given+" "+family && isSolitary(given): // of one phrase with the reversed one the latter counts
		western = true
	case given != "" && full == given+" "+family:
		l.add(Full, full)
	case isSolitary(full), family != "" && full == family+" "+given:
		l.add(Reversed, full)
	default:
		l.add(Full, full)
	}
	if given != "" && family != "" {
		l.full(given, family)
		l.otherwise(given, family, full)
	}
	if western {
		l.add(Full, full)
	}
	l.surnames(family)
	l.givens(given)
	return l.forms
}

// Split guesses the given names and the family name of a display name: "Last, First" by its comma, otherwise the last
// word is the family name with the particles before it (van der Berg). Names in scripts without blanks begin with the
// family name. A single word is a family name.
func Split(full string) (given, family string) {
	full = tidy(full)
	if last, first, ok := strings.Cut(full, ","); ok {
		return tidy(first), tidy(last)
	}
	words := strings.Fields(full)
	if isSolitary(full) {
		if len(words) > 1 {
			return strings.Join(words[1:], " "), words[0]
		}
		if r := []rune(full); len(r) > 1 {
			n := 1 + len(r)/4 // 王小明, but 欧阳小明
			return string(r[n:]), string(r[:n])
		}
		return "", full
	}
	cut := len(words) - 1
	for cut > 1 && isParticle(words[cut-1]) {
		cut--
	}
	if cut < 1 {
		return "", full
	}
	return strings.Join(words[:cut], " "), strings.Join(words[cut:], " ")
}

// usualForms is how many forms most names have at most.
const usualForms = 12

// formList collects forms without duplicates.
type formList struct{ forms []Form }

func (l *formList) add(kind Kind, phrase string) {
	if !nameLike(phrase) || slices.ContainsFunc(l.forms, func(f Form) bool { return f.Phrase == phrase }) {
		return
	}
	l.forms = append(l.forms, Form{phrase, kind})
}

// full adds the forms that hold a given name or its initial and a family name.
func (l *formList) full(given, family string) {
	particles, base := cutParticles(family)
	families := []string{family}
	if parts := familyParts(base); len(parts) > 1 {
		families = append(families, tidy(particles+" "+parts[0]))
	}
	if particles != "" {
		families = append(families, base)
	}
	if bare := strings.Map(withoutApostrophe, family); len(bare) < len(family) {
		families = append(families, bare) // jane.oconnor
	}
	givens := []string{given}
	if words := strings.Fields(given); len(words) > 1 {
		givens = append(givens, words[0])
	}
	solitary := isSolitary(given) && isSolitary(family)
	for _, f := range families {
		for _, g := range givens {
			if solitary {
				l.add(Reversed, f+g)
				continue
			}
			kinds := [3]Kind{Full, Reversed, Comma}
			if isInitial([]byte(strings.TrimSuffix(g, "."))) {
				kinds = [3]Kind{Initial, ReversedInitial, CommaInitial}
			}
			l.add(kinds[0], g+" "+f)
			l.add(kinds[1], f+" "+g)
			l.add(kinds[2], f+", "+g)
		}
		for _, i := range initials(given) {
			l.add(Initial, i+" "+f)
			l.add(ReversedInitial, f+" "+i)
			l.add(CommaInitial, f+", "+i)
		}
	}
	if particles != "" {
		for _, g := range givens {
			l.add(Comma, base+", "+g+" "+particles)
		}
	}
}

// otherwise adds the forms of a name that may have been split at the wrong blank: of Ana García Márquez the family name
// may be both.
func (l *formList) otherwise(given, family, full string) {
	first, rest, more := strings.Cut(given, " ")
	if !more || full != given+" "+family {
		return
	}
	family = rest + " " + family
	l.add(Reversed, family+" "+first)
	l.add(Comma, family+", "+first)
	for _, i := range initials(first) {
		l.add(Initial, i+" "+family)
		l.add(ReversedInitial, family+" "+i)
		l.add(CommaInitial, family+", "+i)
	}
}

// surnames adds the family name alone, without its particles, and each part of a double name.
func (l *formList) surnames(family string) {
	l.single(Surname, family)
	_, base := cutParticles(family)
	l.single(Surname, base)
	for _, p := range familyParts(base) {
		if utf8.RuneCountInString(p) > 2 {
			l.single(Surname, p)
		}
	}
}

// givens adds the given names together and each one.
func (l *formList) givens(given string) {
	l.single(Given, given)
	for _, g := range strings.Fields(given) {
		l.single(Given, g)
	}
}

// single adds a name that stands alone; one letter says nothing.
func (l *formList) single(kind Kind, name string) {
	if !isInitial([]byte(strings.TrimSuffix(name, "."))) || isSolitary(name) {
		l.add(kind, name)
	}
}

// initials returns "J.-L." and "J." for Jean-Luc, nothing for scripts without initials.
func initials(given string) []string {
	var all, sep string
	first := ""
	end := 0
	for _, w := range nameWords(given) {
		r, n := utf8.DecodeRuneInString(given[w.Start:])
		if !unicode.IsLetter(r) || solitary(r) {
			return nil
		}
		if end > 0 {
			if sep = " "; strings.TrimSpace(given[end:w.Start]) != "" {
				sep = "-"
			}
		}
		i := string(unicode.ToUpper(r)) + "."
		all += sep + i
		if first == "" {
			first = i
		}
		end = w.Start + n
		end = max(end, w.End)
	}
	switch {
	case first == "":
		return nil
	case all == first:
		return []string{first}
	}
	return []string{all, first}
}

// familyParts splits a double family name at blanks and hyphens.
func familyParts(family string) []string {
	return strings.FieldsFunc(family, func(r rune) bool { return isBlank(r) || isHyphen(r) })
}

// withoutApostrophe drops apostrophes.
func withoutApostrophe(r rune) rune {
	if isApostrophe(r) {
		return -1
	}
	return r
}

// nameWords returns the words of a name as ranges.
func nameWords(name string) []Span { return slices.Collect(Words([]byte(name))) }

// nameLike reports whether a phrase holds a word of at least two letters, or of one in a script without blanks.
func nameLike(phrase string) bool {
	n := 0 // letters of the word in hand
	for i := range len(phrase) {
		switch c := phrase[i]; {
		case c >= utf8.RuneSelf:
			return nameLikeAny(phrase)
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			if n++; n > 1 {
				return true
			}
		case c < '0' || c > '9':
			n = 0
		}
	}
	return false
}

// nameLikeAny is nameLike for any script.
func nameLikeAny(phrase string) bool {
	for _, w := range nameWords(phrase) {
		s := phrase[w.Start:w.End]
		n := 0
		for _, r := range s {
			if unicode.IsLetter(r) {
				n++
			}
		}
		if n > 1 || n == 1 && isSolitary(s) {
			return true
		}
	}
	return false
}

// isSolitary reports whether a name is written in a script without blanks between words.
func isSolitary(name string) bool {
	for _, r := range name {
		if unicode.IsLetter(r) {
			return solitary(r)
		}
	}
	return false
}

// tidy trims a name and makes each run of blanks one blank.
func tidy(name string) string {
	if isTidy(name) {
		return name
	}
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return isBlank(r) || r == 0xFEFF }), " ")
}

// isTidy reports that a name is of ASCII with single blanks between its words,
// as most are.
func isTidy(name string) bool {
	blank := true // one that stands first goes
	for i := range len(name) {
		c := name[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return name == "" || !blank
}
