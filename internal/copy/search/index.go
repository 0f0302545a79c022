package search

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// described is an index as the server describes it.
type described struct {
	Aliases    map[string]alias `json:"aliases"`
	Mappings   map[string]any   `json:"mappings"`
	DataStream string           `json:"data_stream"`
	Settings   struct {
		Index map[string]any `json:"index"`
	} `json:"settings"`
}

// alias is what a name carries beside itself.
type alias struct {
	Filter        json.RawMessage `json:"filter,omitempty"`
	IndexRouting  string          `json:"index_routing,omitempty"`
	SearchRouting string          `json:"search_routing,omitempty"`
	IsWriteIndex  *bool           `json:"is_write_index,omitempty"`
	IsHidden      *bool           `json:"is_hidden,omitempty"`
}

// describe returns every index that an expression matches by its name or by
// one of its aliases; filter (a filter_path) may be empty.
func (c *client) describe(ctx context.Context, expression, filter string) (map[string]described, error) {
	query := "expand_wildcards=all&ignore_unavailable=true"
	if filter != "" {
		query += "&filter_path=" + filter
	}
	var found map[string]described
	err := c.ask(ctx, request{method: http.MethodGet, path: []string{expression}, query: query}, &found)
	return found, err
}

// tenantIndexes describes what lies under the tenant's prefix, without what
// is another tenant's: names of that prefix are left out, and an index that
// has no other name here is not there at all.
func (c *client) tenantIndexes(ctx context.Context, filter string) (map[string]described, error) {
	found, err := c.describe(ctx, c.prefix+"*", filter)
	if err != nil || len(c.neighbours) == 0 {
		return found, err
	}
	for name, d := range found {
		maps.DeleteFunc(d.Aliases, func(full string, _ alias) bool { return c.others(full) })
		_, under := strings.CutPrefix(name, c.prefix)
		if c.others(name) || (!under && !slices.ContainsFunc(slices.Collect(maps.Keys(d.Aliases)), func(full string) bool { return strings.HasPrefix(full, c.prefix) })) {
			delete(found, name)
		}
	}
	return found, nil
}

// others reports whether a name is another tenant's.
func (c *client) others(name string) bool {
	return slices.ContainsFunc(c.neighbours, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// index is one index of the tenant at the source.
type index struct {
	name     string           // its own
	group    string           // the logical name, without the prefix: what the rules and the counts call it
	names    map[string]alias // every name that the tenant has for it, without the prefix; the copy's aliases
	mapping  map[string]any
	settings map[string]any
	query    json.RawMessage // what of a shared index is the tenant's; nil for all of it
	broken   string          // why its documents cannot be copied whole; empty if they can

	view  *view
	docs  int64
	bytes int64 // on the source's disks
}

// newIndex makes sense of one described index. A note says what of it is not
// carried; a nil index that nothing is.
func newIndex(prefix, name string, d described) (*index, []string, error) {
	if note := unread(name, d); note != "" {
		return nil, []string{note}, nil
	}
	ix := &index{name: name, mapping: d.Mappings, settings: d.Settings.Index, names: make(map[string]alias)}
	var notes []string
	own, under := strings.CutPrefix(name, prefix)
	if under {
		ix.names[own] = alias{}
	}
	for _, full := range slices.Sorted(maps.Keys(d.Aliases)) {
		if short, ok := strings.CutPrefix(full, prefix); ok && short != "" {
			ix.names[short] = d.Aliases[full]
		} else {
			notes = append(notes, fmt.Sprintf("alias %s of index %s is not under the prefix %s and not carried", full, name, prefix))
		}
	}
	ix.group = logicalName(own, under, ix.names)
	if staged := stagedMetaOf(d.Mappings); staged != nil && staged.Group != "" {
		ix.group = staged.Group // the source is itself a copy of ours
	}
	ix.mapping = withoutMeta(d.Mappings)
	if !under {
		if err := ix.share(prefix); err != nil {
			return nil, nil, err
		}
	}
	ix.broken = brokenSource(ix.mapping, ix.settings)
	if ix.broken != "" {
		notes = append(notes, fmt.Sprintf("index %s: %s; it can only be left out", name, ix.broken))
	}
	return ix, append(notes, leftSettings(name, ix.settings)...), nil
}

// unread says why an index is not read at all; empty if it is.
func unread(name string, d described) string {
	switch {
	case d.DataStream != "":
		return fmt.Sprintf("data stream %s is not carried (backing index %s)", d.DataStream, name)
	case strings.HasPrefix(name, "."):
		return fmt.Sprintf("system index %s is not carried", name)
	case d.Settings.Index["verified_before_close"] == "true":
		return fmt.Sprintf("index %s is closed and not carried", name)
	}
	return ""
}

// logicalName chooses the name that rules match: the only alias, where there
// is exactly one that shows the whole index, else the index's own name.
func logicalName(own string, under bool, names map[string]alias) string {
	var whole []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if (name != own || !under) && names[name].Filter == nil {
			whole = append(whole, name)
		}
	}
	switch {
	case len(whole) == 1:
		return whole[0]
	case under:
		return own
	case len(whole) > 0:
		return whole[0]
	}
	return slices.Min(slices.Collect(maps.Keys(names)))
}

// share finds out what of an index that is the tenant's by alias alone is the
// tenant's: the documents that its aliases let through.
func (ix *index) share(prefix string) error {
	var filters []json.RawMessage
	for _, name := range slices.Sorted(maps.Keys(ix.names)) {
		a := ix.names[name]
		switch {
		case a.Filter != nil:
			filters = append(filters, a.Filter)
		case a.SearchRouting != "":
			return &report.Refusal{Code: report.Incompatible, What: "survey index " + ix.name,
				Why:  fmt.Sprintf("alias %s%s separates its tenant by routing alone, which other tenants may share", prefix, name),
				Hint: "give the alias a filter on a field that names the tenant"}
		default:
			return nil // sees all of it
		}
	}
	if len(filters) == 1 {
		ix.query = filters[0]
		return nil
	}
	query, err := encode(map[string]any{"bool": map[string]any{"should": filters, "minimum_should_match": 1}})
	ix.query = query
	return err
}

// texts lists the schema text that is carried with an index.
func (ix *index) texts() ([]anonymize.Text, error) {
	var texts []anonymize.Text
	add := func(place string, body any) error {
		b, err := encode(body)
		texts = append(texts, anonymize.Text{Place: "index " + ix.group + ": " + place, Body: string(b)})
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(ix.mapping)) {
		if err := add("mapping "+key, ix.mapping[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(ix.settings)) {
		if !stripped(key) {
			if err := add("setting "+key, ix.settings[key]); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ix.names)) {
		if a := ix.names[name]; a.Filter != nil || a.IndexRouting != "" || a.SearchRouting != "" {
			if err := add("alias "+name, a); err != nil {
				return nil, err
			}
		}
	}
	return texts, nil
}

// encode writes JSON without escaping for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode request: %T", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
