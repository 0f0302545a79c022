package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// What follows the rows, as chunks in the same budget as the copies: each
// index of a table when the table's rows are there, its keys when its indexes
// are, the partitions' indexes joined, the foreign keys, the views. Every
// statement runs in one transaction with its line in the journal, so a chunk
// may run twice, whatever became of the first time's connection.

// The groups of what needs all tables.
const (
	groupRest = "rules and triggers"
	groupKeys = "foreign keys"
)

// A table so small that a round trip costs more than the work is built
// together with others, in one transaction of so many pieces at most: each
// takes some of the server's locks.
const (
	smallTable = 1 << 20 // bytes, indexes included
	batchSize  = 100
)

// assembly lists the chunks that follow the rows.
type assembly struct {
	s      *staged
	chunks []clone.Chunk
	number int

	keyed map[uint32]string // the group of each table's keys
	after []string          // groups of all tables' keys
	small []*home           // the batch that is being filled
	rows  []string          // groups of its rows
	moved []*table          // those whose rows come with other tables', which are not all listed yet
}

func newAssembly(s *staged) *assembly { return &assembly{s: s, keyed: make(map[uint32]string)} }

// take hands out what has been listed since the last call.
func (a *assembly) take() []clone.Chunk {
	out := a.chunks
	a.chunks = nil
	return out
}

// step is one chunk that carries no records.
type step struct {
	place, what string // table and what is built there; place may be empty
	group       string
	after       []string
	bytes       int64
}

// add lists a chunk; do gets its name, which is its line in the journal. The
// number at its end tells it from every part of a table, whatever its name.
func (a *assembly) add(st step, do func(ctx context.Context, id string) error) {
	a.number++
	id := strings.Join([]string{a.s.Name(), st.place, fmt.Sprintf("%s-%d", st.what, a.number)}, "/")
	if st.place == "" {
		id = fmt.Sprintf("%s/%s-%d", a.s.Name(), st.what, a.number)
	}
	op := strings.TrimSuffix("build "+st.what+" of "+st.place, " of ")
	a.chunks = append(a.chunks, clone.Chunk{ID: id, Group: st.group, After: st.after, Bytes: st.bytes, Copy: func(ctx context.Context, _ *anonymize.Anonymizer) (report.Tally, error) {
		return report.Tally{}, inChunk(a.s.e.fail(ctx, op, do(ctx, id)), id)
	}})
}

// rowsGroup is the group of the chunks that write a table's rows. Leaves
// between which a rule may move rows have one together.
func (s *staged) rowsGroup(t *table) string {
	if s.moves(t) {
		return "table:" + t.group.name
	}
	return "table:" + t.relation.group()
}

func (s *staged) moves(t *table) bool { return s.tables[t.oid].into != t.quoted() }

// rowsGroups are the groups after which a table's rows are complete: those of
// its parts, and of what is computed from them.
func (s *staged) rowsGroups(t *table) []string {
	group := s.rowsGroup(t)
	return []string{group, "derived:" + strings.TrimPrefix(group, "table:")}
}

// table lists what is built on one table.
func (a *assembly) table(t *table) {
	if a.s.moves(t) || a.s.stays(t) {
		a.moved = append(a.moved, t)
		return
	}
	a.tableNow(t)
}

func (a *assembly) tableNow(t *table) {
	h := a.s.ends.homes[t.oid]
	if h == nil {
		return
	}
	rows := a.s.rowsGroups(t)
	if h.bytes+h.indexBytes() < a.s.r.small {
		a.small, a.rows = append(a.small, h), append(a.rows, rows...)
		if a.pieces() >= batchSize {
			a.flush()
		}
		return
	}
	place := t.relation.group()
	group := "indexes:" + place
	for _, index := range h.indexes {
		a.add(step{place: place, what: "index", group: group, after: rows, bytes: h.bytes/2 + index.bytes}, func(ctx context.Context, id string) error {
			return a.s.build(ctx, id, index.bytes, index.sql)
		})
	}
	a.keyed[h.oid] = "keys:" + place
	a.after = append(a.after, a.keyed[h.oid])
	last := append(h.pieces, a.analyze(h))
	a.add(step{place: place, what: "keys", group: a.keyed[h.oid], after: append([]string{group}, rows...), bytes: h.bytes / 2}, func(ctx context.Context, id string) error {
		return a.s.build(ctx, id, h.bytes, last...)
	})
}

// analyze leaves out the tables that others inherit from: these are not there
// yet.
func (a *assembly) analyze(h *home) string {
	if a.s.ends.inherited[h.oid] {
		return ""
	}
	return a.s.analyze(h)
}

func (a *assembly) pieces() (n int) {
	for _, h := range a.small {
		n += len(h.indexes) + len(h.pieces) + 1
	}
	return n
}

// flush lists the batch of small tables.
func (a *assembly) flush() {
	if len(a.small) == 0 {
		return
	}
	var sql []string
	var bytes int64
	group := fmt.Sprintf("keys/%d", a.number)
	for _, h := range a.small {
		for _, index := range h.indexes {
			sql = append(sql, index.sql)
		}
		sql = append(append(sql, h.pieces...), a.analyze(h))
		bytes += h.bytes
		a.keyed[h.oid] = group
	}
	a.after = append(a.after, group)
	a.add(step{what: "keys", group: group, after: a.rows, bytes: bytes}, func(ctx context.Context, id string) error {
		return a.s.build(ctx, id, 0, sql...)
	})
	a.small, a.rows = nil, nil
}

// closing lists what comes after the last table.
func (a *assembly) closing() {
	for _, t := range a.moved {
		a.tableNow(t)
	}
	a.flush()
	for _, root := range a.s.ends.roots {
		a.root(root)
	}
	if a.s.rows.old != nil {
		a.add(step{what: "references", group: groupReferences, after: slices.Clone(a.after)}, func(ctx context.Context, _ string) error { return a.s.checkReferences(ctx) })
		a.after = append(a.after, groupReferences)
	}
	a.add(step{what: "rules", group: groupRest, after: a.after}, func(ctx context.Context, id string) error { return a.s.buildRest(ctx, id) })
	a.viewChunks()
	a.keyChunks()
}

// root lists a partitioned table's own indexes, its partitions' joined to
// them, and its statistics. They are not one transaction, which would hold the
// locks of all partitions.
func (a *assembly) root(root *home) {
	var after []string
	seen := make(map[string]bool)
	for _, leaf := range a.s.ends.leaves[root.oid] {
		if group := a.keyed[leaf.oid]; group != "" && !seen[group] {
			seen[group] = true
			after = append(after, group)
		}
	}
	var sql, statistics []string
	for _, h := range a.s.ends.parted[root.oid] {
		sql = append(sql, h.pieces...)
		statistics = append(statistics, a.s.analyze(h))
	}
	sql = append(sql, root.attach...)
	place := root.relation.group()
	group := "partitions:" + place
	a.after = append(a.after, group)
	a.add(step{place: place, what: "partitions", group: group, after: after}, func(ctx context.Context, id string) error {
		if err := a.s.buildAll(ctx, id, sql); err != nil {
			return err
		}
		return a.s.exec(ctx, strings.Join(statistics, ";\n"))
	})
}

// build runs statements in one transaction, once, with the memory for bytes
// of an index.
func (s *staged) build(ctx context.Context, id string, bytes int64, sql ...string) error {
	memory := s.memory.take(bytes + bytes/2)
	defer s.memory.give(memory)
	_, err := s.once(ctx, id, func(conn *pgx.Conn) (int64, error) {
		return 0, simple(ctx, conn, s.setMemory(memory)+";\n"+strings.Join(sql, ";\n"))
	})
	return err
}

// buildAll runs any number of statements, some at a time.
func (s *staged) buildAll(ctx context.Context, id string, sql []string) error {
	for n := 0; len(sql) > 0; n++ {
		some := min(len(sql), batchSize)
		if err := s.build(ctx, fmt.Sprintf("%s/%d", id, n), 0, sql[:some]...); err != nil {
			return err
		}
		sql = sql[some:]
	}
	return nil
}

// buildRest makes what needs all tables, and the statistics of tables that
// others inherit from.
func (s *staged) buildRest(ctx context.Context, id string) error {
	var sql []string
	for _, p := range s.ends.rest {
		sql = append(sql, p.sql)
	}
	for _, oid := range slices.Sorted(maps.Keys(s.ends.inherited)) {
		if h := s.ends.homes[oid]; h != nil {
			sql = append(sql, s.analyze(h))
		}
	}
	return s.buildAll(ctx, id, sql)
}

// once runs do in a transaction with the journal's line id, unless that says
// that it has been done; do's number is kept in the line.
func (s *staged) once(ctx context.Context, id string, do func(conn *pgx.Conn) (int64, error)) (n int64, err error) {
	err = s.inStaged(ctx, func(conn *pgx.Conn) error {
		e, done, err := beginEntry(ctx, conn, id)
		n = e.rows
		if err == nil && !done {
			if n, err = do(conn); err == nil {
				err = commitEntry(ctx, conn, id, entry{rows: n})
			}
		}
		if err != nil {
			rollback(ctx, conn)
		}
		return err
	})
	return n, err
}

// simple runs statements without parameters.
func simple(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}
