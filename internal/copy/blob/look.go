package blob

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// This room looks at bodies: which are text, and whom that text names. What a
// body is called, and what type it says it is, are the application's and
// prove nothing.

// The limits of looking at text: windows are cut where no address and no
// word goes on, and each begins with the end of the one before.
const (
	windowBytes  = 64 << 10
	contextBytes = 1 << 10
	headBytes    = 8 << 10 // of a body, to tell what it is
)

// looker searches a stream of text for people. Its memory does not grow with
// the text.
type looker struct {
	in           *verify.Inspector
	group, field string
	begun        bool
	wide         transform.Transformer // makes UTF-8 of UTF-16; nil for any other text
	cut          []byte                // the part of a character that was read of UTF-16
	buf          []byte
	clean        bool
}

func newLooker(in *verify.Inspector, group, field string) *looker {
	return &looker{in: in, group: group, field: field, clean: true}
}

// add looks at the next part and reports whether all so far is clean. The
// first part tells how the text is encoded.
func (l *looker) add(part []byte, last bool) bool {
	if !l.begun && len(part) > 0 {
		l.begun = true
		if order := wideOrder(part[:min(len(part), headBytes)]); order != nil {
			l.wide = decoderOf(order)
		}
	}
	for {
		n := min(len(part), windowBytes)
		final := last && n == len(part)
		l.take(part[:n], final)
		l.window(final)
		if part = part[n:]; len(part) == 0 {
			return l.clean
		}
	}
}

// take appends a piece to the window, as UTF-8 if it is UTF-16.
func (l *looker) take(piece []byte, final bool) {
	if l.wide == nil {
		l.buf = append(l.buf, piece...)
		return
	}
	src := append(l.cut, piece...)
	begin := len(l.buf)
	l.buf = slices.Grow(l.buf, 2*len(src)+2*utf8.UTFMax)
	n, read, _ := l.wide.Transform(l.buf[begin:cap(l.buf)], src, final) // short of source: the rest comes with the next piece
	l.buf = l.buf[:begin+n]
	l.cut = append(l.cut[:0], src[read:]...)
}

// window looks at what was taken and keeps its end for the next window.
func (l *looker) window(final bool) {
	end := len(l.buf)
	if !final {
		end = boundary(l.buf, max(end-4*contextBytes, 0))
	}
	text := l.buf[:end]
	l.clean = l.in.Clean(l.group, l.field, text) && l.clean
	if !utf8.Valid(text) {
		// What is not UTF-8 is taken for Windows-1252, as the rules take it.
		if legacy, err := charmap.Windows1252.NewDecoder().Bytes(text); err == nil {
			l.clean = l.in.Clean(l.group, l.field, legacy) && l.clean
		}
	}
	keep := next(text, max(end-contextBytes, 0))
	l.buf = append(l.buf[:0], l.buf[keep:]...)
}

// boundary returns the end of the last separator at or behind from; where
// there is none, of the last character that is in no address and no word; and
// else the end of the text.
func boundary(text []byte, from int) int {
	if i := bytes.LastIndexAny(text[from:], separators); i >= 0 {
		return from + i + 1
	}
	if i := bytes.LastIndexFunc(text[from:], divides); i >= 0 {
		return from + i + 1
	}
	return len(text)
}

// next returns where the next window begins: behind the first separator, or
// the first character that is in no address and no word, at or behind from.
// Text without any is cut at a multiple of four, for base64.
func next(text []byte, from int) int {
	if from == 0 {
		return 0
	}
	if i := bytes.IndexAny(text[from:], separators); i >= 0 {
		return from + i + 1
	}
	if i := bytes.IndexFunc(text[from:], divides); i >= 0 {
		return from + i + 1
	}
	run := bytes.LastIndexFunc(text[:from], divides) + 1
	return from - (from-run)%4
}

// separators end every address and every word.
const separators = " \n\r\t\"<>,;"

// divides reports the other characters that do so in most texts.
func divides(r rune) bool {
	if r >= utf8.RuneSelf {
		return false
	}
	c := byte(r)
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9':
		return false
	}
	return bytes.IndexByte([]byte("+/=-_.@%&'\\"), c) < 0
}

// isText reports whether a body reads as text, by its beginning. What is
// drawn or packed holds a zero byte there, as of all text UTF-16 alone does;
// a PDF says what it is.
func isText(head []byte) bool {
	head = head[:min(len(head), headBytes)]
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return false
	}
	return bytes.IndexByte(head, 0) < 0 || wideOrder(head) != nil
}

// wideOrder returns the order of the bytes of a text in UTF-16, by its
// beginning; nil for anything else.
func wideOrder(head []byte) binary.ByteOrder {
	switch {
	case len(head) < 2:
		return nil
	case head[0] == 0xFF && head[1] == 0xFE:
		return ifWide(binary.LittleEndian, head[2:])
	case head[0] == 0xFE && head[1] == 0xFF:
		return ifWide(binary.BigEndian, head[2:])
	case bytes.IndexByte(head, 0) < 0:
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if isWide(order, head) && oneScript(order, head) {
			return order
		}
	}
	return nil
}

func ifWide(order binary.ByteOrder, text []byte) binary.ByteOrder {
	if isWide(order, text) {
		return order
	}
	return nil
}

// isWide reports whether a text is UTF-16: no control characters, and no half
// of a pair alone.
func isWide(order binary.ByteOrder, text []byte) bool {
	for i := 0; i+1 < len(text); i += 2 {
		switch u := rune(order.Uint16(text[i:])); {
		case u < ' ' && (u < '\t' || u > '\r'), u >= 0xFFFE:
			return false
		case utf16.IsSurrogate(u) && i+3 < len(text):
			if i += 2; utf16.DecodeRune(u, rune(order.Uint16(text[i:]))) == utf8.RuneError {
				return false
			}
		}
	}
	return true
}

// fewestUnits is the length of the shortest text in which a script shows.
const fewestUnits = 16

// oneScript reports whether text is UTF-16 that needs no mark to be known:
// nearly all of its characters are Latin or of one other script, and some are
// blanks and digits. Words with zeros between them are not.
func oneScript(order binary.ByteOrder, text []byte) bool {
	var blocks [256]int
	for i := 0; i+1 < len(text); i += 2 {
		blocks[order.Uint16(text[i:])>>8]++
	}
	all, latin := len(text)/2, blocks[0]
	if all < fewestUnits {
		return latin == all
	}
	return latin*12 >= all && (latin+slices.Max(blocks[1:]))*4 >= all*3
}

func decoderOf(order binary.ByteOrder) transform.Transformer {
	if order == binary.ByteOrder(binary.BigEndian) {
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
}
