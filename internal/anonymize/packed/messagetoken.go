package packed

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room cuts MessagePack into tokens and writes single ones.

// messageToken is a value as far as it can be read without what is inside it.
type messageToken struct {
	kind  text.Type
	tag   byte
	text  []byte // of a scalar; the content of an ext
	count int    // members or elements
	ext   bool
	typ   byte // of an ext
	time  bool // an ext that is a time
	end   int  // behind a scalar; behind the count of an array or map
}

// The tags that are written; for the others see the specification of MessagePack.
const (
	tagNil                     = 0xc0
	tagFalse, tagTrue          = 0xc2, 0xc3
	tagBin8, tagExt8           = 0xc4, 0xc7
	tagFloat32, tagFloat64     = 0xca, 0xcb
	tagUint8, tagInt8, tagStr8 = 0xcc, 0xd0, 0xd9
	tagFixext1, tagArray16     = 0xd4, 0xdc
	tagMap16, tagFixstr        = 0xde, 0xa0
	typeTime                   = 0xff
)

// messageTokenAt reads the token at i.
func messageTokenAt(s []byte, i int) (t messageToken, ok bool) {
	if i >= len(s) {
		return t, false
	}
	t.tag = s[i]
	switch c := t.tag; {
	case c < 0x80 || c >= 0xe0:
		return t.number(s, i+1, 0)
	case c < 0x90:
		return t.container(s, i+1, text.Object, int(c&15))
	case c < 0xa0:
		return t.container(s, i+1, text.Array, int(c&15))
	case c < tagNil:
		return t.body(s, i+1, int(c&31))
	case c == tagNil:
		t.kind, t.end = text.Null, i+1
		return t, true
	case c == tagFalse || c == tagTrue:
		t.kind, t.text, t.end = text.Bool, strconv.AppendBool(nil, c == tagTrue), i+1
		return t, true
	case c >= tagFloat32 && c < tagFixext1:
		return t.number(s, i+1, [...]int{4, 8, 1, 2, 4, 8, 1, 2, 4, 8}[c-tagFloat32])
	case c >= tagFixext1 && c < tagStr8:
		return t.extension(s, i+1, 1<<(c-tagFixext1))
	}
	return t.long(s, i+1)
}

// long reads a token with a length of its own at i.
func (t messageToken) long(s []byte, i int) (messageToken, bool) {
	width := 0
	switch c := t.tag; {
	case c >= tagBin8 && c < tagFloat32: // bin and ext
		width = 1 << ((c - tagBin8) % 3)
	case c >= tagStr8 && c < tagArray16:
		width = 1 << (c - tagStr8)
	case c >= tagArray16:
		width = 2 << ((c - tagArray16) % 2)
	}
	if width == 0 || i+width > len(s) {
		return t, false
	}
	n := int(unsigned(s[i : i+width]))
	i += width
	switch c := t.tag; {
	case c >= tagExt8 && c < tagFloat32:
		return t.extension(s, i, n)
	case c >= tagMap16:
		return t.container(s, i, text.Object, n)
	case c >= tagArray16:
		return t.container(s, i, text.Array, n)
	}
	return t.body(s, i, n)
}

func unsigned(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

func (t messageToken) container(s []byte, i int, kind text.Type, n int) (messageToken, bool) {
	t.kind, t.count, t.end = kind, n, i
	return t, n <= len(s)-i
}

// body reads a string or bytes.
func (t messageToken) body(s []byte, i, n int) (messageToken, bool) {
	if n > len(s)-i {
		return t, false
	}
	t.kind, t.text, t.end = text.String, s[i:i+n], i+n
	return t, true
}

// extension reads the type and the content of an ext. A time is the text of one.
func (t messageToken) extension(s []byte, i, n int) (messageToken, bool) {
	if i >= len(s) {
		return t, false
	}
	t.ext, t.typ = true, s[i]
	t, ok := t.body(s, i+1, n)
	if !ok || t.typ != typeTime {
		return t, ok
	}
	var at time.Time
	switch b := t.text; len(b) {
	case 4:
		at = time.Unix(int64(unsigned(b)), 0)
	case 8:
		v := unsigned(b)
		at = time.Unix(int64(v&(1<<34-1)), int64(v>>34))
	case 12:
		at = time.Unix(int64(unsigned(b[4:])), int64(unsigned(b[:4])))
	default:
		return t, ok
	}
	if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 {
		return t, ok
	}
	t.text, t.time = at.AppendFormat(nil, time.RFC3339Nano), true
	return t, ok
}

// number reads a number of so many bytes; the small ones are in the tag.
func (t messageToken) number(s []byte, i, width int) (messageToken, bool) {
	if i+width > len(s) {
		return t, false
	}
	v := unsigned(s[i : i+width])
	t.kind, t.end = text.Number, i+width
	switch c := t.tag; {
	case width == 0:
		t.text = strconv.AppendInt(nil, int64(int8(c)), 10)
	case c == tagFloat32 || c == tagFloat64:
		f, bits := math.Float64frombits(v), 64
		if width == 4 {
			f, bits = float64(math.Float32frombits(uint32(v))), 32
		}
		if math.IsInf(f, 0) || math.IsNaN(f) {
			t.kind = text.Bool
		}
		t.text = strconv.AppendFloat(nil, f, 'g', -1, bits)
	case c < tagInt8:
		t.text = strconv.AppendUint(nil, v, 10)
	default:
		shift := 64 - 8*width
		t.text = strconv.AppendInt(nil, int64(v<<shift)>>shift, 10)
	}
	return t, true
}

// wholeMessage reports whether all of s is one value.
func wholeMessage(s []byte) bool { return messageEnd(s, 0, 0) == len(s) }

// messageEnd returns the end of the value at i, or −1.
func messageEnd(s []byte, i, depth int) int {
	t, ok := messageTokenAt(s, i)
	if !ok || depth > deepest {
		return -1
	}
	i = t.end
	if t.kind == text.Object {
		t.count *= 2
	}
	for k := range t.count {
		if t.kind == text.Object && k%2 == 0 {
			if key, ok := messageTokenAt(s, i); !ok || key.kind > text.Null {
				return -1
			}
		}
		if i = messageEnd(s, i, depth+1); i < 0 {
			return -1
		}
	}
	return i
}

// appendLong appends a tag with a length: of 1, 2 or 4 bytes, which are neighbours from tag8 on.
func appendLong(dst []byte, tag8 byte, n int) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, tag8, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, tag8+1), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, tag8+2), uint32(n))
}

// appendMessageString appends a string in the place of t: bytes stay bytes, an ext keeps its type, a time stays one
// if value is one.
func appendMessageString(dst, value []byte, t messageToken) []byte {
	n := len(value)
	switch {
	case t.time:
		if at, err := time.Parse(time.RFC3339Nano, string(value)); err == nil {
			return appendTime(dst, at)
		}
	case t.ext && t.tag >= tagFixext1 && n > 0 && n <= 16 && n&(n-1) == 0:
		tag := byte(tagFixext1)
		for n >>= 1; n > 0; n >>= 1 {
			tag++
		}
		return append(append(dst, tag, t.typ), value...)
	case t.ext:
		return append(append(appendLong(dst, tagExt8, n), t.typ), value...)
	case t.kind == text.String && t.tag >= tagBin8 && t.tag < tagExt8:
		return append(appendLong(dst, tagBin8, n), value...)
	}
	if n < 32 && (t.kind != text.String || t.tag&^31 == tagFixstr || t.time) {
		return append(append(dst, tagFixstr|byte(n)), value...)
	}
	return append(appendLong(dst, tagStr8, n), value...)
}

// appendTime appends a time as the shortest ext that holds it.
func appendTime(dst []byte, at time.Time) []byte {
	seconds, nanos := at.Unix(), uint64(at.Nanosecond())
	switch {
	case seconds >= 0 && seconds <= math.MaxUint32 && nanos == 0:
		return binary.BigEndian.AppendUint32(append(dst, tagFixext1+2, typeTime), uint32(seconds))
	case seconds >= 0 && seconds < 1<<34:
		return binary.BigEndian.AppendUint64(append(dst, tagFixext1+3, typeTime), nanos<<34|uint64(seconds))
	}
	dst = binary.BigEndian.AppendUint32(append(dst, tagExt8, 12, typeTime), uint32(nanos))
	return binary.BigEndian.AppendUint64(dst, uint64(seconds))
}

// appendNumber appends a number in the place of t: a float stays one of its size, an integer gets the shortest form.
func appendNumber(dst, value []byte, t messageToken) ([]byte, error) {
	if t.kind != text.Number || t.tag != tagFloat32 && t.tag != tagFloat64 {
		if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
			return appendInt(dst, n), nil
		}
		if n, err := strconv.ParseUint(string(value), 10, 64); err == nil {
			return binary.BigEndian.AppendUint64(append(dst, tagUint8+3), n), nil
		}
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return dst, ErrReplacement
	}
	if t.tag == tagFloat32 {
		return binary.BigEndian.AppendUint32(append(dst, tagFloat32), math.Float32bits(float32(f))), nil
	}
	return binary.BigEndian.AppendUint64(append(dst, tagFloat64), math.Float64bits(f)), nil
}

func appendInt(dst []byte, n int64) []byte {
	tag, width := byte(tagInt8), 0
	switch {
	case n >= -32 && n <= math.MaxInt8:
		return append(dst, byte(n))
	case n > 0:
		tag = tagUint8
		for width = 0; width < 3 && n >= 1<<(8<<width); width++ {
		}
	default:
		for width = 0; width < 3 && n < -1<<(8<<width-1); width++ {
		}
	}
	dst = append(dst, tag+byte(width))
	for shift := 8<<width - 8; shift >= 0; shift -= 8 {
		dst = append(dst, byte(n>>shift))
	}
	return dst
}
