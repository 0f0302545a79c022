package search

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// markerIndex holds one document for each twin of a cluster, and one for each
// lock. Its name is under no tenant's prefix.
const markerIndex = namespace + "marker"

// site is the destination's side of a search store.
type site struct {
	*prober
	twin string
}

// Site connects to the destination's side of a search store.
func Site(ctx context.Context, dst guard.SiteAddress) (guard.Site, error) {
	c, err := newClient(dst.Store, dst.Session, report.Destination)
	if err != nil {
		return nil, err
	}
	p, err := newProber(ctx, c, dst.Store.Prefix)
	if err != nil {
		return nil, err
	}
	return &site{prober: p, twin: dst.Twin}, nil
}

// markerID is the twin's document: names are DNS labels, which have no
// underscore.
func markerID(twin string) string { return strings.ReplaceAll(twin, "/", "_") }

// Facts adds the marker to what a prober says. Indexes that we have made for
// another twin, whose name begins alike, are not counted.
func (s *site) Facts(ctx context.Context, _ int64) (guard.Facts, error) {
	found, facts, err := s.look(ctx)
	if err != nil {
		return facts, err
	}
	for name, d := range found {
		if belongs(s.twin, s.prefix, name, d) != foreign {
			facts.Exists = true
		}
	}
	facts.Empty = !facts.Exists
	facts.Marker, facts.Foreign, err = s.marker(ctx)
	return facts, s.c.fail("read the marker", err)
}

// record is a document of the marker index, with what a conditional write
// needs.
type record struct {
	Found   bool            `json:"found"`
	SeqNo   int64           `json:"_seq_no"`
	Primary int64           `json:"_primary_term"`
	Source  json.RawMessage `json:"_source"`
}

// get reads a document; one that is not there is not found, without an error.
func (s *site) get(ctx context.Context, id string) (record, error) {
	var r record
	err := s.c.ask(ctx, request{method: http.MethodGet, path: []string{markerIndex, "_doc", id}}, &r)
	if isStatus(err, http.StatusNotFound) {
		return record{}, nil
	}
	return r, err
}

// marker reads the twin's marker; foreign says that something else stands in
// its place.
func (s *site) marker(ctx context.Context) (m *guard.Marker, foreign bool, err error) {
	r, err := s.get(ctx, markerID(s.twin))
	if err != nil || !r.Found {
		return nil, false, err
	}
	var doc struct {
		Marker json.RawMessage `json:"marker"`
	}
	if json.Unmarshal(r.Source, &doc) != nil || doc.Marker == nil {
		return nil, true, nil
	}
	decoded, err := guard.DecodeMarker(string(doc.Marker))
	if err == guard.ErrForeign {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, &report.Error{Code: report.Incompatible, Store: s.c.store, Side: s.c.side, Op: "read the marker", Err: err}
	}
	return &decoded, false, nil
}

// Mark writes the twin's marker.
func (s *site) Mark(ctx context.Context, m guard.Marker) error {
	const op = "write the marker"
	if err := s.ready(ctx); err != nil {
		return s.c.fail(op, err)
	}
	body, err := encode(map[string]json.RawMessage{"marker": json.RawMessage(m.Encode())})
	if err != nil {
		return err
	}
	return s.c.fail(op, s.c.ask(ctx, request{method: http.MethodPut, path: []string{markerIndex, "_doc", markerID(s.twin)},
		query: "refresh=true&pipeline=_none", body: body}, nil))
}

// Unmark removes the twin's marker. The index stays: it is all twins'.
func (s *site) Unmark(ctx context.Context) error {
	err := s.c.ask(ctx, request{method: http.MethodDelete, path: []string{markerIndex, "_doc", markerID(s.twin)}, query: "refresh=true"}, nil)
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return s.c.fail("remove the marker", err)
}

// ready makes the marker index.
func (s *site) ready(ctx context.Context) error {
	settings := map[string]any{"number_of_shards": 1, "auto_expand_replicas": "0-1", "hidden": true, "default_pipeline": "_none", "final_pipeline": "_none"}
	err := s.c.createIndex(ctx, markerIndex, settings, map[string]any{"dynamic": false})
	if isKind(err, "resource_already_exists_exception") {
		return nil
	}
	return err
}
