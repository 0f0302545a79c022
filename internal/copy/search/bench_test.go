package search

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkCopy copies 50,000 documents of 1 kB from server to server, by
// rules that keep and by rules that rewrite three fields, proof included.
func BenchmarkCopy(b *testing.B) {
	for _, c := range []struct{ name, rules string }{
		{"keep", "keep_domains: [example.com]\n" + keepAll},
		{"rules", "version: 1\npeople: none\nsearch:\n  docs: {_id: keep, name: name, email: email, notes: text, n: keep, pad: keep}\n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			const docs = 50_000
			bed := newBed(b)
			bed.prod.must(b, http.MethodPut, bed.prefix+"docs", `{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"properties":{"pad":{"type":"object","enabled":false}}}}`)
			for start := 0; start < docs; start += 5_000 {
				bed.prod.must(b, http.MethodPost, bed.prefix+"docs/_bulk", strings.ReplaceAll(ndjson(5_000, func(i int) string {
					return fmt.Sprintf(`{"n":%d,"name":"Quillon Zebraworth","email":"q.zebraworth%d@example.com","notes":%q,"pad":{"p":%q}}`, i, i, strings.Repeat("words of no meaning ", 20), strings.Repeat("pad ", 120))
				}), `{"_id":"d`, fmt.Sprintf(`{"_id":"%d-`, start)))
			}
			bed.prod.must(b, http.MethodPost, bed.prefix+"docs/_refresh", "")
			for b.Loop() {
				m := bed.mustCopy(b, c.rules)
				if m.Stores[0].Tally.Records != docs {
					b.Fatalf("%d documents", m.Stores[0].Tally.Records)
				}
				for _, p := range m.Phases {
					b.ReportMetric(p.Seconds, string(p.Phase)+"-s")
					if p.Phase == "copy" {
						b.ReportMetric(docs/p.Seconds, "docs/s")
						b.ReportMetric(float64(m.Stores[0].Tally.Bytes)/p.Seconds/float64(1<<20), "MB/s")
					}
				}
			}
		})
	}
}
