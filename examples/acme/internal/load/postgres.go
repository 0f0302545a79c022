package load

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

// Owner is the role that owns the tenants' databases and everything in them,
// on both sides.
const Owner = "acme_app"

//go:embed schema.sql
var schema string

//go:embed schema_after.sql
var schemaAfter string

// Role makes the owner's role on a side; it is no error if it is there.
func Role(ctx context.Context, s servers.Side) error {
	c, err := s.Database(ctx, "postgres")
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "CREATE ROLE "+Owner+" NOLOGIN")
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "42710" || e.Code == "23505") { // there, or made by another right now
		return nil
	}
	return err
}

// Postgres drops the tenant's database and makes it anew.
func Postgres(ctx context.Context, s servers.Side, w *world.World) error {
	if err := Role(ctx, s); err != nil {
		return err
	}
	if err := recreate(ctx, s, w.Tenant); err != nil {
		return err
	}
	c, err := s.Database(ctx, w.Tenant)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if err := script(ctx, c, "SET ROLE "+Owner+"; SET synchronous_commit = off; SET client_min_messages = warning;\n"+schema); err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	all, err := tables(w)
	if err != nil {
		return err
	}
	for _, t := range all {
		if err := copyIn(ctx, c, t); err != nil {
			return err
		}
	}
	if err := sequences(ctx, c); err != nil {
		return err
	}
	if err := script(ctx, c, schemaAfter+"\nANALYZE;"); err != nil {
		return fmt.Errorf("create indexes: %w", err)
	}
	return nil
}

func recreate(ctx context.Context, s servers.Side, name string) error {
	c, err := s.Database(ctx, "postgres")
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	quoted := pgx.Identifier{name}.Sanitize()
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)",
		"CREATE DATABASE " + quoted + " OWNER " + Owner + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			return fmt.Errorf("recreate database: %w", err)
		}
	}
	return nil
}

// script runs several statements.
func script(ctx context.Context, c *pgx.Conn, sql string) error {
	_, err := c.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// sequences sets every identity to where the rows end.
func sequences(ctx context.Context, c *pgx.Conn) error {
	for _, t := range []string{"users", "employees", "candidates", "applications", "interviews", "comments", "leave_requests", "hr.performance_reviews"} {
		if _, err := c.Exec(ctx, "SELECT setval(pg_get_serial_sequence('"+t+"', 'id'), max(id)) FROM "+t); err != nil {
			return fmt.Errorf("set sequence of %s: %w", t, err)
		}
	}
	return nil
}
