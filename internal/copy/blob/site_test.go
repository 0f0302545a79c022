package blob

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	azcontainer "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

func siteOn(t *testing.T, b *bucket) *site {
	t.Helper()
	s, err := Site(t.Context(), guard.SiteAddress{Twin: "staging/acme", Store: b.store, Session: tenant.Session{Run: "run", User: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.(*site)
}

// TestMarker: a marker is read back as it was written, makes the container,
// is no object of the tenant's, and leaves what stands beside it.
func TestMarker(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		b := bucketOn(t, protocol, "STAGING", "twin-"+random())
		s := siteOn(t, b)
		facts, err := s.Facts(t.Context(), 0)
		if err != nil || facts.Exists || !facts.Empty || facts.Marker != nil {
			t.Fatalf("before: %+v, %v", facts, err)
		}
		m := guard.Marker{Version: 1, Owner: guard.Owner, Twin: "staging/acme", Run: "abc", State: guard.Copying, Time: time.Unix(1700000000, 0).UTC(), User: "Zoë"}
		if err := s.Mark(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		facts, err = s.Facts(t.Context(), 0)
		if err != nil || !facts.Exists || !facts.Empty || facts.Foreign {
			t.Fatalf("after: %+v, %v", facts, err)
		}
		if diff := cmp.Diff(&m, facts.Marker); diff != "" {
			t.Error(diff)
		}
		if a, ok := b.c.(*azure); ok {
			value := "kept"
			if _, err := a.client.SetMetadata(t.Context(), &azcontainer.SetMetadataOptions{Metadata: map[string]*string{"other": &value}}); err != nil {
				t.Fatal(err)
			}
			if err := s.Mark(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			props, err := a.client.GetProperties(t.Context(), nil)
			if err != nil || len(props.Metadata) != 2 {
				t.Errorf("the container's own metadata: %d entries, %v", len(props.Metadata), err)
			}
		}
		b.write(thing{name: "x.txt", body: "x"})
		if facts, err = s.Facts(t.Context(), 0); err != nil || facts.Empty {
			t.Errorf("with an object: %+v, %v", facts, err)
		}
		if err := b.c.mark(t.Context(), `{"owner":"somebody"}`); err != nil {
			t.Fatal(err)
		}
		if facts, err = s.Facts(t.Context(), 0); err != nil || !facts.Foreign || facts.Marker != nil {
			t.Errorf("somebody else's marker: %+v, %v", facts, err)
		}
		if err := b.c.mark(t.Context(), `{"owner":"tenantcopy","version":99}`); err != nil {
			t.Fatal(err)
		}
		_, err = s.Facts(t.Context(), 0)
		wantCode(t, err, report.Incompatible)
	})
}

// TestLock: one run holds it, an expired one is taken over, and whoever lost
// it is told and does not release another's.
func TestLock(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		b := bucketOn(t, protocol, "STAGING", "twin-"+random())
		s := siteOn(t, b)
		now := time.Unix(1700000000, 0)
		holder := func(run string) guard.Holder {
			return guard.Holder{Twin: "staging/acme", Run: run, User: "anna", Clock: func() time.Time { return now }}
		}
		first, err := s.Lock(t.Context(), holder("one"))
		if err != nil {
			t.Fatal(err)
		}
		if err := first.Alive(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = s.Lock(t.Context(), holder("two"))
		locked, ok := errors.AsType[*guard.LockedError](err)
		if !ok || locked.Holder != "anna (run one)" {
			t.Fatalf("a second run: %v", err)
		}
		now = now.Add(lockLasts + time.Second)
		second, err := s.Lock(t.Context(), holder("two"))
		if err != nil {
			t.Fatalf("take over an expired lock: %v", err)
		}
		wantCode(t, first.Alive(t.Context()), report.Transient)
		if err := first.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := second.Alive(t.Context()); err != nil {
			t.Fatalf("the loser released the winner's lock: %v", err)
		}
		for range 2 {
			if err := second.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if left := b.left(); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// TestOpenErrors: what is wrong is told at once, with the address and without
// a secret.
func TestOpenErrors(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	down := silent.Addr().String()
	silent.Close()
	eachProtocol(t, func(t *testing.T, protocol string) {
		b := bucketOn(t, protocol, "PROD", "acme-"+random()).create()
		wrong, missing, nobody := b.store, b.store, b.store
		wrong.Password = tenant.NewSecret("c2VjcmV0LXBhc3N3b3Jk")
		missing.URL += "x"
		nobody.URL = map[string]string{"azure": "http://" + down + "/prod/acme", "s3": "s3+http://" + down + "/acme"}[protocol]
		stranger := b.store
		stranger.User = "c3RyYW5nZXI"
		stranger.URL = strings.Replace(stranger.URL, "/prod/", "/stranger/", 1)
		for _, x := range []struct {
			store tenant.Store
			code  report.Code
			says  string
		}{
			{wrong, report.Denied, "key"}, {missing, report.NotFound, "container"}, {nobody, report.Transient, down}, {stranger, map[string]report.Code{"azure": report.NotFound, "s3": report.Denied}[protocol], "look at"},
		} {
			_, err := Open(t.Context(), tenant.Source{Store: x.store})
			wantCode(t, err, x.code)
			if text := err.Error(); !strings.Contains(text, x.says) || strings.Contains(text, x.store.Password.Reveal()) || strings.Contains(text, "http://") {
				t.Errorf("%s: %v", x.code, err)
			}
		}
	})
}

// TestNothingWithoutWholeListings: a copy whose listings were not read to
// their ends seals nothing and removes nothing.
func TestNothingWithoutWholeListings(t *testing.T) {
	p := newPair(t, "s3")
	p.confirm = "staging/acme"
	p.src.write(thing{name: "k/one.bin", body: "1"}, thing{name: "k/two.bin", body: "2"})
	p.twin.create().write(thing{name: "a/old.bin", body: "x"}, thing{name: "z/old.bin", body: "x"})
	st, a := p.staged(rulesOf(`"**": keep`))
	for c, err := range st.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Copy(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		break // as when the next page fails
	}
	if err := st.Seal(t.Context()); !errors.Is(err, errIncomplete) {
		t.Fatalf("seal: %v", err)
	}
	if err := st.Switch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := p.twin.names(false); !slices.Contains(names, "a/old.bin") || !slices.Contains(names, "z/old.bin") {
		t.Errorf("removed after half a listing; left are %q", names)
	}
}

// TestManyExtraneous: lists of names are written away and read back, and a
// switch in another process needs nothing else.
func TestManyExtraneous(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.src.write(thing{name: "k/one.bin", body: "1"})
		st, a := p.staged(rulesOf(`"**": keep`))
		p.twin.write(thing{name: "gone/first.bin", body: "x"}, thing{name: "gone/last.bin", body: "x"})
		copyBy(t, st, a)
		var many []string
		deep := strings.Repeat(strings.Repeat("x", 190)+"/", 5)
		for i := range listBytes/len(deep) + 1 { // one list, and the rest in memory
			many = append(many, fmt.Sprintf("gone/%s%d", deep, i))
		}
		if err := st.spares.add(t.Context(), st, many...); err != nil {
			t.Fatal(err)
		}
		many = []string{"gone/first.bin", "gone/last.bin", "k/one.bin", ownName(markerName).name}
		if err := st.spares.add(t.Context(), st, many...); err != nil {
			t.Fatal(err)
		}
		if st.spares.lists == 0 {
			t.Fatal("no list was written")
		}
		for range 2 { // again is the same
			if err := st.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		other := &staged{name: st.name, src: st.src, dst: st.dst, source: st.source, destination: st.destination, run: st.run, spares: newSpares()}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := other.Switch(ctx); err == nil {
			t.Fatal("switched under a cancelled context")
		}
		if err := other.Switch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"k/one.bin"}, p.twin.names(false)); diff != "" {
			t.Error(diff)
		}
		if left := p.twin.left(); len(left) != 1 || left[0] != ownName(lockName).name {
			t.Errorf("left behind: %q", left)
		}
	})
}

// TestOwnNames: what is named as ours at the source is not carried, and a
// control that a crash left behind goes with the switch.
func TestOwnNames(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.src.write(thing{name: ".tenantcopy/marker", body: "not theirs"}, thing{name: "k/one.bin", body: "1"})
		st, a := p.staged(rulesOf(`"**": keep`))
		copyBy(t, st, a)
		control := verify.NewControl("abc")
		for range 2 {
			if err := st.Plant(t.Context(), control); err != nil {
				t.Fatal(err)
			}
		}
		if err := st.Switch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := p.twin.left(); len(left) != 1 || left[0] != ownName(lockName).name {
			t.Errorf("left behind: %q", left)
		}
		if err := st.Unplant(t.Context(), control); err != nil {
			t.Errorf("unplant what is gone: %v", err)
		}
		if diff := cmp.Diff([]string{"k/one.bin"}, p.twin.names(false)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestCapped: a twin of ours is not emptied by accident.
func TestCapped(t *testing.T) {
	for _, x := range []struct {
		serving       bool
		remove, there int64
		refused       bool
	}{
		{true, 1000, 1000, false}, {true, 1001, 1001, true}, {true, 4500, 5000, false}, {true, 4501, 5000, true}, {false, 5000, 5000, false}, {true, 0, 0, false},
	} {
		err := capped("blob", x.serving, x.remove, x.there)
		if (err != nil) != x.refused || x.refused && report.CodeOf(err) != report.Unsafe {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

// TestTwoKinds: S3 and Azure are not copied to each other.
func TestTwoKinds(t *testing.T) {
	p := newPair(t, "s3")
	p.twin = bucketOn(t, "azure", "STAGING", "twin-"+p.id)
	src := p.source()
	r, err := Open(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dst := p.admit(t.Context(), src)
	defer dst.Release(context.WithoutCancel(t.Context()))
	_, err = r.Into(dst)
	wantCode(t, err, report.Incompatible)
}
