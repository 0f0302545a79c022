package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Prepare removes leftovers and creates an empty index for each of the
// source's that the rules do not leave out.
func (s *staged) Prepare(ctx context.Context, plan *anonymize.Plan) error {
	if err := s.Discard(ctx); err != nil {
		return err
	}
	s.targets = nil
	for _, ix := range s.r.indexes {
		rules, err := plan.Documents(s.r.Name(), ix.group)
		if err != nil {
			return err
		}
		if ix.broken != "" && !rules.Empty {
			return &report.Refusal{Code: report.Incompatible, What: "copy index " + ix.name, Why: ix.broken,
				Hint: fmt.Sprintf("its documents cannot be read whole; leave it out with %q: drop", ix.group)}
		}
		n := len(s.targets) + 1
		s.targets = append(s.targets, &target{name: stagedName(s.dst.Run(), n), n: n, ix: ix, rules: rules})
	}
	for _, t := range s.targets {
		mapping := withMeta(t.ix.mapping, s.meta(t.ix))
		if err := s.c.createIndex(ctx, t.name, createSettings(t.ix.settings), mapping); err != nil {
			return s.c.fail("create the copy of index "+t.ix.name, err)
		}
	}
	if len(s.targets) > 0 {
		return s.checkTemplates(ctx)
	}
	none := map[string]any{"number_of_shards": 1, "number_of_replicas": 0}
	return s.c.fail("note that there is no index", s.c.createIndex(ctx, stagedName(s.dst.Run(), 0), none, withMeta(nil, s.meta(nil))))
}

// checkTemplates refuses a destination whose index templates have put into
// the staged indexes what would make them live, incomplete or short-lived.
func (s *staged) checkTemplates(ctx context.Context) error {
	const op = "look at the staged indexes"
	found, err := s.c.describe(ctx, namespace+s.dst.Run()+"-*", "*.aliases,*.mappings._source,*.settings.index.lifecycle.name,*.settings.index.uuid")
	if err != nil {
		return s.c.fail(op, err)
	}
	for _, t := range s.targets {
		what := ""
		switch d := found[t.name]; {
		case len(d.Aliases) > 0:
			what = "an alias"
		case lookUp(d.Settings.Index, "lifecycle", "name") != nil:
			what = "a lifecycle policy"
		case t.ix.broken == "" && brokenSource(d.Mappings, nil) != "":
			what = "a _source that is not whole"
		default:
			continue
		}
		return errors.Join(&report.Refusal{Code: report.Incompatible, What: "stage index " + t.ix.name, Why: "an index template of the destination gives " + what + " to " + t.name,
			Hint: "keep the templates of " + s.c.address + " from matching " + namespace + "*"}, s.undo(ctx))
	}
	return nil
}

// undo removes the indexes made a moment ago, even those that a template has
// given an alias, by which they would pass for live.
func (s *staged) undo(ctx context.Context) error {
	for _, t := range s.targets {
		if err := s.c.deleteIndex(ctx, t.name); err != nil {
			return s.c.fail("remove staged index "+t.name, err)
		}
	}
	return nil
}

// meta describes a staged index; nil stands for having none.
func (s *staged) meta(ix *index) stagedMeta {
	m := stagedMeta{Version: 1, Twin: s.dst.Ref().String(), Run: s.dst.Run(), Of: len(s.targets)}
	if ix == nil {
		return m
	}
	m.Group, m.Aliases = ix.group, make(map[string]alias)
	for name, a := range ix.names {
		m.Aliases[s.prefix+name] = a
	}
	return m
}
