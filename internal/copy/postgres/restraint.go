package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// restraint keeps the limits that the owner of the source's server has set:
// how many sessions, how many bytes a second, how many runs, how old the
// snapshot. The zero value of a limit is none.
type restraint struct {
	limits   tenant.Limits
	throttle *throttle // nil when the rate is not limited
	slot     *pgx.Conn // holds this run's place among those that read the server

	mu     sync.Mutex
	opened time.Time     // the snapshot, by the server's clock
	age    time.Duration // of the snapshot when it was used last
}

// The parts of tables are sized so that one takes about a second: a schema
// change at the source waits until the parts of its table that are under way
// have ended.
const (
	defaultPart  = 32 << 20 // bytes of a table, TOAST included
	smallestPart = 256 << 10
)

// restrain reads the limits of a source's store. The endpoint that it returns
// is throttled, and its limit is what is left for sessions that read: one
// keeps the snapshot, and one the place among the runs.
func restrain(e *endpoint, limits tenant.Limits) (*restraint, *endpoint, error) {
	r := &restraint{limits: limits}
	readers := *e
	if e.limit > 0 {
		own := 1
		if limits.Runs > 0 {
			own++
		}
		if readers.limit = e.limit - own; readers.limit < 1 {
			return nil, nil, &report.Error{Code: report.Usage, Store: e.store, Side: e.side, Op: "keep limits.postgres.connections",
				Err: &cause{text: fmt.Sprintf("a run needs %d sessions, and the limit is %d", own+1, e.limit)}, Hint: fmt.Sprintf("allow at least %d", own+1)}
		}
	}
	if limits.BytesPerSecond > 0 {
		r.throttle = newThrottle(limits.BytesPerSecond)
		readers.config = e.config.Copy()
		readers.config.DialFunc = r.throttle.dial(e.config.DialFunc)
	}
	return r, &readers, nil
}

// part is the size of a part. Where the rate is limited, those that are read
// at once share it.
func (r *restraint) part(readers *endpoint) int64 {
	if r.limits.BytesPerSecond == 0 {
		return defaultPart
	}
	atOnce := int64(clone.DefaultWorkers)
	if readers.limit > 0 {
		atOnce = min(atOnce, int64(readers.limit))
	}
	return min(max(r.limits.BytesPerSecond/atOnce, smallestPart), defaultPart)
}

// begin notes when the snapshot was opened.
func (r *restraint) begin(ctx context.Context, d door) error {
	var opened time.Time
	err := d.row(ctx, `SELECT now()`, nil, &opened)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened, r.age = opened, 0
	return err
}

// use notes that the snapshot is used now, and refuses when it is older than
// allowed: behind it the server cannot clean up. Both times are the server's.
func (r *restraint) use(ctx context.Context, d door) error {
	var now time.Time
	if err := d.row(ctx, `SELECT clock_timestamp()`, nil, &now); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age = max(r.age, now.Sub(r.opened))
	if most := r.limits.SnapshotAge; most > 0 && now.Sub(r.opened) > most {
		return &report.Refusal{Code: report.Transient, What: "read on in the snapshot",
			Why:  fmt.Sprintf("it is %s old, and limits.postgres.snapshot-age is %s", inWords(now.Sub(r.opened)), inWords(most)),
			Hint: "raise that limit, allow more connections or bytes per second, or leave rows out with $rows; the twin is as it was"}
	}
	return nil
}

// note says how old the snapshot became; empty when it was not used.
func (r *restraint) note() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.age == 0 {
		return ""
	}
	return "the source's snapshot was " + inWords(r.age) + " old when it was read last"
}

// end stops what runs by itself and gives the place among the runs back.
func (r *restraint) end(ctx context.Context) {
	if r.throttle != nil {
		r.throttle.ticks.Stop()
	}
	if r.slot != nil {
		closeConn(ctx, r.slot)
		r.slot = nil
	}
}

// inWords prints a duration for people, in its two largest units.
func inWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}
