package text

import (
	"unicode"
	"unicode/utf8"
)

// This room reads the digits of other scripts, as numbers are typed with a keyboard of Arabic, Persian, Hindi or
// Japanese: ٠١٢, ۰۱۲, ०१२, ０１２. A number in them is found in a view that has the digits of ASCII, and what stands for it
// is written in these.

// Figures returns s with the digits of all scripts, and the signs of full width between them, as those of ASCII; s
// itself where it has no other digits.
func Figures(s []byte) []byte {
	if nextFigure(s, 0) == len(s) {
		return s
	}
	var v view
	v.figures(s)
	return v.text
}

// inFigures appends the replacements for the numbers that have digits of another script. It is no layer: any may have
// such digits.
func (w *worker) inFigures(dst []edit, s []byte, coded bool) []edit {
	if nextFigure(s, 0) == len(s) {
		return dst
	}
	v := w.view()
	v.figures(s)
	var f phoneSearch
	f.begin(v.text, w.r)
	for f.next() {
		at := v.origin(f.at)
		if at.End-at.Start == f.at.End-f.at.Start {
			continue // it has none, and was found before
		}
		e := edit{Span: at, cuts: coded && (insideCode(s, at.Start) || insideCode(s, at.End))}
		start := len(w.texts)
		w.texts = w.replace(w.texts, v.text, piece{Span: f.at, topic: aPhone}, &e.n)
		e.text = w.texts[start:len(w.texts):len(w.texts)]
		dst = append(dst, e)
	}
	w.giveBack(v)
	return dst
}

// figures fills an empty view with s.
func (v *view) figures(s []byte) {
	pos := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if c := plainFigure(r); c != 0 {
			v.keep(s[pos:i], pos)
			v.chunks = append(v.chunks, chunk{len(v.text), i, i + n, false})
			v.text = append(v.text, c)
			pos = i + n
		}
		i += n
	}
	v.keep(s[pos:], pos)
}

// plainFigure returns what r is in ASCII: a digit of another script, or a sign of full width that stands between digits;
// 0 for all else.
func plainFigure(r rune) byte {
	switch r {
	case '＋', '（', '）', '－', '／', '．':
		return byte(r - '＋' + '+')
	}
	c, _ := figure(r)
	return c
}

// nextFigure returns where the first digit of another script at or after i stands, len(s) if there is none. All of them
// begin with a byte from 0xD8 on, and the letters of Latin with none of these.
func nextFigure(s []byte, i int) int {
	for ; i < len(s); i += block {
		for i+4*block <= len(s) && (load(s, i)|load(s, i+block)|load(s, i+2*block)|load(s, i+3*block))&highs == 0 {
			i += 4 * block
		}
		v := load(s, i)
		for set := v & (v << 1) & (v<<2 | v<<3&(v<<4)) & highs; set != 0; set &= set - 1 {
			if k := i + firstOf(set); beginsFigure(s, k) {
				return k
			}
		}
	}
	return len(s)
}

// beginsFigure reports whether a digit begins at i. Letters of Arabic share its first byte, those of China none.
func beginsFigure(s []byte, i int) bool {
	switch s[i] {
	case 0xD9:
		return i+1 < len(s) && s[i+1]-0xA0 <= 9
	case 0xDB:
		return i+1 < len(s) && s[i+1]-0xB0 <= 9
	case 0xDF, 0xE0, 0xE1, 0xEA, 0xEF, 0xF0:
		r, _ := utf8.DecodeRune(s[i:])
		_, is := figure(r)
		return is
	}
	return false
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
