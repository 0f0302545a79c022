package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// What the owner of a server allows a run: the limits of an environment, and
// the flag that lowers them.

// limits bound what a run may ask of a server.
type limits struct {
	Connections    int    `yaml:"connections"`
	BytesPerSecond string `yaml:"bytes-per-second"`
	Runs           int    `yaml:"runs"`
	SnapshotAge    string `yaml:"snapshot-age"`
	Disk           string `yaml:"disk"`
}

// limit is one of them: who keeps it, how it is written, where it goes. A
// value is a count, bytes or nanoseconds; 0 is no limit.
type limit struct {
	key   string
	kinds []tenant.Kind // that keep it
	text  func(limits) string
	parse func(string) (int64, error)
	of    func(tenant.Store) int64
	set   func(*tenant.Store, int64)
}

// allLimits is the only list of limits. One that a kind of store does not keep
// is refused for it: a limit that is written down and not kept is worse than
// none.
func allLimits() []limit {
	own := []tenant.Kind{tenant.Postgres}
	return []limit{
		{"connections", tenant.Kinds(), func(l limits) string { return countText(l.Connections) }, parseCount,
			func(s tenant.Store) int64 { return int64(s.Connections) }, func(s *tenant.Store, v int64) { s.Connections = int(v) }},
		{"bytes-per-second", own, func(l limits) string { return l.BytesPerSecond }, parseSize,
			func(s tenant.Store) int64 { return s.Limits.BytesPerSecond }, func(s *tenant.Store, v int64) { s.Limits.BytesPerSecond = v }},
		{"runs", own, func(l limits) string { return countText(l.Runs) }, parseCount,
			func(s tenant.Store) int64 { return int64(s.Limits.Runs) }, func(s *tenant.Store, v int64) { s.Limits.Runs = int(v) }},
		{"snapshot-age", own, func(l limits) string { return l.SnapshotAge }, parseAge,
			func(s tenant.Store) int64 { return int64(s.Limits.SnapshotAge) }, func(s *tenant.Store, v int64) { s.Limits.SnapshotAge = time.Duration(v) }},
		{"disk", own, func(l limits) string { return l.Disk }, parseSize,
			func(s tenant.Store) int64 { return s.Limits.Disk }, func(s *tenant.Store, v int64) { s.Limits.Disk = v }},
	}
}

func countText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// parseCount reads a number from 1 on.
func parseCount(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil:
		return 0, limitError{what: "not a whole number"}
	case n < 1:
		return 0, limitError{what: "it is less than 1"}
	}
	return n, nil
}

// parseSize reads a number of bytes: 1048576, 512KB, 1.5GB. Units are
// PostgreSQL's, 1 KB is 1024 bytes.
func parseSize(text string) (int64, error) {
	unit := int64(1)
	digits := strings.TrimSpace(text)
	for i, name := range []string{"kB", "MB", "GB", "TB"} {
		if n := len(digits) - len(name); n > 0 && strings.EqualFold(digits[n:], name) {
			digits, unit = strings.TrimSpace(digits[:n]), 1<<(10*(i+1))
			break
		}
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || strings.Trim(digits, "0123456789.") != "" || n*float64(unit) >= math.MaxInt64 {
		return 0, limitError{what: "not a size", hint: "a size looks like 512KB, 100MB or 1.5GB"}
	}
	if n*float64(unit) < 1 {
		return 0, limitError{what: "it is less than 1 byte"}
	}
	return int64(n * float64(unit)), nil
}

// parseAge reads a duration of at least a second.
func parseAge(text string) (int64, error) {
	d, err := time.ParseDuration(strings.TrimSpace(text))
	switch {
	case err != nil:
		return 0, limitError{what: "not a duration", hint: "a duration looks like 90s, 30m or 4h"}
	case d < time.Second:
		return 0, limitError{what: "it is less than 1s"}
	}
	return int64(d), nil
}

// limitError is a limit that cannot be read.
type limitError struct{ what, hint string }

// Error returns what is wrong, and how it is written.
func (e limitError) Error() string { return e.what }

// checkLimits refuses limits of a kind that does not keep them, and values
// that are none.
func (c *config) checkLimits(kind string, l limits, path []string) error {
	if !slices.Contains(tenant.Kinds(), tenant.Kind(kind)) {
		return c.fail("not a kind of store", "the kinds are postgres, search, redis, blob", path...)
	}
	for _, one := range allLimits() {
		text := one.text(l)
		if text == "" {
			continue
		}
		at := append(slices.Clip(path), one.key)
		if !slices.Contains(one.kinds, tenant.Kind(kind)) {
			return c.fail("this kind of store does not keep this limit", "remove it; "+kind+" keeps "+strings.Join(keptBy(tenant.Kind(kind)), ", "), at...)
		}
		if _, err := one.parse(text); err != nil {
			return c.fail(err.Error(), err.(limitError).hint, at...)
		}
	}
	return nil
}

// keptBy lists the limits that a kind of store keeps.
func keptBy(kind tenant.Kind) []string {
	var keys []string
	for _, one := range allLimits() {
		if slices.Contains(one.kinds, kind) {
			keys = append(keys, one.key)
		}
	}
	return keys
}

// limitStore gives a store its environment's limits, which check has read
// before.
func limitStore(s *tenant.Store, l limits) {
	for _, one := range allLimits() {
		if v, err := one.parse(one.text(l)); err == nil {
			one.set(s, v)
		}
	}
}

// lower is one --limit.
type lower struct {
	flag  string // as it was written
	kind  tenant.Kind
	limit limit
	value int64
}

// parseLimits reads --limit postgres.bytes-per-second=20MB.
func parseLimits(flags []string) ([]lower, error) {
	var out []lower
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		kind, key, _ := strings.Cut(name, ".")
		keys := keptBy(tenant.Kind(kind))
		at := slices.IndexFunc(allLimits(), func(l limit) bool { return l.key == key })
		switch {
		case !slices.Contains(tenant.Kinds(), tenant.Kind(kind)):
			return nil, usageError{what: "--limit names no kind of store", hint: "it looks like --limit postgres.bytes-per-second=20MB"}
		case !slices.Contains(keys, key):
			hint := kind + " keeps " + strings.Join(keys, ", ")
			if near := ruleset.Nearest(key, keys); near != "" {
				hint = "did you mean " + kind + "." + near + "?"
			}
			return nil, usageError{what: "--limit names no limit of " + kind, hint: hint}
		}
		l := lower{flag: name, kind: tenant.Kind(kind), limit: allLimits()[at]}
		var err error
		if l.value, err = l.limit.parse(value); err != nil {
			return nil, usageError{what: "--limit " + name + ": " + err.Error(), hint: err.(limitError).hint}
		}
		out = append(out, l)
	}
	return out, nil
}

// lowerLimits applies --limit to both sides.
func (p *runPlan) lowerLimits() error {
	asked, err := parseLimits(p.flags.limit)
	if err != nil {
		return err
	}
	if err := p.src.lowerLimits(asked); err != nil {
		return err
	}
	return p.dst.lowerLimits(asked)
}

// lowerLimits applies --limit to one side of a copy. The owner of a server
// wrote its limits down; whoever starts a run may only ask for less.
func (t *resolved) lowerLimits(asked []lower) error {
	for i := range t.stores {
		s := &t.stores[i]
		for _, l := range asked {
			if l.kind != s.Kind {
				continue
			}
			if allowed := l.limit.of(*s); allowed != 0 && l.value > allowed {
				return refuse("lower "+l.flag, fmt.Sprintf("it is more than %s allows", t.ref.Env), "a flag may lower a limit of tenantcopy.yaml, never raise it")
			}
			l.limit.set(s, l.value)
		}
	}
	return nil
}
