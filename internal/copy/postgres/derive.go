package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// A derived column is never read at the source. A trigger of ours computes it
// while its row is loaded, from the values that are written: one pass over the
// heap, NOT NULL holds, and a part that runs twice computes it twice. (An UPDATE
// after the load writes every row again: measured, it costs twice the time of
// the trigger, and leaves a heap of twice the size.) The trigger goes with the
// schema it lives in, before anything else is built.

// derived tries an expression on its table, at the source, without running it.
func (f *fitting) derived(ctx context.Context, d door, g *group, col anonymize.Derived) {
	err := d.nested(ctx, func() error {
		_, err := d.describe(ctx, fmt.Sprintf(`SELECT (%s) FROM ONLY %s AS %s LIMIT 0`, col.Expr, g.quoted(), ident(g.relation.name)))
		return err
	})
	if err != nil {
		f.wrong = append(f.wrong, fmt.Sprintf("%s %s.%s: the expression on line %d cannot be computed: %s", f.r.e.store, g.name, g.columns[col.Field].name, col.Line, reduce(err)))
	}
}

// derive makes the triggers of all tables that have derived columns. The
// staged tables are empty.
func (s *staged) derive(ctx context.Context, conn *pgx.Conn) error {
	for i, t := range s.r.cat.tables {
		if l := s.tables[t.oid]; len(l.derived) > 0 && !l.row.Empty {
			if err := deriveTable(ctx, conn, t, l, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// deriveTable makes the trigger of one table.
func deriveTable(ctx context.Context, conn *pgx.Conn, t *table, l *load, number int) error {
	var sets []string
	for _, d := range l.derived {
		if err := proveExpression(ctx, conn, t, l, d); err != nil {
			return err
		}
		sets = append(sets, fmt.Sprintf(`SELECT (%s) INTO NEW.%s FROM (SELECT (NEW).*) AS %s;`, d.expr, ident(d.column), ident(t.name)))
	}
	function := fmt.Sprintf(`%s.derive_%d`, ident(ours), number)
	body := "BEGIN " + strings.Join(sets, "\n") + "\nRETURN NEW; END"
	for _, sql := range []string{
		fmt.Sprintf(`CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %s`, function, literal(body)),
		fmt.Sprintf(`CREATE TRIGGER %s BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %s()`, ident(deriveTrigger), t.quoted(), function),
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// deriveTrigger is its name on every table; it comes after no other, as there
// are none during the load.
const deriveTrigger = ours + "_derive"

// derivation is a derived column of one table.
type derivation struct {
	column, expr string
	line         int
}

// proveExpression holds an expression against the empty table: that it is one
// over a single row, fits its column, and reads no column that is computed
// later than it. A CHECK says all of that, and is taken back.
func proveExpression(ctx context.Context, conn *pgx.Conn, t *table, l *load, d derivation) error {
	wrong := func(err error) error {
		return &report.Error{Code: report.Incompatible, Side: report.Destination, Op: "derive column " + d.column + " of table " + t.relation.group(), Err: reduce(err),
			Hint: fmt.Sprintf("correct the expression on line %d of the rules: it stands for one row, without a subquery or an aggregate, and gives a value of the column's type", d.line)}
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE %s ADD CONSTRAINT %s CHECK (((%s) IS NULL) IS NOT NULL) NOT VALID`, t.quoted(), ident(deriveTrigger), d.expr)); err != nil {
		return wrong(err)
	}
	var reads []string
	const used = `SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.conname = $1 AND c.conrelid = $2::regclass`
	if err := tx.QueryRow(ctx, used, deriveTrigger, t.quoted()).Scan(&reads); err != nil {
		return err
	}
	for _, name := range reads {
		if l.late(t, name) {
			return wrong(&cause{text: "it reads column " + name + ", which is computed itself"})
		}
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`UPDATE %s AS %s SET %s = (%s) WHERE false`, t.quoted(), ident(t.name), ident(d.column), d.expr)); err != nil {
		return wrong(err)
	}
	return nil
}

// late reports whether a column has no value yet when a row's derived columns
// are computed.
func (l *load) late(t *table, name string) bool {
	for _, c := range t.columns {
		if c.name == name && c.generated {
			return true
		}
	}
	for _, d := range l.derived {
		if d.column == name {
			return true
		}
	}
	return false
}

// dropDerivations removes the triggers; none of them fires again.
func (s *staged) dropDerivations(ctx context.Context) error {
	for i, t := range s.r.cat.tables {
		if l := s.tables[t.oid]; len(l.derived) == 0 || l.row.Empty {
			continue
		}
		if err := s.exec(ctx, fmt.Sprintf(`DROP FUNCTION IF EXISTS %s.derive_%d() CASCADE`, ident(ours), i)); err != nil {
			return err
		}
	}
	return nil
}
