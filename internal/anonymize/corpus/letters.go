package corpus

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelledOut are letters as they are written where a keyboard has none.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "ø", "oe", "Ø", "Oe", "å", "aa", "Å", "Aa", "œ", "oe", "Œ", "Oe", "æ", "ae")

// struck are letters whose mark is no character of its own.
var struck = strings.NewReplacer("ł", "l", "Ł", "L", "ß", "ss", "ı", "i", "İ", "I", "ø", "o", "Ø", "O", "œ", "oe", "Œ", "Oe", "đ", "d")

// Bare returns a Latin name without the marks on its letters.
func Bare(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return name
		}
	}
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(struck.Replace(name))))
}

// latin reports a name in Latin letters.
func latin(name string) bool {
	for _, r := range name {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Latin, r)
		}
	}
	return false
}
