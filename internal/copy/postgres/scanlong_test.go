package postgres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// A name on the border of two windows is found: its value is kept, which only
// the proof can notice.
func TestP40_LeakInALongValue(t *testing.T) {
	t.Parallel()
	const border = 17*pieceSize - 14 // of the second row, whose message begins with a count, a number and a length
	for _, at := range []int{border - 13, border + 1} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, fmt.Sprintf(`CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'Rosalind Featherstone');
CREATE TABLE t (n int, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 'x'), (2, repeat('x', %d - 1) || ' Rosalind Featherstone ' || repeat('y ', 500000))`, at), `version: 1
person: {postgres: {users: {id: id, name: name}}}
postgres: {users: {id: keep, name: person.name}, t: {n: keep, v: keep}}
`)
			_, err := tr.run(t.Context(), t)
			wantCode(t, err, report.Privacy)
		})
	}
}

// Rows in pieces have the sums that they have as a whole, in both forms.
func TestRowsInPieces(t *testing.T) {
	t.Parallel()
	row := func(values ...[]byte) []byte {
		b := binary.BigEndian.AppendUint16(nil, uint16(len(values)))
		for _, v := range values {
			if v == nil {
				b = binary.BigEndian.AppendUint32(b, 0xffffffff)
				continue
			}
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
		}
		return b
	}
	fill := func(n int, with string) []byte { return bytes.Repeat([]byte(with), n/len(with)+1)[:n] }
	list := append([]byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25}, fill(windowSize+7, "list")...) // with a flag, which is cleared
	rows := [][]byte{
		row([]byte("short"), nil, list, []byte{1}),
		row(fill(windowSize+1, "abc"), fill(3*windowSize, "\x01def"), list[:40], nil),
		row(fill(windowSize, "abc"), fill(pieceSize, "def"), list, fill(2*windowSize, "x")),
		row(nil, nil, list[:12], []byte{}),
	}
	for _, text := range []bool{false, true} {
		sum := &checksum{seed: maphash.MakeSeed(), text: text, runs: []sumRun{{0, 2, 11}, {3, 4, 12}}}
		if text {
			sum.runs = []sumRun{{0, 1, 11}, {1, 2, 12}, {3, 4, 13}}
		}
		look := func(show func(e *eye, row []byte)) *eye {
			in := verify.NewWanted(&person.Index{}, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
			e := &eye{sum: sum, started: true, glances: []glance{{name: "a", run: -1, read: readText}, {name: "b", run: -1}, {name: "c", run: -1, list: !text}, {name: "d", run: -1}}}
			if text {
				e.glances[0].run, e.glances[1].run, e.glances[1].hexed, e.glances[3].run = 0, 1, true, 2
			}
			for i := range e.glances {
				e.glances[i].field = in.Field("t", e.glances[i].name)
			}
			for _, r := range rows {
				show(e, bytes.Clone(r))
			}
			return e
		}
		whole := look(func(e *eye, r []byte) {
			if _, err := e.row(r[2:]); err != nil {
				t.Fatal(err)
			}
		})
		pieces := look(func(e *eye, r []byte) {
			for piece := range slices.Chunk(r, pieceSize) {
				if _, err := e.Write(piece); err != nil {
					t.Fatal(err)
				}
			}
		})
		if _, err := pieces.Write([]byte{0xff, 0xff}); err != nil || !pieces.ended {
			t.Errorf("the end: %v", err)
		}
		if pieces.rows != whole.rows || pieces.total != whole.total {
			t.Errorf("text %v: %d rows with sum %x in pieces, %d with %x as a whole", text, pieces.rows, pieces.total, whole.rows, whole.total)
		}
	}
}
