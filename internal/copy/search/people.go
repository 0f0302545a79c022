package search

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// People reads one declared source: the indexes whose logical name where.Group
// matches, one person a document, inside the points in time that the copy
// reads. Columns are paths of _source, or _id.
func (r *reader) People(ctx context.Context, where person.Columns) iter.Seq2[person.Record, error] {
	return func(yield func(person.Record, error) bool) {
		op := "read people of " + where.Group
		pattern, err := ruleset.ParsePatternFor(r.Name(), where.Group)
		if err != nil {
			yield(person.Record{}, r.c.fail(op, &report.Error{Code: report.Usage, Store: r.Name(), Side: report.Source, Op: op, Err: err}))
			return
		}
		found := false
		for _, ix := range r.indexes {
			if _, ok := pattern.Match(ix.group); !ok {
				continue
			}
			found = true
			more := true
			err := r.peopleOf(ctx, ix, where, func(p person.Record) bool {
				more = yield(p, nil)
				return more
			})
			if err != nil {
				yield(person.Record{}, r.c.fail(op, err))
				return
			}
			if !more {
				return
			}
		}
		if !found {
			yield(person.Record{}, &report.Error{Code: report.NotFound, Store: r.Name(), Side: report.Source, Op: op, Err: errors.New("no index has that logical name"),
				Hint: "correct person: in the rules file, or the prefix in tenantcopy.yaml"})
		}
	}
}

// peopleOf reads the people of one index until each says that it is enough.
func (r *reader) peopleOf(ctx context.Context, ix *index, where person.Columns, each func(person.Record) bool) error {
	if ix.broken != "" {
		return &report.Error{Code: report.Incompatible, Store: r.Name(), Side: report.Source, Op: "read people of " + where.Group, Err: errors.New(ix.broken)}
	}
	wanted := []string{}
	for _, path := range []string{where.ID, where.Name, where.First, where.Last, where.Email, where.Phone, where.Locale} {
		if path != "" && path != "_id" {
			wanted = append(wanted, plainPath(path))
		}
	}
	source, err := encode(wanted)
	if err != nil {
		return err
	}
	cur := r.c.cursor(ix.view, 0, 1, ix.bytes/max(ix.docs, 1))
	cur.source = string(source)
	for {
		hits, err := cur.next(ctx)
		if err != nil || len(hits) == 0 {
			return err
		}
		for _, h := range hits {
			p, err := personOf(h, where)
			if err != nil {
				return err
			}
			if p.ID != "" && !each(p) {
				return nil
			}
		}
	}
}

// personOf reads one document.
func personOf(h hit, where person.Columns) (person.Record, error) {
	var doc map[string]any
	d := json.NewDecoder(bytes.NewReader(h.source))
	d.UseNumber()
	if len(h.source) > 0 && d.Decode(&doc) != nil {
		return person.Record{}, errPage
	}
	text := func(path string) string {
		if path == "_id" {
			return string(h.id)
		}
		if path == "" {
			return ""
		}
		v, _ := findPath(doc, splitPath(path))
		return scalarText(v)
	}
	return person.Record{Source: where.Group, ID: text(where.ID), Name: text(where.Name), First: text(where.First), Last: text(where.Last),
		Email: text(where.Email), Phone: text(where.Phone), Locale: text(where.Locale)}, nil
}

// plainPath undoes the escapes of a path of rules; to Elasticsearch an
// escaped dot and a dot are the same.
func plainPath(path string) string {
	if !strings.Contains(path, `\`) {
		return path
	}
	return strings.NewReplacer(`\\`, `\`, `\`, "").Replace(path)
}

func splitPath(path string) []string { return strings.Split(plainPath(path), ".") }

// findPath finds a path in a document, whether its parts are nested or
// spelled with dots. Of an array it takes the first element that has it.
func findPath(node any, parts []string) (any, bool) {
	if list, ok := node.([]any); ok {
		for _, element := range list {
			if v, found := findPath(element, parts); found {
				return v, true
			}
		}
		return nil, false
	}
	if len(parts) == 0 {
		return node, node != nil
	}
	object, _ := node.(map[string]any)
	for n := 1; n <= len(parts); n++ {
		if child, ok := object[strings.Join(parts[:n], ".")]; ok {
			if v, found := findPath(child, parts[n:]); found {
				return v, true
			}
		}
	}
	return nil, false
}

// scalarText writes a scalar as text; anything else is no text.
func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}
