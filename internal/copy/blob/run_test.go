package blob

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

// pairOf is a source and a twin of a test's own.
type pairOf struct {
	t         *testing.T
	src, twin *bucket
	id        string
	confirm   string
	hook      func(ctx context.Context) error // before the proof
	door      *door                           // of the source, set by staged
}

// ear notes the requests that pass a door.
type ear struct {
	next http.RoundTripper
	mu   sync.Mutex
	got  []string
}

// RoundTrip implements http.RoundTripper.
func (e *ear) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	if _, name, ok := strings.Cut(r.URL.Path, "/acme-"); ok && r.Method == http.MethodGet && r.URL.RawQuery == "" {
		_, name, _ = strings.Cut(name, "/")
		e.got = append(e.got, name)
	}
	e.mu.Unlock()
	return e.next.RoundTrip(r)
}

// bodies returns the names of the objects whose bodies were read.
func (e *ear) bodies() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.got)
}

// listen notes what the source is asked from now on.
func (p *pairOf) listen() *ear {
	e := &ear{next: p.door.next}
	p.door.next = e
	return e
}

func newPair(t *testing.T, protocol string) *pairOf {
	t.Helper()
	id := random()
	return &pairOf{t: t, id: id, src: bucketOn(t, protocol, "PROD", "acme-"+id).create(), twin: bucketOn(t, protocol, "STAGING", "twin-"+id)}
}

func (p *pairOf) source() tenant.Source {
	return tenant.Source{Ref: tenant.Ref{Env: "prod", Name: "acme"}, Origin: "acme", Store: p.src.store, Session: tenant.Session{Run: strings.ToLower(random() + "xx"), User: "test"}}
}

// admit asks guard for the twin.
func (p *pairOf) admit(ctx context.Context, src tenant.Source) guard.Destination {
	p.t.Helper()
	prober, err := Probe(ctx, src)
	if err != nil {
		p.t.Fatal(err)
	}
	site, err := Site(ctx, guard.SiteAddress{Twin: "staging/acme", Store: p.twin.store, Session: src.Session})
	if err != nil {
		p.t.Fatal(err)
	}
	dst, err := guard.Admit(ctx, guard.Request{Source: src.Ref, Destination: tenant.Ref{Env: "staging", Name: "acme"},
		Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}}, Stores: []tenant.Store{p.twin.store}, Session: src.Session,
		Probers: []guard.Prober{prober}, Sites: []guard.Site{site}, Confirm: p.confirm, Rules: "test", Key: "test", Clock: time.Now})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = prober.Close() })
	return dst
}

// run copies by rules and returns the store's tally.
func (p *pairOf) run(rules string) (report.Tally, report.Manifest, error) {
	p.t.Helper()
	ctx := p.t.Context()
	src := p.source()
	r, err := Open(ctx, src)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Close()
	dst := p.admit(ctx, src)
	defer dst.Release(context.WithoutCancel(ctx))
	parsed, names, root := inputs(p.t, rules)
	job := clone.Job{Readers: []clone.Reader{r}, Destination: dst, Rules: parsed, Names: names, Root: root,
		Random: clone.Random{Control: verify.NewControl(random() + "xx"), LeakKey: []byte("leak")}, Clock: time.Now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }}
	if p.hook != nil {
		job.Hooks = []clone.Hook{{Name: "test", Run: p.hook}}
	}
	m, err := clone.Run(ctx, job)
	return m.Stores[0].Tally, m, err
}

// must is run for a copy that has to succeed.
func (p *pairOf) must(rules string) report.Tally {
	p.t.Helper()
	tally, _, err := p.run(rules)
	if err != nil {
		p.t.Fatalf("copy: %v", err)
	}
	return tally
}

// staged prepares a copy by hand, up to its chunks.
func (p *pairOf) staged(rules string) (*staged, *anonymize.Anonymizer) {
	p.t.Helper()
	ctx := p.t.Context()
	src := p.source()
	r, err := Open(ctx, src)
	if err != nil {
		p.t.Fatal(err)
	}
	p.door = r.(*reader).door
	dst := p.admit(ctx, src)
	p.t.Cleanup(func() {
		_ = dst.Release(context.WithoutCancel(ctx))
		_ = r.Close()
	})
	survey, err := r.Survey(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	st, err := r.Into(dst)
	if err != nil {
		p.t.Fatal(err)
	}
	parsed, names, root := inputs(p.t, rules)
	keys := root.Keyring("acme", 1)
	people, err := person.Build(nil, person.Options{Keys: keys, Names: names, EmailDomain: parsed.EmailDomain})
	if err != nil {
		p.t.Fatal(err)
	}
	plan, err := anonymize.Compile(anonymize.Input{Rules: parsed, Fields: survey.Fields, People: people, Names: names, Keys: keys})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := st.Prepare(ctx, plan); err != nil {
		p.t.Fatal(err)
	}
	return st.(*staged), plan.New()
}

func inputs(t *testing.T, rules string) (*ruleset.Rules, *person.Names, person.Root) {
	t.Helper()
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
	return parsed, names, root
}

// rulesOf makes a rules file of blob lines.
func rulesOf(lines ...string) string {
	return "version: 1\nnames: v1\npeople: none\nblob:\n  " + strings.Join(lines, "\n  ") + "\n"
}

const keepAll = `"**": {$body: keep, $metadata: {"*": keep}}`

func wantCode(t *testing.T, err error, code report.Code) {
	t.Helper()
	if got := report.CodeOf(err); err == nil || got != code {
		t.Fatalf("got %s, want %s: %v", got, code, err)
	}
}
