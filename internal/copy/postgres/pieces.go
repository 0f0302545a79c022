package postgres

import (
	"encoding/binary"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// How the walker takes a row that comes in pieces (see splitter): a kept value
// goes on as it comes, so that its length does not matter; a ruled one is
// collected first, up to the length that a rule reads, and dropped beyond it.

// pieces is how far such a row is.
type pieces struct {
	rest  []byte // come, but not enough of it
	need  int    // bytes that rest must have before there is something to do
	open  bool   // in a row
	step  int    // of the row
	place int    // column in the row's order
	left  int    // bytes of a kept value that are still to come
	drain int    // bytes of a ruled value that nobody reads, still to come
	sum   longSum
}

// retained bounds what a buffer keeps from one long row to the next, in bytes.
const retained = 1 << 20

// collect puts new data behind what waits, and returns all of it. The buffer
// grows at once to what is needed: a long value must not stand there twice.
func (p *pieces) collect(data []byte) []byte {
	if len(p.rest) == 0 {
		return data
	}
	if most := max(p.need, len(p.rest)+len(data)); most > cap(p.rest) {
		if p.need < most { // nobody knows how long it becomes
			most += most / 4
		}
		p.rest = append(make([]byte, 0, most), p.rest...)
	}
	p.rest = append(p.rest, data...)
	return p.rest
}

// keep notes what was not used of the data that collect returned.
func (p *pieces) keep(all, unused []byte) {
	switch {
	case len(unused) == 0 && cap(p.rest) > retained:
		p.rest = nil
	case len(unused) == 0:
		p.rest = p.rest[:0]
	case len(all) != len(unused) || len(p.rest) == 0: // else it stands where it is
		p.rest = append(p.rest[:0], unused...)
	}
}

// each takes data that need not end with a row, bit by bit; last says that it
// must.
func (p *pieces) each(data []byte, last bool, advance func(data []byte) (rest []byte, more bool, err error)) error {
	all := p.collect(data)
	unused := all
	for {
		next, more, err := advance(unused)
		if err != nil {
			return err
		}
		if unused = next; !more {
			break
		}
	}
	p.keep(all, unused)
	if last && (p.open || len(unused) > 0) {
		return errMalformed
	}
	return nil
}

// advance takes the next bit of a row and returns what follows it, or that
// there is nothing more to do before more data comes.
func (w *walker) advance(data []byte) (rest []byte, more bool, err error) {
	p := &w.part
	switch {
	case len(data) < p.need:
		return data, false, nil
	case !p.open:
		return w.beginRow(data)
	case p.left > 0:
		n := min(p.left, len(data))
		w.out.span(w.a.Piece(p.step, data[:n]))
		w.sumPiece(data[:n])
		p.left -= n
		return data[n:], n > 0, w.endField(p.left == 0)
	case p.drain > 0:
		n := min(p.drain, len(data))
		p.drain -= n
		return data[n:], n > 0, w.endField(p.drain == 0)
	case p.step == len(w.row.Steps):
		w.out.end()
		p.open = false
		if w.sum != nil {
			w.total += spread(p.sum.all)
		}
		return data, true, nil
	case len(data) < 4:
		return data, false, nil
	}
	n := int(int32(binary.BigEndian.Uint32(data)))
	if n < -1 {
		return data, false, errMalformed
	}
	whole := 4 + max(n, 0)
	if w.exceeds(p.step, n) {
		return w.oversized(data, n)
	}
	if !w.row.Steps[p.step].Rule && w.shapes[p.place] == nil {
		w.out.span(w.a.Piece(p.step, data[:4]))
		w.sumPiece(data[:4])
		p.left = max(n, 0)
		return data[4:], true, w.endField(p.left == 0)
	}
	if len(data) < whole {
		p.need = whole
		return data, false, nil
	}
	p.need = 0
	return data[whole:], true, w.wholeField(data[:whole])
}

// exceeds reports whether a value of n bytes is longer than its rule reads.
func (w *walker) exceeds(step, n int) bool {
	s := &w.row.Steps[step]
	return n > anonymize.MostRuled && s.Rule && !s.Kept
}

// oversized passes a value, of n bytes behind its length, of which only the
// beginning is looked at.
func (w *walker) oversized(data []byte, n int) (rest []byte, more bool, err error) {
	p := &w.part
	p.need = 4 + anonymize.HeadRuled
	if len(data) < p.need {
		return data, false, nil
	}
	rest, p.drain = data[p.need:], n-anonymize.HeadRuled
	err = w.instead(p.step, data[4:p.need])
	p.need = 0
	return rest, true, err
}

// instead writes what stands for a value that is longer than its rule reads.
func (w *walker) instead(step int, head []byte) error {
	clean, left, err := w.a.Oversized(step, head)
	if err != nil {
		return err
	}
	if left {
		if w.left == nil {
			w.left = make(map[int]int64)
		}
		w.left[step]++
	}
	w.out.value(clean)
	return nil
}

// beginRow takes the count of columns, or the trailer.
func (w *walker) beginRow(data []byte) (rest []byte, more bool, err error) {
	if len(data) < 2 {
		return data, false, nil
	}
	columns, rest, err := cutCount(data)
	switch {
	case err != nil || w.ended:
		return data, false, errMalformed
	case columns == trailer:
		w.ended = true
		return rest, true, nil
	case columns != len(w.row.Order):
		return data, false, errMalformed
	}
	w.a.Begin(w.row)
	w.out.begin(columns)
	w.part.open, w.part.step, w.part.place = true, 0, 0
	if w.sum != nil {
		w.part.sum.begin(w.sum)
	}
	return rest, true, nil
}

// wholeField passes a value that has come in full, with its length before it.
func (w *walker) wholeField(framed []byte) error {
	field, _, err := cutField(framed)
	if err != nil {
		return err
	}
	if s := w.shapes[w.part.place]; s != nil && field != nil {
		if err := s.apply(field); err != nil {
			return err
		}
	}
	w.sumPiece(framed)
	if !w.row.Steps[w.part.step].Rule {
		w.out.span(w.a.Piece(w.part.step, framed))
		return w.endField(true)
	}
	clean, err := w.a.Value(w.part.step, field)
	if err != nil {
		return err
	}
	w.out.value(clean)
	return w.endField(true)
}

// sumPiece adds some bytes of the current column to the row's hash.
func (w *walker) sumPiece(b []byte) {
	if w.sum != nil {
		w.part.sum.piece(w.sum, w.part.place, b)
	}
}

// endField goes on to the next column, and counts a span that is through.
func (w *walker) endField(ended bool) error {
	p := &w.part
	if !ended {
		return nil
	}
	if w.sum != nil {
		p.sum.ended(w.sum, p.place)
	}
	if p.place++; p.place < w.row.Steps[p.step].Last {
		return nil
	}
	if !w.row.Steps[p.step].Rule {
		w.out.span(w.a.Span(p.step, nil))
	}
	p.step++
	return nil
}

// linesInPieces is the same for the text form: rows end with their line.
func (w *walker) linesInPieces(data []byte, last bool) error {
	all := w.part.collect(data)
	if all[len(all)-1] != '\n' {
		w.part.keep(all, all)
		if last {
			return errMalformed
		}
		return nil
	}
	err := w.textRows(all)
	w.part.keep(all, nil)
	return err
}
