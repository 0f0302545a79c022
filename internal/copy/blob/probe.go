package blob

import (
	"context"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// prober collects facts of one side.
type prober struct {
	name  string
	at    address
	c     container
	door  *door
	place place
}

var _ guard.Prober = (*prober)(nil)

// Probe opens a read-only session of its own on the source's container.
func Probe(_ context.Context, src tenant.Source) (guard.Prober, error) {
	r, err := open(src)
	if err != nil {
		return nil, err
	}
	return &prober{name: r.Name(), at: r.at, c: r.c, door: r.door, place: r.place}, nil
}

// Name implements guard.Prober.
func (p *prober) Name() string { return p.name }

// Facts implements guard.Prober. A container is told by its account and name;
// a nonce would have to be written, and the source is not.
func (p *prober) Facts(ctx context.Context, _ int64) (guard.Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	f := guard.Facts{Identities: p.at.identities(), Empty: true, Version: "Azure Blob Storage"}
	if p.at.backend == s3Bucket {
		f.Version = "S3"
	}
	s, err := p.c.state(ctx)
	if err != nil || !s.exists {
		return f, p.place.fail("open the container", err)
	}
	f.Exists = true
	listing := cursor{c: p.c, at: p.place}
	first, err := listing.next(ctx)
	if err != nil {
		return f, err
	}
	f.Empty = first == nil
	if s.marker == "" {
		return f, nil
	}
	m, err := guard.DecodeMarker(s.marker)
	switch {
	case err == nil:
		f.Marker = &m
	case errors.Is(err, guard.ErrForeign):
		f.Foreign = true
	default:
		return f, &report.Error{Code: report.Incompatible, Store: p.name, Side: p.place.side, Op: "read the marker", Err: err, Hint: "use a newer tenantcopy"}
	}
	return f, nil
}

// Close implements guard.Prober.
func (p *prober) Close() error {
	p.door.close()
	return nil
}
