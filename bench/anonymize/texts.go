package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// textSize is the size of a text, in bytes.
const textSize = 4096

// dictionary enters people until it has so many entries, and returns who they
// are.
func dictionary(entries int) (*text.Dictionary, []person.Record) {
	c := newCompany()
	b := text.NewBuilder(entries)
	known := make(map[[2]string]text.Entry)
	var people []person.Record
	for n := 0; n < entries; {
		p := c.record(len(people) + 1)
		name := [2]string{p.First, p.Last}
		e, ok := known[name]
		if !ok {
			forms := text.Forms(p.First, p.Last, p.First+" "+p.Last)
			e = b.Enter(forms)
			known[name] = e
			n += len(forms)
		}
		b.AddEntry(e, int32(len(people)))
		people = append(people, p)
	}
	return b.Build(), people
}

// spelling writes constants, so that the figures are the engine's.
type spelling struct{}

func (spelling) Name(dst []byte, _ text.Match, _ []byte) []byte {
	return append(dst, "Iris Falkmar"...)
}
func (spelling) Email(dst, _ []byte) []byte { return append(dst, "x@example.com"...) }
func (spelling) Phone(dst, _ []byte) []byte { return append(dst, "+999 1"...) }

// measureTexts measures the engine over texts that name somebody in every 40
// words, and over texts that name nobody.
func measureTexts() ([]line, error) {
	const few, many = 100_000, 1_000_000
	prose := func(entries, every int) (cost, []person.Record, [][]byte) {
		d, people := dictionary(entries)
		texts := newCompany().prose(256, textSize, every, people)
		engine := text.NewEngine(d, []text.Place{{From: "pg.prod.internal", To: "pg.staging.internal"}, {From: "acme-", To: "acme-stg-"}})
		var scratch text.Scratch
		var dst []byte
		return measure(func(i int) {
			dst = engine.Rewrite(dst[:0], texts[i%len(texts)], spelling{}, text.Options{Scratch: &scratch}, nil)
		}), people, texts
	}
	named, people, texts := prose(few, 40)
	nobody, _, plain := prose(few, 0)
	namedMany, _, _ := prose(many, 40)
	nobodyMany, _, _ := prose(many, 0)
	var pairs []string
	for _, p := range people {
		pairs = append(pairs, p.First+" "+p.Last, "Iris Falkmar")
	}
	replacer := strings.NewReplacer(pairs...)
	peer := measure(func(i int) { _ = replacer.Replace(string(texts[i%len(texts)])) })
	var sink []byte
	memcpy := measure(func(i int) { sink = append(sink[:0], plain[i%len(plain)]...) })
	size := float64(textSize)
	lines := []line{
		{what: "free text, 100,000 entries: prose with names", value: named.megabytes(size), unit: "MB/s", goal: 80, cost: &named,
			beside: times(float64(peer.cpu), float64(named.cpu), "`strings.Replacer` with the full names alone")},
		{what: "free text, 100,000 entries: prose without", value: nobody.megabytes(size), unit: "MB/s", goal: 200, cost: &nobody,
			beside: fmt.Sprintf("%.0f ns a KB beside %.0f of a copy", float64(nobody.cpu)/4, float64(memcpy.cpu)/4)},
		{what: "the same with names, 1,000,000 entries, ÷ 100,000", value: float64(named.cpu) / float64(namedMany.cpu), goal: 0.8, cost: &namedMany},
		{what: "the same without, 1,000,000 entries, ÷ 100,000", value: float64(nobody.cpu) / float64(nobodyMany.cpu), goal: 0.8, cost: &nobodyMany},
	}
	return append(lines, measureDictionary(few)...), nil
}

// measureDictionary measures building and memory of a dictionary.
func measureDictionary(entries int) []line {
	var best time.Duration
	size := 0.0
	for n := range rounds {
		c := newCompany()
		var forms [][]text.Form
		for total := 0; total < entries; {
			p := c.record(len(forms) + 1)
			forms = append(forms, text.Forms(p.First, p.Last, p.First+" "+p.Last))
			total += len(forms[len(forms)-1])
		}
		before := liveHeap()
		started := processorTime()
		b := text.NewBuilder(entries)
		for i, f := range forms {
			b.AddEntry(b.Enter(f), int32(i))
		}
		d := b.Build()
		if used := processorTime() - started; n == 0 || used < best {
			best = used
		}
		size = liveHeap() - before // the builder is garbage by now
		runtime.KeepAlive(d)
		runtime.KeepAlive(forms)
	}
	return []line{
		{what: "dictionary of 100,000 entries: memory", value: size / (1 << 20), unit: "MB", goal: 16, most: true},
		{what: "dictionary of 100,000 entries: building", value: best.Seconds(), unit: "s", goal: 0.3, most: true},
	}
}
