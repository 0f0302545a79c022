package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// picks says which stores a run copies, and which it reads people from.
type picks struct {
	only, skip []string
	people     map[tenant.Kind]bool
}

// copies reports whether a kind of store is to be copied.
func (p picks) copies(kind tenant.Kind) bool {
	if len(p.only) > 0 && !slices.Contains(p.only, string(kind)) {
		return false
	}
	return !slices.Contains(p.skip, string(kind))
}

// newPicks checks that both sides have the stores that --only and --skip
// leave, and that there is one.
func newPicks(only, skip []string, rules *ruleset.Rules, src, dst resolved) (picks, error) {
	p := picks{only: only, skip: skip, people: make(map[tenant.Kind]bool)}
	for _, s := range rules.Sources {
		p.people[tenant.KindOf(s.Store)] = true
	}
	for _, pair := range []struct{ have, want resolved }{{src, dst}, {dst, src}} {
		for _, s := range pair.want.stores {
			if p.copies(s.Kind) && !slices.ContainsFunc(pair.have.stores, func(o tenant.Store) bool { return o.Name == s.Name }) {
				return p, &report.Refusal{Code: report.NotFound, What: "copy " + src.ref.String() + " to " + dst.ref.String(),
					Why:  fmt.Sprintf("%s has %s, and %s has not", pair.want.ref, s.Name, pair.have.ref),
					Hint: "add its address to tenantcopy.yaml, or leave it out with --skip " + string(s.Kind)}
			}
		}
	}
	for _, name := range only {
		if !slices.ContainsFunc(src.stores, func(s tenant.Store) bool { return string(s.Kind) == name }) {
			return p, &report.Refusal{Code: report.NotFound, What: "copy " + src.ref.String(), Why: "it has no store of kind " + name, Hint: "look at tenantcopy.yaml"}
		}
	}
	if !slices.ContainsFunc(src.stores, func(s tenant.Store) bool { return p.copies(s.Kind) }) {
		if len(src.stores) == 0 {
			return p, &report.Refusal{Code: report.NotFound, What: "copy " + src.ref.String(), Why: "it has no store", Hint: "add one to tenantcopy.yaml"}
		}
		return p, usageError{what: "--only and --skip leave no store to copy"}
	}
	return p, nil
}

// kindsOf reads the value of --only or --skip. An empty one is refused: it is
// mostly a variable that is not set, and would mean every store.
func kindsOf(flag string, given bool, names []string) ([]string, error) {
	var kinds, out []string
	for _, k := range tenant.Kinds() {
		kinds = append(kinds, string(k))
	}
	for _, name := range names {
		name = strings.TrimSpace(name)
		if !slices.Contains(kinds, name) {
			return nil, usageError{what: fmt.Sprintf("%q is not a kind of store; the kinds are %s", name, strings.Join(kinds, ", "))}
		}
		out = append(out, name)
	}
	if given && len(out) == 0 {
		return nil, usageError{what: flag + " names no store; the kinds are " + strings.Join(kinds, ", ")}
	}
	return out, nil
}
