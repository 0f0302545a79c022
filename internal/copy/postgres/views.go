package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// viewsQuery lists the materialised views with the number of views that lie
// one above the other below each.
const viewsQuery = `SELECT c.oid, max(d.level) FROM pg_class c JOIN (WITH RECURSIVE reads AS (
SELECT DISTINCT r.ev_class AS view, d.refobjid AS other FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  JOIN pg_class o ON o.oid = d.refobjid AND o.relkind IN ('v', 'm')),
deep AS (SELECT c.oid, 0 AS level FROM pg_class c WHERE c.relkind IN ('v', 'm') UNION SELECT r.view, d.level + 1 FROM deep d JOIN reads r ON r.other = d.oid)
SELECT oid, level FROM deep) AS d ON d.oid = c.oid WHERE c.relkind = 'm' AND c.oid >= 16384 GROUP BY c.oid ORDER BY 2, c.oid`

// readViews notes the levels of the materialised views, lowest first: those of
// one level do not read each other.
func (g *endgame) readViews(ctx context.Context, d door) error {
	return each(ctx, d.query, viewsQuery, nil, func(rows pgx.Rows) error {
		var oid uint32
		var level int
		if err := rows.Scan(&oid, &level); err != nil {
			return err
		}
		h := g.homes[oid]
		if h == nil {
			return nil
		}
		if n := len(g.views); n == 0 || g.views[n-1].level != level {
			g.views = append(g.views, viewLevel{level: level})
		}
		last := &g.views[len(g.views)-1]
		last.views = append(last.views, h)
		return nil
	})
}

// viewLevel are materialised views that can be filled side by side.
type viewLevel struct {
	level int
	views []*home
}

// viewChunks fill the materialised views and then build their indexes. One
// that was never filled at the source stays so.
func (a *assembly) viewChunks() {
	var below []string
	for _, level := range a.s.ends.views {
		group := fmt.Sprintf("views/%d", level.level)
		for _, h := range level.views {
			if !h.populated && len(h.pieces) == 0 {
				continue
			}
			a.add(step{place: h.relation.group(), what: "view", group: group, after: append([]string{groupRest}, below...), bytes: h.bytes}, func(ctx context.Context, id string) error {
				return a.s.buildView(ctx, id, h)
			})
		}
		below = append(below, group)
	}
}

// buildView fills a view and builds what hangs on it.
func (s *staged) buildView(ctx context.Context, id string, h *home) error {
	memory := s.memory.take(h.bytes + h.bytes/2)
	defer s.memory.give(memory)
	_, err := s.once(ctx, id, func(conn *pgx.Conn) (int64, error) {
		if err := simple(ctx, conn, s.setMemory(memory)); err != nil {
			return 0, err
		}
		if h.populated {
			if err := s.fill(ctx, conn, h); err != nil {
				return 0, err
			}
		}
		return 0, simple(ctx, conn, strings.Join(append(slices.Clone(h.pieces), s.analyze(h)), ";\n"))
	})
	return err
}
