package search

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is the only one that writes records, and it takes nothing but
// what is Clean.

const (
	bodyBytes = 5 << 20 // size of a bulk body
	patience  = 16      // refusals in a row, without one document taken, before a chunk gives up
)

var (
	errNoSource = errors.New("a document came without its _source")
	errNoID     = errors.New("a rule leaves documents without an _id")
	errFat      = errors.New("a document is larger than the server takes (413)")
)

// sink writes the documents of one slice in bulk. An operation names its id,
// so that writing it twice leaves one document.
type sink struct {
	s     *staged
	t     *target
	seed  uint32 // sets this sink's waits apart from the others'
	limit int    // size of a body; smaller after a 413
	buf   *[]byte
	lent  bool // a request that failed may still be reading buf
	items []item
	bytes int64 // of the values in buf
	tally report.Tally
}

// item is one operation in the buffer: action line and source line.
type item struct{ start, end int }

func (s *staged) newSink(t *target, slice int) *sink {
	h := fnv.New32a()
	fmt.Fprint(h, t.name, slice)
	buf, _ := s.buffers.Get().(*[]byte)
	*buf = (*buf)[:0]
	return &sink{s: s, t: t, seed: h.Sum32(), limit: bodyBytes, buf: buf}
}

// close gives the buffer back.
func (w *sink) close() {
	if !w.lent {
		w.s.buffers.Put(w.buf)
	}
}

// own makes sure that nobody else reads the buffer, so that it may be
// changed.
func (w *sink) own() {
	if w.lent {
		own := bytes.Clone(*w.buf)
		w.buf, w.lent = &own, false
	}
}

// add appends a document and writes when enough have come together.
func (w *sink) add(ctx context.Context, doc anonymize.CleanDocument) error {
	if doc.ID.IsNull() || len(doc.ID.Bytes()) == 0 {
		return &report.Error{Code: report.Incompatible, Store: w.s.r.Name(), Side: report.Destination, Op: "write index " + w.t.ix.group, Err: errNoID, Hint: "give _id a rule: keep, digits or uuid"}
	}
	w.append(doc.ID, doc.Routing, doc.Source)
	if len(*w.buf) < w.limit {
		return nil
	}
	return w.flush(ctx)
}

// append writes one operation into the buffer.
func (w *sink) append(id, routing, source anonymize.Clean) {
	b, start := *w.buf, len(*w.buf)
	b = append(b, `{"index":{"_id":`...)
	b = appendQuoted(b, id.Bytes())
	if !routing.IsNull() && len(routing.Bytes()) > 0 {
		b = append(b, `,"routing":`...)
		b = appendQuoted(b, routing.Bytes())
	}
	b = append(b, "}}\n"...)
	b = append(b, source.Bytes()...)
	b = append(b, '\n')
	*w.buf = b
	w.items = append(w.items, item{start, len(b)})
	w.bytes += int64(len(id.Bytes()) + len(routing.Bytes()) + len(source.Bytes()))
}

// flush writes what is in the buffer, again what the server was too busy to
// take, until all of it is written.
func (w *sink) flush(ctx context.Context) error {
	written := int64(len(w.items))
	for refusals := 0; len(w.items) > 0; {
		refused, err := w.post(ctx, w.items)
		if err != nil {
			return err
		}
		if len(refused) < len(w.items) {
			refusals = 0
		}
		w.own()
		w.keep(refused)
		if len(refused) == 0 {
			break
		}
		if refusals++; refusals > patience {
			return &report.Error{Code: report.Transient, Store: w.s.r.Name(), Side: report.Destination, Op: "write index " + w.t.ix.group,
				Err: fmt.Errorf("not one document was taken in %d tries: the server is overloaded or away", refusals), Hint: "look at the health of the cluster at " + w.s.c.address}
		}
		if err := pause(ctx, refusals, &w.seed); err != nil {
			return err
		}
	}
	w.tally.Records += written
	w.tally.Bytes += w.bytes
	if written > 0 {
		w.tally.In(w.t.ix.group, written)
	}
	w.bytes, *w.buf, w.items = 0, (*w.buf)[:0], w.items[:0]
	return nil
}

// keep moves the refused items to the front of the buffer.
func (w *sink) keep(refused []item) {
	b, end := *w.buf, 0
	kept := w.items[:0]
	for _, it := range refused {
		n := copy(b[end:], b[it.start:it.end])
		kept = append(kept, item{end, end + n})
		end += n
	}
	*w.buf, w.items = b[:end], kept
}

// post sends adjacent items and returns those that were refused for being too
// many. A body that is too large is cut in two.
func (w *sink) post(ctx context.Context, items []item) ([]item, error) {
	body := (*w.buf)[items[0].start:items[len(items)-1].end]
	fates, err := w.send(ctx, body)
	switch {
	case err == nil:
		return w.judge(items, fates)
	case mayPass(err):
		return items, nil // what of it was written is not known; writing it again is the same
	case isStatus(err, http.StatusRequestEntityTooLarge) && len(items) == 1:
		return nil, &report.Error{Code: report.Incompatible, Store: w.s.r.Name(), Side: report.Destination, Op: "write index " + w.t.ix.group, Err: errFat,
			Hint: "raise http.max_content_length of the destination, or the limit of the proxy before it"}
	case isStatus(err, http.StatusRequestEntityTooLarge):
		w.limit = min(w.limit, max(len(body)/2, 64<<10))
		return w.postHalves(ctx, items)
	}
	return nil, err
}

func (w *sink) postHalves(ctx context.Context, items []item) ([]item, error) {
	half := len(items) / 2
	first, err := w.post(ctx, items[:half])
	if err != nil {
		return nil, err
	}
	second, err := w.post(ctx, items[half:])
	return append(append([]item(nil), first...), second...), err
}

// fate is what became of one operation.
type fate struct {
	Index struct {
		Status int `json:"status"`
		Error  struct {
			Type string `json:"type"`
		} `json:"error"`
	} `json:"index"`
}

// send sends one body. No pipeline of the destination runs over documents
// that are done, and no reason is asked for, since it quotes values.
func (w *sink) send(ctx context.Context, body []byte) ([]fate, error) {
	if err := w.s.throttle.enter(ctx); err != nil {
		return nil, err
	}
	overloaded := true
	defer func() { w.s.throttle.leave(overloaded) }()
	answer, err := w.s.c.do(ctx, request{method: http.MethodPost, path: []string{w.t.name, "_bulk"},
		query: "pipeline=_none&filter_path=errors,items.*.status,items.*.error.type", body: body})
	if err != nil {
		w.lent = true
		status, ok := errors.AsType[*statusError](err)
		overloaded = ok && isThrottle(status.status)
		return nil, err
	}
	var result struct {
		Errors bool   `json:"errors"`
		Items  []fate `json:"items"`
	}
	if json.Unmarshal(answer, &result) != nil {
		return nil, errors.New("answer to a bulk request is not the JSON expected")
	}
	overloaded = false
	for _, f := range result.Items {
		overloaded = overloaded || f.Index.Status == http.StatusTooManyRequests
	}
	return result.Items, nil
}

// judge sorts the fates: written, refused for now, or an error. The error
// names the index and the server's exception, never the document.
func (w *sink) judge(items []item, fates []fate) ([]item, error) {
	if len(fates) != len(items) {
		return nil, fmt.Errorf("server answered for %d of %d documents", len(fates), len(items))
	}
	var refused []item
	for i, f := range fates {
		e := &statusError{status: f.Index.Status, index: w.t.ix.name}
		if isWord(f.Index.Error.Type) {
			e.kind = f.Index.Error.Type
		}
		switch {
		case e.status >= 200 && e.status < 300:
		case mayPass(e):
			refused = append(refused, items[i])
		default:
			return nil, e
		}
	}
	return refused, nil
}
