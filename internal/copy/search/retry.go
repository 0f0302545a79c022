package search

import (
	"context"
	"errors"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

const (
	firstWait = 50 * time.Millisecond // after the first refusal; doubles
	longest   = 3 * time.Second       // wait
)

// pause waits after the n-th refusal in a row, n from 1: each time for
// longer, and with the seed's help never all callers for the same time.
func pause(ctx context.Context, n int, seed *uint32) error {
	wait := min(firstWait<<min(n-1, 10), longest)
	*seed = *seed*1664525 + 1013904223
	wait = wait/2 + wait*time.Duration(*seed>>16)/(2<<16)
	return parallel.Sleep(ctx, wait)
}

// mayPass reports whether the same request may succeed a moment later.
func mayPass(err error) bool {
	if e, ok := errors.AsType[*networkError](err); ok {
		return !e.fixed
	}
	e, ok := errors.AsType[*statusError](err)
	return ok && isThrottle(e.status) && e.kind != "cluster_block_exception"
}
