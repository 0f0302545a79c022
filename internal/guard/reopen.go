package guard

import (
	"context"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Reopen admits a twin that tenantcopy has made before, to clean it up or to
// finish its switch. It asks for the same proofs as Admit and takes the lock,
// but writes nothing: the Destination carries the marker that was found. The
// runs of all its markers are its Stale ones. A twin without a marker is
// refused as not found.
func Reopen(ctx context.Context, r Request) (Destination, error) {
	if err := Direction(r.Source, r.Destination, r.Environment); err != nil {
		return Destination{}, err
	}
	held, err := r.proveAndLock(ctx)
	if err != nil {
		return Destination{}, err
	}
	dst, err := r.reopenLocked(ctx, held)
	if err != nil {
		return Destination{}, errors.Join(err, held.Release(context.WithoutCancel(ctx)))
	}
	return dst, nil
}

func (r *Request) reopenLocked(ctx context.Context, held Held) (Destination, error) {
	p, err := r.look(ctx)
	if err != nil {
		return Destination{}, err
	}
	found := p.furthest()
	if found == nil {
		return Destination{}, &report.Refusal{Code: report.NotFound, What: "open " + r.Destination.String(), Why: "tenantcopy has never copied into it"}
	}
	d := r.destination(held, p)
	d.marker = *found
	if d.resumed = found.State == Switching; d.resumed {
		p.of(found.Run, d)
		return Destination{d}, nil
	}
	d.marker.Serving, d.marker.Stale = p.whole(), p.stale("")
	return Destination{d}, nil
}
