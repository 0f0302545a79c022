package postgres

import (
	"fmt"
	"testing"
)

// BenchmarkWalker measures the client's share of one row: 14 columns of about
// 450 bytes, 4 of them rewritten. It must not allocate.
func BenchmarkWalker(b *testing.B) {
	var columns []string
	var values [][]byte
	for i := range 14 {
		columns = append(columns, fmt.Sprintf("c%02d", i))
		values = append(values, []byte(fmt.Sprintf("%032d", i)))
	}
	for name, rules := range map[string]string{
		"keep": "{c00: keep, c01: keep, c02: keep, c03: keep, c04: keep, c05: keep, c06: keep, c07: keep, c08: keep, c09: keep, c10: keep, c11: keep, c12: keep, c13: keep}",
		"mask": "{c00: keep, c01: digits, c02: keep, c03: keep, c04: digits, c05: keep, c06: keep, c07: {set: x}, c08: keep, c09: keep, c10: digits, c11: keep, c12: keep, c13: keep}",
	} {
		b.Run(name, func(b *testing.B) {
			row, a := compiled(b, rules, columns...)
			out := &sink{}
			w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: out, started: true}
			message, scratch := tuple(values...), make([]byte, 64<<10)
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for b.Loop() {
				if err := w.message(message); err != nil {
					b.Fatal(err)
				}
				if out.ready() > len(scratch)-1000 {
					out.take(scratch)
				}
			}
		})
	}
}
