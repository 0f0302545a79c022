package copytest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// attempt is one whole run of one store against a fixture.
type attempt struct {
	rules  string
	events func(ctx context.Context, e report.Event) // called for every event
	hooks  []clone.Hook
	wrap   func(clone.Reader) clone.Reader

	run      string // the run's id, set by do
	manifest report.Manifest
	seen     strings.Builder // everything the run said
}

// Key is a root key for tests, in hex.
const Key = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"

// do runs the attempt and returns its error.
func (a *attempt) do(ctx context.Context, t *testing.T, f *Fixture) error {
	t.Helper()
	a.run = strings.ToLower(rand.Text()[:12])
	src := f.Source
	src.Session = tenant.Session{Run: a.run, User: "law"}
	reader, err := f.Open(ctx, src)
	if err != nil {
		return err
	}
	defer reader.Close()
	if a.wrap != nil {
		reader = a.wrap(reader)
	}
	dst, err := admit(ctx, t, f, src)
	if err != nil {
		return err
	}
	defer func() {
		if err := dst.Release(context.WithoutCancel(ctx)); err != nil {
			t.Errorf("release the destination: %v", err)
		}
	}()
	if dst.Unfinished() {
		return clone.Finish(ctx, []clone.Reader{reader}, dst)
	}
	return a.clone(ctx, t, reader, dst)
}

// clone runs clone.Run itself.
func (a *attempt) clone(ctx context.Context, t *testing.T, reader clone.Reader, dst guard.Destination) error {
	t.Helper()
	rules, err := ruleset.Parse("rules.yaml", []byte(a.rules))
	if err != nil {
		t.Fatalf("parse the fixture's rules: %v", err)
	}
	names, err := person.NamesVersion(rules.Names)
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(Key))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	job := clone.Job{
		Readers: []clone.Reader{reader}, Destination: dst, Rules: rules, Names: names, Root: root,
		Random: clone.Random{Control: verify.NewControl(strings.ToLower(rand.Text()[:12])), LeakKey: []byte(rand.Text())},
		Clock:  time.Now, Hooks: a.hooks, Tool: "law",
		Sleep: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
		Events: func(e report.Event) {
			mu.Lock()
			fmt.Fprintf(&a.seen, "%s %s %s %s\n", e.Phase, e.Store, e.Chunk, e.Note)
			mu.Unlock()
			if a.events != nil {
				a.events(ctx, e)
			}
		},
	}
	a.manifest, err = clone.Run(ctx, job)
	fmt.Fprintf(&a.seen, "%v %+v", err, a.manifest)
	return err
}

// admit asks for the destination as cmd does.
func admit(ctx context.Context, t *testing.T, f *Fixture, src tenant.Source) (guard.Destination, error) {
	t.Helper()
	prober, err := f.Probe(ctx, src)
	if err != nil {
		return guard.Destination{}, err
	}
	defer prober.Close()
	twin := tenant.Ref{Env: "staging", Name: src.Ref.Name}
	site, err := f.Site(ctx, guard.SiteAddress{Twin: twin.String(), Store: f.Destination, Session: src.Session})
	if err != nil {
		return guard.Destination{}, err
	}
	dst, err := guard.Admit(ctx, guard.Request{
		Source: src.Ref, Destination: twin, Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}},
		Stores: []tenant.Store{f.Destination}, Session: src.Session, Probers: []guard.Prober{prober}, Sites: []guard.Site{site},
		Nonce: time.Now().UnixNano(), Rules: "law", Key: "law", Clock: time.Now,
	})
	if err != nil {
		err = errors.Join(err, site.Close())
	}
	return dst, err
}

// must runs an attempt that has to succeed.
func must(t *testing.T, f *Fixture, rules string) *attempt {
	t.Helper()
	a := &attempt{rules: rules}
	if err := a.do(t.Context(), t, f); err != nil {
		t.Fatalf("copy: %v", err)
	}
	return a
}

// wantCode fails the test unless err has the code.
func wantCode(t *testing.T, err error, code report.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("the run succeeded, want %s", code)
	}
	if got := report.CodeOf(err); got != code {
		t.Fatalf("the run ended with %s, want %s: %v", got, code, err)
	}
}
