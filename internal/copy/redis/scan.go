package redis

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// Plant implements verify.Scanner: the control is a staged key like any other,
// except that its entry in the names record says what it is.
func (s *staged) Plant(ctx context.Context, c verify.Control) error {
	live := s.names.prefix + c.Name
	pipe := s.dst.c.Pipeline()
	pipe.HSet(ctx, s.names.shard(live), live, entry{owner: control}.String())
	pipe.Set(ctx, s.names.staged(live), c.Value, 0)
	return s.dst.fail("plant the control", sendAll(ctx, pipe))
}

// Unplant implements verify.Scanner.
func (s *staged) Unplant(ctx context.Context, c verify.Control) error {
	live := s.names.prefix + c.Name
	pipe := s.dst.c.Pipeline()
	pipe.Unlink(ctx, s.names.staged(live))
	pipe.HDel(ctx, s.names.shard(live), live)
	return s.dst.fail("remove the control", sendAll(ctx, pipe))
}

// Parts implements verify.Scanner: a part for each shard of the names record.
func (s *staged) Parts(context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		for i := range shards {
			shard := s.names.shardAt(i)
			part := verify.Part{ID: fmt.Sprintf("%s/%02d", s.src.store, i), Scan: func(ctx context.Context, in *verify.Inspector) error {
				return s.inspect(ctx, in, shard)
			}}
			if !yield(part, nil) {
				return
			}
		}
	}
}

// inspect reads back every key that a shard of the names record lists.
func (s *staged) inspect(ctx context.Context, in *verify.Inspector, shard string) error {
	seen := make(map[string]bool) // a page of the record may repeat an earlier one
	for page, err := range s.dst.listed(ctx, shard) {
		if err != nil {
			return err
		}
		fresh := page[:0]
		for _, n := range page {
			if !seen[n.live] {
				seen[n.live] = true
				fresh = append(fresh, n)
			}
		}
		if err := s.inspectPage(ctx, in, fresh); err != nil {
			return err
		}
	}
	return nil
}

func (s *staged) inspectPage(ctx context.Context, in *verify.Inspector, page []named) error {
	keys := make([]string, len(page))
	for i, n := range page {
		keys[i] = s.names.staged(n.live)
	}
	facts, err := s.dst.facts(ctx, keys)
	if err != nil {
		return s.dst.fail("read staged keys", err)
	}
	now, err := s.dst.now(ctx)
	if err != nil {
		return err
	}
	v := inspection{l: s.dst, in: in}
	for i, n := range page {
		in.Value(n.entry.rule, "key", []byte(n.live[len(s.names.prefix):]))
		there := facts[i].typ != typeNone
		if n.entry.owner != control && (there || n.entry.expired(now)) { // one that has expired was copied
			in.Record(n.entry.rule)
		}
		if !there {
			continue
		}
		if err := v.take(ctx, keys[i], n.entry.rule, facts[i]); err != nil {
			return err
		}
	}
	return v.flush(ctx)
}

// inspection reads values of the staged copy for an Inspector.
type inspection struct {
	l  *link
	in *verify.Inspector

	window []want
	rules  []string // of the keys of the window
	bytes  int64
	doc    []byte // reused for every field
}

// take reads a key with others, or at once when it is large.
func (v *inspection) take(ctx context.Context, key, rule string, f fact) error {
	switch {
	case f.typ == typeStream:
		return v.stream(ctx, key, rule, f)
	case known(f.typ) && f.size > smallValue:
		for parts, err := range v.l.pages(ctx, key, f, overlap) {
			if err != nil {
				return v.l.fail("read staged keys", err)
			}
			v.values(rule, f.typ, parts)
		}
		return nil
	}
	v.window = append(v.window, want{key: key, typ: f.typ, raw: !known(f.typ)}) // a module's type is searched as the bytes it is
	v.rules = append(v.rules, rule)
	v.bytes += f.size
	if v.bytes < pipelineSize && len(v.window) < pipelineCap/2 {
		return nil
	}
	return v.flush(ctx)
}

func (v *inspection) flush(ctx context.Context) error {
	values, err := v.l.read(ctx, v.window)
	if err != nil {
		return v.l.fail("read staged keys", err)
	}
	for i, val := range values {
		v.values(v.rules[i], v.window[i].typ, val.parts)
	}
	v.window, v.rules, v.bytes = v.window[:0], v.rules[:0], 0
	return nil
}

// values hands the parts of a value over under the names that a report shows:
// the pattern that ruled the key, and what of the value it is.
func (v *inspection) values(rule, typ string, parts []string) {
	for i, part := range parts {
		place := "value"
		switch {
		case typ == typeHash && i%2 == 0:
			place = "field"
		case typ == typeHash:
			v.field(rule, parts[i-1], part)
			continue
		case typ == typeZSet && i%2 == 1:
			place = "score"
		case typ == typeList, typ == typeSet, typ == typeZSet:
			place = "member"
		}
		v.in.Value(rule, place, []byte(part))
	}
}

// longestCell is the longest value of a field that may prove something only
// together with those of other keys, in bytes.
const longestCell = 80

// field hands over the value of one field. The fields of a hash are columns:
// the Inspector gets them as it gets those of a document, {"name": value},
// since it knows which names of columns are data and prints none of them.
func (v *inspection) field(rule, name, value string) {
	start := strings.TrimLeft(value, " \t\r\n")
	nested := strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[")
	if !nested {
		v.in.Value(rule, "value", []byte(value))
		if len(value) > longestCell {
			return
		}
	}
	v.doc = append(v.doc[:0], `{"`...)
	v.doc = appendColumn(v.doc, name)
	v.doc = append(v.doc, `":`...)
	if nested {
		v.doc = append(v.doc, value...)
	} else {
		v.doc = append(v.doc, '"')
		v.doc = appendEscaped(v.doc, value)
		v.doc = append(v.doc, '"')
	}
	v.in.Value(rule, "hash", append(v.doc, '}'))
}

func appendEscaped(dst []byte, value string) []byte {
	for i := range len(value) {
		if value[i] == '"' || value[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, value[i])
	}
	return dst
}

// The longest name of a field that is one of structure, not an id or a
// person, in bytes, and the most digits in it.
const (
	longestName = 40
	mostDigits  = 3
)

// appendColumn appends a field's name as that of a column: letters, digits and
// _ for what may separate them; "*" for a name that is no such word.
func appendColumn(dst []byte, name string) []byte {
	begin, digits := len(dst), 0
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '-', c == ':', c == '.', c == '/', c == ' ':
			c = '_'
		case c != '_' && (c|0x20 < 'a' || c|0x20 > 'z'):
			return append(dst[:begin], '*')
		}
		dst = append(dst, c)
	}
	if len(name) > longestName || digits > mostDigits {
		return append(dst[:begin], '*')
	}
	return dst
}

// stream reads a stream with the names of its groups and consumers.
func (v *inspection) stream(ctx context.Context, key, rule string, f fact) error {
	info, err := v.l.streamInfo(ctx, key)
	if lost(err) {
		return nil
	}
	if err != nil {
		return v.l.fail("read staged streams", err)
	}
	for page, err := range v.l.entries(ctx, key, info, f.size) {
		if err != nil {
			return v.l.fail("read staged streams", err)
		}
		for _, e := range page {
			v.values(rule, typeHash, e.pairs)
		}
	}
	groups, err := v.l.groups(ctx, key)
	if err != nil && !lost(err) {
		return v.l.fail("read staged streams", err)
	}
	for _, g := range groups {
		v.in.Value(rule, "group", []byte(g.name))
		for _, consumer := range g.consumers {
			v.in.Value(rule, "consumer", []byte(consumer))
		}
	}
	return nil
}
