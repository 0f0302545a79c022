package postgres

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"syscall"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// The benchmarks of this file measure the client's share of one row, from the
// message of the source's COPY to the bytes of the destination's. All people
// are met in random order, so that no cache is flattered.

const benchPeople = 100_000

// benchRecord is one of many different people; the names are made up and
// shared by about a hundred each, as in a large company.
func benchRecord(i int) person.Record {
	first := []string{"Marie", "Jean", "Lucía", "Søren", "Zoë", "Mohamed", "Anna", "Peter", "Rose", "May", "Élodie", "Olga", "Ivan", "Grace", "Hans", "Ingrid", "Noah", "Emma", "Paul", "Chloé", "Yuki", "Wei", "Fatima", "Omar", "Sofia", "Bruno", "Greta", "Liam"}
	last := []string{"Dupont", "Martin", "García", "Sørensen", "O'Brien", "de la Cruz", "Müller", "Nowak", "Smith", "Rossi", "Lefèvre", "Ivanova", "Johnson", "Tanaka", "Chen", "Al-Farsi", "Haddad", "Silva", "Costa", "Schmidt", "Fischer", "Weber", "Moreau", "Petit", "Durand", "Leroy", "Roux", "Blanc"}
	return person.Record{Source: "people", ID: strconv.Itoa(i), First: first[i%len(first)], Last: last[i/len(first)%len(last)],
		Email: fmt.Sprintf("person.%d@acme.example.com", i), Phone: fmt.Sprintf("+33 6 %02d %02d %02d 11", i%100, i/100%100, i/10000)}
}

// benchRow compiles rules for a table whose columns are all text and returns
// the way of a row through the client.
func benchRow(b *testing.B, rules string, columns ...string) func(message []byte) {
	b.Helper()
	records := make([]person.Record, benchPeople)
	for i := range records {
		records[i] = benchRecord(i)
	}
	row, a := compiledFor(b, "person: {postgres: {people: {id: id, first: f, last: l, email: e, phone: p}}}", rules, records, columns...)
	out := &sink{}
	w := &walker{row: row, shapes: make([]*shape, len(row.Order)), a: a, out: out, started: true}
	scratch := make([]byte, 64<<10)
	return func(message []byte) {
		if err := w.message(message); err != nil {
			b.Fatal(err)
		}
		for out.ready() > len(scratch) {
			out.take(scratch)
		}
	}
}

// BenchmarkWalker passes rows of 14 columns and about 450 bytes: all of them
// kept, and with four person.* columns.
func BenchmarkWalker(b *testing.B) {
	columns := []string{"id", "f", "l", "e", "p"}
	kept := ""
	for i := range 9 {
		columns = append(columns, fmt.Sprintf("k%d", i))
		kept += fmt.Sprintf(", k%d: keep", i)
	}
	messages := make([][]byte, benchPeople)
	for at, i := range rand.New(rand.NewPCG(1, 2)).Perm(benchPeople) {
		r := benchRecord(i)
		values := [][]byte{[]byte(r.ID), []byte(r.First), []byte(r.Last), []byte(r.Email), []byte(r.Phone)}
		for range 9 {
			values = append(values, []byte(fmt.Sprintf("%032d", i)))
		}
		messages[at] = tuple(values...)
	}
	for name, rules := range map[string]string{
		"keep":   "{id: keep, f: keep, l: keep, e: keep, p: keep" + kept + "}",
		"person": "{$person: id, id: keep, f: person.first, l: person.last, e: person.email, p: person.phone" + kept + "}",
		"digits": "{$person: id, id: keep, f: digits, l: digits, e: digits, p: digits" + kept + "}",
	} {
		b.Run(name, func(b *testing.B) { passAll(b, benchRow(b, rules, columns...), messages) })
	}
}

// BenchmarkMessages passes rows whose text speaks of two people in eight
// places, plain and as HTML.
func BenchmarkMessages(b *testing.B) {
	messages := make([][]byte, 20_000)
	for at, i := range rand.New(rand.NewPCG(3, 4)).Perm(len(messages)) {
		r := benchRecord(i * 5)
		body := fmt.Sprintf(`Hello %s, please call %s %s on %s or write to %s. The review is due next week. The review is due next week. The review is due next week. The review is due next week. <a href="https://acme.app.example.com/p/%d">profile</a>`,
			r.First, r.First, r.Last, r.Phone, r.Email, i)
		messages[at] = tuple([]byte(strconv.Itoa((i*7)%benchPeople)), []byte("About "+r.First+" "+r.Last), []byte(body))
	}
	for name, rules := range map[string]string{
		"plain": "{$person: id, id: keep, subject: text, body: text}",
		"html":  "{$person: id, id: keep, subject: text, body: {text: html}}",
	} {
		b.Run(name, func(b *testing.B) { passAll(b, benchRow(b, rules, "id", "subject", "body"), messages) })
	}
}

// BenchmarkDocuments passes rows with a JSON document of 600 bytes, of which
// four paths are rewritten.
func BenchmarkDocuments(b *testing.B) {
	messages := make([][]byte, 20_000)
	for at, i := range rand.New(rand.NewPCG(5, 6)).Perm(len(messages)) {
		r := benchRecord(i * 5)
		doc := fmt.Sprintf(`{"bio": "Hi, I am %s %s. Reach me at %s@home.example.net or ask my manager. Experienced in planning and delivery. Experienced in planning and delivery. Experienced in planning and delivery. ", "contact": {"emergency": [{"name": "Noah %s", "phone": "+44 20 7946 %04d"}], "personalEmail": "%s%d@mail.example.org"}, "preferences": {"theme": "dark", "weekly": true}}`,
			r.First, r.Last, r.First, r.Last, i%10000, "someone", i)
		messages[at] = tuple([]byte(r.ID), []byte(doc))
	}
	rules := `{$person: id, id: keep, doc: {json: {contact: {json: {personalEmail: email, "emergency[].name": name, "emergency[].phone": phone}}, bio: text, preferences: keep}}}`
	passAll(b, benchRow(b, rules, "id", "doc"), messages)
}

// passAll passes the messages in turn. Beside the wall it reports processor
// time, which other load on the machine does not change.
func passAll(b *testing.B, pass func([]byte), messages [][]byte) {
	at := 0
	b.SetBytes(int64(len(messages[0])))
	b.ReportAllocs()
	started := processorTime(b)
	defer func() { b.ReportMetric(float64(processorTime(b)-started)/float64(b.N), "cpu-ns/op") }()
	for b.Loop() {
		pass(messages[at])
		if at++; at == len(messages) {
			at = 0
		}
	}
}

// processorTime returns what this process has used so far, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
