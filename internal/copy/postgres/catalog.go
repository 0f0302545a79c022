package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// ours is the schema that holds what a run needs in the staged database. No
// source may have one of this name.
const ours = "tenantcopy__staging"

// catalog is what a database holds, as of one snapshot.
type catalog struct {
	tables    []*table // with rows: plain tables and partition leaves, heaviest first
	groups    []*group // in order of name
	matviews  []*table // those that are filled; without a group: their rows are derived
	sequences []relation
	types     types
	objects   []objectRange // large ones
	links     []anonymize.Link
	open      []route // what is partitioned and does not take every row
	tree      tree
	notes     []string // what is not carried
}

// relation is anything with a qualified name.
type relation struct{ schema, name string }

// quoted returns the name as SQL takes it.
func (r relation) quoted() string { return ident(r.schema, r.name) }

// group returns the name that rules and reports use.
func (r relation) group() string {
	if r.schema == "public" {
		return r.name
	}
	return r.schema + "." + r.name
}

// table is one heap of rows.
type table struct {
	relation
	oid      uint32
	filenode uint32
	pages    int64
	bytes    int64 // TOAST included
	rows     int64 // estimate
	heap     bool  // ctid ranges work
	group    *group
	columns  []column
}

// group is what rules speak of: a table, or the root of a partitioned one,
// whose leaves take its rules.
type group struct {
	relation
	oid       uint32
	name      string
	parted    bool
	columns   []column
	keys      []string // columns that say which partition a row belongs to
	keyByExpr bool     // an expression says so
	text      bool     // its rows travel as text: a type has no binary form of use
	source    string   // a query in place of a table; empty for a table
}

// column is one column of a table, in the order of its table.
type column struct {
	name      string
	attnum    int16
	typ       uint32 // as declared
	mod       int32
	label     string // "character varying(60)"
	notNull   bool
	unique    bool
	generated bool     // computed by the server
	reads     []string // what a generated one is computed from
	suggest   string   // the expression that a trigger computes it by, where that is known
}

// kind is a letter of pg_class.relkind.
type kind string

const relationsQuery = `SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relfilenode,
  coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::int8, coalesce(pg_table_size(c.oid), 0), greatest(c.reltuples, 0)::int8,
  coalesce(a.amname, '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'f', 'm', 'S') AND c.relispopulated AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname`

// readCatalog reads tables, columns, keys and types. query runs a SELECT in
// the transaction that sees the snapshot.
func readCatalog(ctx context.Context, query queryFunc) (*catalog, error) {
	c := &catalog{}
	if err := c.readTree(ctx, query); err != nil {
		return nil, err
	}
	groups := make(map[uint32]*group)
	err := each(ctx, query, relationsQuery, nil, func(rows pgx.Rows) error {
		var t table
		var k, method string
		if err := rows.Scan(&t.oid, &t.schema, &t.name, &k, &t.filenode, &t.pages, &t.bytes, &t.rows, &method); err != nil {
			return err
		}
		t.heap = method == "heap"
		switch kind(k) {
		case "r":
			c.tables = append(c.tables, &t)
		case "p":
			if c.tree.root(t.oid) == t.oid {
				groups[t.oid] = &group{relation: t.relation, oid: t.oid, name: t.relation.group(), parted: true}
			}
		case "f":
			c.notes = append(c.notes, "rows of foreign table "+t.relation.group())
			c.tree.abroad[c.tree.root(t.oid)] = true
		case "m":
			c.matviews = append(c.matviews, &t)
		case "S":
			c.sequences = append(c.sequences, t.relation)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range c.tables {
		root := c.tree.root(t.oid)
		if groups[root] == nil {
			groups[root] = &group{relation: t.relation, oid: t.oid, name: t.relation.group()}
		}
		t.group = groups[root]
	}
	for _, g := range groups {
		c.groups = append(c.groups, g)
	}
	slices.SortFunc(c.groups, func(a, b *group) int { return compareNames(a.relation, b.relation) })
	slices.SortStableFunc(c.tables, func(a, b *table) int { return int(min(max(b.bytes-a.bytes, -1), 1)) })
	return c, c.complete(ctx, query)
}

// complete adds what hangs on the relations.
func (c *catalog) complete(ctx context.Context, query queryFunc) error {
	if err := c.readColumns(ctx, query); err != nil {
		return err
	}
	if err := c.readUnique(ctx, query); err != nil {
		return err
	}
	c.inherit()
	if err := c.readPartitionKeys(ctx, query); err != nil {
		return err
	}
	if err := c.readVectors(ctx, query); err != nil {
		return err
	}
	if err := c.readGenerated(ctx, query); err != nil {
		return err
	}
	var err error
	if c.objects, err = readObjects(ctx, query); err != nil {
		return err
	}
	var used []uint32
	for _, t := range slices.Concat(c.tables, c.matviews) {
		for _, col := range t.columns {
			used = append(used, col.typ)
		}
	}
	for _, g := range c.groups {
		for _, col := range g.columns {
			used = append(used, col.typ)
		}
	}
	if c.types, err = readTypes(ctx, query, used); err != nil {
		return err
	}
	for _, t := range c.tables {
		for _, col := range t.columns {
			t.group.text = t.group.text || !col.generated && c.types.textOnly(col.typ)
		}
	}
	return nil
}

func compareNames(a, b relation) int {
	switch {
	case a.group() < b.group():
		return -1
	case a.group() > b.group():
		return 1
	}
	return 0
}

// columnsOf maps each relation of interest to its list of columns.
func (c *catalog) columnsOf() (map[uint32]*[]column, []uint32) {
	lists := make(map[uint32]*[]column)
	var oids []uint32
	for _, g := range c.groups {
		if g.parted {
			lists[g.oid] = &g.columns
			oids = append(oids, g.oid)
		}
	}
	for _, t := range slices.Concat(c.tables, c.matviews) {
		lists[t.oid] = &t.columns
		oids = append(oids, t.oid)
	}
	return lists, oids
}

func (c *catalog) readColumns(ctx context.Context, query queryFunc) error {
	lists, oids := c.columnsOf()
	const sql = `SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> ''
FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`
	return each(ctx, query, sql, []any{oids}, func(rows pgx.Rows) error {
		var rel uint32
		var col column
		if err := rows.Scan(&rel, &col.name, &col.attnum, &col.typ, &col.mod, &col.label, &col.notNull, &col.generated); err != nil {
			return err
		}
		*lists[rel] = append(*lists[rel], col)
		return nil
	})
}

// readUnique marks the columns that a unique or exclusion index looks at, in
// its key or in its expressions.
func (c *catalog) readUnique(ctx context.Context, query queryFunc) error {
	lists, oids := c.columnsOf()
	const sql = `SELECT i.indrelid, k.attnum FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
WHERE i.indrelid = ANY ($1::oid[]) AND (i.indisunique OR i.indisexclusion) AND k.attnum > 0 AND k.place <= i.indnkeyatts
UNION SELECT i.indrelid, d.refobjsubid::int2 FROM pg_index i JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
WHERE i.indrelid = ANY ($1::oid[]) AND (i.indisunique OR i.indisexclusion) AND i.indexprs IS NOT NULL`
	return each(ctx, query, sql, []any{oids}, func(rows pgx.Rows) error {
		var rel uint32
		var attnum int16
		if err := rows.Scan(&rel, &attnum); err != nil {
			return err
		}
		list := *lists[rel]
		for i := range list {
			if list[i].attnum == attnum {
				list[i].unique = true
			}
		}
		return nil
	})
}

// inherit gives a plain group its table's columns, and a root the strictness
// of its leaves: a rule must satisfy all of them.
func (c *catalog) inherit() {
	for _, t := range c.tables {
		if !t.group.parted {
			t.group.columns = t.columns
			continue
		}
		for i := range t.group.columns {
			own := &t.group.columns[i]
			for _, leaf := range t.columns {
				if leaf.name == own.name {
					own.notNull = own.notNull || leaf.notNull
					own.unique = own.unique || leaf.unique
				}
			}
		}
	}
}

// readPartitionKeys finds the columns by which rows are routed, on any level.
func (c *catalog) readPartitionKeys(ctx context.Context, query queryFunc) error {
	roots := make(map[uint32]*group)
	for _, g := range c.groups {
		if g.parted {
			roots[g.oid] = g
		}
	}
	if len(roots) == 0 {
		return nil
	}
	const sql = `SELECT p.partrelid, coalesce(a.attname, '')
FROM pg_partitioned_table p CROSS JOIN LATERAL unnest(p.partattrs::int2[]) AS k (attnum)
LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum AND k.attnum > 0`
	return each(ctx, query, sql, nil, func(rows pgx.Rows) error {
		var table uint32
		var name string
		if err := rows.Scan(&table, &name); err != nil {
			return err
		}
		if g := roots[c.tree.root(table)]; g != nil {
			g.keys = append(g.keys, name)
			g.keyByExpr = g.keyByExpr || name == ""
		}
		return nil
	})
}

// fields turns columns into what rules are matched against.
func (c *catalog) fields(store string, g *group, columns []column) []anonymize.Field {
	out := make([]anonymize.Field, len(columns))
	for i, col := range columns {
		form, maxLen, notNull := c.types.form(col.typ, col.mod)
		parts := c.types.parts(col.typ, col.mod)
		if g.text {
			form, parts = textForm(form), nil
		}
		out[i] = anonymize.Field{Store: store, Group: g.name, Name: col.name, Type: col.label, Form: form, MaxLen: maxLen, Parts: parts,
			NotNull: col.notNull || notNull, Unique: col.unique, Derived: col.generated, Reads: col.reads, Suggest: col.suggest,
			Routing: g.parted && (g.keyByExpr || slices.Contains(g.keys, col.name)), Words: c.types.hidesWords(col.typ), Inside: c.types.inside(col.typ), Labels: c.types.labels(col.typ)}
	}
	return out
}

// queryFunc runs a SELECT.
type queryFunc func(ctx context.Context, sql string, args ...any) (pgx.Rows, error)

// each calls fn for every row of a query.
func each(ctx context.Context, query queryFunc, sql string, args []any, fn func(rows pgx.Rows) error) error {
	rows, err := query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
