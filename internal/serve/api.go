package serve

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TokenHeader carries the caller's bearer token. Authorization does too, but
// the API server takes that away when it passes a request on to a service.
const TokenHeader = "X-Tenantcopy-Token"

// Asked is the body of POST /v1/copies.
type Asked struct {
	Source      string `json:"source"`      // env/name
	Destination string `json:"destination"` // env/name
	Options
}

// Answer is what every request is answered with, but for the stream of
// events; Refused is nil when all went well.
type Answer struct {
	Job      string   `json:"job,omitempty"`
	Attached bool     `json:"attached,omitempty"`
	Twin     *Twin    `json:"twin,omitempty"`
	Version  string   `json:"version,omitempty"` // of the service, where a caller asked what is allowed
	Refused  *Refused `json:"refused,omitempty"`
}

// Refused says in words what the caller could do about it.
type Refused struct {
	Code report.Code `json:"code"`
	Text string      `json:"text"`
}

// Line is one line of a stream of events: an event or a text of a pod, or a
// text of the service, which comes from no pod.
type Line struct {
	Pod   string          `json:"pod,omitempty"`
	N     int             `json:"n,omitempty"` // of the pod's lines, from 1 on: a stream that is taken up again has the same
	Event json.RawMessage `json:"event,omitempty"`
	Said  string          `json:"said,omitempty"` // for people
}

// Last is the last line of a stream of events.
type Last struct {
	Ended *Ended `json:"ended"`
}

// statusOf is the HTTP status of a class of failure; others are 500.
var statusOf = map[report.Code]int{
	report.Usage: http.StatusBadRequest, report.Denied: http.StatusForbidden, report.Unsafe: http.StatusConflict, report.Locked: http.StatusConflict,
	report.NotFound: http.StatusNotFound, report.Mismatch: http.StatusConflict, report.Transient: http.StatusServiceUnavailable,
}

// authenticated asks the cluster whose token a request carries.
func (s *Server) authenticated(next func(http.ResponseWriter, *http.Request, Caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get(TokenHeader)
		if token == "" {
			token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if token == "" {
			answer(w, http.StatusUnauthorized, Answer{Refused: &Refused{report.Denied, "no token: " + TokenHeader + " carries the one that the cluster knows you by"}})
			return
		}
		caller, err := s.Review(r.Context(), tenant.NewSecret(token))
		if err != nil {
			s.refuse(w, err)
			return
		}
		err = parallel.Protect(func() error { // the library would print what a panic holds
			next(w, r, caller)
			return nil
		})
		if err != nil {
			s.refuse(w, err)
		}
	}
}

// decode reads a request's body; a key that is not known is refused.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return usage("read the request", "it is not the JSON object that is expected")
	}
	return nil
}

// begin starts a copy.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, caller Caller) {
	var asked Asked
	if err := decode(w, r, &asked); err != nil {
		s.refuse(w, err)
		return
	}
	request, err := asked.request(caller)
	if err == nil {
		err = s.Policy.Permit(caller, request.Destination, request.asked()...)
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	started, err := s.Jobs.Start(r.Context(), request)
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.Log.Info("copy asked for", "by", caller.Name, "source", request.Source.String(), "destination", request.Destination.String(), "job", started.Job, "attached", started.Attached)
	answer(w, http.StatusAccepted, Answer{Job: started.Job, Attached: started.Attached})
}

func (a Asked) request(by Caller) (Request, error) {
	src, err := tenant.ParseRef(a.Source)
	if err != nil {
		return Request{}, usage("read the request", err.Error())
	}
	dst, err := tenant.ParseRef(a.Destination)
	if err != nil {
		return Request{}, usage("read the request", err.Error())
	}
	return Request{Source: src, Destination: dst, Options: a.Options, By: by}, a.check(dst)
}

// events streams a run's events, a JSON object a line; the last line says how
// it ended.
func (s *Server) events(w http.ResponseWriter, r *http.Request, caller Caller) {
	dst, ok := s.own(w, r, caller)
	if !ok {
		return
	}
	stream := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("X-Accel-Buffering", "no") // proxies would hold lines back
	write := func(line any) error {
		text, err := json.Marshal(line)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
		return stream.Flush()
	}
	ended, err := s.Jobs.Follow(r.Context(), dst, func(l Line) error { return write(l) })
	if r.Context().Err() != nil {
		return // the caller is gone, or the service ends: whoever listens finds the run again
	}
	if err != nil {
		ended = Ended{Code: -1, Class: report.CodeOf(err), Message: s.Clean(err.Error())}
	}
	err = write(Last{&ended})
	if err != nil && r.Context().Err() == nil {
		s.Log.Warn("stream events", "destination", dst.String(), "error", err.Error())
	}
}

// cancel ends a run.
func (s *Server) cancel(w http.ResponseWriter, r *http.Request, caller Caller) {
	dst, ok := s.own(w, r, caller)
	if !ok {
		return
	}
	if err := s.Jobs.Cancel(r.Context(), dst); err != nil {
		s.refuse(w, err)
		return
	}
	s.Log.Info("run cancelled", "by", caller.Name, "destination", dst.String())
	answer(w, http.StatusOK, Answer{})
}

// own is the destination in a path, where it is one of the caller's.
func (s *Server) own(w http.ResponseWriter, r *http.Request, caller Caller) (tenant.Ref, bool) {
	dst, err := pathRef(r)
	if err == nil {
		err = s.Policy.Permit(caller, dst)
	}
	if err != nil {
		s.refuse(w, err)
	}
	return dst, err == nil
}

// pathRef is the tenant in a request's path.
func pathRef(r *http.Request) (tenant.Ref, error) {
	ref, err := tenant.ParseRef(r.PathValue("env") + "/" + r.PathValue("name"))
	if err != nil {
		err = usage("read the path", err.Error())
	}
	return ref, err
}

// refuse answers with what was refused; what failed inside is logged, and the
// caller hears its class.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	code := report.CodeOf(err)
	status, known := statusOf[code]
	if !known {
		status = http.StatusInternalServerError
	}
	text := s.Clean(err.Error())
	if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		text = "the request was broken off"
	}
	s.Log.Warn("request refused", "class", string(code), "error", text)
	answer(w, status, Answer{Refused: &Refused{code, text}})
}

func answer(w http.ResponseWriter, status int, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // a caller that is gone needs no answer
}

func usage(what, why string) error {
	return &report.Refusal{Code: report.Usage, What: what, Why: why}
}
