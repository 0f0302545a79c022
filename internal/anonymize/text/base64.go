package text

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

// This room looks through base64: runs of at least 16 characters that decode to readable text, or
// to a compressed or serialised one. Lines of one length that mail has cut are one run.

// shortestBase64 is the length from which a run counts.
const shortestBase64 = 16

// isBase64 reports the characters of both alphabets, without padding.
func isBase64(c byte) bool {
	return c < utf8.RuneSelf && lower[c] != separator || c == '+' || c == '/' || c == '-' || c == '_'
}

// nextBase64 returns the first long run at or after i with its padding, or an empty range. It looks for eight bytes at a
// multiple of eight, of which every long run has some, so ordinary words cost next to nothing.
func nextBase64(s []byte, i int) Span {
	for probe := i; probe+block <= len(s); probe += block {
		if !mayBeBase64(load(s, probe)) {
			continue
		}
		start, end := probe, probe
		for start > i && isBase64(s[start-1]) {
			start--
		}
		for end < len(s) && isBase64(s[end]) {
			end++
		}
		if end-start >= shortestBase64 {
			end = foldedEnd(s, start, end)
			for pad := 0; pad < 2 && end < len(s) && s[end] == '='; pad++ {
				end++
			}
			return Span{start, end}
		}
	}
	return Span{}
}

// mayBeBase64 reports eight bytes of base64. Signs above the plus are let pass, too: the run ends at them.
func mayBeBase64(v uint64) bool { return (v-'+'*ones|v)&highs == 0 }

// shortestLine is the length from which a line may be one of several.
const shortestLine = 60

// foldedEnd returns the end of the lines of which s[start:end] is the first: each as long as it, but for the last one.
func foldedEnd(s []byte, start, end int) int {
	line := end - start
	if line < shortestLine || line%4 != 0 {
		return end
	}
	for {
		next := end + len(lineBreak(s[end:]))
		to := next
		for to < len(s) && isBase64(s[to]) {
			to++
		}
		if next == end || to == next || to-next > line {
			return end
		}
		if end = to; to-next < line {
			return end
		}
	}
}

// lineBreak returns the end of a line that s begins with.
func lineBreak(s []byte) []byte {
	switch {
	case len(s) > 1 && s[0] == '\r' && s[1] == '\n':
		return s[:2]
	case len(s) > 0 && s[0] == '\n':
		return s[:1]
	}
	return nil
}

// foldLines cuts coded into lines as those of run.
func foldLines(run, coded []byte) []byte {
	line := bytes.IndexAny(run, "\r\n")
	if line < 0 {
		return coded
	}
	var out []byte
	for ending := lineBreak(run[line:]); len(coded) > line; coded = coded[line:] {
		out = append(append(out, coded[:line]...), ending...)
	}
	return append(out, coded...)
}

// hasBase64 reports whether a run decodes to readable text, as base64 or as hexadecimal digits.
func hasBase64(s []byte) bool {
	for i := 0; ; {
		run := nextBase64(s, i)
		if run.End == 0 {
			return false
		}
		if _, _, ok := readBase64(s[run.Start:run.End]); ok || hasHex(s, run) {
			return true
		}
		i = run.End
	}
}

// readBase64 decodes a run if it means readable text, or more than that; enc writes it back in the same alphabet and padding.
func readBase64(run []byte) (text []byte, enc *base64.Encoding, ok bool) {
	digits, upper, length := 0, 0, 0
	url, std, pad := false, false, false
	for _, c := range run {
		length++
		switch {
		case c == '\n' || c == '\r':
			length--
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
	case pad || length%4 == 0:
		enc = base64.StdEncoding
	default:
		enc = base64.RawStdEncoding
	}
	var room [32]byte
	if n, err := enc.Decode(room[:], run[:shortestBase64]); err == nil && !readable(room[:n], false) && !Compressed(room[:n+8]) && (digits == 0 || room[0] < utf8.RuneSelf) {
		return nil, nil, false // most runs are binary: their first bytes say so
	}
	text = make([]byte, enc.DecodedLen(len(run)))
	n, err := enc.Decode(text, run)
	if text = text[:n]; err != nil || !readable(text, true) && !Compressed(text) && !looksPacked(text) {
		return nil, nil, false
	}
	return text, enc, true
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

// inBase64 appends an edit for every run with something to replace in it, or in the hexadecimal digits within it.
func (w *worker) inBase64(dst []edit, s []byte, l layer) []edit {
	for i := 0; ; {
		run := nextBase64(s, i)
		if run.End == 0 {
			return dst
		}
		i = run.End
		var inner []edit
		text, enc, ok := readBase64(s[run.Start:run.End])
		if ok {
			inner = w.inMeaning(text, l.inner())
		}
		if len(inner) == 0 {
			dst = w.inHex(dst, s, run, l)
			continue
		}
		if dotted := run.Start > 0 && s[run.Start-1] == '.' || run.End < len(s) && s[run.End] == '.'; dotted && s[run.End-1] != '=' {
			enc = base64.RawURLEncoding // the parts of a token have no padding
			if bytes.ContainsAny(s[run.Start:run.End], "+/") {
				enc = base64.RawStdEncoding
			}
		}
		e := edit{Span: run, deep: true, cuts: insideCode(s, run.Start) || insideCode(s, run.End)}
		e.text = foldLines(s[run.Start:run.End], enc.AppendEncode(nil, apply(nil, text, inner, &e.n)))
		dst = append(dst, e)
	}
}

// inMeaning returns the replacements inside what a run means.
func (w *worker) inMeaning(text []byte, l layer) []edit {
	if readable(text, true) {
		return w.edits(nil, text, l)
	}
	inner, ok := w.inCompressed(nil, text, l)
	if !ok {
		inner, _ = w.inPacked(nil, text, l)
	}
	return inner
}
