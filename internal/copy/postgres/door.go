package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// doorSettings make every session of the source read-only, whatever its role
// may do, turn a policy that hides rows into an error, and keep it from
// queueing behind a schema change for long.
func doorSettings() map[string]string {
	return map[string]string{"default_transaction_read_only": "on", "row_security": "off", "synchronize_seqscans": "off", "lock_timeout": "60000"}
}

// door is the only way to the source: a session that is read-only at the
// server, and that takes nothing from us but reading statements. Two locks
// are better than one: the server's cannot be opened by a mistake in ours, nor
// ours by a setting of the server. Limit: before version 16 the server does not
// count the functions of large objects as writes; no statement here names one.
type door struct{ conn *pgx.Conn }

// errDoor refuses a statement that is none of those the door lets pass.
var errDoor = &cause{text: "statement refused: the source is only read"}

// pass reports whether a statement only reads. COPY … TO STDOUT has a method
// of its own.
func pass(sql string) error {
	if !strings.HasPrefix(sql, "SELECT ") && !strings.HasPrefix(sql, "SHOW ") {
		return errDoor
	}
	return nil
}

// query runs a SELECT.
func (d door) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := pass(sql); err != nil {
		return nil, err
	}
	return d.conn.Query(ctx, sql, args...)
}

// row runs a SELECT of one row and scans it.
func (d door) row(ctx context.Context, sql string, args []any, into ...any) error {
	if err := pass(sql); err != nil {
		return err
	}
	return d.conn.QueryRow(ctx, sql, args...).Scan(into...)
}

// raw runs a SELECT and hands over every row as it stands on the wire, NULL as
// nil; the bytes are valid until fn returns. When fn fails the rest is not read,
// and the session is closed.
func (d door) raw(ctx context.Context, sql string, binary bool, fn func(values [][]byte) error) error {
	if err := pass(sql); err != nil {
		return err
	}
	format := int16(pgx.TextFormatCode)
	if binary {
		format = pgx.BinaryFormatCode
	}
	rows := d.conn.PgConn().ExecParams(ctx, sql, nil, nil, nil, []int16{format})
	for rows.NextRow() {
		if err := fn(rows.Values()); err != nil {
			closeConn(ctx, d.conn)
			return err
		}
	}
	_, err := rows.Close()
	return err
}

// export begins the transaction whose snapshot all others import.
func (d door) export(ctx context.Context) (id string, err error) {
	if _, err := d.conn.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`); err != nil {
		return "", err
	}
	err = d.row(ctx, `SELECT pg_export_snapshot()`, nil, &id)
	return id, err
}

// enter begins a transaction in an exported snapshot.
func (d door) enter(ctx context.Context, snapshot string) error {
	return d.simple(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT `+literal(snapshot))
}

// hold takes the weakest lock on a table, by its quoted name, until leave.
func (d door) hold(ctx context.Context, table string) error {
	return d.simple(ctx, `LOCK TABLE ONLY `+table+` IN ACCESS SHARE MODE`)
}

// describe asks the server what the columns of a SELECT are now.
func (d door) describe(ctx context.Context, sql string) ([]pgconn.FieldDescription, error) {
	if err := pass(sql); err != nil {
		return nil, err
	}
	sd, err := d.conn.PgConn().Prepare(ctx, "", sql, nil)
	if err != nil {
		return nil, err
	}
	return sd.Fields, nil
}

// startCopy sends COPY (SELECT …) TO STDOUT; its messages are the caller's to
// receive.
func (d door) startCopy(sel string, binary bool) error {
	if err := pass(sel); err != nil {
		return err
	}
	return startCopyOut(d.conn.PgConn(), sel, binary)
}

// nested runs fn so that a statement of it that fails does not end the
// transaction.
func (d door) nested(ctx context.Context, fn func() error) error {
	if err := d.simple(ctx, `SAVEPOINT nested`); err != nil {
		return err
	}
	failed := fn()
	if failed != nil && d.conn.IsClosed() {
		return failed
	}
	if err := d.simple(ctx, `ROLLBACK TO SAVEPOINT nested; RELEASE SAVEPOINT nested`); err != nil {
		return err
	}
	return failed
}

// leave ends the transaction; the session is fit for another.
func (d door) leave(ctx context.Context) error { return d.simple(ctx, `ROLLBACK`) }

// simple runs fixed statements of this file.
func (d door) simple(ctx context.Context, sql string) error {
	_, err := d.conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// startCopyOut sends the COPY of a SELECT on any session.
func startCopyOut(conn *pgconn.PgConn, sel string, binary bool) error {
	format := "text"
	if binary {
		format = "binary"
	}
	f := conn.Frontend()
	f.SendQuery(&pgproto3.Query{String: fmt.Sprintf(`COPY (%s) TO STDOUT (FORMAT %s)`, sel, format)})
	return f.Flush()
}

// literal quotes a string constant. Backslashes mean themselves:
// standard_conforming_strings is on in every session.
func literal(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// ident quotes a name.
func ident(name ...string) string { return pgx.Identifier(name).Sanitize() }
