package blob

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// This room holds the words that both protocols share: what an object is, how
// a container is read, how it is written.

// object is one object as a server describes it, values as they stand on the
// wire.
type object struct {
	Name     string
	Size     int64
	Type     string // content type
	Encoding string // content encoding, lower case
	ETag     string // without quotes
	Modified time.Time
	Special  string // what keeps it from being copied: "AppendBlob", "PageBlob"; usually empty
	Archived bool   // cannot be read before it is brought back
	Tags     int    // number of tags, where the listing tells

	// Full says that Type, Encoding and Meta are known; S3's listing has none
	// of them.
	Full bool
	// Meta holds the metadata, and under the names of headers those headers
	// that are free text. Keys of S3 are in lower case.
	Meta map[string]string
}

// freeText lists the headers that can hold anything, a file name for
// instance; they are metadata to the rules.
func freeText() [3]string {
	return [3]string{"content-disposition", "content-language", "cache-control"}
}

// isHeader reports whether a key of Meta is a header's name.
func isHeader(key string) bool {
	for _, name := range freeText() {
		if key == name {
			return true
		}
	}
	return false
}

// version is equal as long as neither content nor metadata was written anew.
func (o *object) version() string { return o.ETag + " " + o.Modified.UTC().Format(time.RFC3339) }

// known returns an encoding that may be carried: one of a closed list, so
// that no text of the source is.
func knownEncoding(encoding string) string {
	for _, known := range []string{"gzip", "br", "deflate", "zstd", "compress"} {
		if encoding == known {
			return known
		}
	}
	return ""
}

// Names of ours begin with ownPrefix, on both sides: they are no part of what
// a tenant holds.
const ownPrefix = ".tenantcopy/"

// own is the name of an object of ours. Only ownName makes one.
type own struct{ name string }

func ownName(name string) own { return own{ownPrefix + name} }

// marker and lock are names below ownPrefix, markKey the key of our metadata.
// Azure wants an identifier there, and S3's proxies dislike underscores.
const (
	markerName = "marker"
	lockName   = "lock"
	markKey    = "tenantcopymark"
)

func isOwn(name string) bool { return strings.HasPrefix(name, ownPrefix) }

// state is what a container says about itself.
type state struct {
	exists bool
	marker string // text of the marker, "" for none
}

// container reads one container or bucket. Its errors are raw, but for
// errGone and errChanged.
type container interface {
	state(ctx context.Context) (state, error)
	// page returns up to a thousand objects whose names begin with prefix, in
	// the server's order, and the token of the next page, "" after the last.
	page(ctx context.Context, prefix, token string) ([]object, string, error)
	head(ctx context.Context, name string) (object, error)
	// get opens the body from a byte on, if the object still has this ETag;
	// size < 0 is up to the end.
	get(ctx context.Context, o *object, from, size int64) (io.ReadCloser, error)
	// link tells a destination how to fetch an object itself. renew asks for
	// a fresh permission.
	link(ctx context.Context, o *object, renew bool) (link, error)
}

// link is how a destination reaches an object of the source. It holds a
// credential and is never printed.
type link struct {
	endpoint  string
	container string
	name      string
	etag      string
	size      int64
	url       string // Azure: with a signature that reads this object, for an hour
	bearer    string // Azure: "Bearer …" for the copy's source
}

// outgoing is an object on its way to the destination: nothing in it but
// Clean values and words of ours.
type outgoing struct {
	name, typ anonymize.Clean
	pairs     []pair
	encoding  string // knownEncoding, only for a kept body
	mark      string
}

// pair is one metadata entry or header and how its value is written.
type pair struct {
	key, value anonymize.Clean
	as         codec
}

// metadata returns the entries as they go on the wire, ours included.
func (o *outgoing) metadata() map[string]string {
	m := map[string]string{markKey: o.mark}
	for _, p := range o.pairs {
		if key := string(p.key.Bytes()); !isHeader(key) && !p.value.IsNull() {
			m[key] = p.as.encode(string(p.value.Bytes()))
		}
	}
	return m
}

// header returns the value of a free-text header, "" for none.
func (o *outgoing) header(name string) string {
	for _, p := range o.pairs {
		if string(p.key.Bytes()) == name && !p.value.IsNull() {
			return p.as.encode(string(p.value.Bytes()))
		}
	}
	return ""
}

// alike reports whether an object stands as out would write it, but for its
// body.
func (o *outgoing) alike(there *object) bool {
	if string(o.typ.Bytes()) != there.Type && (len(o.typ.Bytes()) > 0 || there.Type != defaultType) || o.encoding != there.Encoding {
		return false
	}
	want := o.metadata()
	for _, name := range freeText() {
		if v := o.header(name); v != "" {
			want[name] = v
		}
	}
	if len(want) != len(there.Meta) {
		return false
	}
	have := make(map[string]string, len(there.Meta))
	for key, value := range there.Meta {
		have[strings.ToLower(key)] = value
	}
	for key, value := range want {
		if v, ok := have[strings.ToLower(key)]; !ok || v != value {
			return false
		}
	}
	return true
}

// defaultType is what both protocols store when no type is given.
const defaultType = "application/octet-stream"

// writer writes into one container or bucket. Records go through put and
// pull, which take Clean values only; the rest is for objects of ours.
type writer interface {
	put(ctx context.Context, o *outgoing, body *body) error
	// pull lets the server fetch the body; errGone and errChanged speak of
	// the source, errNoPull says that this way is not open.
	pull(ctx context.Context, o *outgoing, from link) error
	remove(ctx context.Context, name string) error // not there is no error
	note(ctx context.Context, name own, text []byte, when condition) (etag string, err error)
}

// writeState makes and marks a container.
type writeState interface {
	create(ctx context.Context) error // there already is no error
	mark(ctx context.Context, text string) error
	unmark(ctx context.Context) error
}

// condition guards a note.
type condition struct {
	absent bool   // only if nothing has the name: else errTaken or errChanged
	etag   string // only over this version: else errChanged; "" for any
}

// twoWay is a destination: a container that is also written.
type twoWay interface {
	container
	writer
	writeState
}

// cursor walks a listing one object at a time, a page in memory.
type cursor struct {
	c      container
	at     place
	prefix string // "": everything but what is ours
	token  string
	buffer []object
	begun  bool
}

// next returns the next object, or nil after the last.
func (c *cursor) next(ctx context.Context) (*object, error) {
	for {
		for len(c.buffer) == 0 {
			if c.begun && c.token == "" {
				return nil, nil
			}
			var err error
			if c.buffer, c.token, err = c.c.page(ctx, c.prefix, c.token); err != nil {
				return nil, c.at.fail("list objects", err)
			}
			c.begun = true
		}
		o := c.buffer[0]
		c.buffer = c.buffer[1:]
		if c.prefix != "" || !isOwn(o.Name) {
			return &o, nil
		}
	}
}

// all yields the objects that are left.
func (c *cursor) all(ctx context.Context) iter.Seq2[*object, error] {
	return func(yield func(*object, error) bool) {
		for {
			o, err := c.next(ctx)
			if o == nil && err == nil {
				return
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}
