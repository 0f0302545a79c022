package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Staged is one store to prove: what to read and what must be there.
type Staged struct {
	Name     string
	Scanner  Scanner
	Expected map[string]int64  // records by group, as the copy counted them
	Sums     map[string]uint64 // over their kept values, as the copy took them; a group may lack one
	Changed  bool              // something of ours, a hook, has changed the copy since: records are not compared
	Workers  int
}

// Prove reads a staged store back, looks for everybody in w, and returns what
// it saw. The error is a *report.Refusal: Privacy for a leak, Mismatch for
// records that are not those that were copied or a control that was not found.
// The proof is returned in both cases.
func Prove(ctx context.Context, s Staged, w *Wanted) (report.StoreProof, error) {
	inspectors, err := read(ctx, s, w, func(in *Inspector) { in.counts = !s.Changed })
	proof, found := merge(s.Name, inspectors)
	switch {
	case err != nil:
		return proof, err
	case len(proof.Leaks) > 0:
		return proof, leaking(proof)
	case !s.Changed && len(s.differences(found)) > 0:
		return proof, differing(s, found)
	case proof.Controls == 0:
		return proof, &report.Refusal{Code: report.Mismatch, What: "verify " + s.Name, Why: "the scan did not find the control record, so it has proved nothing; nothing was switched",
			Hint: "something removed it from the staged copy, for instance a hook; run again"}
	}
	return proof, nil
}

// Compare reads a staged store back and holds its records against those that
// were copied, and looks for nobody: hooks come between it and Prove. The error
// is a *report.Refusal with Mismatch.
func Compare(ctx context.Context, s Staged) error {
	inspectors, err := read(ctx, s, &Wanted{}, func(in *Inspector) { in.looks = false })
	if err != nil {
		return err
	}
	if _, found := merge(s.Name, inspectors); len(s.differences(found)) > 0 {
		return differing(s, found)
	}
	return nil
}

// read shows all parts of a store to Inspectors.
func read(ctx context.Context, s Staged, w *Wanted, aim func(*Inspector)) ([]*Inspector, error) {
	inspectors := make([]*Inspector, max(s.Workers, 1))
	for i := range inspectors {
		inspectors[i] = w.NewInspector()
		aim(inspectors[i])
	}
	return inspectors, parallel.Each(ctx, len(inspectors), s.Scanner.Parts(ctx), func(ctx context.Context, worker int, p Part) error {
		if err := p.Scan(ctx, inspectors[worker]); err != nil {
			return &report.Error{Code: report.CodeOf(err), Store: s.Name, Side: report.Destination, Op: "read the staged copy back", Chunk: p.ID, Err: err}
		}
		return nil
	})
}

// found is what was counted.
type found struct {
	records map[string]int64
	sums    map[string]uint64
}

// merge adds the inspectors up.
func merge(name string, inspectors []*Inspector) (report.StoreProof, found) {
	proof := report.StoreProof{Name: name}
	all := found{make(map[string]int64), make(map[string]uint64)}
	for _, in := range inspectors {
		for group, n := range in.records {
			all.records[group] += n
			proof.Records += n
		}
		for group, sum := range in.sums {
			all.sums[group] += sum
		}
		proof.Values += in.values
		proof.Bytes += in.bytes
		proof.Controls += in.controls
		proof.Leaks = append(proof.Leaks, in.listed()...)
	}
	proof.Leaks = append(proof.Leaks, columnLeaks(inspectors)...)
	slices.SortFunc(proof.Leaks, func(a, b report.Leak) int {
		return strings.Compare(a.Place+a.Kind+a.Hash, b.Place+b.Kind+b.Hash)
	})
	proof.Leaks = slices.Compact(proof.Leaks)
	return proof, all
}

// leaking refuses a copy that holds people of the source.
func leaking(p report.StoreProof) error {
	var lines []string
	for _, l := range p.Leaks {
		line := l.Place + ": " + l.Kind
		if l.Hash != "" {
			line += " (" + l.Hash + ")"
		}
		lines = append(lines, line)
	}
	return &report.Refusal{Code: report.Privacy, What: "verify " + p.Name, Why: fmt.Sprintf("%d leaks in the staged copy; nothing was switched", len(p.Leaks)),
		Lines: lines, Hint: "these fields hold people of the source: give each a rule that rewrites it, then run again"}
}

// differences lists the groups that do not hold what was copied.
func (s Staged) differences(f found) []string {
	var lines []string
	for group, want := range s.Expected {
		sum, summed := s.Sums[group]
		switch got := f.records[group]; {
		case got != want:
			lines = append(lines, fmt.Sprintf("%s: %d copied, %d found", group, want, got))
		case summed && f.sums[group] != sum:
			lines = append(lines, fmt.Sprintf("%s: %d records, but their kept values are not those of the source", group, want))
		}
	}
	for group, got := range f.records {
		if _, known := s.Expected[group]; !known && got != 0 {
			lines = append(lines, fmt.Sprintf("%s: 0 copied, %d found", group, got))
		}
	}
	slices.Sort(lines)
	return lines
}

// differing refuses a copy that does not hold what was copied.
func differing(s Staged, f found) error {
	return &report.Refusal{Code: report.Mismatch, What: "verify " + s.Name, Why: "the staged copy does not hold what was copied; nothing was switched", Lines: s.differences(f),
		Hint: "something else writes to the staged copy; run again"}
}
