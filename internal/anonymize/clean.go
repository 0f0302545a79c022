package anonymize

import "io"

// Clean is a value that has passed a rule. Its bytes are unexported, so no
// other package can make one that holds anything; every sink takes nothing
// else. It is valid until the Anonymizer that made it begins the next record.
type Clean struct {
	b    []byte
	null bool
}

// Bytes returns the value as it goes on the wire; nil for NULL. The caller
// must not change it.
func (c Clean) Bytes() []byte { return c.b }

// IsNull reports whether the value is NULL (or, in a document, null).
func (c Clean) IsNull() bool { return c.null }

// CleanBody is a large value, the body of an object, that has passed a rule.
type CleanBody struct {
	r        io.Reader
	size     int64
	typ      string
	standIns int
	original bool
	left     bool
}

// Read implements io.Reader.
func (b *CleanBody) Read(p []byte) (int, error) { return b.r.Read(p) }

// Size returns the body's length in bytes.
func (b *CleanBody) Size() int64 { return b.size }

// Type returns the content type to store it under.
func (b *CleanBody) Type() string { return b.typ }

// StandIns returns how many parts of the body could not be read by its rule,
// the body itself among them, and were replaced by documents that say nothing.
func (b *CleanBody) StandIns() int { return b.standIns }

// Left reports that nothing is to be written: the rule cannot read the body,
// and leaves it out or has recorded it.
func (b *CleanBody) Left() bool { return b.left }

// Original reports whether the body still holds content of the original that no
// rule has read, as strip leaves it: the proof must not take it for generated.
func (b *CleanBody) Original() bool { return b.original }

// Permit allows one object's body to be copied on the server, without its
// bytes passing through us. Only a keep rule makes one.
type Permit struct{ name string }

// Name returns the source object's full name.
func (p Permit) Name() string { return p.name }

// Fate is what the rules say about a key or an object as a whole.
type Fate int

// The fates.
const (
	Unknown Fate = iota // no rule covers it: recorded, not written
	Keep                // carried as it is, opaque
	Rewrite             // read, passed through the rule, written
	Leave               // left out by a rule
)
