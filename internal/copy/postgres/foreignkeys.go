package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// notValidParted is the first version that has foreign keys of partitioned
// tables which are not validated, and that validates keys which refer to a
// partitioned table down to its partitions.
const notValidParted = 180000

// foreignKey is one foreign key of the source.
type foreignKey struct {
	oid       uint32
	child     uint32 // the table that refers
	table     relation
	name      string
	validated bool
	parted    bool // the table that refers is partitioned
	toParted  bool // the other one is
	sql       string
	piece     int  // of the archive
	refuse    bool // rows that break it end the run
	leftOut   bool // rows break it and the server cannot keep it unproved

	from, to      string   // quoted tables, with ONLY where there are no partitions
	columns, refs []string // quoted
	equal         []string // operators, beside them
	collations    []string // of the comparison, see edge
	full, period  bool     // MATCH FULL; PERIOD
}

const foreignKeysQuery = `SELECT k.oid, k.conrelid, n.nspname, t.relname, k.conname, k.convalidated, t.relkind = 'p', p.relkind = 'p',
  CASE t.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, t.relname), CASE p.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', m.nspname, p.relname),
  ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.conkey) WITH ORDINALITY AS c (num, place) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.num ORDER BY c.place),
  ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.confkey) WITH ORDINALITY AS c (num, place) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.num ORDER BY c.place),
  ARRAY(SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname) FROM unnest(k.conpfeqop) WITH ORDINALITY AS e (op, place) JOIN pg_operator o ON o.oid = e.op
    JOIN pg_namespace s ON s.oid = o.oprnamespace ORDER BY e.place), ` + keyCollations + `, k.confmatchtype = 'f', coalesce(to_jsonb(k) ->> 'conperiod', 'false') = 'true'
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace m ON m.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.oid >= 16384`

func (g *endgame) readKeys(ctx context.Context, d door) error {
	return each(ctx, d.query, foreignKeysQuery, nil, func(rows pgx.Rows) error {
		k := &foreignKey{}
		err := rows.Scan(&k.oid, &k.child, &k.table.schema, &k.table.name, &k.name, &k.validated, &k.parted, &k.toParted, &k.from, &k.to, &k.columns, &k.refs, &k.equal, &k.collations, &k.full, &k.period)
		g.keys = append(g.keys, k)
		return err
	})
}

// label names the key in messages.
func (k *foreignKey) label() string { return k.name + " of table " + k.table.group() }

// unproved is the statement that makes the key without looking at the rows.
func (k *foreignKey) unproved() string {
	first, rest := firstStatement(k.sql)
	if k.validated {
		first += " NOT VALID"
	}
	return first + ";\n" + rest
}

// orphansQuery counts the rows that break the key; empty when that cannot be
// told in one condition.
func (k *foreignKey) orphansQuery() string {
	if k.period {
		return ""
	}
	var set, null, same []string
	for i, c := range k.columns {
		set, null = append(set, "c."+c+" IS NOT NULL"), append(null, "c."+c+" IS NULL")
		same = append(same, fmt.Sprintf("p.%s %s c.%s%s", k.refs[i], k.equal[i], c, k.collations[i]))
	}
	all := strings.Join(set, " AND ")
	where := fmt.Sprintf("%s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)", all, k.to, strings.Join(same, " AND "))
	if k.full {
		where = fmt.Sprintf("(%s) OR NOT (%s) AND NOT (%s)", where, all, strings.Join(null, " AND "))
	}
	return fmt.Sprintf("SELECT count(*) FROM %s AS c WHERE %s", k.from, where)
}

// prove validates a key, or makes it where it cannot be made unproved. Rows
// that break it are dealt with as the rules say; how many there are is
// returned, -1 when the number is not known.
func (s *staged) prove(ctx context.Context, conn *pgx.Conn, k *foreignKey, plain bool) (orphans int64, err error) {
	sql := `ALTER TABLE ` + k.table.quoted() + ` VALIDATE CONSTRAINT ` + ident(k.name)
	if plain {
		sql = k.sql
	}
	if err := simple(ctx, conn, `SAVEPOINT proof`); err != nil {
		return 0, err
	}
	broken := simple(ctx, conn, sql)
	if broken == nil || stateOf(broken) != "23503" {
		return 0, broken
	}
	if err := simple(ctx, conn, `ROLLBACK TO SAVEPOINT proof`); err != nil {
		return 0, err
	}
	if plain && !k.parted {
		if err := simple(ctx, conn, k.unproved()); err != nil {
			return 0, err
		}
	}
	query := k.orphansQuery()
	if query == "" {
		return -1, s.judge(k, -1, -1)
	}
	if err := conn.QueryRow(ctx, query).Scan(&orphans); err != nil {
		return 0, err
	}
	var there int64
	err = s.r.inSnapshot(ctx, func(d door) error { return d.row(ctx, query, nil, &there) })
	if err != nil {
		return 0, s.r.e.fail(ctx, "count the rows that break foreign key "+k.label(), err)
	}
	return orphans, s.judge(k, orphans, there)
}

// judge decides about a key that rows break: here so many, at the source
// there. What the rules broke themselves is never let pass.
func (s *staged) judge(k *foreignKey, here, there int64) error {
	broken := func(why, hint string) error {
		return &report.Error{Code: report.Incompatible, Store: s.e.store, Side: report.Source, Op: "check foreign key " + k.label(), Err: &cause{text: why, state: "23503"}, Hint: hint}
	}
	switch {
	case here > there:
		return broken(fmt.Sprintf("%d rows refer to nothing, %d at the source: the rules change or leave out what they refer to", here, there),
			"give both ends of the key the same rule, and leave out no row that another refers to")
	case k.refuse:
		return broken("rows that refer to nothing, at the source already: "+rowCount(here), "mend the rows at the source, or say $orphans: report for table "+k.table.group()+" in the rules")
	}
	return nil
}

func rowCount(n int64) string {
	if n < 0 {
		return "some"
	}
	return strconv.FormatInt(n, 10)
}

// orphanNote is what the report says about a key that rows break.
func (k *foreignKey) orphanNote(orphans int64) string {
	state := "the key is there, not validated"
	if k.leftOut {
		state = "the key is left out, since this server has none of a partitioned table that is not validated"
	}
	return fmt.Sprintf("foreign key %s: rows that refer to nothing, at the source already: %s; %s", k.label(), rowCount(orphans), state)
}
