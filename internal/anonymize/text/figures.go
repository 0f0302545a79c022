package text

import (
	"unicode"
	"unicode/utf8"
)

// This room reads the digits of other scripts, as numbers are typed with a keyboard of Arabic, Persian, Hindi or
// Japanese: ٠١٢, ۰۱۲, ०१२, ０１２.

// Figures returns s with the digits of all scripts, and the signs of full width between them, as those of ASCII; s
// itself where it has no other digits.
func Figures(s []byte) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if _, is := figure(r); is {
			return figures(s)
		}
		i += n
	}
	return s
}

func figures(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		switch c, is := figure(r); {
		case is:
			out = append(out, c)
		case r == '＋', r == '（', r == '）', r == '－', r == '／', r == '．':
			out = append(out, byte(r-'＋'+'+'))
		default:
			out = append(out, s[i:i+n]...)
		}
		i += n
	}
	return out
}

// figure returns the digit of ASCII that one of another script stands for: decimal digits of Unicode come in tens.
func figure(r rune) (byte, bool) {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10), true
		}
	}
	return 0, false
}
