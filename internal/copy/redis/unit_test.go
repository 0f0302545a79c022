package redis

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestStagedNames: a staged name never begins with the tenant's prefix, leads
// back to the live name in its own run only, and keeps the slot of a plain key.
func TestStagedNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := func(prefix string) naming { return naming{prefix: prefix, store: "redis", run: "abcdefghijkl"} }
		usable := func(prefix string) bool { return checkPrefix(run(prefix), "staging/acme") == nil }
		prefix := rapid.StringN(1, 12, -1).Filter(usable).Draw(t, "prefix")
		n := run(prefix)
		live := prefix + rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z{}~:]{0,12}`)).Draw(t, "name")
		staged := n.staged(live)
		for _, ours := range []string{staged, n.shard(live), n.phase(), markerKey(prefix), lockKey("staging/acme")} {
			if strings.HasPrefix(ours, prefix) {
				t.Fatalf("%q begins with the tenant's prefix", ours)
			}
		}
		if back, ok := n.live(staged); !ok || back != live {
			t.Fatalf("%q leads back to %q, %v", staged, back, ok)
		}
		other := naming{prefix: prefix, store: "redis", run: "zzzzzzzzzzzz"}
		if _, ok := other.live(staged); ok {
			t.Fatal("another run takes the staged key for its own")
		}
	})
}

func TestStagedForms(t *testing.T) {
	n := naming{prefix: "acme:", store: "redis", run: "run1"}
	for live, want := range map[string]string{
		"acme:a":      "{acme:a}~run1",
		"acme:":       "{acme:}~run1",
		"acme:{t}:a":  "tc:run1:acme:{t}:a",
		"acme:odd}":   "tc:run1:acme:odd}",
		"acme:{}":     "tc:run1:acme:{}",
		"acme:a{b":    "{acme:a{b}~run1",
		"acme:x\x00y": "{acme:x\x00y}~run1",
	} {
		if got := n.staged(live); got != want {
			t.Errorf("staged(%q) = %q, want %q", live, got, want)
		}
	}
	for _, foreign := range []string{"{acme2:a}~run1", "tc:run1:acme2:a", "{acme:a}~run2", "acme:a", "tc:run1~redis~phase", "{acme:a}", ""} {
		if live, ok := n.live(foreign); ok {
			t.Errorf("%q was taken for a staged key of %q", foreign, live)
		}
	}
}

func TestCheckPrefix(t *testing.T) {
	for prefix, good := range map[string]bool{
		"acme:": true, "tcx:": true, "{acme}:": true, "tenantcopy2": true, `*?[\`: true,
		"": false, "t": false, "tc:": false, "{": false, "{{": false, "tenantcopy:": false, "tenantcopy:marker:": false, "tc:run1": false,
	} {
		err := checkPrefix(naming{prefix: prefix, store: "redis", run: "run1"}, "staging/acme")
		if (err == nil) != good {
			t.Errorf("prefix %q: %v", prefix, err)
		}
	}
}

func TestEntry(t *testing.T) {
	for _, e := range []entry{{owner: "redis/000001", rule: "a b *"}, {owner: control, expiry: 1700000000123, origin: 1<<64 - 1}} {
		if got, err := parseEntry(e.String()); err != nil || got != e {
			t.Errorf("%v came back as %v, %v", e, got, err)
		}
	}
	if (entry{}).expired(1) || (entry{expiry: 5}).expired(4) || !(entry{expiry: 5}).expired(5) {
		t.Error("expired is wrong")
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add("redis/000001 0 ff user:*")
	f.Add("control  ")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parseEntry(s)
		if err != nil {
			return
		}
		if again, err := parseEntry(e.String()); err != nil || again != e {
			t.Fatalf("%v came back as %v, %v", e, again, err)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add("1700000000000-5")
	f.Add("-")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := parseID(s)
		if err != nil {
			return
		}
		if again, err := parseID(id.String()); err != nil || again != id {
			t.Fatalf("%v came back as %v, %v", id, again, err)
		}
		if next := id.next(); next.ms < id.ms || next.ms == id.ms && next.seq != id.seq+1 {
			if id != (entryID{1<<64 - 1, 1<<64 - 1}) {
				t.Fatalf("%v is followed by %v", id, next)
			}
		}
	})
}

// FuzzReplies feeds replies of a wrong form to everything that takes one
// apart: an error, never a panic.
func FuzzReplies(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5})
	f.Fuzz(func(_ *testing.T, shape []byte) {
		reply, _ := build(shape, 0)
		items, _ := reply.([]any)
		_, _ = parseEntries(items)
		_, _ = parsePending(items)
		_, _, _ = scanned(items)
		_, _ = stringsOf(items)
		if m, err := dict(reply); err == nil {
			_, _ = idOf(m, "a")
			_ = number(m, "a")
		}
	})
}

// build makes a nested reply out of bytes.
func build(shape []byte, depth int) (any, []byte) {
	if len(shape) == 0 || depth > 4 {
		return nil, nil
	}
	c, rest := shape[0], shape[1:]
	switch c % 5 {
	case 0:
		var list []any
		for range c / 5 {
			var item any
			item, rest = build(rest, depth+1)
			list = append(list, item)
		}
		return list, rest
	case 1:
		return "a", rest
	case 2:
		return int64(c), rest
	case 3:
		return fmt.Sprintf("%d-%d", c, c), rest
	}
	return nil, rest
}

type serverError string

func (e serverError) Error() string { return string(e) }
func (serverError) RedisError()     {}

// TestReduce: every class of error, and not one word of a message that could
// be data.
func TestReduce(t *testing.T) {
	const secret = "jane@secret.example"
	for _, c := range []struct {
		err  error
		code report.Code
	}{
		{serverError("WRONGPASS invalid username-password pair " + secret), report.Denied},
		{serverError("NOAUTH Authentication required."), report.Denied},
		{serverError("NOPERM this user has no permissions to access one of the keys " + secret), report.Denied},
		{serverError("ERR AUTH <password> called without any password configured"), report.Denied},
		{fmt.Errorf("failed to initialize connection options: %w", serverError("NOAUTH "+secret)), report.Denied},
		{serverError("OOM command not allowed when used memory > 'maxmemory'."), report.Full},
		{serverError("MISCONF Redis is configured to save RDB snapshots " + secret), report.Full},
		{serverError("LOADING Redis is loading the dataset in memory"), report.Transient},
		{serverError("MASTERDOWN Link with MASTER is down"), report.Transient},
		{serverError("BUSY Redis is busy running a script."), report.Transient},
		{serverError("WRONGTYPE Operation against a key"), report.Transient},
		{serverError("NOGROUP No such key '" + secret + "'"), report.Transient},
		{serverError("ERR max number of clients reached"), report.Transient},
		{serverError("READONLY You can't write against a read only replica."), report.Incompatible},
		{serverError("MOVED 1234 " + secret + ":6379"), report.Incompatible},
		{serverError("CROSSSLOT Keys in request don't hash to the same slot"), report.Incompatible},
		{serverError("ERR DB index is out of range"), report.NotFound},
		{serverError("ERR unknown command 'X', with args beginning with: '" + secret + "'"), report.Incompatible},
		{serverError("ERR DUMP payload version or checksum are wrong"), report.Incompatible},
		{serverError("ERR Bad data format"), report.Incompatible},
		{serverError("ERR value is not an integer: " + secret), report.Failed},
		{serverError(secret + " is what some proxy says"), report.Failed},
		{io.EOF, report.Transient},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, report.Transient},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: secret, Name: secret}}, report.Transient},
		{errors.New("tls: " + secret), report.Incompatible},
		{&parallel.PanicError{Type: "string", Place: "redis/sink.go:1"}, report.Failed},
	} {
		l := &link{store: "redis", side: report.Source, addr: "127.0.0.1:6379"}
		got := l.fail("read keys", c.err)
		if report.CodeOf(got) != c.code {
			t.Errorf("%.20q: code %s, want %s", c.err, report.CodeOf(got), c.code)
		}
		if strings.Contains(got.Error(), "secret") {
			t.Errorf("%.20q: the message got out: %v", c.err, got)
		}
	}
}

func TestAddress(t *testing.T) {
	for url, want := range map[string]string{
		"redis://h:1/0":          "h:1 0 ",
		"redis://h":              "h:6379 0 ",
		"redis://joe@h:1/12":     "h:1 12 joe",
		"rediss://h/3":           "h:6379 3 ",
		"redis://[::1]:7/":       "[::1]:7 0 ",
		"http://h/0":             "",
		"redis://":               "",
		"redis://h/x":            "",
		"redis://h/-1":           "",
		"redis://u:secretpw@h/0": "",
		"redis://h:secretpw/0":   "",
		"redis://h/0?a=secretpw": "",
		"secretpw\x00://":        "",
	} {
		opt, err := options(tenant.Store{URL: url})
		got := ""
		if err == nil {
			got = fmt.Sprintf("%s %d %s", opt.Addr, opt.DB, opt.Username)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "secretpw") {
			t.Errorf("%q: the error quotes the address: %v", url, err)
		}
		if (opt != nil && opt.TLSConfig != nil) != strings.HasPrefix(url, "rediss") {
			t.Errorf("%q: TLS is wrong", url)
		}
	}
}

// TestDoorList: what writes is not on the list, in whatever case it is sent.
func TestDoorList(t *testing.T) {
	for _, name := range strings.Fields("set getex getdel getset append setrange incr del unlink expire persist rename copy restore migrate move lpush rpop linsert sadd spop smove sort zadd zpopmin hset hdel xadd xack xclaim xgroup xreadgroup xautoclaim eval evalsha fcall script function multi exec flushall flushdb config debug shutdown replicaof swapdb publish subscribe monitor acl object cluster save bgsave") {
		if reading(name, "") {
			t.Errorf("%s passes the door", name)
		}
	}
	for _, cmd := range []*goredis.Cmd{goredis.NewCmd(t.Context(), "MEMORY", "DOCTOR"), goredis.NewCmd(t.Context(), "client", "kill"), goredis.NewCmd(t.Context(), []byte("set"), "k"), goredis.NewCmd(t.Context())} {
		if check(cmd) == nil {
			t.Errorf("%v passes the door", cmd.Args())
		}
	}
	if err := check(goredis.NewCmd(t.Context(), "GET", "k")); err != nil {
		t.Errorf("GET: %v", err)
	}
}

func TestPageOf(t *testing.T) {
	for _, c := range []struct{ n, size, want int64 }{{0, 0, pageItems}, {10, 10 << 20, 1}, {1e6, 100e6, 4096}, {1000, 10e6, 104}, {1, 1 << 40, 1}} {
		if got := pageOf(c.n, c.size); got != c.want {
			t.Errorf("pageOf(%d, %d) = %d, want %d", c.n, c.size, got, c.want)
		}
	}
}
