package redis

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

const keepAll = "version: 1\npeople: none\nredis:\n  \"*\": keep\n"

// pair is a source, a destination, and one run between them step by step.
type pair struct {
	src, dst      tenant.Store
	prod, staging *goredis.Client
	session       tenant.Session
	plan          *anonymize.Plan
	control       verify.Control
	wanted        *verify.Wanted
	admitted      guard.Destination
}

// newPair makes a pair on the two shared servers, under names of its own.
func newPair(t *testing.T, rules string) *pair {
	t.Helper()
	id := random()
	return pairOf(t, with(server(t, "PROD"), "src-"+id+":"), with(server(t, "STAGING"), "dst-"+id+":"), rules)
}

func pairOf(t *testing.T, src, dst tenant.Store, rules string) *pair {
	t.Helper()
	p := &pair{src: src, dst: dst, prod: client(t, src), staging: client(t, dst),
		session: tenant.Session{Run: random(), User: "test"}, control: verify.NewControl(random())}
	for _, side := range []struct {
		c     *goredis.Client
		store tenant.Store
	}{{p.prod, src}, {p.staging, dst}} {
		if side.store.URL == server(t, "PROD").URL || side.store.URL == server(t, "STAGING").URL { // others end with their server
			removeAfter(t, side.c, side.store.Prefix)
		}
	}
	parsed, err := ruleset.Parse("rules.yaml", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion(parsed.Names)
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	people, err := person.Build(nil, person.Options{Keys: root.Keyring("acme", 1), Names: names, EmailDomain: parsed.EmailDomain})
	if err != nil {
		t.Fatal(err)
	}
	p.plan, err = anonymize.Compile(anonymize.Input{Rules: parsed, People: people, Names: names, Keys: root.Keyring("acme", 1)})
	if err != nil {
		t.Fatal(err)
	}
	p.wanted = verify.NewWanted(people, p.control, []byte(random()))
	return p
}

func (p *pair) source() tenant.Source {
	return tenant.Source{Ref: tenant.Ref{Env: "prod", Name: p.twin().Name}, Origin: "acme", Store: p.src, Session: p.session}
}

// admit proves the destination, as a run does first.
func (p *pair) admit(t *testing.T) guard.Destination {
	t.Helper()
	prober, err := Probe(t.Context(), p.source())
	if err != nil {
		t.Fatal(err)
	}
	defer prober.Close()
	site, err := Site(t.Context(), guard.SiteAddress{Twin: p.twin().String(), Store: p.dst, Session: p.session})
	if err != nil {
		t.Fatal(err)
	}
	p.admitted, err = guard.Admit(t.Context(), guard.Request{
		Source: p.source().Ref, Destination: p.twin(), Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}},
		Stores: []tenant.Store{p.dst}, Session: p.session, Probers: []guard.Prober{prober}, Sites: []guard.Site{site},
		Confirm: p.twin().String(), Nonce: 1, Rules: "test", Key: "test", Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.admitted.Release(context.Background()) })
	return p.admitted
}

// twin names the twin after the prefix, so that locks of tests do not meet.
func (p *pair) twin() tenant.Ref {
	return tenant.Ref{Env: "staging", Name: strings.TrimRight(p.dst.Prefix, ":")}
}

// open returns the staged store of an admitted destination.
func (p *pair) open(t *testing.T) *staged {
	t.Helper()
	r, err := Open(t.Context(), p.source())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	s, err := r.Into(p.admitted)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*staged)
}

// prepared admits, opens and prepares.
func (p *pair) prepared(t *testing.T) *staged {
	t.Helper()
	p.admit(t)
	s := p.open(t)
	if err := s.Prepare(t.Context(), p.plan); err != nil {
		t.Fatal(err)
	}
	return s
}

// chunks collects the chunks of a store.
func chunks(t *testing.T, s *staged) []clone.Chunk {
	t.Helper()
	var out []clone.Chunk
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// copied copies everything and seals.
func (p *pair) copied(t *testing.T, s *staged) report.Tally {
	t.Helper()
	var sum report.Tally
	a := p.plan.New()
	for _, c := range chunks(t, s) {
		tally, err := c.Copy(t.Context(), a)
		if err != nil {
			t.Fatalf("chunk %s: %v", c.ID, err)
		}
		sum.Add(tally)
	}
	if err := s.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sum
}

// prove plants the control, proves and removes it again.
func (p *pair) prove(t *testing.T, s *staged, sum report.Tally) report.StoreProof {
	t.Helper()
	if err := s.Plant(t.Context(), p.control); err != nil {
		t.Fatal(err)
	}
	proof, err := verify.Prove(t.Context(), verify.Staged{Name: "redis", Scanner: s, Expected: sum.Groups, Workers: 3}, p.wanted)
	if err != nil {
		t.Fatalf("prove: %v", err)
	}
	if err := s.Unplant(t.Context(), p.control); err != nil {
		t.Fatal(err)
	}
	return proof
}

// whole is a run from admission to switch.
func (p *pair) whole(t *testing.T) report.Tally {
	t.Helper()
	s := p.prepared(t)
	sum := p.copied(t, s)
	p.prove(t, s, sum)
	if err := s.Switch(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sum
}

// fault is a hook that lets something happen at a command of a client: a
// fault that no server can be asked for.
type fault struct {
	before func(name string, n int) error // an error keeps the command or pipeline from being sent
	after  func(name string, n int) error // an error takes the reply away

	mu sync.Mutex
	n  int
}

var errFault = errors.New("fault")

func (f *fault) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (f *fault) around(name string, send func() error) error {
	f.mu.Lock()
	f.n++
	n := f.n
	f.mu.Unlock()
	if f.before != nil {
		if err := f.before(name, n); err != nil {
			return err
		}
	}
	if err := send(); err != nil {
		return err
	}
	if f.after != nil {
		return f.after(name, n)
	}
	return nil
}

func (f *fault) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := f.around(cmd.Name(), func() error { return next(ctx, cmd) })
		if err != nil && cmd.Err() == nil {
			cmd.SetErr(err)
		}
		return err
	}
}

func (f *fault) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		err := f.around(cmds[0].Name(), func() error { return next(ctx, cmds) })
		if errors.Is(err, errFault) {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

func wantCode(t *testing.T, err error, code report.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := report.CodeOf(err); got != code {
		t.Fatalf("code %s, want %s: %v", got, code, err)
	}
}
