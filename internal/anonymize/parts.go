package anonymize

import "encoding/binary"

// This room rewrites values that are made of others, in PostgreSQL's binary
// form. What no rule changes stays as it is, byte by byte: counts, numbers of
// types, dimensions, NULLs. Only lengths around a change are set anew.

const (
	lengthSize = 4 // int32 before every part; −1 is NULL
	countSize  = 4 // int32 before the parts of a composite, and before the pairs of an hstore
	numberSize = 4 // of the type of an attribute, before its length
)

// runInside applies a rule to what a value is made of.
func (a *Anonymizer) runInside(r *rule, raw []byte) (Clean, outcome, error) {
	level := a.nesting
	if level == len(a.builds) {
		a.builds = append(a.builds, nil)
	}
	a.nesting++
	out, err := a.inside(r, a.builds[level][:0], raw)
	a.nesting--
	if err != nil {
		return Clean{}, kept, err
	}
	a.builds[level] = out
	at := len(a.arena)
	a.arena = append(a.arena, out...)
	return Clean{b: a.arena[at:]}, changed, nil
}

// inside appends the new value to out.
func (a *Anonymizer) inside(r *rule, out, raw []byte) ([]byte, error) {
	switch r.form {
	case FormRecord:
		return a.record(r, out, raw)
	case FormHstore:
		return a.hstore(r, out, raw)
	}
	return a.array(r, out, raw)
}

// record rewrites a composite: int32 attributes, then for each of them the
// number of its type, a length and bytes. Without parts, every attribute
// becomes NULL.
func (a *Anonymizer) record(r *rule, out, raw []byte) ([]byte, error) {
	if len(raw) < countSize {
		return out, errWire
	}
	n := int(int32(binary.BigEndian.Uint32(raw)))
	if n < 0 || r.parts != nil && n != len(r.parts) {
		return out, errWire
	}
	out, rest := append(out, raw[:countSize]...), raw[countSize:]
	empty := &rule{verb: "null", at: r.at}
	var err error
	for i := range n {
		part := empty
		if r.parts != nil {
			part = r.parts[i]
		}
		if len(rest) < numberSize {
			return out, errWire
		}
		out = append(out, rest[:numberSize]...)
		if out, rest, err = a.part(part, out, rest[numberSize:]); err != nil {
			return out, err
		}
	}
	if len(rest) > 0 {
		return out, errWire
	}
	return out, nil
}

// array rewrites an array whose elements have any form; see runArray for the
// layout. Without a rule for its elements it becomes one of no dimension.
func (a *Anonymizer) array(r *rule, out, raw []byte) ([]byte, error) {
	if len(raw) < arrayHead {
		return out, errWire
	}
	if len(r.parts) == 0 {
		a.counts.Changed++
		return append(append(out, 0, 0, 0, 0, 0, 0, 0, 0), raw[8:arrayHead]...), nil
	}
	left, head, err := arraySize(raw)
	if err != nil {
		return out, err
	}
	out, rest := append(out, raw[:head]...), raw[head:]
	for ; left > 0; left-- {
		if out, rest, err = a.part(r.parts[0], out, rest); err != nil {
			return out, err
		}
	}
	if len(rest) > 0 {
		return out, errWire
	}
	return out, nil
}

// part rewrites one value with its length in front, appends both to out, and
// returns what follows.
func (a *Anonymizer) part(r *rule, out, raw []byte) (next, rest []byte, err error) {
	v, rest, err := cutPart(raw)
	if err != nil {
		return out, nil, err
	}
	if v == nil {
		return append(out, raw[:lengthSize]...), rest, nil
	}
	c, did, err := a.run(r, v)
	if err != nil {
		return out, nil, a.failed(r, err)
	}
	if c.null || did == dropped {
		return appendBig(out, ^uint64(0), lengthSize), rest, nil
	}
	return append(appendBig(out, uint64(len(c.b)), lengthSize), c.b...), rest, nil
}

// cutPart cuts one value with its length in front off; nil is NULL.
func cutPart(raw []byte) (v, rest []byte, err error) {
	if len(raw) < lengthSize {
		return nil, nil, errWire
	}
	n := int(int32(binary.BigEndian.Uint32(raw)))
	raw = raw[lengthSize:]
	if n < -1 || n > len(raw) {
		return nil, nil, errWire
	}
	if n == -1 {
		return nil, raw, nil
	}
	return raw[:n:n], raw[n:], nil
}

// hstore rewrites pairs of texts by key, as the members of a JSON object are:
// int32 pairs, then for each a length and bytes of its key and of its value,
// which can be NULL. Without a rule it loses all pairs.
func (a *Anonymizer) hstore(r *rule, out, raw []byte) ([]byte, error) {
	if r.json == nil {
		a.counts.Changed++
		return append(out, 0, 0, 0, 0), nil
	}
	if len(raw) < countSize {
		return out, errWire
	}
	left, rest, start, pairs := int(int32(binary.BigEndian.Uint32(raw))), raw[countSize:], len(out), 0
	out = append(out, 0, 0, 0, 0)
	for ; left > 0; left-- {
		key, after, err := cutPart(rest)
		if err != nil || key == nil {
			return out, errWire
		}
		at := len(out)
		var stays bool
		if out, stays, err = a.pair(r.json, out, key, after); err != nil {
			return out, err
		}
		if stays {
			pairs++
		} else {
			out = out[:at]
		}
		if _, rest, err = cutPart(after); err != nil {
			return out, err
		}
	}
	if left < 0 || len(rest) > 0 {
		return out, errWire
	}
	binary.BigEndian.PutUint32(out[start:], uint32(pairs))
	return out, nil
}

// pair rewrites one pair of an hstore; value has its length in front. A pair
// that no line covers goes, and is found.
func (a *Anonymizer) pair(j *jsonRule, out, key, value []byte) ([]byte, bool, error) {
	a.path = appendMember(a.path[:0], key)
	res := a.cacheOf(j).lookup(j, a.path)
	if res.rule == nil {
		a.counts.Dropped++
		if a.drops() {
			return out, false, nil
		}
		return out, false, a.find(a.unknownPlace(j, string(a.path)))
	}
	if res.rule.verb == "drop" {
		a.counts.Dropped++
		return out, false, nil
	}
	at := len(out)
	out = append(out, 0, 0, 0, 0)
	name, did, err := out, kept, error(nil)
	if res.data() {
		name, did, err = a.freeText(out, key, false)
	}
	if did == kept {
		name = append(out, key...)
	}
	if err != nil {
		return out, false, err
	}
	binary.BigEndian.PutUint32(name[at:], uint32(len(name)-at-lengthSize))
	out, _, err = a.part(res.rule, name, value)
	return out, true, err
}
