package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This room decides when two spellings are the same word. The choice, kept everywhere:
//
//   - case, width and combining marks do not count: É, é and e are one letter, composed or decomposed;
//   - German and Nordic letters are spelled out, because that is how people transliterate them:
//     ä æ → ae, ö ø œ → oe, ü → ue, å → aa, ß → ss, þ → th, ð đ → d, ł → l, ı → i;
//   - so Möller, MÖLLER and Moeller share a key, while Moller has another one. Where a word does carry such a letter,
//     foldPlain gives the second key (ö → o), which the dictionary tries too: Möller and Moller meet as well, and
//     Xue and Xu, which have no such letter, stay two names;
//   - marks of scripts where they make another letter (Japanese voicing, Indic vowels) are kept.

// Fold appends the key under which all spellings of the word token meet. ASCII needs no allocation beyond dst.
func Fold(dst, token []byte) []byte {
	dst, _ = fold(dst, token, true)
	return dst
}

// foldPlain appends the key without spelled-out letters: ö → o, å → a, ø → o, æ → a.
func foldPlain(dst, token []byte) []byte {
	dst, _ = fold(dst, token, false)
	return dst
}

// fold appends the key and reports whether a letter was spelled out, so that foldPlain would differ.
func fold(dst, token []byte, spell bool) ([]byte, bool) {
	if IsASCII(token) {
		return appendLower(dst, token), false
	}
	spelled := false
	for i := 0; i < len(token); {
		c := token[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		if l := latinAt(token, i); l != nil {
			if i += 2; spell {
				dst, spelled = append(dst, l.key[:l.size]...), spelled || l.spelled
			} else {
				dst = append(dst, l.plain[:l.bare]...)
			}
			continue
		}
		r, n := utf8.DecodeRune(token[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(dst, c)
		case r >= 0x0430 && r <= 0x044F && r != 'й':
			dst = append(dst, token[i:i+n]...) // Cyrillic small letters fold to themselves
		case r >= 0x1100 && r <= 0x115F:
			// A decomposed Hangul syllable: compose it, it has no other way to meet.
			for i+n < len(token) {
				r, size := utf8.DecodeRune(token[i+n:])
				if r < 0x1100 || r > 0x11FF {
					break
				}
				n += size
			}
			dst = append(dst, norm.NFC.Bytes(token[i:i+n])...)
		default:
			var s bool
			dst, s = foldRune(dst, token[i:i+n], spell)
			spelled = spelled || s
		}
		i += n
	}
	return dst, spelled
}

// foldRune folds one character beyond ASCII, given as its bytes.
func foldRune(dst, char []byte, spell bool) ([]byte, bool) {
	parts := norm.NFKD.Properties(char).Decomposition()
	if parts == nil {
		parts = char
	}
	spelled := false
	for len(parts) > 0 {
		r, n := utf8.DecodeRune(parts)
		var s bool
		dst, s = foldPart(dst, r, spell)
		spelled = spelled || s
		parts = parts[n:]
	}
	return dst, spelled
}

// foldPart folds one rune of a decomposed character; a mark looks at the letter before it.
func foldPart(dst []byte, r rune, spell bool) ([]byte, bool) {
	if r == 0x0308 || r == 0x030A {
		return foldUmlaut(dst, r, spell)
	}
	if dropped(r) {
		return dst, false
	}
	if r >= utf8.RuneSelf {
		r = unicode.ToLower(r)
	}
	two := ""
	switch r {
	case 'ø', 'œ':
		two = "oe"
	case 'æ':
		two = "ae"
	case 'ß':
		return append(dst, "ss"...), false
	case 'þ':
		return append(dst, "th"...), false
	case 'ð', 'đ':
		r = 'd'
	case 'ł':
		r = 'l'
	case 'ı':
		r = 'i'
	case 'ħ':
		r = 'h'
	case 'ŧ':
		r = 't'
	case 'ς':
		r = 'σ'
	}
	if two == "" {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return utf8.AppendRune(dst, r), false
	}
	if spell {
		return append(dst, two...), true
	}
	return append(dst, two[0]), true
}

// foldUmlaut handles a diaeresis or a ring: after a, o, u (and a) it is spelled out, elsewhere it is dropped.
func foldUmlaut(dst []byte, r rune, spell bool) ([]byte, bool) {
	if len(dst) == 0 {
		return dst, false
	}
	var tail byte
	switch last := dst[len(dst)-1]; {
	case r == 0x0308 && (last == 'a' || last == 'o' || last == 'u'):
		tail = 'e'
	case r == 0x030A && last == 'a':
		tail = 'a'
	default:
		return dst, false
	}
	if spell {
		dst = append(dst, tail)
	}
	return dst, true
}

// firstAccent is the combining class from which marks stand above, below or through a letter of any script, in contrast
// to those that are part of it (nukta 7, Japanese voicing 8, virama 9, vowel points 10 to 35, Thai and Lao up to 122).
const firstAccent = 202

// dropped reports the marks that do not make another letter, and invisible characters.
func dropped(r rune) bool {
	switch {
	case r < 0x00AD:
		return false
	case r == 0x00AD, r >= 0x0300 && r <= 0x036F:
		return true
	case r >= 0x0591 && r <= 0x05C7 && unicode.Is(unicode.Mn, r): // Hebrew points
		return true
	case r == 0x0640, r >= 0x0610 && r <= 0x06ED && unicode.Is(unicode.Mn, r): // Arabic vowels
		return true
	case invisible(r):
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF: // variation selectors
		return true
	}
	var room [utf8.UTFMax]byte
	c := norm.NFC.Properties(room[:utf8.EncodeRune(room[:], r)]).CCC()
	return c >= firstAccent || c == 1 // 1: strokes through a letter
}
