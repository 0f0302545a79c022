package verify

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// staffRows are n rows as a copy holds them: pseudonyms, notes, documents,
// numbers, all different.
func staffRows(n int) (columns []string, rows [][][]byte) {
	random := rand.New(rand.NewSource(3))
	texts := strings.Fields(prose + " Lorem ipsum dolor sit amet Zeta Regional Manager office review granted")
	text := func(k int) string {
		var b strings.Builder
		for range k {
			b.WriteString(texts[random.Intn(len(texts))] + " ")
		}
		return b.String()
	}
	syllables := strings.Fields("an be ca da el fa go ha in jo ka li ma no or pe ri sa to ur vi wa xe yo zu")
	name := func(k int) string {
		var b strings.Builder
		for range k {
			b.WriteString(syllables[random.Intn(len(syllables))])
		}
		return strings.ToUpper(b.String()[:1]) + b.String()[1:]
	}
	columns = []string{"given", "family", "email", "phone", "title", "state", "note", "attributes", "number"}
	for range n {
		given, family := name(2), name(5)
		var row [][]byte
		for _, value := range []string{
			given, family, strings.ToLower(given+"."+family) + fmt.Sprintf("%d@d-%04x.example.com", random.Intn(99), random.Intn(20)), fmt.Sprintf("+49 1514 %07d", random.Intn(1e7)), text(3), []string{"active", "left", "on leave"}[random.Intn(3)], text(20),
			fmt.Sprintf(`{"office": "%s", "level": %d, "manager": "%s %s", "tags": ["%s", "%s"]}`, texts[random.Intn(len(texts))], random.Intn(9), name(2), name(5), name(3), name(4)), fmt.Sprint(random.Intn(1e6)),
		} {
			row = append(row, []byte(value))
		}
		rows = append(rows, row)
	}
	return columns, rows
}

// BenchmarkRows is the client's share of the proof: a row of nine columns.
func BenchmarkRows(b *testing.B) {
	columns, rows := staffRows(5000)
	for _, people := range []int{1000, 17000, 100000} {
		in := NewWanted(indexOf(b, crowd(people)), NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
		for i := 0; i <= len(columns); i++ {
			what, from, to := "all", 0, len(columns)
			if i < len(columns) {
				what, from, to = columns[i], i, i+1
			}
			b.Run(fmt.Sprintf("%s/%d", what, people), func(b *testing.B) {
				b.ReportAllocs()
				begun, n := processorTime(b), 0
				for b.Loop() {
					for c := from; c < to; c++ {
						in.Value("users", columns[c], rows[n%len(rows)][c])
					}
					n++
				}
				b.ReportMetric(float64((processorTime(b)-begun).Nanoseconds())/float64(b.N), "cpu-ns/row")
			})
		}
	}
}
