package postgres

import (
	"context"
	"fmt"
	"sync"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var _ clone.Reader = (*reader)(nil)

// reader is one database of the source. Survey opens the snapshot that
// everything after it reads.
type reader struct {
	e          *endpoint
	sessions   *pool
	partSize   int64 // bytes
	small      int64 // bytes; tables below are built in batches
	version    int
	mostClosed int // rows that may come along by reference
	mostMoved  int // values that all shuffled columns may have together
	restraint  *restraint
	installed  []string // patterns of the folders where PostgreSQL's programs may be, beside PATH

	snap snapshot
	cat  *catalog
	mu   sync.Mutex
	dirs []folder // with the schema's archive
}

// Open connects to the source's database, read-only, and authenticates. The
// error is a *report.Error: Denied, NotFound, Transient, Incompatible, or
// Usage for an address that is none; or a *report.Refusal, Incompatible, for
// one whose sessions do not last.
func Open(ctx context.Context, src tenant.Source) (clone.Reader, error) {
	e, err := parseEndpoint(src.Store, report.Source, src.Session)
	if err != nil {
		return nil, err
	}
	limits, e, err := restrain(e.with(doorSettings()), src.Store.Limits)
	if err != nil {
		return nil, err
	}
	e.config.BuildFrontend = newSplitFrontend
	conn, err := e.steady(ctx, e.database)
	if err != nil {
		return nil, err
	}
	r := &reader{e: e, sessions: newPool(e, e.database, e.limit), partSize: limits.part(e), restraint: limits, small: smallTable, mostClosed: mostClosed, mostMoved: anonymize.MostShuffled, installed: installedPrograms()}
	r.version, err = version(ctx, conn)
	r.sessions.adopt(ctx, conn)
	if err == nil && r.version < minVersion {
		err = e.tooOld(r.version)
	}
	if err != nil {
		r.sessions.close(ctx)
		return nil, e.fail(ctx, "read the server's version", err)
	}
	return r, nil
}

// tooOld refuses a server that the queries of this package do not fit.
func (e *endpoint) tooOld(version int) error {
	return &report.Error{Code: report.Incompatible, Store: e.store, Side: e.side, Op: "read the server's version",
		Err: &cause{text: fmt.Sprintf("PostgreSQL %d is older than %d", version/10000, minVersion/10000)}, Hint: "upgrade the server"}
}

// Name returns the store's name.
func (r *reader) Name() string { return r.e.store }

// Into pairs the reader with a proved destination.
func (r *reader) Into(dst guard.Destination) (clone.Staged, error) {
	store, ok := dst.Store(r.e.store)
	if !ok {
		return nil, &report.Error{Code: report.NotFound, Store: r.e.store, Side: report.Destination, Op: "find the store",
			Err: &cause{text: "the destination has no store of this name"}}
	}
	e, err := parseTwin(store, dst.Session())
	if err != nil {
		return nil, err
	}
	e.names = r.e.names
	s := newStaged(r, e, dst)
	s.space.disk = store.Limits.Disk
	return s, nil
}

// Close ends the sessions, and with them the snapshot.
func (r *reader) Close() error {
	ctx := context.Background()
	r.letGo(ctx)
	r.sessions.close(ctx)
	r.restraint.end(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, dir := range r.dirs {
		dir.remove()
	}
	r.dirs = nil
	return nil
}
