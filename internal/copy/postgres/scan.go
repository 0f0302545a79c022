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
		written := s.written()
		for _, t := range append(cat.tables, cat.matviews...) {
			sc := scan{group: t.relation.group(), table: t, types: cat.types, load: written[t.relation]}
			if t.group != nil {
				sc.group, sc.counted = t.group.name, t.schema != ours
			}
			if t.schema == ours {
				sc.group = controlGroup
			}
			for i, p := range cut(t, s.r.partSize, ranges) {
				part := verify.Part{ID: fmt.Sprintf("%s/%s/%04d", s.Name(), t.relation.group(), i+1), Scan: func(ctx context.Context, in *verify.Inspector) error {
					return s.scan(ctx, sc, p, in)
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

// written finds by name how each table was written.
func (s *staged) written() map[relation]*load {
	loads := make(map[relation]*load)
	if s.r.cat != nil && s.tables != nil {
		for _, t := range s.r.cat.tables {
			loads[t.relation] = s.tables[t.oid]
		}
	}
	return loads
}

// scan is one table of the staged database to be read back.
type scan struct {
	group   string
	counted bool // its rows are records of the copy
	table   *table
	types   types
	load    *load // how it was written; nil for a view and what is new
}

// scan reads one part of a table: the values that people may stand in, those
// that a sum needs, or both in one pass.
func (s *staged) scan(ctx context.Context, sc scan, p part, in *verify.Inspector) error {
	if sc.counted && !in.Counts() {
		sc.counted = false
	}
	if !sc.counted && !in.Looks() {
		return nil
	}
	glances, sum := sc.glances(in.Looks())
	return s.e.fail(ctx, "read "+sc.group, s.inStaged(ctx, func(conn *pgx.Conn) error {
		eye := &eye{glances: glances, sum: sum}
		selects := make([]string, len(glances))
		for i, l := range glances {
			selects[i] = l.sql
			if l.read != nil {
				glances[i].field = in.Field(sc.group, l.name)
			}
		}
		_, err := conn.PgConn().CopyTo(ctx, eye, `COPY (`+p.selectColumns(selects)+`) TO STDOUT (FORMAT binary)`)
		if err == nil && !eye.ended {
			err = errMalformed
		}
		if err == nil && sc.counted {
			in.Records(sc.group, eye.rows, eye.total)
		}
		return err
	}))
}

// eye receives the rows of a COPY, sums them, and shows their values to the
// inspector.
type eye struct {
	glances        []glance
	sum            *checksum // may be nil
	rows           int64
	total          uint64
	at             []int // where each column of a row begins
	room           []byte
	started, ended bool
	part           pieces // of a row that is longer than a message
	long           longValue
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
	if n >= pieceSize || len(e.part.rest) > 0 || e.part.open {
		return n, e.part.each(data, n < pieceSize, e.advance)
	}
	for len(data) > 0 {
		columns, rest, err := cutCount(data)
		switch {
		case err != nil || e.ended:
			return 0, errMalformed
		case columns == trailer:
			e.ended, data = true, rest
			continue
		case columns != len(e.glances):
			return 0, errMalformed
		}
		if data, err = e.row(rest); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (e *eye) row(data []byte) ([]byte, error) {
	e.rows++
	row := data
	e.at = e.at[:0]
	var apart uint64
	for i := range e.glances {
		e.at = append(e.at, len(row)-len(data))
		field, rest, err := cutField(data)
		if err != nil {
			return nil, err
		}
		share, err := e.field(&e.glances[i], field)
		if err != nil {
			return nil, err
		}
		apart += share
		data = rest
	}
	switch {
	case e.sum == nil:
	case e.sum.text:
		e.total += spread(apart)
	default:
		e.at = append(e.at, len(row)-len(data))
		e.total += e.sum.row(row, e.at)
	}
	return data, nil
}

// field looks at one value and returns its share in a sum over the text form.
func (e *eye) field(l *glance, field []byte) (apart uint64, err error) {
	if l.list && field != nil {
		if err := clearFlags(field); err != nil {
			return 0, err
		}
	}
	if l.run >= 0 {
		apart = e.sum.value(l.run, l.asText(field))
	}
	if l.read != nil && field != nil {
		err = l.read(e, l.field, field)
	}
	return apart, err
}
