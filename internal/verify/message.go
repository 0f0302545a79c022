package verify

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"
)

// MessagePack hides numbers, and a length that looks like a letter stands right before a name. It is read as the JSON
// that means the same.

// mostNested is how many lists and maps around each other are read.
const mostNested = 128

// message reads one value of MessagePack.
type message struct {
	data []byte
	i    int
	out  []byte
}

// unmessage appends a value of MessagePack as JSON. What is broken, or no map or list, is none.
func unmessage(dst, value []byte) (inner []byte, is bool) {
	if len(value) < 2 || !(value[0] >= 0x80 && value[0] <= 0x9f || value[0] >= 0xdc && value[0] <= 0xdf) || utf8.Valid(value) {
		return dst, false
	}
	m := message{data: value, out: dst}
	if !m.value(0) || m.i != len(value) {
		return dst, false
	}
	return m.out, true
}

// take returns the next n bytes.
func (m *message) take(n int) ([]byte, bool) {
	if n < 0 || n > len(m.data)-m.i {
		return nil, false
	}
	b := m.data[m.i : m.i+n]
	m.i += n
	return b, true
}

// size reads a length of so many bytes.
func (m *message) size(width int) int {
	b, ok := m.take(width)
	if !ok {
		return -1
	}
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}

// value reads one value and reports whether it is whole.
func (m *message) value(depth int) bool {
	head, ok := m.take(1)
	if !ok || depth > mostNested {
		return false
	}
	switch c := head[0]; {
	case c <= 0x7f || c >= 0xe0:
		m.out = strconv.AppendInt(m.out, int64(int8(c)), 10)
	case c <= 0x8f:
		return m.items(int(c&0x0f), depth, true)
	case c <= 0x9f:
		return m.items(int(c&0x0f), depth, false)
	case c <= 0xbf:
		return m.text(int(c&0x1f), 0)
	case c == 0xc0, c == 0xc2, c == 0xc3:
		m.out = append(m.out, "null"...)
	case c >= 0xc4 && c <= 0xc6:
		return m.text(m.size(1<<(c-0xc4)), 0)
	case c >= 0xc7 && c <= 0xc9:
		return m.text(m.size(1<<(c-0xc7)), 1)
	case c >= 0xca && c <= 0xd3:
		return m.number(c)
	case c >= 0xd4 && c <= 0xd8:
		return m.text(1<<(c-0xd4), 1)
	case c >= 0xd9 && c <= 0xdb:
		return m.text(m.size(1<<(c-0xd9)), 0)
	case c == 0xdc, c == 0xdd:
		return m.items(m.size(2<<(c-0xdc)), depth, false)
	case c == 0xde, c == 0xdf:
		return m.items(m.size(2<<(c-0xde)), depth, true)
	default:
		return false
	}
	return true
}

// text reads a string, bytes or an extension behind its kind.
func (m *message) text(n, kind int) bool {
	if _, ok := m.take(kind); !ok {
		return false
	}
	b, ok := m.take(n)
	m.out = append(m.out, '"')
	for _, c := range b {
		if c == '"' || c == '\\' {
			m.out = append(m.out, '\\')
		}
		m.out = append(m.out, c)
	}
	m.out = append(m.out, '"')
	return ok
}

func (m *message) number(kind byte) bool {
	width := [...]int{4, 8, 1, 2, 4, 8, 1, 2, 4, 8}[kind-0xca]
	b, ok := m.take(width)
	if !ok {
		return false
	}
	var room [8]byte
	copy(room[8-width:], b)
	v := binary.BigEndian.Uint64(room[:])
	switch {
	case kind == 0xca:
		m.out = strconv.AppendFloat(m.out, float64(math.Float32frombits(uint32(v))), 'f', -1, 32)
	case kind == 0xcb:
		m.out = strconv.AppendFloat(m.out, math.Float64frombits(v), 'f', -1, 64)
	case kind <= 0xcf:
		m.out = strconv.AppendUint(m.out, v, 10)
	default:
		shift := 64 - 8*width
		m.out = strconv.AppendInt(m.out, int64(v<<shift)>>shift, 10)
	}
	return true
}

// items reads the members of a map or the elements of a list.
func (m *message) items(n, depth int, pairs bool) bool {
	if n < 0 || n > len(m.data)-m.i {
		return false
	}
	marks := "[]"
	if pairs {
		marks = "{}"
	}
	m.out = append(m.out, marks[0])
	for k := range n {
		if k > 0 {
			m.out = append(m.out, ',')
		}
		if pairs {
			if !m.key(depth) {
				return false
			}
			m.out = append(m.out, ':')
		}
		if !m.value(depth + 1) {
			return false
		}
	}
	m.out = append(m.out, marks[1])
	return true
}

// key reads a key; one that is no string is written as one.
func (m *message) key(depth int) bool {
	at := len(m.out)
	if !m.value(depth + 1) {
		return false
	}
	if m.out[at] != '"' {
		m.out = strconv.AppendQuote(m.out[:at], string(m.out[at:]))
	}
	return true
}
