package text

import (
	"strings"
	"unicode/utf8"
)

// This room cuts the next word off a text and looks it up: words of ASCII eight bytes at a time, those of other Latin
// letters by a table, all others character by character. The three agree, which a test holds.

// longestSeamed bounds, in bytes, the word that is looked up as one before it is cut at what nobody sees, so that
// hostile text costs linear time.
const longestSeamed = 128

// cut reads the next word of the text into t and reports whether there was one.
func (w *walk) cut(t *word) bool {
	s, i := w.s, w.pos
	v, in := uint64(0), uint64(0)
	for {
		if i >= len(s) {
			w.pos = len(s)
			return false
		}
		v = load(s, i)
		if in = wordBytes(v); in&0x80 != 0 {
			break
		}
		i += firstOf(in)
	}
	start := i
	for {
		n := firstOf(^in & highs)
		if v&highs&below(n) != 0 {
			return w.cutUnicode(t, start)
		}
		if i += n; n < block || i >= len(s) {
			break
		}
		v = load(s, i)
		in = wordBytes(v)
	}
	w.look(t, Span{start, i}, hashAt(s, start, i))
	return true
}

// look looks a word of ASCII with a hash up and goes on behind it.
func (w *walk) look(t *word, at Span, h uint64) {
	w.pos = at.End + 1 // what ended the word is in none
	t.start, t.end, t.simple = at.Start, at.End, true
	t.id, t.plain, t.bare = none, none, none
	words := &w.d.words
	if !words.maybe(h) {
		return
	}
	s, first, size := w.s[at.Start:at.End], load(w.s, at.Start)|capital, at.End-at.Start
	t.id = words.at(h, asciiKey(h, first, size), s)
	if finalS(s[size-1], size) > 0 {
		t.bare = words.at(h, asciiKey(h, first, size-1), s[:size-1])
	}
}

// asciiKey is keyOf for a word whose first eight bytes, and what may follow, are known.
func asciiKey(hash, first uint64, size int) uint64 {
	if size <= block {
		return first & below(size)
	}
	return hash
}

// cutUnicode is cut for a word, or a stretch before a word, with a character beyond ASCII.
func (w *walk) cutUnicode(t *word, from int) bool {
	if w.cutLatin(t, from) {
		return true
	}
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
		} else if cut := prefixed(w.s[start:w.pos]); cut > 0 {
			if rest := w.wide(start+cut, w.pos); rest.known() { // and-Muhammad
				*t = rest
			}
		}
	}
	return true
}

// prefixed returns where an Arabic word begins to which a letter that is a word (and, so, in, for, like) is joined; 0 if
// none can be.
func prefixed(word []byte) int {
	const letters = "وفبلك"
	r, n := utf8.DecodeRune(word)
	if r < 0x0600 || r > 0x06FF || len(word) < 3*n || !strings.ContainsRune(letters, r) {
		return 0
	}
	return n
}

// wide looks a word up that is not all ASCII.
func (w *walk) wide(start, end int) word {
	var room [64]byte
	key, spelled := fold(room[:0], w.s[start:end], true)
	t := w.folded(start, end, key)
	if spelled {
		t.plain = w.d.words.find(foldPlain(key[:0], w.s[start:end]))
	}
	return t
}

// folded looks a word up by its key.
func (w *walk) folded(start, end int, key []byte) word {
	t := word{start: start, end: end, id: w.d.words.find(key), plain: none, bare: none}
	if n := len(key); n > 3 && key[n-1] == 's' && w.s[end-1]|0x20 == 's' {
		t.bare = w.d.words.find(key[:n-1])
	}
	return t
}

// latin is how a letter of Latin-1 or Latin Extended-A folds: to one or two bytes of ASCII. Others have size 0.
type latin struct {
	key, plain [2]byte
	size, bare uint8 // of key and of plain
	spelled    bool
}

// Letters of two bytes that begin with C3, C4 or C5.
const (
	firstLatin = 0xC0
	latins     = 3 * 64
)

// latinLetters are all of them.
var latinLetters = latinTable()

func latinTable() (table [latins]latin) {
	for i := range table {
		char := utf8.AppendRune(nil, rune(firstLatin+i))
		if classOf(rune(firstLatin+i), len(char)) != inWord {
			continue
		}
		key, spelled := foldRune(nil, char, true)
		plain, _ := foldRune(nil, char, false)
		if len(key) > 2 || key[0] >= utf8.RuneSelf {
			continue
		}
		l := &table[i]
		l.size, l.bare, l.spelled = uint8(copy(l.key[:], key)), uint8(copy(l.plain[:], plain)), spelled
	}
	return table
}

// latinAt returns the letter of two bytes at i; nil if there is none of them, or one that folds otherwise.
func latinAt(s []byte, i int) *latin {
	lead := uint(s[i]) - firstLatin>>6 - 0xC0
	if lead > 2 || i+1 == len(s) || s[i+1]&0xC0 != 0x80 {
		return nil
	}
	if l := &latinLetters[lead<<6|uint(s[i+1]&0x3F)]; l.size > 0 {
		return l
	}
	return nil
}

// longestLatin bounds the words of cutLatin, in bytes.
const longestLatin = 60

// cutLatin is cutUnicode for a word of simple letters that begins at start; false if there is none.
func (w *walk) cutLatin(t *word, start int) bool {
	var room, other [2 * longestLatin]byte
	s, i, n, m, spelled := w.s, start, 0, 0, false
	for ; i < len(s) && i-start < longestLatin; i++ {
		c := s[i]
		if c < utf8.RuneSelf {
			if c = lower[c]; c == separator {
				break
			}
			room[n], other[m] = c, c
			n, m = n+1, m+1
			continue
		}
		l := latinAt(s, i)
		if i++; l == nil {
			return false
		}
		spelled = spelled || l.spelled
		room[n], room[n+1], other[m], other[m+1] = l.key[0], l.key[1], l.plain[0], l.plain[1]
		n, m = n+int(l.size), m+int(l.bare)
	}
	if i == start || i-start >= longestLatin {
		return false
	}
	w.pos = i
	*t = w.folded(start, i, room[:n])
	if t.simple = true; spelled {
		t.plain = w.d.words.find(other[:m])
	}
	return true
}
