package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// indexed is how many people the index has in the figures per value.
const indexed = 100_000

// measurePseudonyms measures single values. Those of strangers are computed,
// each a different one; those of the people are met in random order, so that
// no cache is flattered.
func measurePseudonyms() ([]line, error) {
	o, err := options()
	if err != nil {
		return nil, err
	}
	c := newCompany()
	records := c.records(indexed)
	strangers := make([]person.Record, indexed)
	for i := range strangers {
		strangers[i] = c.record(2_000_000 + i)
	}
	x, err := person.Build(append([]person.Record(nil), records...), o)
	if err != nil {
		return nil, err
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(indexed)
	normal := make([][]byte, indexed)
	for at, i := range order {
		normal[at], _ = person.NormalEmail(nil, []byte(records[i].Email))
	}
	var sum int
	email := measure(func(i int) { v, _ := x.EmailFor(normal[i%indexed]); sum += len(v) })
	name := measure(func(i int) { given, family, _ := x.Name(int32(order[i%indexed])); sum += len(given) + len(family) })
	keyed := measureHash(o)
	lines := []line{
		{what: "e-mail from the people index", value: email.perSecond(), unit: "M/s", goal: 10, cost: &email,
			beside: times(float64(name.cpu), float64(email.cpu), "one random place of the same memory: the name below")},
		{what: "name from the people index", value: name.perSecond(), unit: "M/s", goal: 10, cost: &name},
	}
	for _, f := range []struct {
		what, rule string
		of         []person.Record
		value      func(r person.Record) string
		goal       float64
	}{
		{"e-mail, cold: a stranger's, rule `email`", "v: email", strangers, func(r person.Record) string { return r.Email }, 1.5},
		{"name, cold: a stranger's, rule `name`", "v: name", strangers, func(r person.Record) string { return r.First + " " + r.Last }, 1.5},
		{"a row with the e-mail of its person, rule `person.email`", identified + "v: person.email", records, func(r person.Record) string { return r.Email }, 0},
		{"the e-mail of anybody known, rule `email`", "v: email", records, func(r person.Record) string { return r.Email }, 0},
		{"a row with the name of its person, rule `person.name`", identified + "v: person.name", records, func(r person.Record) string { return r.First + " " + r.Last }, 0},
	} {
		g, err := newGate(f.rule, x, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.rule, err)
		}
		ids, values := make([][]byte, indexed), make([][]byte, indexed)
		for at, i := range order {
			ids[at], values[at] = []byte(f.of[i].ID), []byte(f.value(f.of[i]))
		}
		k := measure(func(i int) { sum += len(g.pass(ids[i%indexed], values[i%indexed])) })
		l := line{what: f.what, value: k.perSecond(), unit: "M/s", goal: f.goal, cost: &k}
		if f.rule == "v: name" {
			l.beside = times(float64(keyed.cpu), float64(k.cpu), "its keyed hash")
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// measureHash measures the keyed hash that a name takes.
func measureHash(o person.Options) cost {
	prf, folded := o.Keys.PRF("bench"), []byte("jane stonefield")
	var sum int
	c := measure(func(int) {
		given, family := prf.DrawTwo([]byte("name"), folded)
		sum += int(given + family)
	})
	runtime.KeepAlive(sum)
	return c
}
