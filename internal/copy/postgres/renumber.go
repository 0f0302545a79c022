package postgres

import (
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"
)

// The binary form of an array names its element's type by number, that of a
// composite the type of each of its columns. Numbers of types that a database
// made itself differ on every server, so they are exchanged in flight, in
// place: the length never changes.

// errMalformed reports bytes that are not what the server's documentation
// says; the copy ends rather than guess.
var errMalformed = &cause{text: "binary value is not of the expected shape"}

// numbering finds the destination's number of a source's type.
type numbering struct {
	types  types
	byName map[relation]typeNumbers
}

// typeNumbers are the numbers of one type at the destination.
type typeNumbers struct{ oid, array uint32 }

// readNumbers reads the numbers of all user types of a database.
func readNumbers(ctx context.Context, query queryFunc, ts types) (*numbering, error) {
	n := &numbering{types: ts, byName: make(map[relation]typeNumbers)}
	const sql = `SELECT n.nspname, t.typname, t.oid, t.typarray FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid >= 16384`
	err := each(ctx, query, sql, nil, func(rows pgx.Rows) error {
		var name relation
		var found typeNumbers
		if err := rows.Scan(&name.schema, &name.name, &found.oid, &found.array); err != nil {
			return err
		}
		n.byName[name] = found
		return nil
	})
	return n, err
}

// number returns the destination's number of a type. An array type is found
// through its element: its own name is made up by each server.
func (n *numbering) number(oid uint32) (uint32, bool) {
	if oid < firstUserOID {
		return oid, true
	}
	t := n.types[oid]
	switch {
	case t == nil:
		return 0, false
	case t.elem == 0:
		found, ok := n.byName[relation{t.schema, t.name}]
		return found.oid, ok
	case t.elem < firstUserOID:
		return 0, false
	}
	elem := n.types[t.elem]
	if elem == nil {
		return 0, false
	}
	found, ok := n.byName[relation{elem.schema, elem.name}]
	return found.array, ok && found.array != 0
}

// shape says where numbers of types stand in the binary form of one type; a
// nil shape has none that differ.
type shape struct {
	numbers []uint32 // of the element, or of the columns in order
	inner   []*shape // beside them
	array   bool
}

// shape compiles a type; false when the destination lacks one of its types.
func (n *numbering) shape(oid uint32) (*shape, bool) {
	t := n.types[oid]
	switch {
	case t == nil || !n.types.renumbered(oid):
		return nil, t != nil
	case t.base != 0:
		return n.shape(t.base)
	case t.elem != 0:
		return n.compile([]uint32{t.elem}, true)
	}
	return n.compile(t.attrs, false)
}

// listed is shape for a column: one that is a list has a shape in any case,
// which clears its flags.
func (n *numbering) listed(oid uint32) (*shape, bool) {
	s, ok := n.shape(oid)
	base, _, _ := n.types.base(oid, 0)
	if t := n.types[base]; ok && s == nil && t != nil && t.elem != 0 {
		s = &shape{array: true, numbers: []uint32{t.elem}, inner: []*shape{nil}}
	}
	return s, ok
}

func (n *numbering) compile(parts []uint32, array bool) (*shape, bool) {
	s := &shape{array: array}
	for _, part := range parts {
		number, ok := n.number(part)
		inner, fits := n.shape(part)
		if !ok || !fits {
			return nil, false
		}
		s.numbers, s.inner = append(s.numbers, number), append(s.inner, inner)
	}
	return s, true
}

// apply writes the destination's numbers into a value, in place.
func (s *shape) apply(value []byte) error {
	if s.array {
		return s.applyArray(value)
	}
	if len(value) < 4 || int(binary.BigEndian.Uint32(value)) != len(s.numbers) {
		return errMalformed
	}
	value = value[4:]
	for i, number := range s.numbers {
		if len(value) < 4 {
			return errMalformed
		}
		binary.BigEndian.PutUint32(value, number)
		rest, err := s.applyInner(i, value[4:])
		if err != nil {
			return err
		}
		value = rest
	}
	if len(value) != 0 {
		return errMalformed
	}
	return nil
}

// applyArray handles dimensions, flags, the element's number, bounds, then
// the elements. The flags say whether a NULL was ever in the list; a server
// takes no notice of them and sends its own, so they are cleared.
func (s *shape) applyArray(value []byte) error {
	const maxDimensions = 6
	if len(value) < 12 {
		return errMalformed
	}
	dimensions := int(int32(binary.BigEndian.Uint32(value)))
	if dimensions < 0 || dimensions > maxDimensions || len(value) < 12+8*dimensions {
		return errMalformed
	}
	binary.BigEndian.PutUint32(value[4:], 0)
	binary.BigEndian.PutUint32(value[8:], s.numbers[0])
	if s.inner[0] == nil {
		return nil
	}
	for value = value[12+8*dimensions:]; len(value) > 0; {
		rest, err := s.applyInner(0, value)
		if err != nil {
			return err
		}
		value = rest
	}
	return nil
}

// applyInner handles one value with its length in front and returns what
// follows.
func (s *shape) applyInner(i int, value []byte) ([]byte, error) {
	field, rest, err := cutField(value)
	if err == nil && field != nil && s.inner[i] != nil {
		err = s.inner[i].apply(field)
	}
	return rest, err
}

// cutField cuts one length-prefixed value off; nil is NULL, an empty value is
// not nil.
func cutField(b []byte) (field, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errMalformed
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	b = b[4:]
	switch {
	case n == -1:
		return nil, b, nil
	case n < 0 || n > len(b):
		return nil, nil, errMalformed
	}
	return b[:n:n], b[n:], nil
}
