package anonymize

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
)

// This room is what shuffle does. A row's new value is that of another row, and
// rows are copied in any order, in parts that may run twice: so who gets which
// is settled before the first row is written. Every row is known by a keyed hash
// of its primary key; the rows in the order of their hashes get the values in
// the order of a second keyed hash. Both hang on the key and the rows alone: the
// same rows are shuffled the same way, in whatever order they are read.

const (
	// MostShuffled is how many values all shuffled columns of one store may have
	// together: each takes 12 bytes of memory, and 4 more while it is settled.
	MostShuffled = 20_000_000
	// MostShuffledBytes is how many bytes the values themselves may take, of one
	// store: up to a million different ones of a column are kept once.
	MostShuffledBytes = 256 << 20
	// MostShuffledValue is the longest value that is shuffled, in bytes.
	MostShuffledValue = 64 << 10
)

var (
	errUnsettled = errors.New("the column was not read before its rows")
	errNewcomer  = errors.New("the row was not there when the column was read")
	errTwins     = errors.New("shuffle: the primary key does not tell its rows apart: rebuild its index")
	errRoom      = fmt.Errorf("the values of shuffled columns take more than %d MB of memory: shuffle is for numbers, classes and dates; choose another verb", MostShuffledBytes>>20)
)

// ErrWide reports a column with values that are too long to be shuffled.
var ErrWide = fmt.Errorf("shuffle on a column with values of more than %d bytes: it is for numbers, classes and dates; choose another verb", MostShuffledValue)

// Shuffle is the shuffled columns of one table. The adapter reads Key and
// Columns of every row that is copied, raw as they stand on the wire, hands them
// to Add, and calls Settle; then Row.Take. It belongs to one goroutine until
// then, and is immutable afterwards.
type Shuffle struct {
	Key     []int // the fields of the primary key, in the order that Add takes them
	Columns []int // the shuffled fields, in that order too

	moved []*moved
	parts [][]byte // scratch: of a draw
	left  int64    // bytes that values may still take
}

// moved is one shuffled column.
type moved struct {
	at     place
	keys   person.Keyring
	prf    *person.PRF // while rows are added
	try    byte        // how often two rows had one hash
	seats  []seat      // by hash, once it is settled
	values values
	stayed int64 // rows that got the value that they had
}

// seat is a row of 12 bytes: the halves of its hash, and where its value
// stands, or noValue.
type seat struct{ high, low, value uint32 }

const noValue = math.MaxUint32 // NULL

func (s seat) hash() uint64 { return uint64(s.high)<<32 | uint64(s.low) }

// Shuffle returns the shuffled columns of a table, nil when it has none. It
// fails as Compile does.
func (p *Plan) Shuffle(store, table string, fields []Field) (*Shuffle, error) {
	if g := (&compiler{in: p.in}).group(store, table); g == nil || !slices.ContainsFunc(g.Fields, func(f ruleset.Field) bool { return f.Rule.Verb == "shuffle" }) {
		return nil, nil
	}
	row, err := p.Row(store, table, fields)
	if err != nil || row.Empty || len(row.key) == 0 {
		return nil, err
	}
	s := &Shuffle{parts: make([][]byte, 1+len(row.key)), left: MostShuffledBytes}
	for _, name := range row.key {
		s.Key = append(s.Key, slices.IndexFunc(fields, func(f Field) bool { return f.Name == name }))
	}
	for i := range row.steps {
		if r := row.steps[i].rule; r != nil && r.verb == "shuffle" {
			s.Columns = append(s.Columns, row.Order[row.Steps[i].First])
			s.moved = append(s.moved, &moved{at: r.at, keys: p.in.Keys})
		}
	}
	return s, nil
}

// Expect begins the table, which has so many rows, of a store whose other shuffled columns
// take so many bytes of values.
func (s *Shuffle) Expect(rows int, used int64) {
	s.left = MostShuffledBytes - used
	for _, m := range s.moved {
		m.seats, m.prf, m.values = make([]seat, 0, rows), m.function(), newValues()
	}
}

// Add takes one row: its key, and its values of the shuffled columns, nil for
// NULL. It keeps neither. The error says why the column cannot be shuffled,
// behind its place, and quotes no value.
func (s *Shuffle) Add(key, values [][]byte) error {
	copy(s.parts[1:], key)
	for i, m := range s.moved {
		ref, grown := uint32(noValue), 0
		if raw := values[i]; raw != nil {
			if len(raw) > MostShuffledValue {
				return fmt.Errorf("%s: %w", m.at, ErrWide)
			}
			if ref, grown = m.values.enter(raw); int64(grown) > s.left {
				return fmt.Errorf("%s: %w", m.at, errRoom)
			}
			s.left -= int64(grown)
		}
		hash := m.hash(m.prf, s.parts)
		m.seats = append(m.seats, seat{uint32(hash >> 32), uint32(hash), ref})
	}
	return nil
}

// mostTries is how often a column is read: that two of 20 million rows have one
// hash of 64 bits happens once in 100,000 columns, and a second time never.
const mostTries = 4

// Settle says which row gets which value, when all rows have been added. It is
// false when two rows had one hash: then everything is to be added again, from
// Expect on.
func (s *Shuffle) Settle() (bool, error) {
	settled := true
	for _, m := range s.moved {
		if m.settle() {
			continue
		}
		settled = false
		if m.try++; m.try == mostTries {
			return false, fmt.Errorf("%s: %w", m.at, errTwins)
		}
	}
	return settled, nil
}

// settle sorts the seats, and deals the values out. No memory but four bytes a
// row is taken for it.
func (m *moved) settle() bool {
	turn := m.prf.Draw([]byte("order"), []byte{m.try})
	slices.SortFunc(m.seats, func(a, b seat) int {
		return cmp.Compare(splitmix.Scatter(a.hash()^turn), splitmix.Scatter(b.hash()^turn))
	})
	dealt := make([]uint32, len(m.seats))
	for i := range m.seats {
		dealt[i] = m.seats[i].value
	}
	slices.SortFunc(m.seats, func(a, b seat) int { return cmp.Compare(a.hash(), b.hash()) })
	m.stayed = 0
	for i := range m.seats {
		if i > 0 && m.seats[i].hash() == m.seats[i-1].hash() {
			return false
		}
		if m.seats[i].value == dealt[i] {
			m.stayed++
		}
		m.seats[i].value = dealt[i]
	}
	m.prf, m.values.slots = nil, nil
	return true
}

// Bytes is how many bytes the values take.
func (s *Shuffle) Bytes() (n int64) {
	for _, m := range s.moved {
		n += int64(len(m.values.bytes))
	}
	return n
}

// Notes says of which columns a shuffle hides little: most rows got the value
// that they had, since there are few rows, or most of them have the same one.
func (s *Shuffle) Notes() (notes []string) {
	for _, m := range s.moved {
		if rows := int64(len(m.seats)); 2*m.stayed > rows && m.some() {
			notes = append(notes, fmt.Sprintf("%s: %d of %d rows have the value that they had before shuffle, for there are few rows or most of them have one value: say null, set, noise or bucket if that tells of somebody", m.at.path, m.stayed, rows))
		}
	}
	return notes
}

// some reports whether there is a value that is not NULL.
func (m *moved) some() bool { return len(m.values.bytes) > 0 }

// function returns the keyed function of the column. It belongs to one
// goroutine.
func (m *moved) function() *person.PRF {
	return m.keys.PRF(fmt.Sprintf("shuffle/%q", []string{m.at.store, m.at.group, m.at.path}))
}

// hash is the hash of a row by its key, which stands in parts behind a first
// one that is for the number of the try.
func (m *moved) hash(prf *person.PRF, parts [][]byte) uint64 {
	parts[0] = append(parts[0][:0], m.try)
	return prf.Draw(parts...)
}

// of returns the value of a row by its hash.
func (m *moved) of(hash uint64) (Clean, error) {
	i, found := slices.BinarySearchFunc(m.seats, hash, func(s seat, hash uint64) int { return cmp.Compare(s.hash(), hash) })
	switch {
	case !found:
		return Clean{}, errNewcomer
	case m.seats[i].value == noValue:
		return Clean{null: true}, nil
	}
	return Clean{b: m.values.at(m.seats[i].value)}, nil
}

// Take gives a row of the table what is settled; nil is for a table without a
// shuffled column.
func (r *Row) Take(s *Shuffle) {
	if s == nil {
		return
	}
	for i := range r.steps {
		if rule := r.steps[i].rule; rule != nil && rule.verb == "shuffle" {
			r.steps[i].moved = s.moved[slices.IndexFunc(s.moved, func(m *moved) bool { return m.at == rule.at })]
		}
	}
}

// keyed notes a column of the primary key of the row in hand, before its rule
// is applied: i counts from 1.
func (a *Anonymizer) keyed(i int, raw []byte) {
	a.rowKey[i] = append(a.rowKey[i][:0], raw...)
}

// noKey begins the key of a row.
func (a *Anonymizer) noKey(columns int) {
	for len(a.rowKey) <= columns {
		a.rowKey = append(a.rowKey, nil)
	}
	for i := range a.rowKey {
		a.rowKey[i] = a.rowKey[i][:0]
	}
}

// movedValue returns the value that the row in hand gets of a shuffled column.
func (a *Anonymizer) movedValue(s *step) (Clean, error) {
	m := s.moved
	if m == nil {
		return Clean{}, a.failed(s.rule, errUnsettled)
	}
	prf := a.movers[m]
	if prf == nil {
		prf = m.function()
		a.movers[m] = prf
	}
	c, err := m.of(m.hash(prf, a.rowKey[:1+len(a.row.key)]))
	if err != nil {
		return Clean{}, a.failed(s.rule, err)
	}
	a.counts.Changed++
	return c, nil
}

// values are values one after the other, each behind its length.
type values struct {
	bytes []byte
	slots []uint32 // a hash table: 1 more than where a value begins, 0 for none
	known int
	seed  maphash.Seed
}

// mostSlots bounds the table, and so how many different values are recognised;
// those beyond are kept as often as they come.
const mostSlots = 1 << 21

func newValues() values { return values{seed: maphash.MakeSeed(), slots: make([]uint32, 1<<8)} }

// enter returns where a value stands, which it is given a place for when it is
// new, and by how many bytes they have grown.
func (v *values) enter(raw []byte) (ref uint32, grown int) {
	i := v.slot(raw)
	if v.slots[i] != 0 {
		return v.slots[i] - 1, 0
	}
	ref = uint32(len(v.bytes))
	v.bytes = append(binary.AppendUvarint(v.bytes, uint64(len(raw))), raw...)
	if 2*v.known < len(v.slots) {
		v.slots[i] = ref + 1
		v.known++
		if 2*v.known == len(v.slots) && len(v.slots) < mostSlots {
			v.grow()
		}
	}
	return ref, len(v.bytes) - int(ref)
}

// slot finds the slot of a value, or the free one that it would have: half of
// them are always free.
func (v *values) slot(raw []byte) int {
	last := len(v.slots) - 1 // their number is a power of two
	for i := int(maphash.Bytes(v.seed, raw)) & last; ; i = (i + 1) & last {
		if at := v.slots[i]; at == 0 || string(v.at(at-1)) == string(raw) {
			return i
		}
	}
}

// grow doubles the table.
func (v *values) grow() {
	old := v.slots
	v.slots = make([]uint32, 2*len(old))
	for _, at := range old {
		if at != 0 {
			v.slots[v.slot(v.at(at-1))] = at
		}
	}
}

// at returns the value at a place; it is not nil.
func (v *values) at(ref uint32) []byte {
	size, n := binary.Uvarint(v.bytes[ref:])
	from := int(ref) + n
	return v.bytes[from : from+int(size) : from+int(size)]
}
