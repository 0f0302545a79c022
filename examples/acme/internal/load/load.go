// Package load writes the demo tenant into real servers: one file a store,
// and for PostgreSQL one file for each part of the schema.
package load

import (
	"context"
	"fmt"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// Into is where a tenant goes.
type Into struct {
	Side    servers.Side
	Stores  []string // kinds, as servers.ParseKinds returns them
	Backend string   // servers.Azure or servers.S3
}

// Tenant replaces what a tenant has in the named stores, all at once.
func Tenant(ctx context.Context, w *world.World, to Into) error {
	kinds := func(yield func(string, error) bool) {
		for _, kind := range to.Stores {
			if !yield(kind, nil) {
				return
			}
		}
	}
	return parallel.Each(ctx, len(to.Stores), kinds, func(ctx context.Context, _ int, kind string) error {
		var err error
		switch kind {
		case servers.Postgres:
			err = Postgres(ctx, to.Side, w)
		case servers.Search:
			err = Search(ctx, to.Side, w)
		case servers.Redis:
			err = Redis(ctx, to.Side, w)
		case servers.Blob:
			err = Blob(ctx, to.Side, to.Backend, w)
		}
		if err != nil {
			return fmt.Errorf("seed %s: %w", kind, err)
		}
		return nil
	})
}
