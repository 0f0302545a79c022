// Package ruleset reads the rules file: one line per field, the same verbs in all four stores, and an error with line and column for
// everything it does not understand. It knows words and positions only: what a verb does to a value is the anonymiser's part, and no
// server is asked anything here.
//
// A file names the people of the tenant (`person:`), then the groups of each store (tables, index patterns, object names, key patterns)
// and a rule for each field of them:
//
//	version: 1
//	person:
//	  postgres:
//	    users: {id: id, name: full_name, email: email}
//	postgres:
//	  users: {id: keep, email: person.email, full_name: person.name}
//	blob:
//	  "avatars/{users.id}.*": avatar
//
// Within a store the first group that matches a name rules it, and within a group the first field that matches a path. A line that an
// earlier one hides completely is an error, because its author believes that it works.
package ruleset

// Pos is a place in the rules file. Line and Column count from 1; Column counts characters, not bytes. The zero Pos is "nowhere".
type Pos struct{ Line, Column int }

// Mode says what happens to a field that no rule covers.
type Mode string

const (
	// Refuse ends the run before the first byte, or, for content known only by reading, before the switch. It is the default.
	Refuse Mode = "refuse"
	// Drop empties what no rule covers, lists it, and goes on.
	Drop Mode = "drop"
)

// Shape says how much of a real name's form its pseudonym keeps.
type Shape string

const (
	// KeptShape keeps the number of words, hyphens, particles, apostrophes, accents and class of length, where at least five people share
	// them. It is the default.
	KeptShape Shape = "kept"
	// PlainShape is one given name and one surname for everybody.
	PlainShape Shape = "plain"
)

// Rules is a whole rules file, checked. It is not changed after Parse has made it, so any number of goroutines may read it.
type Rules struct {
	File         string   // the name Parse was given, for messages
	Hash         string   // SHA-256 of the file's bytes, 64 hexadecimal digits
	Names        string   // version of the name tables, "v1"
	Shape        Shape    // KeptShape unless the file says otherwise
	EmailDomain  string   // parent of every generated e-mail domain, "example.com" unless the file says otherwise
	Unclassified Mode     // Refuse unless the file says otherwise
	KeepDomains  []string // e-mail domains left as they are, lower case, in file order
	NoPeople     bool     // `people: none` is written out; otherwise Sources has at least one entry
	Sources      []Source // `person:`, in file order, which is also their rank
	Stores       []Store  // in file order
}

// Store returns the rules of the store called name ("postgres", "postgres/main"). A store with a name of its own that the file does not
// list falls back to the rules of its kind. It returns nil when the file has neither.
func (r *Rules) Store(name string) *Store {
	kind := kindOf(name)
	var general *Store
	for i := range r.Stores {
		switch r.Stores[i].Name {
		case name:
			return &r.Stores[i]
		case kind:
			general = &r.Stores[i]
		}
	}
	return general
}

// Source is one place where people are listed: a table, an index or a key pattern with one row, document or value per person. ID is
// always set, and at least one of Name, First, Last, Email and Phone; the rest are empty when the source has no such column.
type Source struct {
	Store string // store name as written, "postgres" or "postgres/main"
	Group string // group as written: "users", "hr.employees"

	ID, Name, First, Last, Email, Phone, Locale string // columns or paths

	Pos Pos
}

// Store is the rules of one store, or of all stores of a kind.
type Store struct {
	Name   string  // "postgres", "blob", "search" or "redis", or one of them with a name: "postgres/main"
	Groups []Group // in file order; the first whose Pattern matches rules a name
	Pos    Pos

	Comments string // postgres: "keep" when comments on objects are carried; else they are dropped
	Orphans  string // $orphans in postgres, for tables that do not say: OrphansReport (also "") or OrphansRefuse

	lookup *lookup // of Groups; nil in a Store that was not read from a file
}

// Group is the rules of one table, of the indexes, objects or keys that match a pattern. In postgres and search it has Fields (none when
// Options.Rows is empty); in blob and redis it has a Rule. A search group may have Rule with verb drop instead of Fields: its indexes
// are left out.
type Group struct {
	Pattern Pattern
	Rule    *Rule   // rule of the body (blob) or value (redis); nil where Fields rule
	Fields  []Field // columns, or paths of _source and the names _id and _routing; the first that matches rules a field
	Options Options
	Pos     Pos
}

// Options is everything in a group that starts with $, so that no column can be mistaken for it.
type Options struct {
	Rows     Rows    // $rows in postgres, $docs in search
	Orphans  string  // $orphans in postgres: OrphansReport or OrphansRefuse; "" is what the store says
	Person   *Link   // $person: the field that names the person of the row, document or value; nil when none is written
	Name     *Rule   // $name in blob, $key in redis: rule of the object's or key's own name; nil keeps it
	Metadata []Field // $metadata in blob: rule by metadata key
	Groups   *Rule   // $groups in redis: rule of the names of consumer groups and consumers; nil when none is written
	Value    *Rule   // $body in blob, $value in redis: the same pointer as Group.Rule when it was written this way
}

// Link says which field of a row names its person.
type Link struct {
	Field  string // column or path that holds the person's id
	Source string // Group of the person source it points to; "" for the first declared source
	Pos    Pos
}

// Field is one line of a group: a path and its rule. See Rule for where else fields stand.
type Field struct {
	Path string // as written: a column, or a path such as "contacts[].email", "*", "meta.**"
	Name string // of a column, a field of a hash or of metadata: what Path spells; "" for a wildcard, and for a path
	Rule Rule
	Pos  Pos
}

// Rule is what happens to one value: one verb with its argument.
type Rule struct {
	Verb    string  // a name in Verbs; never an alias
	Arg     string  // scalar argument as written ("30d", "10%", "html"), or the verb's default; "" for none
	Fields  []Field // json and hash: rules by path or field, a "**" entry covers the rest
	Elem    *Rule   // list: the rule of every element
	Literal bool    // Arg is a number, true or false written without quotes: in JSON it stays one
	Context string  // option `context`: the field of the same row that names the person this value speaks of
	Else    *Rule   // option `else`: the rule of a value that the verb cannot read; nil when none is written
	Pos     Pos

	contextPos Pos
}
