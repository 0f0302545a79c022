package search

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// keepSource is how long the source holds a point in time that nobody reads:
// the other stores may be copied first. Each page read renews it.
const keepSource = "2h"

// keepStaged is the same for reading a staged index back.
const keepStaged = "15m"

const (
	pageBytes = 2 << 20  // size of an answer that pages aim at
	pageMost  = 16 << 20 // an answer of more is thrown away, and a smaller page asked for
	pageTries = 5        // for one page, while the server is busy
)

// view is a point in time of one index, of which slices are read at once. It
// is not changed after it was opened.
type view struct {
	id    string
	keep  string
	query json.RawMessage // what of the index is read; nil for all
	size  int             // most hits that a page may have
}

// openView opens a point in time.
func (c *client) openView(ctx context.Context, index, keep string) (*view, error) {
	var answer struct {
		ID string `json:"id"`
	}
	query := url.Values{"keep_alive": {keep}}.Encode()
	if err := c.ask(ctx, request{method: http.MethodPost, path: []string{index, "_pit"}, query: query}, &answer); err != nil {
		return nil, err
	}
	if answer.ID == "" {
		return nil, errors.New("server gave no point in time")
	}
	return &view{id: answer.ID, keep: keep, size: 10_000}, nil
}

// closeView releases a point in time; one that has expired is no error.
func (c *client) closeView(ctx context.Context, v *view) error {
	body, _ := json.Marshal(map[string]string{"id": v.id})
	err := c.ask(ctx, request{method: http.MethodDelete, path: []string{"_pit"}, body: body}, nil)
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// count returns how many documents a view holds.
func (c *client) count(ctx context.Context, v *view) (int64, error) {
	body := append(v.begin(nil, []byte(v.id)), `,"size":0,"track_total_hits":true}`...)
	var answer struct {
		Hits struct {
			Total struct {
				Value int64 `json:"value"`
			} `json:"total"`
		} `json:"hits"`
	}
	err := c.ask(ctx, request{method: http.MethodPost, path: []string{"_search"}, query: wholeShards, body: body}, &answer)
	return answer.Hits.Total.Value, err
}

// wholeShards makes a failed shard an error and not a short answer.
const wholeShards = "allow_partial_search_results=false"

// begin writes the part of a search that all of a view's requests share.
func (v *view) begin(dst, id []byte) []byte {
	dst = append(dst, `{"pit":{"id":`...)
	dst = appendQuoted(dst, id)
	dst = append(append(append(dst, `,"keep_alive":"`...), v.keep...), `"}`...)
	if v.query != nil {
		dst = append(append(dst, `,"query":`...), v.query...)
	}
	return dst
}

// cursor reads one slice of a view, page by page. It belongs to one
// goroutine.
type cursor struct {
	c             *client
	v             *view
	slice, slices int    // slices < 2: the whole view
	source        string // value of _source in the request: which fields; empty for all
	size          int    // hits asked for next
	id            []byte // point in time as last named by the server
	after         []byte // sort values of the last hit
	body          []byte
	page          page
	answer        []byte
}

// read returns a cursor; hint is the expected size of a document in bytes, 0
// when not known.
func (c *client) cursor(v *view, slice, slices int, hint int64) *cursor {
	size := 200
	if hint > 0 {
		size = int(pageBytes / hint / 4) // stored documents are packed
	}
	return &cursor{c: c, v: v, slice: slice, slices: slices, id: []byte(v.id), size: min(max(size, 20), 1000, v.size)}
}

// next returns the next page's hits, none at the end. They are valid until
// the next call.
func (cur *cursor) next(ctx context.Context) ([]hit, error) {
	if err := cur.fetch(ctx); err != nil {
		return nil, err
	}
	if err := parsePage(cur.answer, &cur.page); err != nil {
		return nil, err
	}
	if cur.page.partial {
		return nil, cur.c.short()
	}
	if cur.page.pit != nil {
		cur.id = append(cur.id[:0], cur.page.pit...)
	}
	if n := len(cur.page.hits); n > 0 {
		if cur.page.last == nil {
			return nil, errPage
		}
		cur.after = append(cur.after[:0], cur.page.last...)
		fit := pageBytes / (len(cur.answer)/n + 1)
		cur.size = min(max(fit, 1), 4*cur.size, cur.v.size)
	}
	return cur.page.hits, nil
}

// fetch asks for the next page until it comes, smaller where it is too large
// to hold.
func (cur *cursor) fetch(ctx context.Context) (err error) {
	seed := uint32(cur.slice)
	for tries := 1; ; {
		limit := pageMost
		if cur.size == 1 {
			limit = maxAnswer
		}
		cur.answer, err = cur.c.read(ctx, request{method: http.MethodPost, path: []string{"_search"}, query: wholeShards, body: cur.search()}, cur.answer, limit)
		if err != nil {
			cur.body = nil // the request that failed may still be reading it
		}
		switch {
		case errors.Is(err, errTooLarge) && cur.size > 1:
			cur.size = max(cur.size/8, 1)
		case mayPass(err) && tries < pageTries:
			if err := pause(ctx, tries, &seed); err != nil {
				return err
			}
			tries++
		default:
			return err
		}
	}
}

// short is the error for an answer that not all shards gave.
func (c *client) short() error {
	return &report.Error{Code: report.Transient, Store: c.store, Side: c.side, Op: "read page", Err: errors.New("a shard failed or timed out"),
		Hint: "look at the health of the cluster at " + c.address}
}

// search writes the request for the next page.
func (cur *cursor) search() []byte {
	b := cur.v.begin(cur.body[:0], cur.id)
	b = append(b, `,"sort":["_doc","_shard_doc"],"track_total_hits":false,"size":`...)
	b = strconv.AppendInt(b, int64(cur.size), 10)
	if cur.slices > 1 {
		b = append(b, `,"slice":{"id":`...)
		b = strconv.AppendInt(b, int64(cur.slice), 10)
		b = append(b, `,"max":`...)
		b = append(strconv.AppendInt(b, int64(cur.slices), 10), '}')
	}
	if cur.source != "" {
		b = append(append(b, `,"_source":`...), cur.source...)
	}
	if cur.after != nil {
		b = append(append(b, `,"search_after":`...), cur.after...)
	}
	cur.body = append(b, '}')
	return cur.body
}
