package main

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// measureScanner measures the search for addresses in prose with one of them
// in every 4 KB, beside the search for the byte @ alone.
func measureScanner() ([]line, error) {
	c := newCompany()
	texts := c.prose(256, textSize, 0, nil)
	for i, t := range texts {
		copy(t[c.r.IntN(textSize-64):], " "+c.record(i).Email+" ")
	}
	var spans []text.Span
	found := 0
	scan := measure(func(i int) {
		spans = text.FindEmails(spans[:0], texts[i%len(texts)])
		found += len(spans)
	})
	limit := measure(func(i int) { found += bytes.IndexByte(texts[i%len(texts)], '\x00') })
	return []line{{what: "search for e-mail addresses in prose", value: scan.megabytes(textSize) / 1e3, unit: "GB/s", goal: 1, cost: &scan,
		beside: times(float64(limit.cpu), float64(scan.cpu), "`bytes.IndexByte` to the end")}}, nil
}
