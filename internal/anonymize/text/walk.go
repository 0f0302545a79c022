package text

import "unicode/utf8"

// This room runs a text through the trie. Words are cut and looked up once, into a ring that is as long as the
// longest phrase, however often a phrase begins and comes to nothing.

// longestSeamed bounds, in bytes, the word that is looked up as one before it is cut at what nobody sees, so that
// hostile text costs linear time.
const longestSeamed = 128

// ring is a power of two above longestPhrase.
const ring = 16

// word is a word of the text. id is its number in the dictionary, plain the one of its second spelling (ö → o), and
// bare the one without a final s; none where there is none.
type word struct {
	start, end      int
	id, plain, bare int32
}

// known reports whether a phrase can begin here.
func (w *word) known() bool { return w.id&w.plain&w.bare != none }

// hit is a phrase that begins at the current word.
type hit struct {
	end   int
	state int32
	after int // index of the word behind it
}

// walk is the state of one search.
type walk struct {
	d     *Dictionary
	s     []byte
	pos   int // words up to here are in the ring
	count int // number of words cut so far
	base  int // index of the word where phrases begin now
	done  bool
	n     int
	hits  [ring]hit
	words [ring]word
}

// find appends the mentions that p accepts, all of them if p is nil.
func (d *Dictionary) find(dst []Match, s []byte, p *policy) []Match {
	if len(d.owners) == 0 {
		return dst
	}
	w := walk{d: d, s: s}
	for {
		t, ok := w.word(w.base)
		if !ok {
			return dst
		}
		if !t.known() {
			w.base++
			continue
		}
		w.n = 0
		w.from(root, w.base)
		next := w.base + 1
		for i := range w.n {
			h := w.longest(i)
			m := d.match(t.start, h.end, h.state)
			ok := m.Kind < Surname || !insideWord(s, m.Start, m.End)
			if ok && p != nil {
				m, ok = p.accept(d, s, m)
			}
			if ok {
				dst = append(dst, m)
				next = h.after
				break
			}
		}
		w.base = next
	}
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
	for w.count <= i {
		if w.done || !w.cut(&w.words[w.count%ring]) {
			w.done = true
			return nil, false
		}
		w.count++
	}
	return &w.words[i%ring], true
}

// from collects the phrases that go on with word i behind state.
func (w *walk) from(state int32, i int) {
	if i-w.base >= longestPhrase {
		return
	}
	t, ok := w.word(i)
	if !ok {
		return
	}
	if state == root {
		w.take(w.first(t.id), t.end, i)
		w.take(w.first(t.plain), t.end, i)
		w.end(w.first(t.bare), t.end-1, i)
		return
	}
	before := &w.words[(i-1)%ring]
	sign, ok := gapOf(w.s[before.end:t.start], isInitial(w.s[before.start:before.end]))
	if !ok {
		return
	}
	if len(sign) > 0 {
		state = w.next(state, w.d.words.find(mix(hashOf(sign)), sign))
		if state == none {
			return
		}
	}
	w.take(w.next(state, t.id), t.end, i)
	w.take(w.next(state, t.plain), t.end, i)
	w.end(w.next(state, t.bare), t.end-1, i)
}

func (w *walk) first(word int32) int32 {
	if word == none {
		return none
	}
	return w.d.first[word]
}

func (w *walk) next(state, word int32) int32 {
	if word == none {
		return none
	}
	return w.d.edges.get(state, word)
}

// take records the phrase that ends in state and goes on behind it.
func (w *walk) take(state int32, end, i int) {
	if state == none {
		return
	}
	w.end(state, end, i)
	w.from(state, i+1)
}

// end records the phrase that ends in state, if one does.
func (w *walk) end(state int32, end, i int) {
	if state != none && w.n < len(w.hits) && w.d.ends[state] != w.d.ends[state-1] {
		w.hits[w.n] = hit{end: end, state: state, after: i + 1}
		w.n++
	}
}

// wide looks a word up that is not all ASCII.
func (w *walk) wide(start, end int) word {
	t := word{start, end, none, none, none}
	words := &w.d.words
	var room [64]byte
	key, spelled := fold(room[:0], w.s[start:end], true)
	t.id = words.find(mix(hashOf(key)), key)
	if n := len(key); n > 3 && key[n-1] == 's' && w.s[end-1]|0x20 == 's' {
		t.bare = words.find(mix(hashOf(key[:n-1])), key[:n-1])
	}
	if spelled {
		key = foldPlain(key[:0], w.s[start:end])
		t.plain = words.find(mix(hashOf(key)), key)
	}
	return t
}

// cut reads the next word of the text into t and reports whether there was one.
func (w *walk) cut(t *word) bool {
	s, i := w.s, w.pos
	for i < len(s) && lower[s[i]] == separator {
		i++
	}
	start := i
	h, shorter := uint64(hashSeed), uint64(0)
	for i < len(s) {
		c := lower[s[i]]
		if c <= beyondASCII {
			if c == beyondASCII {
				return w.cutUnicode(t, start)
			}
			break
		}
		shorter = h
		h = (h ^ uint64(c)) * hashPrime
		i++
	}
	w.pos = i
	if i == start {
		return false
	}
	words := &w.d.words
	*t = word{start, i, none, none, none}
	if h = mix(h); words.maybe(h) {
		t.id = words.findASCII(h, s[start:i])
	}
	if i-start > 3 && s[i-1]|0x20 == 's' {
		if h = mix(shorter); words.maybe(h) {
			t.bare = words.findASCII(h, s[start:i-1])
		}
	}
	return true
}

// cutUnicode is cut for a word, or a stretch before a word, with a character beyond ASCII.
func (w *walk) cutUnicode(t *word, from int) bool {
	start, next, k := wordStart(w.s, from)
	switch k {
	case inWord:
		head := w.s[:min(len(w.s), start+longestSeamed)]
		if w.pos = wordEnd(head, next); len(head) == len(w.s) || w.pos+utf8.UTFMax <= len(head) {
			break
		}
		if cut := seam(w.s[start:w.pos]); cut > 0 {
			w.pos = start + cut
		} else {
			w.pos = wordEnd(w.s, w.pos)
		}
	case alone:
		w.pos = marksEnd(w.s, next)
	default:
		w.pos = len(w.s)
		return false
	}
	if *t = w.wide(start, w.pos); !t.known() {
		if cut := seam(w.s[start:w.pos]); cut > 0 { // what nobody sees stood for a blank
			w.pos = start + cut
			*t = w.wide(start, w.pos)
		}
	}
	return true
}

// isInitial reports whether a word is one letter with its marks.
func isInitial(word []byte) bool {
	_, n := utf8.DecodeRune(word)
	return n == len(word) || marksEnd(word, n) == len(word)
}
