package postgres

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// child runs one of PostgreSQL's own programs against one database.
type child struct {
	program  string // pg_dump, pg_restore
	args     []string
	e        *endpoint
	options  string // PGOPTIONS: settings of its sessions
	database string // empty: it connects nowhere
}

// inherited are the variables of ours that a child may see: what finds
// programs, folders and certificates. Everything else, PostgreSQL's variables
// and secrets above all, stays behind.
func inherited() []string {
	return []string{"PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"}
}

// run runs the program and returns its standard output, which names no data
// for the calls we make. The password is in its environment alone.
func (c child) run(ctx context.Context) (string, error) {
	args := c.args
	if c.database != "" {
		args = append([]string{"--no-password", "--dbname", c.e.target(c.database)}, args...)
	}
	cmd := exec.CommandContext(ctx, c.program, args...)
	env := cmd.Environ()
	cmd.Env = slices.DeleteFunc(env, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return !slices.Contains(inherited(), name)
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C", "PGAPPNAME="+c.e.config.RuntimeParams["application_name"], "PGOPTIONS="+c.options, "PGCONNECT_TIMEOUT=60") // a session of ours is there: a server that is slow now is busy, not gone
	if !c.e.password.IsZero() {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+c.e.password.Reveal())
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // pg_restore cancels its workers' queries
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	said := &tail{}
	cmd.Stdout, cmd.Stderr = &out, said
	err := cmd.Run()
	if err == nil || ctx.Err() != nil {
		return out.String(), ctx.Err()
	}
	return "", c.explain(err, said.String())
}

// explain reduces a program's complaint to what it was working on. Its words
// can quote rows.
func (c child) explain(err error, complaint string) error {
	out := &report.Error{Code: report.Incompatible, Store: c.e.store, Side: c.e.side, Op: "run " + filepath.Base(c.program)}
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		out.Err, out.Hint = &cause{text: "not found on PATH"}, "install PostgreSQL's client programs (Debian: postgresql-client), as new as the source's server"
		return out
	case !exited:
		out.Code, out.Err = report.Failed, &cause{text: "cannot be started"}
		return out
	}
	text := "exit code " + strconv.Itoa(exit.ExitCode())
	if objects := complained(complaint); len(objects) > 0 {
		text += ", at " + strings.Join(objects, "; ")
	}
	out.Err, out.Hint = &cause{text: text}, unknownHint
	for _, known := range complaints() {
		if (known.program == "" || known.program == filepath.Base(c.program)) && strings.Contains(complaint, known.words) {
			out.Code, out.Hint = known.code, c.e.hint(known.code, known.state)
			if known.hint != "" {
				out.Hint = known.hint
			}
			out.Err = &cause{text: text + ": " + known.text, state: known.state}
			break
		}
	}
	return out
}

// complaintOf is one thing that the programs say in fixed words.
type complaintOf struct {
	words, text, state string
	code               report.Code
	hint               string // empty: the one of the code
	program            string // that says it; empty for any
}

// unknownHint is for complaints in words that we do not know.
const unknownHint = "its words can quote data and are not shown: the server's log has them, and so has the program itself, run by hand"

// goneHint is for a schema that changes under pg_dump.
const goneHint = "the schema was changed after the snapshot; run the same command again"

func complaints() []complaintOf {
	return []complaintOf{
		{words: "No space left on device", text: "disk full", state: "53100", code: report.Full},
		{words: "invalid snapshot identifier", text: "the snapshot was lost", code: report.Transient, hint: lostHint},
		{words: "server closed the connection", text: "connection lost", code: report.Transient},
		{words: "connection to server", text: "no connection to the server", code: report.Transient},
		{words: "terminating connection", text: "connection ended by the server", state: "57P01", code: report.Transient},
		{words: "remaining connection slots", text: "too many connections", state: "53300", code: report.Transient},
		{words: "too many clients already", text: "too many connections", state: "53300", code: report.Transient},
		{words: "conflict with recovery", text: "the standby needed to remove what was read", state: "40001", code: report.Transient},
		{words: "deadlock detected", text: "deadlock", state: "40P01", code: report.Transient},
		{words: "tuple concurrently", text: "the catalogue was changed at the same time", code: report.Transient},
		{words: "out of shared memory", text: "the server has no room for more locks", state: "53200", code: report.Transient,
			hint: "every table takes one: raise max_locks_per_transaction at this server, or run again when less else goes on there"},
		{words: "out of memory", text: "the server is out of memory", state: "53200", code: report.Transient},
		{words: "canceling statement due to statement timeout", text: "query cancelled", state: "57014", code: report.Transient},
		{words: "canceling statement due to lock timeout", text: "lock not available", state: "55P03", code: report.Transient},
		{words: "permission denied", text: "insufficient privilege", state: "42501", code: report.Denied},
		{words: "must be owner of", text: "insufficient privilege", state: "42501", code: report.Denied},
		{words: "must be superuser", text: "insufficient privilege", state: "42501", code: report.Denied},
		{words: "unrecognized parameter", text: "an option that the destination does not know", state: "22023", code: report.Incompatible,
			hint: "put pg_dump of the source server's own release, minor version included, first on PATH, or upgrade the destination's server"},
		{words: "unrecognized configuration parameter", text: "a setting that the destination does not know", state: "42704", code: report.Incompatible,
			hint: "put PostgreSQL's client programs of the destination's version first on PATH"},
		{words: "server version mismatch", text: "the program is older than the server", code: report.Incompatible},
		{words: "could not create unique index", text: "duplicate keys", state: "23505", code: report.Incompatible},
		{words: "violates foreign key constraint", text: "a row refers to one that is not there", state: "23503", code: report.Incompatible},
		{words: "violates check constraint", text: "a row breaks a check", state: "23514", code: report.Incompatible},
		{words: "does not exist", text: "something that was to be dumped is gone", code: report.Transient, hint: goneHint, program: "pg_dump"},
		{words: "cache lookup failed", text: "something that was to be dumped is gone", code: report.Transient, hint: goneHint, program: "pg_dump"},
		{words: "could not open relation", text: "something that was to be dumped is gone", code: report.Transient, hint: goneHint, program: "pg_dump"},
	}
}

var (
	tocEntry = regexp.MustCompile(`(?m)from TOC entry [0-9]+; [0-9]+ [0-9]+ (.+)$`)
	creating = regexp.MustCompile(`(?m)^pg_restore: creating (.+)$`)
)

// complained lists the objects, by kind and name, that pg_restore was at: those
// that it says were wrong, or else what it began last.
func complained(text string) []string {
	var out []string
	for _, m := range tocEntry.FindAllStringSubmatch(text, 5) {
		out = append(out, m[1])
	}
	if begun := creating.FindAllStringSubmatch(text, -1); len(out) == 0 && len(begun) > 0 {
		out = append(out, begun[len(begun)-1][1])
	}
	return out
}

// tail keeps the first and the last of what is written to it.
type tail struct{ b []byte }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	const most = 64 << 10
	t.b = append(t.b, p...)
	if len(t.b) > most {
		t.b = append(t.b[:most/2], t.b[len(t.b)-most/2:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.b) }
