package clone

import (
	"cmp"
	"context"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// switchOrder is the order in which stores are made live: what the database
// refers to is there before the database is.
var switchOrder = []tenant.Kind{tenant.Redis, tenant.Blob, tenant.Search, tenant.Postgres}

// switchAll makes every store live and then writes the last marker.
func switchAll(ctx context.Context, readers []Reader, staged []Staged, dst guard.Destination) error {
	order := make([]int, len(staged))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int { return slices.Index(switchOrder, tenant.KindOf(readers[i].Name())) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	for _, i := range order {
		if err := staged[i].Switch(ctx); err != nil {
			return err
		}
	}
	return dst.Advance(ctx, guard.Complete)
}

// Finish finishes the switch that an earlier run was stopped in. Its
// destination is that run's, Unfinished; readers need no survey.
func Finish(ctx context.Context, readers []Reader, dst guard.Destination) error {
	staged, err := intoAll(readers, dst)
	if err != nil {
		return err
	}
	return switchAll(ctx, readers, staged, dst)
}

// Clean removes what earlier runs left staged at a destination.
func Clean(ctx context.Context, readers []Reader, dst guard.Destination) error {
	staged, err := intoAll(readers, dst)
	if err != nil {
		return err
	}
	for _, s := range staged {
		if err := s.Discard(ctx); err != nil {
			return err
		}
	}
	return dst.Abandon(ctx)
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
