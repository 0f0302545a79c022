package main

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestSummary: what the proof did not scan stands under a store's notes, on
// the terminal too.
func TestSummary(t *testing.T) {
	m := report.Manifest{Run: "run", Stores: []report.StoreManifest{
		{Name: "postgres"},
		{Name: "blob", Notes: []string{"tags are not carried"}, Unread: []string{"3 kept bodies that are no text", "1 other"}},
	}}
	const want = "  blob: tags are not carried\n  blob: not scanned: 3 kept bodies that are no text\n  blob: not scanned: 1 other\n"
	p := &runPlan{src: resolved{ref: tenant.Ref{Env: "prod", Name: "acme"}}, dst: resolved{ref: tenant.Ref{Env: "staging", Name: "acme"}}}
	a, out := testApp(nil)
	a.summarise(p, m)
	if !strings.Contains(out.String(), want) || strings.Count(out.String(), "not scanned") != 2 {
		t.Errorf("got:\n%s", out)
	}
	for _, progress := range []string{"json", "quiet"} {
		p.flags.progress = progress
		a, out = testApp(nil)
		if a.summarise(p, m); out.Len() > 0 {
			t.Errorf("--progress=%s printed %q", progress, out)
		}
	}
}
