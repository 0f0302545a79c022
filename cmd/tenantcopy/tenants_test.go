package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Which namespaces are tenants', by the template of their names.
func TestTenantOf(t *testing.T) {
	for _, tc := range []struct{ template, namespace, want string }{
		{"", "acme", "acme"},
		{"{name}", "acme", "acme"},
		{"hr-{name}", "hr-acme", "acme"},
		{"hr-{name}", "acme", ""},
		{"hr-{name}", "hr-", ""},
		{"{env}-{name}-app", "staging-acme-app", "acme"},
		{"{env}-{name}-app", "prod-acme-app", ""},
		{"shared", "shared", ""},
		{"{name}", "kube-system", ""},
		{"{name}", "default", ""},
	} {
		e := environment{Kubernetes: kubernetesConfig{Namespace: tc.template}}
		if got := e.tenantOf("staging", tc.namespace); got != tc.want {
			t.Errorf("%s of %q is %q, want %q", tc.namespace, tc.template, got, tc.want)
		}
	}
}

// The rows are the configuration's tenants, and with "*" those of the clusters.
func TestRows(t *testing.T) {
	text := strings.Replace(goodConfig, "    copies-from: [prod]", "    copies-from: [prod]\n    kubernetes: {context: s}", 1)
	c, err := parseConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]listing{"staging": {names: []string{"acme", "initech", "kube-system"}}}
	show := func() (out []string) {
		for _, r := range c.rows([]string{"prod", "staging"}, found) {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Tenant, r.Environment, r.namespaceCell(), strings.Join(r.twinCells(time.Time{}), " "))))
		}
		return out
	}
	want := []string{"acme prod - -", "acme staging acme none", "globex prod - -", "globex staging globex_stg (missing) none"}
	if diff := cmp.Diff(want, show()); diff != "" {
		t.Error(diff)
	}
	c.Tenants[anyTenant] = nil
	if got := show(); !slices.Contains(got, "initech staging initech none") || len(got) != 5 {
		t.Errorf("with * they are %q", got)
	}
	found["staging"] = listing{err: errSilent}
	if got := show(); got[1] != "acme staging acme (not seen) none" {
		t.Errorf("without a cluster they are %q", got)
	}
}

// What a line says of a twin.
func TestTwinCells(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	complete := guard.Marker{State: guard.Complete, Run: "run1", Source: "prod/acme", Time: now.Add(-2 * time.Hour)}
	copying := guard.Marker{State: guard.Copying, Run: "run2", Source: "prod/acme", Time: now, Serving: &guard.Serving{Run: "run1", Source: "prod/acme", Time: now.Add(-2 * time.Hour)}}
	used, past, failed := complete, complete, complete
	failed.State, failed.Code = guard.Failed, report.Privacy
	used.InUse = &guard.InUse{By: "jo", Until: now.Add(90 * time.Minute)}
	past.InUse = &guard.InUse{By: "jo", Until: now.Add(-time.Minute)}
	old := age(2 * time.Hour)
	for name, tc := range map[string]struct {
		row  tenantRow
		want []string
	}{
		"a source":       {tenantRow{}, []string{"-"}},
		"none":           {tenantRow{twin: true}, []string{"none"}},
		"complete":       {tenantRow{twin: true, Marker: &complete}, []string{"complete", old, "run1", "prod/acme"}},
		"a killed run":   {tenantRow{twin: true, Marker: &copying}, []string{"stopped, serving an older one", old, "run1", "prod/acme"}},
		"a failed run":   {tenantRow{twin: true, Marker: &failed}, []string{"failed", old, "run1", "prod/acme"}},
		"being replaced": {tenantRow{twin: true, Held: true, Marker: &copying}, []string{"copying, serving an older one", old, "run1", "prod/acme"}},
		"in use":         {tenantRow{twin: true, Marker: &used}, []string{"complete", old, "run1", "prod/acme", "jo until 2026-11-28 13:30 UTC"}},
		"no longer":      {tenantRow{twin: true, Marker: &past}, []string{"complete", old, "run1", "prod/acme"}},
		"no answer":      {tenantRow{twin: true, Error: errSilent.Error()}, []string{"its server does not answer"}},
	} {
		if diff := cmp.Diff(tc.want, tc.row.twinCells(now)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
