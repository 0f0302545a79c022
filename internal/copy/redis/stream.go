package redis

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// This room reads streams: entries in pages, and what a stream has beside
// them. The library's own types lose the order of an entry's fields.

// entryID is the id of a stream's entry: numbers, no data.
type entryID struct{ ms, seq uint64 }

func (id entryID) String() string { return fmt.Sprintf("%d-%d", id.ms, id.seq) }

// next returns the smallest id behind this one.
func (id entryID) next() entryID {
	if id.seq++; id.seq == 0 {
		id.ms++
	}
	return id
}

func parseID(s string) (entryID, error) {
	ms, seq, _ := strings.Cut(s, "-")
	var id entryID
	var err error
	if id.ms, err = strconv.ParseUint(ms, 10, 64); err != nil {
		return entryID{}, errUnexpected
	}
	if id.seq, err = strconv.ParseUint(seq, 10, 64); err != nil {
		return entryID{}, errUnexpected
	}
	return id, nil
}

// streamEntry is one entry; fields and values alternate in pairs.
type streamEntry struct {
	id    entryID
	pairs []string
}

// streamInfo is what a stream knows beside its entries.
type streamInfo struct {
	length  int64
	last    entryID // the last id ever given
	added   int64   // entries ever added, -1 when the server does not say
	deleted entryID // the highest id of a deleted entry
}

// streamGroup is a consumer group.
type streamGroup struct {
	name      string
	delivered entryID
	read      int64 // entries read, -1 when the server does not say
	consumers []string
}

// pendingEntry is an entry that was delivered and not acknowledged.
type pendingEntry struct {
	id       entryID
	consumer string
	idle     int64 // milliseconds
	times    int64 // deliveries
}

// dict turns a flat reply of names and values into a map.
func dict(reply any) (map[string]any, error) {
	flat, ok := reply.([]any)
	if !ok || len(flat)%2 != 0 {
		return nil, errUnexpected
	}
	m := make(map[string]any, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		name, ok := flat[i].(string)
		if !ok {
			return nil, errUnexpected
		}
		m[name] = flat[i+1]
	}
	return m, nil
}

// number takes an integer out of a dict, -1 when it is not there.
func number(m map[string]any, name string) int64 {
	if n, ok := m[name].(int64); ok {
		return n
	}
	return -1
}

func idOf(m map[string]any, name string) (entryID, error) {
	s, ok := m[name].(string)
	if !ok {
		return entryID{}, nil
	}
	return parseID(s)
}

// streamInfo asks for what a stream knows beside its entries.
func (l *link) streamInfo(ctx context.Context, key string) (streamInfo, error) {
	reply, err := l.c.Do(ctx, "xinfo", "stream", key).Result()
	if err != nil {
		return streamInfo{}, err
	}
	m, err := dict(reply)
	if err != nil {
		return streamInfo{}, err
	}
	info := streamInfo{length: number(m, "length"), added: number(m, "entries-added")}
	if info.last, err = idOf(m, "last-generated-id"); err != nil {
		return streamInfo{}, err
	}
	info.deleted, err = idOf(m, "max-deleted-entry-id")
	return info, err
}

// entries yields a stream's entries in pages, up to the one that is the last
// when it is called.
func (l *link) entries(ctx context.Context, key string, info streamInfo, size int64) iter.Seq2[[]streamEntry, error] {
	return func(yield func([]streamEntry, error) bool) {
		count := pageOf(info.length, size)
		for from := (entryID{}); ; {
			reply, err := l.c.Do(ctx, "xrange", key, from.String(), info.last.String(), "count", count).Slice()
			if err != nil {
				yield(nil, err)
				return
			}
			page, err := parseEntries(reply)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) == 0 || !yield(page, nil) || int64(len(page)) < count {
				return
			}
			from = page[len(page)-1].id.next()
		}
	}
}

func parseEntries(reply []any) ([]streamEntry, error) {
	page := make([]streamEntry, 0, len(reply))
	for _, item := range reply {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			return nil, errUnexpected
		}
		name, ok := pair[0].(string)
		fields, ok2 := pair[1].([]any)
		if !ok || !ok2 || len(fields)%2 != 0 {
			return nil, errUnexpected
		}
		id, err := parseID(name)
		if err != nil {
			return nil, err
		}
		pairs, err := stringsOf(fields)
		if err != nil {
			return nil, err
		}
		page = append(page, streamEntry{id: id, pairs: pairs})
	}
	return page, nil
}

// groups lists the consumer groups of a stream with their consumers.
func (l *link) groups(ctx context.Context, key string) ([]streamGroup, error) {
	reply, err := l.c.Do(ctx, "xinfo", "groups", key).Slice()
	if err != nil {
		return nil, err
	}
	out := make([]streamGroup, 0, len(reply))
	for _, item := range reply {
		m, err := dict(item)
		if err != nil {
			return nil, err
		}
		g := streamGroup{read: number(m, "entries-read")}
		g.name, _ = m["name"].(string)
		if g.delivered, err = idOf(m, "last-delivered-id"); err != nil {
			return nil, err
		}
		if g.consumers, err = l.consumers(ctx, key, g.name); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

func (l *link) consumers(ctx context.Context, key, groupName string) ([]string, error) {
	reply, err := l.c.Do(ctx, "xinfo", "consumers", key, groupName).Slice()
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(reply))
	for _, item := range reply {
		m, err := dict(item)
		if err != nil {
			return nil, err
		}
		name, ok := m["name"].(string)
		if !ok {
			return nil, errUnexpected
		}
		out = append(out, name)
	}
	return out, nil
}

// pending yields the pending entries of a group in pages.
func (l *link) pending(ctx context.Context, key, groupName string) iter.Seq2[[]pendingEntry, error] {
	return func(yield func([]pendingEntry, error) bool) {
		for from := (entryID{}); ; {
			reply, err := l.c.Do(ctx, "xpending", key, groupName, from.String(), "+", pipelineCap).Slice()
			if err != nil {
				yield(nil, err)
				return
			}
			page, err := parsePending(reply)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) == 0 || !yield(page, nil) || len(page) < pipelineCap {
				return
			}
			from = page[len(page)-1].id.next()
		}
	}
}

func parsePending(reply []any) ([]pendingEntry, error) {
	page := make([]pendingEntry, 0, len(reply))
	for _, item := range reply {
		row, ok := item.([]any)
		if !ok || len(row) != 4 {
			return nil, errUnexpected
		}
		id, ok1 := row[0].(string)
		consumer, ok2 := row[1].(string)
		idle, ok3 := row[2].(int64)
		times, ok4 := row[3].(int64)
		if !ok1 || !ok2 || !ok3 || !ok4 {
			return nil, errUnexpected
		}
		p := pendingEntry{consumer: consumer, idle: idle, times: times}
		var err error
		if p.id, err = parseID(id); err != nil {
			return nil, err
		}
		page = append(page, p)
	}
	return page, nil
}
