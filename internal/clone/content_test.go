package clone_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// contents makes a bench whose redis store has a chunk for each of these
// values, under a rule; by some chunk the error comes first, once.
func contents(t *testing.T, rule string, fails map[int]error, values ...string) *bench {
	t.Helper()
	b := newBench(t)
	rules, err := ruleset.Parse("rules.yaml", []byte("version: 1\nperson: {postgres: {users: {id: id, first: first, last: last}}}\npostgres: {users: {id: keep}}\nsearch: {users: {id: keep}}\nblob: {x: keep}\nredis: {\"k:*\": "+rule+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.job.Rules = rules
	s := b.stores[2]
	if s.name != "redis" {
		s = b.stores[3]
	}
	s.chunks = nil
	var mu sync.Mutex // fails
	for i, v := range values {
		c := s.chunk(fmt.Sprint(i), "")
		count := c.Copy
		c.Copy = func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
			if _, err := a.Key(s.plan.Keys("redis"), []byte("k:1")); err != nil {
				return report.Tally{}, err
			}
			if _, _, err := a.Text([]byte(v)); err != nil {
				return report.Tally{}, err
			}
			mu.Lock()
			err := fails[i]
			delete(fails, i)
			mu.Unlock()
			if err != nil {
				return report.Tally{}, err
			}
			return count(ctx, a)
		}
		s.chunks = append(s.chunks, c)
	}
	return b
}

// Values that their rule cannot read end a run when all are read, each place
// with its count, its reason and its chunks, together with content that has no
// rule; none is shown.
func TestContentIsRefusedTogether(t *testing.T) {
	zstd := "\x28\xb5\x2f\xfdSecret"
	b := contents(t, "{json: {a: keep}}", nil, "Secret", zstd, `{"b":"Secret"}`, "Secret", "Secret", "Secret", `{"a":1}`)
	_, err := b.run(t.Context(), t)
	refused, ok := errors.AsType[*report.Refusal](err)
	if !ok || refused.Code != report.Privacy || strings.Contains(err.Error(), "Secret") {
		t.Fatalf("error: %v", err)
	}
	for _, want := range []string{
		"1 place in the content has no rule (met 1 time) and 5 values cannot be read by their rules; nothing was switched", "b: # keep",
		"redis k:*: 4 values that json cannot read (value does not have the form of its type), in redis/0, redis/3, redis/4 and 1 more",
		"redis k:*: 1 value that json cannot read (compressed with zstd), in redis/1", "write else:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if b.count("redis copy 6") != 1 || b.index("redis switch") >= 0 || b.index("redis discard") < 0 {
		t.Errorf("not all was read, or it was switched:\n%s", b)
	}
}

// What an else has ruled is in the report, and counted once where a chunk runs
// twice.
func TestContentRuledByElse(t *testing.T) {
	b := contents(t, "{json: {a: keep}, else: drop}", map[int]error{1: &report.Error{Code: report.Transient, Op: "read"}}, "Secret", "Secret", `{"a":1}`)
	m, err := b.run(t.Context(), t)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Stores {
		notes := strings.Join(s.Notes, "\n")
		if said := strings.Contains(notes, "k:*: 2 values that json cannot read (value does not have the form of its type) became what else: drop says"); said != (s.Name == "redis") {
			t.Errorf("%s: %q", s.Name, notes)
		}
	}
}

// A chunk that fails because a value was not written does not hide why.
func TestContentBeforeItsConsequence(t *testing.T) {
	for code, want := range map[report.Code]report.Code{report.Incompatible: report.Privacy, report.Denied: report.Denied} {
		b := contents(t, "{json: {a: keep}}", nil, "Secret")
		s := b.job.Readers[2].(*store)
		if s.name != "redis" {
			s = b.job.Readers[3].(*store)
		}
		s.chunks[0].Group = "a"
		s.chunks = append(s.chunks, clone.Chunk{ID: "redis/index", After: []string{"a"}, Copy: func(context.Context, *anonymize.Anonymizer) (report.Tally, error) {
			return report.Tally{}, &report.Error{Code: code, Op: "build index"}
		}})
		if _, err := b.run(t.Context(), t); report.CodeOf(err) != want || !strings.Contains(fmt.Sprint(err), "build index") {
			t.Errorf("%s: %v", code, err)
		}
	}
}
