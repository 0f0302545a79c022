package redis

import (
	"context"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestLaws runs the laws of every adapter. The source's prefix is made of
// what has a meaning in patterns.
func TestLaws(t *testing.T) { copytest.Laws(t, fixture) }

const keepRules = `version: 1
people: none
redis:
  "string:*": keep
  "list:*": keep
  "set:*": keep
  "zset:*": keep
  "hash:*": keep
  "stream:*": keep
  "name:*": keep
  "profile:*": keep
  "visits:*": keep
  "code:*": keep
`

const maskRules = `version: 1
people: none
redis:
  "profile:json": {json: {name: name, "**": keep}}
  "profile:hash": {hash: {name: name, "**": keep}}
  "profile:stream": {hash: {name: name, "**": keep}}
  "profile:text": name
  "profile:*": {list: name}
  "visits:*": drop
  "code:*": {$key: digits, $value: keep}
  "*": keep
`

const (
	secretName = "Waltraud Secretperson"
	secretCode = "4815162342"
)

func fixture(t *testing.T) *copytest.Fixture {
	t.Helper()
	id := random()
	ref := tenant.Ref{Env: "prod", Name: "acme-" + id}
	src := tenant.Source{Ref: ref, Origin: ref.Name, Store: with(server(t, "PROD"), `acme[1]*?\`+id+":")}
	dst := with(server(t, "STAGING"), "twin-"+id+":")
	prod, staging := client(t, src.Store), client(t, dst)
	removeAfter(t, prod, src.Store.Prefix)
	removeAfter(t, staging, dst.Prefix)
	removeAfter(t, staging, "twin-"+id+"2:")
	ctx := t.Context()
	seed(ctx, t, prod, src.Store.Prefix)
	prod.Rename(ctx, src.Store.Prefix, src.Store.Prefix+"string:whole")
	seedSecrets(ctx, t, prod, src.Store.Prefix)
	prod.Set(ctx, src.Store.Prefix[:len(src.Store.Prefix)-1]+"2:neighbour", "not ours", 0)
	t.Cleanup(func() { prod.Unlink(context.Background(), src.Store.Prefix[:len(src.Store.Prefix)-1]+"2:neighbour") })
	seed(ctx, t, staging, "twin-"+id+"2:")
	sides := func(s copytest.Side) (*goredis.Client, string) {
		if s == copytest.OfSource {
			return prod, src.Store.Prefix
		}
		return staging, dst.Prefix
	}
	return &copytest.Fixture{
		Source: src, Destination: dst, Open: Open, Probe: Probe, Site: Site,
		KeepRules: keepRules, Uncovered: strings.Replace(keepRules, `  "hash:*": keep`+"\n", "", 1), MaskRules: maskRules,
		Secrets: []string{secretName, secretCode},
		Dump: func(t *testing.T, s copytest.Side) map[string]string {
			c, prefix := sides(s)
			return dump(t.Context(), t, c, prefix)
		},
		Neighbour: func(t *testing.T) map[string]string { return dump(t.Context(), t, staging, "twin-"+id+"2:") },
		Leftovers: func(t *testing.T) []string { return leftovers(t.Context(), t, staging, dst.Prefix) },
		PlantLeak: func(t *testing.T) (string, string) {
			prod.HSet(t.Context(), src.Store.Prefix+"hash:hashtable", "contact", "jane.roe@leak.example.org")
			return "jane.roe@leak.example.org", "hash:*.value: e-mail"
		},
		Unplant: func(t *testing.T, run string) error {
			n := naming{prefix: dst.Prefix, store: "redis", run: run}
			for _, key := range scan(t.Context(), t, staging, escape("{"+dst.Prefix)+"tenantcopy-control-*") {
				if _, ours := n.live(key); ours {
					return staging.Del(t.Context(), key).Err()
				}
			}
			t.Error("the control is not where it should be")
			return nil
		},
		Break: func(t *testing.T) {
			prod.Set(t.Context(), src.Store.Prefix+"profile:json", `{"name": "`+secretName+`", `, 0)
		},
		Write: tryWrites,
	}
}

// seedSecrets adds a name in every type, and a number in a key's name.
func seedSecrets(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) {
	t.Helper()
	pipe := c.Pipeline()
	pipe.Set(ctx, prefix+"profile:json", `{"id": 7, "name": "`+secretName+`"}`, 0)
	pipe.PExpireAt(ctx, prefix+"profile:json", farAway(3))
	pipe.HSet(ctx, prefix+"profile:hash", "name", secretName, "id", "7")
	pipe.Do(ctx, "xadd", prefix+"profile:stream", "5-5", "name", secretName, "id", "7")
	pipe.Set(ctx, prefix+"profile:text", secretName, 0)
	pipe.RPush(ctx, prefix+"profile:list", secretName, "Erika Other", secretName)
	pipe.SAdd(ctx, prefix+"profile:set", secretName, "Erika Other")
	pipe.ZAdd(ctx, prefix+"profile:zset", goredis.Z{Score: 1.5, Member: secretName})
	pipe.RPush(ctx, prefix+"visits:7", secretName)
	pipe.Set(ctx, prefix+"code:"+secretCode, "v", 0)
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatalf("seed secrets: %v", err)
	}
}

// leftovers lists everything of ours under a prefix but the marker.
func leftovers(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) []string {
	t.Helper()
	left := scan(ctx, t, c, "{"+glob(prefix))
	left = append(left, scan(ctx, t, c, "tc:*"+glob(prefix))...)
	for _, key := range scan(ctx, t, c, "tc:*~redis~*") {
		for _, live := range c.HKeys(ctx, key).Val() {
			if strings.HasPrefix(live, prefix) {
				left = append(left, key)
				break
			}
		}
	}
	return left
}

// tryWrites tries every way to write through the source's door.
func tryWrites(ctx context.Context, r clone.Reader) []error {
	c, key := r.(*reader).src.c, r.(*reader).prefix+"string:int"
	pipe := c.Pipeline()
	pipe.Get(ctx, key)
	pipe.Set(ctx, key, "overwritten", 0)
	_, piped := pipe.Exec(ctx)
	_, transaction := c.TxPipelined(ctx, func(p goredis.Pipeliner) error { return p.Del(ctx, key).Err() })
	conn := c.Conn()
	defer conn.Close()
	return []error{
		c.Set(ctx, key, "overwritten", 0).Err(), c.Del(ctx, key).Err(), c.Do(ctx, "SET", key, "overwritten").Err(), piped, transaction,
		c.Eval(ctx, "return redis.call('DEL', KEYS[1])", []string{key}).Err(), conn.Unlink(ctx, key).Err(),
		c.Do(ctx, "GETEX", key, "EX", "1").Err(), c.Do(ctx, "SORT", key, "STORE", key).Err(), c.FlushDB(ctx).Err(),
		c.ConfigSet(ctx, "maxmemory", "1").Err(), c.Do(ctx, "client", "kill", "TYPE", "normal").Err(), c.Do(ctx, "xinfo2").Err(), c.Do(ctx, "acl", "setuser", "tests-nobody", "off").Err(),
	}
}
