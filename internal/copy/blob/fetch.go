package blob

import (
	"compress/gzip"
	"context"
	"errors"
	"io"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// maxUnpacked bounds a body that is unpacked to be rewritten, in bytes.
const maxUnpacked = 64 << 20

// fetch opens the body of one object of the source for the anonymiser.
type fetch struct {
	keep bool
	head []byte        // what was peeked
	body io.ReadCloser // what was opened last
}

// peek reads the beginning of a kept body and reports whether it is text; open
// then goes on from there.
func (f *fetch) peek(ctx context.Context, st *staged, o *object) (text bool, err error) {
	f.head, err = peek(sourceRange(ctx, st, o), o.Size)
	return isText(f.head), err
}

// sourceRange reads parts of an object of the source, as it was listed.
func sourceRange(ctx context.Context, st *staged, o *object) ranged {
	return func(from, size int64) (io.ReadCloser, error) {
		r, err := st.src.get(ctx, o, from, size)
		if err != nil {
			return nil, st.source.fail("read an object", err)
		}
		return &sourceBody{r, st.source}, nil
	}
}

// open returns the body: as it is stored for a keep rule, else unpacked, and
// its beginning first, which is all that a stand-in needs.
func (f *fetch) open(ctx context.Context, st *staged, o *object) (io.ReadCloser, error) {
	get := sourceRange(ctx, st, o)
	var err error
	switch {
	case f.keep && f.head != nil:
		f.body = behind(f.head, get, o.Size)
	case f.keep:
		f.body, err = get(0, -1)
	case o.Encoding != "" && o.Encoding != "gzip":
		return nil, anonymize.ErrPacked
	case o.Size > 2*media.HeadBytes:
		f.body, err = get(0, media.HeadBytes)
		if err == nil {
			f.body = &twoParts{first: f.body, rest: func() (io.ReadCloser, error) { return get(media.HeadBytes, -1) }}
		}
	default:
		f.body, err = get(0, -1)
	}
	if err != nil || f.keep || o.Encoding == "" {
		return f.body, err
	}
	return unpack(f.body)
}

// close closes what was opened; closing twice is harmless.
func (f *fetch) close() {
	if f.body != nil {
		_ = f.body.Close() // only read: nothing is lost
	}
}

// unpack undoes gzip, up to a limit.
func unpack(packed io.ReadCloser) (io.ReadCloser, error) {
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, errors.Join(notPacked(err), packed.Close())
	}
	return &unpacked{z: z, packed: packed, left: maxUnpacked}, nil
}

type unpacked struct {
	z      *gzip.Reader
	packed io.ReadCloser
	left   int
}

// notPacked tells what breaks its encoding from what could not be read.
func notPacked(err error) error {
	if ours(err) {
		return err
	}
	return anonymize.ErrPacked
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	u.left -= n
	switch {
	case u.left < 0:
		return 0, anonymize.ErrPacked
	case err != nil && err != io.EOF:
		err = notPacked(err)
	}
	return n, err
}

// Close implements io.Closer.
func (u *unpacked) Close() error { return u.packed.Close() }

// sourceBody reduces the errors of a body.
type sourceBody struct {
	r  io.ReadCloser
	at place
}

// Read implements io.Reader.
func (b *sourceBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		err = b.at.fail("read an object", err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *sourceBody) Close() error { return b.r.Close() }

// twoParts reads first and asks for the rest only when that is needed.
type twoParts struct {
	first io.ReadCloser
	rest  func() (io.ReadCloser, error)
}

// Read implements io.Reader.
func (t *twoParts) Read(p []byte) (int, error) {
	n, err := t.first.Read(p)
	if err != io.EOF || t.rest == nil || len(p) == 0 {
		return n, err
	}
	_ = t.first.Close() // read to its end
	next, err := t.rest()
	t.rest = nil
	if err != nil {
		t.first = io.NopCloser(errReader{err})
		return n, err
	}
	t.first = next
	if n > 0 {
		return n, nil
	}
	return t.first.Read(p)
}

// Close implements io.Closer.
func (t *twoParts) Close() error { return t.first.Close() }

type errReader struct{ err error }

// Read implements io.Reader.
func (r errReader) Read([]byte) (int, error) { return 0, r.err }
