package document

import (
	"bytes"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// ErrMalformed says that a body breaks its format, or hides more than is
// followed. It names nothing of the body.
var ErrMalformed = errors.New("the document breaks its format")

// Finder says what is to be replaced. Slices are valid during the call only;
// what it returns is the caller's.
type Finder interface {
	// Edits returns what is to be replaced in a text of UTF-8, sorted and
	// without overlaps; with markup the text is HTML and so are the edits.
	Edits(s []byte, markup bool) []text.Edit
	// Number returns what stands for a number of JSON that is somebody's phone;
	// nothing for any other.
	Number(v []byte) []byte
	// Pair returns the pseudonym of somebody whose given and family name stand
	// apart; ok is false when nobody bears both.
	Pair(given, family []byte) (newGiven, newFamily []byte, ok bool)
	// About says whom the texts that follow are about: whoever these fields
	// name. None means nobody beyond the body's own people.
	About(fields ...[]byte)
	// Day returns the day that stands for a birthday of whom About named.
	// Text that is no day gives nothing.
	Day(day []byte) []byte
	// Portrait returns a picture that stands for one of whom About named.
	Portrait(picture []byte) []byte
}

// Deepest is how many documents within documents are followed.
const Deepest = 4

// Rewriter rewrites the documents of one goroutine, one after the other.
type Rewriter struct {
	f        Finder
	depth    int // of documents within documents
	replaced int
}

// New returns a Rewriter over f.
func New(f Finder) *Rewriter { return &Rewriter{f: f} }

// Rewrite returns body, which is of this kind, with all that is found in it
// replaced; body itself when there is nothing. standIns counts the parts in it
// that cannot be read and became stand-ins of their kind. The error is
// ErrMalformed, and body must not be used then. Kinds that Reads does not list
// are read as plain text.
func (r *Rewriter) Rewrite(kind media.Kind, body []byte) (out []byte, standIns int, err error) {
	r.depth, r.replaced = 0, 0
	r.f.About()
	out, err = r.rewrite(kind, body)
	r.f.About()
	if err != nil {
		return nil, 0, err
	}
	return out, r.replaced, nil
}

// Reads reports the kinds that can be rewritten.
func Reads(k media.Kind) bool {
	switch k {
	case media.CSV, media.JSON, media.XML, media.HTML, media.EML, media.ICS, media.VCard, media.Text, media.SVG:
		return true
	}
	return false
}

func (r *Rewriter) rewrite(kind media.Kind, body []byte) ([]byte, error) {
	if kind == media.EML {
		return r.mail(body)
	}
	return Recode(kind, body, func(plain []byte) ([]byte, error) {
		switch kind {
		case media.CSV:
			return r.csv(plain)
		case media.JSON:
			return r.json(plain)
		case media.ICS, media.VCard:
			return r.lines(plain, kind)
		case media.XML, media.SVG:
			return r.xml(plain)
		case media.HTML:
			return r.html(plain)
		}
		return r.plain(plain)
	})
}

// plain rewrites text without a format.
func (r *Rewriter) plain(s []byte) ([]byte, error) {
	return apply(s, r.f.Edits(s, false)), nil
}

// html rewrites HTML, and the pictures that stand in it.
func (r *Rewriter) html(s []byte) ([]byte, error) {
	s = r.dataURIs(s)
	return apply(s, r.f.Edits(s, true)), nil
}

// part rewrites a document within a document: one that can be read by its
// kind, any other becomes a stand-in of its kind. media sniffs; name is what
// the document is called.
func (r *Rewriter) part(body []byte, name string) []byte {
	kind := media.Sniff(body[:min(len(body), media.HeadBytes)], name)
	if len(body) == 0 {
		return body
	}
	if !Reads(kind) {
		return r.standIn(kind, body)
	}
	return r.inner(kind, body)
}

// inner rewrites a document within a document whose kind is told.
func (r *Rewriter) inner(kind media.Kind, body []byte) []byte {
	if r.depth++; r.depth <= Deepest {
		out, err := r.rewrite(kind, body)
		if r.depth--; err == nil {
			return out
		}
	} else {
		r.depth--
	}
	return r.standIn(kind, body)
}

// standIn returns what stands for a part that cannot be read.
func (r *Rewriter) standIn(kind media.Kind, body []byte) []byte {
	r.replaced++
	switch kind {
	case media.PNG, media.JPEG, media.GIF, media.WebP:
		return r.f.Portrait(body)
	}
	var out bytes.Buffer
	_ = media.Placeholder(&out, kind, "attachment") // into memory: never fails
	return out.Bytes()
}

// apply returns s with edits, s itself when there are none.
func apply(s []byte, edits []text.Edit) []byte {
	if len(edits) == 0 {
		return s
	}
	out, pos := make([]byte, 0, len(s)+64), 0
	for _, e := range edits {
		out = append(append(out, s[pos:e.Start]...), e.Text...)
		pos = e.End
	}
	return append(out, s[pos:]...)
}
