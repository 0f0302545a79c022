package redis

import (
	"context"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is one key's way: read, through the Anonymizer, into the sink.

// job is one key of a chunk.
type job struct {
	key  string // full name at the source
	fate anonymize.Fate
	slot *slot  // nil when the key is not written
	rule string // the pattern that rules it, for messages
	fact fact
}

// carrier carries the keys of one chunk. It belongs to one goroutine.
type carrier struct {
	src    *link
	prefix string // the tenant's, at the source
	keys   *anonymize.Keys
	a      *anonymize.Anonymizer
	w      *writer
	typed  bool // no payloads: the destination cannot restore them

	window []job
	bytes  int64
}

// carry carries all jobs.
func (c *carrier) carry(ctx context.Context, jobs []job) error {
	for _, j := range jobs {
		if err := c.take(ctx, j); err != nil {
			return err
		}
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	return c.w.flush(ctx)
}

// take puts a key into the window of those that are read together, or carries
// it at once.
func (c *carrier) take(ctx context.Context, j job) error {
	switch {
	case j.slot == nil: // left out, or without a rule: the Anonymizer counts it
		_, err := c.begin(j)
		return err
	case !j.slot.owned: // SCAN has returned it twice
		return nil
	case j.fact.typ == typeNone:
		return c.w.release(ctx, j.slot)
	case c.exceeds(j):
		return c.instead(ctx, j)
	case c.large(j):
		return c.pages(ctx, j)
	}
	c.window = append(c.window, j)
	c.bytes += j.fact.size
	if c.bytes < pipelineSize && len(c.window) < pipelineCap/2 {
		return nil
	}
	return c.flush(ctx)
}

// payload reports whether a key travels as a DUMP payload.
func (c *carrier) payload(j job) bool {
	return j.fate == anonymize.Keep && (!known(j.fact.typ) || !c.typed && j.fact.size <= smallDump)
}

// large reports whether a key is read in pages; streams always are.
func (c *carrier) large(j job) bool {
	if c.payload(j) {
		return false
	}
	if j.fact.typ == typeString && j.fate == anonymize.Rewrite {
		return false // a rule needs the whole of it
	}
	return j.fact.typ == typeStream || j.fact.size > smallValue
}

// flush reads the keys of the window in one pipeline and carries them.
func (c *carrier) flush(ctx context.Context) error {
	wants := make([]want, len(c.window))
	for i, j := range c.window {
		if err := c.fits(j); err != nil {
			return err
		}
		wants[i] = want{key: j.key, typ: j.fact.typ, raw: c.payload(j)}
	}
	values, err := c.src.read(ctx, wants)
	if err != nil {
		return c.src.fail("read keys", err)
	}
	for i, j := range c.window {
		if err := c.whole(ctx, j, values[i]); err != nil {
			return err
		}
	}
	c.window, c.bytes = c.window[:0], 0
	return nil
}

// fits refuses what a rule cannot be applied to.
func (c *carrier) fits(j job) error {
	switch {
	case c.payload(j):
		return nil
	case !known(j.fact.typ):
		return c.src.refuse(report.Incompatible, "rewrite keys matching "+j.rule, errors.New("type "+j.fact.typ+" is a module's, which only keep and drop can be said of"),
			"write keep or drop for "+j.rule)
	}
	return nil
}

// exceeds reports a string that is too long for a rule to see it whole.
func (c *carrier) exceeds(j job) bool {
	return j.fact.typ == typeString && j.fate == anonymize.Rewrite && j.fact.size > maxString
}

// instead carries a string without reading it.
func (c *carrier) instead(ctx context.Context, j job) error {
	if _, err := c.begin(j); err != nil {
		return err
	}
	c.w.begin(ctx, j.slot)
	clean, ok, err := c.a.Large()
	if err != nil {
		return c.ruled(j, err)
	}
	expiry, gone, err := c.src.expiry(ctx, j.key)
	switch {
	case err != nil:
		return c.src.fail("read keys", err)
	case gone || !ok:
		return c.w.release(ctx, j.slot)
	}
	if err := c.w.add(ctx, "append", j.slot, clean); err != nil {
		return err
	}
	return c.w.finish(ctx, j.slot, expiry)
}

// begin begins a key at the Anonymizer.
func (c *carrier) begin(j job) (anonymize.Key, error) {
	k, err := c.a.Key(c.keys, []byte(j.key[len(c.prefix):]))
	return k, c.ruled(j, err)
}

// ruled names the place where the Anonymizer has stopped.
func (c *carrier) ruled(j job, err error) error {
	if err == nil {
		return nil
	}
	return &report.Error{Code: report.CodeOf(err), Store: c.src.store, Side: report.Source, Op: "apply rule of " + j.rule, Err: err}
}

// whole carries a key that was read whole.
func (c *carrier) whole(ctx context.Context, j job, v value) error {
	if v.gone {
		return c.w.release(ctx, j.slot)
	}
	if _, err := c.begin(j); err != nil {
		return err
	}
	if c.payload(j) {
		return c.w.restore(ctx, j.slot, c.a.Payload([]byte(v.parts[0])), v.expiry)
	}
	c.w.begin(ctx, j.slot)
	n, err := c.feed(ctx, j, v.parts)
	if err != nil {
		return err
	}
	if n == 0 {
		return c.w.release(ctx, j.slot)
	}
	return c.w.finish(ctx, j.slot, v.expiry)
}

// pages carries a key that is read in pages.
func (c *carrier) pages(ctx context.Context, j job) error {
	if _, err := c.begin(j); err != nil {
		return err
	}
	c.w.begin(ctx, j.slot)
	written := 0
	if j.fact.typ == typeStream {
		n, err := c.stream(ctx, j)
		if err != nil {
			return err
		}
		written = n
	} else {
		for part, err := range c.src.pages(ctx, j.key, j.fact, 0) {
			if err != nil {
				return c.src.fail("read keys", err)
			}
			n, err := c.feed(ctx, j, part)
			if err != nil {
				return err
			}
			written += n
		}
	}
	expiry, gone, err := c.src.expiry(ctx, j.key)
	if err != nil {
		return c.src.fail("read keys", err)
	}
	if gone || written == 0 {
		return c.w.release(ctx, j.slot)
	}
	return c.w.finish(ctx, j.slot, expiry)
}

// feed hands the parts of a value to the Anonymizer and what comes back to
// the sink, and says how many parts were written.
func (c *carrier) feed(ctx context.Context, j job, parts []string) (written int, err error) {
	step := 1
	if j.fact.typ == typeZSet || j.fact.typ == typeHash {
		step = 2
	}
	if j.fact.typ == typeHash && j.fate != anonymize.Keep {
		for i := 0; i+1 < len(parts); i += 2 { // who the hash is about, before what is said of her
			c.a.Link([]byte(parts[i]), []byte(parts[i+1]))
		}
	}
	for i := 0; i+step <= len(parts); i += step {
		pieces, command, err := c.pass(j, parts[i:i+step])
		if err != nil {
			return written, c.ruled(j, err)
		}
		if command == "" {
			continue
		}
		if err := c.w.add(ctx, command, j.slot, pieces...); err != nil {
			return written, err
		}
		written++
	}
	return written, c.w.close(ctx)
}

// pass passes one part of a value; command is empty when a rule drops it.
func (c *carrier) pass(j job, part []string) (pieces []anonymize.Clean, command string, err error) {
	switch j.fact.typ {
	case typeString:
		return c.one("append", part[0], c.a.Text, j)
	case typeList:
		return c.one("rpush", part[0], c.a.Member, j)
	case typeSet:
		return c.one("sadd", part[0], c.a.Member, j)
	case typeZSet:
		pieces, command, err = c.one("zadd", part[0], c.a.Member, j)
		if err != nil || command == "" {
			return nil, "", err
		}
		score := []byte(part[1])
		if j.fate == anonymize.Keep {
			return []anonymize.Clean{c.a.Payload(score), pieces[0]}, command, nil
		}
		return []anonymize.Clean{c.a.Number(score), pieces[0]}, command, nil
	}
	field, val := []byte(part[0]), []byte(part[1])
	if j.fate == anonymize.Keep {
		return []anonymize.Clean{c.a.Payload(field), c.a.Payload(val)}, "hset", nil
	}
	f, v, ok, err := c.a.Pair(field, val)
	if err != nil || !ok {
		return nil, "", err
	}
	return []anonymize.Clean{f, v}, "hset", nil
}

// one passes a part that is one value: as it is under a keep rule.
func (c *carrier) one(command, part string, rule func([]byte) (anonymize.Clean, bool, error), j job) ([]anonymize.Clean, string, error) {
	if j.fate == anonymize.Keep {
		return []anonymize.Clean{c.a.Payload([]byte(part))}, command, nil
	}
	clean, ok, err := rule([]byte(part))
	if err != nil || !ok {
		return nil, "", err
	}
	return []anonymize.Clean{clean}, command, nil
}
