package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldName returns the form under which two spellings of one name meet:
// decomposed, without combining marks, in lower case.
func foldName(s string) string {
	var room [64]byte
	return string(appendFolded(room[:0], s))
}

// appendFolded appends what foldName returns. Names are mostly of ASCII and of
// Latin letters with a mark, whose folds are known.
func appendFolded(dst []byte, s string) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c-'A' <= 'Z'-'A' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		fold, known := latinFold(r)
		if !known {
			return appendFoldedRunes(dst[:start], s)
		}
		dst = append(dst, fold...)
		i += size
	}
	return dst
}

// foldPlainWord is appendFolded for a word of letters of ASCII; ok is false for
// any other.
func foldPlainWord(dst []byte, s string) (out []byte, ok bool) {
	for i := range len(s) {
		c := s[i] | 0x20
		if c < 'a' || c > 'z' {
			return dst, false
		}
		dst = append(dst, c)
	}
	return dst, true
}

// latinFolds holds what the letters from U+00C0 and from U+1E00 on are folded
// to: one letter, or a digit for two of them, or 0 where that takes more.
const latinFolds = "" +
	"aaaaaa2ceeeeiiii0nooooo0ouuuuy01aaaaaa2ceeeeiiii0nooooo0ouuuuy0y" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghh00iiiiiiiiii00jjkk0llllll0" +
	"0llnnnnnn000oooooo33rrrrrrsssssssstttt00uuuuuuuuuuuuwwyyyzzzzzz0" +
	"00000000000000000000000000000000oo0000000000000uu000000000000000" +
	"0000000000000aaiioouuuuuuuuuu0aaaa2200ggkkoooo00j000gg00nnaa22oo" +
	"aaaaeeeeiiiioooorrrruuuusstt00hh000000aaeeooooooooyy000000000000"
const vietnameseFolds = "" +
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm" +
	"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" +
	"wwwwwwwwwwxxxxyyzzzzzzhtwy000000aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" +
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy000000"

// latinFold returns what one character beyond ASCII is folded to; known is
// false where only its decomposition tells.
func latinFold(r rune) (fold string, known bool) {
	folds := latinFolds
	switch {
	case r >= 0x300 && r <= 0x36F: // a mark of its own
		return "", true
	case r >= 0x1E00:
		folds, r = vietnameseFolds, r-0x1E00
	default:
		r -= 0xC0
	}
	if r < 0 || int(r) >= len(folds) {
		return "", false
	}
	switch fold = folds[r : r+1]; fold {
	case "0":
		return "", false
	case "1":
		return "ss", true
	case "2":
		return "ae", true
	case "3":
		return "oe", true
	}
	return fold, true
}

// appendFoldedRunes is appendFolded for any script.
func appendFoldedRunes(dst []byte, s string) []byte {
	for _, r := range norm.NFD.String(strings.Clone(s)) { // so that s itself need not be in the heap
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			dst = append(dst, "ss"...)
		case r == 'ø' || r == 'Ø':
			dst = append(dst, 'o')
		case r == 'ł' || r == 'Ł':
			dst = append(dst, 'l')
		case r == 'æ' || r == 'Æ':
			dst = append(dst, "ae"...)
		case r == 'œ' || r == 'Œ':
			dst = append(dst, "oe"...)
		case r == 'đ' || r == 'Đ':
			dst = append(dst, 'd')
		case r == 'ı':
			dst = append(dst, 'i')
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// isASCII reports that no byte of a name is beyond ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// spellOut writes the letters that German and Nordic people transliterate by
// two the way they do: Möller is Moeller. Only composed letters count.
func spellOut(s string) string {
	if isASCII(s) || !strings.ContainsAny(s, "äöüåøæÄÖÜÅØÆ") {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch unicode.ToLower(r) {
		case 'ä', 'æ':
			b.WriteString("ae")
		case 'ö', 'ø':
			b.WriteString("oe")
		case 'ü':
			b.WriteString("ue")
		case 'å':
			b.WriteString("aa")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
