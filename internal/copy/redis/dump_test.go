package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// dump returns everything under a prefix by name behind it, in a form that is
// equal for equal content whatever the encoding: read by the library's own
// typed calls, which the adapter does not use.
func dump(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, key := range scan(ctx, t, c, glob(prefix)) {
		typ := c.Type(ctx, key).Val()
		if typ == "none" {
			continue
		}
		value, err := canonical(ctx, c, key, typ)
		if err != nil {
			t.Fatalf("dump a %s: %v", typ, err)
		}
		out[strings.TrimPrefix(key, prefix)] = fmt.Sprintf("%s expires %d: %s", typ, c.PExpireTime(ctx, key).Val(), value)
	}
	return out
}

func canonical(ctx context.Context, c *goredis.Client, key, typ string) (string, error) {
	switch typ {
	case "string":
		return c.Get(ctx, key).Result()
	case "list":
		items, err := c.LRange(ctx, key, 0, -1).Result()
		return fmt.Sprintf("%q", items), err
	case "set":
		items, err := c.SMembers(ctx, key).Result()
		slices.Sort(items)
		return fmt.Sprintf("%q", items), err
	case "zset":
		items, err := c.ZRangeWithScores(ctx, key, 0, -1).Result()
		return fmt.Sprintf("%+v", items), err
	case "hash":
		fields, err := c.HGetAll(ctx, key).Result()
		return fmt.Sprintf("%q", fields), err // fmt sorts maps
	case "stream":
		return canonicalStream(ctx, c, key)
	}
	return c.Dump(ctx, key).Result()
}

func canonicalStream(ctx context.Context, c *goredis.Client, key string) (string, error) {
	var b strings.Builder
	entries, err := c.Do(ctx, "xrange", key, "-", "+").Result()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "%q", entries)
	info, err := c.XInfoStream(ctx, key).Result()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, " last %s added %d deleted %s", info.LastGeneratedID, info.EntriesAdded, info.MaxDeletedEntryID)
	groups, err := c.XInfoGroups(ctx, key).Result()
	if err != nil {
		return "", err
	}
	for _, g := range groups {
		fmt.Fprintf(&b, " group %q at %s read %d", g.Name, g.LastDeliveredID, g.EntriesRead)
		consumers, err := c.XInfoConsumers(ctx, key, g.Name).Result()
		if err != nil {
			return "", err
		}
		for _, consumer := range consumers {
			fmt.Fprintf(&b, " consumer %q", consumer.Name)
		}
		pending, err := c.XPendingExt(ctx, &goredis.XPendingExtArgs{Stream: key, Group: g.Name, Start: "-", End: "+", Count: 10000}).Result()
		if err != nil {
			return "", err
		}
		for _, p := range pending {
			fmt.Fprintf(&b, " pending %s %q %d", p.ID, p.Consumer, p.RetryCount)
		}
	}
	return b.String(), nil
}

// digests returns DEBUG DIGEST-VALUE of every key under a prefix; private
// servers allow it.
func digests(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, key := range scan(ctx, t, c, glob(prefix)) {
		reply, err := c.Do(ctx, "debug", "digest-value", key).Slice()
		if err != nil || len(reply) != 1 {
			t.Fatalf("digest: %v", err)
		}
		out[strings.TrimPrefix(key, prefix)] = fmt.Sprint(reply[0], " ", c.PExpireTime(ctx, key).Val())
	}
	return out
}

// wantSame compares two dumps without printing values.
func wantSame(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if other, ok := got[name]; !ok {
			t.Errorf("%s: %q is missing", what, name)
		} else if other != value {
			t.Errorf("%s: %q differs", what, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %q should not be there", what, name)
		}
	}
}

// seed fills a prefix with every type in every size of encoding, with and
// without expiry, with binary and with awkward names.
func seed(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) {
	t.Helper()
	pipe := c.Pipeline()
	k := func(name string) string { return prefix + name }
	pipe.Set(ctx, k("string:int"), "12345", 0)
	pipe.Set(ctx, k("string:empty"), "", 0)
	pipe.Set(ctx, k("string:embstr"), "short", 0)
	pipe.Set(ctx, k("string:raw"), strings.Repeat("compressible ", 500), 0)
	pipe.Set(ctx, k("string:binary"), "\x00\xff\r\n*3\r\n$5\r\n", 0)
	pipe.Set(ctx, k("string:expires"), "later", 0)
	pipe.PExpireAt(ctx, k("string:expires"), farAway(7))
	pipe.Set(ctx, k("name:\x00\xfe binary {x} *?[a]\\"), "v", 0)
	pipe.Set(ctx, k("name:brace}"), "v", 0)
	pipe.Set(ctx, k("name:{tag}:x"), "v", 0)
	pipe.Set(ctx, k("name:{}"), "v", 0)
	pipe.Set(ctx, prefix, "the prefix itself is a name", 0)
	for i := range 600 {
		pipe.RPush(ctx, k("list:quicklist"), fmt.Sprintf("element %04d of a list %s", i, strings.Repeat("x", i%50)))
		pipe.SAdd(ctx, k("set:intset"), i%400)
		pipe.SAdd(ctx, k("set:hashtable"), fmt.Sprintf("member %d", i))
		pipe.ZAdd(ctx, k("zset:skiplist"), goredis.Z{Score: float64(i) / 7, Member: fmt.Sprintf("member %d", i)})
		pipe.HSet(ctx, k("hash:hashtable"), fmt.Sprintf("field %d", i), fmt.Sprintf("value %d", i))
	}
	pipe.RPush(ctx, k("list:listpack"), "one", "", "three", "\x00", "-7")
	pipe.PExpireAt(ctx, k("list:listpack"), farAway(9))
	pipe.SAdd(ctx, k("set:small"), "a", "b", "")
	pipe.ZAdd(ctx, k("zset:listpack"), goredis.Z{Score: 0.1, Member: "tenth"}, goredis.Z{Score: 1e300, Member: "huge"}, goredis.Z{Score: -3, Member: "minus"})
	pipe.Do(ctx, "zadd", k("zset:listpack"), "-inf", "low", "+inf", "high", "1.0000000000000002", "exact")
	pipe.HSet(ctx, k("hash:listpack"), "f", "v", "", "empty field", "empty value", "")
	pipe.HSet(ctx, k("hash:long"), "f", strings.Repeat("v", 5000))
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatalf("seed: %v", err)
	}
	seedStreams(ctx, t, c, prefix)
}

// farAway is an exact time so many days from now, with odd milliseconds.
func farAway(days int) time.Time {
	return time.Now().AddDate(0, 0, days).Truncate(time.Second).Add(123 * time.Millisecond)
}

func seedStreams(ctx context.Context, t *testing.T, c *goredis.Client, prefix string) {
	t.Helper()
	k := func(name string) string { return prefix + name }
	pipe := c.Pipeline()
	for i := range 300 {
		pipe.Do(ctx, "xadd", k("stream:full"), fmt.Sprintf("%d-%d", 1000+i/3, i%3), "f", fmt.Sprintf("value %d", i), "f", "twice", "other", "")
	}
	pipe.XDel(ctx, k("stream:full"), "1005-1", "1099-2")
	pipe.XGroupCreate(ctx, k("stream:full"), "workers", "0")
	pipe.XGroupCreate(ctx, k("stream:full"), "idle", "1050-0")
	pipe.XGroupCreateConsumer(ctx, k("stream:full"), "workers", "lazy")
	pipe.XGroupCreateMkStream(ctx, k("stream:groups"), "only", "$")
	pipe.Do(ctx, "xadd", k("stream:empty"), "77-7", "f", "v")
	pipe.Do(ctx, "xdel", k("stream:empty"), "77-7")
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatalf("seed streams: %v", err)
	}
	read := &goredis.XReadGroupArgs{Group: "workers", Consumer: "busy", Streams: []string{k("stream:full"), ">"}, Count: 40}
	if err := c.XReadGroup(ctx, read).Err(); err != nil {
		t.Fatalf("seed streams: %v", err)
	}
	c.XAck(ctx, k("stream:full"), "workers", "1000-0", "1000-1")
}
