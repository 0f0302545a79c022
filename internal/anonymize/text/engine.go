package text

// This room rewrites free text: it gathers what the dictionary and the detectors find and lets a Resolver spell the
// replacements. An address wins over a place, a place over a phone number, all of them over a name.

// Resolver spells the replacement of a mention. Each method appends to dst and returns it; original is the mention as
// it stands, decoded, valid during the call only. A Resolver may be a PhoneBook, too.
type Resolver interface {
	// Name appends the pseudonym of person m.ID in the form m.Kind (see Render).
	Name(dst []byte, m Match, original []byte) []byte
	Email(dst []byte, original []byte) []byte
	Phone(dst []byte, original []byte) []byte
}

// Options describe one value.
type Options struct {
	// HTML says that the value is HTML: names match across inline tags, and replacements are escaped.
	HTML bool
	// Context names the persons that the value's row or document is about; a part of their name is enough.
	Context []int32
	// Scratch may be given by a goroutine that rewrites many values; nil is fine.
	Scratch *Scratch
}

// Counts says how much was replaced. Homonyms are those Names that several persons bear and no context decides.
type Counts struct{ Names, Homonyms, Emails, Phones, Places int }

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Names += o.Names
	c.Homonyms += o.Homonyms
	c.Emails += o.Emails
	c.Phones += o.Phones
	c.Places += o.Places
}

// Engine rewrites free text. It is immutable and may be shared.
type Engine struct {
	names  *Dictionary
	places placeTable
}

// NewEngine returns an engine over a dictionary and the places of the source. A nil dictionary knows nobody.
func NewEngine(d *Dictionary, places []Place) *Engine {
	if d == nil {
		d = NewBuilder(0).Build()
	}
	return &Engine{names: d, places: newPlaceTable(places)}
}

// Rewrite appends s with every mention replaced, and adds to c what it did; c may be nil. Encodings inside the text
// (JSON, HTML entities, %40, \u0040, base64, gzip) are looked through to a depth of four and written back in their style. All
// other bytes stay as they are. Nothing is allocated, beyond room in dst, where nothing is found.
func (e *Engine) Rewrite(dst, s []byte, r Resolver, o Options, c *Counts) []byte {
	var n Counts
	switch coded := encoded(s, o.HTML); {
	case coded || o.Scratch != nil:
		w := o.Scratch.take()
		if w.begin(e, r, o); coded {
			found := w.found(s, layer{html: o.HTML})
			dst = apply(dst, s, found, &n)
			w.drop(found)
		} else {
			dst = w.plain(dst, s, &n)
		}
		o.Scratch.put(w)
	default:
		var w worker // stays on the stack
		w.begin(e, r, o)
		dst = w.plain(dst, s, &n)
	}
	if c != nil {
		c.Add(n)
	}
	return dst
}

// worker is one call of Rewrite.
type worker struct {
	e *Engine
	r Resolver
	policy
	search search // one at a time
	scratch
}

// begin starts a call.
func (w *worker) begin(e *Engine, r Resolver, o Options) {
	w.e, w.r = e, r
	w.policy.begin(e.names, o.Context)
}

// topic says what a piece is.
type topic uint8

const (
	aName topic = iota
	anEmail
	aPhone
	aPlace
)

// piece is a range of a text to be replaced.
type piece struct {
	Span
	topic topic
	place *Place
	match Match
}

// plain appends s rewritten without looking through encodings.
func (w *worker) plain(dst, s []byte, n *Counts) []byte {
	f := &w.search
	f.begin(w, s)
	pos := 0
	for p, ok := f.next(); ok; p, ok = f.next() {
		dst = append(dst, s[pos:p.Start]...)
		dst = w.replace(dst, s, p, n)
		pos = p.End
	}
	return append(dst, s[pos:]...)
}

// replace appends the replacement of one piece of s and counts it.
func (w *worker) replace(dst, s []byte, p piece, n *Counts) []byte {
	original := s[p.Start:p.End]
	switch p.topic {
	case anEmail:
		n.Emails++
		return w.r.Email(dst, original)
	case aPhone:
		n.Phones++
		return w.r.Phone(dst, original)
	case aPlace:
		n.Places++
		return append(dst, p.place.To...)
	}
	n.Names++
	if p.match.Ambiguous {
		n.Homonyms++
	}
	return w.r.Name(dst, p.match, original)
}
