package clone

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// switchOrder is the order in which stores are made live: what the database
// refers to is there before the database is.
var switchOrder = []tenant.Kind{tenant.Redis, tenant.Blob, tenant.Search, tenant.Postgres}

// live is one store that is to be made live.
type live struct {
	name   string
	staged Staged
}

// order returns the staged stores in that order.
func order(readers []Reader, staged []Staged) []live {
	var ordered []live
	for i, s := range staged {
		ordered = append(ordered, live{readers[i].Name(), s})
	}
	rank := func(l live) int { return slices.Index(switchOrder, tenant.KindOf(l.name)) }
	slices.SortStableFunc(ordered, func(a, b live) int { return cmp.Compare(rank(a), rank(b)) })
	return ordered
}

// switchAll makes every store live, asks between whether to go on before
// each, and then writes the last marker.
func switchAll(ctx context.Context, ordered []live, dst guard.Destination, between func(store string) error) error {
	for _, l := range ordered {
		if err := between(l.name); err != nil {
			return err
		}
		if err := l.staged.Switch(ctx); err != nil {
			return err
		}
	}
	return dst.Advance(ctx, guard.Complete)
}

// holding runs body while the lock is looked after. The end of ctx does not
// reach body, which asks between its steps and must not be cut off within
// one; a lost lock does.
func holding(ctx context.Context, dst guard.Destination, body func(ctx context.Context, between func() error) error) error {
	watch := func(ctx context.Context) error { return dst.Watch(ctx, lockInterval) }
	between := func() error { return context.Cause(ctx) }
	return parallel.With(context.WithoutCancel(ctx), watch, func(ctx context.Context) error {
		err := body(ctx, between)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return cause
		}
		return err
	})
}

// Finish finishes the switch that an earlier run was stopped in. Its
// destination is that run's, Unfinished; readers need no survey, and those of
// stores that the run was not of are left alone. An interrupt is obeyed
// between two stores.
func Finish(ctx context.Context, readers []Reader, dst guard.Destination) error {
	readers = slices.DeleteFunc(slices.Clone(readers), func(r Reader) bool { return !dst.Covers(r.Name()) })
	return holding(ctx, dst, func(ctx context.Context, between func() error) error {
		staged, err := intoAll(readers, dst)
		if err != nil {
			return err
		}
		return switchAll(ctx, order(readers, staged), dst, func(string) error { return between() })
	})
}

// Clean removes what earlier runs left staged at a destination. Of one that was
// killed the marker then says that it was interrupted, where no copy serves.
func Clean(ctx context.Context, readers []Reader, dst guard.Destination) error {
	watch := func(ctx context.Context) error { return dst.Watch(ctx, lockInterval) }
	return parallel.With(ctx, watch, func(ctx context.Context) error {
		staged, err := intoAll(readers, dst)
		if err != nil {
			return err
		}
		if err := discardAll(ctx, staged); err != nil {
			return err
		}
		return dst.Abandon(ctx, cmp.Or(dst.Marker().Code, report.Interrupted))
	})
}

// discardAll discards every store, whatever becomes of the others.
func discardAll(ctx context.Context, staged []Staged) error {
	errs := make([]error, len(staged))
	err := parallel.All(ctx, len(staged), len(staged), func(ctx context.Context, i int) error {
		errs[i] = parallel.Protect(func() error { return staged[i].Discard(ctx) })
		return nil
	})
	return errors.Join(append(errs, err)...)
}

func intoAll(readers []Reader, dst guard.Destination) ([]Staged, error) {
	var staged []Staged
	for _, reader := range readers {
		s, err := reader.Into(dst)
		if err != nil {
			return nil, err
		}
		staged = append(staged, s)
	}
	return staged, nil
}
