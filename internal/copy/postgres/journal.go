package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// The journal makes a repeated part harmless: its line is written in the
// transaction of its rows. It serves retries only, lives in the staged
// database, and is dropped before that goes live.

// entry is one line: what a part has written.
type entry struct {
	rows, bytes int64
	sum         uint64 // of its rows' kept values, see checksum
}

const journalTable = `"` + ours + `".parts`

const createJournal = `CREATE SCHEMA "` + ours + `"; CREATE TABLE ` + journalTable +
	` (id text PRIMARY KEY, records int8, bytes int8, checksum int8)` // the same 64 bits, with a sign

// beginEntry begins the transaction of a part and claims its line. A claim of
// another try that is still ending, because its connection died at COMMIT, is
// waited for: then the line is there, done, or free.
func beginEntry(ctx context.Context, conn *pgx.Conn, id string) (e entry, done bool, err error) {
	if _, err := conn.Exec(ctx, `BEGIN`); err != nil {
		return e, false, err
	}
	claim, err := conn.Exec(ctx, `INSERT INTO `+journalTable+` (id) VALUES ($1) ON CONFLICT DO NOTHING`, id)
	if err != nil || claim.RowsAffected() == 1 {
		return e, false, err
	}
	var sum int64
	err = conn.QueryRow(ctx, `SELECT records, bytes, checksum FROM `+journalTable+` WHERE id = $1`, id).Scan(&e.rows, &e.bytes, &sum)
	e.sum = uint64(sum)
	if err == nil {
		_, err = conn.Exec(ctx, `ROLLBACK`)
	}
	return e, err == nil, err
}

// commitEntry completes the line and commits it together with the rows.
func commitEntry(ctx context.Context, conn *pgx.Conn, id string, e entry) error {
	_, err := conn.Exec(ctx, `UPDATE `+journalTable+` SET records = $2, bytes = $3, checksum = $4 WHERE id = $1`, id, e.rows, e.bytes, int64(e.sum))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `COMMIT`)
	return err
}
