package redis

import (
	"context"
	"errors"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// reader is a tenant's keys at the source, behind the read-only door.
type reader struct {
	src    *link
	prefix string

	mu     sync.Mutex
	opened []*link // of the destination, closed with the reader
}

var (
	_ clone.Reader = (*reader)(nil)
	_ clone.Staged = (*staged)(nil)
)

// Open connects to a tenant's Redis server and authenticates; what it returns
// can only read. The error is a *report.Error: Usage for an address or a
// prefix that cannot be used, Denied for a wrong password, Transient for a
// server that does not answer.
func Open(ctx context.Context, src tenant.Source) (clone.Reader, error) {
	l, err := openSource(ctx, src)
	if err != nil {
		return nil, err
	}
	return &reader{src: l, prefix: src.Store.Prefix}, nil
}

func openSource(ctx context.Context, src tenant.Source) (*link, error) {
	l, err := dial(src.Store, src.Session, report.Source, reads)
	if err != nil {
		return nil, err
	}
	if src.Store.Prefix == "" {
		return nil, errors.Join(l.refuse(report.Usage, "read prefix", errors.New("it is empty"), "write the prefix of the tenant's keys, such as acme:"), l.close())
	}
	if err := l.connect(ctx, src.Store.Prefix); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// Name implements clone.Reader.
func (r *reader) Name() string { return r.src.store }

// Into implements clone.Reader. It opens no connection.
func (r *reader) Into(dst guard.Destination) (clone.Staged, error) {
	store, ok := dst.Store(r.src.store)
	if !ok {
		return nil, r.src.refuse(report.NotFound, "open destination", errors.New("it has no store of that name"), "")
	}
	sink, err := dial(store, dst.Session(), report.Destination, writes)
	if err != nil {
		return nil, err
	}
	dstLink, err := dial(store, dst.Session(), report.Destination, repeats)
	if err != nil {
		return nil, errors.Join(err, sink.close())
	}
	r.mu.Lock()
	r.opened = append(r.opened, sink, dstLink)
	r.mu.Unlock()
	names := naming{prefix: store.Prefix, store: store.Name, run: dst.Run()}
	if err := checkPrefix(names, dst.Ref().String()); err != nil {
		return nil, dstLink.refuse(report.Usage, "read prefix", err, "give the tenant's keys a prefix of their own, such as acme:")
	}
	return newStaged(r, sink, dstLink, names, dst.Stale()), nil
}

// Close implements clone.Reader: it closes the connections of both sides.
func (r *reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.src.close()
	for _, l := range r.opened {
		err = errors.Join(err, l.close())
	}
	r.opened = nil
	return err
}
