package search

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// siteOf opens a site of a bed.
func (b *bed) siteOf(t *testing.T) *site {
	t.Helper()
	s, err := Site(t.Context(), guard.SiteAddress{Twin: b.twin(), Store: b.dst, Session: tenant.Session{Run: "abcdefabcdef", User: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.(*site)
}

// TestLock takes, renews, loses, takes over and gives back the lock.
func TestLock(t *testing.T) {
	b := newBed(t)
	s := b.siteOf(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := func() time.Time { return now }
	first, err := s.Lock(t.Context(), guard.Holder{Twin: b.twin(), Run: "first1234567", User: "ann", Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	take := func(run string) (guard.Held, error) {
		return s.Lock(t.Context(), guard.Holder{Twin: b.twin(), Run: run, User: "bob", Clock: clock})
	}
	_, err = take("second123456")
	if locked, ok := errors.AsType[*guard.LockedError](err); !ok || locked.Holder != "ann (run first1234567)" {
		t.Fatalf("second lock: %v", err)
	}
	now = now.Add(lease - time.Second)
	if err := first.Alive(t.Context()); err != nil {
		t.Fatalf("renew: %v", err)
	}
	now = now.Add(lease - time.Second)
	if _, err := take("second123456"); err == nil {
		t.Fatal("a renewed lock was taken over")
	}
	now = now.Add(2 * time.Second)
	second, err := take("second123456")
	if err != nil {
		t.Fatalf("take over an expired lock: %v", err)
	}
	if err := first.Alive(t.Context()); !errors.Is(err, errLockLost) {
		t.Errorf("renew a lost lock: %v", err)
	}
	if err := first.Release(t.Context()); err != nil {
		t.Errorf("give a lost lock back: %v", err)
	}
	if err := second.Alive(t.Context()); err != nil {
		t.Errorf("the other's lock after that: %v", err)
	}
	if err := second.Release(t.Context()); err != nil {
		t.Errorf("give back: %v", err)
	}
	third, err := take("third1234567")
	if err != nil {
		t.Fatalf("take a free lock: %v", err)
	}
	if err := third.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMarker writes and reads the marker, and knows what is none.
func TestMarker(t *testing.T) {
	b := newBed(t)
	s := b.siteOf(t)
	facts, err := s.Facts(t.Context(), 1)
	if err != nil || facts.Marker != nil || facts.Foreign || !facts.Empty || facts.Exists || len(facts.Identities) != 1 || facts.Version == "" {
		t.Fatalf("before: %+v, %v", facts, err)
	}
	want := guard.Marker{Version: guard.MarkerVersion, Owner: guard.Owner, Twin: b.twin(), Run: "abcdefabcdef", State: guard.Sealed, Time: time.Now().UTC(), Stale: []string{"x"}}
	if err := s.Mark(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	facts, err = s.Facts(t.Context(), 1)
	if err != nil || facts.Marker == nil || facts.Marker.Encode() != want.Encode() {
		t.Fatalf("after: %+v, %v", facts, err)
	}
	for _, body := range []string{`{"marker":{"owner":"somebody","version":1}}`, `{"marker":"x"}`, `{}`} {
		b.staging.must(t, http.MethodPut, markerIndex+"/_doc/"+markerID(b.twin()), body)
		if facts, err = s.Facts(t.Context(), 1); err != nil || !facts.Foreign || facts.Marker != nil {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
	}
	b.staging.must(t, http.MethodPut, markerIndex+"/_doc/"+markerID(b.twin()), `{"marker":{"owner":"tenantcopy","version":99}}`)
	_, err = s.Facts(t.Context(), 1)
	wantCode(t, err, report.Incompatible)
}
