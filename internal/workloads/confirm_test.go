package workloads

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// TestKubeO27_LastLook: right before the switch everything is looked at once
// more: what runs, what the journal no longer knows because somebody gave it
// back, and what was stopped again but has a pod that is still being ended.
func TestKubeO27_LastLook(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 1)
	p.cronJob("nightly", false)
	s := p.set(Selection{Deployments: []string{"api"}, CronJobs: []string{"nightly"}}, Options{})
	refused := func(when, why string) {
		t.Helper()
		if err := s.Confirm(t.Context()); report.CodeOf(err) != report.Unsafe || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", when, err)
		}
	}
	stopped, err := s.Stop(t.Context())
	p.must(err)
	p.must(s.Confirm(t.Context()))

	p.must(s.write(t.Context(), api, size{Replicas: 1}))
	refused("scaled up", "deployment/api is stopped")
	held := p.pods("api", 1)[0].Name
	p.must(p.cluster.Client().CoreV1().Pods(p.namespace).Bind(t.Context(), &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: held}, Target: corev1.ObjectReference{Kind: "Node", Name: "gone"}}, metav1.CreateOptions{}))
	p.must(s.write(t.Context(), api, size{}))
	refused("scaled down again", "and these are left: "+held)
	p.must(p.cluster.Client().CoreV1().Pods(p.namespace).Delete(t.Context(), held, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}))
	p.pods("api", 0)
	p.must(s.Confirm(t.Context()))

	p.must(s.Start(t.Context(), stopped))
	refused("given back", "deployment/api is stopped")
	p.must(s.write(t.Context(), api, size{}))
	p.pods("api", 0)
	refused("a cron job alone", "cronjob/nightly is stopped")
}

// TestKubeLastLookWaits: while the API server does not answer nothing can be
// told; one that comes back is asked again, one that stays away ends the run.
func TestKubeLastLookWaits(t *testing.T) {
	p := newPlace(t)
	p.deployment("api", 1)
	selection := Selection{Namespace: p.namespace, Deployments: []string{"api"}}
	if _, err := p.set(selection, Options{}).Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	w, c := wired(t)
	for name, tc := range map[string]struct {
		back int // the wait in which it comes back
		code report.Code
	}{"back after 20 s": {10, ""}, "gone for good": {1000, report.Transient}} {
		w.cut()
		now, waits := time.Now(), 0
		s := In(c, selection, Options{Clock: func() time.Time { return now }, Sleep: func(ctx context.Context, d time.Duration) error {
			now = now.Add(d)
			if waits++; waits == tc.back {
				w.mend()
			}
			return context.Cause(ctx)
		}})
		err := s.Confirm(t.Context())
		if (err != nil) != (tc.code != "") || err != nil && report.CodeOf(err) != tc.code || waits > 20 {
			t.Errorf("%s: after %d waits: %v", name, waits, err)
		}
		if waits < tc.back {
			w.mend()
		}
	}
}
