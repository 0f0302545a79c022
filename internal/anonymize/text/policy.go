package text

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This room decides which phrases count as a mention of a person:
//
//   - a full name always, but in capitals if all of its words are common ones ("will grant" is no Will Grant);
//   - with an initial, if it looks like one: capital letters, and a dot where the surname is a common word;
//   - a surname or given name alone if it is capitalised and no common word;
//   - any of them, less the lower-case common words, if the person stands in the context of the value.
//
// Of several persons with one name the one in the context is meant, otherwise the first of the dictionary.

// wordSet is a set of folded words.
type wordSet struct{ words tokenTable }

func newWordSet(lists ...string) wordSet {
	w := wordSet{words: newTokenTable(4096)}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			w.words.add([]byte(word))
		}
	}
	return w
}

// has reports whether a folded word is in the set.
func (w *wordSet) has(key []byte) bool { return w.words.find(mix(hashOf(key)), key) != none }

// policy is the filter of one value.
type policy struct {
	common  *wordSet
	context []int32
}

// mention is what the policy looks at in a phrase.
type mention struct {
	words   int
	common  bool // every word is a common word, a letter or a number
	capital bool // every word that is common begins with a capital, and any word does
	cased   bool // the script has capitals
	lone    bool // one character of a script without blanks, with more of it around
	dot     bool // a dot follows a letter that stands alone
}

// accept decides about one phrase and whose name it is.
func (p *policy) accept(d *Dictionary, s []byte, m Match) (Match, bool) {
	if m.Kind >= Surname && len(p.context) == 0 && isLowerWord(s[m.Start:m.End]) {
		return m, false // by far the most frequent case: will, may, price
	}
	at := p.look(s, m)
	owners := d.ownersOf(m.state)
	if len(p.context) > 0 && at.inContext() {
		if o, ok := meant(owners, p.context); ok {
			m.ID, m.Kind, m.Ambiguous = o.id, o.kind, false
			return m, true
		}
	}
	refused := Kind(0)
	for _, o := range owners { // thousands may share a name, in few forms
		if o.kind == refused {
			continue
		}
		if at.alone(o.kind) {
			m.ID, m.Kind = o.id, o.kind
			return m, true
		}
		refused = o.kind
	}
	return m, false
}

// meant finds the best reading by somebody of the context.
func meant(owners []owner, context []int32) (owner, bool) {
	best := len(owners)
	for _, id := range context {
		for i := 0; i < best; {
			end := i + sort.Search(len(owners)-i, func(n int) bool { return owners[i+n].kind.rank() != owners[i].kind.rank() })
			if at, found := slices.BinarySearchFunc(owners[i:end], id, func(o owner, id int32) int { return cmp.Compare(o.id, id) }); found {
				best = min(best, i+at)
			}
			i = end
		}
	}
	if best == len(owners) {
		return owner{}, false
	}
	return owners[best], true
}

// look reads the words of a phrase.
func (p *policy) look(s []byte, m Match) mention {
	at := mention{common: true, capital: true}
	anyCapital, single, particles := false, 0, 0
	var room [64]byte
	key := room[:0]
	for w := range Words(s[m.Start:m.End]) {
		word := s[m.Start+w.Start : m.Start+w.End]
		r, _ := utf8.DecodeRune(word)
		upper := unicode.IsUpper(r)
		key = Fold(key[:0], word)
		if at.words++; m.Start+w.End < m.End && particleKey(key) {
			particles++
			continue
		}
		common := isInitial(word) && !solitary(r) || unicode.IsDigit(r) || p.common.has(key)
		at.common = at.common && common
		at.capital = at.capital && (upper || !common)
		anyCapital = anyCapital || upper
		at.cased = at.cased || upper || unicode.IsLower(r)
		if isInitial(word) && !solitary(r) {
			next := m.Start + w.End
			at.dot = at.dot || next < len(s) && s[next] == '.'
		}
		single += utf8.RuneCount(word)
		at.lone = solitary(r)
	}
	at.capital = at.capital && (anyCapital || !at.cased)
	at.common = at.common && particles == 0 // van der Berg is no mountain
	if tail := m.End + 1; at.words == 1 && tail <= len(s) && s[m.End]|0x20 == 's' {
		at.common = at.common || p.common.has(append(key, 's')) // Hills, not only Hill
	}
	at.lone = at.lone && single == 1 && (touchesSolitary(s, m.Start, true) || touchesSolitary(s, m.End, false))
	return at
}

// isLowerWord reports a word of small ASCII letters.
func isLowerWord(s []byte) bool {
	for _, c := range s {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// touchesSolitary reports whether a character of a script without blanks stands before or behind offset i.
func touchesSolitary(s []byte, i int, before bool) bool {
	r, _ := utf8.DecodeRune(s[i:])
	if before {
		r, _ = utf8.DecodeLastRune(s[:i])
	}
	return solitary(r)
}

// inContext is the rule for a person whom the value is about.
func (at mention) inContext() bool { return !at.lone && (at.capital || !at.common) }

// alone is the rule for everybody else.
func (at mention) alone(kind Kind) bool {
	switch kind {
	case Surname, Given:
		return at.capital && !at.common && !at.lone
	case Initial, ReversedInitial, CommaInitial:
		return at.capital && (at.dot || !at.common) || at.dot && !at.common
	}
	return at.capital || !at.common
}
