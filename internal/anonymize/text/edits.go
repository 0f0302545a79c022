package text

import "bytes"

// Edit is what Rewrite writes in the place of a range of a text.
type Edit struct {
	Span
	Text []byte
}

// Edits returns what Rewrite would change in s, sorted, without overlaps, for a caller that writes it in an encoding of
// its own. With o.HTML the texts are escaped, as Rewrite escapes them.
func (e *Engine) Edits(s []byte, r Resolver, o Options) []Edit {
	w := o.Scratch.take()
	w.begin(e, r, o)
	found := w.found(s, layer{html: o.HTML})
	out := make([]Edit, len(found))
	for i := range found {
		out[i] = Edit{Span: found[i].Span, Text: bytes.Clone(found[i].text)}
	}
	w.drop(found)
	o.Scratch.put(w)
	return out
}
