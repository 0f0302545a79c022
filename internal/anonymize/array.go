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
	elem := r
	if r.elem != nil {
		elem = r.elem
	}
	if len(raw) < 12 {
		return Clean{}, kept, errForm
	}
	dims := int(int32(binary.BigEndian.Uint32(raw)))
	head := 12 + 8*dims
	if dims < 0 || dims > 6 || len(raw) < head {
		return Clean{}, kept, errForm
	}
	out := append([]byte(nil), raw[:head]...)
	rest := raw[head:]
	for len(rest) > 0 {
		if len(rest) < 4 {
			return Clean{}, kept, errForm
		}
		n := int(int32(binary.BigEndian.Uint32(rest)))
		if n < 0 {
			out, rest = append(out, rest[:4]...), rest[4:]
			continue
		}
		if len(rest) < 4+n {
			return Clean{}, kept, errForm
		}
		var err error
		if out, err = a.arrayElement(elem, out, rest[4:4+n]); err != nil {
			return Clean{}, kept, err
		}
		rest = rest[4+n:]
	}
	return Clean{b: out}, changed, nil
}

// arrayElement appends one element with its length.
func (a *Anonymizer) arrayElement(r *rule, out, v []byte) ([]byte, error) {
	at := len(out)
	out = append(out, 0, 0, 0, 0)
	next, did, err := a.text(r, out, v)
	if err != nil {
		return out, err
	}
	a.count(did)
	switch did {
	case kept:
		next = append(out, v...)
	case nulled, dropped: // leaving an element out would change the dimensions
		binary.BigEndian.PutUint32(next[at:], ^uint32(0))
		return next[:at+4], nil
	}
	binary.BigEndian.PutUint32(next[at:], uint32(len(next)-at-4))
	return next, nil
}
