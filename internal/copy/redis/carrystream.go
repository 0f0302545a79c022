package redis

import (
	"context"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is a stream's way: entries, groups, consumers and what these have
// not acknowledged.

// stream carries a stream with its groups and what they have delivered.
func (c *carrier) stream(ctx context.Context, j job) (written int, err error) {
	info, err := c.src.streamInfo(ctx, j.key)
	if lost(err) {
		return 0, nil
	}
	if err != nil {
		return 0, c.src.fail("read streams", err)
	}
	for page, err := range c.src.entries(ctx, j.key, info, j.fact.size) {
		if err != nil {
			return 0, c.src.fail("read streams", err)
		}
		for _, e := range page {
			pieces, err := c.passEntry(j, e)
			if err != nil {
				return 0, c.ruled(j, err)
			}
			if len(pieces) == 0 {
				continue
			}
			written++
			if err := c.w.entry(ctx, j.slot, e.id, pieces); err != nil {
				return 0, err
			}
		}
	}
	if written == 0 && info.length > 0 {
		return 0, nil // nothing of it is left by its rule
	}
	if err := c.w.position(ctx, j.slot, info); err != nil {
		return 0, err
	}
	groups, err := c.src.groups(ctx, j.key)
	if lost(err) {
		return 0, nil
	}
	if err != nil {
		return 0, c.src.fail("read streams", err)
	}
	return max(written, 1), c.groups(ctx, j, groups)
}

func (c *carrier) passEntry(j job, e streamEntry) ([]anonymize.Clean, error) {
	var pieces []anonymize.Clean
	for i := 0; i+2 <= len(e.pairs); i += 2 {
		pair, command, err := c.pass(job{fate: j.fate, fact: fact{typ: typeHash}}, e.pairs[i:i+2])
		if err != nil {
			return nil, err
		}
		if command != "" {
			pieces = append(pieces, pair...)
		}
	}
	return pieces, nil
}

// errGroups says that two groups of a stream become one.
var errGroups = errors.New("two consumer groups of a stream would get the same name")

// groups carries the consumer groups of a stream. Names go through their rule
// as any value does: that of a consumer can be a person's.
func (c *carrier) groups(ctx context.Context, j job, groups []streamGroup) error {
	taken := make(map[string]bool)
	for _, g := range groups {
		name, ok, err := c.a.Group([]byte(g.name))
		if err != nil {
			return c.ruled(j, err)
		}
		if !ok {
			continue
		}
		if taken[string(name.Bytes())] {
			return c.src.refuse(report.Incompatible, "copy streams matching "+j.rule, errGroups, "give $groups of "+j.rule+" a rule that keeps names apart, or drop")
		}
		taken[string(name.Bytes())] = true
		if err := c.group(ctx, j, g, name); err != nil {
			return err
		}
	}
	return nil
}

// group carries one group: its consumers, and what they have not acknowledged.
func (c *carrier) group(ctx context.Context, j job, g streamGroup, name anonymize.Clean) error {
	if err := c.w.consumerGroup(ctx, j.slot, name, g); err != nil {
		return err
	}
	names := make(map[string]consumer)
	for _, raw := range g.consumers {
		who, err := c.consumer(j, names, raw)
		if err != nil {
			return err
		}
		if !who.stays {
			continue
		}
		if err := c.w.consumer(ctx, j.slot, name, who.name); err != nil {
			return err
		}
	}
	for page, err := range c.src.pending(ctx, j.key, g.name) {
		if err != nil {
			return c.src.fail("read streams", err)
		}
		for _, p := range page {
			who, err := c.consumer(j, names, p.consumer)
			if err != nil {
				return err
			}
			if !who.stays {
				c.w.tally.Dropped++
				continue
			}
			if err := c.w.deliver(ctx, j.slot, [2]anonymize.Clean{name, who.name}, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// consumer is a consumer as its rule has it.
type consumer struct {
	name  anonymize.Clean
	stays bool
}

// consumer passes the name of a consumer, once.
func (c *carrier) consumer(j job, known map[string]consumer, raw string) (consumer, error) {
	who, seen := known[raw]
	if seen {
		return who, nil
	}
	var err error
	if who.name, who.stays, err = c.a.Group([]byte(raw)); err != nil {
		return who, c.ruled(j, err)
	}
	known[raw] = who
	return who, nil
}
