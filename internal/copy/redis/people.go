package redis

import (
	"context"
	"errors"
	"iter"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// People implements clone.Reader: where.Group is a pattern of key names, each
// key a hash whose fields are the columns. The id is the field where.ID, or
// what the pattern captures where a hash has no such field.
func (r *reader) People(ctx context.Context, where person.Columns) iter.Seq2[person.Record, error] {
	return func(yield func(person.Record, error) bool) {
		pattern, err := ruleset.ParsePatternFor(r.src.store, where.Group)
		if err != nil {
			yield(person.Record{}, r.src.refuse(report.Usage, "read people", err, ""))
			return
		}
		seen := make(map[string]bool) // SCAN returns a key twice now and then
		for keys, err := range r.src.keysOf(ctx, glob(r.prefix)) {
			if err != nil {
				yield(person.Record{}, err)
				return
			}
			found, err := r.records(ctx, where, pattern, keys, seen)
			if err != nil {
				yield(person.Record{}, err)
				return
			}
			for _, record := range found {
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}

// records reads the people among keys.
func (r *reader) records(ctx context.Context, where person.Columns, pattern ruleset.Pattern, keys []string, seen map[string]bool) ([]person.Record, error) {
	columns := []string{where.ID, where.Name, where.First, where.Last, where.Email, where.Phone, where.Locale}
	pipe := r.src.c.Pipeline()
	var replies []*goredis.SliceCmd
	var captured []string
	for _, key := range keys {
		name, ours := strings.CutPrefix(key, r.prefix)
		capture, matches := pattern.Match(name)
		if !ours || !matches || seen[key] {
			continue
		}
		seen[key] = true
		replies = append(replies, pipe.HMGet(ctx, key, columns...))
		captured = append(captured, capture.Value)
	}
	if err := send(ctx, pipe); err != nil {
		return nil, r.src.fail("read people", err)
	}
	var out []person.Record
	for i, reply := range replies {
		values, err := reply.Result()
		if oneOf(err, "WRONGTYPE") {
			return nil, r.src.refuse(report.Incompatible, "read people from keys matching "+where.Group, errors.New("a key is no hash"), "people are read from hashes; write a pattern that matches those alone")
		}
		if err != nil {
			return nil, r.src.fail("read people", err)
		}
		record := recordOf(where, values, captured[i])
		if record.ID == "" && !empty(values) { // a key that has just expired has no field at all
			return nil, r.src.refuse(report.Incompatible, "read people from keys matching "+where.Group, errors.New("a hash has no field "+where.ID), "write a pattern that matches those with an id alone")
		}
		if record.ID != "" {
			out = append(out, record)
		}
	}
	return out, nil
}

func recordOf(where person.Columns, values []any, captured string) person.Record {
	at := func(i int) string {
		s, _ := values[i].(string)
		return s
	}
	record := person.Record{Source: where.Group, ID: at(0), Name: at(1), First: at(2), Last: at(3), Email: at(4), Phone: at(5), Locale: at(6)}
	if record.ID == "" && !empty(values) {
		record.ID = captured
	}
	return record
}

func empty(values []any) bool {
	for _, v := range values {
		if v != nil {
			return false
		}
	}
	return true
}
