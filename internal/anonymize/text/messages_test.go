package text

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
)

// benchCompany builds the dictionary of a large company, where about a hundred people share each name, and messages that
// speak of one of them in six places, and of one more person whom nobody knows.
func benchCompany(people int) (d *Dictionary, subjects, bodies [][]byte, context []int32) {
	first := []string{"Marie", "Jean", "Lucía", "Søren", "Zoë", "Mohamed", "Anna", "Peter", "Rose", "May", "Élodie", "Łukasz", "Nguyễn", "Olga", "Ivan", "Grace", "Hans", "Ingrid", "Noah", "Emma", "Paul", "Chloé", "Yuki", "Wei", "Fatima", "Omar", "Sofia", "Bruno", "Greta", "Liam"}
	last := []string{"Dupont", "Martin", "García", "Sørensen", "O'Brien", "de la Cruz", "Müller", "Nowak", "Văn", "Smith", "Rossi", "Lefèvre", "Ivanova", "Kowalski", "Johnson", "Tanaka", "Chen", "Al-Farsi", "Haddad", "Silva", "Costa", "Schmidt", "Fischer", "Weber", "Moreau", "Petit", "Durand", "Leroy", "Roux", "Blanc"}
	b := NewBuilder(people)
	names := len(first) * len(last)
	entries := make([]Entry, names)
	for i := range entries {
		entries[i] = b.Enter(Forms(first[i%len(first)], last[i/len(first)], ""))
	}
	for i := range people {
		b.AddEntry(entries[i%names], int32(i))
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 4096 {
		i := r.IntN(people)
		f, l := first[i%len(first)], last[i%names/len(first)]
		email := fmt.Sprintf("someone%d@acme.example.com", i)
		subjects = append(subjects, []byte("About "+f+" "+l))
		bodies = append(bodies, fmt.Appendf(nil, `Hello %s, please call %s %s on +33 6 %02d %02d %02d 11 or write to %s. The review is due next week. The review is due next week. The review is due next week. The review is due next week. <a href="https://acme.app.example.com/p/%d">profile</a>`,
			f, f, l, i%100, i/100%100, i/10000, email, i))
		context = append(context, int32(r.IntN(people)))
	}
	return b.Build(), subjects, bodies, context
}

// BenchmarkMessages rewrites the messages of a company: two texts of a row, in the context of their sender.
func BenchmarkMessages(b *testing.B) {
	d, subjects, bodies, context := benchCompany(100_000)
	e := NewEngine(d, []Place{{"pg.prod.internal", "pg.staging.internal"}, {"prodaccount.blob.core.windows.net", "stg"}, {"acme-", "acme-stg-"}})
	for _, c := range []struct {
		name string
		of   [][]byte
		html bool
	}{{"subject", subjects, false}, {"plain", bodies, false}, {"html", bodies, true}} {
		b.Run(c.name, func(b *testing.B) {
			size := 0
			for _, s := range c.of {
				size += len(s)
			}
			b.SetBytes(int64(size / len(c.of)))
			b.ReportAllocs()
			var scratch Scratch
			var dst []byte
			at := 0
			defer reportProcessor(b)()
			for b.Loop() {
				dst = e.Rewrite(dst[:0], c.of[at], quiet{}, Options{HTML: c.html, Context: context[at : at+1], Scratch: &scratch}, nil)
				at = (at + 1) % len(c.of)
			}
		})
	}
}

// BenchmarkProse is the engine over prose, with a name in every 40 words and with none at all.
func BenchmarkProse(b *testing.B) {
	d, s := benchPeople(20_000)
	e := NewEngine(d, []Place{{"pg.prod.internal", "pg.staging.internal"}, {"prodaccount.blob.core.windows.net", "stg"}, {"acme-", "acme-stg-"}})
	none := NewEngine(NewBuilder(0).Build(), nil).Rewrite(nil, s, quiet{}, Options{}, nil)
	for _, m := range d.Find(nil, s) {
		for i := m.Start; i < m.End; i++ {
			none[i] = "and so on, or what"[(i-m.Start)%18]
		}
	}
	for name, s := range map[string][]byte{"names": s[:4096], "nobody": none[:4096]} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			var scratch Scratch
			var dst []byte
			defer reportProcessor(b)()
			for b.Loop() {
				dst = e.Rewrite(dst[:0], s, quiet{}, Options{Scratch: &scratch}, nil)
			}
		})
	}
}

// reportProcessor reports processor time beside the wall: other load on the machine does not change it.
func reportProcessor(b *testing.B) func() {
	b.Helper()
	used := func() int64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			b.Fatal(err)
		}
		return usage.Utime.Nano() + usage.Stime.Nano()
	}
	started := used()
	return func() { b.ReportMetric(float64(used()-started)/float64(b.N), "cpu-ns/op") }
}
