package search

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// bed is a tenant of a test on the two real servers.
type bed struct {
	prod, staging server
	name, prefix  string
	src           tenant.Source
	dst           tenant.Store
	wrap          func(clone.Reader) clone.Reader
	hooks         []clone.Hook
	run           string // id of the last run
	next          string // id of the next run, where a test has to know it
}

// newBed prepares a tenant without an index and removes it afterwards.
func newBed(t testing.TB) *bed {
	t.Helper()
	b := &bed{prod: prodServer(t), staging: stagingServer(t), name: newName()}
	b.prefix = b.name + "-"
	b.src = tenant.Source{Ref: tenant.Ref{Env: "prod", Name: b.name}, Origin: b.name, Store: tenant.Store{Kind: tenant.Search, Name: "search", URL: b.prod.url, Prefix: b.prefix}}
	b.dst = tenant.Store{Kind: tenant.Search, Name: "search", URL: b.staging.url, Prefix: b.prefix}
	t.Cleanup(func() {
		b.prod.drop(t, b.prefix+"*")
		b.staging.drop(t, b.prefix+"*")
		b.staging.forgetTwin(t, b.twin())
	})
	return b
}

func (b *bed) twin() string { return "staging/" + b.name }

// session starts a new run.
func (b *bed) session() tenant.Session {
	b.run, b.next = b.next, ""
	if b.run == "" {
		b.run = newRun()
	}
	return tenant.Session{Run: b.run, User: "test"}
}

func newRun() string { return strings.ToLower(rand.Text()[:12]) }

// admit asks for the destination.
func (b *bed) admit(ctx context.Context, t testing.TB, session tenant.Session) (guard.Destination, error) {
	t.Helper()
	src := b.src
	src.Session = session
	prober, err := Probe(ctx, src)
	if err != nil {
		return guard.Destination{}, err
	}
	defer prober.Close()
	site, err := Site(ctx, guard.SiteAddress{Twin: b.twin(), Store: b.dst, Session: session})
	if err != nil {
		return guard.Destination{}, err
	}
	dst, err := guard.Admit(ctx, guard.Request{
		Source: src.Ref, Destination: tenant.Ref{Env: "staging", Name: b.name}, Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}},
		Stores: []tenant.Store{b.dst}, Session: session, Probers: []guard.Prober{prober}, Sites: []guard.Site{site}, Confirm: b.twin(),
		Rules: "test", Key: "test", Clock: time.Now,
	})
	if err != nil {
		return dst, errors.Join(err, site.Close())
	}
	t.Cleanup(func() { _ = dst.Release(context.Background()) })
	return dst, nil
}

// open opens the source.
func (b *bed) open(ctx context.Context, t testing.TB, session tenant.Session) *reader {
	t.Helper()
	src := b.src
	src.Session = session
	r, err := Open(ctx, src)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r.(*reader)
}

// copy runs a whole copy.
func (b *bed) copy(ctx context.Context, t testing.TB, rules string) (report.Manifest, error) {
	t.Helper()
	session := b.session()
	var reader clone.Reader = b.open(ctx, t, session)
	if b.wrap != nil {
		reader = b.wrap(reader)
	}
	dst, err := b.admit(ctx, t, session)
	if err != nil {
		return report.Manifest{}, err
	}
	defer func() { _ = dst.Release(context.WithoutCancel(ctx)) }()
	if dst.Unfinished() {
		return report.Manifest{}, clone.Finish(ctx, []clone.Reader{reader}, dst)
	}
	job := clone.Job{Readers: []clone.Reader{reader}, Destination: dst, Clock: time.Now, Hooks: b.hooks, Tool: "test",
		Random: clone.Random{Control: verify.NewControl(strings.ToLower(rand.Text()[:12])), LeakKey: []byte(rand.Text())},
		Sleep:  func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }}
	if job.Rules, err = ruleset.Parse("rules.yaml", []byte(rules)); err != nil {
		t.Fatal(err)
	}
	if job.Names, err = person.NamesVersion(job.Rules.Names); err != nil {
		t.Fatal(err)
	}
	if job.Root, err = person.ParseRoot(tenant.NewSecret(copytest.Key)); err != nil {
		t.Fatal(err)
	}
	return clone.Run(ctx, job)
}

// mustCopy runs a copy that has to succeed.
func (b *bed) mustCopy(t testing.TB, rules string) report.Manifest {
	t.Helper()
	m, err := b.copy(t.Context(), t, rules)
	if err != nil {
		t.Fatalf("copy: %v", err)
	}
	return m
}

// wantSame compares what both sides hold, without printing values.
func (b *bed) wantSame(t testing.TB) {
	t.Helper()
	want, got := b.prod.dump(t, b.prefix), b.staging.dump(t, b.dst.Prefix)
	if len(want) == 0 {
		t.Fatal("the source is empty")
	}
	for name, value := range want {
		if other, ok := got[name]; !ok {
			t.Errorf("destination: %q is missing", name)
		} else if other != value {
			t.Errorf("destination: %q differs", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("destination: %q should not be there", name)
		}
	}
}

// wantCode fails the test unless err has the code.
func wantCode(t testing.TB, err error, code report.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := report.CodeOf(err); got != code {
		t.Fatalf("error of class %s, want %s: %v", got, code, err)
	}
}

const keepAll = `version: 1
people: none
search:
  "*": {_id: keep, _routing: keep, "**": keep}
`

func guardAddress(store tenant.Store, session tenant.Session) guard.SiteAddress {
	return guard.SiteAddress{Twin: "staging/acme", Store: store, Session: session}
}
