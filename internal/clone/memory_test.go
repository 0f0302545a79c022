package clone_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// journal is what all stores of a test were asked, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) say(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) index(line string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Index(j.lines, line)
}

func (j *journal) count(line string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, l := range j.lines {
		if l == line {
			n++
		}
	}
	return n
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// store is a store in memory, on both sides: a Reader, the Staged it turns
// into, and guard's Site. at is called at every step and may fail or panic.
type store struct {
	*journal
	name   string
	at     func(ctx context.Context, step string) error
	chunks []clone.Chunk
	people []person.Record
	value  string // what the scan reads beside the control
	plan   *anonymize.Plan
	tell   func(note string)
	tells  int // how often Prepare says how far it is

	mu      sync.Mutex
	lost    error // of the lock
	control *verify.Control
	marker  *guard.Marker
	records int64
	empty   bool
}

func (s *store) step(ctx context.Context, step string) error {
	s.say("%s %s", s.name, step)
	if s.at != nil {
		return s.at(ctx, step)
	}
	return nil
}

func (s *store) Name() string { return s.name }

func (s *store) Survey(ctx context.Context) (clone.Survey, error) {
	var fields []anonymize.Field
	if s.name == "postgres" || s.name == "search" {
		fields = append(fields, anonymize.Field{Store: s.name, Group: "users", Name: "id", Type: "text"})
	}
	return clone.Survey{Fields: fields, Bytes: 10, Notes: []string{"a note"}}, s.step(ctx, "survey")
}

func (s *store) People(ctx context.Context, _ person.Columns) iter.Seq2[person.Record, error] {
	return func(yield func(person.Record, error) bool) {
		for _, r := range s.people {
			if !yield(r, nil) {
				return
			}
		}
		if err := s.step(ctx, "people"); err != nil {
			yield(person.Record{}, err)
		}
	}
}

func (s *store) Into(guard.Destination) (clone.Staged, error) {
	return s, s.step(context.Background(), "into")
}

func (s *store) Close() error { return nil }

func (s *store) Prepare(ctx context.Context, plan *anonymize.Plan) error {
	s.plan = plan
	for i := range s.tells {
		s.tell(fmt.Sprintf("%d read", i))
	}
	return s.step(ctx, "prepare")
}

func (s *store) Tell(tell func(note string)) { s.tell = tell }

func (s *store) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return func(yield func(clone.Chunk, error) bool) {
		for _, c := range s.chunks {
			if !yield(c, nil) {
				return
			}
		}
		if err := s.step(ctx, "list"); err != nil {
			yield(clone.Chunk{}, err)
		}
	}
}

// chunk makes a chunk of one record.
func (s *store) chunk(id, group string, after ...string) clone.Chunk {
	return clone.Chunk{ID: s.name + "/" + id, Group: group, After: after, Copy: func(ctx context.Context, _ *anonymize.Anonymizer) (report.Tally, error) {
		if err := s.step(ctx, "copy "+id); err != nil {
			return report.Tally{}, err
		}
		s.mu.Lock()
		s.records++
		s.mu.Unlock()
		t := report.Tally{Records: 1}
		t.In("users", 1)
		return t, nil
	}}
}

func (s *store) Seal(ctx context.Context) error { return s.step(ctx, "seal") }

func (s *store) Switch(ctx context.Context) error { return s.step(ctx, "switch") }

func (s *store) Discard(ctx context.Context) error { return s.step(ctx, "discard") }

func (s *store) Plant(ctx context.Context, c verify.Control) error {
	s.control = &c
	return s.step(ctx, "plant")
}

func (s *store) Unplant(ctx context.Context, _ verify.Control) error {
	s.control = nil
	return s.step(ctx, "unplant")
}

func (s *store) Parts(ctx context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		yield(verify.Part{ID: s.name + "/1", Scan: func(ctx context.Context, in *verify.Inspector) error {
			for range s.records {
				in.Record("users")
			}
			in.Value("users", "id", []byte(s.value))
			if s.control != nil {
				in.Value("users", "id", []byte(s.control.Value))
			}
			return s.step(ctx, "scan")
		}}, nil)
	}
}

func (s *store) Notes() []string  { return []string{"a later note"} }
func (s *store) Unread() []string { return []string{"2 bodies"} }

// site is the store as guard sees it.
type site struct{ *store }

func (s site) Facts(context.Context, int64) (guard.Facts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return guard.Facts{Identities: []string{"twin:" + s.name}, Exists: s.marker != nil, Empty: s.empty, Marker: s.marker}, nil
}

func (s site) Mark(ctx context.Context, m guard.Marker) error {
	if err := s.step(ctx, "mark "+string(m.State)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marker = &m
	return nil
}

func (s site) Unmark(ctx context.Context) error {
	if err := s.step(ctx, "unmark"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marker = nil
	return nil
}

func (s site) Lock(context.Context, guard.Holder) (guard.Held, error) { return s, nil }

func (s site) Alive(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

func (s site) Release(context.Context) error { return nil }

// prober is the store's other side.
type prober struct{ *store }

func (p prober) Facts(context.Context, int64) (guard.Facts, error) {
	return guard.Facts{Identities: []string{"source:" + p.name}, Exists: true}, nil
}

// bench is a run over stores in memory.
type bench struct {
	*journal
	stores  []*store
	request guard.Request
	job     clone.Job
	events  []report.Event
}

var begun = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newBench makes a run of PostgreSQL, search, Redis and blob, each with two
// chunks, over twins that serve the copy of run "old".
func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{journal: &journal{}}
	old := guard.Marker{Version: 1, Owner: guard.Owner, Twin: "staging/acme", Run: "old", State: guard.Complete, Origin: "acme", Source: "prod/acme", Time: begun}
	b.request = guard.Request{
		Source: tenant.Ref{Env: "prod", Name: "acme"}, Destination: tenant.Ref{Env: "staging", Name: "acme"},
		Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}}, Session: tenant.Session{Run: "new", User: "jo"},
	}
	now := begun
	var mu sync.Mutex
	b.request.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now }
	for _, kind := range tenant.Kinds() {
		s := &store{journal: b.journal, name: string(kind), marker: &old, value: "x"}
		s.chunks = []clone.Chunk{s.chunk("1", "table"), s.chunk("2", "", "table")}
		b.stores = append(b.stores, s)
		b.request.Stores = append(b.request.Stores, tenant.Store{Kind: kind, Name: s.name})
		b.request.Probers = append(b.request.Probers, prober{s})
		b.request.Sites = append(b.request.Sites, site{s})
		b.job.Readers = append(b.job.Readers, s)
	}
	b.stores[0].people = []person.Record{{Source: "users", ID: "1", First: "Jane", Last: "Stonefield"}}
	rules, err := ruleset.Parse("rules.yaml", []byte(`version: 1
person:
  postgres:
    users: {id: id, first: first, last: last}
postgres:
  users: {id: keep}
search:
  users: {id: keep}
redis:
  users: keep
blob:
  users: keep
`))
	if err != nil {
		t.Fatal(err)
	}
	b.job.Rules = rules
	if b.job.Names, err = person.NamesVersion(rules.Names); err != nil {
		t.Fatal(err)
	}
	if b.job.Root, err = person.ParseRoot(tenant.NewSecret("00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f")); err != nil {
		t.Fatal(err)
	}
	b.job.Random = clone.Random{Control: verify.NewControl("abcdefghijkl"), LeakKey: []byte("key")}
	b.job.Clock, b.job.Workers, b.job.Tool = b.request.Clock, 2, "test"
	b.job.Sleep = func(context.Context, time.Duration) error { b.say("sleep"); return nil }
	b.job.Events = func(e report.Event) { b.events = append(b.events, e) }
	return b
}

func (b *bench) admit(t *testing.T) {
	t.Helper()
	dst, err := guard.Admit(t.Context(), b.request)
	if err != nil {
		t.Fatal(err)
	}
	b.job.Destination = dst
	b.lines = nil
}

func (b *bench) run(ctx context.Context, t *testing.T) (report.Manifest, error) {
	t.Helper()
	b.admit(t)
	return clone.Run(ctx, b.job)
}

// fail makes one step of one store end in err.
func (b *bench) fail(store, step string, err error) {
	for _, s := range b.stores {
		if s.name == store {
			s.at = func(_ context.Context, at string) error {
				if at == step {
					return err
				}
				return nil
			}
		}
	}
}

// states returns the marker of each store as "run state".
func (b *bench) states() string {
	var all []string
	for _, s := range b.stores {
		all = append(all, s.marker.Run+" "+string(s.marker.State))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

var errPlain = errors.New("plain")
