package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Partitions come and go while a copy runs, and the server's functions about
// their trees, pg_partition_root for one, tell of now and not of the snapshot.

// tree says which partition belongs where, as of the snapshot.
type tree struct {
	above  map[uint32]uint32 // the partitioned table right above a partition
	abroad map[uint32]bool   // roots, and tables without one, that have a foreign partition or are foreign
}

// root returns the topmost table above a relation; itself where none is.
func (t tree) root(oid uint32) uint32 {
	for t.above[oid] != 0 {
		oid = t.above[oid]
	}
	return oid
}

// readTree reads it.
func (c *catalog) readTree(ctx context.Context, query queryFunc) error {
	c.tree = tree{above: make(map[uint32]uint32), abroad: make(map[uint32]bool)}
	const sql = `SELECT i.inhrelid, i.inhparent FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'p'`
	return each(ctx, query, sql, nil, func(rows pgx.Rows) error {
		var child, parent uint32
		err := rows.Scan(&child, &parent)
		c.tree.above[child] = parent
		return err
	})
}

// changedTrees lists the partitioned tables whose partitions are others now than
// in the snapshot. One that is about to be detached counts as gone on both
// sides.
const changedTrees = `SELECT g::oid FROM unnest($1::oid[]) AS g WHERE ARRAY(SELECT relid::oid FROM pg_partition_tree(g) ORDER BY 1) IS DISTINCT FROM
  ARRAY(WITH RECURSIVE below AS (SELECT g AS oid UNION ALL SELECT i.inhrelid FROM below JOIN pg_inherits i ON i.inhparent = below.oid
    WHERE NOT coalesce((to_jsonb(i) ->> 'inhdetachpending')::bool, false)) SELECT oid FROM below ORDER BY 1)`

// overTrees holds tables while fn reads them in the snapshot, those that are
// partitions perhaps by the name of what is above them. A query on that name
// sees the partitions of now: fewer or other rows than the snapshot's, without an
// error. What is detached waits for the locks; what is attached does not, so the
// trees are compared again at the end.
func (r *reader) overTrees(ctx context.Context, d door, tables []*table, fn func() error) error {
	if err := r.holdAll(ctx, d, tables); err != nil {
		return err
	}
	roots := make(map[uint32]*group)
	var oids []uint32
	for _, t := range tables {
		if t.group.parted && roots[t.group.oid] == nil {
			roots[t.group.oid] = t.group
			oids = append(oids, t.group.oid)
		}
	}
	same := func() error {
		if len(oids) == 0 {
			return nil
		}
		var other *group
		err := each(ctx, d.query, changedTrees, []any{oids}, func(rows pgx.Rows) error {
			var oid uint32
			err := rows.Scan(&oid)
			other = roots[oid]
			return err
		})
		if err == nil && other != nil {
			err = r.changedSince("table "+other.name, &cause{text: "its partitions are others"})
		}
		return err
	}
	if err := same(); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return same()
}

// changedLocked names one of the relations that this transaction has read which
// is not stored where it was in the snapshot, or was not there; whatever is read
// stays locked until the transaction ends. New indexes change nothing.
const changedLocked = `SELECT coalesce((SELECT coalesce(n.nspname || '.' || c.relname, 'that was made meanwhile')
  FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.database <> 0 AND l.relation >= 16384
    AND CASE WHEN c.oid IS NULL THEN pg_get_indexdef(l.relation) IS NULL WHEN c.relkind IN ('r', 'm') THEN pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode ELSE false END
  ORDER BY 1 LIMIT 1), '')`

// overSelection is overTrees for what reads under a condition of the rules, if
// any: through a view or a function it may read tables that its words do not
// name, so all that were read are compared at the end.
func (r *reader) overSelection(ctx context.Context, d door, condition string, tables []*table, fn func() error) error {
	return r.overTrees(ctx, d, tables, func() error {
		if err := fn(); err != nil || condition == "" {
			return err
		}
		var other string
		if err := d.row(ctx, changedLocked, nil, &other); err != nil || other == "" {
			return err
		}
		return r.changedSince("table "+other, &cause{text: "its storage is another one"})
	})
}
