package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Server is the service.
type Server struct {
	Policy Policy
	Jobs   Jobs
	Twins  Twins
	Review func(ctx context.Context, token tenant.Secret) (Caller, error) // who a bearer token belongs to
	Slack  *Slack                                                         // nil: no slash command
	Clock  func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Clean  func(text string) string // takes secrets out of what a caller is told
	Log    *slog.Logger

	Version string // of the program

	orders chan order // copies that were asked for in Slack
	found  chan order // those that a service before this one has begun to tell of
}

// Limits of what one caller can hold up.
const (
	maxBody     = 64 << 10         // bytes of a request
	waiting     = 32               // orders that may wait
	followers   = 64               // orders that are carried out at once
	headerTime  = 5 * time.Second  // to send a request's head
	requestTime = 10 * time.Second // to send all of it
	goodbyeTime = 20 * time.Second // for answers under way when the service ends
)

// Run serves on a listener until ctx ends, and returns when all answers have
// been given. Runs go on without it: they are Jobs.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	s.orders, s.found = make(chan order, waiting), make(chan order)
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, MaxHeaderBytes: maxBody,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn), BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := func(ctx context.Context) error {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeTime)
		defer cancel()
		return web.Shutdown(late)
	}
	return parallel.With(ctx, s.chat, func(ctx context.Context) error {
		return parallel.With(ctx, stop, func(context.Context) error {
			if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return context.Cause(ctx)
		})
	})
}

// Handler answers requests. Every path but /healthz wants to know who asks.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /v1/copies", s.authenticated(s.begin))
	mux.HandleFunc("GET /v1/copies/{env}/{name}/events", s.authenticated(s.events))
	mux.HandleFunc("GET /v1/allowed/{env}/{name}", s.authenticated(s.allowed))
	mux.HandleFunc("DELETE /v1/copies/{env}/{name}", s.authenticated(s.cancel))
	mux.HandleFunc("GET /v1/twins/{env}/{name}", s.authenticated(s.look))
	mux.HandleFunc("POST /v1/twins/{env}/{name}/use", s.authenticated(s.use))
	mux.HandleFunc("DELETE /v1/twins/{env}/{name}/use", s.authenticated(s.leave))
	if s.Slack != nil {
		mux.HandleFunc("POST /slack", s.slash)
	}
	return mux
}
