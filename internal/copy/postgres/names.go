package postgres

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// names are what the source's catalogue calls its objects. A server names
// objects in its errors, and a function of the application's can make it name
// anything: RAISE … USING CONSTRAINT takes a value. So only the catalogue's own
// names are shown. They are known from the survey on; before it none is.
type names struct {
	mu    sync.Mutex
	known map[string]bool
}

const namesQuery = `SELECT attname::text FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped UNION SELECT relname::text FROM pg_class UNION SELECT conname::text FROM pg_constraint
UNION SELECT nspname::text FROM pg_namespace UNION SELECT typname::text FROM pg_type UNION SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal`

// read learns the names of a database.
func (n *names) read(ctx context.Context, query queryFunc) error {
	known := make(map[string]bool)
	err := each(ctx, query, namesQuery, nil, func(rows pgx.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		known[name] = true
		return nil
	})
	if err == nil {
		n.mu.Lock()
		n.known = known
		n.mu.Unlock()
	}
	return err
}

// only returns a server's error without the names that are none.
func (n *names) only(err error) error {
	p, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	out := *p
	for _, name := range []*string{&out.SchemaName, &out.TableName, &out.ColumnName, &out.DataTypeName, &out.ConstraintName} {
		if !n.known[*name] {
			*name = ""
		}
	}
	return &out
}
