package redis

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// This room is the names record: hashes at the destination whose fields are
// the live names of what was staged.

// control owns the entry of the control record.
const control = "control"

// entry is what the names record says about one live name.
type entry struct {
	owner  string // id of the chunk that staged it, or control
	expiry int64  // Unix milliseconds, 0 for never
	origin uint64 // keyed hash of the source's name; the key dies with the process
	rule   string // the pattern that ruled it; empty for the control
}

// String returns the entry as it is stored.
func (e entry) String() string {
	return fmt.Sprintf("%s %d %x %s", e.owner, e.expiry, e.origin, e.rule)
}

// parseEntry reads what String wrote.
func parseEntry(s string) (entry, error) {
	words := strings.SplitN(s, " ", 4) // a pattern may hold blanks
	if len(words) != 4 {
		return entry{}, errUnexpected
	}
	expiry, err1 := strconv.ParseInt(words[1], 10, 64)
	origin, err2 := strconv.ParseUint(words[2], 16, 64)
	if err1 != nil || err2 != nil || words[0] == "" {
		return entry{}, errUnexpected
	}
	return entry{owner: words[0], expiry: expiry, origin: origin, rule: words[3]}, nil
}

// expired reports whether a key with this entry is gone by now, which is the
// destination's own clock.
func (e entry) expired(now int64) bool { return e.expiry > 0 && e.expiry <= now }

// named is one line of the names record.
type named struct {
	live  string
	entry entry
}

// listed yields one shard of the names record in pages. A page may repeat
// lines of an earlier one.
func (l *link) listed(ctx context.Context, shard string) iter.Seq2[[]named, error] {
	return func(yield func([]named, error) bool) {
		for cursor := uint64(0); ; {
			flat, next, err := l.c.HScan(ctx, shard, cursor, "", pipelineCap/2).Result()
			if err != nil {
				yield(nil, l.fail("read the names record", err))
				return
			}
			page, err := parsePage(flat)
			if err != nil {
				yield(nil, l.fail("read the names record", err))
				return
			}
			if len(page) > 0 && !yield(page, nil) {
				return
			}
			if cursor = next; cursor == 0 {
				return
			}
		}
	}
}

func parsePage(flat []string) ([]named, error) {
	page := make([]named, 0, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		e, err := parseEntry(flat[i+1])
		if err != nil {
			return nil, err
		}
		page = append(page, named{live: flat[i], entry: e})
	}
	return page, nil
}

// now returns the server's clock in Unix milliseconds.
func (l *link) now(ctx context.Context) (int64, error) {
	t, err := l.c.Time(ctx).Result()
	if err != nil {
		return 0, l.fail("read the server's clock", err)
	}
	return t.UnixMilli(), nil
}

// keysOf yields, page by page, the keys that match a pattern of SCAN.
func (l *link) keysOf(ctx context.Context, pattern string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for cursor := uint64(0); ; {
			keys, next, err := l.c.Scan(ctx, cursor, pattern, scanCount).Result()
			if err != nil {
				yield(nil, l.fail("scan keys", err))
				return
			}
			if len(keys) > 0 && !yield(keys, nil) {
				return
			}
			if cursor = next; cursor == 0 {
				return
			}
		}
	}
}

// unlink removes keys, as many commands at once as a pipeline takes.
func (l *link) unlink(ctx context.Context, keys []string) error {
	for len(keys) > 0 {
		n := min(len(keys), pipelineCap)
		pipe := l.c.Pipeline()
		for _, key := range keys[:n] {
			pipe.Unlink(ctx, key)
		}
		if err := sendAll(ctx, pipe); err != nil {
			return l.fail("remove keys", err)
		}
		keys = keys[n:]
	}
	return nil
}
