package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// The numbers of catalogues that pieces are of.
const (
	classOfRelation   = 1259
	classOfConstraint = 2606
	classOfStatistics = 3381
)

// endgame is the schema's second half, sorted by what each piece waits for.
type endgame struct {
	homes map[uint32]*home // by the source's number; tables, partitioned tables, materialised views
	roots []*home          // of partitioned tables
	keys  []*foreignKey
	rest  []piece // triggers, rules and whatever else needs all tables
	late  []piece // what needs the foreign keys
	views []viewLevel

	leaves    map[uint32][]*home // that hold rows, by root
	parted    map[uint32][]*home // that hold none, by root; the root is one of them
	inherited map[uint32]bool    // others inherit from it, not as partitions
}

// home is a relation that has rows, and what is built on it.
type home struct {
	relation
	oid       uint32
	kind      kind
	root      uint32 // the partitioned table above all; its own number where there is none
	populated bool
	parents   []uint32 // those that it inherits from, not as a partition
	bytes     int64
	abroad    bool // a foreign table is among its partitions, or those of its root, or inherits from it

	indexes []indexBuild
	pieces  []string // what follows its indexes, in pg_dump's order
	attach  []string // on a root: the indexes of partitions joined to those above them
}

// indexBuild is one index that can be built beside others of its table.
type indexBuild struct {
	name  string
	sql   string
	bytes int64 // at the source
}

const homesQuery = `SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relispopulated, coalesce(pg_table_size(c.oid), 0),
  ARRAY(SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition),
  EXISTS (SELECT FROM pg_inherits i JOIN pg_class f ON f.oid = i.inhrelid AND f.relkind = 'f' WHERE i.inhparent = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND c.oid >= 16384 ORDER BY c.oid`

// madeQuery says of each index, constraint and statistics object where it
// belongs. A key whose index can be built first, in parallel to others, has
// the statement that does so, and the one that makes the index a constraint;
// partitioned tables cannot have that, nor keys without overlaps.
const madeQuery = `SELECT 1259::int8 AS class, i.indexrelid AS oid, i.indrelid AS home, x.relname, coalesce(pg_relation_size(i.indexrelid), 0) AS bytes, '' AS build, '' AS adopt
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indexrelid >= 16384
UNION ALL SELECT 2606, k.oid, k.conrelid, k.conname, coalesce(pg_relation_size(k.conindid), 0),
  CASE WHEN k.contype IN ('p', 'u') AND t.relkind = 'r' AND m.amname = 'btree' THEN coalesce(pg_get_indexdef(k.conindid), '') ELSE '' END,
  format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s USING INDEX %I%s%s', n.nspname, t.relname, k.conname, CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, x.relname,
    CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END, CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END)
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_class x ON x.oid = k.conindid JOIN pg_am m ON m.oid = x.relam
WHERE k.contype IN ('p', 'u', 'x') AND k.oid >= 16384
UNION ALL SELECT 3381, s.oid, s.stxrelid, s.stxname, 0, '', '' FROM pg_statistic_ext s`

// object is a row of a catalogue.
type object struct{ class, oid uint32 }

// made is where an object belongs.
type made struct {
	home         uint32
	name         string
	bytes        int64
	build, adopt string // of a key; empty when it is made as pg_dump has it
}

// readEndgame sorts the archive's second half.
func (s *staged) readEndgame(ctx context.Context, plan *anonymize.Plan) (*endgame, error) {
	pieces, err := s.pieces(ctx, "post-data")
	if err != nil {
		return nil, err
	}
	if pieces, err = s.adaptPolicies(ctx, pieces); err != nil {
		return nil, err
	}
	g := &endgame{homes: make(map[uint32]*home), leaves: make(map[uint32][]*home), parted: make(map[uint32][]*home), inherited: make(map[uint32]bool)}
	objects := make(map[object]made)
	err = s.r.inSnapshot(ctx, func(d door) error {
		if err := g.readHomes(ctx, d, s.r.cat.tree); err != nil {
			return err
		}
		if err := readMade(ctx, d, objects); err != nil {
			return err
		}
		if err := g.readViews(ctx, d); err != nil {
			return err
		}
		if err := s.readUnfillable(ctx, d, g); err != nil {
			return err
		}
		return g.readKeys(ctx, d)
	})
	if err != nil {
		return nil, s.r.failReading(ctx, "read the catalogue", err)
	}
	g.sort(pieces, objects)
	for _, k := range g.keys {
		root := k.table
		if h := g.homes[k.child]; h != nil && g.homes[h.root] != nil {
			root = g.homes[h.root].relation
		}
		k.refuse = plan.Orphans(s.Name(), root.group()) == ruleset.OrphansRefuse
	}
	return g, nil
}

func (g *endgame) readHomes(ctx context.Context, d door, above tree) error {
	return each(ctx, d.query, homesQuery, nil, func(rows pgx.Rows) error {
		h := &home{}
		var k string
		if err := rows.Scan(&h.oid, &h.schema, &h.name, &k, &h.populated, &h.bytes, &h.parents, &h.abroad); err != nil {
			return err
		}
		h.kind, h.root = kind(k), above.root(h.oid)
		h.abroad = h.abroad || above.abroad[h.root]
		g.homes[h.oid] = h
		for _, parent := range h.parents {
			g.inherited[parent] = true
		}
		switch {
		case h.kind == "p" && h.root == h.oid:
			g.roots = append(g.roots, h)
			fallthrough
		case h.kind == "p":
			g.parted[h.root] = append(g.parted[h.root], h)
		case h.root != h.oid:
			g.leaves[h.root] = append(g.leaves[h.root], h)
		}
		return nil
	})
}

func readMade(ctx context.Context, d door, objects map[object]made) error {
	return each(ctx, d.query, madeQuery, nil, func(rows pgx.Rows) error {
		var class int64
		var o object
		var m made
		if err := rows.Scan(&class, &o.oid, &m.home, &m.name, &m.bytes, &m.build, &m.adopt); err != nil {
			return err
		}
		o.class = uint32(class)
		objects[o] = m
		return nil
	})
}

// sort gives each piece its place.
func (g *endgame) sort(pieces []piece, objects map[object]made) {
	keys := make(map[uint32]*foreignKey)
	for _, k := range g.keys {
		keys[k.oid] = k
	}
	g.keys = nil // those that the archive has, in its order
	byID := make(map[int]made)
	afterKeys := make(map[int]bool)
	for _, p := range pieces {
		m, known := objects[object{p.class, p.oid}]
		h := g.homes[m.home]
		key := keys[p.oid]
		switch {
		case known && h != nil:
			byID[p.id] = m
			h.take(p, m)
		case p.class == classOfConstraint && key != nil:
			key.sql, key.piece = p.sql, p.id
			g.keys = append(g.keys, key)
			afterKeys[p.id] = true
		case p.class == 0 && strings.HasPrefix(p.sql, "ALTER INDEX ") && g.rootOf(p, byID) != nil:
			root := g.rootOf(p, byID)
			root.attach = append(root.attach, p.sql)
		case isLate(p, afterKeys):
			afterKeys[p.id] = true
			p.sql = p.access + p.sql
			g.late = append(g.late, p)
		case p.sql != "":
			p.sql = p.access + p.sql
			g.rest = append(g.rest, p)
		}
	}
}

// rootOf finds the partitioned table whose index a piece joins partitions to.
func (g *endgame) rootOf(p piece, byID map[int]made) *home {
	for _, need := range p.needs {
		if h := g.homes[byID[need].home]; h != nil {
			return g.homes[h.root]
		}
	}
	return nil
}

// isLate reports what comes after the foreign keys: what needs one, and the
// switch for row security, under which keys are proved row by row.
func isLate(p piece, afterKeys map[int]bool) bool {
	for _, need := range p.needs {
		if afterKeys[need] {
			return true
		}
	}
	return p.class == 0 && strings.HasSuffix(p.sql, " ROW LEVEL SECURITY;")
}

// take adds what is built on the relation itself.
func (h *home) take(p piece, m made) {
	first, rest := firstStatement(p.sql)
	switch {
	case h.kind != "r":
		rest = p.sql
	case p.class == classOfRelation:
		h.indexes = append(h.indexes, indexBuild{m.name, first, m.bytes})
	case m.build != "":
		h.indexes = append(h.indexes, indexBuild{m.name, m.build, m.bytes})
		rest = m.adopt + ";\n" + rest
	default: // statistics; exclusion constraints, which lock their table against everything else
		rest = p.sql
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		h.pieces = append(h.pieces, rest)
	}
}

// indexBytes is the size of all indexes that are built apart.
func (h *home) indexBytes() (sum int64) {
	for _, i := range h.indexes {
		sum += i.bytes
	}
	return sum
}
