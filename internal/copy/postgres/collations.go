package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// The collations of single columns are of two kinds. Those of the application
// are made anew in the twin. Those of the server are found there or not: which
// ones there are depends on its machine.

// collation is one that a column, an index or a type has.
type collation struct {
	relation
	library string // that orders by it
	version string // of that library; at the source the one that its indexes are built by
}

const libraryOf = `CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END`

const usedCollations = `SELECT n.nspname, c.collname, ` + libraryOf + `, coalesce(c.collversion, '') FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collprovider <> 'd' AND c.oid IN (SELECT a.attcollation FROM pg_attribute a WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
  UNION SELECT unnest(i.indcollation::oid[]) FROM pg_index i WHERE i.indexrelid >= 16384 UNION SELECT t.typcollation FROM pg_type t WHERE t.oid >= 16384) ORDER BY 1, 2`

func readCollations(ctx context.Context, query queryFunc) ([]collation, error) {
	var out []collation
	err := each(ctx, query, usedCollations, nil, func(rows pgx.Rows) error {
		var c collation
		err := rows.Scan(&c.schema, &c.name, &c.library, &c.version)
		out = append(out, c)
		return err
	})
	return out, err
}

// foundCollations says what the server's collations of some names are now. A
// name may stand for several encodings.
const foundCollations = `SELECT n.nspname, c.collname, ` + libraryOf + `, coalesce(pg_collation_actual_version(c.oid), '') FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collname = ANY ($1::text[]) AND c.collencoding IN (-1, pg_char_to_encoding($2)) ORDER BY c.collencoding`

// findCollations looks for used ones in another database.
func (s *staged) findCollations(ctx context.Context, query queryFunc) (map[relation]collation, error) {
	names := []string{}
	for _, c := range s.collations {
		names = append(names, c.name)
	}
	found := make(map[relation]collation)
	err := each(ctx, query, foundCollations, []any{names, s.locale.encoding}, func(rows pgx.Rows) error {
		var c collation
		err := rows.Scan(&c.schema, &c.name, &c.library, &c.version)
		found[c.relation] = c
		return err
	})
	return found, err
}

// checkCollations refuses, all at once, collations of the source's server that
// the destination's does not have, or has under another meaning. conn is to a
// database that shows what the twin's server has.
func (s *staged) checkCollations(ctx context.Context, conn *pgx.Conn) error {
	found, err := s.findCollations(ctx, conn.Query)
	if err != nil {
		return err
	}
	var wrong []string
	for _, c := range s.collations {
		switch there, ok := found[c.relation]; {
		case c.schema != "pg_catalog":
		case !ok:
			wrong = append(wrong, c.name+" of "+c.library)
		case there.library != c.library:
			wrong = append(wrong, fmt.Sprintf("%s of %s (there it is of %s)", c.name, c.library, there.library))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Destination, Op: "check collations",
		Err: &cause{text: "not available at " + s.e.address() + ": " + strings.Join(wrong, "; ")}, Hint: "install these locales there and let a superuser run SELECT pg_import_system_collations('pg_catalog') in template1 and " + s.e.admin}
}

// noteCollations reports those whose library is of another version in the twin.
func (s *staged) noteCollations(ctx context.Context, conn *pgx.Conn) error {
	found, err := s.findCollations(ctx, conn.Query)
	if err != nil {
		return err
	}
	byVersions := make(map[string][]string)
	for _, c := range s.collations {
		if there := found[c.relation]; c.version != "" && there.version != "" && c.version != there.version {
			key := fmt.Sprintf("by version %s of its library at the source and %s in the twin", c.version, there.version)
			byVersions[key] = append(byVersions[key], c.relation.group())
		}
	}
	for _, versions := range slices.Sorted(maps.Keys(byVersions)) {
		names := byVersions[versions]
		s.learned.add("text under collation " + strings.Join(names, ", ") + " sorts " + versions + ": some orders may differ")
	}
	return nil
}
