package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

var (
	_ doctor.Patient = (*prober)(nil)
	_ doctor.Patient = (*site)(nil)
)

// privileges are what a user has or has not, by the server's words for them.
type privileges struct {
	cluster []string
	index   []string
	names   []string // patterns of indexes
}

// Questions says what the source can be asked.
func (p *prober) Questions() doctor.Questions {
	own := []string{p.prefix + "*"}
	return doctor.Questions{
		Missing: func(ctx context.Context) (doctor.Grants, error) {
			return p.missing(ctx, privileges{cluster: []string{"monitor"}, index: []string{"read", "view_index_metadata", "monitor"}, names: own})
		},
		Excess: func(ctx context.Context) (doctor.Grants, error) {
			return p.excess(ctx, privileges{cluster: []string{"manage", "manage_security"}, index: []string{"write", "delete_index", "manage"}, names: own},
				"no session of tenantcopy writes there, whatever the user may; cluster privilege monitor and index privileges read, view_index_metadata and monitor are enough")
		},
		Now:   p.now,
		Holds: p.holds,
	}
}

// Questions says what the destination can be asked.
func (s *site) Questions() doctor.Questions {
	q := s.prober.Questions()
	q.Missing = func(ctx context.Context) (doctor.Grants, error) {
		return s.missing(ctx, privileges{cluster: []string{"monitor"}, index: []string{"all"}, names: []string{s.prefix + "*", namespace + "*"}})
	}
	q.Excess = func(ctx context.Context) (doctor.Grants, error) {
		return s.excess(ctx, privileges{cluster: []string{"manage_security"}}, "index privilege all on the tenants' prefixes and on "+namespace+"* is enough")
	}
	q.Holds, q.Room, q.Holder = nil, s.room, s.holder
	return q
}

// errOpen is a server that asks nobody who he is.
var errOpen = errors.New("security is switched off")

// have asks which of some privileges the user has. The server knows its own
// user's without any right.
func (p *prober) have(ctx context.Context, asked privileges) (has map[string]bool, err error) {
	body := map[string]any{"cluster": asked.cluster}
	if len(asked.names) > 0 {
		body["index"] = []map[string]any{{"names": asked.names, "privileges": asked.index}}
	}
	text, err := encode(body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Cluster map[string]bool            `json:"cluster"`
		Index   map[string]map[string]bool `json:"index"`
	}
	err = p.c.ask(ctx, request{method: http.MethodGet, path: []string{"_security", "user", "_has_privileges"}, body: text}, &answer)
	if isStatus(err, http.StatusBadRequest) || isStatus(err, http.StatusNotFound) || isStatus(err, http.StatusMethodNotAllowed) {
		return nil, errOpen
	}
	has = make(map[string]bool)
	for privilege, ok := range answer.Cluster {
		has["cluster privilege "+privilege] = ok
	}
	for name, all := range answer.Index {
		for privilege, ok := range all {
			has["index privilege "+privilege+" on "+name] = ok
		}
	}
	return has, p.c.fail("read the user's privileges", err)
}

func (p *prober) missing(ctx context.Context, needed privileges) (g doctor.Grants, err error) {
	has, err := p.have(ctx, needed)
	if errors.Is(err, errOpen) {
		return g, nil
	}
	for _, what := range slices.Sorted(maps.Keys(has)) {
		if !has[what] {
			g.Lines = append(g.Lines, what)
		}
	}
	g.Says, g.Hint = "the user lacks privileges that a copy needs", "give them to a role of the user's"
	return g, err
}

func (p *prober) excess(ctx context.Context, needless privileges, hint string) (g doctor.Grants, err error) {
	has, err := p.have(ctx, needless)
	if errors.Is(err, errOpen) {
		return doctor.Grants{Says: "security is switched off: whoever reaches the server may read and write everything", Hint: "set xpack.security.enabled"}, nil
	}
	for _, what := range slices.Sorted(maps.Keys(has)) {
		if has[what] {
			g.Lines = append(g.Lines, what)
		}
	}
	if len(g.Lines) > 0 {
		g.Says, g.Hint = "the user has privileges that no copy needs", hint
	}
	return g, err
}

// nodeFacts is what the nodes say of themselves.
type nodeFacts struct {
	Nodes map[string]struct {
		Timestamp int64 `json:"timestamp"` // ms since 1970
		FS        struct {
			Total struct {
				Size      int64 `json:"total_in_bytes"`
				Available int64 `json:"available_in_bytes"`
			} `json:"total"`
		} `json:"fs"`
	} `json:"nodes"`
}

func (p *prober) nodes(ctx context.Context, which, metric, filter string) (answer nodeFacts, err error) {
	err = p.c.ask(ctx, request{method: http.MethodGet, path: []string{"_nodes", which, "stats", metric}, query: "filter_path=nodes.*." + filter}, &answer)
	if err == nil && len(answer.Nodes) == 0 {
		err = errors.New("no node answers")
	}
	return answer, err
}

// now is the clock of the node that answers: HTTP's Date it does not send.
func (p *prober) now(ctx context.Context) (time.Time, error) {
	answer, err := p.nodes(ctx, "_local", "os", "timestamp")
	for _, node := range answer.Nodes {
		return time.UnixMilli(node.Timestamp), nil
	}
	return time.Time{}, p.c.fail("read the server's clock", err)
}

// holds is the size of the tenant's indexes, without their replicas.
func (p *prober) holds(ctx context.Context) (n int64, err error) {
	const op = "measure the indexes"
	found, err := p.c.tenantIndexes(ctx, brief)
	if err != nil || len(found) == 0 {
		return 0, p.c.fail(op, err)
	}
	var answer struct {
		Indices map[string]struct {
			Primaries struct {
				Store struct {
					Bytes int64 `json:"size_in_bytes"`
				} `json:"store"`
			} `json:"primaries"`
		} `json:"indices"`
	}
	path := []string{strings.Join(slices.Sorted(maps.Keys(found)), ","), "_stats", "store"}
	err = p.c.ask(ctx, request{method: http.MethodGet, path: path, query: "filter_path=indices.*.primaries.store"}, &answer)
	for _, index := range answer.Indices {
		n += index.Primaries.Store.Bytes
	}
	return n, p.c.fail(op, err)
}

// floodStage is how full a node's disk may be, in percent, before Elasticsearch
// makes indexes there read-only, unless it was told otherwise.
const floodStage = 95

// room is what the nodes have left below the flood stage.
func (s *site) room(ctx context.Context) (doctor.Room, error) {
	answer, err := s.nodes(ctx, "_all", "fs", "fs.total")
	if err != nil {
		return doctor.Room{}, s.c.fail("measure the cluster", err)
	}
	r := doctor.Room{Says: fmt.Sprintf("on %d nodes, below %d %%", len(answer.Nodes), floodStage)}
	full := 0
	for _, node := range answer.Nodes {
		left := node.FS.Total.Available - node.FS.Total.Size/100*(100-floodStage)
		if r.Free += max(left, 0); left <= 0 {
			full++
		}
	}
	if full > 0 {
		r.Tight = fmt.Sprintf("the disks of %d of %d nodes are beyond the flood-stage watermark", full, len(answer.Nodes))
	}
	return r, nil
}

// holder says who has the twin's lock, as its record says.
func (s *site) holder(ctx context.Context, twin string, now time.Time) (string, error) {
	const op = "look at the lock"
	found, err := s.get(ctx, markerID(twin)+".lock")
	if err != nil || !found.Found {
		return "", s.c.fail(op, err)
	}
	var by lockRecord
	if json.Unmarshal(found.Source, &by) != nil {
		return "", &report.Error{Code: report.Unsafe, Store: s.c.store, Side: s.c.side, Op: op, Err: errors.New("something that is no lock stands in its place")}
	}
	if now.After(by.Expires) {
		return "", nil
	}
	return by.User + " (run " + by.Run + ")", nil
}
