package text

import (
	"bytes"
	"unicode/utf8"
)

// This room looks through serialisations that the Resolver knows, and this package does not.

// Unpacker is a Resolver that knows how programs serialise values. Unpack appends s with every string in it passed
// through inner, and all lengths right; ok is false if s is no such value.
type Unpacker interface {
	Unpack(dst, s []byte, inner func(dst, s []byte) []byte) (out []byte, ok bool)
}

// longestVariable is how far the name of a variable may reach, in bytes.
const longestVariable = 256

// looksPacked reports bytes that are no text, and the beginnings of PHP's serialisation: a:1:{…} and name|a:1:{…}.
func looksPacked(s []byte) bool {
	n := len(s)
	switch {
	case n < 4:
		return false
	case s[0] >= utf8.RuneSelf && !utf8.Valid(s):
		return true
	case s[n-1] != '}' && s[n-1] != ';':
		return false
	}
	return s[1] == ':' || bytes.IndexByte(s[:min(n, longestVariable)], '|') > 0
}

// inPacked appends one edit for the whole value if there is something to replace in it; ok is false if it is none.
func (w *worker) inPacked(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	u, ok := w.r.(Unpacker)
	if !ok {
		return dst, false
	}
	e := edit{Span: Span{0, len(s)}, deep: true}
	e.text, ok = u.Unpack(nil, s, func(dst, s []byte) []byte {
		return apply(dst, s, w.edits(nil, s, l.inner()), &e.n)
	})
	if !ok || bytes.Equal(e.text, s) {
		return dst, ok
	}
	return append(dst, e), true
}
