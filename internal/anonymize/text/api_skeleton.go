package text

import "errors"

// Form is one way a name is written.
type Form struct {
	Phrase string
	Kind   Kind
}

// Forms lists the phrases of a person.
func Forms(given, family, full string) []Form { return nil }

// CasePattern gives replacement the case of original.
func CasePattern(original, replacement []byte) []byte { return replacement }

// Render spells a pseudonym in the form of a mention.
func Render(dst []byte, m Match, original []byte, given, family string) []byte { return dst }

// Type is the type of a JSON value.
type Type uint8

// The types of a JSON value.
const (
	String Type = iota + 1
	Number
	Bool
	Null
	Object
	Array
)

// Token is what a visitor sees.
type Token struct {
	Path   []byte
	Type   Type
	Key    bool
	Raw    []byte
	Value  []byte
	Offset int
}

// Action is what a visitor decides.
type Action uint8

// The actions.
const (
	Keep    Action = iota // as it stands; of an object or array: descend
	Skip                  // as it stands, without a visit to what is inside
	SetText               // replace by a string with the returned text
	SetRaw                // replace by the returned JSON
	SetNull               // replace by null
	Drop                  // remove the member or element
)

// Visit decides about one token.
type Visit func(*Token) (Action, []byte, error)

// Rewriter rewrites JSON, reusing its buffers.
type Rewriter struct{}

// Rewrite appends the rewritten src.
func (r *Rewriter) Rewrite(dst, src []byte, visit Visit) ([]byte, error) {
	return nil, errors.New("rewrite json: not built")
}

// Rewrite is a Rewriter used once.
func Rewrite(dst, src []byte, visit Visit) ([]byte, error) {
	return new(Rewriter).Rewrite(dst, src, visit)
}

// Scalar finds the first scalar at a path.
func Scalar(src []byte, path string) ([]byte, bool, error) { return nil, false, nil }

// Compact removes white space between tokens.
func Compact(dst, src []byte) ([]byte, error) { return nil, nil }

// Resolver spells replacements.
type Resolver interface {
	Name(dst []byte, m Match, original []byte) []byte
	Email(dst []byte, original []byte) []byte
	Phone(dst []byte, original []byte) []byte
}

// Place is a name of the source and its counterpart.
type Place struct{ From, To string }

// Engine rewrites free text.
type Engine struct{}

// NewEngine makes an engine.
func NewEngine(d *Dictionary, places []Place) *Engine { return &Engine{} }

// Options of one value.
type Options struct {
	HTML    bool
	Context []int32
}

// Counts of what was replaced.
type Counts struct{ Names, Homonyms, Emails, Phones, Places int }

// Rewrite appends the rewritten s.
func (e *Engine) Rewrite(dst, s []byte, r Resolver, o Options, c *Counts) []byte {
	return append(dst, s...)
}
