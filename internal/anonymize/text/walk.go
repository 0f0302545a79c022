package text

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// This room runs a text through the trie. Words are cut and looked up once, into a ring that is as long as the
// longest phrase, however often a phrase begins and comes to nothing. Words that nobody bears do not even get there.

// ring is a power of two above longestPhrase.
const ring = 16

// word is a word of the text. id is its number in the dictionary, plain the one of its second spelling (ö → o), and
// bare the one without a final s; none where there is none. A simple one consists of letters and digits of ASCII and
// Latin and of nothing else.
type word struct {
	start, end      int
	id, plain, bare int32
	simple          bool
}

// known reports whether a phrase can begin here.
func (w *word) known() bool { return w.id&w.plain&w.bare != none }

// hit is a phrase that begins at the current word.
type hit struct {
	end   int
	state int32
	after int  // index of the word behind it
	apart bool // more than a name has stands between two of its words
}

// walk is the state of one search. It may be begun again and again.
type walk struct {
	d     *Dictionary
	s     []byte
	pos   int // words up to here are in the ring, or known to nobody
	count int // number of words that were put into the ring so far
	base  int // index of the word where phrases begin now
	n     int
	hits  [ring]hit
	words [ring]word

	left int // where the window of skip begins
	sets windowSets
}

// begin starts a search of s.
func (w *walk) begin(d *Dictionary, s []byte) {
	w.d, w.s, w.pos, w.count, w.base, w.left = d, s, 0, 0, 0, -window
}

// next returns the next mention that p accepts, any if p is nil.
func (w *walk) next(p *policy) (m Match, ok bool) {
	for w.base < w.count || w.skip() {
		t := &w.words[w.base%ring]
		if !t.known() {
			w.base++
			continue
		}
		w.n = 0
		w.from(root, w.base, false)
		next := w.base + 1
		for i := range w.n {
			h := w.longest(i)
			m = w.d.match(t.start, h.end, h.state)
			m.apart = h.apart
			ok = m.Kind < Surname && !h.apart || !insideWord(w.s, m.Start, m.End)
			if ok && p != nil {
				m, ok = p.accept(w, m, h.after)
			} else if h.apart {
				ok = false // without a policy names are what is written like one
			}
			if ok {
				next = h.after
				break
			}
		}
		if w.base = next; ok {
			return m, true
		}
	}
	return Match{}, false
}

// skip goes on to the next word that somebody bears; false at the end. The ring is empty then. Of most words the hash
// alone is looked at, without cutting them.
func (w *walk) skip() bool {
	if len(w.d.owners) == 0 {
		return false
	}
	for w.pos < len(w.s) {
		// Of a word that was cut in two, what is left is one of its own in a window that begins with it.
		if at := w.pos - w.left; uint(at) >= window || at > 0 && w.sets.words>>(at-1)&3 == 3 {
			w.left = w.pos
			w.sets = wordWindow(w.s, w.pos)
		}
		if w.skipWindow() {
			return true
		}
	}
	return false
}

// skipWindow is skip for what is left of the window; it goes on behind it, or to the word that does not end in it.
func (w *walk) skipWindow() bool {
	from, words := w.left, &w.d.words
	for set := w.sets.words >> (w.pos - from) << (w.pos - from); set != 0; {
		start := bits.TrailingZeros64(set)
		size := bits.TrailingZeros64(^(set >> start))
		end := start + size
		set = set >> end << end
		if end == window && from+window < len(w.s) {
			w.pos = from + start
			if start > 0 {
				w.left = len(w.s) // a window that begins with the word
				return false
			}
		} else if w.sets.beyond>>start<<(window-size) == 0 {
			h := hashStem(w.s, from+start, bits.TrailingZeros64(^(w.sets.stems >> start)))
			if !words.maybe(h) {
				continue
			}
			t := &w.words[w.count%ring]
			if w.look(t, Span{from + start, from + end}, h); t.known() {
				w.count++
				return true
			}
			continue
		}
		w.pos = from + start
		t := &w.words[w.count%ring]
		if !w.cut(t) {
			return false
		}
		if t.known() {
			w.count++
			return true
		}
		return false
	}
	w.pos = from + window
	return false
}

// longest moves the longest of the hits from i on to place i and returns it; of equals the first stays first.
func (w *walk) longest(i int) hit {
	best := i
	for k := i + 1; k < w.n; k++ {
		if w.hits[k].end > w.hits[best].end {
			best = k
		}
	}
	w.hits[i], w.hits[best] = w.hits[best], w.hits[i]
	return w.hits[i]
}

// word returns the word with index i, cutting it if it is new. i is at most longestPhrase words after base.
func (w *walk) word(i int) (*word, bool) {
	if w.count <= i {
		if !w.cut(&w.words[w.count%ring]) {
			return nil, false
		}
		w.count++
	}
	return &w.words[i%ring], true
}

// from collects the phrases that go on with word i behind state. They may be apart: Will; Grant and two lines of jane and
// stonefield name somebody, too, and the proof does not ask what stands between two words. Of a name in Chinese or Japanese
// blanks alone may.
func (w *walk) from(state int32, i int, apart bool) {
	if i-w.base >= longestPhrase {
		return
	}
	t, ok := w.word(i)
	if !ok {
		return
	}
	if state == root {
		w.take(w.first(t.id), t.end, i, false)
		w.take(w.first(t.plain), t.end, i, false)
		w.end(w.first(t.bare), t.end-1, i, false)
		return
	}
	before := &w.words[(i-1)%ring]
	sign, ok := gapOf(w.s[before.end:t.start], isInitial(w.s[before.start:before.end]))
	if ok && len(sign) == 0 {
		w.on(state, t, i, apart)
		return
	}
	if ok {
		if next := w.step(state, w.d.words.find(sign)); next != none {
			w.on(next, t, i, apart)
		}
	}
	r, _ := utf8.DecodeRune(w.s[t.start:t.end])
	if of := scriptOf(r); of == noUnspaced || of == hangul || isSpace(w.s[before.end:t.start]) {
		w.on(state, t, i, true)
	}
}

// on goes on behind state with the word i, which is t.
func (w *walk) on(state int32, t *word, i int, apart bool) {
	if t.end-t.start == 1 && upperByte(w.s[t.start]) {
		w.past(state, i, apart)
	}
	if isAside(w.s, t.start, t.end) {
		w.from(state, i+1, true)
	}
	if t.known() {
		w.take(w.step(state, t.id), t.end, i, apart)
		w.take(w.step(state, t.plain), t.end, i, apart)
		w.end(w.step(state, t.bare), t.end-1, i, apart)
	}
}

// past goes on behind initials that stand within a name, from word i on: Rose Q. Hill.
func (w *walk) past(state int32, i int, apart bool) {
	if before := &w.words[(i-1)%ring]; isInitial(w.s[before.start:before.end]) {
		return
	}
	for i++; i-w.base < longestPhrase; i++ {
		t, ok := w.word(i)
		if !ok {
			return
		}
		r, n := utf8.DecodeRune(w.s[t.start:t.end])
		switch {
		case n < t.end-t.start, t.end < len(w.s) && w.s[t.end] != '.' && !unicode.IsLower(r) && w.s[t.end] != ' ', r >= utf8.RuneSelf && unicode.IsUpper(r):
			w.from(state, i, apart) // Hill, or the D of D'Arcy
			return
		case !upperByte(w.s[t.start]):
			return
		}
		before := &w.words[(i-1)%ring]
		if sign, ok := gapOf(w.s[before.end:t.start], true); !ok || len(sign) > 0 {
			return
		}
	}
}

func (w *walk) first(word int32) int32 {
	if word == none {
		return none
	}
	return w.d.first[word]
}

// step follows an edge.
func (w *walk) step(state, word int32) int32 {
	if word == none {
		return none
	}
	return w.d.tree.get(state, word)
}

// take records the phrase that ends in state and goes on behind it.
func (w *walk) take(state int32, end, i int, apart bool) {
	if state == none {
		return
	}
	w.end(state, end, i, apart)
	w.from(state, i+1, apart)
}

// end records the phrase that ends in state, if one does.
func (w *walk) end(state int32, end, i int, apart bool) {
	if state != none && w.n < len(w.hits) && w.d.ends[state] != w.d.ends[state-1] {
		w.hits[w.n] = hit{end: end, state: state, after: i + 1, apart: apart}
		w.n++
	}
}

// isInitial reports whether a word is one letter with its marks.
func isInitial(word []byte) bool {
	_, n := utf8.DecodeRune(word)
	return n == len(word) || marksEnd(word, n) == len(word)
}
