package anonymize

import (
	"encoding/binary"
	"math"
	"strings"
)

// This room is about the types of PostgreSQL of which only a constant can be
// written, and a date moved: times of day, intervals, ranges and multiranges.

// A range is one byte of flags, then each bound that it has with its length in
// front. A multirange is the int32 number of its ranges, then each of them with
// its length.
const (
	rangeEmpty    = 0x01
	rangeFromIn   = 0x02 // the bounds themselves are in it
	rangeToIn     = 0x04
	rangeFromOpen = 0x08 // it has no bound
	rangeToOpen   = 0x10
)

// spelled reports the forms of these types: their constants are turned into
// their wire form once, while the plan is made.
func (f Form) spelled() bool {
	return f == FormTime || f == FormTimeTZ || f == FormInterval || f == FormRange || f == FormMultirange
}

// dated reports whether values of a field are dates or made of them.
func dated(f Field) bool {
	switch f.Form {
	case FormDate, FormTimestamp:
		return true
	case FormRange, FormMultirange:
		return len(f.Parts) == 1 && dated(f.Parts[0])
	}
	return false
}

// emptyWire is what comes nearest to nothing in these forms.
func emptyWire(form Form) []byte {
	return map[Form][]byte{FormTime: make([]byte, 8), FormTimeTZ: make([]byte, 12), FormInterval: make([]byte, 16),
		FormRange: {rangeEmpty}, FormMultirange: make([]byte, countSize)}[form]
}

// encodeConstant writes a constant in the wire form of a field.
func encodeConstant(dst []byte, f Field, s string) ([]byte, error) {
	switch f.Form {
	case FormNumeric:
		return encodeNumeric(dst, []byte(s))
	case FormInt, FormFloat:
		return encodeScalar(dst, f.Form, []byte(s), widthOf(f.Type))
	case FormDate, FormTimestamp:
		return encodeScalar(dst, f.Form, []byte(s), 8)
	case FormTime, FormTimeTZ:
		n, zone, zoned, err := parseClock(s)
		if dst = appendBig(dst, uint64(n), 8); f.Form == FormTimeTZ {
			dst = appendBig(dst, uint64(-zone), 4)
		} else if zoned {
			err = errForm
		}
		return dst, err
	case FormInterval:
		x, err := parseInterval(s)
		return appendBig(appendBig(appendBig(dst, uint64(x.micros), 8), uint64(x.days), 4), uint64(x.months), 4), err
	case FormRange:
		out, rest, err := encodeRange(dst, f.Parts[0], s)
		if err == nil && rest != "" {
			err = errForm
		}
		return out, err
	case FormMultirange:
		return encodeMultirange(dst, f.Parts[0], s)
	}
	return dst, errForm
}

// widthOf returns the bytes of a number of a type.
func widthOf(kind string) int {
	switch kind {
	case "smallint":
		return 2
	case "integer", "real":
		return 4
	}
	return 8
}

// encodeMultirange writes {[a,b),[c,d)}.
func encodeMultirange(dst []byte, sub Field, s string) ([]byte, error) {
	s, open := strings.CutPrefix(s, "{")
	s, closed := strings.CutSuffix(s, "}")
	if !open || !closed {
		return dst, errForm
	}
	start, n := len(dst), 0
	dst = append(dst, 0, 0, 0, 0)
	for s != "" {
		at := len(dst)
		out, rest, err := encodeRange(append(dst, 0, 0, 0, 0), sub, s)
		if err != nil {
			return dst, err
		}
		binary.BigEndian.PutUint32(out[at:], uint32(len(out)-at-lengthSize))
		dst, s, n = out, rest, n+1
		if s == "" {
			break
		}
		if s, open = strings.CutPrefix(s, ","); !open || s == "" {
			return dst, errForm
		}
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(n))
	return dst, nil
}

// encodeRange writes the range at the start of a text, such as [a,b), and
// returns what follows.
func encodeRange(dst []byte, sub Field, s string) (out []byte, rest string, err error) {
	if rest, ok := strings.CutPrefix(s, "empty"); ok {
		return append(dst, rangeEmpty), rest, nil
	}
	comma := strings.IndexByte(s, ',')
	end := strings.IndexAny(s, "])")
	if comma < 1 || end < comma || s[0] != '[' && s[0] != '(' {
		return dst, "", errForm
	}
	at, flags := len(dst), byte(0)
	dst = append(dst, 0)
	if s[0] == '[' {
		flags |= rangeFromIn
	}
	if s[end] == ']' {
		flags |= rangeToIn
	}
	for _, bound := range []struct {
		text     string
		in, open byte
	}{{s[1:comma], rangeFromIn, rangeFromOpen}, {s[comma+1 : end], rangeToIn, rangeToOpen}} {
		v := strings.Trim(strings.TrimSpace(bound.text), `"`)
		if v == "" {
			flags = flags&^bound.in | bound.open
			continue
		}
		length := len(dst)
		if dst, err = encodeConstant(append(dst, 0, 0, 0, 0), sub, v); err != nil {
			return dst, "", err
		}
		binary.BigEndian.PutUint32(dst[length:], uint32(len(dst)-length-lengthSize))
	}
	dst[at] = flags
	return dst, s[end+1:], nil
}

// runShift moves a date, or both ends of a range, in its binary form, whatever
// its year.
func (a *Anonymizer) runShift(r *rule, raw []byte) (Clean, outcome, error) {
	at := len(a.arena)
	a.arena = append(a.arena, raw...)
	if err := move(r.form, r.sub, a.arena[at:], int64(a.shiftOf(r.shift, a.person(r)))); err != nil {
		a.arena = a.arena[:at]
		return Clean{}, kept, err
	}
	a.counts.Changed++
	return Clean{b: a.arena[at:]}, changed, nil
}

// move moves a value in place by so many days; what is infinite or empty stays.
func move(form, sub Form, v []byte, days int64) error {
	switch {
	case special(form, v):
		return nil
	case form == FormDate && len(v) == 4:
		n := bigEndian(v) + days
		if n <= math.MinInt32 || n >= math.MaxInt32 {
			return errForm
		}
		binary.BigEndian.PutUint32(v, uint32(int32(n)))
		return nil
	case form == FormTimestamp && len(v) == 8:
		was := bigEndian(v)
		n := was + days*day*micros
		if (days > 0) != (n > was) || n == math.MaxInt64 || n == math.MinInt64 {
			return errForm
		}
		binary.BigEndian.PutUint64(v, uint64(n))
		return nil
	case form == FormRange && len(v) > 0:
		return moveRange(sub, v, days)
	case form == FormMultirange && len(v) >= countSize:
		for rest := v[countSize:]; len(rest) > 0; {
			one, after, err := cutPart(rest)
			if err != nil || one == nil {
				return errWire
			}
			if err = move(FormRange, sub, one, days); err != nil {
				return err
			}
			rest = after
		}
		return nil
	}
	return errWire
}

// moveRange moves the bounds that a range has.
func moveRange(sub Form, v []byte, days int64) error {
	flags, rest := v[0], v[1:]
	for _, open := range []byte{rangeFromOpen, rangeToOpen} {
		if flags&(rangeEmpty|open) != 0 {
			continue
		}
		bound, after, err := cutPart(rest)
		if err != nil || bound == nil {
			return errWire
		}
		if err = move(sub, FormOpaque, bound, days); err != nil {
			return err
		}
		rest = after
	}
	if len(rest) > 0 {
		return errWire
	}
	return nil
}
