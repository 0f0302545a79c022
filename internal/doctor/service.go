package doctor

import (
	"context"
)

// Service is the service of runs-in, as somebody reaches it who asks it for
// copies.
type Service struct {
	Reach   func(ctx context.Context) (says string, err error)
	Allowed func(ctx context.Context) (says string, err error) // nil where no twin is named
}

// Examination makes its checks.
func (s Service) Examination() Examination {
	e := Examination{Group: "service of runs-in", Checks: []string{Reach}}
	if s.Allowed != nil {
		e.Checks = append(e.Checks, Allowed)
	}
	e.Do = func(ctx context.Context, c *Chart) {
		reached := c.Ask(ctx, Reach, func(ctx context.Context) Answer {
			says, err := s.Reach(ctx)
			return good(err, "%s", says)
		})
		if !reached {
			c.Stop("it was not reached")
		} else if s.Allowed != nil {
			c.Ask(ctx, Allowed, func(ctx context.Context) Answer {
				says, err := s.Allowed(ctx)
				return good(err, "%s", says)
			})
		}
	}
	return e
}
