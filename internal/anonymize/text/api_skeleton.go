package text

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
