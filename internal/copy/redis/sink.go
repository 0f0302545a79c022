package redis

import (
	"context"
	"errors"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is the only one that writes records. What it takes for a name or
// a value is anonymize.Clean; numbers, ids of stream entries and times are no
// values.

// slot is a place in the staged copy that a chunk has claimed for one key.
type slot struct {
	live, staged, shard string
	entry               entry
	fresh               bool // the claim is this try's own, and says so already
	owned               bool // this chunk is the one that writes it
}

// writer writes the keys of one chunk, in pipelines of bounded size. It
// belongs to one goroutine.
type writer struct {
	l      *link
	names  naming
	chunk  string
	pipe   goredis.Pipeliner
	arena  []byte // copies of values until they are sent
	args   []any  // the command that still takes elements
	direct int64  // bytes in flight that are not copied
	adds   []*goredis.Cmd
	passed int64 // elements handed to sets, sorted sets and hashes

	pending []claim
	tally   report.Tally
}

// claim is a claimed slot whose reply is awaited.
type claim struct {
	slot  *slot
	set   *goredis.BoolCmd
	owner *goredis.StringCmd
}

func newWriter(l *link, n naming, chunk string) *writer {
	return &writer{l: l, names: n, chunk: chunk, pipe: l.c.Pipeline()}
}

// claim asks for the place of a key. origin tells two keys of the source
// apart that become one. The slot is decided by settle.
func (w *writer) claim(ctx context.Context, k anonymize.Key, origin uint64) *slot {
	live := w.names.prefix + string(k.Name.Bytes())
	s := &slot{live: live, staged: w.names.staged(live), shard: w.names.shard(live), entry: entry{owner: w.chunk, origin: origin, rule: k.Group}}
	w.pending = append(w.pending, claim{slot: s, set: w.pipe.HSetNX(ctx, s.shard, live, s.entry.String()), owner: w.pipe.HGet(ctx, s.shard, live)})
	return s
}

// errCollision says that two keys of the source become one.
var errCollision = errors.New("two keys would get the same name")

// settle sends the claims and decides each. It returns the slot of the first
// key whose name another key of the source has taken.
func (w *writer) settle(ctx context.Context) (collision *slot, err error) {
	if err := sendAll(ctx, w.pipe); err != nil {
		return nil, w.l.fail("claim names", err)
	}
	for _, c := range w.pending {
		owner, err := parseEntry(c.owner.Val())
		if err != nil {
			return nil, w.l.fail("claim names", err)
		}
		c.slot.fresh = c.set.Val()
		c.slot.owned = owner.owner == w.chunk
		if owner.origin != c.slot.entry.origin {
			return c.slot, nil
		}
	}
	w.pending = w.pending[:0]
	return nil, nil
}

// restore writes a kept key whole.
func (w *writer) restore(ctx context.Context, s *slot, payload anonymize.Clean, expiry int64) error {
	w.pipe.Do(ctx, "restore", s.staged, expiry, w.hold(payload), "replace", "absttl")
	w.tally.Bytes += int64(len(payload.Bytes()))
	return w.done(ctx, s, expiry)
}

// begin makes room for a key that is written piece by piece: an earlier try
// may have left some of it.
func (w *writer) begin(ctx context.Context, s *slot) { w.pipe.Do(ctx, "unlink", s.staged) }

// add adds pieces to a key: the command names what they are, "append" a part
// of a string, "rpush", "sadd", "zadd" (score, member), "hset" (field, value).
func (w *writer) add(ctx context.Context, command string, s *slot, pieces ...anonymize.Clean) error {
	if len(w.args) == 0 {
		w.args = append(w.args, command, s.staged)
		if command == "zadd" && !w.l.old {
			w.args = append(w.args, "gt") // of two members that become one, the higher score wins in any order
		}
	}
	for _, p := range pieces {
		w.args = append(w.args, w.hold(p))
		w.tally.Bytes += int64(len(p.Bytes()))
	}
	if command == "sadd" || command == "zadd" || command == "hset" {
		w.passed++
	}
	if command == "append" || len(w.args) > pipelineCap || w.full() {
		return w.close(ctx)
	}
	return nil
}

// close ends the command that takes elements, and sends what is due.
func (w *writer) close(ctx context.Context) error {
	if len(w.args) == 0 {
		return nil
	}
	cmd := w.pipe.Do(ctx, w.args...)
	if name := cmd.Name(); name == "sadd" || name == "zadd" || name == "hset" {
		w.adds = append(w.adds, cmd)
	}
	w.args = nil
	return w.due(ctx)
}

// entry adds one entry to a stream; pairs alternate field and value.
func (w *writer) entry(ctx context.Context, s *slot, id entryID, pairs []anonymize.Clean) error {
	args := []any{"xadd", s.staged, id.String()}
	for _, p := range pairs {
		args = append(args, w.hold(p))
		w.tally.Bytes += int64(len(p.Bytes()))
	}
	w.pipe.Do(ctx, args...)
	return w.due(ctx)
}

// position gives a stream, which may be empty, its last id and its counters.
func (w *writer) position(ctx context.Context, s *slot, info streamInfo) error {
	if info.length == 0 { // only a group can make an empty stream
		w.pipe.Do(ctx, "xgroup", "create", s.staged, "tenantcopy", "0", "mkstream")
		w.pipe.Do(ctx, "xgroup", "destroy", s.staged, "tenantcopy")
	}
	args := []any{"xsetid", s.staged, info.last.String()}
	if info.added >= 0 && !w.l.old {
		args = append(args, "entriesadded", info.added, "maxdeletedid", info.deleted.String())
	}
	w.pipe.Do(ctx, args...)
	return w.due(ctx)
}

// consumerGroup adds a group to a stream.
func (w *writer) consumerGroup(ctx context.Context, s *slot, name anonymize.Clean, g streamGroup) error {
	args := []any{"xgroup", "create", s.staged, w.hold(name), g.delivered.String()}
	if g.read >= 0 && !w.l.old {
		args = append(args, "entriesread", g.read)
	}
	w.pipe.Do(ctx, args...)
	return w.due(ctx)
}

// consumer adds a consumer to a group. Before Redis 6.2 only those with
// something pending can be made.
func (w *writer) consumer(ctx context.Context, s *slot, groupName, name anonymize.Clean) error {
	if w.l.old {
		return nil
	}
	w.pipe.Do(ctx, "xgroup", "createconsumer", s.staged, w.hold(groupName), w.hold(name))
	return w.due(ctx)
}

// deliver marks an entry as delivered to a consumer and not acknowledged. An
// entry that was deleted meanwhile has none.
func (w *writer) deliver(ctx context.Context, s *slot, of [2]anonymize.Clean, p pendingEntry) error {
	w.pipe.Do(ctx, "xclaim", s.staged, w.hold(of[0]), w.hold(of[1]), 0, p.id.String(), "idle", p.idle, "retrycount", p.times, "force", "justid")
	return w.due(ctx)
}

// finish ends a key that was written piece by piece.
func (w *writer) finish(ctx context.Context, s *slot, expiry int64) error {
	if err := w.close(ctx); err != nil {
		return err
	}
	if expiry > 0 {
		w.pipe.Do(ctx, "pexpireat", s.staged, expiry)
	}
	return w.done(ctx, s, expiry)
}

// done notes that a key was written and until when it lives.
func (w *writer) done(ctx context.Context, s *slot, expiry int64) error {
	if expiry > 0 || !s.fresh {
		e := s.entry
		e.expiry = expiry
		w.pipe.HSet(ctx, s.shard, s.live, e.String())
	}
	w.tally.Records++
	w.tally.In(s.entry.rule, 1)
	return w.due(ctx)
}

// release gives a place back: the key is gone at the source, or nothing of it
// is left by its rule.
func (w *writer) release(ctx context.Context, s *slot) error {
	if err := w.close(ctx); err != nil {
		return err
	}
	w.pipe.Do(ctx, "unlink", s.staged)
	w.pipe.HDel(ctx, s.shard, s.live)
	return w.due(ctx)
}

// hold keeps a value until it is sent: a Clean is the Anonymizer's again with
// the next record. Large ones are sent before that, and not copied.
func (w *writer) hold(c anonymize.Clean) []byte {
	b := c.Bytes()
	if len(b) > bufferSize {
		w.direct += pipelineSize
		return b
	}
	start := len(w.arena)
	w.arena = append(w.arena, b...)
	return w.arena[start:len(w.arena):len(w.arena)]
}

func (w *writer) full() bool { return int64(len(w.arena))+w.direct >= pipelineSize }

// due sends the pipeline when it is full.
func (w *writer) due(ctx context.Context) error {
	if w.pipe.Len() < pipelineCap && !w.full() {
		return nil
	}
	return w.flush(ctx)
}

// flush sends everything and looks at every reply.
func (w *writer) flush(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return w.l.fail("write keys", err)
	}
	if err := sendAll(ctx, w.pipe); err != nil {
		return w.l.fail("write keys", err)
	}
	for _, cmd := range w.adds {
		n, err := cmd.Int64()
		if err != nil {
			return w.l.fail("write keys", errUnexpected)
		}
		w.passed -= n
	}
	w.tally.Dropped += w.passed // elements that became one, the ones read twice among them
	w.passed, w.adds, w.arena, w.direct = 0, w.adds[:0], w.arena[:0], 0
	return nil
}
