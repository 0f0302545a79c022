package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// part is a piece of a table: the rows from an address on and before another,
// or all rows from the first when to is zero, so that rows beyond the estimated
// end are read.
type part struct {
	id       string
	table    *table
	from, to tid
	bytes    int64
	alone    bool // it is all of its table that is written: rows are frozen

	keep string   // condition of the rules, empty for all rows
	also []*table // other tables that the condition may read
	only []tid    // these rows, instead of pages
}

// cut divides a table into parts of about size bytes. A table that is no heap,
// and any table of a server without TID range scans, is one part. Where its
// bulk lies beside it, in long values, there may be more parts than pages: then
// the rows of each page are divided.
func cut(t *table, size int64, ranges bool) []part {
	n := int64(1)
	if ranges && t.heap && size > 0 {
		n = max((t.bytes+size-1)/size, 1)
	}
	if n > t.pages && t.pages > 0 {
		return cutPages(t, (n+t.pages-1)/t.pages)
	}
	n = min(n, max(t.pages, 1))
	parts := make([]part, n)
	for i := range n {
		parts[i] = part{table: t, from: tid{page: uint32(i * t.pages / n)}, to: tid{page: uint32((i + 1) * t.pages / n)}, bytes: t.bytes / n}
	}
	parts[n-1].to = tid{}
	return parts
}

// mostItems is how many rows a page of the usual size holds at most.
const mostItems = 291

// cutPages divides each page of a table into so many parts, as far as it holds
// so many rows. Where nobody knows how many it holds there are more of them,
// some of which stay empty.
func cutPages(t *table, n int64) []part {
	items := (t.rows + t.pages - 1) / t.pages
	if t.rows == 0 {
		items, n = mostItems, min(4*n, mostItems)
	}
	width := max((items+n-1)/n, 1)
	n = max((items+width-1)/width, 1)
	var parts []part
	for page := range t.pages {
		for i := range n {
			from, to := tid{uint32(page), uint16(i*width + 1)}, tid{uint32(page), uint16((i+1)*width + 1)}
			if i == 0 {
				from.item = 0
			}
			if i == n-1 {
				to = tid{page: uint32(page + 1)}
			}
			parts = append(parts, part{table: t, from: from, to: to, bytes: t.bytes / (t.pages * n)})
		}
	}
	parts[len(parts)-1].to = tid{}
	return parts
}

// where is the condition that selects the part's rows; empty for all.
func (p part) where() string {
	var conditions []string
	if p.from != (tid{}) {
		conditions = append(conditions, fmt.Sprintf(`ctid >= '(%d,%d)'::tid`, p.from.page, p.from.item))
	}
	if p.to != (tid{}) {
		conditions = append(conditions, fmt.Sprintf(`ctid < '(%d,%d)'::tid`, p.to.page, p.to.item))
	}
	if p.only != nil {
		conditions = append(conditions, tids(p.only))
	}
	if p.keep != "" {
		conditions = append(conditions, "("+p.keep+")")
	}
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

// selectColumns builds the SELECT of a part; no columns is a valid list.
func (p part) selectColumns(columns []string) string {
	alias := ""
	if p.keep != "" {
		alias = p.table.group.alias()
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM ONLY " + p.table.quoted() + alias + p.where()
}

// inTable runs fn in the snapshot with the table held, after proving that it
// is still the table of the snapshot: schema changes are not bound to a
// snapshot, and one that was truncated or rewritten since reads as empty in
// it, without an error. The lock, the weakest there is, ends with fn.
func (r *reader) inTable(ctx context.Context, t *table, fn func(d door) error) error {
	return r.inSnapshot(ctx, func(d door) error {
		if err := r.restraint.use(ctx, d); err != nil {
			return err
		}
		if err := r.holdAll(ctx, d, []*table{t}); err != nil {
			return err
		}
		if err := r.checkColumns(ctx, d, t); err != nil {
			return err
		}
		return fn(d)
	})
}

// holdAll locks tables and proves that each is still stored where it was in
// the snapshot.
func (r *reader) holdAll(ctx context.Context, d door, tables []*table) error {
	for _, t := range tables {
		if err := d.hold(ctx, t.quoted()); err != nil {
			return r.changed(t, err)
		}
		var same bool
		err := d.row(ctx, `SELECT coalesce(pg_relation_filenode($1::oid)::oid = $2::oid, false)`, []any{t.oid, t.filenode}, &same)
		if err != nil {
			return err
		}
		if !same {
			return r.changed(t, &cause{text: "its storage is another one"})
		}
	}
	return nil
}

// checkColumns asks what the table's columns are now, under the lock: each
// must be the one of the snapshot, by table, number and type.
func (r *reader) checkColumns(ctx context.Context, d door, t *table) error {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = ident(c.name)
	}
	fields, err := d.describe(ctx, part{table: t}.selectColumns(names))
	if err != nil {
		return r.changed(t, err)
	}
	for i, c := range t.columns {
		base, _, _ := r.cat.types.base(c.typ, c.mod)
		f := fields[i]
		if f.TableOID != t.oid || f.TableAttributeNumber != uint16(c.attnum) || f.DataTypeOID != base {
			return r.changed(t, &cause{text: "column " + c.name + " is another one"})
		}
	}
	return nil
}

// changed reports a table that is no longer what the snapshot says. An error
// of another kind, a lost connection for instance, passes as it is.
func (r *reader) changed(t *table, err error) error {
	if _, ours := err.(*cause); ours && stateOf(err) == "" || goneState(stateOf(err)) {
		return r.changedSince("table "+t.relation.group(), err)
	}
	return err
}

// goneState reports what a server says of an object that is gone, renamed, or
// of another kind than it was.
func goneState(state string) bool {
	return state == "42P01" || state == "42703" || state == "3F000" || state == "42809"
}

// failReading is fail for the reading of the catalogue. Of what is dropped
// meanwhile a server says there that something went wrong in itself.
func (r *reader) failReading(ctx context.Context, op string, err error) error {
	if stateOf(err) == "XX000" {
		return &report.Error{Code: report.Transient, Store: r.e.store, Side: report.Source, Op: op, Err: reduce(err), Hint: goneHint}
	}
	return r.e.fail(ctx, op, err)
}

// changedSince is the error of a run that met an object which is no longer what
// the snapshot says.
func (r *reader) changedSince(what string, err error) error {
	return &report.Error{Code: report.Transient, Store: r.e.store, Side: report.Source, Op: "read " + what, Err: reduce(err),
		Hint: what + " was truncated, rewritten, changed or dropped after the snapshot; run the same command again"}
}
