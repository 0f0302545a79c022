package document

import "sort"

// view is a decoded text that remembers where each of its bytes came from.
type view struct {
	text   []byte
	chunks []chunk
}

// chunk maps the text from an offset on to a range of the original; same says
// byte for byte.
type chunk struct {
	text, raw, rawEnd int
	same              bool
}

// keep takes over bytes of the original that mean themselves.
func (v *view) keep(raw []byte, at int) {
	if len(raw) == 0 {
		return
	}
	if n := len(v.chunks); n > 0 && v.chunks[n-1].same && v.chunks[n-1].rawEnd == at {
		v.chunks[n-1].rawEnd += len(raw)
	} else {
		v.chunks = append(v.chunks, chunk{len(v.text), at, at + len(raw), true})
	}
	v.text = append(v.text, raw...)
}

// put adds what a range of the original means.
func (v *view) put(text []byte, start, end int) {
	if len(text) > 0 {
		v.chunks = append(v.chunks, chunk{len(v.text), start, end, false})
		v.text = append(v.text, text...)
	}
}

// origin returns the range of the original behind a range of the text that is
// not empty.
func (v *view) origin(start, end int) (from, to int) {
	a, b := v.at(start), v.at(end-1)
	if from = a.raw; a.same {
		from += start - a.text
	}
	if to = b.rawEnd; b.same {
		to = b.raw + end - b.text
	}
	return from, to
}

// at returns the chunk of a byte of the text.
func (v *view) at(off int) chunk {
	i := sort.Search(len(v.chunks), func(i int) bool { return v.chunks[i].text > off })
	return v.chunks[i-1]
}
