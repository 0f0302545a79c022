package person

import (
	"bytes"
	"iter"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// Numbers yields the telephone numbers in a value that holds them beside other
// things, from left to right: tel:+49…;ext=5, two with a slash between blanks.
// Each has a normal form.
func Numbers(v []byte) iter.Seq[text.Span] {
	return func(yield func(text.Span) bool) {
		var room [32]byte
		for i := 0; i < len(v); {
			start := i
			if i = runEnd(v, i); i == start {
				i++
				continue
			}
			number := bytes.TrimRight(v[start:i], " \t+-./()")
			if _, ok := NormalPhone(room[:0], number); ok && !yield(text.Span{Start: start, End: start + len(number)}) {
				return
			}
		}
	}
}

// runEnd returns where the digits that begin at i end, with what may stand
// between them; i itself where no number can begin. A plus begins another one.
func runEnd(v []byte, i int) int {
	start, digits := i, 0
	for ; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '+' && digits > 0, bytes.HasPrefix(v[i:], []byte(" / ")):
			return i
		case c == '+' || c == '(':
		case i == start:
			return start
		case bytes.IndexByte([]byte(" \t-./)"), c) < 0:
			return i
		}
	}
	return i
}

// emailIn is NormalEmail for a value that may hold the address beside other
// things: mailto:jane@acme.com, Jane Doe <jane@acme.com>. Of several the first
// counts.
func emailIn(dst, raw []byte) ([]byte, bool) {
	if out, ok := NormalEmail(dst, raw); ok {
		return out, true
	}
	if bytes.IndexByte(raw, '@') < 0 {
		return dst, false
	}
	for _, at := range text.FindEmails(nil, raw) {
		return NormalEmail(dst, raw[at.Start:at.End])
	}
	return dst, false
}

// phoneIn is NormalPhone, as emailIn is NormalEmail.
func phoneIn(dst, raw []byte) ([]byte, bool) {
	if out, ok := NormalPhone(dst, raw); ok {
		return out, true
	}
	for at := range Numbers(raw) {
		return NormalPhone(dst, raw[at.Start:at.End])
	}
	return dst, false
}
