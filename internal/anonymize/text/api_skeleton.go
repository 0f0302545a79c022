package text

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
