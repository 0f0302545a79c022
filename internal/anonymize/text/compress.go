package text

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
)

// This room looks through gzip and zlib: a value that is one whole compressed text, as caches hold it.

// How much a compressed value may grow, in bytes and as a multiple of its length. Small ones may grow by more.
const (
	largestInflated = 64 << 20
	mostInflated    = 250
	freelyInflated  = 1 << 20
)

// ErrCompressed reports a compressed value that cannot be read to its end, or grows too large.
var ErrCompressed = errors.New("a compressed value that cannot be read to its end, or grows too large")

// Compression is how a value was compressed, so that another one can be written alike.
type Compression struct {
	zlib   bool
	level  int
	header gzip.Header
}

func isGzip(s []byte) bool { return len(s) > 18 && s[0] == 0x1f && s[1] == 0x8b && s[2] == 8 }

func isZlib(s []byte) bool {
	return len(s) > 8 && s[0] == 0x78 && s[1]&0x20 == 0 && binary.BigEndian.Uint16(s)%31 == 0
}

// Compressed reports how gzip and zlib begin.
func Compressed(s []byte) bool { return isGzip(s) || isZlib(s) }

// Inflate returns what a value of gzip or zlib means; ok is false, without an error, for anything else. A text that
// begins like zlib (x^2) is not taken for it.
func Inflate(s []byte) (inner []byte, c Compression, ok bool, err error) {
	rest := bytes.NewReader(s)
	var r io.Reader
	switch {
	case isGzip(s):
		z, failed := gzip.NewReader(rest)
		if failed != nil {
			return nil, c, false, ErrCompressed
		}
		r, c.header = z, z.Header
		c.level = map[byte]int{2: gzip.BestCompression, 4: gzip.BestSpeed}[s[8]]
	case isZlib(s):
		z, failed := zlib.NewReader(rest)
		if failed != nil {
			return nil, c, false, nil
		}
		r, c.zlib = z, true
		c.level = [...]int{zlib.BestSpeed, zlib.BestSpeed, 0, zlib.BestCompression}[s[1]>>6]
	default:
		return nil, c, false, nil
	}
	if c.level == 0 {
		c.level = gzip.DefaultCompression
	}
	most := min(largestInflated, max(freelyInflated, mostInflated*len(s)))
	inner, failed := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case failed == nil && len(inner) <= most && rest.Len() == 0:
		return inner, c, true, nil
	case c.zlib && s[1] == '^' && len(inner) <= most:
		return nil, c, false, nil
	}
	return nil, c, false, ErrCompressed
}

// Deflate appends inner, compressed in the same way.
func (c Compression) Deflate(dst, inner []byte) []byte {
	b := bytes.NewBuffer(dst)
	var w io.WriteCloser
	if c.zlib {
		w, _ = zlib.NewWriterLevel(b, c.level) // the level is one of its own
	} else {
		z, _ := gzip.NewWriterLevel(b, c.level)
		if z.Header = c.header; !headerText(z.Name) || !headerText(z.Comment) {
			z.Name, z.Comment = "", ""
		}
		w = z
	}
	_, _ = w.Write(inner) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// headerText reports what a header of gzip can hold.
func headerText(s string) bool {
	for _, r := range s {
		if r == 0 || r > 0xff {
			return false
		}
	}
	return true
}

// inCompressed appends one edit for the whole value if there is something to replace in it; ok is false if it cannot be
// read.
func (w *worker) inCompressed(dst []edit, s []byte, l layer) (out []edit, ok bool) {
	text, c, ok, _ := Inflate(s)
	if !ok {
		return dst, false
	}
	inner := w.edits(nil, text, layer{depth: l.depth + 1, html: l.html})
	if len(inner) == 0 {
		return dst, true
	}
	e := edit{Span: Span{0, len(s)}, deep: true}
	e.text = c.Deflate(nil, apply(nil, text, inner, &e.n))
	return append(dst, e), true
}
