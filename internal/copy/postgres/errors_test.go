package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Nothing that a server says in its own words leaves the package.
func TestErrorsAreReduced(t *testing.T) {
	t.Parallel()
	const data = "jane.miller"
	e := &endpoint{store: "postgres", side: report.Destination, config: &pgx.ConnConfig{Config: pgconn.Config{Host: "pg", Port: 5432, User: "app"}}, names: &names{known: map[string]bool{"users": true, "users_key": true}}}
	server := func(code string) error {
		return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code, Message: data, Detail: data, Hint: data, Where: data, InternalQuery: data, TableName: "users", ConstraintName: "users_key", ColumnName: data, SchemaName: data, DataTypeName: data})
	}
	for name, c := range map[string]struct {
		err  error
		code report.Code
		says string
	}{
		"duplicate":     {server("23505"), report.Incompatible, "SQLSTATE 23505 (duplicate key), table users, constraint users_key"},
		"password":      {server("28P01"), report.Denied, "check user app and its password for pg:5432"},
		"right":         {server("42501"), report.Denied, "role app lacks a right"},
		"database":      {server("3D000"), report.NotFound, "3D000"},
		"disk":          {server("53100"), report.Full, "make room at pg:5432"},
		"shutdown":      {server("57P01"), report.Transient, "57P01"},
		"connections":   {server("53300"), report.Transient, "53300"},
		"in use":        {server("55006"), report.Locked, "55006"},
		"recovery":      {server("40001"), report.Transient, "40001"},
		"pooler":        {server("08P01"), report.Incompatible, "may lead to a pooler"},
		"unknown state": {server("XX000"), report.Failed, "XX000"},
		"refused":       {&pgconn.ConnectError{}, report.Failed, "unexpected error"},
		"reset":         {fmt.Errorf("%s: %w", data, syscall.ECONNRESET), report.Transient, "connection lost"},
		"eof":           {fmt.Errorf("%s: %w", data, io.ErrUnexpectedEOF), report.Transient, "connection lost"},
		"disk here":     {fmt.Errorf("%s: %w", data, syscall.ENOSPC), report.Full, "no space left"},
		"anything":      {errors.New(data), report.Failed, "unexpected error of type *errors.errorString"},
		"panic":         {parallel.Protect(func() error { panic(data) }), report.Failed, "panic of type string"},
	} {
		if name == "refused" { // cannot be made outside its package
			continue
		}
		got := e.fail(t.Context(), "do it", c.err)
		if report.CodeOf(got) != c.code || !strings.Contains(got.Error(), c.says) {
			t.Errorf("%s: %s: %v", name, report.CodeOf(got), got)
		}
		if text := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(text, data) {
			t.Errorf("%s: the text quotes the server", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := e.fail(ctx, "do it", server("57014")); report.CodeOf(got) != report.Interrupted || !errors.Is(got, context.Canceled) {
		t.Errorf("cancelled: %v", got)
	}
}

// The column is taken out of a context line, the value is not.
func TestColumnIn(t *testing.T) {
	t.Parallel()
	l := &load{columns: []column{{name: "name"}, {name: "name: x"}, {name: "n"}}}
	for where, want := range map[string]string{
		"COPY t, line 3, column name":             "name",
		"COPY t, line 3, column name: \"secret\"": "name",
		"COPY t, line 3, column name: x: \"s\"":   "name: x",
		"COPY t, line 3, column other: \"s\"":     "",
		"COPY t, line 3":                          "",
	} {
		if got := columnIn(where, l); got != want {
			t.Errorf("%q: %q", where, got)
		}
	}
}

// What pg_restore was at is told, what it quotes is not.
func TestComplaintsAreReduced(t *testing.T) {
	t.Parallel()
	e := &endpoint{store: "postgres", side: report.Destination, config: &pgx.ConnConfig{}, names: &names{}}
	complaint := `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3456; 2606 16395 CONSTRAINT users users_email_key postgres
pg_restore: error: could not execute query: ERROR:  could not create unique index "users_email_key"
DETAIL:  Key (email)=(jane.miller@corp.org) is duplicated.`
	c := child{program: "sh", args: []string{"-c", "cat >&2; exit 1"}, e: e}
	_, err := c.run(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	c.args = []string{"-c", "echo '" + complaint + "' >&2; exit 1"}
	_, err = c.run(t.Context())
	text := wantCode(t, err, report.Incompatible)
	if !strings.Contains(text, "CONSTRAINT users users_email_key") || !strings.Contains(text, "duplicate keys") || strings.Contains(text, "jane") {
		t.Errorf("error: %s", text)
	}
	_, err = child{program: "pg_dump-that-is-not-there", e: e}.run(t.Context())
	wantCode(t, err, report.Incompatible)
}

// What the programs say in fixed words has a class and a reason; what they say
// in others is not shown, and the hint says where it stands.
func TestComplaintsAreKnown(t *testing.T) {
	t.Parallel()
	e := &endpoint{store: "postgres", side: report.Source, config: &pgx.ConnConfig{}, names: &names{}}
	for said, want := range map[string]struct {
		code  report.Code
		words string
	}{
		"pg_dump: error: query failed: ERROR:  out of shared memory\nHINT:  You might need to increase max_locks_per_transaction.": {report.Transient, "max_locks_per_transaction at this server"},
		"FATAL:  remaining connection slots are reserved for non-replication superuser connections":                                {report.Transient, "too many connections"},
		"ERROR:  canceling statement due to conflict with recovery":                                                                {report.Transient, "standby"},
		"ERROR:  tuple concurrently updated":                                                                                       {report.Transient, "at the same time"},
		"ERROR:  something new about jane@corp.org":                                                                                {report.Incompatible, "the server's log has them"},
	} {
		err := child{program: "pg_dump", e: e}.explain(exec.Command("false").Run(), said)
		if text := wantCode(t, err, want.code); !strings.Contains(text, want.words) || strings.Contains(text, "jane") {
			t.Errorf("%q: %s", said, text)
		}
	}
}

// A long complaint keeps its beginning and its end, and no more.
func TestTail(t *testing.T) {
	t.Parallel()
	var kept tail
	for range 100 {
		_, _ = kept.Write([]byte("first " + strings.Repeat("x", 10_000)))
	}
	_, _ = kept.Write([]byte("last"))
	if s := kept.String(); len(s) > 64<<10 || !strings.HasPrefix(s, "first") || !strings.HasSuffix(s, "last") {
		t.Errorf("%d bytes kept", len(s))
	}
}
