package packed

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room rewrites MessagePack.

// messageWalk rewrites one value.
type messageWalk struct{ walk }

// rewrite appends the rewritten value, or nothing in case of an error.
func (m *messageWalk) rewrite() ([]byte, error) {
	start := len(m.dst)
	if !wholeMessage(m.src) {
		return m.dst, ErrSyntax
	}
	_, dropped, err := m.value(0)
	if err == nil && dropped {
		err = ErrReplacement
	}
	if err != nil {
		return m.dst[:start], err
	}
	m.flush(len(m.src))
	return m.dst, nil
}

// value handles the value at i and returns its end; dropped asks the container to remove it.
func (m *messageWalk) value(i int) (end int, dropped bool, err error) {
	t, _ := messageTokenAt(m.src, i) // all of it is proved
	action, value, err := m.ask(t.kind, t.text, text.Span{Start: i, End: t.end})
	if err != nil {
		return 0, false, err
	}
	switch container := t.kind == text.Object || t.kind == text.Array; {
	case container && action == text.Keep:
		end, err = m.members(t, i)
		return end, false, err
	case container:
		end = messageEnd(m.src, i, 0)
	default:
		end = t.end
	}
	switch action {
	case text.Keep, text.Skip:
		return end, false, nil
	case text.Drop:
		return end, true, nil
	}
	m.flush(i)
	m.from = end
	m.dst, err = appendMessage(m.dst, t, action, value)
	return end, false, err
}

// members walks through an array or a map at i and returns its end.
func (m *messageWalk) members(t messageToken, i int) (int, error) {
	m.flush(i)
	head, size := len(m.dst), t.end-i
	left := 0
	for i = t.end; t.count > 0; t.count-- {
		at := m.mark(i)
		outer := len(m.tok.Path)
		end, dropped, err := 0, false, error(nil)
		if t.kind == text.Array {
			m.element()
			end, dropped, err = m.value(i)
		} else {
			end, dropped, err = m.member(i)
		}
		m.tok.Path = m.tok.Path[:outer]
		if err != nil {
			return 0, err
		}
		if i = end; dropped {
			m.remove(at, end)
		} else {
			left++
		}
	}
	m.flush(i)
	m.recount(head, size, left)
	return i, nil
}

// member handles a key and its value.
func (m *messageWalk) member(i int) (end int, dropped bool, err error) {
	k, _ := messageTokenAt(m.src, i)
	action, key, err := m.askKey(k.text, text.Span{Start: i, End: k.end})
	switch {
	case err != nil:
		return 0, false, err
	case action == text.Drop || action == text.Skip:
		return messageEnd(m.src, k.end, 0), action == text.Drop, nil
	case action == text.SetText:
		m.flush(i)
		m.from = k.end
		if m.dst, err = appendKey(m.dst, key, k); err != nil {
			return 0, false, err
		}
	}
	m.enter(k.text)
	return m.value(k.end)
}

// appendKey appends another key in the place of k: what was a number stays one if it can.
func appendKey(dst, key []byte, k messageToken) ([]byte, error) {
	if k.kind == text.Number {
		if out, err := appendNumber(dst, key, k); err == nil {
			return out, nil
		}
	}
	return appendMessageString(dst, key, k), nil
}

// recount writes the number of members at dst[head:], in a count of the same size.
func (m *messageWalk) recount(head, size, n int) {
	b := m.dst[head : head+size]
	switch size {
	case 1:
		b[0] = b[0]&^15 | byte(n)
	case 3:
		binary.BigEndian.PutUint16(b[1:], uint16(n))
	default:
		binary.BigEndian.PutUint32(b[1:], uint32(min(n, math.MaxUint32)))
	}
}

// appendMessage appends the replacement of t.
func appendMessage(dst []byte, t messageToken, action text.Action, value []byte) ([]byte, error) {
	switch action {
	case text.SetText:
		return appendMessageString(dst, value, t), nil
	case text.SetNull:
		return append(dst, tagNil), nil
	}
	kind, value, ok := constant(value)
	switch {
	case !ok:
		return dst, ErrReplacement
	case kind == text.String:
		return appendMessageString(dst, value, t), nil
	case kind == text.Null:
		return append(dst, tagNil), nil
	case kind == text.Bool && slices.Equal(value, []byte("true")):
		return append(dst, tagTrue), nil
	case kind == text.Bool:
		return append(dst, tagFalse), nil
	}
	return appendNumber(dst, value, t)
}
