package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// measurePeople builds the index of a very large tenant and the dictionary of
// its names, once.
func measurePeople(n int) ([]line, error) {
	o, err := options()
	if err != nil {
		return nil, err
	}
	rules, err := ruleset.Parse("rules.yaml", []byte("version: 1\nperson: {postgres: {people: {id: id, first: f, last: l, email: e, phone: p}}}\n"))
	if err != nil {
		return nil, err
	}
	empty := liveHeap()
	records := newCompany().records(n)
	wall, used := time.Now(), processorTime()
	x, err := person.Build(records, o)
	if err != nil {
		return nil, err
	}
	built, builtCPU := time.Since(wall), processorTime()-used
	records = nil
	index := liveHeap() - empty
	wall, used = time.Now(), processorTime()
	plan, err := anonymize.Compile(anonymize.Input{Rules: rules, People: x, Names: o.Names, Keys: o.Keys})
	if err != nil {
		return nil, err
	}
	named, namedCPU := time.Since(wall), processorTime()-used
	all := liveHeap() - empty
	runtime.KeepAlive(plan)
	size, in := fmt.Sprintf("%d people", n), float64(n)*1000
	return []line{
		{what: size + ", index and dictionary: building", value: (builtCPU + namedCPU).Seconds(), unit: "s of CPU", goal: 15, most: true,
			beside: fmt.Sprintf("index %.1f s, dictionary %.1f s; %.1f s of wall on %d cores", builtCPU.Seconds(), namedCPU.Seconds(), (built + named).Seconds(), runtime.NumCPU())},
		{what: size + ", index and dictionary: memory that stays", value: all / in, unit: "KB each", goal: 0.8, most: true,
			beside: fmt.Sprintf("index %.2f KB, dictionary %.2f KB", index/in, (all-index)/in)},
	}, nil
}
