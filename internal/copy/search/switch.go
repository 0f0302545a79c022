package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// action is one element of an _aliases request.
type action map[string]any

// Switch moves all of the twin's names to the staged indexes and removes the
// old ones, in one request. It needs only what the staged indexes say about
// themselves, and doing it again changes nothing.
func (s *staged) Switch(ctx context.Context) error {
	const op = "switch aliases"
	run := s.dst.Run()
	found, err := s.stagedBy(ctx, run)
	if err != nil {
		return s.c.fail(op, err)
	}
	fresh, err := s.complete(found)
	if err != nil {
		return s.c.fail(op, err)
	}
	if err := s.c.deleteIndex(ctx, controlName(run)); err != nil {
		return s.c.fail(op, err)
	}
	there, err := s.c.tenantIndexes(ctx, brief)
	if err != nil {
		return s.c.fail(op, err)
	}
	actions := s.actionsFor(s.dst.Ref().String(), fresh, there)
	if len(actions) == 0 {
		return nil
	}
	body, err := encode(map[string]any{"actions": actions})
	if err != nil {
		return err
	}
	var answer struct {
		Acknowledged bool `json:"acknowledged"`
		Errors       bool `json:"errors"`
	}
	if err := s.c.ask(ctx, request{method: http.MethodPost, path: []string{"_aliases"}, body: body}, &answer); err != nil {
		return s.c.fail(op, err)
	}
	if !answer.Acknowledged || answer.Errors {
		return &report.Error{Code: report.Transient, Store: s.c.store, Side: s.c.side, Op: op, Err: errors.New("the cluster did not acknowledge it"),
			Hint: "run the same command again: it finishes the switch"}
	}
	return nil
}

// complete returns the staged indexes that are to become live, and an error
// when one of them is gone.
func (s *staged) complete(found map[string]described) (map[string]stagedMeta, error) {
	fresh := make(map[string]stagedMeta)
	of := -1
	for name, d := range found {
		m := stagedMetaOf(d.Mappings)
		if m == nil || m.Run != s.dst.Run() {
			continue
		}
		of = m.Of
		if m.Group != "" {
			fresh[name] = *m
		}
	}
	if of != len(fresh) {
		return nil, &report.Error{Code: report.NotFound, Store: s.c.store, Side: s.c.side, Op: "find the staged indexes of run " + s.dst.Run(),
			Err: fmt.Errorf("%d of %d are there", len(fresh), max(of, 1)), Hint: "somebody removed them; the old copy was not touched"}
	}
	return fresh, nil
}

// actionsFor lists what makes fresh live instead of what is there under the
// twin's prefix.
func (s *staged) actionsFor(twin string, fresh map[string]stagedMeta, there map[string]described) []action {
	var actions []action
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if _, ours := fresh[name]; ours {
			continue
		}
		switch belongs(twin, s.prefix, name, there[name]) {
		case whole:
			actions = append(actions, action{"remove_index": action{"index": name}})
		case byAlias:
			for _, a := range slices.Sorted(maps.Keys(there[name].Aliases)) {
				if strings.HasPrefix(a, s.prefix) {
					actions = append(actions, action{"remove": action{"index": name, "alias": a}})
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fresh)) {
		for _, full := range slices.Sorted(maps.Keys(fresh[name].Aliases)) {
			actions = append(actions, action{"add": added(name, full, fresh[name].Aliases[full])})
		}
	}
	return actions
}

// added is the body of an add action.
func added(index, name string, a alias) action {
	add := action{"index": index, "alias": name}
	if a.Filter != nil {
		add["filter"] = a.Filter
	}
	if a.IndexRouting != "" {
		add["index_routing"] = a.IndexRouting
	}
	if a.SearchRouting != "" {
		add["search_routing"] = a.SearchRouting
	}
	if a.IsWriteIndex != nil {
		add["is_write_index"] = *a.IsWriteIndex
	}
	if a.IsHidden != nil {
		add["is_hidden"] = *a.IsHidden
	}
	return add
}

// belonging says how an index that the twin's prefix matches is the twin's.
type belonging int

const (
	foreign belonging = iota // made by us for another twin whose name begins alike
	byAlias                  // an index of somebody's, of which the twin has names
	whole                    // the twin's own: named under the prefix, or made by us
)

func belongs(twin, prefix, name string, d described) belonging {
	m := stagedMetaOf(d.Mappings)
	_, ours := runOf(name)
	switch {
	case m != nil && m.Twin != twin && m.Twin != "":
		return foreign
	case ours, strings.HasPrefix(name, prefix):
		return whole
	}
	return byAlias
}
