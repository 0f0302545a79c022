package postgres

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

const controlTable = `"` + ours + `".control`

// controlGroup names the control's place in a report.
const controlGroup = "tenantcopy_control"

// Plant puts the control into a table of its own in the staged database.
func (s *staged) Plant(ctx context.Context, c verify.Control) error {
	sql := fmt.Sprintf(`CREATE SCHEMA IF NOT EXISTS %s; CREATE TABLE IF NOT EXISTS %s (name text PRIMARY KEY, value text NOT NULL); INSERT INTO %s VALUES (%s, %s) ON CONFLICT DO NOTHING`,
		ident(ours), controlTable, controlTable, literal(c.Name), literal(c.Value))
	return s.e.fail(ctx, "plant the control", s.exec(ctx, sql))
}

// Unplant removes that table.
func (s *staged) Unplant(ctx context.Context, _ verify.Control) error {
	return s.e.fail(ctx, "remove the control", s.exec(ctx, `DROP TABLE IF EXISTS `+controlTable))
}

// Parts lists what the staged database holds now, not what was copied: tables
// in ranges of pages, materialised views, and the control.
func (s *staged) Parts(ctx context.Context) iter.Seq2[verify.Part, error] {
	return func(yield func(verify.Part, error) bool) {
		var cat *catalog
		ranges := false
		err := s.inStaged(ctx, func(conn *pgx.Conn) error {
			number, err := version(ctx, conn)
			if err != nil {
				return err
			}
			ranges = number >= tidRangeVersion
			cat, err = readCatalog(ctx, conn.Query)
			return err
		})
		if err != nil {
			yield(verify.Part{}, s.e.fail(ctx, "list the staged tables", err))
			return
		}
		for _, t := range append(cat.tables, cat.matviews...) {
			selects, names := scanColumns(cat, t)
			for i, p := range cut(t, s.r.partSize, ranges) {
				sc := scan{group: t.relation.group(), columns: names, sql: p.selectColumns(selects)}
				if t.group != nil {
					sc.group, sc.counted = t.group.name, t.schema != ours
				}
				if t.schema == ours {
					sc.group = controlGroup
				}
				part := verify.Part{ID: fmt.Sprintf("%s/%s/%04d", s.Name(), t.relation.group(), i+1), Scan: func(ctx context.Context, in *verify.Inspector) error {
					return s.scan(ctx, sc, in)
				}}
				if !yield(part, nil) {
					return
				}
			}
		}
		for part := range s.objectParts(cat.objects) {
			if !yield(part, nil) {
				return
			}
		}
	}
}

// scanColumns selects every column of a table as text, bytea as it is. Dates,
// times, truth values and UUIDs are left out: none can hold an address or a
// name, and their digits would be taken for telephone numbers.
func scanColumns(cat *catalog, t *table) (selects, names []string) {
	for _, c := range t.columns {
		base, _, _ := cat.types.base(c.typ, c.mod)
		switch base {
		case oidBool, oidUUID, oidDate, oidTime, oidTimetz, oidTimestamp, oidTimestamptz, oidInterval:
			continue
		case oidBytea, oidText, oidVarchar, oidBpchar, oidJSON:
			selects = append(selects, ident(c.name))
		default:
			selects = append(selects, ident(c.name)+"::text")
		}
		names = append(names, c.name)
	}
	return selects, names
}

// scan is one SELECT to be looked at.
type scan struct {
	group   string
	counted bool // its rows are records of the copy
	columns []string
	sql     string
}

func (s *staged) scan(ctx context.Context, sc scan, in *verify.Inspector) error {
	return s.e.fail(ctx, "read "+sc.group, s.inStaged(ctx, func(conn *pgx.Conn) error {
		eye := &eye{scan: sc, in: in}
		_, err := conn.PgConn().CopyTo(ctx, eye, `COPY (`+sc.sql+`) TO STDOUT (FORMAT binary)`)
		if err == nil && !eye.ended {
			err = errMalformed
		}
		return err
	}))
}

// eye receives the rows of a COPY and shows their values to the inspector.
type eye struct {
	scan
	in             *verify.Inspector
	started, ended bool
}

// Write implements io.Writer; the driver calls it with one message at a time,
// on the caller's goroutine.
func (e *eye) Write(data []byte) (int, error) {
	n := len(data)
	if !e.started {
		if n < len(binaryHeader) || string(data[:len(binaryHeader)]) != binaryHeader {
			return 0, errMalformed
		}
		data, e.started = data[len(binaryHeader):], true
	}
	for len(data) > 0 {
		columns, rest, err := cutCount(data)
		switch {
		case err != nil || e.ended:
			return 0, errMalformed
		case columns == trailer:
			e.ended, data = true, rest
			continue
		case columns != len(e.columns):
			return 0, errMalformed
		}
		if data, err = e.row(rest); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (e *eye) row(data []byte) ([]byte, error) {
	if e.counted {
		e.in.Record(e.group)
	}
	for _, name := range e.columns {
		field, rest, err := cutField(data)
		if err != nil {
			return nil, err
		}
		if field != nil {
			e.in.Value(e.group, name, field)
		}
		data = rest
	}
	return data, nil
}
