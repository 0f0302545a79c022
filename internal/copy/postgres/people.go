package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// People reads one declared source, table by table for a partitioned one,
// with the same check as the copy: a table that was emptied after the snapshot
// would hide its people.
func (r *reader) People(ctx context.Context, where person.Columns) iter.Seq2[person.Record, error] {
	return func(yield func(person.Record, error) bool) {
		wanted := true
		err := r.people(ctx, where, func(rec person.Record) bool {
			wanted = yield(rec, nil)
			return wanted
		})
		if err != nil && wanted {
			yield(person.Record{}, r.e.fail(ctx, "read people from "+where.Group, err))
		}
	}
}

func (r *reader) people(ctx context.Context, where person.Columns, yield func(person.Record) bool) error {
	g, err := r.declared(where)
	if err != nil {
		return err
	}
	refs, err := r.references(ctx, g, where.ID)
	if err != nil {
		return err
	}
	for _, p := range r.partsOf(g) {
		more := true
		err := r.inTable(ctx, p.table, func(d door) error {
			more, err = readPeople(ctx, d, peopleQuery(p, where), person.Record{Source: where.Group}, func(rec person.Record) bool {
				for _, ref := range refs {
					rec.Links = append(rec.Links, person.Ref(ref, rec.ID))
				}
				return yield(rec)
			})
			return err
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// partsOf cuts the tables of a group: people are read in short transactions
// too.
func (r *reader) partsOf(g *group) []part {
	var parts []part
	for _, t := range r.cat.tables {
		if t.group == g {
			parts = append(parts, cut(t, r.partSize, r.version >= tidRangeVersion)...)
		}
	}
	return parts
}

// declared finds the group of a declared source and checks its columns.
func (r *reader) declared(where person.Columns) (*group, error) {
	wrong := func(why string) error {
		return &report.Error{Code: report.Usage, Store: r.e.store, Side: report.Source, Op: "read people from " + where.Group, Err: &cause{text: why},
			Hint: "correct person: in the rules"}
	}
	if r.cat == nil {
		return nil, wrong("the survey comes first")
	}
	name := strings.TrimPrefix(where.Group, "public.")
	i := slices.IndexFunc(r.cat.groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		return nil, wrong("there is no such table")
	}
	g := r.cat.groups[i]
	for _, name := range []string{where.ID, where.Name, where.First, where.Last, where.Email, where.Phone, where.Locale} {
		if name != "" && !slices.ContainsFunc(g.columns, func(c column) bool { return c.name == name }) {
			return nil, wrong("there is no column " + name)
		}
	}
	return g, nil
}

// references lists the tables that the id column refers to: a row there with
// the same value is the same person. Other foreign keys of a table say who is
// related to whom, not who is who.
func (r *reader) references(ctx context.Context, g *group, id string) ([]string, error) {
	const sql = `SELECT c.confrelid::int8 FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.conrelid = $1::oid AND cardinality(c.conkey) = 1 AND a.attname = $2 ORDER BY c.oid`
	groups := r.cat.groupsByOID()
	var refs []string
	err := r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, sql, []any{g.oid, id}, func(rows pgx.Rows) error {
			var oid int64
			if err := rows.Scan(&oid); err != nil || groups[oid] == nil {
				return err
			}
			to := groups[oid].relation
			refs = append(refs, to.group())
			if to.schema == "public" { // the rules may say either
				refs = append(refs, "public."+to.name)
			}
			return nil
		})
	})
	return refs, err
}

// peopleQuery selects the seven columns of a record as text; NULL is empty.
func peopleQuery(p part, where person.Columns) string {
	columns := []string{where.ID, where.Name, where.First, where.Last, where.Email, where.Phone, where.Locale}
	for i, name := range columns {
		if name == "" {
			columns[i] = `''`
		} else {
			columns[i] = fmt.Sprintf(`coalesce(%s::text, '')`, ident(name))
		}
	}
	filter := " WHERE "
	if p.where() != "" {
		filter = " AND "
	}
	return p.selectColumns(columns) + filter + ident(where.ID) + ` IS NOT NULL`
}

// readPeople reports whether the reader wants more.
func readPeople(ctx context.Context, d door, sql string, blank person.Record, yield func(person.Record) bool) (more bool, err error) {
	rows, err := d.query(ctx, sql)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		rec := blank
		if err := rows.Scan(&rec.ID, &rec.Name, &rec.First, &rec.Last, &rec.Email, &rec.Phone, &rec.Locale); err != nil {
			return false, err
		}
		if !yield(rec) {
			return false, nil
		}
	}
	return true, rows.Err()
}
