package blob

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// A body is uploaded in parts of partBytes; S3 allows 10,000 of at least
// 5 MiB, so a larger body gets larger ones.
const (
	partBytes = 5 << 20
	maxParts  = 9000
)

var (
	errShort = errors.New("the body is shorter or longer than was told")
	errLeak  = errors.New("the body holds a value that must not be copied")
)

// body is a clean body on its way out: its first part, and what comes after
// it.
type body struct {
	first []byte
	whole bool // first is everything
	rest  io.Reader
	size  int64 // as told; below 0 when not known
	sent  int64
	look  func(part []byte, last bool) bool // nil, or whether the part holds no leak
}

// readBody reads as much of a clean body as one part holds.
func readBody(clean *anonymize.CleanBody) (*body, error) {
	part := max(int64(partBytes), clean.Size()/maxParts+1)
	b := &body{size: clean.Size()}
	var buf bytes.Buffer
	if clean.Size() >= 0 {
		buf.Grow(int(min(clean.Size(), part)) + bytes.MinRead)
	}
	if _, err := io.Copy(&buf, io.LimitReader(clean, part)); err != nil {
		return nil, err
	}
	b.first = buf.Bytes()
	var more [1]byte
	n, err := io.ReadFull(clean, more[:])
	switch {
	case n == 1:
		b.rest = io.MultiReader(bytes.NewReader(more[:]), clean)
		return b, nil
	case err != io.EOF:
		return nil, err
	}
	b.whole = true
	b.sent = int64(len(b.first))
	return b, b.told()
}

// told compares what was read with what was told.
func (b *body) told() error {
	if b.size >= 0 && b.sent != b.size {
		return errShort
	}
	return nil
}

// parts yields the body part by part; a part is valid until the next. The
// last one is yielded only after all were looked at.
func (b *body) parts() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		part, spare := b.first, make([]byte, len(b.first))
		for {
			n, err := 0, io.EOF
			if b.rest != nil {
				n, err = io.ReadFull(b.rest, spare)
			}
			last := n == 0 && err == io.EOF
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				yield(nil, err)
				return
			}
			b.sent += int64(len(part))
			if last {
				err = b.told()
			} else {
				err = nil
			}
			if b.look != nil && !b.look(part, last) {
				err = errLeak
			}
			if !yield(part, err) || err != nil || last {
				return
			}
			part, spare = spare[:n], part[:cap(part)][:len(b.first)]
		}
	}
}

// printable makes valid UTF-8 of a value for the search.
func printable(v string) []byte {
	if utf8.ValidString(v) {
		return []byte(v)
	}
	return []byte(strings.ToValidUTF8(v, " "))
}
