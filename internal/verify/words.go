package verify

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// wordsOf splits a text into folded words.
func wordsOf(s string) []string {
	var words []string
	var t tokenizer
	t.each([]byte(s), func(word []byte) { words = append(words, string(word)) })
	return words
}

// tokenizer folds the words of a text one after the other: runs of letters,
// marks and digits, in lower case, without diacritics. It keeps its scratch
// space, so it belongs to one goroutine.
type tokenizer struct{ word []byte }

// each calls fn for every word; fn must not keep it.
func (t *tokenizer) each(s []byte, fn func(word []byte)) {
	t.word = t.word[:0]
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if lower, ok := asciiWord(c); ok {
				t.word = append(t.word, lower)
				continue
			}
			t.flush(fn)
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		i += size
		t.rune(r, fn)
	}
	t.flush(fn)
}

func asciiWord(c byte) (byte, bool) {
	switch {
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return c, true
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A', true
	}
	return 0, false
}

func (t *tokenizer) flush(fn func(word []byte)) {
	if len(t.word) > 0 {
		fn(t.word)
		t.word = t.word[:0]
	}
}

// rune adds one non-ASCII rune to the word, or ends the word.
func (t *tokenizer) rune(r rune, fn func(word []byte)) {
	switch r {
	case 'ß':
		t.word = append(t.word, "ss"...)
		return
	case 'ø', 'Ø':
		t.word = append(t.word, 'o')
		return
	case 'ł', 'Ł':
		t.word = append(t.word, 'l')
		return
	case 'æ', 'Æ':
		t.word = append(t.word, "ae"...)
		return
	case 'œ', 'Œ':
		t.word = append(t.word, "oe"...)
		return
	case 'ı':
		t.word = append(t.word, 'i')
		return
	}
	if unicode.Is(unicode.Mn, r) {
		return
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		t.flush(fn)
		return
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], unicode.ToLower(r))
	if d := norm.NFD.Properties(buf[:n]).Decomposition(); len(d) > 0 {
		base, _ := utf8.DecodeRune(d)
		r = base
	} else {
		r, _ = utf8.DecodeRune(buf[:n])
	}
	t.word = utf8.AppendRune(t.word, r)
}
