package verify

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Inspector looks at values one after the other. It belongs to one goroutine.
type Inspector struct {
	w       *Wanted
	looks   bool             // for people
	counts  bool             // records
	open    [2][]open        // phrases, in turn
	scratch [2][]byte        // layers of a value, in turn
	spare   []byte           // what a value has hidden
	raw     []byte           // one piece of it
	around  [][]byte         // what a hidden text stands in, from the outside
	labels  [][][]byte       // charsets that each of those declares,
	asked   uint64           // where they were looked for
	guesses bool             // a text is read in a way that nothing confirms
	path    []byte           // of a leaf
	fields  map[place]*Field // so that each is made once
	recents int              // fields that remember values
	run     run
	digits  []byte
	figured []byte // a value with digits of ASCII
	address []byte
	domains [64]lastDomain // by hash

	records  map[string]int64
	sums     map[string]uint64
	values   int64
	bytes    int64
	controls int
	leaked   int64
}

// NewInspector returns an Inspector that looks for people, with counts of its
// own.
func (w *Wanted) NewInspector() *Inspector {
	open := [2][]open{make([]open, 0, maxOpen), make([]open, 0, maxOpen)}
	return &Inspector{w: w, looks: true, counts: true, open: open, records: make(map[string]int64), sums: make(map[string]uint64), fields: make(map[place]*Field), path: make([]byte, 0, 256)}
}

// Record counts one record of a group: a row, a document, a key, an object.
// The control record is not counted by scanners; it is no record of the copy.
func (in *Inspector) Record(group string) { in.records[group]++ }

// Records counts n records of a group whose kept values have this sum, as
// report.Tally.Sum has it.
func (in *Inspector) Records(group string, n int64, sum uint64) {
	in.records[group] += n
	in.sums[group] += sum
}

// Counts reports whether records and sums are compared; a scanner may leave
// them out otherwise.
func (in *Inspector) Counts() bool { return in.counts }

// Looks reports whether values are looked at; a scanner may leave out those
// that no sum needs otherwise.
func (in *Inspector) Looks() bool { return in.looks }

// Value looks at one value, text or binary. field names the place for a
// report, see Field.
func (in *Inspector) Value(group, field string, value []byte) { in.Field(group, field).Value(value) }

// Clean looks at one value and reports whether it holds no leak; nothing is
// counted as a record. Blob sinks ask before they commit an upload.
func (in *Inspector) Clean(group, field string, value []byte) bool {
	before := in.leaked
	in.Value(group, field, value)
	return in.leaked == before
}

// look asks everything about one value, and reports what it is as a whole.
func (in *Inspector) look(at *Field, value []byte) hint {
	has := marksOf(value)
	only := in.plain(at, value, has)
	if document(value) {
		leaves(value, in.path, at.leaf)
	}
	if has&hasZero != 0 || packed(value) {
		in.unpacked(at, value, 0)
		if len(value) > largeValue && bytes.IndexByte(value[:sniffed], 0) >= 0 {
			return only // a picture, an archive: what looks like an escape in it is none
		}
	}
	in.layers(at, value, has, 0)
	return only
}

// plain looks at a text as it stands, without what its marks rule out.
func (in *Inspector) plain(at *Field, value []byte, has marks) hint {
	if has&hasSign != 0 {
		in.emails(at, value)
	}
	only := noHint
	if has&hasLetter != 0 || in.w.numeric {
		only = in.names(at, value)
	}
	if has.digits() >= fewestDigits {
		if kind := in.phones(at, value); kind != noHint {
			only = kind
		}
	}
	if has&hasWide != 0 {
		if plain, ok := in.figures(value); ok {
			if kind := in.phones(at, plain); kind != noHint {
				only = kind
			}
		}
	}
	return only
}

// A value of more than largeValue bytes with a zero among its first sniffed
// ones is looked at as it stands only.
const (
	largeValue = 64 << 10
	sniffed    = 4 << 10
)

// listed returns the leaks of all places.
func (in *Inspector) listed() []report.Leak {
	var all []report.Leak
	for _, f := range in.fields {
		all = append(all, f.leaks...)
	}
	return all
}
