package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var _ clone.Reader = (*reader)(nil)

// reader is the tenant's indexes at the source, read through the read-only
// door.
type reader struct {
	src     tenant.Source
	c       *client
	version version
	indexes []*index // what Survey found, by name
	into    []*client
}

// Open connects to a tenant's search store, read-only. The error says whether
// the server is away, is none of Elasticsearch, or does not take the
// credentials.
func Open(ctx context.Context, src tenant.Source) (clone.Reader, error) {
	c, err := newClient(src.Store, src.Session, report.Source)
	if err != nil {
		return nil, err
	}
	v, err := c.hello(ctx)
	if err != nil {
		c.close()
		return nil, err
	}
	return &reader{src: src, c: c, version: v}, nil
}

// Name returns the store's name.
func (r *reader) Name() string { return r.src.Store.Name }

// Into pairs the reader with a proved destination.
func (r *reader) Into(dst guard.Destination) (clone.Staged, error) {
	store, ok := dst.Store(r.Name())
	if !ok {
		return nil, &report.Error{Code: report.NotFound, Store: r.Name(), Side: report.Destination, Op: "open store",
			Err: fmt.Errorf("%s has no store of that name", dst.Ref())}
	}
	c, err := newClient(store, dst.Session(), report.Destination)
	if err != nil {
		return nil, err
	}
	r.into = append(r.into, c)
	s := &staged{r: r, c: c, dst: dst, prefix: store.Prefix, throttle: newThrottle(store.Connections)}
	s.buffers = &sync.Pool{New: func() any { return new([]byte) }}
	return s, nil
}

// Close releases the points in time and the connections.
func (r *reader) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := r.release(ctx)
	r.c.close()
	for _, c := range r.into {
		c.close()
	}
	return err
}

// release gives the points in time back.
func (r *reader) release(ctx context.Context) error {
	var errs []error
	for _, ix := range r.indexes {
		if ix.view != nil {
			errs = append(errs, r.c.fail("close point in time", r.c.closeView(ctx, ix.view)))
			ix.view = nil
		}
	}
	return errors.Join(errs...)
}
