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

// appendFolded appends what foldName returns. Names are mostly of ASCII, and
// then it is their small letters.
func appendFolded(dst []byte, s string) []byte {
	start := len(dst)
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return appendFoldedRunes(dst[:start], s)
		}
		if c-'A' <= 'Z'-'A' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func appendFoldedRunes(dst []byte, s string) []byte {
	for _, r := range norm.NFD.String(s) {
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
