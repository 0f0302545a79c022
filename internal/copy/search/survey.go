package search

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
)

// Survey finds the tenant's indexes and opens a point in time of each.
func (r *reader) Survey(ctx context.Context) (clone.Survey, error) {
	if err := r.release(ctx); err != nil {
		return clone.Survey{}, err
	}
	r.indexes = nil
	found, err := r.c.tenantIndexes(ctx, "")
	if err != nil {
		return clone.Survey{}, r.c.fail("list indexes", err)
	}
	var s clone.Survey
	for _, name := range slices.Sorted(maps.Keys(found)) {
		ix, notes, err := newIndex(r.src.Store.Prefix, name, found[name])
		if err != nil {
			return clone.Survey{}, r.c.fail("survey index "+name, err)
		}
		s.Notes = append(s.Notes, notes...)
		if ix != nil {
			r.indexes = append(r.indexes, ix)
		}
	}
	sizes, err := r.c.sizes(ctx, r.src.Store.Prefix+"*")
	if err != nil {
		return clone.Survey{}, r.c.fail("measure indexes", err)
	}
	for _, ix := range r.indexes {
		ix.bytes = sizes[ix.name]
		if err := r.open(ctx, ix); err != nil {
			return clone.Survey{}, r.c.fail("open point in time of "+ix.name, err)
		}
		s.Records += ix.docs
		s.Bytes += ix.bytes
	}
	return s, r.fields(&s)
}

// fields adds what the indexes hold to a survey.
func (r *reader) fields(s *clone.Survey) error {
	var lists [][]anonymize.Field
	for _, ix := range r.indexes {
		lists = append(lists, fieldsOf(r.Name(), ix.group, ix.mapping))
		texts, err := ix.texts()
		if err != nil {
			return r.c.fail("survey index "+ix.name, err)
		}
		s.Texts = append(s.Texts, texts...)
	}
	s.Fields = mergeFields(lists...)
	return nil
}

// open takes the point in time in which an index is counted and copied.
func (r *reader) open(ctx context.Context, ix *index) error {
	v, err := r.c.openView(ctx, ix.name, keepSource)
	if err != nil {
		return err
	}
	v.query = ix.query
	if most, _ := ix.settings["max_result_window"].(string); most != "" {
		n, err := strconv.Atoi(most)
		if err != nil || n < 1 {
			return fmt.Errorf("setting max_result_window is no number")
		}
		v.size = min(v.size, n)
	}
	ix.view = v
	ix.docs, err = r.c.count(ctx, v)
	return err
}

// sizes returns the bytes of each index's primaries. They are estimates; a
// user who may not ask for them gets none.
func (c *client) sizes(ctx context.Context, expression string) (map[string]int64, error) {
	var answer struct {
		Indices map[string]struct {
			Primaries struct {
				Store struct {
					Bytes int64 `json:"size_in_bytes"`
				} `json:"store"`
			} `json:"primaries"`
		} `json:"indices"`
	}
	err := c.ask(ctx, request{method: http.MethodGet, path: []string{expression, "_stats", "store"},
		query: "expand_wildcards=open,hidden&ignore_unavailable=true&filter_path=indices.*.primaries.store.size_in_bytes"}, &answer)
	if isStatus(err, http.StatusForbidden) {
		return nil, nil
	}
	sizes := make(map[string]int64, len(answer.Indices))
	for name, at := range answer.Indices {
		sizes[name] = at.Primaries.Store.Bytes
	}
	return sizes, err
}
