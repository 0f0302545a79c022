package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// trial is one source database and one twin, for tests of this store alone.
type trial struct {
	prod, staging server
	src           tenant.Source
	dst           tenant.Store
	twin          string

	rules      string
	partSize   int64
	mostClosed int
	mostMoved  int
	apart      bool     // every table's indexes are chunks of their own, however small it is
	installed  []string // patterns of the folders where programs are looked for, beside PATH
	confirm    bool
	hooks      []clone.Hook
	key        string               // the root key, where it is not the usual one
	event      func(e report.Event) // called for every event
	seen       strings.Builder
}

// newTrial makes a source database from statements. Both sides are reached
// with the rights that docs/grants.md lists, and no more; only the set-up is a
// superuser's.
func newTrial(t *testing.T, sql, rules string) *trial {
	t.Helper()
	id := random()
	tr := &trial{prod: serverOf(t, "PROD"), staging: serverOf(t, "STAGING"), twin: "twin-" + id, rules: rules, partSize: defaultPart, mostClosed: mostClosed, mostMoved: anonymize.MostShuffled}
	reads, writes := tr.prod.reader(t, id), tr.staging.copier(t, id)
	tr.prod.create(t, "acme-"+id)
	tr.prod.run(t, "acme-"+id, sql)
	tr.staging.dropAfter(t, tr.twin)
	tr.src, tr.dst = sourceOf(tr.prod, "acme-"+id), as(tr.staging.store(tr.twin), writes.name, writes.password)
	tr.src.Store = as(tr.src.Store, reads.name, reads.password)
	return tr
}

// source is the source database's name.
func (tr *trial) source() string { return tr.src.Ref.Name }

// admit proves the destination.
func (tr *trial) admit(ctx context.Context) (guard.Destination, error) {
	src := tr.src
	src.Session.Run = (random() + random())[:12]
	prober, err := Probe(ctx, src)
	if err != nil {
		return guard.Destination{}, err
	}
	defer prober.Close()
	twin := tenant.Ref{Env: "staging", Name: src.Ref.Name}
	at, err := Site(ctx, guard.SiteAddress{Twin: twin.String(), Store: tr.dst, Session: src.Session})
	if err != nil {
		return guard.Destination{}, err
	}
	request := guard.Request{
		Source: src.Ref, Destination: twin, Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}},
		Stores: []tenant.Store{tr.dst}, Session: src.Session, Probers: []guard.Prober{prober}, Sites: []guard.Site{at},
		Nonce: time.Now().UnixNano(), Rules: "test", Key: "test", Clock: time.Now,
	}
	if tr.confirm {
		request.Confirm = twin.String()
	}
	dst, err := guard.Admit(ctx, request)
	if err != nil {
		err = errors.Join(err, at.Close())
	}
	return dst, err
}

// run is one whole run.
func (tr *trial) run(ctx context.Context, t *testing.T) (report.Manifest, error) {
	t.Helper()
	opened, err := Open(ctx, tr.src)
	if err != nil {
		return report.Manifest{}, err
	}
	defer opened.Close()
	tr.adjust(opened)
	dst, err := tr.admit(ctx)
	if err != nil {
		return report.Manifest{}, err
	}
	defer func() {
		if err := dst.Release(context.WithoutCancel(ctx)); err != nil {
			t.Errorf("release: %v", err)
		}
	}()
	if dst.Unfinished() {
		return report.Manifest{}, clone.Finish(ctx, []clone.Reader{opened}, dst)
	}
	manifest, err := clone.Run(ctx, tr.job(t, opened, dst))
	fmt.Fprintf(&tr.seen, "%v\n%+v\n", err, manifest)
	return manifest, err
}

// adjust sets the sizes that decide how work is cut.
func (tr *trial) adjust(r clone.Reader) {
	r.(*reader).partSize, r.(*reader).mostClosed, r.(*reader).mostMoved, r.(*reader).installed = tr.partSize, tr.mostClosed, tr.mostMoved, tr.installed
	if tr.apart {
		r.(*reader).small = 0
	}
}

func (tr *trial) job(t *testing.T, r clone.Reader, dst guard.Destination) clone.Job {
	t.Helper()
	rules, err := ruleset.Parse("rules.yaml", []byte(tr.rules))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion(rules.Names)
	if err != nil {
		t.Fatal(err)
	}
	key := copytest.Key
	if tr.key != "" {
		key = tr.key
	}
	root, err := person.ParseRoot(tenant.NewSecret(key))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	return clone.Job{
		Readers: []clone.Reader{r}, Destination: dst, Hooks: tr.hooks, Rules: rules, Names: names, Root: root, Tool: "test", Clock: time.Now,
		Random: clone.Random{Control: verify.NewControl((random() + random())[:12]), LeakKey: []byte(random())},
		Sleep:  func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
		Events: func(e report.Event) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&tr.seen, "%s %s %s\n", e.Phase, e.Chunk, e.Note)
			if tr.event != nil {
				tr.event(e)
			}
		},
	}
}

// must is a run that has to succeed.
func (tr *trial) must(t *testing.T) report.Manifest {
	t.Helper()
	m, err := tr.run(t.Context(), t)
	if err != nil {
		t.Fatalf("copy: %v", err)
	}
	return m
}

// once calls fn at the first event of a phase.
func (tr *trial) once(phase report.Phase, fn func()) {
	done := false
	tr.event = func(e report.Event) {
		if e.Phase == phase && !done {
			done = true
			fn()
		}
	}
}

// wantCode fails the test unless err has the code, and returns its text.
func wantCode(t *testing.T, err error, code report.Code) string {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := report.CodeOf(err); got != code {
		t.Fatalf("code %s, want %s: %v", got, code, err)
	}
	return err.Error()
}

// wantSame compares both sides' contents.
func (tr *trial) wantSame(t *testing.T) {
	t.Helper()
	src, dst := tr.prod.contents(t, tr.source()), tr.staging.contents(t, tr.twin)
	src["schema"] = tr.prod.schemaAt(t, tr.source(), tr.staging)
	for name, want := range src {
		if dst[name] != want {
			t.Errorf("%s differs", name)
			if name == "schema" {
				t.Log(cmp.Diff(strings.Split(want, "\n"), strings.Split(dst[name], "\n")))
			}
		}
	}
	if len(src) != len(dst) {
		t.Errorf("%d things at the source, %d in the twin", len(src), len(dst))
	}
}

// prepared is a staged copy right after Prepare, for tests of single steps.
func (tr *trial) prepared(t *testing.T) (*staged, *anonymize.Plan) {
	t.Helper()
	ctx := t.Context()
	opened, err := Open(ctx, tr.src)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	tr.adjust(opened)
	survey, err := opened.Survey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dst, err := tr.admit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dst.Release(context.Background()) })
	job := tr.job(t, opened, dst)
	people, err := person.Build(nil, person.Options{Keys: job.Root.Keyring("acme", 1), Names: job.Names, EmailDomain: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := anonymize.Compile(anonymize.Input{Rules: job.Rules, Fields: survey.Fields, Texts: survey.Texts, Demands: survey.Demands, People: people, Names: job.Names, Keys: job.Root.Keyring("acme", 1)})
	if err != nil {
		t.Fatal(err)
	}
	made, err := opened.Into(dst)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = made.Discard(context.Background()) })
	if err := made.Prepare(ctx, plan); err != nil {
		t.Fatal(err)
	}
	return made.(*staged), plan
}

// copyAll runs every chunk, one after the other.
func copyAll(t *testing.T, s *staged, plan *anonymize.Plan) report.Tally {
	t.Helper()
	var sum report.Tally
	a := plan.New()
	for c, err := range s.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		tally, err := c.Copy(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(tally)
	}
	return sum
}
