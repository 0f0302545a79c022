package redis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// surnames are family names of the source that are kept by mistake.
var surnames = [...]string{"Stonefield", "Quimby", "Okonkwo", "Bancroft"}

// looksFor makes a pair look for people with those family names.
func (p *pair) looksFor(t *testing.T) {
	t.Helper()
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	var records []person.Record
	for i, last := range surnames {
		records = append(records, person.Record{Source: "users", ID: fmt.Sprint(i), First: "Jane", Last: last, Phone: fmt.Sprintf("555012%d", i)})
	}
	people, err := person.Build(records, person.Options{Sources: []string{"users"}, Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	p.wanted = verify.NewWanted(people, p.control, []byte(random()))
}

// TestColumns: each field of a hash and of a stream is a column of its own,
// whatever stands beside it, and no report prints a field that is data.
func TestColumns(t *testing.T) {
	for name, tc := range map[string]struct {
		pairs func(i int) []any
		want  []string // after the pattern; nil for a clean copy
	}{
		"family names":      {func(i int) []any { return []any{"last", surnames[i]} }, []string{"last: a column of family names"}},
		"a hyphen":          {func(i int) []any { return []any{"last-name", surnames[i]} }, []string{"last_name: a column of family names"}},
		"quoted":            {func(i int) []any { return []any{"last", `"` + surnames[i] + `"`} }, []string{"last: a column of family names"}},
		"numbers":           {func(i int) []any { return []any{"tel", fmt.Sprintf("555012%d", i)} }, []string{"tel: a column of phone numbers"}},
		"in documents":      {func(i int) []any { return []any{"doc", `{"last":"` + surnames[i] + `"}`} }, []string{"doc.last: a column of family names"}},
		"fields are names":  {func(i int) []any { return []any{surnames[i], surnames[i]} }, []string{"*: a column of family names"}},
		"fields are digits": {func(i int) []any { return []any{fmt.Sprint("user ", 1000+i, "é"), surnames[i]} }, []string{"*: a column of family names"}},
		"cities":            {func(i int) []any { return []any{"city", [...]string{"Quimby", "Ulm", "Bern", "Graz"}[i]} }, nil},
	} {
		for _, typ := range []string{typeHash, typeStream} {
			t.Run(name+" in a "+typ, func(t *testing.T) {
				p := newPair(t, `{version: 1, people: none, redis: {"user:*": {hash: {"**": keep}}}}`)
				p.looksFor(t)
				for i := range surnames {
					pairs := append([]any{"id", fmt.Sprint(i), "role", "editor", "city", "Berlin", "data", `{"last":"none"}`}, tc.pairs(i)...)
					write(t, p.prod, typ, fmt.Sprintf("%suser:%d", p.src.Prefix, i), pairs)
				}
				s := p.prepared(t)
				sum := p.copied(t, s)
				if err := s.Plant(t.Context(), p.control); err != nil {
					t.Fatal(err)
				}
				_, err := verify.Prove(t.Context(), verify.Staged{Name: "redis", Scanner: s, Expected: sum.Groups, Workers: 2}, p.wanted)
				if tc.want == nil {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				wantCode(t, err, report.Privacy)
				for _, want := range tc.want {
					if !strings.Contains(err.Error()+"\n", "user:*.hash."+want) {
						t.Errorf("%v does not name %s", err, want)
					}
				}
				if slices.ContainsFunc(surnames[:], func(s string) bool { return strings.Contains(err.Error(), s) }) {
					t.Error("the report prints a name")
				}
			})
		}
	}
}

func write(t *testing.T, c *goredis.Client, typ, key string, pairs []any) {
	t.Helper()
	err := error(nil)
	if typ == typeHash {
		err = c.HSet(t.Context(), key, pairs...).Err()
	} else {
		err = c.XAdd(t.Context(), &goredis.XAddArgs{Stream: key, Values: pairs}).Err()
	}
	if err != nil {
		t.Fatal(err)
	}
}
