package postgres

import (
	"context"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// This room reads what the schema demands of values together: unique keys,
// foreign keys, partition bounds. Rules that cannot promise it are refused by
// the plan.

// readDemands reads them, by the names that rules use.
func (c *catalog) readDemands(ctx context.Context, query queryFunc, store string) (anonymize.Demands, error) {
	var d anonymize.Demands
	err := c.readKeys(ctx, query, store, &d)
	if err == nil {
		err = c.readLinks(ctx, query, store, &d)
	}
	if err == nil {
		err = c.readRoutes(ctx, query, store, &d)
	}
	return d, err
}

// keysQuery lists what unique and exclusion indexes look at, element by
// element: a column, or an expression with the columns that the index's
// expressions read. A generated column counts as its expression. Operators
// other than equality are those of exclusion constraints.
const keysQuery = `SELECT i.indexrelid::int8, i.indrelid::int8, ic.relname, coalesce(a.attname, ''), coalesce(a.attgenerated <> '', true),
  CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.place::int, false) WHEN a.attgenerated <> '' THEN pg_get_expr(g.adbin, g.adrelid) ELSE '' END,
  coalesce(o.oprname = '=', true), coalesce(pg_get_expr(i.indpred, i.indrelid), ''), coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false), i.indisprimary,
  ARRAY(SELECT DISTINCT x.attname::text FROM pg_depend d JOIN pg_attribute x ON x.attrelid = d.refobjid AND x.attnum = d.refobjsubid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0 AND x.attname IS DISTINCT FROM a.attname
    AND (k.attnum = 0 AND d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid OR d.classid = 'pg_attrdef'::regclass AND d.objid = g.oid))
FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0
LEFT JOIN pg_attrdef g ON g.adrelid = a.attrelid AND g.adnum = a.attnum AND a.attgenerated <> ''
LEFT JOIN pg_constraint n ON n.conindid = i.indexrelid AND n.contype IN ('p', 'u', 'x') AND n.conexclop IS NOT NULL
LEFT JOIN pg_operator o ON o.oid = n.conexclop[k.place]
WHERE (i.indisunique OR i.indisexclusion) AND k.place <= i.indnkeyatts AND i.indrelid >= 16384 AND NOT ic.relispartition
ORDER BY i.indexrelid, k.place`

// readKeys reads unique indexes and exclusion constraints.
func (c *catalog) readKeys(ctx context.Context, query queryFunc, store string, d *anonymize.Demands) error {
	groups := c.groupsByOID()
	var last int64
	return each(ctx, query, keysQuery, nil, func(rows pgx.Rows) error {
		var index, root int64
		var name, column, expr, where string
		var computed, equality, oneNull, primary bool
		var reads []string
		if err := rows.Scan(&index, &root, &name, &column, &computed, &expr, &equality, &where, &oneNull, &primary, &reads); err != nil {
			return err
		}
		g := groups[root]
		if g == nil { // a materialised view's: its rows are made anew
			return nil
		}
		if index != last {
			part := g.oid != uint32(root)
			u := anonymize.Unique{Store: store, Group: g.name, Name: name, OneNull: oneNull, Primary: primary && !part, Part: part}
			u.Where, u.WhereNull = conditionColumns(where, g)
			d.Uniques = append(d.Uniques, u)
			last = index
		}
		u := &d.Uniques[len(d.Uniques)-1]
		if computed {
			from, known := anonymize.Respelled(expr)
			if !known || !equality {
				u.Loose = append(u.Loose, reads...)
				return nil
			}
			column = from
		}
		if equality {
			u.Columns = append(u.Columns, column)
		} else {
			u.Loose = append(u.Loose, column)
		}
		return nil
	})
}

// nullTest is a test for NULL of one column, as the server writes it.
var nullTest = regexp.MustCompile(`\(?((?:[a-zA-Z_0-9$]|[^\x00-\x7F])+|"(?:[^"]|"")+") IS (?:NOT )?NULL\)?`)

// conditionColumns finds the columns in the condition of a partial index:
// those of which it asks more than whether they are NULL, and the others.
func conditionColumns(where string, g *group) (deep, null []string) {
	rest := nullTest.ReplaceAllString(where, "")
	for _, col := range g.columns {
		switch {
		case mentions(rest, col.name):
			deep = append(deep, col.name)
		case mentions(where, col.name):
			null = append(null, col.name)
		}
	}
	return deep, null
}

// mentions reports whether an expression of the server's names a column. It
// may say yes to a function or a string of that name, never no to the column.
func mentions(expr, column string) bool {
	for _, name := range []string{ident(column), column} {
		for at := 0; ; {
			i := strings.Index(expr[at:], name)
			if i < 0 {
				break
			}
			start, end := at+i, at+i+len(name)
			if (start == 0 || !wordByte(expr[start-1])) && (end == len(expr) || !wordByte(expr[end])) {
				return true
			}
			at = start + 1
		}
	}
	return false
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}

// groupsByOID finds the group of a table, a partition's by its root.
func (c *catalog) groupsByOID() map[int64]*group {
	out := make(map[int64]*group, len(c.groups))
	for _, g := range c.groups {
		out[int64(g.oid)] = g
	}
	for partition := range c.tree.above {
		if g := out[int64(c.tree.root(partition))]; g != nil {
			out[int64(partition)] = g
		}
	}
	return out
}

// linksQuery lists the foreign keys, those of partitions with the name of the
// root. One that is not enforced (PostgreSQL 18) demands nothing.
const linksQuery = `SELECT c.conname, c.conrelid::int8, c.confrelid::int8,
  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (n, place) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY place),
  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (n, place) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY place)
FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 AND coalesce(to_jsonb(c) ->> 'conenforced', 'true') <> 'false' ORDER BY c.oid`

// readLinks reads the foreign keys.
func (c *catalog) readLinks(ctx context.Context, query queryFunc, store string, d *anonymize.Demands) error {
	groups := c.groupsByOID()
	return each(ctx, query, linksQuery, nil, func(rows pgx.Rows) error {
		l := anonymize.Link{Store: store}
		var from, to int64
		if err := rows.Scan(&l.Name, &from, &to, &l.Columns, &l.ToColumns); err != nil {
			return err
		}
		if groups[from] == nil || groups[to] == nil {
			return nil
		}
		l.Group, l.ToGroup = groups[from].name, groups[to].name
		c.links = append(c.links, l)
		d.Links = append(d.Links, l)
		return nil
	})
}

// routesQuery lists what is partitioned and takes no row beside its
// partitions' bounds, with its key and the keys above it. A hash takes every
// row.
const routesQuery = `SELECT c.oid::int8, n.nspname, c.relname, pg_get_partkeydef(c.oid), p.partexprs IS NULL,
  ARRAY(SELECT pg_get_partkeydef(u.relid) FROM pg_partition_ancestors(c.oid) AS u (relid) WHERE u.relid <> c.oid)
FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.partstrat <> 'h' AND p.partdefid = 0 AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid) ORDER BY n.nspname, c.relname`

// readRoutes reads the partitioned tables that do not take every row.
func (c *catalog) readRoutes(ctx context.Context, query queryFunc, store string, d *anonymize.Demands) error {
	groups := c.groupsByOID()
	return each(ctx, query, routesQuery, nil, func(rows pgx.Rows) error {
		var oid int64
		var at relation
		var key string
		var above []string
		r := anonymize.Route{Store: store}
		if err := rows.Scan(&oid, &at.schema, &at.name, &key, &r.Exact, &above); err != nil {
			return err
		}
		g := groups[oid]
		if g == nil {
			return nil
		}
		r.Group, r.Name = g.name, at.group()
		for _, col := range g.columns {
			if mentions(key, col.name) {
				r.Keys = append(r.Keys, col.name)
			}
			if mentions(strings.Join(above, " "), col.name) {
				r.Above = append(r.Above, col.name)
			}
		}
		c.open = append(c.open, route{oid: oid, Route: r})
		d.Routes = append(d.Routes, r)
		return nil
	})
}

// route is a partitioned table that does not take every row.
type route struct {
	anonymize.Route
	oid int64
}
