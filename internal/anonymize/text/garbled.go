package text

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// This room looks through garbled letters: UTF-8 that somebody read as Latin-1 or Windows-1252 and stored as such, so that
// Jörg became JÃ¶rg. What is replaced is garbled again in the same way.

// garbledLead is the byte that the sign for the first byte of a garbled letter begins with: Ã, Å, Ð.
const garbledLead = 0xC3

// garbledAt returns the end of the garbled letter at i, its bytes in room, and whether a sign of Windows-1252 is among
// them; end is i if there is none.
func garbledAt(room *[utf8.UTFMax]byte, s []byte, i int) (end, n int, windows bool) {
	if end = i; i+2 >= len(s) || s[i+1]-0x82 > 0xB4-0x82 || !garbledNext(s[i+2]) {
		return i, 0, false // nearly always: a letter of its own
	}
	for n < len(room) {
		r, size := utf8.DecodeRune(s[end:])
		b, isWindows := garbledByte(r)
		if b < utf8.RuneSelf || n == 0 && (b < 0xC2 || b > 0xF4) || n > 0 && b > 0xBF {
			return i, 0, false
		}
		room[n] = b
		n++
		end, windows = end+size, windows || isWindows
		if utf8.FullRune(room[:n]) {
			if r, size := utf8.DecodeRune(room[:n]); r == utf8.RuneError || size < n {
				break
			}
			return end, n, windows
		}
	}
	return i, 0, false
}

// garbledNext reports what the second sign of a garbled letter begins with: ¶ and its like, Š, ƒ, ˆ, €.
func garbledNext(c byte) bool { return c == 0xC2 || c == 0xC5 || c == 0xC6 || c == 0xCB || c == 0xE2 }

// garbledByte returns the byte that r stands for in Latin-1, or else in Windows-1252; 0 if in neither.
func garbledByte(r rune) (b byte, windows bool) {
	if r < 0x100 {
		return byte(r), false
	}
	if r > 0x2122 { // ™ is the last one
		return 0, false
	}
	b, ok := charmap.Windows1252.EncodeRune(r)
	if !ok || b < utf8.RuneSelf {
		return 0, false
	}
	return b, true
}

func hasGarbled(s []byte) bool {
	return has(s, garbledLead, func(i int) bool {
		var room [utf8.UTFMax]byte
		end, _, _ := garbledAt(&room, s, i)
		return end > i
	})
}

// inGarbled appends what garbled letters hide. What is found without one of them stands there anyway, and may be longer: a
// soft hyphen behind a capital can pass for one.
func (w *worker) inGarbled(dst []edit, s []byte, l layer) []edit {
	if !hasGarbled(s) {
		return dst
	}
	windows := false
	v := decode(s, garbledLead, func(i int) (int, string) {
		var room [utf8.UTFMax]byte
		end, n, is := garbledAt(&room, s, i)
		windows = windows || is
		return end, string(room[:n])
	})
	first := len(dst)
	dst = w.through(dst, v, codec{l, func(dst, text []byte) []byte { return appendGarbled(dst, text, windows) }})
	found := slices.DeleteFunc(dst[first:], func(e edit) bool { return !hasGarbled(s[e.Start:e.End]) })
	return dst[:first+len(found)]
}

// appendGarbled appends text, each byte beyond ASCII as the sign that it is in Windows-1252, or else in Latin-1.
func appendGarbled(dst, text []byte, windows bool) []byte {
	for _, c := range text {
		r := rune(c)
		if windows && c >= utf8.RuneSelf && c < 0xA0 {
			if sign := charmap.Windows1252.DecodeByte(c); sign != utf8.RuneError {
				r = sign
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
