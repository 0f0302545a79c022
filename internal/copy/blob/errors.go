package blob

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/minio/minio-go/v7"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room reduces errors. A server's message can quote a name, and the URL
// in an error of the network is one; only codes and statuses leave.

var (
	errGone    = errors.New("the object is gone")
	errChanged = errors.New("the object changed while it was read")
	errTaken   = errors.New("the object is there already")
	errLost    = errors.New("the connection was lost")
	errTimeout = errors.New("no answer in time")
	errTLS     = errors.New("the TLS handshake was refused")
	errDNS     = errors.New("the host name is not known")
	errUnknown = errors.New("an error without a code")
)

// errReadOnly is what the door answers.
var errReadOnly error = readOnlyError{}

type readOnlyError struct{}

// Error says what the door is for.
func (readOnlyError) Error() string { return "the request is not on the list of requests that read" }

// NonRetriable tells Azure's client not to try again.
func (readOnlyError) NonRetriable() {}

// serverError is what a server answered, without its message.
type serverError struct {
	status int
	code   string // "BlobArchived", "NoSuchKey"; may be empty
}

// Error returns the code and the status.
func (e *serverError) Error() string {
	if e.code == "" {
		return "status " + strconv.Itoa(e.status)
	}
	return e.code + " (status " + strconv.Itoa(e.status) + ")"
}

// reduce keeps of an error what names no value: a *serverError, one of the
// errors above, or one that is ours already.
func reduce(err error) error {
	if err == nil || ours(err) {
		return err
	}
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return reduceStatus(e.StatusCode, e.ErrorCode)
	}
	if e, ok := errors.AsType[minio.ErrorResponse](err); ok {
		return reduceStatus(e.StatusCode, e.Code)
	}
	for _, known := range []error{errReadOnly, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errDNS
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	text := err.Error()
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case isNet && timeout.Timeout():
		return errTimeout
	case strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ") || strings.Contains(text, "HTTP response to HTTPS client"):
		return errTLS
	case isNet, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(text, "EOF"), strings.Contains(text, "onnection"), strings.Contains(text, "offline"):
		return errLost
	}
	return errUnknown
}

// ours reports whether an error was made in this project and quotes nothing.
func ours(err error) bool {
	if _, ok := errors.AsType[*report.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*report.Refusal](err); ok {
		return true
	}
	if _, ok := errors.AsType[*parallel.PanicError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*serverError](err); ok {
		return true
	}
	for _, known := range []error{errGone, errChanged, errTaken, errLost, errTimeout, errTLS, errDNS, errUnknown} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// reduceStatus names the answers that the adapter acts on.
func reduceStatus(status int, code string) error {
	switch {
	case status == http.StatusPreconditionFailed:
		return errChanged
	case code == "BlobAlreadyExists" || code == "ConditionalRequestConflict":
		return errTaken
	case status == http.StatusNotFound && (code == "BlobNotFound" || code == "NoSuchKey"):
		return errGone
	}
	return &serverError{status, codeWord(code)}
}

// codeWord keeps a code only if it is one word of letters and digits.
func codeWord(code string) string {
	if len(code) > 64 {
		return ""
	}
	for i := range len(code) {
		c := code[i]
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' {
			return ""
		}
	}
	return code
}

// place says where an error happened.
type place struct {
	store string
	side  report.Side
	host  string // host:port
}

// fail turns any error into the one that leaves this package; nil stays nil,
// and one that has been through here is not wrapped again.
func (p place) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*report.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*report.Refusal](err); ok {
		return e
	}
	cause := reduce(err)
	code, hint := p.classify(cause)
	return &report.Error{Code: code, Store: p.store, Side: p.side, Op: op, Hint: hint, Err: cause}
}

// classify finds the class of a reduced error and what to do about it.
func (p place) classify(cause error) (report.Code, string) {
	if e, ok := errors.AsType[*serverError](cause); ok {
		return p.classifyServer(e)
	}
	errno, isErrno := errors.AsType[syscall.Errno](cause)
	switch {
	case errors.Is(cause, errChanged):
		return report.Transient, "something writes to it at the same time; run the same command again"
	case errors.Is(cause, errGone):
		return report.NotFound, ""
	case errors.Is(cause, errTLS):
		return report.Incompatible, "look at the certificate of " + p.host + ", and whether it speaks TLS at all"
	case isErrno && errno == syscall.ENOSPC:
		return report.Full, ""
	case isErrno, errors.Is(cause, errLost), errors.Is(cause, errTimeout), errors.Is(cause, errDNS), errors.Is(cause, context.DeadlineExceeded):
		return report.Transient, "look whether the server runs at " + p.host + " and can be reached from here"
	case errors.Is(cause, errReadOnly):
		return report.Unsafe, ""
	}
	return "", ""
}

// classifyServer finds the class of what a server answered.
func (p place) classifyServer(e *serverError) (report.Code, string) {
	switch e.code {
	case "ContainerNotFound", "NoSuchBucket", "ResourceNotFound":
		return report.NotFound, "look at the name of the container or bucket in tenantcopy.yaml"
	case "XAdminUserNotFound", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthenticationFailed", "AuthorizationFailure":
		return report.Denied, "look at the account, the user and the key for " + p.host
	case "BlobArchived", "InvalidObjectState":
		return report.Incompatible, "archived objects cannot be read: bring them back to a tier that can, or give their pattern the verb drop"
	case "ContainerBeingDeleted", "OperationAborted", "SlowDown", "ServerBusy", "RequestTimeout":
		return report.Transient, "the server at " + p.host + " is busy; run the same command again"
	case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "AccountSizeLimitExceeded":
		return report.Full, "make room at " + p.host
	case "LeaseIdMissing", "BlobImmutableDueToPolicy", "BlobImmutableDueToLegalHold", "ObjectLocked":
		return report.Denied, "an object is leased or locked against changes; release it"
	}
	switch {
	case e.status == http.StatusUnauthorized || e.status == http.StatusForbidden:
		return report.Denied, "the identity lacks a permission at " + p.host
	case e.status == http.StatusNotFound:
		return report.NotFound, ""
	case e.status == http.StatusNotImplemented:
		return report.Incompatible, "the server at " + p.host + " does not know this request"
	case e.status == http.StatusInsufficientStorage:
		return report.Full, "make room at " + p.host
	case e.status == http.StatusRequestTimeout || e.status == http.StatusTooManyRequests || e.status >= 500:
		return report.Transient, "the server at " + p.host + " is busy; run the same command again"
	}
	return report.Failed, ""
}
