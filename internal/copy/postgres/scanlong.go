package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"
)

// How the proof reads a row that comes in pieces (see splitter): a value of up
// to windowSize is collected and looked at as a whole, a longer one through a
// window that moves over it, so that its length does not matter. What is
// encoded (JSON, base64) is undone within a window; a name on the border of two
// is seen whole, since they overlap.

const (
	windowSize    = 4 << 20  // bytes
	windowOverlap = 64 << 10 // bytes
)

// longValue is a value that is looked at through a window.
type longValue struct {
	window []byte       // what has come of it and was not looked at, behind the overlap
	moved  int          // bytes that are skipped at its beginning and have gone
	hash   maphash.Hash // of the text form, for a sum over it
	apart  uint64       // the shares of the row's values in such a sum
}

// advance takes the next bit of a row and returns what follows it, or that
// there is nothing more to do before more data comes.
func (e *eye) advance(data []byte) (rest []byte, more bool, err error) {
	p := &e.part
	switch {
	case len(data) < p.need:
		return data, false, nil
	case !p.open:
		return e.beginLong(data)
	case p.left > 0:
		n := min(p.left, len(data))
		p.left -= n
		e.longPiece(data[:n])
		return data[n:], n > 0, nil
	case p.place == len(e.glances):
		e.endLong()
		return data, true, nil
	case len(data) < 4:
		return data, false, nil
	}
	n := int(int32(binary.BigEndian.Uint32(data)))
	if n < -1 {
		return data, false, errMalformed
	}
	head, whole := 4, 4+max(n, 0)
	l := &e.glances[p.place]
	if n > windowSize && l.list {
		head += 8 // to the end of the flags
	}
	if p.need = whole; n > windowSize {
		p.need = head
	}
	if len(data) < p.need {
		return data, false, nil
	}
	p.need = 0
	if n <= windowSize {
		return data[whole:], true, e.wholeField(data[:whole])
	}
	e.beginValue(data[:head], n)
	return data[head:], true, nil
}

// beginLong takes the count of columns, or the trailer.
func (e *eye) beginLong(data []byte) (rest []byte, more bool, err error) {
	if len(data) < 2 {
		return data, false, nil
	}
	columns, rest, err := cutCount(data)
	switch {
	case err != nil || e.ended:
		return data, false, errMalformed
	case columns == trailer:
		e.ended = true
		return rest, true, nil
	case columns != len(e.glances):
		return data, false, errMalformed
	}
	e.rows++
	e.part.open, e.part.place, e.long.apart = true, 0, 0
	if e.sum != nil {
		e.part.sum.begin(e.sum)
	}
	return rest, true, nil
}

// endLong closes a row.
func (e *eye) endLong() {
	e.part.open = false
	switch {
	case e.sum == nil:
	case e.sum.text:
		e.total += spread(e.long.apart)
	default:
		e.total += spread(e.part.sum.all)
	}
}

// wholeField looks at a value that has come in full, with its length before it.
func (e *eye) wholeField(framed []byte) error {
	field, _, err := cutField(framed)
	if err != nil {
		return err
	}
	share, err := e.field(&e.glances[e.part.place], field)
	if err != nil {
		return err
	}
	e.long.apart += share
	e.sumPiece(framed)
	e.endField()
	return nil
}

// beginValue begins a value of n bytes that is looked at through a window;
// head is its length and, of a list, its beginning.
func (e *eye) beginValue(head []byte, n int) {
	l := &e.glances[e.part.place]
	if l.list {
		binary.BigEndian.PutUint32(head[8:], 0)
	}
	e.long.window, e.long.moved = append(e.long.window[:0], head[4:]...), 0
	if l.run >= 0 {
		e.long.hash.SetSeed(e.sum.seed)
		e.long.hash.Reset()
		if l.hexed {
			_, _ = e.long.hash.WriteString(`\x`)
		}
	}
	e.part.left = n - len(head) + 4
	e.sumPiece(head)
}

// longPiece takes the next bytes of such a value.
func (e *eye) longPiece(b []byte) {
	l, v := &e.glances[e.part.place], &e.long
	e.sumPiece(b)
	if l.run >= 0 {
		text := b
		if l.hexed {
			e.room = hex.AppendEncode(e.room[:0], b)
			text = e.room
		}
		_, _ = v.hash.Write(text)
	}
	if l.read != nil {
		v.look(l, b, e.part.left == 0)
	}
	if e.part.left > 0 {
		return
	}
	if l.run >= 0 {
		v.apart += spread(v.hash.Sum64() ^ e.sum.runs[l.run].key)
	}
	e.endField()
}

// look fills the window and looks when it is full, or nothing more comes.
func (v *longValue) look(l *glance, b []byte, last bool) {
	v.window = append(v.window, b...)
	if len(v.window) < windowSize && !last {
		return
	}
	l.field.Value(v.window[l.skip-v.moved:])
	v.moved = l.skip
	v.window = append(v.window[:0], v.window[len(v.window)-windowOverlap:]...)
}

// sumPiece adds some bytes of the current column to the row's hash.
func (e *eye) sumPiece(b []byte) {
	if e.sum != nil && !e.sum.text {
		e.part.sum.piece(e.sum, e.part.place, b)
	}
}

// endField goes on to the next column.
func (e *eye) endField() {
	if e.sum != nil && !e.sum.text {
		e.part.sum.ended(e.sum, e.part.place)
	}
	e.part.place++
}
