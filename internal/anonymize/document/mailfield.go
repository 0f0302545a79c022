package document

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// field is one header field; value is all behind the colon, folds and end
// included.
type field struct {
	name  string // in lower case; "" for the line of a mailbox file before a message
	head  []byte // as it stands, with its colon
	value []byte
}

// readField reads one field. The first line of a message may be "From ", as
// mailbox files have it.
func readField(s []byte, first bool) (f field, ok bool) {
	if first && bytes.HasPrefix(s, []byte("From ")) {
		return field{head: s[:5], value: s[5:]}, true
	}
	colon := bytes.IndexByte(s, ':')
	if colon <= 0 || bytes.ContainsAny(bytes.TrimRight(s[:colon], " \t"), " \t\r\n") {
		return f, false
	}
	return field{strings.ToLower(string(bytes.TrimRight(s[:colon], " \t"))), s[:colon+1], s[colon+1:]}, true
}

// gone reports fields that a changed message does not keep.
func (f *field) gone() bool {
	switch f.name {
	case "dkim-signature", "domainkey-signature", "x-google-dkim-signature", "authentication-results", "arc-seal",
		"arc-message-signature", "arc-authentication-results", "content-md5", "face", "x-face", "autocrypt", "x-image-url":
		return true
	}
	return false
}

// write appends the field of a message that changes from one body to another.
func (f *field) write(dst, old, body []byte) []byte {
	switch {
	case f.gone():
		return dst
	case f.name == "content-length" && !bytes.Equal(old, body):
		return fmt.Appendf(dst, "%s %d\r\n", f.head, len(body))
	case f.name == "lines" && !bytes.Equal(old, body):
		return fmt.Appendf(dst, "%s %d\r\n", f.head, bytes.Count(body, []byte{'\n'}))
	}
	return append(append(dst, f.head...), f.value...)
}

// field returns the value of a field rewritten.
func (r *Rewriter) field(f *field, e *entity) []byte {
	switch f.name {
	case "content-transfer-encoding", "mime-version", "content-length", "lines", "date":
		return f.value
	case "face", "x-face", "autocrypt", "x-image-url": // a portrait, or a key that names its owner
		return nil
	case "content-type", "content-disposition":
		if bytes.IndexByte(f.value, '*') >= 0 {
			return r.parameters(f.value)
		}
	}
	if utf8.Valid(f.value) {
		return r.unstructured(f.value)
	}
	c := charset{codec: charmap.Windows1252}
	plain, ok := c.decode(f.value)
	if !ok {
		r.replaced++
		return []byte(" removed\r\n")
	}
	if fresh := r.unstructured(plain); !bytes.Equal(fresh, plain) {
		return c.encode(fresh)
	}
	return f.value
}

// parameters rewrites a value with parameters in other charsets or in pieces
// (RFC 2231): where somebody is found it is written anew.
func (r *Rewriter) parameters(value []byte) []byte {
	kind, params, err := mime.ParseMediaType(string(bytes.TrimSpace(unfoldField(value))))
	if err != nil {
		return r.unstructured(value)
	}
	changed := false
	for key, v := range params {
		if key == "boundary" {
			continue
		}
		if fresh := apply([]byte(v), r.f.Edits([]byte(v), false)); string(fresh) != v {
			params[key], changed = string(fresh), true
		}
	}
	if !changed {
		return value
	}
	return foldField([]byte(" " + mime.FormatMediaType(kind, params) + "\r\n"))
}

// unfoldField takes the folds out of a value.
func unfoldField(s []byte) []byte {
	s = bytes.ReplaceAll(s, []byte("\r\n"), nil)
	return bytes.ReplaceAll(s, []byte("\n"), nil)
}

// stretch is a part of a value: view.text[start:end] stands for raw[from:to].
type stretch struct {
	start, end, from, to int
	coded                bool // encoded words
}

// unstructured rewrites a value through its folds and its encoded words.
func (r *Rewriter) unstructured(value []byte) []byte {
	plain, stretches := readWords(value)
	edits := r.f.Edits(plain, false)
	if len(edits) == 0 {
		return value
	}
	out, raw, pos := make([]byte, 0, len(value)+64), 0, 0
	for i := 0; i < len(edits); {
		start, end := edits[i].Start, edits[i].End
		coded := false
		n := i
		for {
			from, to := start, end
			for _, s := range stretches {
				if s.coded && s.start < end && start < s.end {
					from, to, coded = min(from, s.start), max(to, s.end), true
				}
			}
			for n < len(edits) && edits[n].Start < to {
				to = max(to, edits[n].End)
				n++
			}
			if from == start && to == end {
				break
			}
			start, end = from, to
		}
		fresh := piecewise(plain, start, end, edits[i:n])
		a, b := rawRange(stretches, start, end)
		out = append(append(out, value[raw:a]...), spellField(fresh, coded, value)...)
		raw, pos, i = b, end, n
	}
	_ = pos
	return foldField(append(out, value[raw:]...))
}

// piecewise returns plain[start:end] with edits.
func piecewise(plain []byte, start, end int, edits []textEdit) []byte {
	moved := make([]textEdit, len(edits))
	for i, e := range edits {
		moved[i] = edit(e.Start-start, e.End-start, e.Text)
	}
	return apply(plain[start:end], moved)
}

// rawRange returns what stands for a range of the decoded value.
func rawRange(stretches []stretch, start, end int) (a, b int) {
	for _, s := range stretches {
		if start >= s.start && start < s.end {
			if a = s.from; !s.coded {
				a += start - s.start
			}
		}
		if end > s.start && end <= s.end {
			if b = s.to; !s.coded {
				b = s.from + end - s.start
			}
		}
	}
	return a, b
}

// spellField writes a replacement as the header has its letters.
func spellField(s []byte, coded bool, value []byte) []byte {
	switch {
	case coded:
		return encodeWords(s)
	case isASCII(value):
		return charset{}.plain7(s)
	}
	return s
}

// encodeWords writes a text as encoded words, none longer than allowed.
func encodeWords(s []byte) []byte {
	const most = 39 // bytes of a word: 52 in base64, and what stands around them
	var out []byte
	for len(s) > 0 {
		n := min(len(s), most)
		for n < len(s) && n > 1 && !utf8.RuneStart(s[n]) {
			n--
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, "=?utf-8?B?"...)
		out = append(base64.StdEncoding.AppendEncode(out, s[:n]), "?="...)
		s = s[n:]
	}
	return out
}

// readWords decodes a value: folds vanish, encoded words become text, and what
// stands between two of them is nothing.
func readWords(s []byte) (plain []byte, all []stretch) {
	put := func(text []byte, from, to int, coded bool) {
		if n := len(all); n > 0 && coded && all[n-1].coded {
			all[n-1].end += len(text)
			all[n-1].to = to
		} else if len(text) > 0 {
			all = append(all, stretch{len(plain), len(plain) + len(text), from, to, coded})
		}
		plain = append(plain, text...)
	}
	pos := 0 // plain text in hand begins here
	flush := func(end int) {
		for pos < end {
			stop := pos
			for stop < end && s[stop] != '\r' && s[stop] != '\n' {
				stop++
			}
			put(s[pos:stop], pos, stop, false)
			for pos = stop; pos < end && (s[pos] == '\r' || s[pos] == '\n'); pos++ {
			}
		}
	}
	last := -1 // end of the encoded word before
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '=' || s[i+1] != '?' {
			continue
		}
		end, text, ok := encodedWord(s, i)
		if !ok {
			continue
		}
		if last >= 0 && len(bytes.TrimSpace(s[last:i])) == 0 {
			pos = i
		}
		flush(i)
		put(text, i, end, true)
		pos, last, i = end, end, end-1
	}
	flush(len(s))
	return plain, all
}

// encodedWord reads =?charset?B?…?= at i.
func encodedWord(s []byte, i int) (end int, text []byte, ok bool) {
	rest := s[i+2:]
	first := bytes.IndexByte(rest, '?')
	if first <= 0 || first+2 >= len(rest) || rest[first+2] != '?' {
		return 0, nil, false
	}
	stop := bytes.Index(rest[first+3:], []byte("?="))
	if stop < 0 || bytes.ContainsAny(rest[first+3:first+3+stop], "\r\n") {
		return 0, nil, false
	}
	end = i + 2 + first + 3 + stop + 2
	d := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) {
		label, _, _ = strings.Cut(label, "*") // a language
		codec, ok := named(label)
		if !ok {
			return nil, ErrMalformed
		}
		if codec == nil {
			return in, nil
		}
		return codec.NewDecoder().Reader(in), nil
	}}
	word := string(s[i:end])
	if b := rest[first+1]; b|0x20 == 'q' {
		word = strings.ReplaceAll(word, " ", "_") // some writers leave blanks
	}
	plain, err := d.Decode(word)
	if err != nil {
		return 0, nil, false
	}
	return end, []byte(plain), utf8.ValidString(plain)
}

// longestField is where a field is folded, in bytes.
const longestField = 76

// foldField folds the lines of a value that are too long, before blanks.
func foldField(s []byte) []byte {
	out, eol := make([]byte, 0, len(s)+16), "\r\n"
	if !bytes.Contains(s, []byte(eol)) {
		eol = "\n"
	}
	for len(s) > 0 {
		end, next := lineEnd(s, 0)
		row := s[:end]
		for len(row) > longestField {
			cut := bytes.LastIndexByte(row[:longestField], ' ')
			if cut <= 1 || len(bytes.TrimSpace(row[:cut])) == 0 {
				break
			}
			out = append(append(out, row[:cut]...), eol...)
			row = row[cut:]
		}
		out = append(append(out, row...), s[end:next]...)
		s = s[next:]
	}
	return out
}
