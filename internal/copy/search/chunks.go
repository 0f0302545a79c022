package search

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

const (
	sliceDocs  = 5_000   // documents that are worth a slice of their own
	sliceFew   = 4       // slices of an index that is not large
	sliceLarge = 250_000 // documents of a slice of a large one
	sliceMost  = 256
)

// slicesFor says into how many slices an index is cut: a slice is what is
// retried as a whole.
func slicesFor(docs int64) int {
	few := min((docs+sliceDocs-1)/sliceDocs, sliceFew)
	many := min((docs+sliceLarge-1)/sliceLarge, sliceMost)
	return int(max(few, many, 1))
}

// Chunks lists the slices of all indexes, the largest first.
func (s *staged) Chunks(context.Context) iter.Seq2[clone.Chunk, error] {
	var chunks []clone.Chunk
	for _, t := range s.targets {
		if t.rules.Empty || t.ix.docs == 0 {
			continue
		}
		n := slicesFor(t.ix.docs)
		for i := range n {
			id := fmt.Sprintf("%s/%s/%d.%02d", s.r.Name(), t.ix.group, t.n, i)
			chunks = append(chunks, clone.Chunk{ID: id, Group: t.ix.group, Bytes: t.ix.bytes / int64(n),
				Copy: func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
					tally, err := s.copySlice(ctx, a, t, i, n)
					return tally, inChunk(err, id)
				}})
		}
	}
	slices.SortStableFunc(chunks, func(a, b clone.Chunk) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return func(yield func(clone.Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// copySlice carries one slice: page by page from the point in time, document
// by document through the anonymiser, body by body to the copy.
func (s *staged) copySlice(ctx context.Context, a *anonymize.Anonymizer, t *target, slice, slices int) (report.Tally, error) {
	op := "copy index " + t.ix.name
	cur := s.r.c.cursor(t.ix.view, slice, slices, t.ix.bytes/max(t.ix.docs, 1))
	cur.source = s.r.wholeSource()
	w := s.newSink(t, slice)
	defer w.close()
	for {
		hits, err := cur.next(ctx)
		if err != nil {
			return report.Tally{}, s.r.c.fail(op, err)
		}
		if len(hits) == 0 {
			break
		}
		for _, h := range hits {
			if h.source == nil {
				return report.Tally{}, s.r.c.fail(op, &report.Error{Code: report.Incompatible, Store: s.r.Name(), Side: report.Source, Op: op, Err: errNoSource})
			}
			doc, err := a.Document(t.rules, anonymize.RawDocument{ID: h.id, Routing: h.routing, Source: h.source})
			if err != nil {
				return report.Tally{}, err
			}
			if doc.Drop {
				continue
			}
			if err := w.add(ctx, doc); err != nil {
				return report.Tally{}, s.c.fail(op, err)
			}
		}
	}
	if err := w.flush(ctx); err != nil {
		return report.Tally{}, s.c.fail(op, err)
	}
	return w.tally, nil
}

// wholeSource asks for all of _source: from 9.2 on vectors are left out
// unless they are asked for.
func (r *reader) wholeSource() string {
	if r.version.before(version{major: 9, minor: 2}) {
		return ""
	}
	return `{"exclude_vectors":false}`
}
