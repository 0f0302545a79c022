package text

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// This room looks through the encodings of a text. A layer is decoded into a view that remembers where each of its
// bytes came from; what is found in the view is replaced in the original range, encoded again. Nothing else changes.

// deepestLayer is how many encodings may lie over each other.
const deepestLayer = 4

// layer says how a text is to be read.
type layer struct {
	depth int
	html  bool
	bare  bool // the control words of RTF have been read
}

func (l layer) inner() layer { return layer{depth: l.depth + 1, bare: l.bare} }

// edit replaces a range by text.
type edit struct {
	Span
	text []byte
	n    Counts
	cuts bool // an end lies inside the code of an encoding
	deep bool // found in a view
}

// apply appends s with edits, which are sorted and do not overlap.
func apply(dst, s []byte, edits []edit, n *Counts) []byte {
	pos := 0
	for _, e := range edits {
		dst = append(dst, s[pos:e.Start]...)
		dst = append(dst, e.text...)
		pos = e.End
		n.Add(e.n)
	}
	return append(dst, s[pos:]...)
}

// encoded reports whether s may hold an encoding, so that edits must look at it.
func encoded(s []byte, declared bool) bool {
	return declared && bytes.IndexByte(s, '<') >= 0 || hasTag(s) || looksJSON(s) || hasEntity(s) || hasPercent(s) || bytes.IndexByte(s, '\\') >= 0 && (hasEscape(s) || hasWriting(s)) ||
		Compressed(s) || looksPacked(s) || bytes.IndexByte(s, '=') >= 0 && (hasQuoted(s) || hasWord(s)) || hasBase64(s) || hasGarbled(s) || hasSpelled(s) || nextFigure(s, 0) < len(s)
}

// edits appends the replacements for s, sorted, without overlaps.
func (w *worker) edits(dst []edit, s []byte, l layer) []edit {
	if l.depth < deepestLayer {
		if out, ok := w.document(dst, s, l); ok {
			return out
		}
	}
	first := len(dst)
	entities, percent, escapes, quoted := hasEntity(s), hasPercent(s), hasEscape(s), hasQuoted(s)
	coded := entities || percent || escapes || quoted || hasGarbled(s)
	f := &w.search
	f.begin(w, s)
	for p, ok := f.next(); ok; p, ok = f.next() {
		e := edit{Span: p.Span, cuts: coded && (insideCode(s, p.Start) || insideCode(s, p.End))}
		start := len(w.texts)
		w.texts = w.replace(w.texts, s, p, &e.n)
		e.text = w.texts[start:len(w.texts):len(w.texts)]
		dst = append(dst, e)
	}
	before := len(dst)
	if dst = w.inFigures(dst, s, coded); l.depth >= deepestLayer {
		return append(dst[:first], disjoint(dst[first:])...)
	}
	if hasSpelled(s) {
		dst = w.inSpelled(dst, s)
	}
	if quoted { // mail comes first: it holds other codes bare, and none of them holds it so
		dst = w.inQuoted(dst, s, l)
	} else if hasWord(s) {
		dst = w.inWords(dst, s, l)
	}
	if entities {
		dst = w.through(dst, decodeEntities(s), codec{l, escapeHTML})
	}
	if percent {
		dst = w.inPercent(dst, s, l)
	}
	if escapes {
		dst = w.inBytes(w.through(dst, decodeEscapes(s), codec{l, appendEscaped}), s, l)
	}
	if !l.bare && hasWriting(s) {
		dst = w.inWritings(dst, s, l)
	}
	dst = w.inBase64(w.inGarbled(dst, s, l), s, l)
	if hasTag(s) && w.mayGoOver(s) {
		dst = w.inTagged(dst, s, l, false)
	}
	if len(dst) == before { // nothing was found twice
		return dst
	}
	return append(dst[:first], disjoint(dst[first:])...)
}

// document appends the replacements for s where all of it is in one format; ok is false if it is in none.
func (w *worker) document(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	if Compressed(s) {
		if out, ok := w.inCompressed(dst, s, l); ok {
			return out, true
		}
	}
	if looksPacked(s) {
		if out, ok := w.inPacked(dst, s, l); ok {
			return out, true
		}
	}
	if looksJSON(s) {
		if out, ok := w.inJSON(dst, s, l); ok {
			return out, true
		}
	}
	switch {
	case l.html:
		return w.inHTML(dst, s, l), true
	case !l.bare && looksRTF(s):
		return w.inRTF(dst, s, l), true
	}
	return dst, false
}

// codec is an encoding found in a layer; encode appends a text in it.
type codec struct {
	layer
	encode func(dst, text []byte) []byte
}

// through appends the replacements found in a view, encoded.
func (w *worker) through(dst []edit, v view, c codec) []edit {
	first := len(dst)
	dst = w.edits(dst, v.text, c.inner())
	for i := first; i < len(dst); i++ {
		e := &dst[i]
		e.Span = v.origin(e.Span)
		e.text, e.deep = c.encode(nil, e.text), true
	}
	return dst
}

// insideCode reports whether an offset lies inside the code of one character, so that an edit there would cut it in
// two, as the address 20rose@acme.com does in %20rose@acme.com.
func insideCode(s []byte, off int) bool {
	for i := max(0, off-longestEntity); i < off; i++ {
		switch s[i] {
		case garbledLead:
			var room [utf8.UTFMax]byte
			if end, _, _ := garbledAt(&room, s, i); end > off {
				return true
			}
		case '%':
			if percentEnd(s, i) > off {
				return true
			}
		case '&':
			if entityAt(s, i) > off {
				return true
			}
		case '=':
			if quotedEnd(s, i) > off {
				return true
			}
		case '\\':
			run := i
			for run > 0 && s[run-1] == '\\' {
				run--
			}
			if (i-run)%2 == 0 && escapeEnd(s, i) > off {
				return true
			}
		}
	}
	return false
}

// better reports whether of two overlapping edits a is to be kept: it cuts no code, or it was found by decoding where
// the other took codes for letters, or it is longer. Of equal ranges the first, undecoded one stays.
func (a *edit) better(b *edit) bool {
	switch {
	case a.cuts != b.cuts:
		return b.cuts
	case a.Span == b.Span:
		return false
	case a.deep != b.deep:
		return a.deep
	}
	return a.End-a.Start > b.End-b.Start
}

// disjoint sorts edits and keeps the better one of those that overlap.
func disjoint(edits []edit) []edit {
	order := func(a, b edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) }
	if !slices.IsSortedFunc(edits, order) {
		slices.SortStableFunc(edits, order)
	}
	out := edits[:0]
	for _, e := range edits {
		if n := len(out); n > 0 && e.Start < out[n-1].End {
			if last := &out[n-1]; e.better(last) {
				*last = e
			} else if e.Span == last.Span {
				last.deep = last.deep || e.deep // both readings agree
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// view is a decoded text. Each chunk maps a stretch of it to a stretch of the original; same says byte for byte.
type view struct {
	text   []byte
	chunks []chunk
}

type chunk struct {
	text, raw, rawEnd int
	same              bool
}

// keep takes over raw bytes that mean themselves.
func (v *view) keep(raw []byte, at int) {
	if len(raw) > 0 {
		v.chunks = append(v.chunks, chunk{len(v.text), at, at + len(raw), true})
		v.text = append(v.text, raw...)
	}
}

// put adds decoded bytes for the raw range.
func (v *view) put(text string, raw Span) {
	if len(text) > 0 {
		v.chunks = append(v.chunks, chunk{len(v.text), raw.Start, raw.End, false})
		v.text = append(v.text, text...)
	}
}

// find returns the index of the chunk that holds a byte of the view.
func (v *view) find(off int) int {
	lo, hi := 0, len(v.chunks)
	for hi-lo > 1 {
		if mid := int(uint(lo+hi) / 2); v.chunks[mid].text <= off {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// origin returns the original range of a non-empty range of the view.
func (v *view) origin(s Span) Span {
	a, b := v.chunks[v.find(s.Start)], v.chunks[v.find(s.End-1)]
	out := Span{a.raw, b.rawEnd}
	if a.same {
		out.Start += s.Start - a.text
	}
	if b.same {
		out.End = b.raw + s.End - b.text
	}
	return out
}
