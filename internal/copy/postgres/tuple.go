package postgres

import (
	"bytes"
	"encoding/binary"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// walker takes the rows of one table apart and hands every value to the
// Anonymizer: kept neighbours as one span, ruled values one by one. What
// comes back goes to the sink. It never decodes a kept value.
type walker struct {
	row    *anonymize.Row
	shapes []*shape // by place in row.Order; nil entries need no renumbering
	a      *anonymize.Anonymizer
	out    *sink
	sum    *checksum // may be nil
	total  uint64    // over the rows so far
	at     []int     // where each column of a row begins

	started bool          // the binary header has been read
	ended   bool          // the trailer has been read
	field   []byte        // scratch: one unescaped value
	part    pieces        // of a row that is longer than a message
	left    map[int]int64 // values that were too long for their rules, by step; nil without any
}

// message handles one CopyData message: whole rows, or a piece of a long one.
func (w *walker) message(data []byte) error {
	long := len(data) >= pieceSize || len(w.part.rest) > 0 || w.part.open
	last := len(data) < pieceSize
	switch {
	case w.out.text && long && len(data) > 0:
		return w.linesInPieces(data, last)
	case w.out.text:
		return w.textRows(data)
	}
	if !w.started {
		if len(data) < len(binaryHeader) || string(data[:len(binaryHeader)]) != binaryHeader {
			return errMalformed
		}
		data, w.started = data[len(binaryHeader):], true
	}
	if long {
		return w.part.each(data, last, w.advance)
	}
	for len(data) > 0 {
		columns, rest, err := cutCount(data)
		switch {
		case err != nil || w.ended:
			return errMalformed
		case columns == trailer:
			w.ended, data = true, rest
			continue
		case columns != len(w.row.Order):
			return errMalformed
		}
		if data, err = w.tuple(rest); err != nil {
			return err
		}
	}
	return nil
}

// trailer stands in place of a count after the last row.
const trailer = -1

// cutCount cuts the number of columns off that begins a row.
func cutCount(b []byte) (columns int, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, errMalformed
	}
	return int(int16(binary.BigEndian.Uint16(b))), b[2:], nil
}

// tuple passes one row and returns what follows it.
func (w *walker) tuple(data []byte) ([]byte, error) {
	w.a.Begin(w.row)
	w.out.begin(len(w.row.Order))
	row := data
	w.at = w.at[:0]
	for i, step := range w.row.Steps {
		start := data
		for place := step.First; place < step.Last; place++ {
			w.at = append(w.at, len(row)-len(data))
			field, rest, err := cutField(data)
			if err != nil {
				return nil, err
			}
			if s := w.shapes[place]; s != nil && field != nil {
				if err := s.apply(field); err != nil {
					return nil, err
				}
			}
			if step.Rule {
				clean, err := w.a.Value(i, field)
				if err != nil {
					return nil, err
				}
				w.out.value(clean)
			}
			data = rest
		}
		if !step.Rule {
			w.out.span(w.a.Span(i, start[:len(start)-len(data)]))
		}
	}
	w.out.end()
	if w.sum != nil {
		w.at = append(w.at, len(row)-len(data))
		w.total += w.sum.row(row, w.at)
	}
	return data, nil
}

// textRows passes rows in the text form of COPY, for the few types that have
// no binary one. Tabs and newlines inside values are escaped, so those that
// stand there separate.
func (w *walker) textRows(data []byte) error {
	for len(data) > 0 {
		line, rest, found := bytes.Cut(data, []byte{'\n'})
		if !found {
			return errMalformed
		}
		if err := w.textRow(line); err != nil {
			return err
		}
		data = rest
	}
	return nil
}

func (w *walker) textRow(line []byte) error {
	all := line
	w.a.Begin(w.row)
	w.out.begin(len(w.row.Order))
	left := len(w.row.Order)
	for i, step := range w.row.Steps {
		end := 0
		for n := step.Last - step.First; n > 0; n-- {
			left--
			next := bytes.IndexByte(line[end:], '\t')
			if (next < 0) != (left == 0) {
				return errMalformed
			}
			if next < 0 {
				next = len(line) - end
			}
			end += next
			if n > 1 {
				end++
			}
		}
		raw := line[:end]
		line = line[min(end+1, len(line)):]
		if !step.Rule {
			w.out.span(w.a.Span(i, raw))
			continue
		}
		if w.exceeds(i, len(raw)) {
			if err := w.oversizedText(i, raw); err != nil {
				return err
			}
			continue
		}
		value, err := w.unescape(raw)
		if err != nil {
			return err
		}
		clean, err := w.a.Value(i, value)
		if err != nil {
			return err
		}
		w.out.value(clean)
	}
	if left != 0 || len(line) != 0 {
		return errMalformed
	}
	w.out.end()
	if w.sum != nil {
		return w.sumText(all)
	}
	return nil
}

// oversizedText is oversized for the text form, whose length here is with its
// escapes.
func (w *walker) oversizedText(step int, raw []byte) error {
	head := raw[:anonymize.HeadRuled]
	head = head[:len(head)-(len(head)-len(bytes.TrimRight(head, `\`)))%2] // not in the middle of an escape
	value, err := w.unescape(head)
	if err != nil {
		return err
	}
	return w.instead(step, value)
}

// sumText adds a row in the text form to the sum.
func (w *walker) sumText(line []byte) error {
	var h uint64
	for run, place := 0, 0; run < len(w.sum.runs); place++ {
		raw, rest, _ := bytes.Cut(line, []byte{'\t'})
		if line = rest; place != w.sum.runs[run].first {
			continue
		}
		value, err := w.unescape(raw)
		if err != nil {
			return err
		}
		h += w.sum.value(run, value)
		run++
	}
	w.total += spread(h)
	return nil
}

// unescape undoes the text form's escapes; nil is NULL.
func (w *walker) unescape(raw []byte) ([]byte, error) {
	if string(raw) == `\N` {
		return nil, nil
	}
	if w.field == nil {
		w.field = make([]byte, 0, 64) // an empty value is not nil
	}
	w.field = w.field[:0]
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' {
			if i++; i == len(raw) {
				return nil, errMalformed
			}
			switch c = raw[i]; c {
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'v':
				c = '\v'
			}
		}
		w.field = append(w.field, c)
	}
	return w.field, nil
}
