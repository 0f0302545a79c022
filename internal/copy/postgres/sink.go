package postgres

import (
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// sink frames clean values as the body of COPY … FROM STDIN. It is the only
// file that writes records, and takes nothing but Clean. The framing (counts,
// lengths, tabs) holds no value and is its own.
type sink struct {
	text  bool
	buf   []byte // framed, not yet taken
	taken int    // of buf
	rows  int64
	bytes int64 // framed altogether
	first bool  // the row has no column yet (text)
}

// binaryHeader opens a binary COPY: signature, flags, length of extensions.
const binaryHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// open begins the body.
func (s *sink) open() {
	if !s.text {
		s.buf = append(s.buf, binaryHeader...)
	}
}

// begin starts a row.
func (s *sink) begin(columns int) {
	s.rows++
	s.first = true
	if !s.text {
		s.buf = binary.BigEndian.AppendUint16(s.buf, uint16(columns))
	}
}

// span writes adjacent kept columns, which carry their framing.
func (s *sink) span(c anonymize.Clean) {
	s.separate()
	s.buf = append(s.buf, c.Bytes()...)
}

// value writes one column.
func (s *sink) value(c anonymize.Clean) {
	s.separate()
	switch {
	case s.text && c.IsNull():
		s.buf = append(s.buf, `\N`...)
	case s.text:
		s.buf = appendEscaped(s.buf, c.Bytes())
	case c.IsNull():
		s.buf = append(s.buf, 0xff, 0xff, 0xff, 0xff)
	default:
		s.buf = binary.BigEndian.AppendUint32(s.buf, uint32(len(c.Bytes())))
		s.buf = append(s.buf, c.Bytes()...)
	}
}

func (s *sink) separate() {
	if s.text && !s.first {
		s.buf = append(s.buf, '\t')
	}
	s.first = false
}

// end closes a row.
func (s *sink) end() {
	if s.text {
		s.buf = append(s.buf, '\n')
	}
}

// close ends the body.
func (s *sink) close() {
	if !s.text {
		s.buf = append(s.buf, 0xff, 0xff)
	}
}

// ready returns how many bytes wait to be taken.
func (s *sink) ready() int { return len(s.buf) - s.taken }

// take moves framed bytes to p. The buffer grows to twice a message and the
// longest row, and no further.
func (s *sink) take(p []byte) int {
	n := copy(p, s.buf[s.taken:])
	s.taken += n
	s.bytes += int64(n)
	s.compact()
	return n
}

// compact moves what is left, a part of a row mostly, to the front: the room
// of what was taken is used again.
func (s *sink) compact() {
	if left := len(s.buf) - s.taken; left <= s.taken {
		copy(s.buf, s.buf[s.taken:])
		s.buf, s.taken = s.buf[:left], 0
	}
}

// appendEscaped writes a value as the text form of COPY wants it.
func appendEscaped(dst, value []byte) []byte {
	for _, c := range value {
		switch c {
		case '\\':
			dst = append(dst, '\\', '\\')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// putObject writes a piece of a large object at its place.
func putObject(ctx context.Context, conn *pgx.Conn, number uint32, at int64, c anonymize.Clean) error {
	_, err := conn.Exec(ctx, `SELECT lo_put($1::oid, $2::int8, $3::bytea)`, number, at, c.Bytes())
	return err
}
