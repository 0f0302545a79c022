package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room reduces errors. A server's message can quote an argument, and an
// argument is data: only the code in front of it leaves this package.

var (
	errGone         = errors.New("the connection was lost")
	errChanged      = errors.New("a key changed its type while it was read")
	errReadOnly     = errors.New("the command is not on the list of commands that read")
	errNoPermission = errors.New("NOPERM")
	errUnexpected   = errors.New("the server's reply has an unexpected form")
)

// reduced is an error without its message: what class it is, what to do, and
// a cause that quotes nothing.
type reduced struct {
	code  report.Code
	hint  string
	cause error
}

// reduce tells what an error of the client library stands for. addr is
// host:port of the server.
func reduce(err error, addr string) reduced {
	if server, ok := errors.AsType[goredis.Error](err); ok {
		return reduceServer(server.Error(), addr)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return reduced{cause: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded) && !isNet(err):
		return reduced{code: report.Transient, cause: context.DeadlineExceeded, hint: "look whether the server at " + addr + " answers"}
	case errors.Is(err, errReadOnly), errors.Is(err, errUnexpected), isPanic(err):
		return reduced{code: report.Failed, cause: err}
	case errors.Is(err, goredis.ErrClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return reduced{code: report.Transient, cause: errGone, hint: "look whether the server at " + addr + " still runs"}
	}
	return reduceNet(err, addr)
}

func isPanic(err error) bool {
	_, ok := errors.AsType[*parallel.PanicError](err)
	return ok
}

func isNet(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}

// reduceNet handles what the network says.
func reduceNet(err error, addr string) reduced {
	r := reduced{code: report.Transient, cause: errGone, hint: "look whether the server runs at " + addr + " and can be reached from here"}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		r.cause = errors.New("the host name is not known")
		return r
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		r.cause = errno
		return r
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		r.cause = errors.New("no answer in time")
	} else if strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: ") {
		r = reduced{code: report.Incompatible, cause: errors.New("the TLS handshake was refused"), hint: "look at the certificate of " + addr + ", and whether it speaks TLS at all: redis:// or rediss://"}
	}
	return r
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// reduceServer handles what the server says: the first word is its code.
func reduceServer(message, addr string) reduced {
	word, rest, _ := strings.Cut(message, " ")
	r := reduced{code: report.Failed, cause: errors.New(word)}
	switch word {
	case "WRONGPASS", "NOAUTH":
		r.code, r.hint = report.Denied, "look at the user and the password for "+addr
	case "NOPERM":
		r.code, r.cause = report.Denied, errNoPermission
	case "LOADING", "MASTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY", "UNKILLABLE":
		r.code, r.hint = report.Transient, "the server at "+addr+" is busy; try again"
	case "WRONGTYPE", "NOGROUP":
		r.code, r.cause = report.Transient, errChanged
	case "OOM", "MISCONF":
		r.code, r.hint = report.Full, "the server at "+addr+" has no room left or cannot save; look at its maxmemory and its disk"
	case "READONLY":
		r.code, r.hint = report.Incompatible, "the server at "+addr+" is a read-only replica; name the primary"
	case "MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN":
		r.code, r.hint = report.Incompatible, "the server at "+addr+" is part of a cluster, which is not supported"
	case "ERR":
		return reduceGeneral(rest, addr)
	}
	if !isCode(word) {
		r.cause = errors.New("an error of the server")
	}
	return r
}

// isCode reports whether a word is one of the codes that servers begin their
// messages with, and not the beginning of a sentence that may quote.
func isCode(word string) bool {
	for i := range len(word) {
		if word[i] < 'A' || word[i] > 'Z' {
			return false
		}
	}
	return word != ""
}

// reduceGeneral handles the messages that have no code of their own. What is
// recognised gets words of ours; the rest stays ERR.
func reduceGeneral(message, addr string) reduced {
	known := []struct {
		text string
		r    reduced
	}{
		{"AUTH", reduced{code: report.Denied, cause: errors.New("the server has no password, but one is given"), hint: "remove the password for " + addr}},
		{"max number of clients", reduced{code: report.Transient, cause: errors.New("the server has no connection left"), hint: "try again"}},
		{"DB index", reduced{code: report.NotFound, cause: errors.New("there is no database of that number"), hint: "look at the number at the end of the address of " + addr}},
		{"unknown command", reduced{code: report.Incompatible, cause: errors.New("the server does not know a command")}},
		{"unknown subcommand", reduced{code: report.Incompatible, cause: errors.New("the server does not know a command")}},
		{"DUMP payload version", reduced{code: report.Incompatible, cause: errOldServer}},
		{"Bad data format", reduced{code: report.Incompatible, cause: errOldServer}},
	}
	for _, k := range known {
		if strings.Contains(message, k.text) {
			return k.r
		}
	}
	return reduced{code: report.Failed, cause: errors.New("ERR")}
}

// errOldServer says that a DUMP payload is newer than the server that should
// restore it, or holds a module's type that it does not have.
var errOldServer = errors.New("the destination cannot restore the payload")

// fail turns any error into the one that leaves this package.
func (l *link) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if ours, ok := errors.AsType[*report.Error](err); ok {
		return ours
	}
	r := reduce(err, l.addr)
	if errors.Is(r.cause, errNoPermission) {
		r.hint = l.needs()
	}
	return &report.Error{Code: r.code, Store: l.store, Side: l.side, Op: op, Hint: r.hint, Err: r.cause}
}

// needs says what the user of a side must be allowed to do.
func (l *link) needs() string {
	if l.side == report.Source {
		return "the user of " + l.addr + " needs +@read +@connection +info +time on the tenant's keys"
	}
	return "the user of " + l.addr + " needs +@read +@write +@connection +@scripting +info +time on the tenant's keys and on ~{* ~tc:* ~tenantcopy:*"
}

// refuse makes an error of our own: the cause holds no value.
func (l *link) refuse(code report.Code, op string, cause error, hint string) error {
	return &report.Error{Code: code, Store: l.store, Side: l.side, Op: op, Hint: hint, Err: cause}
}

// lost reports whether the server says that a key is not there.
func lost(err error) bool {
	server, ok := errors.AsType[goredis.Error](err)
	return ok && (errors.Is(err, goredis.Nil) || strings.HasPrefix(server.Error(), "ERR no such key"))
}

// oneOf reports whether an error of the server begins with one of these codes.
func oneOf(err error, codes ...string) bool {
	server, ok := errors.AsType[goredis.Error](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if strings.HasPrefix(server.Error(), code) {
			return true
		}
	}
	return false
}
