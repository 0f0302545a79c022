package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/bench/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/copy/postgres"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// childWord makes this program one run of ours: rules, source, target follow.
const childWord = "copy-once"

// runChild copies once and prints the manifest.
func runChild(ctx context.Context, args []string) (failed error) {
	debug.SetGCPercent(50) // as the program does
	rules, source, target := args[0], args[1], args[2]
	if file := os.Getenv("BENCH_PROFILE"); file != "" {
		stop, err := document.Profile(file + "." + rules)
		if err != nil {
			return err
		}
		defer func() { failed = errors.Join(failed, stop()) }()
	}
	src := tenant.Source{Ref: tenant.Ref{Env: "prod", Name: source}, Origin: "acme", Store: serverOf("PROD").store(source),
		Session: tenant.Session{Run: strings.ToLower(rand.Text()[:12]), User: "bench"}}
	reader, err := postgres.Open(ctx, src)
	if err != nil {
		return err
	}
	defer reader.Close()
	dst, err := admit(ctx, src, target)
	if err != nil {
		return err
	}
	defer func() { _ = dst.Release(context.WithoutCancel(ctx)) }()
	job, err := newJob(reader, dst, rules)
	if err != nil {
		return err
	}
	manifest, err := clone.Run(ctx, job)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(manifest)
}

// newJob is a run as the program makes it; with keep rules nothing is read
// back, since all real addresses would be found.
func newJob(reader clone.Reader, dst guard.Destination, name string) (clone.Job, error) {
	if name == "keep" {
		reader = copytest.NoVerify(reader)
	}
	file := "bench/rules-" + name + ".yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		return clone.Job{}, err
	}
	rules, err := ruleset.Parse(file, text)
	if err != nil {
		return clone.Job{}, err
	}
	names, err := person.NamesVersion(rules.Names)
	if err != nil {
		return clone.Job{}, err
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		return clone.Job{}, err
	}
	return clone.Job{
		Readers: []clone.Reader{reader}, Destination: dst, Rules: rules, Names: names, Root: root, Clock: time.Now, Tool: "bench",
		Random: clone.Random{Control: verify.NewControl(strings.ToLower(rand.Text()[:12])), LeakKey: []byte(rand.Text())},
		Sleep: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		},
	}, nil
}

func admit(ctx context.Context, src tenant.Source, target string) (guard.Destination, error) {
	prober, err := postgres.Probe(ctx, src)
	if err != nil {
		return guard.Destination{}, err
	}
	defer prober.Close()
	twin, store := tenant.Ref{Env: "staging", Name: src.Ref.Name}, serverOf("STAGING").store(target)
	site, err := postgres.Site(ctx, guard.SiteAddress{Twin: twin.String(), Store: store, Session: src.Session})
	if err != nil {
		return guard.Destination{}, err
	}
	return guard.Admit(ctx, guard.Request{
		Source: src.Ref, Destination: twin, Environment: guard.Environment{Name: "staging", CopiesFrom: []string{"prod"}},
		Stores: []tenant.Store{store}, Session: src.Session, Probers: []guard.Prober{prober}, Sites: []guard.Site{site},
		Nonce: time.Now().UnixNano(), Rules: "bench", Key: "bench", Clock: time.Now, Confirm: fmt.Sprint(twin),
	})
}
