package search

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room reduces what a server or the network says to codes and names of
// objects. A server's reason quotes values and is never read.

// statusError is an answer of 400 and above.
type statusError struct {
	status int
	kind   string // Elasticsearch's exception, "index_not_found_exception"; may be empty
	index  string // may be empty
}

// Error returns the status, the kind and the index.
func (e *statusError) Error() string {
	text := fmt.Sprintf("status %d", e.status)
	if e.kind != "" {
		text += " " + e.kind
	}
	if e.index != "" {
		text += " on index " + e.index
	}
	return text
}

// networkError is an exchange that did not take place.
type networkError struct {
	address string // host:port
	what    string
	fixed   bool // trying again cannot help
}

// Error returns the address and what went wrong with it.
func (e *networkError) Error() string { return e.address + ": " + e.what }

// Reasons that are ours.
var (
	errNotElasticsearch = errors.New("server is not Elasticsearch 7.14 or newer")
	errTooLarge         = errors.New("answer is larger than asked for")
)

// refusedError is a request that the read-only door did not let through.
type refusedError struct{ method string }

// Error says that the source is read only.
func (e *refusedError) Error() string { return e.method + " refused: the source is read only" }

// statusOf reads an error answer as far as it holds no values.
func statusOf(status int, body []byte) *statusError {
	type reason struct {
		Type  string `json:"type"`
		Index string `json:"index"`
	}
	var answer struct {
		Error struct {
			reason
			RootCause []reason `json:"root_cause"`
		} `json:"error"`
	}
	e := &statusError{status: status}
	if json.Unmarshal(body, &answer) != nil {
		return e // a proxy's page
	}
	at := answer.Error.reason
	if len(answer.Error.RootCause) > 0 && answer.Error.RootCause[0].Type != "" {
		at = answer.Error.RootCause[0]
	}
	if isWord(at.Type) {
		e.kind = at.Type
	}
	e.index = at.Index
	return e
}

// isWord reports whether s looks like the name of an exception.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) < 80
}

// isStatus reports whether err is an answer with that status.
func isStatus(err error, status int) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && e.status == status
}

// isKind reports whether err is that exception.
func isKind(err error, kind string) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && e.kind == kind
}

// reduceNetwork turns an error of the transport into one without addresses of
// requests or contents.
func reduceNetwork(address string, err error) error {
	if _, ours := errors.AsType[*refusedError](err); ours || errors.Is(err, errNotElasticsearch) {
		return err
	}
	if p, ok := errors.AsType[*parallel.PanicError](err); ok {
		return p
	}
	e := &networkError{address: address, what: "connection broken"}
	var timeout net.Error
	var dns *net.DNSError
	var errno syscall.Errno
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &dns):
		e.what = "host name not found"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		e.what, e.fixed = "certificate is signed by an unknown authority", true
	case errors.As(err, new(x509.HostnameError)):
		e.what, e.fixed = "certificate is for another host", true
	case errors.As(err, new(x509.CertificateInvalidError)):
		e.what, e.fixed = "certificate is not valid", true
	case errors.As(err, &plain), err.Error() == "http: server gave HTTP response to HTTPS client":
		e.what, e.fixed = "server does not speak TLS", true
	case errors.As(err, &errno):
		e.what = errno.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		e.what = "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.what = "connection closed by the server"
	}
	return e
}

// fail wraps a reduced error with its place and class. What is already a
// *report.Error or a *report.Refusal is passed on.
func (c *client) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*report.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*report.Refusal](err); ok {
		return err
	}
	code, hint := c.classify(err)
	return &report.Error{Code: code, Store: c.store, Op: op, Side: c.side, Hint: hint, Err: err}
}

// classify says what an error means for the run, and what to do about it.
func (c *client) classify(err error) (report.Code, string) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return report.Interrupted, ""
	}
	if e, ok := errors.AsType[*networkError](err); ok {
		if e.fixed {
			return report.Usage, "correct the address of " + c.store + " in tenantcopy.yaml"
		}
		return report.Transient, "check that Elasticsearch runs and can be reached at " + e.address
	}
	if errors.Is(err, errNotElasticsearch) {
		return report.Incompatible, "check the address " + c.address + " of " + c.store + " in tenantcopy.yaml"
	}
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.classify(c)
	}
	return report.CodeOf(err), ""
}

func (e *statusError) classify(c *client) (report.Code, string) {
	switch {
	case e.status == http.StatusUnauthorized:
		return report.Denied, "check user and password of " + c.store + " in tenantcopy.yaml"
	case e.kind == "cluster_block_exception" && e.status == http.StatusTooManyRequests:
		return report.Full, "the server's disks are beyond the flood-stage watermark: free space on " + c.address
	case e.status == http.StatusForbidden && e.kind != "cluster_block_exception":
		return report.Denied, "the user lacks a privilege on " + c.address + "; docs name those that are needed"
	case e.status == http.StatusInsufficientStorage:
		return report.Full, "free space on " + c.address
	case e.kind == "search_context_missing_exception":
		return report.Transient, "the point in time has expired, and another would mix two states of the index; run again"
	case e.kind == "index_not_found_exception" && c.side == report.Source:
		return report.Transient, "an index was removed while it was read; run again"
	case isThrottle(e.status), e.status >= 500:
		return report.Transient, "look at the health of the cluster at " + c.address
	case e.status == http.StatusNotFound:
		return report.NotFound, ""
	case e.status == http.StatusBadRequest:
		return report.Incompatible, ""
	}
	return report.Failed, ""
}

// isThrottle reports whether a status says that the same request may succeed
// later.
func isThrottle(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// inChunk names the chunk in an error.
func inChunk(err error, id string) error {
	if e, ok := errors.AsType[*report.Error](err); ok && e.Chunk == "" {
		named := *e
		named.Chunk = id
		return &named
	}
	return err
}
