package copytest

import (
	"context"
	"errors"
	"iter"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// inspected passes a wrapped store's Inspect on, where it has one.
type inspected struct{ clone.Staged }

func (s inspected) Inspect(w *verify.Wanted) {
	if in, ok := s.Staged.(clone.Inspected); ok {
		in.Inspect(w)
	}
}

// twiceReader runs every chunk twice and returns the second tally.
type twiceReader struct{ clone.Reader }

func (r twiceReader) Into(dst guard.Destination) (clone.Staged, error) {
	s, err := r.Reader.Into(dst)
	return twiceStaged{inspected{s}}, err
}

type twiceStaged struct{ inspected }

func (s twiceStaged) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return mapChunks(s.Staged.Chunks(ctx), func(c clone.Chunk) clone.Chunk {
		once := c.Copy
		c.Copy = func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
			if _, err := once(ctx, a); err != nil {
				return report.Tally{}, err
			}
			return once(ctx, a)
		}
		return c
	})
}

// planted is a panic's value, which must not be printed.
const planted = "planted-panic-value"

// panicReader panics in every chunk after it was copied.
type panicReader struct{ clone.Reader }

func (r panicReader) Into(dst guard.Destination) (clone.Staged, error) {
	s, err := r.Reader.Into(dst)
	return panicStaged{inspected{s}}, err
}

type panicStaged struct{ inspected }

func (s panicStaged) Chunks(ctx context.Context) iter.Seq2[clone.Chunk, error] {
	return mapChunks(s.Staged.Chunks(ctx), func(c clone.Chunk) clone.Chunk {
		c.Copy = func(context.Context, *anonymize.Anonymizer) (report.Tally, error) { panic(planted) }
		return c
	})
}

// mapChunks changes every chunk of a sequence.
func mapChunks(seq iter.Seq2[clone.Chunk, error], change func(clone.Chunk) clone.Chunk) iter.Seq2[clone.Chunk, error] {
	return func(yield func(clone.Chunk, error) bool) {
		for c, err := range seq {
			if err == nil {
				c = change(c)
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// errCut ends a switch as a killed process would.
var errCut = errors.New("cut")

// cutReader ends every switch before it starts, or after it has ended.
type cutReader struct {
	clone.Reader
	after bool
}

func (r cutReader) Into(dst guard.Destination) (clone.Staged, error) {
	s, err := r.Reader.Into(dst)
	return cutStaged{inspected{s}, r.after}, err
}

type cutStaged struct {
	inspected
	after bool
}

func (s cutStaged) Switch(ctx context.Context) error {
	if s.after {
		if err := s.Staged.Switch(ctx); err != nil {
			return err
		}
	}
	return errCut
}
