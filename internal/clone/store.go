package clone

import (
	"context"
	"iter"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// Reader is one store of the source, opened read-only. Each adapter's Open
// returns one; it needs no destination, so that a plan can be made without.
type Reader interface {
	// Name returns the store's name: "postgres", "postgres/analytics".
	Name() string
	// Survey says what exists, from the snapshot that the copy will read. It
	// opens that snapshot, and comes before all other calls but Name.
	Survey(ctx context.Context) (Survey, error)
	// People reads one declared source inside the snapshot; where.Group names
	// a table, an index or a key pattern of this store.
	People(ctx context.Context, where person.Columns) iter.Seq2[person.Record, error]
	// Into pairs the reader with a proved destination. It writes nothing yet
	// and needs no survey: recovery calls it for Switch and Discard alone.
	Into(dst guard.Destination) (Staged, error)
	// Close releases the snapshot, the point in time, the connections.
	Close() error
}

// Survey is what exists in one store.
type Survey struct {
	Fields  []anonymize.Field
	Texts   []anonymize.Text  // schema text that is carried
	Demands anonymize.Demands // what the schema asks of several values at once
	Records int64             // estimate, 0 when not known
	Bytes   int64             // estimate, 0 when not known
	Notes   []string          // what will not be carried, by place: for the report
}

// Store is one store of the destination while it is being written. Its
// methods are called in this order; each may be called again after a failure.
type Store interface {
	// Prepare removes what stale runs left and makes an empty staging place:
	// schema, index, prefix.
	Prepare(ctx context.Context, plan *anonymize.Plan) error
	// Chunks lists the work, largest first where sizes are known. It is read
	// while chunks run.
	Chunks(ctx context.Context) iter.Seq2[Chunk, error]
	// Seal does what must come last; after it the staged copy is complete.
	Seal(ctx context.Context) error
	// Switch makes the staged copy live. It is idempotent, needs no call
	// before it but Into, and is how a half-finished switch is finished.
	Switch(ctx context.Context) error
	// Discard removes what was staged, by this run and by stale ones. It is
	// idempotent and leaves the live twin alone.
	Discard(ctx context.Context) error
}

// Staged is a Store that can be read back for the proof.
type Staged interface {
	Store
	verify.Scanner
}

// Inspected is a store that writes in place and therefore asks before it
// commits each value. Run hands it an inspector's source before Prepare.
type Inspected interface {
	Inspect(w *verify.Wanted)
}

// Unreader is a store whose proof may leave bodies out. Run asks it for the
// manifest: what was not looked into, with counts, by place.
type Unreader interface {
	Unread() []string
}

// Fitter is a reader that can try a plan on its schema. Run asks it when the
// plan is made and nothing is written: which of the values that the rules
// write would the schema refuse, by place, and what can only be known by
// writing. It reads, and never quotes a value.
type Fitter interface {
	Fits(ctx context.Context, plan *anonymize.Plan) (wrong, notes []string, err error)
}

// Noter is a store that learns while it works what the report must say: an
// orphan, a role without a counterpart, the snapshot's age. Run asks it once,
// at the end, whatever became of the run.
type Noter interface {
	Notes() []string
}

// Teller is a store whose Prepare may take long: reading a whole column before
// the first row is written, for one. Run hands it tell before Prepare; the store
// says through it how far it is, as often as it likes and from one goroutine at a
// time, naming places and counts, never values.
type Teller interface {
	Tell(tell func(note string))
}

// Watcher is a Reader whose source holds something that the whole run rests on
// and that can be lost without being noticed, a snapshot above all. Run calls
// Watch beside its phases up to verify; it returns an error as soon as that is
// lost, and nil when ctx has ended.
type Watcher interface {
	Watch(ctx context.Context) error
}

// Chunk is the smallest thing planned, copied, retried and counted as a whole.
type Chunk struct {
	ID    string   // "postgres/users/0003", unique in the run
	Group string   // what After of other chunks refers to; may be empty
	After []string // groups whose chunks must all be done before this one starts; all of these are listed before it. It holds no worker until then
	Bytes int64    // expected, 0 when not known

	// Copy does the work. It may run twice, with the same result, and belongs
	// to one goroutine at a time, as the Anonymizer does. The tally counts
	// records, bytes and groups; kept, changed and dropped values are counted
	// by the Anonymizer. An error that report.IsTransient calls transient is
	// tried again.
	Copy func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error)
}
