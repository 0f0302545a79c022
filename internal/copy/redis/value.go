package redis

import (
	"context"
	"iter"

	goredis "github.com/redis/go-redis/v9"
)

// This room reads values, for the copy and for the proof alike: small ones
// whole and many in one pipeline, large ones in pages.

// How much is read at once.
const (
	smallValue = 1 << 20 // bytes in the server's memory: read whole, typed
	smallDump  = 8 << 20 // the same, as a DUMP payload
	pageBytes  = 1 << 20 // of a large value
	pageItems  = 4096
	maxString  = 64 << 20 // a string that a rule must see whole
	overlap    = 1 << 10  // of a large string's pages when they are searched
)

// The types.
const (
	typeNone   = "none"
	typeString = "string"
	typeList   = "list"
	typeSet    = "set"
	typeZSet   = "zset"
	typeHash   = "hash"
	typeStream = "stream"
)

// fact is what a server says about a key before it is read.
type fact struct {
	typ  string // typeNone when it is gone
	size int64  // bytes in its memory, an estimate
}

// known reports whether a type can be read by commands of its own.
func known(typ string) bool {
	switch typ {
	case typeString, typeList, typeSet, typeZSet, typeHash, typeStream:
		return true
	}
	return false
}

// facts asks for type and size of keys, in their order.
func (l *link) facts(ctx context.Context, keys []string) ([]fact, error) {
	pipe := l.c.Pipeline()
	types := make([]*goredis.StatusCmd, len(keys))
	sizes := make([]*goredis.IntCmd, len(keys))
	for i, key := range keys {
		types[i], sizes[i] = pipe.Type(ctx, key), pipe.MemoryUsage(ctx, key)
	}
	if err := send(ctx, pipe); err != nil {
		return nil, err
	}
	out := make([]fact, len(keys))
	for i := range keys {
		if err := types[i].Err(); err != nil {
			return nil, err
		}
		if err := sizes[i].Err(); err != nil && !lost(err) {
			return nil, err
		}
		out[i] = fact{typ: types[i].Val(), size: sizes[i].Val()}
	}
	return out, nil
}

// want is a key to read whole, as a payload or by its type.
type want struct {
	key string
	typ string
	raw bool // DUMP
}

// value is a key that was read whole.
type value struct {
	gone   bool
	parts  []string // the payload or the string; elements; pairs, flat
	expiry int64    // Unix milliseconds, 0 for never
}

// read reads small keys whole, each with its expiry behind it: a key replaced
// in between may get the shorter life, never a longer one than its own.
func (l *link) read(ctx context.Context, wants []want) ([]value, error) {
	if len(wants) == 0 {
		return nil, nil
	}
	pipe := l.c.Pipeline()
	values, lives := make([]*goredis.Cmd, len(wants)), make([]*goredis.Cmd, len(wants))
	var clock *goredis.TimeCmd
	if l.old {
		clock = pipe.Time(ctx)
	}
	for i, w := range wants {
		values[i] = pipe.Do(ctx, w.command()...)
		lives[i] = pipe.Do(ctx, l.expiryCommand(), w.key)
	}
	if err := send(ctx, pipe); err != nil {
		return nil, err
	}
	out := make([]value, len(wants))
	for i := range wants {
		var err error
		if out[i], err = l.valueOf(values[i], lives[i], clock); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w want) command() []any {
	switch {
	case w.raw:
		return []any{"dump", w.key}
	case w.typ == typeList:
		return []any{"lrange", w.key, 0, -1}
	case w.typ == typeSet:
		return []any{"smembers", w.key}
	case w.typ == typeZSet:
		return []any{"zrange", w.key, 0, -1, "withscores"}
	case w.typ == typeHash:
		return []any{"hgetall", w.key}
	}
	return []any{"get", w.key}
}

func (l *link) expiryCommand() string {
	if l.old {
		return "pttl"
	}
	return "pexpiretime"
}

// valueOf puts the replies to one want together.
func (l *link) valueOf(reply, life *goredis.Cmd, clock *goredis.TimeCmd) (value, error) {
	parts, err := textOf(reply)
	if lost(err) {
		return value{gone: true}, nil
	}
	if err != nil {
		return value{}, err
	}
	ms, err := life.Int64()
	if err != nil {
		return value{}, err
	}
	v := value{parts: parts, gone: len(parts) == 0 || ms == -2}
	if ms >= 0 {
		v.expiry = ms
		if l.old {
			v.expiry += clock.Val().UnixMilli()
		}
		v.expiry = max(v.expiry, 1) // 0 is never
	}
	return v, nil
}

// expiry asks for the expiry of one key; gone when it is not there any more.
func (l *link) expiry(ctx context.Context, key string) (ms int64, gone bool, err error) {
	var now int64
	if l.old {
		if now, err = l.now(ctx); err != nil {
			return 0, false, err
		}
	}
	ms, err = l.c.Do(ctx, l.expiryCommand(), key).Int64()
	switch {
	case err != nil:
		return 0, false, err
	case ms == -2:
		return 0, true, nil
	case ms < 0:
		return 0, false, nil
	}
	return max(ms+now, 1), false, nil
}

// textOf turns a reply into strings: one, or those of an array.
func textOf(cmd *goredis.Cmd) ([]string, error) {
	reply, err := cmd.Result()
	if err != nil {
		return nil, err
	}
	switch reply := reply.(type) {
	case string:
		return []string{reply}, nil
	case []any:
		return stringsOf(reply)
	}
	return nil, errUnexpected
}

func stringsOf(reply []any) ([]string, error) {
	out := make([]string, len(reply))
	for i, item := range reply {
		s, ok := item.(string)
		if !ok {
			return nil, errUnexpected
		}
		out[i] = s
	}
	return out, nil
}

// pages yields a large value piece by piece: parts of a string that overlap
// by so many bytes, elements, or flat pairs. A key that disappears on the way
// ends early.
func (l *link) pages(ctx context.Context, key string, f fact, lap int64) iter.Seq2[[]string, error] {
	switch f.typ {
	case typeString:
		return l.stringPages(ctx, key, lap)
	case typeList:
		return l.listPages(ctx, key, f)
	case typeSet:
		return l.cursorPages(ctx, key, "scard", "sscan", f)
	case typeZSet:
		return l.cursorPages(ctx, key, "zcard", "zscan", f)
	default:
		return l.cursorPages(ctx, key, "hlen", "hscan", f)
	}
}

func (l *link) stringPages(ctx context.Context, key string, lap int64) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for at := int64(0); ; at += pageBytes - lap {
			part, err := l.c.GetRange(ctx, key, at, at+pageBytes-1).Result()
			if err != nil {
				yield(nil, err)
				return
			}
			if part == "" || !yield([]string{part}, nil) || len(part) < pageBytes {
				return
			}
		}
	}
}

func (l *link) listPages(ctx context.Context, key string, f fact) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		n, err := l.c.LLen(ctx, key).Result()
		if err != nil {
			yield(nil, err)
			return
		}
		step := pageOf(n, f.size)
		for at := int64(0); at < n; at += step {
			part, err := l.c.LRange(ctx, key, at, at+step-1).Result()
			if err != nil {
				yield(nil, err)
				return
			}
			if len(part) == 0 || !yield(part, nil) {
				return
			}
		}
	}
}

// cursorPages walks a set, a sorted set or a hash; it may yield an element
// twice when the source changes meanwhile.
func (l *link) cursorPages(ctx context.Context, key, length, scan string, f fact) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		n, err := l.c.Do(ctx, length, key).Int64()
		if err != nil {
			yield(nil, err)
			return
		}
		count := pageOf(n, f.size)
		for cursor := "0"; ; {
			reply, err := l.c.Do(ctx, scan, key, cursor, "count", count).Slice()
			if err != nil {
				yield(nil, err)
				return
			}
			part, next, err := scanned(reply)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(part) > 0 && !yield(part, nil) {
				return
			}
			if cursor = next; cursor == "0" {
				return
			}
		}
	}
}

func scanned(reply []any) (part []string, next string, err error) {
	if len(reply) != 2 {
		return nil, "", errUnexpected
	}
	next, ok := reply[0].(string)
	items, ok2 := reply[1].([]any)
	if !ok || !ok2 {
		return nil, "", errUnexpected
	}
	part, err = stringsOf(items)
	return part, next, err
}

// pageOf says how many of n elements, size bytes together, make a page.
func pageOf(n, size int64) int64 {
	each := max(size/max(n, 1), 1)
	return min(max(pageBytes/each, 1), pageItems)
}
