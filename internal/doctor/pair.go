package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Pair is what concerns both sides of a copy.
type Pair struct {
	Sources, Twins []*Store
	Nonce          int64        // random, for the proof of two places
	Allowed        func() error // whether the environments allow the copy, and both have the same stores
}

// Examination makes the pair's checks, through sessions of its own. Where the
// copy is not allowed, it connects to nothing.
func (p Pair) Examination() Examination {
	return Examination{Group: "source and twin", Checks: []string{Direction, Places}, Do: func(ctx context.Context, c *Chart) {
		if c.Ask(ctx, Direction, func(context.Context) Answer { return good(p.Allowed(), "the environments allow it") }) {
			c.Ask(ctx, Places, p.prove)
		}
		c.Stop("the copy is not allowed")
	}}
}

// prove says whether no store of the twin is the same place as one of its
// source, by guard's own proofs. A store that is not reached leaves it open:
// another name may lead to it.
func (p Pair) prove(ctx context.Context) Answer {
	known, unknown := guard.Known{}, []string(nil)
	for _, s := range p.Sources {
		facts, closing, err := s.open(ctx, p.Nonce)
		if err != nil {
			unknown = append(unknown, s.Group())
			continue
		}
		defer closing() // the nonce has to be seen from the other side
		known.Add(s.Group(), facts)
	}
	for _, s := range p.Twins {
		facts, closing, err := s.open(ctx, p.Nonce)
		if err != nil {
			unknown = append(unknown, s.Group())
			continue
		}
		closing()
		if of, same := known.Find(facts); same {
			return Answer{Level: Failed, Class: report.Unsafe, Text: fmt.Sprintf("%s and %s are the same place", of, s.Group()),
				Hint: "their addresses differ, but they lead to one server; correct the address of " + s.Of.Env + " in tenantcopy.yaml"}
		}
	}
	if len(unknown) > 0 {
		return Answer{Level: Unclear, Text: "not proved for what was not reached: " + strings.Join(unknown, ", ")}
	}
	return Good("no store of the twin is one of the source's")
}

var errUntold = errors.New("its server says nothing that identifies it")

// open opens a store for the proof; closing ends its session.
func (s *Store) open(ctx context.Context, nonce int64) (facts guard.Facts, closing func(), err error) {
	p, err := s.Open(ctx)
	if err != nil {
		return facts, nil, err
	}
	facts, err = p.Facts(ctx, nonce)
	if err == nil && len(facts.Identities) == 0 && s.Side == report.Source {
		err = errUntold
	}
	if err != nil {
		_ = p.Close() // nothing was written through it
		return facts, nil, err
	}
	return facts, func() { _ = p.Close() }, nil
}
