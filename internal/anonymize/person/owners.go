package person

import "unicode/utf8"

// owners finds, of the people who share an address, the first one who is no
// stranger to a record, with a look-up for each word of its name instead of a
// comparison with each of them. What it finds is what strangers says.
type owners struct {
	ids     map[string]int32 // the first of each row
	whole   map[string]int32 // of each name in a script without blanks
	words   map[string]int32 // of each word of the names in others
	begins  map[rune]int32   // of each letter that such a word begins with
	scripts map[script]int32 // of each script
	sources map[string]bool
}

func newOwners() *owners {
	return &owners{ids: make(map[string]int32), whole: make(map[string]int32), words: make(map[string]int32),
		begins: make(map[rune]int32), scripts: make(map[script]int32), sources: make(map[string]bool)}
}

// add adds owner n, whose record is r; they come in ascending order.
func (o *owners) add(r *Record, n int32) {
	name := allNames(r)
	in := scriptOf(name)
	o.sources[r.Source] = true
	note(o.ids, Ref(r.Source, r.ID), n)
	note(o.scripts, in, n)
	if in.unspaced() {
		note(o.whole, clean(name), n)
		return
	}
	for _, word := range wordsOfName(name) {
		note(o.words, word, n)
		letter, _ := utf8.DecodeRuneInString(word)
		note(o.begins, letter, n)
	}
}

func note[K comparable](first map[K]int32, key K, n int32) {
	if _, seen := first[key]; !seen {
		first[key] = n
	}
}

// of returns the first owner who is no stranger to a record, −1 if all are.
func (o *owners) of(r *Record) int32 {
	name := allNames(r)
	in := scriptOf(name)
	best := lookUp(o.ids, Ref(r.Source, r.ID), -1)
	for other, n := range o.scripts { // two scripts cannot be compared, and without letters there is nothing to
		if other != in || in == noScript {
			best = earlier(best, n)
		}
	}
	if in.unspaced() {
		return lookUp(o.whole, clean(name), best)
	}
	for _, word := range wordsOfName(name) {
		letter, size := utf8.DecodeRuneInString(word)
		best = lookUp(o.words, word, best)
		best = lookUp(o.words, word[:size], best) // an owner's initial
		if size == len(word) {
			best = lookUp(o.begins, letter, best)
		}
	}
	return best
}

func lookUp[K comparable](first map[K]int32, key K, best int32) int32 {
	if n, ok := first[key]; ok {
		return earlier(best, n)
	}
	return best
}

// earlier returns the smaller one of two owners; −1 is none.
func earlier(a, b int32) int32 {
	if a < 0 || b < a {
		return b
	}
	return a
}
