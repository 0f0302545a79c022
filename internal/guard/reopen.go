package guard

import (
	"context"
	"errors"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Reopen admits a twin that tenantcopy has made before, to clean it up or to
// finish its switch. It asks for the same proofs as Admit and takes the lock,
// but writes nothing: the Destination carries the marker that was found. The
// runs that did not end are among its Stale ones. A twin without a marker is
// refused as not found.
func Reopen(ctx context.Context, r Request) (Destination, error) {
	if err := Direction(r.Source, r.Destination, r.Environment); err != nil {
		return Destination{}, err
	}
	if err := r.provePlaces(ctx); err != nil {
		return Destination{}, err
	}
	held, err := r.lock(ctx)
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
	d := &destination{ref: r.Destination, stores: r.Stores, session: r.Session, sites: r.Sites, held: held, clock: r.Clock}
	var found *Marker
	for _, s := range r.Sites {
		facts, err := s.Facts(ctx, r.Nonce)
		if err != nil {
			return Destination{}, err
		}
		if err := r.checkMarker(s.Name(), facts); err != nil {
			return Destination{}, err
		}
		found = furthest(found, facts.Marker)
	}
	if found == nil {
		return Destination{}, &report.Refusal{Code: report.NotFound, What: "open " + r.Destination.String(), Why: "tenantcopy has never copied into it"}
	}
	d.marker, d.resumed = *found, found.State == Switching
	if found.State != Complete && !d.resumed && !slices.Contains(d.marker.Stale, found.Run) {
		d.marker.Stale = append(slices.Clone(found.Stale), found.Run)
	}
	return Destination{d}, nil
}
