package redis

import (
	"context"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// Switch implements clone.Store: it renames every staged key to its live
// name, then removes what the tenant had and the source has not, then the
// record of all that. It goes on where an earlier try has stopped, in any
// process; without a phase there is nothing left to do.
func (s *staged) Switch(ctx context.Context) error {
	phase, err := s.dst.c.Get(ctx, s.names.phase()).Result()
	if lost(err) {
		return nil
	}
	if err != nil {
		return s.dst.fail("read the phase of the switch", err)
	}
	if phase == phaseRename {
		if err := s.rename(ctx); err != nil {
			return err
		}
		if err := s.setPhase(ctx, phasePrune); err != nil {
			return err
		}
		phase = phasePrune
	}
	if phase == phasePrune {
		if err := s.prune(ctx); err != nil {
			return err
		}
		if err := s.setPhase(ctx, phaseTidy); err != nil {
			return err
		}
	}
	return s.tidy(ctx, s.names)
}

// rename makes every key of the names record live.
func (s *staged) rename(ctx context.Context) error {
	for i := range shards {
		for page, err := range s.dst.listed(ctx, s.names.shardAt(i)) {
			if err != nil {
				return err
			}
			if err := s.renamePage(ctx, page); err != nil {
				return err
			}
		}
	}
	return nil
}

// renamePage renames some keys. A staged key that is not there has been
// renamed by an earlier try, or it has expired: then its predecessor, which
// the source would not have any more, must go as well.
func (s *staged) renamePage(ctx context.Context, page []named) error {
	var gone []string
	pipe := s.dst.c.Pipeline()
	replies := make([]*goredis.StatusCmd, len(page))
	for i, n := range page {
		if n.entry.owner == control { // planted, and not removed by a run that was stopped: never live
			pipe.Unlink(ctx, s.names.staged(n.live))
			pipe.HDel(ctx, s.names.shard(n.live), n.live)
			continue
		}
		replies[i] = pipe.Rename(ctx, s.names.staged(n.live), n.live)
	}
	clock := pipe.Time(ctx) // after the renames: what has expired before them has expired by then
	if err := send(ctx, pipe); err != nil {
		return s.dst.fail("rename keys", err)
	}
	if err := clock.Err(); err != nil {
		return s.dst.fail("rename keys", err)
	}
	now := clock.Val().UnixMilli()
	for i, reply := range replies {
		switch {
		case reply == nil || reply.Err() == nil:
		case !lost(reply.Err()):
			return s.dst.fail("rename keys", reply.Err())
		case page[i].entry.expired(now):
			gone = append(gone, page[i].live)
		}
	}
	return s.dst.unlink(ctx, gone)
}

// prune removes the tenant's keys that are not in the names record.
func (s *staged) prune(ctx context.Context) error {
	for keys, err := range s.dst.keysOf(ctx, glob(s.names.prefix)) {
		if err != nil {
			return err
		}
		for len(keys) > 0 {
			n := min(len(keys), pipelineCap)
			if err := s.prunePage(ctx, keys[:n]); err != nil {
				return err
			}
			keys = keys[n:]
		}
	}
	return nil
}

func (s *staged) prunePage(ctx context.Context, keys []string) error {
	pipe := s.dst.c.Pipeline()
	replies := make([]*goredis.BoolCmd, len(keys))
	for i, key := range keys {
		replies[i] = pipe.HExists(ctx, s.names.shard(key), key)
	}
	if err := sendAll(ctx, pipe); err != nil {
		return s.dst.fail("look keys up in the names record", err)
	}
	var extra []string
	for i, key := range keys {
		if !replies[i].Val() && strings.HasPrefix(key, s.names.prefix) {
			extra = append(extra, key)
		}
	}
	return s.dst.unlink(ctx, extra)
}

// tidy removes the names record of a run, and last the phase.
func (s *staged) tidy(ctx context.Context, n naming) error {
	keys := make([]string, shards)
	for i := range keys {
		keys[i] = n.shardAt(i)
	}
	if err := s.dst.unlink(ctx, keys); err != nil {
		return err
	}
	return s.dst.unlink(ctx, []string{n.phase()})
}

// Discard implements clone.Store: it removes what this run and stale ones
// have staged, also what a connection that was cut has still delivered.
func (s *staged) Discard(ctx context.Context) error {
	runs := append([]string{s.names.run}, s.stale...)
	for _, run := range runs {
		if err := s.forget(ctx, s.ofRun(run)); err != nil {
			return err
		}
	}
	return s.sweep(ctx, runs)
}

// ofRun returns the names of another run in the same store.
func (s *staged) ofRun(run string) naming {
	n := s.names
	n.run = run
	return n
}

// forget removes what the names record of a run lists, then the record.
func (s *staged) forget(ctx context.Context, n naming) error {
	for i := range shards {
		for page, err := range s.dst.listed(ctx, n.shardAt(i)) {
			if err != nil {
				return err
			}
			keys := make([]string, len(page))
			for j, line := range page {
				keys[j] = n.staged(line.live)
			}
			if err := s.dst.unlink(ctx, keys); err != nil {
				return err
			}
		}
	}
	return s.tidy(ctx, n)
}

// sweep walks the destination for staged keys and records of these runs that
// were written after forget has passed.
func (s *staged) sweep(ctx context.Context, runs []string) error {
	patterns := []string{"{" + glob(s.names.prefix) + "}~*", "tc:*"}
	for _, pattern := range patterns {
		for keys, err := range s.dst.keysOf(ctx, pattern) {
			if err != nil {
				return err
			}
			var left []string
			for _, key := range keys {
				if s.stagedBy(key, runs) {
					left = append(left, key)
				}
			}
			if err := s.dst.unlink(ctx, left); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *staged) stagedBy(key string, runs []string) bool {
	for _, run := range runs {
		n := s.ofRun(run)
		if _, ours := n.live(key); ours || strings.HasPrefix(key, n.record()) {
			return true
		}
	}
	return false
}
