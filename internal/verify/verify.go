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
	Expected map[string]int64 // records by group, as the copy counted them
	Workers  int
}

// Prove reads a staged store back and returns what it saw. The error is a
// *report.Refusal: Privacy for a leak, Mismatch for a count that differs or a
// control that was not found. The proof is returned in both cases.
func Prove(ctx context.Context, s Staged, w *Wanted) (report.StoreProof, error) {
	workers := max(s.Workers, 1)
	inspectors := make([]*Inspector, workers)
	for i := range inspectors {
		inspectors[i] = w.NewInspector()
	}
	err := parallel.Each(ctx, workers, s.Scanner.Parts(ctx), func(ctx context.Context, worker int, p Part) error {
		if err := p.Scan(ctx, inspectors[worker]); err != nil {
			return &report.Error{Code: report.CodeOf(err), Store: s.Name, Side: report.Destination, Op: "read the staged copy back", Chunk: p.ID, Err: err}
		}
		return nil
	})
	proof, counts := merge(s.Name, inspectors)
	if err != nil {
		return proof, err
	}
	return proof, judge(proof, counts, s.Expected)
}

// merge adds the inspectors up.
func merge(name string, inspectors []*Inspector) (report.StoreProof, map[string]int64) {
	proof := report.StoreProof{Name: name}
	counts := make(map[string]int64)
	for _, in := range inspectors {
		for group, n := range in.counts {
			counts[group] += n
			proof.Records += n
		}
		proof.Values += in.values
		proof.Bytes += in.bytes
		proof.Controls += in.controls
		proof.Leaks = append(proof.Leaks, in.leaks...)
	}
	proof.Leaks = append(proof.Leaks, columnLeaks(inspectors)...)
	slices.SortFunc(proof.Leaks, func(a, b report.Leak) int {
		return strings.Compare(a.Place+a.Kind+a.Hash, b.Place+b.Kind+b.Hash)
	})
	proof.Leaks = slices.Compact(proof.Leaks)
	return proof, counts
}

// judge decides whether a store is proved: no leak, then the counts, then the
// control.
func judge(p report.StoreProof, counts, expected map[string]int64) error {
	if len(p.Leaks) > 0 {
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
	var lines []string
	for group, want := range expected {
		if got := counts[group]; got != want {
			lines = append(lines, fmt.Sprintf("%s: %d copied, %d found", group, want, got))
		}
	}
	for group, got := range counts {
		if _, known := expected[group]; !known {
			lines = append(lines, fmt.Sprintf("%s: 0 copied, %d found", group, got))
		}
	}
	if len(lines) > 0 {
		slices.Sort(lines)
		return &report.Refusal{Code: report.Mismatch, What: "verify " + p.Name, Why: "the staged copy does not hold what was copied; nothing was switched", Lines: lines,
			Hint: "something else writes to the staged copy, or a hook changed it; run again"}
	}
	if p.Controls == 0 {
		return &report.Refusal{Code: report.Mismatch, What: "verify " + p.Name, Why: "the scan did not find the control record, so it has proved nothing; nothing was switched",
			Hint: "something removed it from the staged copy, for instance a hook; run again"}
	}
	return nil
}
