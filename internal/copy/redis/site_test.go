package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func address(store tenant.Store, run string) guard.SiteAddress {
	return guard.SiteAddress{Twin: "staging/" + strings.TrimRight(store.Prefix, ":"), Store: store, Session: tenant.Session{Run: run, User: "test"}}
}

func openSite(t *testing.T, store tenant.Store, run string) guard.Site {
	t.Helper()
	s, err := Site(t.Context(), address(store, run))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestFacts: existence, emptiness and the marker, behind the prefix alone.
func TestFacts(t *testing.T) {
	store := with(server(t, "STAGING"), "fact-"+random()+":")
	c := client(t, store)
	removeAfter(t, c, store.Prefix)
	ctx := t.Context()
	site := openSite(t, store, random())
	facts := func() guard.Facts {
		f, err := site.Facts(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := facts(); f.Exists || !f.Empty || f.Marker != nil || f.Foreign || len(f.Identities) != 2 || f.Version == "" {
		t.Errorf("nothing there: %+v", f)
	}
	c.Set(ctx, store.Prefix[:len(store.Prefix)-1]+"2:k", "a neighbour", time.Minute)
	if f := facts(); f.Exists || !f.Empty {
		t.Errorf("only a neighbour: %+v", f)
	}
	c.Set(ctx, store.Prefix+"k", "v", 0)
	m := guard.Marker{Version: guard.MarkerVersion, Owner: guard.Owner, Twin: "staging/acme", Run: "r", State: guard.Sealed, Stale: []string{"a"}}
	if err := site.Mark(ctx, m); err != nil {
		t.Fatal(err)
	}
	f := facts()
	if !f.Exists || f.Empty || f.Foreign || f.Marker == nil || f.Marker.Encode() != m.Encode() {
		t.Errorf("marked: %+v", f)
	}
	for i, write := range []func(){
		func() { c.Set(ctx, markerKey(store.Prefix), "somebody's", 0) },
		func() { c.Del(ctx, markerKey(store.Prefix)); c.RPush(ctx, markerKey(store.Prefix), "x") },
	} {
		write()
		if f := facts(); f.Marker != nil || !f.Foreign {
			t.Errorf("foreign marker %d: %+v", i, f)
		}
	}
}

// TestIdentities: one server is one place whatever the database, two servers
// are two.
func TestIdentities(t *testing.T) {
	one, two := server(t, "PROD"), server(t, "STAGING")
	otherDB := one
	otherDB.URL = strings.TrimSuffix(one.URL, "/0") + "/1"
	ids := func(store tenant.Store) []string {
		p, err := Probe(t.Context(), tenant.Source{Store: with(store, "none-"+random()+":"), Session: tenant.Session{Run: random(), User: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		f, err := p.Facts(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return f.Identities
	}
	a := ids(one)
	if b := ids(otherDB); !slices.Equal(a, b) {
		t.Errorf("two databases of one server: %v and %v", a, b)
	}
	for _, id := range ids(two) {
		if slices.Contains(a, id) {
			t.Errorf("two servers share %s", id)
		}
	}
}

// TestReplica: a replica of the source is the source.
func TestReplica(t *testing.T) {
	primary := startPrivate(t)
	host := strings.TrimSuffix(strings.TrimPrefix(primary.store.URL, "redis://127.0.0.1:"), "/0")
	replica := startPrivate(t, "replicaof 127.0.0.1 "+host, "masterauth "+primary.store.Password.Reveal())
	c := client(t, replica.store)
	for range 200 {
		if strings.Contains(c.Info(t.Context(), "replication").Val(), "master_link_status:up") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	var seen []string
	for _, store := range []tenant.Store{primary.store, replica.store} {
		f, err := openSite(t, with(store, "acme:"), random()).Facts(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, f.Identities[1])
	}
	if seen[0] != seen[1] {
		t.Errorf("primary and replica: %v", seen)
	}
	err := openSite(t, with(replica.store, "acme:"), random()).Mark(t.Context(), guard.Marker{})
	wantCode(t, err, report.Incompatible)
}

// TestLock: one holder; renewed and released by that one alone.
func TestLock(t *testing.T) {
	store := with(server(t, "STAGING"), "lock-"+random()+":")
	c := client(t, store)
	ctx := t.Context()
	one, two := openSite(t, store, "run1"), openSite(t, store, "run2")
	twin := address(store, "").Twin
	t.Cleanup(func() { c.Del(context.Background(), lockKey(twin)) })
	first, err := one.Lock(ctx, guard.Holder{Twin: twin, Run: "run1", User: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Lock(ctx, guard.Holder{Twin: twin, Run: "run1", User: "ada"}); err != nil {
		t.Errorf("the same run, whose answer was lost: %v", err)
	}
	_, err = two.Lock(ctx, guard.Holder{Twin: twin, Run: "run2", User: "bob"})
	if locked, ok := errors.AsType[*guard.LockedError](err); !ok || !strings.Contains(locked.Error(), "ada") {
		t.Fatalf("second holder: %v", err)
	}
	c.PExpire(ctx, lockKey(twin), time.Second)
	if err := first.Alive(ctx); err != nil {
		t.Fatal(err)
	}
	if ttl := c.PTTL(ctx, lockKey(twin)).Val(); ttl <= time.Second {
		t.Errorf("a renewed lock lives %v", ttl)
	}
	c.Del(ctx, lockKey(twin))
	second, err := two.Lock(ctx, guard.Holder{Twin: twin, Run: "run2", User: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Alive(ctx); err == nil {
		t.Error("a lock that another run holds is alive")
	}
	if err := first.Release(ctx); err != nil || c.Exists(ctx, lockKey(twin)).Val() != 1 {
		t.Errorf("released another's lock: %v", err)
	}
	if err := second.Release(ctx); err != nil || c.Exists(ctx, lockKey(twin)).Val() != 0 {
		t.Errorf("release: %v", err)
	}
}

// TestRefused: what stops a run at once, with the class and the hint that
// help, and without the password.
func TestRefused(t *testing.T) {
	good := with(server(t, "PROD"), "acme:")
	wrong := good
	wrong.Password = tenant.NewSecret("secretpw-" + random())
	none := good
	none.Password = tenant.Secret{}
	down := good
	down.URL = "redis://127.0.0.1:1/0"
	nowhere := good
	nowhere.URL = "redis://no-such-host.invalid:6379/0"
	high := good
	high.URL = strings.TrimSuffix(good.URL, "/0") + "/9999"
	for name, c := range map[string]struct {
		store tenant.Store
		code  report.Code
	}{
		"wrong password": {wrong, report.Denied}, "no password": {none, report.Denied}, "server down": {down, report.Transient},
		"unknown host": {nowhere, report.Transient}, "no such database": {high, report.NotFound}, "no prefix": {with(good, ""), report.Usage},
		"our own prefix": {with(good, "tc:"), report.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			_, errSite := Site(t.Context(), address(c.store, random()))
			errs := []error{errSite}
			if name != "our own prefix" { // a source may be called anything
				src := tenant.Source{Store: c.store, Session: tenant.Session{Run: random(), User: "test"}}
				_, errOpen := Open(t.Context(), src)
				_, errProbe := Probe(t.Context(), src)
				errs = append(errs, errOpen, errProbe)
			}
			for _, err := range errs {
				wantCode(t, err, c.code)
				if e, ok := errors.AsType[*report.Error](err); !ok || e.Hint == "" || e.Store != "redis" {
					t.Errorf("no hint or no store: %v", err)
				}
				if strings.Contains(err.Error(), "secretpw") || strings.Contains(err.Error(), good.Password.Reveal()) {
					t.Error("the error holds the password")
				}
				if c.code == report.Transient && !strings.Contains(err.Error(), strings.Split(c.store.URL, "/")[2]) {
					t.Errorf("the hint names no address: %v", err)
				}
			}
		})
	}
}

// TestPermissions: the rights that the hint of a refusal names are enough for
// a whole copy, and what is missing is denied with that hint.
func TestPermissions(t *testing.T) {
	const source, destination = "+@read +@connection +info +time", "+@read +@write +@connection +@scripting +info +time"
	p := startPrivate(t, "user reader on >pw ~acme:* "+source, "user nodump on >pw ~acme:* "+source+" -dump")
	q := startPrivate(t, "user writer on >pw ~twin:* ~{* ~tc:* ~tenantcopy:* "+destination)
	seed(t.Context(), t, client(t, p.store), "acme:")
	as := func(store tenant.Store, prefix, user string) tenant.Store {
		store.Prefix, store.User, store.Password = prefix, user, tenant.NewSecret("pw")
		return store
	}
	good := pairOf(t, as(p.store, "acme:", "reader"), as(q.store, "twin:", "writer"), keepAll)
	if sum := good.whole(t); sum.Records < 20 {
		t.Errorf("%d records were copied", sum.Records)
	}
	if err := good.admitted.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	for want, l := range map[string]*link{source: {side: report.Source}, destination: {side: report.Destination}} {
		if !strings.Contains(l.needs(), want) {
			t.Errorf("the hint %q does not name %s", l.needs(), want)
		}
	}
	bad := pairOf(t, as(p.store, "acme:", "nodump"), as(q.store, "twin:", "writer"), keepAll)
	_, err := chunks(t, bad.prepared(t))[0].Copy(t.Context(), bad.plan.New())
	wantCode(t, err, report.Denied)
	if !strings.Contains(err.Error(), source) {
		t.Errorf("the hint does not say what is needed: %v", err)
	}
}

// TestSessionName: whoever owns the server sees who reads.
func TestSessionName(t *testing.T) {
	store := with(server(t, "PROD"), "acme:")
	session := tenant.Session{Run: random(), User: "ada"}
	r, err := Open(t.Context(), tenant.Source{Store: store, Session: session})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if list := client(t, store).ClientList(t.Context()).Val(); !strings.Contains(list, "name="+session.String()+" ") {
		t.Errorf("no connection is called %s", session)
	}
}

// TestSurvey: an exact count where one walk is short, an estimate elsewhere.
func TestSurvey(t *testing.T) {
	p := startPrivate(t)
	c := client(t, p.store)
	r, err := Open(t.Context(), tenant.Source{Store: with(p.store, "acme:"), Session: tenant.Session{Run: random(), User: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fill := func(from, to int) {
		pipe := c.Pipeline()
		for i := from; i < to; i++ {
			pipe.Set(t.Context(), fmt.Sprintf("acme:%d", i), "v", 0)
			pipe.Set(t.Context(), fmt.Sprintf("acme2:%d", i), "v", 0)
		}
		if _, err := pipe.Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fill(0, 1000)
	if s, err := r.Survey(t.Context()); err != nil || s.Records != 1000 || len(s.Fields) != 0 {
		t.Errorf("survey: %+v, %v", s, err)
	}
	fill(1000, 50000)
	if s, err := r.Survey(t.Context()); err != nil || s.Records < 40000 || s.Records > 60000 {
		t.Errorf("survey: %+v, %v", s, err)
	}
}

// TestPeople reads people out of hashes.
func TestPeople(t *testing.T) {
	store := with(server(t, "PROD"), "people-"+random()+":")
	c := client(t, store)
	removeAfter(t, c, store.Prefix)
	ctx := t.Context()
	for i := range 700 {
		c.HSet(ctx, fmt.Sprintf("%suser:%d", store.Prefix, i), "id", i, "email", fmt.Sprintf("u%d@x.example", i), "full", "Name")
	}
	c.HSet(ctx, store.Prefix+"user:seven", "email", "seven@x.example")
	c.Set(ctx, store.Prefix+"other", "v", 0)
	r, err := Open(ctx, tenant.Source{Store: store, Session: tenant.Session{Run: random(), User: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	read := func(group string) (map[string]person.Record, error) {
		out := make(map[string]person.Record)
		for record, err := range r.People(ctx, person.Columns{Store: "redis", Group: group, ID: "id", Name: "full", Email: "email"}) {
			if err != nil {
				return nil, err
			}
			if _, twice := out[record.ID]; twice {
				t.Errorf("person %s twice", record.ID)
			}
			out[record.ID] = record
		}
		return out, nil
	}
	got, err := read("user:{users.id}")
	if err != nil || len(got) != 701 {
		t.Fatalf("%d people, %v", len(got), err)
	}
	if want := (person.Record{Source: "user:{users.id}", ID: "42", Name: "Name", Email: "u42@x.example"}); got["42"].Email != want.Email || got["42"].Name != want.Name || got["42"].Source != want.Source {
		t.Errorf("person 42: %+v", got["42"])
	}
	if got["seven"].Email != "seven@x.example" {
		t.Error("an id that only the name holds is lost")
	}
	_, err = read("user:*")
	wantCode(t, err, report.Incompatible)
	_, err = read("*")
	wantCode(t, err, report.Incompatible)
}
