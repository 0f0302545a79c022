package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func testApp(env map[string]string) (*app, *strings.Builder) {
	out := &strings.Builder{}
	a := newApp(out, out)
	a.lookup = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	a.clock = func() time.Time { return time.Unix(1_000_000, 0) }
	return a, out
}

func TestResolve(t *testing.T) {
	a, _ := testApp(map[string]string{"PW": "swordfish-1", "PW_globex_stg": "other-secret"})
	text := strings.Replace(goodConfig, "  globex: {staging: {name: globex_stg}}", `  globex: {staging: {name: globex_stg, redis: {url: "redis://own:3/0", prefix: "{env}-{name}:", password: {env: "PW_{name}"}}}}`, 1)
	c, err := parseConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ env, name, url, prefix, password string }{
		{"prod", "acme", "redis://h:1/0", "acme:", "swordfish-1"},
		{"staging", "acme", "redis://h:2/0", "acme:", "swordfish-1"},
		{"prod", "globex", "redis://h:1/0", "globex:", "swordfish-1"},
		{"staging", "globex", "redis://own:3/0", "staging-globex_stg:", "other-secret"},
	} {
		got, err := a.resolve(t.Context(), c, tenant.Ref{Env: tc.env, Name: tc.name}, report.Source)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.stores) != 1 || got.stores[0].URL != tc.url || got.stores[0].Prefix != tc.prefix || got.stores[0].Password.Reveal() != tc.password {
			t.Errorf("%s/%s is %+v", tc.env, tc.name, got.stores)
		}
	}
	for _, tc := range []struct{ ref, want string }{
		{"stagin/acme", "find environment stagin: it is not in c.yaml\nhint: did you mean staging?"},
		{"staging/acmee", "find tenant acmee: it is not in c.yaml\nhint: did you mean acme?"},
		{"staging/nobody", "find tenant nobody: it is not in c.yaml\nhint: it knows acme, globex"},
	} {
		ref, _ := tenant.ParseRef(tc.ref)
		_, err := a.resolve(t.Context(), c, ref, report.Destination)
		if fmt.Sprint(err) != tc.want || exitCode(err) != 7 {
			t.Errorf("%s: %v, exit %d", tc.ref, err, exitCode(err))
		}
	}
	c.Tenants[anyTenant] = nil
	if got, err := a.resolve(t.Context(), c, tenant.Ref{Env: "prod", Name: "nobody"}, report.Source); err != nil || got.stores[0].Prefix != "nobody:" {
		t.Errorf("any tenant: %+v, %v", got, err)
	}
	a.lookup = func(string) (string, bool) { return "", false }
	if _, err := a.resolve(t.Context(), c, tenant.Ref{Env: "prod", Name: "acme"}, report.Source); exitCode(err) != 3 || !strings.Contains(err.Error(), "PW is not set") {
		t.Errorf("no password: %v", err)
	}
}

func TestExitCode(t *testing.T) {
	codes := map[report.Code]int{report.Failed: 1, report.Usage: 3, report.Denied: 4, report.Unsafe: 5, report.Locked: 6, report.NotFound: 7, report.Incompatible: 8,
		report.Privacy: 9, report.Mismatch: 10, report.Transient: 11, report.Full: 12, report.Launch: 13}
	for code, want := range codes {
		for _, err := range []error{&report.Refusal{Code: code}, &report.Error{Code: code}, fmt.Errorf("x: %w", &report.Error{Code: code}),
			errors.Join(&report.Error{Code: code}, errors.New("discard"))} {
			if got := exitCode(err); got != want {
				t.Errorf("%s as %T: %d, want %d", code, err, got, want)
			}
		}
	}
	for _, tc := range []struct {
		err  error
		want int
	}{
		{errors.New("plain"), 1},
		{&report.Refusal{Code: "from-the-future"}, 1},
		{outputError{syscall.EPIPE}, 1},
		{usageError{what: "x"}, 3},
		{&configError{}, 3},
		{person.ErrKey, 3},
		{interruptedError{syscall.SIGINT}, 130},
		{interruptedError{syscall.SIGTERM}, 143},
		{leftError{interruptedError{syscall.SIGINT}, "look again"}, 130},
		{errors.Join(&report.Error{Code: report.Transient}, interruptedError{syscall.SIGTERM}), 143},
		{errors.Join(&report.Refusal{Code: report.Privacy}, &report.Error{Code: report.Transient}), 9},
	} {
		if got := exitCode(tc.err); got != tc.want {
			t.Errorf("%v: %d, want %d", tc.err, got, tc.want)
		}
	}
}

func TestMessage(t *testing.T) {
	lost := &report.Error{Store: "redis", Side: report.Source, Op: "read keys", Err: errors.New("connection refused"), Hint: "run again"}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "tenantcopy: plain\n"},
		{errors.Join(lost, lost), "tenantcopy: redis source: read keys: connection refused\nhint: run again\n"},
		{errors.Join(lost, fmt.Errorf("close connections: %w", errors.New("broken"))), "tenantcopy: redis source: read keys: connection refused\nclose connections: broken\nhint: run again\n"},
		{&report.Refusal{What: "w", Why: "y", Lines: []string{"a: #", "a: #"}, Hint: "h"}, "tenantcopy: w: y\n  a: #\n  a: #\nhint: h\n"},
		{fmt.Errorf("%w and %w", errors.New("a"), errors.New("b")), "tenantcopy: a and b\n"},
		{usageError{what: "x", hint: "y"}, "tenantcopy: x\nhint: y\n"},
		{leftError{interruptedError{syscall.SIGINT}, "look again"}, "tenantcopy: interrupted by SIGINT\nhint: the Job goes on; look again\n"},
	} {
		if got := message(tc.err); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestScrubber(t *testing.T) {
	for _, tc := range []struct{ name, secret, text, want string }{
		{"long", "swordfish-1", "xswordfish-1x", "x***x"},
		{"short, mixed, a word", "fish-1", "pw fish-1, xfish-1", "pw ***, xfish-1"},
		{"short letters", "true", `{"done":true}`, `{"done":true}`},
		{"short digits", "2026", "2026-11-24", "2026-11-24"},
		{"very short", "a1", "a1", "a1"},
		{"a public word", "Postgres", "postgres destination: Postgres", "postgres destination: Postgres"},
		{"in a URL", "p@ss word/1", "x://u:p%40ss%20word%2F1@h ?p%40ss+word%2F1", "x://u:***@h ?***"},
		{"in JSON", `quote"back\slash`, `{"x":"quote\"back\\slash"}`, `{"x":"***"}`},
		{"two lines", "first-line\nsecond-line", "first-line\nsecond-line and second-line", "*** and ***"},
		{"empty", "", "text", "text"},
	} {
		out := &strings.Builder{}
		s := newScrubber(out)
		s.hide(tenant.NewSecret(tc.secret))
		s.publish("postgres")
		fmt.Fprint(s, tc.text)
		if out.String() != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, out, tc.want)
		}
	}
}

func TestScrubberLongestFirst(t *testing.T) {
	s := newScrubber(&strings.Builder{})
	s.hide(tenant.NewSecret("secret-one"))
	s.hide(tenant.NewSecret("secret-one-and-more"))
	if got := s.clean("secret-one-and-more secret-one"); got != "*** ***" {
		t.Errorf("got %q", got)
	}
}

// JSON stays JSON: keys, numbers and literals are nobody's secret.
func TestCleanJSON(t *testing.T) {
	s := newScrubber(&strings.Builder{})
	for _, secret := range []string{"destination", "12345678", `say "friend"`, "truetrue1"} {
		s.hide(tenant.NewSecret(secret))
	}
	got := s.cleanJSON(`{"destination":"the destination","n":12345678,"b":true,"q":"say \"friend\" and enter","html":"<&>"}`)
	want := `{"destination":"the ***","n":12345678,"b":true,"q":"*** and enter","html":"<&>"}`
	if got != want || !json.Valid([]byte(got)) {
		t.Errorf("got %s", got)
	}
}

func TestLines(t *testing.T) {
	out := &strings.Builder{}
	s := newScrubber(out)
	s.hide(tenant.NewSecret("swordfish-1"))
	l := &lines{to: s}
	for _, piece := range []string{"a sword", "fish-1 b\nnext sw", "ordfish-1"} {
		fmt.Fprint(l, piece)
	}
	l.flush()
	if got := out.String(); got != "a *** b\nnext ***\n" {
		t.Errorf("got %q", got)
	}
}

func TestPlaces(t *testing.T) {
	src := resolved{stores: []tenant.Store{{Name: "postgres", URL: "postgres://reader@pg.prod:5432/acme"}, {Name: "redis", URL: "redis://same:1/0"}, {Name: "blob", URL: "s3://only-here/b"}}}
	dst := resolved{stores: []tenant.Store{{Name: "postgres", URL: "postgres://writer@pg.staging:5432/acme"}, {Name: "redis", URL: "redis://same:1/0"}}}
	want := []anonymize.Place{{From: "postgres://pg.prod:5432/acme", To: "postgres://pg.staging:5432/acme"}, {From: "pg.prod:5432", To: "pg.staging:5432"}}
	if diff := cmp.Diff(want, placesOf(src, dst)); diff != "" {
		t.Error(diff)
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 59*time.Minute + 59*time.Second: "59 min", time.Hour: "1 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days"} {
		if got := age(d); got != want {
			t.Errorf("age of %v: %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int64]string{-1: "0 B", 0: "0 B", 1023: "1023 B", 1024: "1.0 KB", 1 << 20: "1.0 MB", 1 << 30: "1.0 GB", 1 << 40: "1024.0 GB"} {
		if got := size(n); got != want {
			t.Errorf("size of %d: %s, want %s", n, got, want)
		}
	}
	if about(0) != "of unknown size" || about(2048) != "about 2.0 KB" || records(1) != "1 record" || records(0) != "0 records" {
		t.Error("about or records")
	}
}

// A run that is under way, one that was killed and one that failed leave three
// different things to do.
func TestJudgeStatus(t *testing.T) {
	complete, sealed := &guard.Marker{State: guard.Complete}, &guard.Marker{State: guard.Sealed}
	failed, switching := &guard.Marker{State: guard.Failed, Code: report.Privacy}, &guard.Marker{State: guard.Switching}
	interrupted := &guard.Marker{State: guard.Failed, Code: report.Interrupted}
	for _, tc := range []struct {
		name string
		all  []storeStatus
		want int
		says string
		word string // of the last store
	}{
		{"nothing", nil, 7, "never copied", ""},
		{"no marker", []storeStatus{{Exists: true}, {}}, 7, "never copied", ""},
		{"complete", []storeStatus{{Marker: complete}}, 0, "", "complete"},
		{"complete, and a store that is not copied", []storeStatus{{Marker: complete}, {Exists: true}}, 0, "", ""},
		{"one is not", []storeStatus{{Marker: complete}, {Marker: sealed}}, 10, "killed before its end\nhint: run the copy again, or tenantcopy clean", "stopped"},
		{"under way", []storeStatus{{Marker: sealed, Holder: "jo (run r)"}}, 10, "a run is under way, locked by jo (run r)\nhint: wait", "sealed"},
		{"failed", []storeStatus{{Marker: failed}}, 10, "the last run failed with exit code 9 (privacy), and no copy serves\nhint: run the copy again", "failed"},
		{"interrupted", []storeStatus{{Marker: interrupted}}, 10, "the last run was interrupted", "failed"},
		{"failed, and the next is under way", []storeStatus{{Marker: failed, Holder: "jo"}}, 10, "a run is under way, locked by jo", "failed"},
		{"one in mid-switch", []storeStatus{{Marker: sealed}, {Marker: switching}}, 10, "stopped in mid-switch\nhint: run the copy again, or tenantcopy clean: both finish", "switching"},
	} {
		got, says := 0, ""
		if err := judgeStatus(tenant.Ref{Env: "staging", Name: "acme"}, tc.all); err != nil {
			got, says = exitCode(err), err.Error()
		}
		if got != tc.want || !strings.Contains(says, tc.says) {
			t.Errorf("%s: %d, want %d; %s", tc.name, got, tc.want, says)
		}
		if n := len(tc.all); n > 0 && tc.all[n-1].Marker != nil {
			if word := tc.all[n-1].condition().word; word != tc.word {
				t.Errorf("%s: the table says %s, want %s", tc.name, word, tc.word)
			}
		}
	}
}

func TestManifest(t *testing.T) {
	a, _ := testApp(nil)
	a.hide(tenant.NewSecret("swordfish-1"))
	p := &runPlan{dst: resolved{ref: tenant.Ref{Env: "staging", Name: "acme"}}, reports: t.TempDir()}
	if err := a.checkReports(p); err != nil {
		t.Fatal(err)
	}
	path, err := a.saveManifest(p, report.Manifest{Run: "abc", Why: "said swordfish-1"})
	if err != nil || path != p.reports+"/staging-acme/abc.json" {
		t.Errorf("path %s, %v", path, err)
	}
	if m, ok := a.lastManifest(p, "abc"); !ok || m.Why != "said ***" {
		t.Errorf("read back %v %+v", ok, m)
	}
	if _, ok := a.lastManifest(p, "none"); ok {
		t.Error("found a manifest that is none")
	}
	p.reports = path // a file
	if err := a.checkReports(p); exitCode(err) != 3 {
		t.Errorf("reports in a file: %v", err)
	}
}

func TestKinds(t *testing.T) {
	for _, tc := range []struct {
		names, want []string
		given       bool
		code        int
	}{
		{nil, nil, false, 0},
		{[]string{"redis", " blob "}, []string{"redis", "blob"}, true, 0},
		{nil, nil, true, 3},
		{[]string{""}, nil, true, 3},
		{[]string{"redys"}, nil, true, 3},
	} {
		got, err := kindsOf("--only", tc.given, tc.names)
		if !slices.Equal(got, tc.want) || (err != nil) != (tc.code != 0) || (err != nil && exitCode(err) != tc.code) {
			t.Errorf("%q: %q, %v", tc.names, got, err)
		}
	}
}

// TestLabel: two people with long names stay two.
func TestLabel(t *testing.T) {
	long := "system:serviceaccount:" + strings.Repeat("a-long-namespace-", 4) + ":"
	one, two := label(long+"ada"), label(long+"kim")
	if one == two || one == "unknown" || len(one) > 63 || len(two) > 63 {
		t.Errorf("%s and %s", one, two)
	}
	for name, want := range map[string]string{"jo@example.com": "jo-example-com", "": "unknown", "@": "unknown", "slack:U1": "slack-u1"} {
		if got := label(name); got != want {
			t.Errorf("%q is %s", name, got)
		}
	}
}
