package verify

import (
	"fmt"
	"math/rand"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// crowd makes n people whose names are drawn from few syllables, so that first
// words meet in text as real ones do.
func crowd(n int) []person.Record {
	random := rand.New(rand.NewSource(2))
	syllables := strings.Fields("an be ca da el fa go ha in jo ka li ma no or pe ri sa to ur vi wa xe yo zu")
	part := func(k int) string {
		var b strings.Builder
		for range k {
			b.WriteString(syllables[random.Intn(len(syllables))])
		}
		return strings.ToUpper(b.String()[:1]) + b.String()[1:]
	}
	records := make([]person.Record, n)
	for i := range records {
		records[i] = person.Record{First: part(2), Last: part(3), Email: fmt.Sprintf("%s.%d@acme-corp.com", strings.ToLower(part(2)), i), Phone: fmt.Sprintf("+49170%07d", i)}
	}
	return records
}

const prose = `The quarterly review for the regional office was moved to Thursday, since the new manager had not read the report yet.
Please send the signed contract to the office and call the hotline (0800 123 4567) if the ticket 4711 is still open on 2026-03-01 at 10:30.
Anna said that the vacation request would be granted; Calida and Joka will stand in. Für die Übergabe bitte bis Freitag Rückmeldung geben.
`

// processorTime is what a busy machine cannot falsify.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func BenchmarkInspector(b *testing.B) {
	for _, people := range []int{20, 17000} {
		in := NewWanted(indexOf(b, crowd(people)), NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
		for _, tc := range []struct {
			name  string
			value string
		}{
			{"prose", strings.Repeat(prose, 20)},
			{"json", strings.Repeat(`{"id":4711,"title":"Regional manager","note":"The review was moved.","tags":["a","b"],"at":"2026-03-01T10:30:00Z"},`, 80)},
			{"short", "Regional office"},
			{"number", "4711"},
		} {
			b.Run(fmt.Sprintf("%s/%d", tc.name, people), func(b *testing.B) {
				value := []byte(tc.value)
				b.SetBytes(int64(len(value)))
				b.ReportAllocs()
				begun := processorTime(b)
				for b.Loop() {
					in.Value("users", "note", value)
				}
				b.ReportMetric(float64(b.N)*float64(len(value))/1e6/(processorTime(b)-begun).Seconds(), "MB/cpu-s")
			})
		}
		if in.leaked > 0 {
			b.Errorf("leaks: %v", in.listed())
		}
	}
}
