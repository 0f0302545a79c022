package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// sharedView is a point in time of a staged index whose slices are scanned
// side by side. The last one to end closes it.
type sharedView struct {
	mu    sync.Mutex
	v     *view
	left  map[int]bool // slices not scanned yet
	index string
	group string
}

// done notes a slice that was scanned and reports whether it was the last.
func (sv *sharedView) done(slice int) bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	delete(sv.left, slice)
	return len(sv.left) == 0
}

// Parts lists the slices of every index that this run has staged, the
// control's index included.
func (s *staged) Parts(ctx context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		found, err := s.stagedBy(ctx, s.dst.Run())
		if err != nil {
			yield(verify.Part{}, s.c.fail("list staged indexes", err))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			group := ""
			if m := stagedMetaOf(found[name].Mappings); m != nil {
				group = m.Group
			}
			if group == "" && name != controlName(s.dst.Run()) && name != stagedName(s.dst.Run(), 0) {
				yield(verify.Part{}, s.c.fail("list staged indexes", fmt.Errorf("index %s does not say what it is", name)))
				return
			}
			parts, err := s.parts(ctx, name, group)
			if err != nil {
				yield(verify.Part{}, s.c.fail("open point in time of "+name, err))
				return
			}
			for _, p := range parts {
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// parts opens one staged index for reading back.
func (s *staged) parts(ctx context.Context, name, group string) ([]verify.Part, error) {
	if err := s.c.refresh(ctx, name); err != nil {
		return nil, err
	}
	v, err := s.c.openView(ctx, name, keepStaged)
	if err != nil {
		return nil, err
	}
	v.size = 1000 // below any window that an index is given
	n, err := s.c.count(ctx, v)
	if err != nil {
		return nil, errors.Join(err, s.c.closeView(ctx, v))
	}
	count := slicesFor(n)
	sv := &sharedView{v: v, left: make(map[int]bool), index: name, group: group}
	s.open.Lock()
	s.views = append(s.views, sv)
	s.open.Unlock()
	var parts []verify.Part
	for i := range count {
		sv.left[i] = true
		parts = append(parts, verify.Part{ID: fmt.Sprintf("%s/%s/%02d", s.r.Name(), strings.TrimPrefix(name, namespace), i),
			Scan: func(ctx context.Context, in *verify.Inspector) error {
				return s.c.fail("read index "+group+" back", s.scan(ctx, in, sv, i, count))
			}})
	}
	return parts, nil
}

// scan hands every document of one slice to the inspector.
func (s *staged) scan(ctx context.Context, in *verify.Inspector, sv *sharedView, slice, slices int) error {
	cur := s.c.cursor(sv.v, slice, slices, 0)
	cur.source = s.r.wholeSource()
	for {
		hits, err := cur.next(ctx)
		if err != nil {
			return err
		}
		if len(hits) == 0 {
			break
		}
		for _, h := range hits {
			if sv.group != "" { // the control is no record of the copy
				in.Record(sv.group)
			}
			in.Value(sv.group, "_id", h.id)
			if h.routing != nil {
				in.Value(sv.group, "_routing", h.routing)
			}
			in.Value(sv.group, "_source", h.source)
		}
	}
	if sv.done(slice) {
		return s.forget(ctx, sv)
	}
	return nil
}

// forget closes a view and takes it off the list.
func (s *staged) forget(ctx context.Context, sv *sharedView) error {
	s.open.Lock()
	s.views = slices.DeleteFunc(s.views, func(other *sharedView) bool { return other == sv })
	s.open.Unlock()
	return s.c.closeView(ctx, sv.v)
}

// Plant puts the control into the staged copy, as the only document of an
// index of its own that never gets an alias.
func (s *staged) Plant(ctx context.Context, control verify.Control) error {
	name := controlName(s.dst.Run())
	settings := map[string]any{"number_of_shards": 1, "number_of_replicas": 0, "default_pipeline": "_none", "final_pipeline": "_none"}
	mapping := withMeta(map[string]any{"dynamic": false}, stagedMeta{Version: 1, Twin: s.dst.Ref().String()})
	if err := s.c.createIndex(ctx, name, settings, mapping); err != nil && !isKind(err, "resource_already_exists_exception") {
		return s.c.fail("plant the control", err)
	}
	body, err := encode(map[string]string{"control": control.Value})
	if err == nil {
		err = s.c.ask(ctx, request{method: http.MethodPut, path: []string{name, "_doc", control.Name}, query: "refresh=true&pipeline=_none", body: body}, nil)
	}
	return s.c.fail("plant the control", err)
}

// Unplant removes the control, and closes what scans that were cut short have
// left open.
func (s *staged) Unplant(ctx context.Context, _ verify.Control) error {
	err := s.c.deleteIndex(ctx, controlName(s.dst.Run()))
	s.open.Lock()
	views := slices.Clone(s.views)
	s.open.Unlock()
	for _, sv := range views {
		err = errors.Join(err, s.forget(ctx, sv))
	}
	return s.c.fail("remove the control", err)
}
