package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// cause is what is left of a server's or a driver's error: words of ours,
// codes and names of objects. Messages and details can quote data.
type cause struct {
	text  string
	state string // SQLSTATE, empty when the server said nothing
}

// Error returns the reduced text.
func (c *cause) Error() string { return c.text }

// fail turns any error into a *report.Error that is fit to be shown. Errors
// that already are, and refusals, pass as they are.
func (e *endpoint) fail(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*report.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*report.Refusal](err); ok {
		return err
	}
	if _, ok := errors.AsType[*guard.LockedError](err); ok {
		return err
	}
	out := &report.Error{Store: e.store, Side: e.side, Op: op, Err: reduce(e.names.only(err))}
	if ctx.Err() != nil {
		out.Code, out.Err = report.Interrupted, ctx.Err()
		return out
	}
	out.Code = e.symptoms.explain(classify(err))
	out.Hint = e.hint(out.Code, stateOf(out.Err))
	return out
}

// inChunk names the chunk in an error that does not name one.
func inChunk(err error, id string) error {
	if e, ok := errors.AsType[*report.Error](err); ok && e.Chunk == "" && error(e) == err {
		named := *e
		named.Chunk = id
		return &named
	}
	return err
}

// reduce keeps of an error what can hold no data.
func reduce(err error) error {
	if p, ok := errors.AsType[*pgconn.PgError](err); ok {
		return &cause{text: serverText(p), state: p.Code}
	}
	if p, ok := errors.AsType[*parallel.PanicError](err); ok {
		return p
	}
	if c, ok := errors.AsType[*cause](err); ok {
		return c
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &cause{text: "no answer in time"}
	}
	if text := networkText(err); text != "" {
		return &cause{text: text}
	}
	return &cause{text: fmt.Sprintf("unexpected error of type %T", innermost(err))}
}

// serverText is a server's error without its message: code, condition and the
// objects it names.
func serverText(p *pgconn.PgError) string {
	var b strings.Builder
	b.WriteString("SQLSTATE " + p.Code)
	if name := conditions()[p.Code]; name != "" {
		b.WriteString(" (" + name + ")")
	}
	for _, object := range [][2]string{{"schema", p.SchemaName}, {"table", p.TableName}, {"column", p.ColumnName}, {"type", p.DataTypeName}, {"constraint", p.ConstraintName}} {
		if object[1] != "" {
			b.WriteString(", " + object[0] + " " + object[1])
		}
	}
	return b.String()
}

// networkText puts an error of the connection into words; empty when it is
// none.
func networkText(err error) string {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "no space left on this machine"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case isDNS && dns != nil:
		return "host is not known"
	case isNet && timeout.Timeout(), errors.Is(err, os.ErrDeadlineExceeded), pgconn.Timeout(err):
		return "no answer in time"
	case isCertificate(err):
		return "certificate is not accepted"
	case isNet, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, pgconn.ErrConnClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection lost"
	}
	return ""
}

func isCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func stateOf(err error) string {
	if p, ok := errors.AsType[*pgconn.PgError](err); ok {
		return p.Code
	}
	if c, ok := errors.AsType[*cause](err); ok {
		return c.state
	}
	return ""
}

// classify gives an error its class.
func classify(err error) report.Code {
	if state := stateOf(err); state != "" {
		return classifyState(state)
	}
	if _, ok := errors.AsType[*parallel.PanicError](err); ok {
		return report.Failed
	}
	switch networkText(err) {
	case "":
		if errors.Is(err, context.DeadlineExceeded) {
			return report.Transient
		}
		return report.Failed
	case "certificate is not accepted":
		return report.Denied
	case "no space left on this machine":
		return report.Full
	}
	return report.Transient
}

// classifyState maps SQLSTATEs, single codes before their classes.
func classifyState(state string) report.Code {
	switch state {
	case "28P01", "28000", "42501":
		return report.Denied
	case "3D000":
		return report.NotFound
	case "53100":
		return report.Full
	case "25006": // a server that ran out of disk turns read-only at some providers
		return report.Denied
	case "55P03", "57014", "40001", "40P01", "58030":
		return report.Transient
	case "08P01": // a pooler's word for settings that it does not know
		return report.Incompatible
	case "55006": // object in use
		return report.Locked
	}
	switch state[:min(2, len(state))] {
	case "08", "53", "57":
		return report.Transient
	case "0A", "22", "23", "42", "54", "3F":
		return report.Incompatible
	}
	return report.Failed
}

// conditions names the SQLSTATEs that people meet.
func conditions() map[string]string {
	return map[string]string{
		"08P01": "protocol violation", "0A000": "feature not supported", "22001": "value too long", "22003": "number out of range", "22007": "no date", "22008": "date out of range", "22012": "division by zero",
		"22021": "text in another encoding", "22023": "invalid parameter", "22P02": "value does not fit its type", "22P03": "invalid binary value",
		"23502": "NULL in a column that is NOT NULL", "23503": "foreign key violation", "23505": "duplicate key", "23514": "check violation",
		"25006": "read-only transaction", "28000": "login not allowed", "28P01": "wrong password", "3D000": "no such database", "3F000": "no such schema",
		"40001": "serialization failure", "40P01": "deadlock", "42501": "insufficient privilege", "42601": "syntax error", "42703": "no such column",
		"42704": "no such object", "42P01": "no such table", "42P04": "database exists already", "42P07": "table exists already", "53100": "disk full",
		"53200": "out of memory", "53300": "too many connections", "55006": "object in use", "55P03": "lock not available", "57014": "query cancelled",
		"57P01": "server is shutting down", "57P02": "server crashed", "57P03": "server is starting", "58030": "input/output error",
	}
}

// hint says what to do next, by class.
func (e *endpoint) hint(code report.Code, state string) string {
	switch code {
	case report.Denied:
		if state == "42501" {
			return "role " + e.config.User + " lacks a right at " + e.address() + "; at the source it reads all tables and sequences and has BYPASSRLS where row-level security is on, at the destination it has CREATEDB and owns the twin"
		}
		if state == "25006" && e.side == report.Source { // nothing that we send there writes
			return "something at " + e.address() + " writes when we connect or read; if it is an event trigger on login, let a superuser say: ALTER ROLE " + ident(e.config.User) + " SET event_triggers = off"
		}
		if state == "25006" {
			return "the server at " + e.address() + " accepts no writes; check that it is a primary and that its disk is not full"
		}
		return "check user " + e.config.User + " and its password for " + e.address()
	case report.Transient:
		if state == "57P02" || state == "57P03" {
			return "the server at " + e.address() + " has crashed or is starting: its log says why; run the same command again when it answers"
		}
		return "check that " + e.address() + " is the right address and answers, then run the same command again"
	case report.NotFound:
		return "check the database's name in the address of " + e.store + " in tenantcopy.yaml"
	case report.Full:
		return "make room at " + e.address() + ", then run the same command again"
	case report.Locked:
		return "end the sessions that use it, then run the same command again"
	}
	if state == "22021" {
		return "the source has text that is not in the encoding of its database; find it there with convert_to(column, 'UTF8') and correct it"
	}
	if state == "08P01" {
		return "address " + e.address() + " may lead to a pooler; name the server's own port"
	}
	return ""
}

// noRows reports whether a query found nothing.
func noRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
