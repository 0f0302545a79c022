package text

import (
	"bytes"
	"compress/gzip"
	"io"
)

// This room looks through gzip: a value that is one whole compressed text, as caches hold it.

// largestGzip bounds the decompressed size in bytes; what is larger is not text of a field and is left as it stands.
const largestGzip = 64 << 20

func hasGzip(s []byte) bool { return len(s) > 18 && s[0] == 0x1f && s[1] == 0x8b && s[2] == 8 }

// inGzip appends one edit for the whole value if there is something to replace in it; ok is false if it cannot be read.
func (w *worker) inGzip(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	r, err := gzip.NewReader(bytes.NewReader(s))
	if err != nil {
		return dst, false
	}
	text, err := io.ReadAll(io.LimitReader(r, largestGzip+1))
	if err != nil || len(text) > largestGzip {
		return dst, false
	}
	inner := w.edits(nil, text, layer{depth: l.depth + 1, html: l.html})
	if len(inner) == 0 {
		return dst, true
	}
	e := edit{Span: Span{0, len(s)}}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Header = r.Header
	if _, err = z.Write(apply(nil, text, inner, &e.n)); err == nil {
		err = z.Close()
	}
	e.text = b.Bytes()
	return append(dst, e), err == nil
}
