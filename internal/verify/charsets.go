package verify

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
)

// A text that is no UTF-8 is read as Latin-1 by the way (see decode). This room reads it in the charset that it, or what
// it stands in, declares, and in those that nobody declares but some name would need.

// mostDeclared bounds how many charsets of one text are tried.
const mostDeclared = 4

// charsets shows a text that is no UTF-8 in its possible charsets, below n layers.
func (in *Inspector) charsets(at *Field, value []byte, n int) {
	if n >= maxLayers {
		return
	}
	control := unprintable(value)
	for _, label := range in.declared(value) {
		if control && !bytes.HasPrefix(label, []byte("utf-16")) {
			continue
		}
		in.reading(at, inCharset(label, value), n+1, true)
	}
	if control {
		return
	}
	for i := range in.w.guesses {
		g := &in.w.guesses[i]
		if fits, telling := g.fits(value); fits && telling {
			in.reading(at, g.decode(value), n+1, false)
		}
	}
}

// japaneseMail reads the charset that needs no eighth bit.
func (in *Inspector) japaneseMail(at *Field, value []byte, n int) {
	if bytes.Contains(value, []byte("\x1b$")) {
		if inner, err := japanese.ISO2022JP.NewDecoder().Bytes(value); err == nil && !bytes.Equal(inner, value) {
			in.reading(at, inner, n+1, true)
		}
	}
}

// unprintable reports bytes that no text has, among the first ones.
func unprintable(value []byte) bool {
	for _, c := range value[:min(len(value), sniffed)] {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b || c == 0x7f {
			return true
		}
	}
	return false
}

// declared returns the labels of charsets that a text, or what it stands in, declares, as XML, HTML, mail and cards do.
func (in *Inspector) declared(value []byte) [][]byte {
	labels := declarations(nil, value)
	for i := len(in.around) - 1; i >= 0; i-- {
		for len(in.labels) <= i {
			in.labels = append(in.labels, nil)
		}
		if in.asked>>i&1 == 0 {
			in.labels[i], in.asked = declarations(nil, in.around[i]), in.asked|1<<i
		}
		for _, label := range in.labels[i] {
			if len(labels) < mostDeclared && !contains(labels, label) {
				labels = append(labels, label)
			}
		}
	}
	return labels
}

// declarations adds the different labels of a text, in small letters.
func declarations(labels [][]byte, text []byte) [][]byte {
	for i := 0; len(labels) < mostDeclared; i++ {
		n := bytes.IndexByte(text[i:], '=')
		if n < 0 {
			break
		}
		i += n
		before := bytes.TrimRight(text[:i], " ")
		if !endsInFold(before, "charset") && !endsInFold(before, "encoding") {
			continue
		}
		rest := bytes.TrimLeft(text[i+1:], `"' \`)
		end := 0
		for end < len(rest) && end < 40 && (coded(rest[end]) || rest[end] == ':' || rest[end] == '.') {
			end++
		}
		label := bytes.ToLower(rest[:end])
		if labelled(label) != nil && !contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

func endsInFold(s []byte, end string) bool {
	return len(s) >= len(end) && bytes.EqualFold(s[len(s)-len(end):], []byte(end))
}

func contains(list [][]byte, one []byte) bool {
	for _, b := range list {
		if bytes.Equal(b, one) {
			return true
		}
	}
	return false
}

// labelled returns the charset with a label, nil for UTF-8 and for one that nobody knows.
func labelled(label []byte) encoding.Encoding {
	e, err := htmlindex.Get(string(label))
	if err != nil {
		return nil
	}
	if name, err := htmlindex.Name(e); err != nil || name == "utf-8" || name == "replacement" {
		return nil
	}
	return e
}

// inCharset returns bytes in the charset of that label as UTF-8, as they are where it is unknown.
func inCharset(label, raw []byte) []byte {
	if e := labelled(label); e != nil {
		if inner, err := e.NewDecoder().Bytes(raw); err == nil {
			return inner
		}
	}
	return raw
}

// guessed are the charsets of single bytes in which a text is read although nothing says so.
var guessed = [...]*charmap.Charmap{
	charmap.Windows1252, charmap.ISO8859_15, charmap.CodePage850, charmap.Macintosh, // western Europe
	charmap.ISO8859_2, charmap.Windows1250, charmap.CodePage852, // its middle
	charmap.Windows1251, charmap.KOI8R, charmap.ISO8859_5, charmap.CodePage866, charmap.KOI8U, // Cyrillic
	charmap.Windows1254, charmap.Windows1253, charmap.ISO8859_7, charmap.Windows1255, charmap.Windows1256, charmap.Windows1257, // Turkish, Greek, Hebrew, Arabic, Baltic
}

// guess is a charset that somebody's name could be written in.
type guess struct {
	runes [256]rune
	is    [256]sort
}

// sort is what a byte is in a charset.
type sort byte

const (
	small sort = 1 << iota
	large
	inLatin
	beyond // ASCII
	sign   // beyond ASCII, and none that stands in texts
	tells  // another letter of names than in Latin-1
	anyLetter
)

// newGuess describes a charset for names of these letters.
func newGuess(m *charmap.Charmap, letters map[rune]bool) (g guess, some bool) {
	for b := range 256 {
		r := m.DecodeByte(byte(b))
		g.runes[b] = r
		var is sort
		for flag, holds := range map[sort]bool{
			small: unicode.IsLower(r), large: unicode.IsUpper(r), anyLetter: unicode.IsLetter(r), inLatin: unicode.Is(unicode.Latin, r), beyond: b >= utf8.RuneSelf,
			sign:  b >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsPunct(r) && r != 0xA0,
			tells: b >= utf8.RuneSelf && r != rune(b) && letters[r],
		} {
			if holds {
				is |= flag
			}
		}
		g.is[b] = is
		some = some || is&tells != 0
	}
	return g, some
}

// guesses returns the charsets that have letters of names, less the ones that Latin-1 has at the same place.
func guesses(letters map[rune]bool) []guess {
	var all []guess
	for _, m := range guessed {
		if g, some := newGuess(m, letters); some {
			all = append(all, g)
		}
	}
	return all
}

// fits reports whether a text would be one in this charset: no capitals behind small letters, no two scripts in one word,
// no signs. telling reports whether it holds letters of names that are others in Latin-1.
func (g *guess) fits(value []byte) (fits, telling bool) {
	head := value[:min(len(value), sniffed)]
	var all, last sort
	wide, odd := 0, 0
	for _, c := range head {
		is := g.is[c]
		all |= is
		if (is|last)&beyond != 0 {
			if is&beyond != 0 {
				wide++
			}
			if is&sign != 0 || is&last&anyLetter != 0 && (is&large != 0 && last&small != 0 || (is^last)&inLatin != 0) {
				if odd++; odd*8 > len(head) {
					return false, false
				}
			}
		}
		last = is
	}
	return odd*8 <= wide, all&tells != 0
}

// decode makes UTF-8 of a text in this charset.
func (g *guess) decode(value []byte) []byte {
	inner := make([]byte, 0, len(value)+len(value)/2)
	for _, c := range value {
		inner = utf8.AppendRune(inner, g.runes[c])
	}
	return inner
}

// lettersOf notes the letters beyond ASCII of a name or an address, in both cases.
func lettersOf(letters map[rune]bool, s string) {
	for _, r := range s {
		if r >= utf8.RuneSelf {
			letters[r], letters[unicode.ToUpper(r)], letters[unicode.ToLower(r)] = true, true, true
		}
	}
}

// mixed reads bytes that are no UTF-8 as Latin-1, beside others that are.
func mixed(s []byte) []byte {
	out := make([]byte, 0, len(s)+len(s)/4)
	for len(s) > 0 {
		r, n := decode(s)
		out, s = utf8.AppendRune(out, r), s[n:]
	}
	return out
}
