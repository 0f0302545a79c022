package person

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldName returns the form under which two spellings of one name meet:
// decomposed, without combining marks, in lower case.
func foldName(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'đ' || r == 'Đ':
			b.WriteByte('d')
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// spellOut writes the letters that German and Nordic people transliterate by
// two the way they do: Möller is Moeller. Only composed letters count.
func spellOut(s string) string {
	if !strings.ContainsAny(s, "äöüåøæÄÖÜÅØÆ") {
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
