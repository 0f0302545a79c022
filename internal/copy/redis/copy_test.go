package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// TestDigests: on servers that tell digests, every key that no rule touches
// has the source's digest and its expiry to the millisecond, as a payload and
// typed.
func TestDigests(t *testing.T) {
	prod, staging := startPrivate(t), startPrivate(t)
	for _, typed := range []bool{false, true} {
		t.Run(fmt.Sprintf("typed %v", typed), func(t *testing.T) {
			p := pairOf(t, with(prod.store, "src"+random()+":"), with(staging.store, "dst"+random()+":"), keepAll)
			seed(t.Context(), t, p.prod, p.src.Prefix)
			s := p.prepared(t)
			s.typed.Store(typed)
			sum := p.copied(t, s)
			p.prove(t, s, sum)
			if err := s.Switch(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantSame(t, "digest", digests(t.Context(), t, p.staging, p.dst.Prefix), digests(t.Context(), t, p.prod, p.src.Prefix))
			wantSame(t, "content", dump(t.Context(), t, p.staging, p.dst.Prefix), dump(t.Context(), t, p.prod, p.src.Prefix))
		})
	}
}

// TestLarge: values beyond every limit are carried in pages, and proved.
func TestLarge(t *testing.T) {
	p := newPair(t, keepAll)
	ctx := t.Context()
	pipe := p.prod.Pipeline()
	big := strings.Repeat("0123456789abcdef", 4096) // 64 KB
	for i := range 160 {
		pipe.Append(ctx, p.src.Prefix+"string", big)
		pipe.RPush(ctx, p.src.Prefix+"list", fmt.Sprint(i, big))
		pipe.SAdd(ctx, p.src.Prefix+"set", fmt.Sprint(i, big))
		pipe.ZAdd(ctx, p.src.Prefix+"zset", goredis.Z{Score: float64(i) / 3, Member: fmt.Sprint(i, big)})
		pipe.HSet(ctx, p.src.Prefix+"hash", fmt.Sprint(i), fmt.Sprint(i, big))
		pipe.XAdd(ctx, &goredis.XAddArgs{Stream: p.src.Prefix + "stream", Values: []any{"f", fmt.Sprint(i, big)}})
		if i%40 == 0 {
			if _, err := pipe.Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 20000 {
		pipe.SAdd(ctx, p.src.Prefix+"many", fmt.Sprintf("member %060d", i))
	}
	pipe.PExpireAt(ctx, p.src.Prefix+"hash", farAway(2))
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if size := p.prod.MemoryUsage(ctx, p.src.Prefix+"hash").Val(); size <= smallDump {
		t.Fatalf("the hash is %d bytes: too small for this test", size)
	}
	p.whole(t)
	wantSame(t, "large values", dump(ctx, t, p.staging, p.dst.Prefix), dump(ctx, t, p.prod, p.src.Prefix))
}

// TestRewriteLarge: rules are applied to every page of a collection.
func TestRewriteLarge(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"list": {list: name}, "hash": {hash: {name: name, "**": keep}}, "stream": {hash: {name: name, "**": keep}}}}`)
	ctx := t.Context()
	pipe := p.prod.Pipeline()
	for i := range 6000 {
		pipe.RPush(ctx, p.src.Prefix+"list", fmt.Sprintf("Waltraud Secretperson %0200d", i))
		pipe.HSet(ctx, p.src.Prefix+"hash", fmt.Sprintf("other %0200d", i), "kept")
		pipe.XAdd(ctx, &goredis.XAddArgs{Stream: p.src.Prefix + "stream", Values: []any{"name", "Waltraud Secretperson", "other", "kept"}})
	}
	pipe.HSet(ctx, p.src.Prefix+"hash", "name", "Waltraud Secretperson")
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	p.whole(t)
	got := dump(ctx, t, p.staging, p.dst.Prefix)
	for name, value := range got {
		if strings.Contains(value, "Secretperson") {
			t.Errorf("%s still holds the name", name)
		}
	}
	if n := p.staging.LLen(ctx, p.dst.Prefix+"list").Val(); n != 6000 {
		t.Errorf("the list has %d elements", n)
	}
	if n := p.staging.HLen(ctx, p.dst.Prefix+"hash").Val(); n != 6001 {
		t.Errorf("the hash has %d fields", n)
	}
	if n := p.staging.XLen(ctx, p.dst.Prefix+"stream").Val(); n != 6000 {
		t.Errorf("the stream has %d entries", n)
	}
}

// TestDuplicates: SCAN returns a key twice, in two chunks that run at once.
// It is written once and counted once.
func TestDuplicates(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"list*": {list: scan}, "*": keep}}`)
	ctx := t.Context()
	var keys []string
	for i := range 300 {
		keys = append(keys, fmt.Sprintf("%slist %d", p.src.Prefix, i), fmt.Sprintf("%sstring %d", p.src.Prefix, i))
		p.prod.RPush(ctx, fmt.Sprintf("%slist %d", p.src.Prefix, i), "a", "b", "c")
		p.prod.Set(ctx, fmt.Sprintf("%sstring %d", p.src.Prefix, i), "v", 0)
	}
	s := p.prepared(t)
	items := func(yield func(int, error) bool) {
		for i := range 6 {
			if !yield(i, nil) {
				return
			}
		}
	}
	tallies := make([]report.Tally, 6)
	err := parallel.Each(ctx, 4, items, func(ctx context.Context, _, i int) (err error) {
		tallies[i], err = s.copy(ctx, p.plan.New(), fmt.Sprintf("redis/%06d", i), slices.Concat(keys, keys[:100]))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var sum report.Tally
	for _, tally := range tallies {
		sum.Add(tally)
	}
	if sum.Records != 600 || sum.Groups["list*"] != 300 || sum.Groups["*"] != 300 {
		t.Errorf("%d records in the tallies, want 600", sum.Records)
	}
	if err := s.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	p.prove(t, s, sum)
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "copy", dump(ctx, t, p.staging, p.dst.Prefix), dump(ctx, t, p.prod, p.src.Prefix))
}

// TestCollision: two keys that become one are refused, not merged.
func TestCollision(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"*": {$key: name, $value: keep}}}`)
	ctx := t.Context()
	p.prod.Set(ctx, p.src.Prefix+"Waltraud \u00c4cretperson", "1", 0)
	p.prod.Set(ctx, p.src.Prefix+"Waltraud A\u0308cretperson", "2", 0) // the same name, written differently
	_, err := chunks(t, p.prepared(t))[0].Copy(ctx, p.plan.New())
	wantCode(t, err, report.Incompatible)
	if !errors.Is(err, errCollision) || strings.Contains(err.Error(), "cretperson") {
		t.Errorf("error: %v", err)
	}
}

// TestVanished: keys that disappear between SCAN and the read, or that expire
// before the switch.
func TestVanished(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"list*": {list: scan}, "*": keep}}`)
	ctx := t.Context()
	p.staging.Set(ctx, p.dst.Prefix+"short", "predecessor", 0)
	p.staging.Set(ctx, p.dst.Prefix+"extra", "not in the source", 0)
	p.staging.Set(ctx, p.dst.Prefix+"goes", "predecessor", 0)
	p.staging.Set(ctx, p.dst.Prefix+"list goes", "predecessor", 0)
	p.prod.Set(ctx, p.src.Prefix+"stays", "v", 0)
	p.prod.Set(ctx, p.src.Prefix+"goes", "v", 0)
	p.prod.RPush(ctx, p.src.Prefix+"list goes", "v")
	p.prod.Set(ctx, p.src.Prefix+"short", "v", 700*time.Millisecond)
	s := p.prepared(t)
	all := chunks(t, s)
	p.prod.Del(ctx, p.src.Prefix+"goes", p.src.Prefix+"list goes")
	var sum report.Tally
	for _, c := range all {
		tally, err := c.Copy(ctx, p.plan.New())
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(tally)
	}
	if sum.Records != 2 {
		t.Fatalf("%d records, want 2", sum.Records)
	}
	if err := s.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	for p.staging.Exists(ctx, s.names.staged(p.dst.Prefix+"short")).Val() == 1 {
		time.Sleep(20 * time.Millisecond)
	}
	p.prove(t, s, sum) // an expired key counts as copied
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	got := dump(ctx, t, p.staging, p.dst.Prefix)
	if len(got) != 1 || got["stays"] == "" {
		t.Errorf("%d keys are live, want 1", len(got))
	}
	if left := leftovers(ctx, t, p.staging, p.dst.Prefix); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestNothingLeft: a key of which a rule leaves nothing is not written.
func TestNothingLeft(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"hash": {hash: {"**": drop}}, "list": {list: null}, "stream": {hash: {"**": drop}}, "gone:*": drop, "*": keep}}`)
	ctx := t.Context()
	p.prod.HSet(ctx, p.src.Prefix+"hash", "f", "v")
	p.prod.RPush(ctx, p.src.Prefix+"list", "v")
	p.prod.XAdd(ctx, &goredis.XAddArgs{Stream: p.src.Prefix + "stream", Values: []any{"f", "v"}})
	p.prod.Set(ctx, p.src.Prefix+"gone:1", "v", 0)
	for _, name := range []string{"hash", "list", "stream", "gone:1"} {
		p.staging.Set(ctx, p.dst.Prefix+name, "predecessor", 0)
	}
	p.prod.Set(ctx, p.src.Prefix+"stays", "v", 0)
	if sum := p.whole(t); sum.Records != 1 {
		t.Errorf("%d records, want 1", sum.Records)
	}
	if got := dump(ctx, t, p.staging, p.dst.Prefix); len(got) != 1 || got["stays"] == "" {
		t.Errorf("%d keys are live, want 1", len(got))
	}
}

// TestMerged: elements that become one are counted, and of two scores the
// higher stays.
func TestMerged(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"*": {list: {set: same}}}}`)
	ctx := t.Context()
	p.prod.SAdd(ctx, p.src.Prefix+"set", "a", "b", "c")
	p.prod.ZAdd(ctx, p.src.Prefix+"zset", goredis.Z{Score: 1, Member: "a"}, goredis.Z{Score: 3, Member: "b"}, goredis.Z{Score: 2, Member: "c"})
	s := p.prepared(t)
	sum := p.copied(t, s)
	if sum.Dropped != 4 {
		t.Errorf("%d merged elements, want 4", sum.Dropped)
	}
	p.prove(t, s, sum)
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	if got := p.staging.SMembers(ctx, p.dst.Prefix+"set").Val(); len(got) != 1 {
		t.Errorf("set: %q", got)
	}
	if got := p.staging.ZScore(ctx, p.dst.Prefix+"zset", "same").Val(); got != 3 {
		t.Errorf("score %v, want 3", got)
	}
}

// deafConn loses the next answer when it is told to: the server has done what
// it was asked for, and nobody hears of it.
type deafConn struct {
	net.Conn
	deaf *atomic.Bool
}

func (c deafConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.deaf.CompareAndSwap(true, false) {
		_ = c.Conn.Close()
		return 0, io.EOF
	}
	return n, err
}

// TestReplyLost: a connection dies after the server has done what it was
// told. The chunk ends as transient, and its second try leaves no trace of
// the first: neither among many small keys nor inside a large one.
func TestReplyLost(t *testing.T) {
	for at := 1; at <= 3; at++ {
		for _, large := range []bool{false, true} {
			t.Run(fmt.Sprintf("pipeline %d, large %v", at, large), func(t *testing.T) { loseReply(t, at, large) })
		}
	}
}

func loseReply(t *testing.T, at int, large bool) {
	p := newPair(t, `{version: 1, people: none, redis: {"list*": {list: scan}, "*": keep}}`)
	ctx := t.Context()
	pipe := p.prod.Pipeline()
	for i := range 400 {
		pipe.RPush(ctx, fmt.Sprintf("%slist %d", p.src.Prefix, i), "a", "b", "c")
		pipe.PExpireAt(ctx, fmt.Sprintf("%slist %d", p.src.Prefix, i), farAway(1))
		if large {
			pipe.RPush(ctx, p.src.Prefix+"list", strings.Repeat("x", 60<<10))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	s := p.prepared(t)
	var deaf atomic.Bool
	dial := s.sink.c.Options().Dialer
	s.sink.c.Options().Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return deafConn{conn, &deaf}, err
	}
	seen := 0
	s.sink.c.AddHook(&fault{before: func(name string, _ int) error {
		if name == "hello" || name == "client" {
			return nil
		}
		if seen++; seen == at {
			deaf.Store(true)
		}
		return nil
	}})
	failed := false
	for _, c := range chunks(t, s) {
		if _, err := c.Copy(ctx, p.plan.New()); err != nil {
			wantCode(t, err, report.Transient)
			failed = true
			if _, err := c.Copy(ctx, p.plan.New()); err != nil {
				t.Fatalf("second try: %v", err)
			}
		}
	}
	if !failed || deaf.Load() {
		t.Errorf("the answer to pipeline %d was not missed", at)
	}
	if err := s.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "copy", dump(ctx, t, p.staging, p.dst.Prefix), dump(ctx, t, p.prod, p.src.Prefix))
}

// TestTypeChanges: a key becomes something else while it is read. The chunk
// is tried again.
func TestTypeChanges(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"*": {list: scan}}}`)
	ctx := t.Context()
	p.prod.RPush(ctx, p.src.Prefix+"k", "a")
	s := p.prepared(t)
	all := chunks(t, s)
	var once atomic.Bool
	s.src.c.AddHook(&fault{after: func(name string, _ int) error {
		if name == "type" && once.CompareAndSwap(false, true) {
			p.prod.Del(ctx, p.src.Prefix+"k")
			p.prod.SAdd(ctx, p.src.Prefix+"k", "b")
		}
		return nil
	}})
	_, err := all[0].Copy(ctx, p.plan.New())
	wantCode(t, err, report.Transient)
	if _, err := all[0].Copy(ctx, p.plan.New()); err != nil {
		t.Fatal(err)
	}
}

// TestUnrestorable_replayed: a destination says that it cannot restore a
// payload, as an older server would. The chunk's next try writes by type.
func TestUnrestorable_replayed(t *testing.T) {
	p := newPair(t, keepAll)
	ctx := t.Context()
	seed(ctx, t, p.prod, p.src.Prefix)
	s := p.prepared(t)
	s.sink.c.AddHook(&fault{before: func(name string, _ int) error {
		if name == "restore" {
			return serverError("ERR DUMP payload version or checksum are wrong")
		}
		return nil
	}})
	all := chunks(t, s)
	_, err := all[0].Copy(ctx, p.plan.New())
	wantCode(t, err, report.Transient)
	p.copied(t, s)
	if err := s.Switch(ctx); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "copy", dump(ctx, t, p.staging, p.dst.Prefix), dump(ctx, t, p.prod, p.src.Prefix))
}

// TestMisfits: values that their rule cannot read are all recorded, those that
// are too large without being read, and are not written; or they become what
// else says.
func TestMisfits(t *testing.T) {
	for _, instead := range []string{"", "drop", "secret"} {
		rule := map[bool]string{true: `{json: {a: keep}}`, false: `{json: {a: keep}, else: ` + instead + `}`}[instead == ""]
		p := newPair(t, `{version: 1, people: none, redis: {"good": {json: {a: keep}}, "list": {list: {json: {a: keep}}}, "key:*": {$key: text, $value: keep}, "*": `+rule+`}}`)
		ctx := t.Context()
		for name, v := range map[string]string{"good": `{"a":1}`, "broken": `{"a":"Secretperson`, "zstd": "\x28\xb5\x2f\xfdSecretperson", "deep": strings.Repeat("[", 20_000), "key:\xff\x00Secretperson": "x"} {
			p.prod.Set(ctx, p.src.Prefix+name, v, 0)
		}
		p.prod.RPush(ctx, p.src.Prefix+"list", "Secretperson", `{"a":1}`)
		p.prod.SetRange(ctx, p.src.Prefix+"large", maxString, "Secretperson")
		s := p.prepared(t)
		var found []anonymize.Misfit
		a := p.plan.New()
		var sum report.Tally
		for _, c := range chunks(t, s) {
			tally, err := c.Copy(ctx, a)
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(tally)
			found = append(found, a.Misfits()...)
		}
		bare, ruled := int64(0), int64(0)
		for _, m := range found {
			if m.Else == "" {
				bare += m.Count
			} else {
				ruled += m.Count
			}
		}
		if want := map[string][2]int64{"": {6, 0}, "drop": {2, 4}, "secret": {2, 4}}[instead]; bare != want[0] || ruled != want[1] {
			t.Errorf("else %s: %d without and %d with it: %v", instead, bare, ruled, found)
		}
		if err := s.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		p.prove(t, s, sum)
		if err := s.Switch(ctx); err != nil {
			t.Fatal(err)
		}
		got := dump(ctx, t, p.staging, p.dst.Prefix)
		want := map[string]int{"": 2, "drop": 2, "secret": 6}[instead]
		if len(got) != want {
			t.Errorf("else %s: %d keys, want %d", instead, len(got), want)
		}
		for name, v := range got {
			if strings.Contains(name+v, "Secretperson") {
				t.Errorf("else %s: a value has passed", instead)
			}
		}
	}
}

// TestGroups: the groups of a stream come along under a rule that rewrites it,
// with a person's name replaced in those of consumers; without a rule for them
// they are found, not lost.
func TestGroups(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"ruled": {$groups: text, hash: {"**": scan}}, "scanned": scan, "dropped": {$groups: drop, hash: {"**": scan}}, "bare": {hash: {"**": scan}}}}`)
	ctx := t.Context()
	seedGroups := func(name string, groups ...string) {
		key := p.src.Prefix + name
		for i := range 5 {
			p.prod.Do(ctx, "xadd", key, fmt.Sprintf("%d-0", i+1), "f", "v")
		}
		for _, g := range groups {
			if err := p.prod.XGroupCreate(ctx, key, g, "0").Err(); err != nil {
				t.Fatal(err)
			}
			for _, consumer := range []string{"host 4711", "jane.secretperson@corp-customer.org"} {
				p.prod.XReadGroup(ctx, &goredis.XReadGroupArgs{Group: g, Consumer: consumer, Streams: []string{key, ">"}, Count: 2})
			}
		}
	}
	for _, name := range []string{"ruled", "scanned", "dropped"} {
		seedGroups(name, "mailers", "jane.secretperson@corp-customer.org")
	}
	p.whole(t)
	got := dump(ctx, t, p.staging, p.dst.Prefix)
	if n := strings.Count(got["ruled"], " consumer "); n != 4 || strings.Count(got["ruled"], " pending ") != 8 || !strings.Contains(got["ruled"], `consumer "host 4711"`) || strings.Contains(got["ruled"], "secretperson") {
		t.Errorf("text: %d consumers: %s", n, got["ruled"])
	}
	if n := strings.Count(got["scanned"], " consumer "); n != 4 || strings.Count(got["scanned"], " pending ") != 8 || !strings.Contains(got["scanned"], `group "mailers" at 4-0`) || strings.Contains(got["scanned"], "secretperson") {
		t.Errorf("scan: %d consumers: %s", n, got["scanned"])
	}
	if strings.Contains(got["dropped"], "group") {
		t.Errorf("drop: %s", got["dropped"])
	}
	seedGroups("bare", "mailers")
	s := p.prepared(t)
	a := p.plan.New()
	for _, c := range chunks(t, s) {
		if _, err := c.Copy(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	if f := a.Findings(); len(f) != 1 || f[0].Group != "bare" || f[0].Path != "$groups" {
		t.Errorf("findings: %v", f)
	}
}

// TestGroupsCollide: two groups that would become one end the run.
func TestGroupsCollide(t *testing.T) {
	p := newPair(t, `{version: 1, people: none, redis: {"*": {$groups: text, hash: {"**": scan}}}}`)
	ctx := t.Context()
	p.prod.Do(ctx, "xadd", p.src.Prefix+"s", "1-0", "f", "v")
	for _, g := range []string{"4711", "4712"} {
		p.prod.XGroupCreate(ctx, p.src.Prefix+"s", g, "0")
	}
	s := p.prepared(t)
	for _, c := range chunks(t, s) {
		if _, err := c.Copy(ctx, p.plan.New()); err != nil {
			t.Fatal(err)
		}
	}
	c := &carrier{src: s.src, prefix: p.src.Prefix, keys: p.plan.Keys("redis"), w: newWriter(s.sink, s.names, "x"), a: p.plan.New()}
	j := job{key: p.src.Prefix + "s", rule: "*", slot: &slot{staged: "x"}}
	if _, err := c.begin(j); err != nil {
		t.Fatal(err)
	}
	p.prod.XGroupCreate(ctx, j.key, "a", "0")
	wantCode(t, c.groups(ctx, j, []streamGroup{{name: "a"}, {name: "a"}}), report.Incompatible)
}

// TestModuleType: a type that only a module knows can be kept or dropped.
func TestModuleType(t *testing.T) {
	c := &carrier{src: &link{store: "redis"}}
	j := job{rule: "doc:*", fate: anonymize.Rewrite, fact: fact{typ: "ReJSON-RL", size: 100}}
	err := c.fits(j)
	wantCode(t, err, report.Incompatible)
	if !strings.Contains(err.Error(), "doc:*") {
		t.Errorf("the error does not name the pattern: %v", err)
	}
	j.fate = anonymize.Keep
	if err := c.fits(j); err != nil {
		t.Errorf("kept: %v", err)
	}
}

// TestOldSource: a server before Redis 7 has no PEXPIRETIME.
func TestOldSource(t *testing.T) {
	old := startPrivate(t, `rename-command PEXPIRETIME ""`)
	p := pairOf(t, with(old.store, "old:"), with(server(t, "STAGING"), "dst-"+random()+":"), keepAll)
	ctx := t.Context()
	p.prod.Set(ctx, "old:forever", "v", 0)
	p.prod.Set(ctx, "old:expires", "v", time.Hour)
	big := p.prod.Pipeline()
	for i := range 300 {
		big.HSet(ctx, "old:large", fmt.Sprint(i), strings.Repeat("x", 32<<10))
	}
	big.Expire(ctx, "old:large", time.Hour)
	if _, err := big.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	p.whole(t)
	if got := p.staging.PTTL(ctx, p.dst.Prefix+"forever").Val(); got != -1 {
		t.Errorf("the key without expiry has %v", got)
	}
	for _, name := range []string{"expires", "large"} {
		if drift := p.prod.PTTL(ctx, "old:"+name).Val() - p.staging.PTTL(ctx, p.dst.Prefix+name).Val(); drift.Abs() > 5*time.Second {
			t.Errorf("%s: the expiry has drifted by %v", name, drift)
		}
	}
}

// TestFull: a destination without memory.
func TestFull(t *testing.T) {
	small := startPrivate(t, "maxmemory 2mb", "maxmemory-policy noeviction")
	p := pairOf(t, with(server(t, "PROD"), "src-"+random()+":"), with(small.store, "dst:"), keepAll)
	for i := range 60 {
		p.prod.Set(t.Context(), fmt.Sprintf("%sk%d", p.src.Prefix, i), strings.Repeat(random(), 8000), 0)
	}
	s := p.prepared(t)
	var err error
	for _, c := range chunks(t, s) {
		if _, err = c.Copy(t.Context(), p.plan.New()); err != nil {
			break
		}
	}
	wantCode(t, err, report.Full)
}

// TestServerKilled: the source or the destination dies in the middle. The
// chunk ends as transient, with the address to look at.
func TestServerKilled(t *testing.T) {
	for _, side := range []string{"source", "destination"} {
		t.Run(side, func(t *testing.T) {
			victim := startPrivate(t)
			src, dst := with(server(t, "PROD"), "src-"+random()+":"), with(server(t, "STAGING"), "dst-"+random()+":")
			if side == "source" {
				src = with(victim.store, "src:")
			} else {
				dst = with(victim.store, "dst:")
			}
			p := pairOf(t, src, dst, keepAll)
			for i := range 1200 {
				p.prod.Set(t.Context(), fmt.Sprintf("%sk%d", p.src.Prefix, i), "v", 0)
			}
			s := p.prepared(t)
			all := chunks(t, s)
			if _, err := all[0].Copy(t.Context(), p.plan.New()); err != nil {
				t.Fatal(err)
			}
			victim.kill()
			_, err := all[1].Copy(t.Context(), p.plan.New())
			wantCode(t, err, report.Transient)
			if !strings.Contains(err.Error(), strings.TrimSuffix(strings.TrimPrefix(victim.store.URL, "redis://"), "/0")) {
				t.Errorf("the error does not say which server: %v", err)
			}
		})
	}
}

// TestHangingServer: a cancelled chunk does not wait for a server that does
// not answer.
func TestHangingServer(t *testing.T) {
	victim := startPrivate(t)
	p := pairOf(t, with(victim.store, "src:"), with(server(t, "STAGING"), "dst-"+random()+":"), keepAll)
	for i := range 100 {
		p.prod.Set(t.Context(), fmt.Sprintf("src:k%d", i), "v", 0)
	}
	s := p.prepared(t)
	all := chunks(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := make(chan struct{})
	s.src.c.AddHook(&fault{before: func(name string, _ int) error {
		if name == "type" {
			_ = victim.cmd.Process.Signal(syscall.SIGSTOP)
			close(asked)
		}
		return nil
	}})
	ended := make(chan error)
	go func(c clone.Chunk) {
		_, err := c.Copy(ctx, p.plan.New())
		ended <- err
	}(all[0])
	<-asked
	waiting := s.src.open.list()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	for _, conn := range s.src.open.list() { // the pool may have opened another one since
		if slices.Contains(waiting, conn) { // then it has waited until the answer was overdue
			t.Error("the connection to the hanging server was not cut")
		}
	}
}

func (s *sockets) list() []net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.open)
}
