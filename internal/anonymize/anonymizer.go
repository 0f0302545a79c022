package anonymize

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/filler"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// maxFindings is how much content without a rule one Anonymizer lists before
// it ends the copy.
const maxFindings = 1000

var (
	errDropColumn = errors.New("a rule drops a value that must be there")
	errLong       = errors.New("the new value is longer than the column holds")
	errTooMany    = errors.New("more than 1,000 places without a rule")
)

// Anonymizer applies a plan for one goroutine. What it returns is valid until
// the next record: the next Begin, Document, Key or Object.
type Anonymizer struct {
	plan   *Plan
	people *person.Index

	domain, unknown, format, shift *person.PRF   // keyed functions by kind of value
	fill                           *filler.Maker // of what identifies nobody

	row    *Row
	key    *keyRule    // the key begun last
	object *objectRule // the object begun last
	raw    Object
	who    []int32 // people of the record by slot

	carded  int32       // whose card is in hand, or nobody
	card    person.Card // theirs
	named   []int32     // those of who that are known, each once: the context of its texts
	arena   []byte      // values of this record
	list    []byte      // array of text in hand
	builds  [][]byte    // composites, arrays and hstores in hand, by how deep they lie in each other
	nesting int         // how deep that is
	small   []byte      // scratch for normal forms; no callee of its user may touch it
	dialled []byte      // scratch for numbers with another beginning
	path    []byte      // scratch for paths
	decoded []byte      // text form of the value in hand
	width   int         // bytes of the integer in hand, 0 for other numbers
	depth   int         // of nested JSON
	layers  []*layer
	texts   text.Scratch
	two     text.Pair // the name in hand

	invented person.Room // surnames of nobody

	counts   Counts
	findings map[Finding]int64
	unfit    map[Misfit]int64
	paths    map[*jsonRule]*pathCache
	movers   map[*moved]*person.PRF // of the shuffled columns
	rowKey   [][]byte               // of the row in hand, behind a first one that a draw needs
	domains  map[string]string      // real domains of addresses that nobody has, and what stands for them
}

// mostArena is how much is kept from one record to the next, in bytes: one
// value of hundreds of megabytes must not stay.
const mostArena = 4 << 20

// reset begins a record.
func (a *Anonymizer) reset() {
	if cap(a.arena) > mostArena {
		a.arena, a.decoded, a.layers, a.builds = make([]byte, 0, 4096), nil, nil, nil
	}
	a.arena = a.arena[:0]
	a.depth, a.nesting = 0, 0
}

// nobodyKnown begins the people of a record: as many as there are slots.
func (a *Anonymizer) nobodyKnown(slots int) {
	a.who, a.named = a.who[:0], a.named[:0]
	for range slots {
		a.who = append(a.who, nobody)
	}
}

// know fills a slot with the person whom an id of its source names.
func (a *Anonymizer) know(s *slots, slot int, id []byte) {
	n, ok := a.people.ByID(s.sources[slot], id)
	if !ok {
		return
	}
	a.who[slot] = n
	if !slices.Contains(a.named, n) {
		a.named = append(a.named, n)
	}
}

// person returns who a rule is about.
func (a *Anonymizer) person(r *rule) int32 {
	if r.slot < len(a.who) {
		return a.who[r.slot]
	}
	return nobody
}

// rewrite is run without what becomes of a value that does not fit its rule.
func (a *Anonymizer) rewrite(r *rule, raw []byte) (Clean, outcome, error) {
	switch {
	case r.verb == "keep":
		a.counts.Kept++
		return Clean{b: raw}, kept, nil
	case r.verb == "drop":
		a.counts.Dropped++
		return Clean{}, dropped, nil
	case r.wire != nil:
		a.counts.Changed++
		return Clean{b: r.wire}, changed, nil
	case r.verb == "null" && r.apply == nil:
		a.counts.Changed++
		return Clean{null: true}, nulled, nil
	case r.form == FormTextArray:
		return a.runArray(r, raw)
	case r.form.made():
		return a.runInside(r, raw)
	case !r.constant && special(r.form, raw):
		a.counts.Kept++
		return Clean{b: raw}, kept, nil
	case r.shift.days > 0 && (r.form == FormDate || r.form == FormTimestamp || r.form.spelled()):
		return a.runShift(r, raw)
	}
	var in []byte
	if !r.constant {
		var err error
		if in, err = a.decode(r.form, raw); err != nil {
			return Clean{}, kept, errWire
		}
	}
	start := len(a.arena)
	out, did, err := a.scalar(r, a.arena, in, len(raw))
	if err != nil {
		return Clean{}, kept, err
	}
	a.count(did)
	switch did {
	case kept:
		return Clean{b: raw}, kept, nil
	case nulled:
		return Clean{null: true}, nulled, nil
	case dropped:
		return Clean{}, dropped, nil
	}
	if a.arena, err = fitted(r, out, start); err != nil {
		return Clean{}, kept, err
	}
	wire, err := a.encode(r.form, start, len(raw))
	return Clean{b: wire}, changed, err
}

// scalar applies a rule to a value in text form that may be a number on the
// wire, of so many bytes.
func (a *Anonymizer) scalar(r *rule, dst, v []byte, size int) ([]byte, outcome, error) {
	if r.number == nil || r.form != FormInt && r.form != FormNumeric && r.form != FormFloat {
		return a.text(r, dst, v)
	}
	if a.width = 0; r.form == FormInt {
		a.width = size
	}
	return r.number(a, dst, v, a.person(r))
}

// fitted makes a rewritten text at out[start:] as short as its column wants
// it: blanks at its ends go first, then what a text or a value that identifies
// nobody has too much. Anything else that is too long is an error.
func fitted(r *rule, out []byte, start int) ([]byte, error) {
	v := out[start:]
	if r.max == 0 || len(v) <= r.max || utf8.RuneCount(v) <= r.max {
		return out, nil
	}
	trimmed := bytes.TrimSpace(v)
	at, n := 0, 0
	for at < len(trimmed) && n < r.max {
		_, size := utf8.DecodeRune(trimmed[at:])
		at, n = at+size, n+1
	}
	if at < len(trimmed) && !r.text && r.verb != "company" && r.verb != "job" && r.verb != "address" {
		return out, errLong
	}
	copy(v, trimmed[:at])
	return out[:start+at], nil
}

func (a *Anonymizer) count(did outcome) {
	switch did {
	case kept:
		a.counts.Kept++
	case changed, nulled:
		a.counts.Changed++
	case dropped:
		a.counts.Dropped++
	}
}

// text applies a rule to a value in text form, appending to dst.
func (a *Anonymizer) text(r *rule, dst, v []byte) ([]byte, outcome, error) {
	switch {
	case r.json != nil:
		if len(bytes.TrimSpace(v)) == 0 {
			return dst, kept, nil
		}
		return a.json(r.json, dst, v)
	case r.elem != nil:
		return a.jsonList(r, dst, v)
	case r.apply != nil:
		return r.apply(a, dst, v, a.person(r))
	case r.verb == "keep":
		return dst, kept, nil
	case r.verb == "drop":
		return dst, dropped, nil
	}
	return dst, nulled, nil
}

// find records content without a rule. Beyond maxFindings it ends the copy.
func (a *Anonymizer) find(at place) error {
	a.findings[Finding{Store: at.store, Group: at.group, Path: at.path}]++
	if len(a.findings) > maxFindings {
		return errTooMany
	}
	return nil
}

// drops reports whether content without a rule is left out in silence.
func (a *Anonymizer) drops() bool { return a.plan.in.Rules.Unclassified == ruleset.Drop }

// Counts returns what this Anonymizer has done since it was made.
func (a *Anonymizer) Counts() Counts { return a.counts }

// Findings returns the content without a rule that this Anonymizer has met,
// sorted.
func (a *Anonymizer) Findings() []Finding {
	out := make([]Finding, 0, len(a.findings))
	for f, n := range a.findings {
		f.Count = n
		out = append(out, f)
	}
	slices.SortFunc(out, compareFindings)
	return out
}

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Path, b.Path))
}

// MergeFindings adds the findings of several Anonymizers up, sorted.
func MergeFindings(lists ...[]Finding) []Finding {
	sum := make(map[Finding]int64)
	for _, list := range lists {
		for _, f := range list {
			n := f.Count
			f.Count = 0
			sum[f] += n
		}
	}
	a := Anonymizer{findings: sum}
	return a.Findings()
}
