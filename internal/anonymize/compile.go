package anonymize

import (
	"io"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// Input is what a plan is compiled from.
type Input struct {
	Rules  *ruleset.Rules
	Fields []Field
	Texts  []Text
	People *person.Index
	Keys   person.Keyring
	Places []Place
	Vars   map[string]string // values of $NAME in set
}

// Place is a name of the source (a host, an account's URL, a bucket, a
// prefix, the tenant's own name) and its counterpart at the destination. Text
// that is rewritten at all has them replaced.
type Place struct{ From, To string }

// Plan is the compiled rules: immutable, shared by all goroutines.
type Plan struct{ in Input }

// Compile checks every field against the rules and returns a Plan, or a
// *report.Refusal that lists all reasons at once with lines ready to paste.
func Compile(in Input) (*Plan, error) { return &Plan{in}, nil }

// New returns an Anonymizer for one goroutine. It is cheap enough for one a
// worker, not for one a record.
func (p *Plan) New() *Anonymizer { return &Anonymizer{} }

// Row compiles the columns of one table, in the order in which the adapter
// would list them.
func (p *Plan) Row(store, table string, fields []Field) (*Row, error) { return &Row{}, nil }

// Documents compiles the rules of one index (without the tenant's prefix).
func (p *Plan) Documents(store, index string) (*Documents, error) { return &Documents{}, nil }

// Keys returns the rules of a Redis store.
func (p *Plan) Keys(store string) *Keys { return &Keys{} }

// Objects returns the rules of a blob store.
func (p *Plan) Objects(store string) *Objects { return &Objects{} }

// Row is the compiled rule of one table.
type Row struct {
	Order []int  // the fields in the order to read them: those that name a person first
	Steps []Step // the same order, cut into kept spans and ruled values
	Empty bool   // no row is copied
}

// Step is one part of a row: fields Order[First] to Order[Last-1].
type Step struct {
	First, Last int
	Rule        bool // exactly one field, for Value; else a kept span, for Span
}

// Documents is the compiled rule of one index.
type Documents struct{ Empty bool }

// Keys is the compiled rules of a Redis store.
type Keys struct{}

// Objects is the compiled rules of a blob store.
type Objects struct{}

// Anonymizer applies a plan for one goroutine. What it returns is valid until
// the next record: the next Begin, Document, Key or Object.
type Anonymizer struct{}

// Begin starts a row: its person is not known yet.
func (a *Anonymizer) Begin(r *Row) {}

// Span passes a kept span of a row, framing included.
func (a *Anonymizer) Span(step int, raw []byte) Clean { return Clean{} }

// Value passes one ruled value of a row; nil is NULL.
func (a *Anonymizer) Value(step int, raw []byte) (Clean, error) { return Clean{}, nil }

// RawDocument is a document as the source has it; Routing may be nil.
type RawDocument struct{ ID, Routing, Source []byte }

// CleanDocument is a document that has passed its rules.
type CleanDocument struct {
	ID, Routing, Source Clean
	Drop                bool // a rule leaves the document out
}

// Document passes one document.
func (a *Anonymizer) Document(d *Documents, raw RawDocument) (CleanDocument, error) {
	return CleanDocument{}, nil
}

// Key is what the rules say about one Redis key.
type Key struct {
	Name  Clean  // its name behind the tenant's prefix, as it goes to the destination
	Group string // the pattern it matched, for counting
	Fate  Fate
}

// Key begins a key; name is without the tenant's prefix.
func (a *Anonymizer) Key(k *Keys, name []byte) (Key, error) { return Key{}, nil }

// Payload passes the DUMP payload of a key whose fate is Keep.
func (a *Anonymizer) Payload(raw []byte) Clean { return Clean{} }

// Text passes the value of a string key; ok is false when a rule drops it.
func (a *Anonymizer) Text(raw []byte) (c Clean, ok bool, err error) { return Clean{}, true, nil }

// Member passes one element of a list, a set or a sorted set.
func (a *Anonymizer) Member(raw []byte) (c Clean, ok bool, err error) { return Clean{}, true, nil }

// Pair passes one field of a hash or of a stream entry.
func (a *Anonymizer) Pair(field, value []byte) (f, v Clean, ok bool, err error) {
	return Clean{}, Clean{}, true, nil
}

// Number passes a sorted set's score.
func (a *Anonymizer) Number(raw []byte) Clean { return Clean{} }

// Object is an object as the source lists it.
type Object struct {
	Name     string
	Size     int64
	Type     string // content type
	Metadata map[string]string
}

// CleanObject is what the rules say about one object.
type CleanObject struct {
	Name     Clean
	Group    string // the pattern it matched, for counting
	Fate     Fate   // Keep: copy on the server with Permit; Rewrite: Body
	Type     Clean  // content type
	Metadata []CleanPair
	Permit   Permit // only when Fate is Keep
}

// CleanPair is one metadata entry.
type CleanPair struct{ Key, Value Clean }

// Object begins an object.
func (a *Anonymizer) Object(o *Objects, raw Object) (CleanObject, error) { return CleanObject{}, nil }

// Body makes the body of the object that was begun last and whose fate is
// Rewrite. It reads from source no more than the rule needs.
func (a *Anonymizer) Body(source func() (io.ReadCloser, error)) (CleanBody, error) {
	return CleanBody{}, nil
}

// Counts returns what this Anonymizer has done since it was made.
func (a *Anonymizer) Counts() Counts { return Counts{} }

// Findings returns the content without a rule that this Anonymizer has met.
func (a *Anonymizer) Findings() []Finding { return nil }
