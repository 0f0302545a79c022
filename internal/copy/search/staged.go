package search

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

var _ clone.Staged = (*staged)(nil)

// namespace begins the name of everything that is ours on a server.
const namespace = "tenantcopy-"

// staged is the tenant's copy while it is being written, and the way to make
// it live.
type staged struct {
	r        *reader
	c        *client
	dst      guard.Destination
	prefix   string // of the twin's names
	throttle *throttle
	buffers  *sync.Pool // of *[]byte: bulk bodies

	targets []*target // what Prepare has made
	open    sync.Mutex
	views   []*sharedView // of parts being read back
}

// target is one index of the copy.
type target struct {
	name  string // tenantcopy-<run>-<n>
	n     int
	ix    *index
	rules *anonymize.Documents
}

// stagedMeta is what an index of ours says about itself in its mapping,
// _meta.tenantcopy. It is all that a switch needs.
type stagedMeta struct {
	Version int              `json:"version"`
	Twin    string           `json:"twin"`
	Run     string           `json:"run"`
	Group   string           `json:"group"` // empty: the index only says that this run has no index
	Of      int              `json:"of"`    // how many indexes the run has staged
	Aliases map[string]alias `json:"aliases"`
}

// stagedMetaOf reads it; nil when an index has none.
func stagedMetaOf(mapping map[string]any) *stagedMeta {
	node := lookUp(mapping, "_meta", "tenantcopy")
	if node == nil {
		return nil
	}
	body, err := encode(node)
	var m stagedMeta
	if err != nil || json.Unmarshal(body, &m) != nil {
		return nil
	}
	return &m
}

// withoutMeta returns a mapping without what we wrote into its _meta.
func withoutMeta(mapping map[string]any) map[string]any {
	meta, _ := mapping["_meta"].(map[string]any)
	if _, ours := meta["tenantcopy"]; !ours {
		return mapping
	}
	out, rest := maps.Clone(mapping), maps.Clone(meta)
	delete(rest, "tenantcopy")
	out["_meta"] = rest
	if len(rest) == 0 {
		delete(out, "_meta")
	}
	return out
}

// withMeta returns a mapping with m in its _meta.
func withMeta(mapping map[string]any, m stagedMeta) map[string]any {
	out := maps.Clone(mapping)
	if out == nil {
		out = make(map[string]any)
	}
	meta, _ := mapping["_meta"].(map[string]any)
	meta = maps.Clone(meta)
	if meta == nil {
		meta = make(map[string]any)
	}
	meta["tenantcopy"] = m
	out["_meta"] = meta
	return out
}

// stagedName names the n-th index of a run. 0 is the index that says that a
// run has none.
func stagedName(run string, n int) string { return namespace + run + "-" + strconv.Itoa(n) }

// controlName names the index that holds a run's control.
func controlName(run string) string { return namespace + run + "-control" }

// runOf returns the run in the name of a staged index; ok is false for other
// names.
func runOf(name string) (run string, ok bool) {
	rest, ok := strings.CutPrefix(name, namespace)
	run, n, cut := strings.Cut(rest, "-")
	return run, ok && cut && n != "" && len(run) == 12
}

// brief leaves of a description only what tells indexes apart.
const brief = "*.aliases,*.mappings._meta,*.settings.index.uuid"

// stagedBy returns the indexes of a run that belong to this twin.
func (s *staged) stagedBy(ctx context.Context, run string) (map[string]described, error) {
	found, err := s.c.describe(ctx, namespace+run+"-*", brief)
	if err != nil {
		return nil, err
	}
	for name, d := range found {
		if m := stagedMetaOf(d.Mappings); m != nil && m.Twin != s.dst.Ref().String() {
			delete(found, name)
		}
	}
	return found, nil
}

// remove deletes what a run staged and never made live. Being live is having
// an alias.
func (s *staged) remove(ctx context.Context, run string) error {
	found, err := s.stagedBy(ctx, run)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if len(found[name].Aliases) > 0 {
			continue
		}
		if err := s.c.deleteIndex(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// deleteIndex deletes one index; it is no error if it is gone.
func (c *client) deleteIndex(ctx context.Context, name string) error {
	err := c.ask(ctx, request{method: http.MethodDelete, path: []string{name}}, nil)
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// createIndex creates an index and waits for its primaries.
func (c *client) createIndex(ctx context.Context, name string, settings, mapping map[string]any) error {
	body, err := encode(map[string]any{"settings": map[string]any{"index": settings}, "mappings": mapping})
	if err != nil {
		return err
	}
	var answer struct {
		Acknowledged bool `json:"acknowledged"`
		Shards       bool `json:"shards_acknowledged"`
	}
	if err := c.ask(ctx, request{method: http.MethodPut, path: []string{name}, body: body}, &answer); err != nil {
		return err
	}
	if !answer.Acknowledged || !answer.Shards {
		return &report.Error{Code: report.Transient, Store: c.store, Side: c.side, Op: "create index " + name, Err: errors.New("its shards were not started in time"),
			Hint: "look at the disks and the health of the cluster at " + c.address}
	}
	return nil
}

// Discard removes what this run and stale ones staged.
func (s *staged) Discard(ctx context.Context) error {
	for _, run := range append(s.dst.Stale(), s.dst.Run()) {
		if err := s.remove(ctx, run); err != nil {
			return s.c.fail("discard staged indexes", err)
		}
	}
	return nil
}
