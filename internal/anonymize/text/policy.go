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
//   - a surname or given name alone if it is capitalised and no common word, a surname also behind a title;
//   - a full name with anything but letters and digits between its words (Will; Grant), within a sentence or, if it is no word, in one case;
//   - any of them, less the lower-case common words, if the person stands in the context of the value.
//
// Names in Chinese, Japanese and Korean have rules of their own (see unspaced). Of several persons with one name the one in the context is meant, otherwise the first of the dictionary.

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

// newFoldedSet is newWordSet for words that are not folded.
func newFoldedSet(lists ...string) wordSet {
	w := wordSet{words: newTokenTable(4096)}
	var key []byte
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			key = Fold(key[:0], []byte(word))
			w.words.add(key)
		}
	}
	return w
}

// has reports whether a folded word is in the set.
func (w *wordSet) has(key []byte) bool { return w.words.find(key) != none }

// policy is the filter of one value.
type policy struct {
	context []int32
	borne   uint64 // by the context, see Dictionary.borne
}

// begin takes the people of a value over.
func (p *policy) begin(d *Dictionary, context []int32) {
	p.context, p.borne = context, 0
	for _, id := range context {
		if id >= 0 && int(id) < len(d.borne) {
			p.borne |= d.borne[id]
		}
	}
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

// accept decides about one phrase and whose name it is: of the words of w from base on, up to the one before after.
func (p *policy) accept(w *walk, m Match, after int) (Match, bool) {
	if m.apart && m.Kind >= Initial {
		return m, false
	}
	if m.Kind >= Surname && len(p.context) == 0 && isLowerWord(w.s[m.Start:m.End]) {
		return m, false // by far the most frequent case: will, may, price
	}
	at, ok := p.glance(w, m, after)
	if !ok {
		if r, _ := utf8.DecodeRune(w.s[m.Start:]); scriptOf(r) != noUnspaced {
			var room [64]byte
			if v, ok := sceneOf(room[:0], w.s, m); ok {
				return p.unspaced(w, &v)
			}
		}
		at = p.look(w.d, w.s, m)
	}
	if phrase := w.s[m.Start:m.End]; m.apart && endsSentence(phrase) && (at.common || unevenCase(phrase)) {
		return m, false // thanks to Will. Grant us a day
	}
	if p.borne&borneBit(m.state) != 0 && at.inContext() {
		if o, ok := meant(w.d.ownersOf(m.state), p.context); ok {
			m.ID, m.Kind, m.Ambiguous = o.id(), o.kind(), false
			return m, true
		}
	}
	accepted := uint8(0) // of the kinds that there are
	for k := Full; k <= Given; k++ {
		if at.alone(k) {
			accepted |= 1 << (k - 1)
		}
	}
	const parts = aSurname | aGiven
	if accepted&w.d.kinds[m.state]&parts != 0 && at.cased && at.words == 1 && w.d.perhaps(w.s, m) {
		accepted &^= parts
	}
	if w.d.kinds[m.state]&aSurname != 0 {
		accepted = at.surname(w.s, m, accepted)
	}
	if accepted &= w.d.kinds[m.state]; accepted == 0 {
		return m, false
	}
	for _, o := range w.d.ownersOf(m.state) { // thousands may share a name, in few forms
		if accepted>>(o.kind()-1)&1 != 0 {
			m.ID, m.Kind = o.id(), o.kind()
			break
		}
	}
	return m, true
}

// meant finds the best reading by somebody of the context.
func meant(owners []owner, context []int32) (owner, bool) {
	best := len(owners)
	for _, id := range context {
		for i := 0; i < best; {
			end := i + sort.Search(len(owners)-i, func(n int) bool { return owners[i+n].kind().rank() != owners[i].kind().rank() })
			if at, found := slices.BinarySearchFunc(owners[i:end], id, func(o owner, id int32) int { return cmp.Compare(o.id(), id) }); found {
				best = min(best, i+at)
			}
			i = end
		}
	}
	if best == len(owners) {
		return 0, false
	}
	return owners[best], true
}

// glance is look for a phrase of simple words that the dictionary has described; ok is false for any other.
func (p *policy) glance(w *walk, m Match, after int) (at mention, ok bool) {
	at = mention{common: true, capital: true}
	anyCapital, particles := false, false
	for i := w.base; i < after; i++ {
		t := &w.words[i%ring]
		id, size := t.id, t.end-t.start
		if t.end > m.End { // less its final s
			if id, size = t.bare, size-1; after-w.base == 1 {
				return at, false // it is the whole word that may be a common one
			}
		}
		if !t.simple || id == none {
			return at, false
		}
		at.words++
		trait := w.d.traits[id]
		if trait&isParticleWord != 0 && i+1 < after {
			particles = true
			continue
		}
		r, n := rune(w.s[t.start]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(w.s[t.start:])
		}
		upper, under := 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z'
		if n > 1 {
			upper, under = unicode.IsUpper(r), unicode.IsLower(r)
		}
		common := trait&isCommonWord != 0 || n == size || '0' <= r && r <= '9'
		at.common = at.common && common
		at.capital = at.capital && (upper || !common)
		anyCapital = anyCapital || upper
		at.cased = at.cased || upper || under
		if n == size {
			next := t.start + n
			at.dot = at.dot || next < len(w.s) && w.s[next] == '.'
		}
	}
	at.capital = at.capital && (anyCapital || !at.cased)
	at.common = at.common && !particles
	return at, true
}

// look reads the words of a phrase.
func (p *policy) look(d *Dictionary, s []byte, m Match) mention {
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
		common := isInitial(word) && !solitary(r) || unicode.IsDigit(r) || d.common.has(key)
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
		at.common = at.common || d.common.has(append(key, 's')) // Hills, not only Hill
	}
	at.lone = at.lone && single == 1 && (touchesSolitary(s, m.Start, true) || touchesSolitary(s, m.End, false))
	return at
}

// surname adds to the accepted kinds that of a surname where a title makes the mention one.
func (at mention) surname(s []byte, m Match, accepted uint8) uint8 {
	if at.cased && at.capital && accepted&aSurname == 0 && titled(s, m.Start) {
		accepted |= aSurname
	}
	return accepted
}

// perhaps reports a word that begins a sentence and need not be a name.
func (d *Dictionary) perhaps(s []byte, m Match) bool {
	var room [64]byte
	return d.atStart.has(Fold(room[:0], s[m.Start:m.End])) && beginsSentence(s, m.Start, m.End)
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
