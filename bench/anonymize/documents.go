package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// profile is a document as an index or a jsonb column holds it, about 1.5 KB.
func profile(i int, p, other person.Record) []byte {
	return fmt.Appendf(nil, `{"id":"0190a6e2-7c4e-7d1b-9f7e-%012x","tenant":"acme","version":17,"active":true,"created_at":"2024-03-01T08:15:30.123Z","updated_at":"2025-01-31T17:45:00.000Z","user":{"id":%s,"name":"%s %s","email":"%s","phone":"%s","locale":"%s","timezone":"Europe/Berlin"},"employment":{"department":"People Operations","title":"Senior Recruiter","location":"Berlin","start_date":"2021-04-01","weekly_hours":38.50,"manager_id":2342,"cost_center":"4711-0815"},"contacts":[{"kind":"emergency","email":"%s","note":"Please call after six in the evening, the number at work is not answered on Fridays."},{"kind":"private","email":"%s","note":null}],"skills":["interviewing","sourcing","labour law","employer branding","onboarding"],"notes":"Joined from the Hamburg office. The probation period ended in October; the review was very positive, and the next one is planned for the second quarter. Interested in leading the graduate programme, which starts again in September, and in a move to the Vienna office in the long run.","scores":[4,5,3,5,4],"flags":{"remote":true,"contractor":false,"on_leave":false},"custom":{"shirt_size":"M","parking":"none","badge":"B-20931","laptop":"14 inch, 32 GB, German keyboard"}}`,
		i, p.ID, p.First, p.Last, p.Email, p.Phone, p.Locale, other.Email, p.Email)
}

// fourPaths are the ruled ones; the rest is kept.
const fourPaths = `{json: {user.name: person.name, user.email: person.email, user.phone: person.phone, "contacts[].email": email, "**": keep}}`

// measureJSON measures documents of 10,000 people in random order: the
// rewriter alone with constants at four paths, and the gate with pseudonyms.
func measureJSON() ([]line, error) {
	const people = 10_000
	o, err := options()
	if err != nil {
		return nil, err
	}
	records := newCompany().records(people)
	var docs, ids [][]byte
	size := 0
	r := rand.New(rand.NewPCG(5, 6))
	for _, i := range r.Perm(people)[:2000] {
		docs, ids = append(docs, profile(i, records[i], records[r.IntN(people)])), append(ids, []byte(records[i].ID))
		size += len(docs[len(docs)-1])
	}
	mean := float64(size) / float64(len(docs))
	x, err := person.Build(records, o)
	if err != nil {
		return nil, err
	}
	g, err := newGate(identified+"v: "+fourPaths, x, o)
	if err != nil {
		return nil, err
	}
	gated := measure(func(i int) { g.pass(ids[i%len(docs)], docs[i%len(docs)]) })
	var rewriter text.Rewriter
	var dst []byte
	visit := constants()
	alone := measure(func(i int) {
		if dst, err = rewriter.Rewrite(dst[:0], docs[i%len(docs)], visit); err != nil {
			panic(err) // they are JSON
		}
	})
	memcpy := measure(func(i int) { dst = append(dst[:0], docs[i%len(docs)]...) })
	valid := measure(func(i int) { _ = json.Valid(docs[i%len(docs)]) })
	trip := measure(func(i int) {
		var v any
		if err := json.Unmarshal(docs[i%len(docs)], &v); err != nil {
			panic(err)
		}
		if dst, err = json.Marshal(v); err != nil {
			panic(err)
		}
	})
	return []line{
		{what: "JSON with four ruled paths, the rewriter", value: alone.megabytes(mean), unit: "MB/s", goal: 500, cost: &alone,
			beside: times(float64(trip.cpu), float64(alone.cpu), "`encoding/json` to and fro") + ", " + times(float64(valid.cpu), float64(alone.cpu), "`json.Valid`") + ", " + times(float64(memcpy.cpu), float64(alone.cpu), "a copy of the bytes")},
		{what: "the same through the gate, pseudonyms included", value: gated.megabytes(mean), unit: "MB/s", cost: &gated, beside: times(float64(trip.cpu), float64(gated.cpu), "`encoding/json` to and fro")},
	}, nil
}

// constants is a visitor of four paths.
func constants() text.Visit {
	name, mail, phone := []byte("Iris Falk"), []byte("iris.falk@d-7k3q.example.com"), []byte("+999 30 7654321")
	return func(t *text.Token) (text.Action, []byte, error) {
		if t.Key {
			return text.Keep, nil, nil
		}
		switch string(t.Path) {
		case "user.name":
			return text.SetText, name, nil
		case "user.email", "contacts[].email":
			return text.SetText, mail, nil
		case "user.phone":
			return text.SetText, phone, nil
		}
		return text.Keep, nil, nil
	}
}
