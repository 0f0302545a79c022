package postgres

import (
	"encoding/binary"
	"io"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A row of a COPY is one message, and the driver reads a message whole: a row
// of a gigabyte would stand in memory several times. So a splitter stands
// between the server and the driver and hands a long row over as several
// messages, which the protocol allows and the walker takes. Other messages
// pass as they are.

// pieceSize is the length of the pieces that a longer row is cut into. A
// message of exactly this length may have a continuation.
const pieceSize = 256 << 10

// messageHeader is a message's type and its length.
const messageHeader = 5

// splitter is a stream of messages in which no row is longer than pieceSize.
type splitter struct {
	r    io.Reader
	out  []byte // ready to be handed over before anything is read: headers
	head []byte // the first bytes of a header that has not come in full
	body int    // bytes of the current message, or piece, that are still to come
	more int    // bytes of the current row that come in further pieces
}

// newSplitFrontend is how sessions of the source receive messages.
func newSplitFrontend(r io.Reader, w io.Writer) *pgproto3.Frontend {
	return pgproto3.NewFrontend(&splitter{r: r}, w)
}

// Read implements io.Reader.
func (s *splitter) Read(b []byte) (int, error) {
	for len(b) > 0 {
		if len(s.out) > 0 {
			n := copy(b, s.out)
			s.out = s.out[n:]
			return n, nil
		}
		if s.body == 0 && s.more > 0 {
			s.next()
			continue
		}
		if s.body == 0 && (len(s.head) > 0 || len(b) < messageHeader) {
			if err := s.header(); err != nil {
				return 0, err
			}
			continue
		}
		most := min(len(b), pieceSize/4) // so that the end of a piece is not read past
		if s.more > 0 {
			most = min(most, s.body)
		}
		n, err := s.r.Read(b[:most])
		if n = s.scan(b[:n]); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

// scan follows the messages in b, shortens the first piece of a long row, and
// returns how much may be handed over: a header that has not come in full is
// kept back.
func (s *splitter) scan(b []byte) int {
	at := 0
	for {
		n := min(s.body, len(b)-at)
		at, s.body = at+n, s.body-n
		switch left := len(b) - at; {
		case left == 0:
			return at
		case left < messageHeader:
			s.head = append(s.head[:0], b[at:]...)
			return at
		}
		s.begin(b[at : at+messageHeader])
		at += messageHeader
	}
}

// header reads the rest of a header that is split between two reads.
func (s *splitter) header() error {
	var h [messageHeader]byte
	n := copy(h[:], s.head)
	for n < len(h) {
		m, err := s.r.Read(h[n:])
		n += m
		s.head = append(s.head[:0], h[:n]...) // the read may be interrupted and go on later
		if err != nil && n < len(h) {
			return err
		}
	}
	s.head = s.head[:0]
	s.begin(h[:])
	s.out = append(s.out[:0], h[:]...)
	return nil
}

// begin takes a header, and makes that of a long row the header of its first
// piece.
func (s *splitter) begin(header []byte) {
	s.body = max(int(int32(binary.BigEndian.Uint32(header[1:])))-4, 0)
	if header[0] == 'd' && s.body > pieceSize {
		s.body, s.more = pieceSize, s.body-pieceSize
		binary.BigEndian.PutUint32(header[1:], pieceSize+4)
	}
}

// next makes the header of a further piece.
func (s *splitter) next() {
	s.body = min(s.more, pieceSize)
	s.more -= s.body
	s.out = binary.BigEndian.AppendUint32(append(s.out[:0], 'd'), uint32(s.body+4))
}
