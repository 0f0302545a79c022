package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// generatedQuery lists generated columns and what their expressions read. Up to
// version 14 the column itself depends on those, later its expression does.
const generatedQuery = `SELECT g.adrelid::int8, g.adnum, array_agg(DISTINCT x.attname::text ORDER BY x.attname::text)
FROM pg_attrdef g JOIN pg_attribute a ON a.attrelid = g.adrelid AND a.attnum = g.adnum AND a.attgenerated <> ''
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.adrelid AND d.refobjsubid > 0 AND d.refobjsubid <> g.adnum
  AND (d.classid = 'pg_attrdef'::regclass AND d.objid = g.oid OR d.classid = 'pg_class'::regclass AND d.objid = g.adrelid AND d.objsubid = g.adnum)
JOIN pg_attribute x ON x.attrelid = d.refobjid AND x.attnum = d.refobjsubid GROUP BY 1, 2`

// readGenerated notes what generated columns are computed from: the columns
// that need rules in their place.
func (c *catalog) readGenerated(ctx context.Context, query queryFunc) error {
	lists, _ := c.columnsOf()
	return each(ctx, query, generatedQuery, nil, func(rows pgx.Rows) error {
		var rel int64
		var attnum int16
		var reads []string
		if err := rows.Scan(&rel, &attnum, &reads); err != nil {
			return err
		}
		list := lists[uint32(rel)]
		for i := 0; list != nil && i < len(*list); i++ {
			if (*list)[i].attnum == attnum {
				(*list)[i].reads = reads
			}
		}
		return nil
	})
}
