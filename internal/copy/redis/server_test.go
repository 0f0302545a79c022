package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

const missing = `run scripts/services up and eval "$(scripts/services env)"`

// random returns twelve characters that no other test has.
func random() string { return strings.ToLower(rand.Text()[:12]) }

// server returns one of the two servers that scripts/services runs, as a
// store without prefix.
func server(t *testing.T, side string) tenant.Store {
	t.Helper()
	url, password := os.Getenv("TENANTCOPY_TEST_REDIS_"+side), os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_"+side)
	if url == "" {
		t.Fatalf("TENANTCOPY_TEST_REDIS_%s is not set: %s", side, missing)
	}
	return tenant.Store{Kind: tenant.Redis, Name: "redis", URL: url, Password: tenant.NewSecret(password)}
}

// client opens a plain connection to a store, beside the adapter.
func client(t *testing.T, store tenant.Store) *goredis.Client {
	t.Helper()
	opt, err := options(store)
	if err != nil {
		t.Fatal(err)
	}
	c := goredis.NewClient(opt)
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("%s does not answer: %s", opt.Addr, missing)
	}
	return c
}

// removeAfter removes everything whose name begins with prefix, or was staged
// from it, when the test ends.
func removeAfter(t *testing.T, c *goredis.Client, prefix string) {
	t.Helper()
	t.Cleanup(func() {
		ctx := context.Background()
		for _, pattern := range []string{glob(prefix), "{" + glob(prefix), "tc:*" + glob(prefix), "tenantcopy:*" + glob(prefix)} {
			for _, key := range scan(ctx, t, c, pattern) {
				c.Unlink(ctx, key)
			}
		}
	})
}

// scan returns all keys that match a pattern, each once, sorted.
func scan(ctx context.Context, t *testing.T, c *goredis.Client, pattern string) []string {
	t.Helper()
	var keys []string
	for cursor := uint64(0); ; {
		page, next, err := c.Scan(ctx, cursor, pattern, 5000).Result()
		if err != nil {
			t.Fatalf("scan: %v", err)
		}
		keys = append(keys, page...)
		if cursor = next; cursor == 0 {
			break
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// private is a server of this test's own.
type private struct {
	store tenant.Store
	cmd   *exec.Cmd
}

// startPrivate starts a server with these lines of configuration.
func startPrivate(t *testing.T, lines ...string) *private {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("redis-server is not installed: %s", missing)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	dir := t.TempDir()
	password := random()
	conf := fmt.Sprintf("bind 127.0.0.1\nport %d\nrequirepass %s\ndir %q\nsave \"\"\nappendonly no\nenable-debug-command yes\n%s\n", port, password, dir, strings.Join(lines, "\n"))
	file := filepath.Join(dir, "redis.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &private{cmd: exec.Command(binary, file),
		store: tenant.Store{Kind: tenant.Redis, Name: "redis", URL: fmt.Sprintf("redis://127.0.0.1:%d/0", port), Password: tenant.NewSecret(password)}}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	p.wait(t)
	return p
}

// wait returns when the server answers.
func (p *private) wait(t *testing.T) {
	t.Helper()
	opt, err := options(p.store)
	if err != nil {
		t.Fatal(err)
	}
	c := goredis.NewClient(opt)
	defer c.Close()
	for range 200 {
		if c.Ping(t.Context()).Err() == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the private server does not answer")
}

// kill ends the server at once; twice does no harm.
func (p *private) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// with returns the store under a prefix.
func with(store tenant.Store, prefix string) tenant.Store {
	store.Prefix = prefix
	return store
}
