package text

import (
	"encoding/base64"
	"unicode/utf8"
)

// This room looks through base64: runs of at least 24 characters that decode to readable text.

// shortestBase64 is the length from which a run counts.
const shortestBase64 = 24

// isBase64 reports the characters of both alphabets, without padding.
func isBase64(c byte) bool {
	return c < utf8.RuneSelf && lower[c] != separator || c == '+' || c == '/' || c == '-' || c == '_'
}

// nextBase64 returns the first long run at or after i with its padding, or an empty range. It looks at every 24th
// byte only, and back from there, so ordinary words cost next to nothing.
func nextBase64(s []byte, i int) Span {
	for probe := i + shortestBase64 - 1; probe < len(s); {
		start := probe + 1
		for start > i && isBase64(s[start-1]) {
			start--
		}
		if start > probe {
			i, probe = probe+1, probe+shortestBase64
			continue
		}
		end := probe + 1
		for end < len(s) && isBase64(s[end]) {
			end++
		}
		if end-start >= shortestBase64 {
			for pad := 0; pad < 2 && end < len(s) && s[end] == '='; pad++ {
				end++
			}
			return Span{start, end}
		}
		i, probe = end, end+shortestBase64-1
	}
	return Span{}
}

// hasBase64 reports whether a run decodes to readable text.
func hasBase64(s []byte) bool {
	for i := 0; ; {
		run := nextBase64(s, i)
		if run.End == 0 {
			return false
		}
		if _, _, ok := readBase64(s[run.Start:run.End]); ok {
			return true
		}
		i = run.End
	}
}

// readBase64 decodes a run if it means readable text; enc writes it back in the same alphabet and padding.
func readBase64(run []byte) (text []byte, enc *base64.Encoding, ok bool) {
	digits, upper := 0, 0
	url, std, pad := false, false, false
	for _, c := range run {
		switch {
		case c == '-' || c == '_':
			url = true
		case c == '+' || c == '/':
			std = true
		case c == '=':
			pad = true
		case c <= '9':
			digits++
		case c <= 'Z':
			upper++
		}
	}
	if url && std || upper == 0 || digits == len(run) {
		return nil, nil, false
	}
	switch {
	case url && pad:
		enc = base64.URLEncoding
	case url:
		enc = base64.RawURLEncoding
	case pad || len(run)%4 == 0:
		enc = base64.StdEncoding
	default:
		enc = base64.RawStdEncoding
	}
	var room [18]byte
	if n, err := enc.Decode(room[:], run[:shortestBase64]); err == nil && !readable(room[:n], false) {
		return nil, nil, false // most runs are binary: their first bytes say so
	}
	text = make([]byte, enc.DecodedLen(len(run)))
	n, err := enc.Decode(text, run)
	if err != nil || !readable(text[:n], true) {
		return nil, nil, false
	}
	return text[:n], enc, true
}

// readable reports UTF-8 without control characters; unless whole, the last character may be cut off.
func readable(s []byte, whole bool) bool {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n <= 1 {
			return !whole && !utf8.FullRune(s[i:])
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		i += n
	}
	return true
}

// inBase64 appends an edit for every run with something to replace in it.
func (w *worker) inBase64(dst []edit, s []byte, l layer) []edit {
	for i := 0; ; {
		run := nextBase64(s, i)
		if run.End == 0 {
			return dst
		}
		i = run.End
		text, enc, ok := readBase64(s[run.Start:run.End])
		if !ok {
			continue
		}
		if inner := w.edits(nil, text, l.inner()); len(inner) > 0 {
			e := edit{Span: run, deep: true}
			e.text = enc.AppendEncode(nil, apply(nil, text, inner, &e.n))
			dst = append(dst, e)
		}
	}
}
