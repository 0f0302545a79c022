package blob

import (
	"bytes"
	"errors"
	"io"
)

// errEarly is a body that ends before its beginning does.
var errEarly = errors.Join(errLost, io.ErrUnexpectedEOF)

// ranged reads a part of one body: size bytes from a place, all that follows
// for a size below 0.
type ranged func(from, size int64) (io.ReadCloser, error)

// peek reads the beginning of a body of a size, headBytes of it or all, and
// asks for no more than that.
func peek(get ranged, size int64) ([]byte, error) {
	if size == 0 {
		return nil, nil // some servers refuse a range of nothing
	}
	want := int64(-1)
	if size > headBytes {
		want = headBytes
	}
	r, err := get(0, want)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, min(size, headBytes))
	if _, err = io.ReadFull(r, head); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, errEarly
	}
	return head, err
}

// behind returns the whole body again: what was peeked, and what follows,
// which is asked for when it is needed.
func behind(head []byte, get ranged, size int64) io.ReadCloser {
	body := &twoParts{first: io.NopCloser(bytes.NewReader(head))}
	if int64(len(head)) < size {
		body.rest = func() (io.ReadCloser, error) { return get(int64(len(head)), -1) }
	}
	return body
}
