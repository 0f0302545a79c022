package postgres

import (
	"bytes"
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// vectorsQuery lists the triggers of PostgreSQL's own that fill a full-text
// vector, with their arguments.
const vectorsQuery = `SELECT t.tgrelid::int8, p.proname, t.tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname IN ('tsvector_update_trigger', 'tsvector_update_trigger_column') AND p.pronamespace = 'pg_catalog'::regnamespace AND NOT t.tgisinternal ORDER BY t.oid`

// readVectors notes by which expression such a trigger computes its column, to
// be suggested: a trigger does not fire while rows are loaded.
func (c *catalog) readVectors(ctx context.Context, query queryFunc) error {
	lists, _ := c.columnsOf()
	return each(ctx, query, vectorsQuery, nil, func(rows pgx.Rows) error {
		var rel int64
		var function string
		var raw []byte
		if err := rows.Scan(&rel, &function, &raw); err != nil {
			return err
		}
		var args []string
		for arg := range bytes.SplitSeq(bytes.TrimSuffix(raw, []byte{0}), []byte{0}) {
			args = append(args, string(arg))
		}
		list := lists[uint32(rel)]
		if list == nil || len(args) < 3 {
			return nil
		}
		config := literal(args[1])
		if function == "tsvector_update_trigger_column" {
			config = plainIdent(args[1])
		}
		for i := range *list {
			if (*list)[i].name == args[0] {
				(*list)[i].suggest = "to_tsvector(" + config + ", " + concatenated(args[2:]) + ")"
			}
		}
		return nil
	})
}

// concatenated joins columns as those triggers do: with a blank between, NULL
// being nothing.
func concatenated(columns []string) string {
	parts := make([]string, len(columns))
	for i, name := range columns {
		parts[i] = "coalesce(" + plainIdent(name) + ", '')"
	}
	return strings.Join(parts, " || ' ' || ")
}

// plainIdent quotes a name only where SQL needs it, for people to read.
func plainIdent(name string) string {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return ident(name)
		}
	}
	return name
}
