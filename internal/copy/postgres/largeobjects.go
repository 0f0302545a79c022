package postgres

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// Large objects are a field of their own, pg_largeobject.data, that needs a
// rule like a column. They keep their numbers, by which the application's rows
// refer to them. The source is read as the table that it is, within the
// snapshot; the functions of large objects would not be bound to it.

// objectsGroup and objectsField are what rules and reports call them.
const (
	objectsGroup = "pg_largeobject"
	objectsField = "data"
)

const (
	objectsAtOnce = 500     // of a chunk, created in one transaction
	objectBlock   = 1 << 20 // bytes written, or read back, at once
	objectLongest = 64 << 20
	objectOverlap = 4 << 10 // a word on the border of two blocks is seen whole
)

// objectRange is some large objects, by their numbers.
type objectRange struct {
	first, last uint32
	bytes       int64
}

const objectsQuery = `SELECT min(oid), max(oid), count(*) * (pg_relation_size('pg_largeobject') / greatest((SELECT count(*) FROM pg_largeobject_metadata), 1))
FROM (SELECT oid, (row_number() OVER (ORDER BY oid) - 1) / $1::int8 AS n FROM pg_largeobject_metadata) AS g GROUP BY n ORDER BY n`

// readObjects lists the large objects of a database in ranges.
func readObjects(ctx context.Context, query queryFunc) (out []objectRange, err error) {
	err = each(ctx, query, objectsQuery, []any{objectsAtOnce}, func(rows pgx.Rows) error {
		var o objectRange
		err := rows.Scan(&o.first, &o.last, &o.bytes)
		out = append(out, o)
		return err
	})
	return out, err
}

// objectFields is the field, where there are any.
func (r *reader) objectFields() []anonymize.Field {
	if len(r.cat.objects) == 0 {
		return nil
	}
	return []anonymize.Field{{Store: r.e.store, Group: objectsGroup, Name: objectsField, Type: "bytea", Form: anonymize.FormBytes}}
}

// objectChunks are the chunks that carry them.
func (s *staged) objectChunks() iter.Seq[clone.Chunk] {
	return func(yield func(clone.Chunk) bool) {
		if s.objects == nil || s.objects.Empty {
			return
		}
		for i, o := range s.r.cat.objects {
			id := fmt.Sprintf("%s/%s/%04d", s.Name(), objectsGroup, i+1)
			c := clone.Chunk{ID: id, Group: "large objects", Bytes: o.bytes, Copy: func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
				tally, err := s.copyObjects(ctx, a, id, o)
				return tally, inChunk(s.e.fail(ctx, "copy large objects", err), id)
			}}
			if !yield(c) {
				return
			}
		}
	}
}

// copyObjects carries one range in one transaction with its line in the
// journal.
func (s *staged) copyObjects(ctx context.Context, a *anonymize.Anonymizer, id string, o objectRange) (tally report.Tally, err error) {
	conn, err := s.sessions.get(ctx)
	if err != nil {
		return tally, err
	}
	defer s.sessions.put(ctx, conn)
	e, done, err := beginEntry(ctx, conn, id)
	if err == nil && !done {
		w := &objectWriter{conn: conn, a: a, row: s.objects}
		err = s.r.inSnapshot(ctx, func(d door) error {
			numbers, err := s.objectNumbers(ctx, d, o)
			if err != nil {
				return err
			}
			return w.carry(ctx, d, numbers)
		})
		if err == nil {
			e = entry{rows: w.objects, bytes: w.bytes}
			err = commitEntry(ctx, conn, id, e)
		}
	}
	if err != nil {
		rollback(ctx, conn)
		return tally, err
	}
	tally = report.Tally{Records: e.rows, Bytes: e.bytes}
	tally.In(objectsGroup, e.rows)
	return tally, nil
}

// objectWriter receives the source's pages, in order, and writes each object
// in blocks where it is kept, whole where a rule reads it.
type objectWriter struct {
	conn    *pgx.Conn
	a       *anonymize.Anonymizer
	row     *anonymize.Row
	objects int64
	bytes   int64

	current uint32 // 0 before the first
	at      int64  // where in it the buffer begins
	buf     []byte
}

func (w *objectWriter) carry(ctx context.Context, d door, numbers []uint32) error {
	w.objects = int64(len(numbers))
	if _, err := w.conn.Exec(ctx, `SELECT lo_create(o) FROM unnest($1::oid[]) AS o`, numbers); err != nil {
		return err
	}
	const pages = `SELECT loid, pageno::int8 * (current_setting('block_size')::int8 / 4), data FROM pg_largeobject WHERE loid = ANY ($1::oid[]) ORDER BY loid, pageno`
	err := each(ctx, d.query, pages, []any{numbers}, func(rows pgx.Rows) error {
		var number uint32
		var at int64
		var page pgtype.DriverBytes
		if err := rows.Scan(&number, &at, &page); err != nil {
			return err
		}
		return w.page(ctx, number, at, page)
	})
	if err != nil {
		return err
	}
	return w.flush(ctx)
}

// page takes the next page. What is no neighbour of what is buffered, a new
// object or the far side of a hole, ends the buffer.
func (w *objectWriter) page(ctx context.Context, number uint32, at int64, page []byte) error {
	kept := !w.row.Steps[0].Rule
	next := w.at + int64(len(w.buf))
	switch {
	case number != w.current, kept && (at != next || len(w.buf) >= objectBlock):
		if err := w.flush(ctx); err != nil {
			return err
		}
		if w.current, w.at = number, 0; kept {
			w.at = at
		}
	}
	if !kept && at > w.at+int64(len(w.buf)) && at < objectLongest {
		w.buf = append(w.buf, make([]byte, at-w.at-int64(len(w.buf)))...)
	}
	if !kept && at+int64(len(page)) > objectLongest {
		return &report.Error{Code: report.Incompatible, Op: fmt.Sprintf("read large object %d", number), Err: &cause{text: "it is longer than a rule reads, 64 MB"},
			Hint: "say keep or null for pg_largeobject in the rules"}
	}
	w.buf = append(w.buf, page...)
	return nil
}

// flush writes what is buffered, through the rule.
func (w *objectWriter) flush(ctx context.Context) (err error) {
	if w.current == 0 || len(w.buf) == 0 {
		return nil
	}
	var value anonymize.Clean
	w.a.Begin(w.row)
	if w.row.Steps[0].Rule {
		if value, err = w.a.Value(0, w.buf); err != nil {
			return err
		}
	} else {
		value = w.a.Span(0, w.buf)
	}
	if !value.IsNull() {
		w.bytes += int64(len(value.Bytes()))
		err = putObject(ctx, w.conn, w.current, w.at, value)
	}
	w.buf = w.buf[:0]
	return err
}

// objectParts are the parts of the proof that read them back.
func (s *staged) objectParts(ranges []objectRange) iter.Seq[verify.Part] {
	return func(yield func(verify.Part) bool) {
		for i, o := range ranges {
			part := verify.Part{ID: fmt.Sprintf("%s/%s/%04d", s.Name(), objectsGroup, i+1), Scan: func(ctx context.Context, in *verify.Inspector) error {
				return s.e.fail(ctx, "read "+objectsGroup, s.inStaged(ctx, func(conn *pgx.Conn) error { return scanObjects(ctx, conn, o, in) }))
			}}
			if !yield(part) {
				return
			}
		}
	}
}

// scanObjects shows the objects of a range, block by block.
func scanObjects(ctx context.Context, conn *pgx.Conn, o objectRange, in *verify.Inspector) error {
	var numbers []uint32
	err := conn.QueryRow(ctx, `SELECT coalesce(array_agg(oid ORDER BY oid), '{}') FROM pg_largeobject_metadata WHERE oid BETWEEN $1 AND $2`, o.first, o.last).Scan(&numbers)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		in.Record(objectsGroup)
		for at := int64(0); ; at += objectBlock - objectOverlap {
			var block []byte
			if err := conn.QueryRow(ctx, `SELECT lo_get($1::oid, $2::int8, $3::int4)`, number, at, objectBlock).Scan(&block); err != nil {
				return err
			}
			in.Value(objectsGroup, objectsField, block)
			if len(block) < objectBlock {
				break
			}
		}
	}
	return nil
}
