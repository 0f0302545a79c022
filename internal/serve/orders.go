package serve

import (
	"context"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// findEvery is how often the cluster is asked for runs to go on telling of,
// until it has answered once.
const findEvery = 10 * time.Second

// order is a copy that was asked for in a channel.
type order struct {
	request Request
	begun   bool // its Job and its message are there: a service before this one made them
}

// chat carries out what was asked for in Slack until ctx ends; nothing where
// no slash command is configured.
func (s *Server) chat(ctx context.Context) error {
	if s.Slack == nil {
		return nil
	}
	return parallel.With(ctx, s.find, s.work)
}

// find takes up the runs whose messages a service before this one has not
// brought to their end.
func (s *Server) find(ctx context.Context) error {
	for {
		untold, err := s.Jobs.Untold(ctx)
		if err == nil {
			for _, r := range untold {
				s.Log.Info("going on with a run from chat", "destination", r.Destination.String())
				select {
				case s.found <- order{request: r, begun: true}:
				case <-ctx.Done():
					return nil
				}
			}
			return nil
		}
		s.Log.Warn("look for runs from chat", "error", err.Error())
		if !report.IsTransient(err) || s.Sleep(ctx, findEvery) != nil {
			return nil // a right that is missing is not waited for; orders are carried out all the same
		}
	}
}

// work carries orders out, several at once, until ctx ends.
func (s *Server) work(ctx context.Context) error {
	pending := func(yield func(order, error) bool) {
		for {
			var o order
			select {
			case o = <-s.orders:
			case o = <-s.found:
			case <-ctx.Done():
				return
			}
			if !yield(o, nil) {
				return
			}
		}
	}
	return parallel.Each(ctx, followers, pending, func(ctx context.Context, _ int, o order) error {
		if err := parallel.Protect(func() error { return s.carryOut(ctx, o) }); err != nil && ctx.Err() == nil {
			s.Log.Error("order from chat", "destination", o.request.Destination.String(), "error", err.Error())
		}
		return nil // one order's failure is not the next one's
	})
}
