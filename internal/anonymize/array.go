package anonymize

import "encoding/binary"

// runArray applies a list rule (or scan, set, secret) to every element of a
// binary PostgreSQL array whose elements have a text form. Dimensions, bounds
// and NULLs stay.
//
// The layout: int32 dimensions, int32 has-NULL flag, int32 element OID, then
// a length and a lower bound for each dimension, then each element as int32
// length (−1 is NULL) and bytes.
func (a *Anonymizer) runArray(r *rule, raw []byte) (Clean, outcome, error) {
	if len(raw) < arrayHead {
		return Clean{}, kept, errWire
	}
	if r.verb == "null" { // emptied: an array of no dimension and the same element type
		at := len(a.arena)
		a.arena = append(append(a.arena, 0, 0, 0, 0, 0, 0, 0, 0), raw[8:arrayHead]...)
		a.counts.Changed++
		return Clean{b: a.arena[at:]}, changed, nil
	}
	elem := r
	if r.elem != nil {
		elem = r.elem
	}
	left, head, err := arraySize(raw)
	if err != nil {
		return Clean{}, kept, err
	}
	out := append(a.list[:0], raw[:head]...)
	rest := raw[head:]
	for ; left > 0; left-- {
		if len(rest) < 4 {
			return Clean{}, kept, errWire
		}
		n := int(int32(binary.BigEndian.Uint32(rest)))
		if n < 0 {
			out, rest = append(out, rest[:4]...), rest[4:]
			continue
		}
		if len(rest)-4 < n {
			return Clean{}, kept, errWire
		}
		if out, err = a.arrayElement(elem, out, rest[4:4+n]); err != nil {
			return Clean{}, kept, err
		}
		rest = rest[4+n:]
	}
	if len(rest) > 0 {
		return Clean{}, kept, errWire
	}
	a.list = out
	at := len(a.arena)
	a.arena = append(a.arena, out...)
	return Clean{b: a.arena[at:]}, changed, nil
}

const (
	arrayHead       = 12 // bytes before the dimensions
	arrayDimensions = 6  // PostgreSQL's MAXDIM
)

// arraySize returns the number of elements and where they begin.
func arraySize(raw []byte) (count, head int, err error) {
	dims := int(int32(binary.BigEndian.Uint32(raw)))
	if dims < 0 || dims > arrayDimensions || len(raw) < arrayHead+8*dims {
		return 0, 0, errWire
	}
	for i := range dims {
		n := int(int32(binary.BigEndian.Uint32(raw[arrayHead+8*i:])))
		if n < 0 || i > 0 && n > 0 && count > len(raw)/n {
			return 0, 0, errWire
		}
		if i == 0 {
			count = n
		} else {
			count *= n
		}
	}
	return count, arrayHead + 8*dims, nil
}

// arrayElement appends one element with its length.
func (a *Anonymizer) arrayElement(r *rule, out, v []byte) ([]byte, error) {
	at := len(out)
	out = append(out, 0, 0, 0, 0)
	next, did, err := a.elementOr(r, out, v)
	if err != nil {
		return out, err
	}
	a.count(did)
	switch did {
	case kept:
		next = append(out, v...)
	case nulled, dropped, unread: // leaving an element out would change the dimensions
		binary.BigEndian.PutUint32(next[at:], ^uint32(0))
		next[7] = 1 // there is a NULL now
		return next[:at+4], nil
	}
	binary.BigEndian.PutUint32(next[at:], uint32(len(next)-at-4))
	return next, nil
}
