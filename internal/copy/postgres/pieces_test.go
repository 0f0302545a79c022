package postgres

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// random reads return between one and most bytes at a time.
type chopped struct {
	r    io.Reader
	rnd  *rand.Rand
	most int
}

func (c chopped) Read(b []byte) (int, error) {
	return c.r.Read(b[:min(len(b), 1+c.rnd.IntN(c.most))])
}

// What a splitter hands over is the same stream, in messages that are no
// longer than a piece, however it is cut up by the network and by its reader.
func TestSplitter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		var wire, want bytes.Buffer
		for range 1 + rnd.IntN(30) {
			size := rnd.IntN(300)
			if rnd.IntN(4) == 0 {
				size = pieceSize*rnd.IntN(4) + rnd.IntN(3) - 1
			}
			body := make([]byte, max(size, 0))
			for i := range body {
				body[i] = byte(rnd.Uint32())
			}
			kind := []byte{'d', 'd', 'd', 'D'}[rnd.IntN(4)]
			wire.WriteByte(kind)
			_ = binary.Write(&wire, binary.BigEndian, uint32(len(body)+4))
			wire.Write(body)
			want.Write(body)
		}
		most := []int{1, 7, 5000, 1 << 20}[seed%4]
		if most == 1 && wire.Len() > 1<<20 {
			most = 3000
		}
		out := chopped{&splitter{r: chopped{bytes.NewReader(wire.Bytes()), rnd, most}}, rnd, 1 + rnd.IntN(1<<18)}
		var got []byte
		for {
			var header [5]byte
			if _, err := io.ReadFull(out, header[:]); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			size := int(binary.BigEndian.Uint32(header[1:])) - 4
			if size < 0 || header[0] == 'd' && size > pieceSize {
				t.Fatalf("seed %d: message %c of %d bytes", seed, header[0], size)
			}
			body := make([]byte, size)
			if _, err := io.ReadFull(out, body); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got = append(got, body...)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("seed %d: %d bytes came, %d were sent, or they differ", seed, len(got), want.Len())
		}
	}
}

// An interrupted read goes on where it was, and an end in mid-message is one.
func TestSplitterInterrupted(t *testing.T) {
	t.Parallel()
	wire := append([]byte{'Z', 0, 0, 0, 5}, 'I')
	s := &splitter{r: iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(wire)))}
	var got []byte
	b := make([]byte, 100)
	for {
		n, err := s.Read(b)
		got = append(got, b[:n]...)
		if errors.Is(err, iotest.ErrTimeout) {
			continue
		}
		if err != nil {
			break
		}
	}
	if !bytes.Equal(got, wire) {
		t.Errorf("got %x, want %x", got, wire)
	}
	f := newSplitFrontend(bytes.NewReader([]byte{'d', 0, 0, 1}), io.Discard)
	if _, err := f.Receive(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an end in a header is %v", err)
	}
}

// A row that comes in pieces leaves as the same row that comes whole, and is
// counted the same.
func TestRowInPieces(t *testing.T) {
	t.Parallel()
	const rules = "{c00: keep, c01: keep, c02: digits, c03: keep, c04: {set: x}}"
	columns := []string{"c00", "c01", "c02", "c03", "c04"}
	big := bytes.Repeat([]byte("0123456789abcdef"), 40000)
	var rows [][]byte
	for _, values := range [][][]byte{
		{[]byte("a"), big, []byte("4711"), nil, []byte("v")},
		{nil, nil, bytes.Repeat([]byte("7"), 700000), big, nil},
		{[]byte("a"), []byte(""), []byte("1"), []byte(""), []byte("")},
		{big, big, big, big, big},
	} {
		rows = append(rows, tuple(values...))
	}
	body := bytes.Join(rows, nil)
	body = append(body, 0xff, 0xff)
	run := func(size int) (out []byte, kept int64, err error) {
		row, a := compiled(t, rules, columns...)
		w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: &sink{}, started: true}
		if size == 0 {
			for _, r := range append(rows, []byte{0xff, 0xff}) {
				w.part = pieces{}
				if err := w.part.each(r, true, w.advance); err != nil {
					return nil, 0, err
				}
			}
		}
		for at := 0; size > 0 && at < len(body); at += size {
			if err := w.part.each(body[at:min(at+size, len(body))], at+size >= len(body), w.advance); err != nil {
				return nil, 0, err
			}
		}
		if !w.ended {
			t.Errorf("pieces of %d: no end was seen", size)
		}
		return w.out.buf, a.Counts().Kept, nil
	}
	want, kept, err := run(0)
	if err != nil {
		t.Fatal(err)
	}
	row, a := compiled(t, rules, columns...)
	w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: &sink{}, started: true}
	rest := rows[2] // short rows take the other way
	if err := w.message(rest); err != nil || !bytes.Contains(want, w.out.buf) {
		t.Errorf("a short row leaves otherwise when it comes whole: %v", err)
	}
	for _, size := range []int{1000, 4096, 65537, pieceSize, 10 << 20} {
		got, n, err := run(size)
		if err != nil || !bytes.Equal(got, want) || n != kept {
			t.Errorf("pieces of %d: %d bytes, want %d, %d kept, want %d, %v", size, len(got), len(want), n, kept, err)
		}
	}
	for _, cut := range []int{1, 5, 300000, len(body) / 2, len(body) - 3} {
		row, a := compiled(t, rules, columns...)
		w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: &sink{}, started: true}
		if err := w.part.each(body[:cut], true, w.advance); err == nil {
			t.Errorf("a stream that ends after %d bytes is taken", cut)
		}
	}
}
