package anonymize

// Field is one place where data lives: a column, a path of a mapping, a kind
// of object under a prefix. Adapters survey them, rules are matched against
// them, and one that no rule covers is refused.
type Field struct {
	Store string // "postgres"
	Group string // table ("users", or "schema.table" outside public), index without the tenant's prefix, prefix of object names
	Name  string // column, path of _source, "*.pdf"
	Type  string // in the store's own words: "varchar(60)", "keyword"; "keyword|text" where the indexes of a name differ
	Form  Form   // how a value stands on the wire

	MaxLen  int  // longest value in characters, 0 for no limit
	NotNull bool // NULL is not accepted
	Unique  bool // part of a unique key
	Derived bool // computed by the server (a generated column), so there is nothing to copy and no rule is needed
	Routing bool // decides in which partition a row lies
	Words   bool // its type hides the words of a text: a full-text vector

	// Parts are the attributes of a FormRecord in order, or the one element of
	// a FormArray, or what a FormRange or FormMultirange ranges over. Of each the name (of an attribute), Type, Form, MaxLen,
	// NotNull, Words, Labels and Parts count.
	Parts []Field

	// Inside is what Type is made of where its name does not say: " (street text,
	// city text)" of a composite, " of text" of a domain. It changes when the type does.
	Inside string

	Labels  []string // what an enum may be
	Reads   []string // the columns that a Derived one is computed from
	Suggest string   // how the server itself computes the column, as far as that is known: an argument of derive

	part bool // of a column, not one: Name is its path

	// Sample is the full name of one object (blob) that patterns are matched
	// against. It can hold personal data and is never printed.
	Sample string
}

// Text is a piece of schema that is carried as text (a default, a view, an
// enum label, an analyzer's word list) and must name nobody.
type Text struct {
	Place string // "view public.directory"
	Body  string // never printed

	// Comment marks the text of a comment in Store, which is carried only
	// where the rules say so.
	Comment bool
	Store   string
}

// Finding is content without a rule, found while copying: where and how
// often, without the value.
type Finding struct {
	Store, Group, Path string
	Count              int64
}

// Counts is what an Anonymizer has done so far.
type Counts struct{ Kept, Changed, Dropped int64 }

// Sub returns c − d.
func (c Counts) Sub(d Counts) Counts {
	return Counts{c.Kept - d.Kept, c.Changed - d.Changed, c.Dropped - d.Dropped}
}
