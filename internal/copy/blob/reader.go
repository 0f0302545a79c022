package blob

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// openWithin is how long a server may take to answer the first request.
const openWithin = 20 * time.Second

// reader is one container of the source. Its client can only read: the field
// has no method that writes, and the door behind it lets none through.
type reader struct {
	src   tenant.Source
	at    address
	c     container
	door  *door
	place place
}

var _ clone.Reader = (*reader)(nil)

// Open connects to the source's container, read-only, and reads its state
// once, so that a wrong key or a server that is down is told at once. Errors
// are *report.Error: Usage, Denied, NotFound or Transient.
func Open(ctx context.Context, src tenant.Source) (clone.Reader, error) {
	r, err := open(src)
	if err != nil {
		return nil, err
	}
	s, err := r.state(ctx)
	if err == nil && !s.exists {
		err = &report.Error{Code: report.NotFound, Store: src.Store.Name, Side: report.Source, Op: "open the container", Err: errNoContainer,
			Hint: "look at the name of the container or bucket in tenantcopy.yaml"}
	}
	if err != nil {
		r.door.close()
		return nil, err
	}
	return r, nil
}

var (
	errNoContainer = errors.New("it does not exist")
	errNoPeople    = errors.New("objects list no people")
	errTwoKinds    = errors.New("source and destination are of different kinds")
	errNoStore     = errors.New("the destination has no such store")
)

// open makes the reader without connecting.
func open(src tenant.Source) (*reader, error) {
	at, err := parseAddress(src.Store)
	if err != nil {
		return nil, err
	}
	d := newDoor(true)
	c, err := connect(at, src.Store, src.Session, d)
	if err != nil {
		return nil, err
	}
	return &reader{src: src, at: at, c: c, door: d, place: place{src.Store.Name, report.Source, at.hostPort()}}, nil
}

// connect makes the client of either protocol; nothing is sent yet.
func connect(at address, s tenant.Store, session tenant.Session, d *door) (twoWay, error) {
	if at.backend == azureBlob {
		return newAzure(at, s, session, d)
	}
	return newS3(at, s, session, d)
}

// state asks for the container's state, within a time limit.
func (r *reader) state(ctx context.Context) (state, error) {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	s, err := r.c.state(ctx)
	return s, r.place.fail("open the container", err)
}

// Name implements clone.Reader.
func (r *reader) Name() string { return r.src.Store.Name }

// People implements clone.Reader: objects declare no people.
func (r *reader) People(context.Context, person.Columns) iter.Seq2[person.Record, error] {
	return func(yield func(person.Record, error) bool) {
		yield(person.Record{}, &report.Error{Code: report.Incompatible, Store: r.Name(), Side: report.Source, Op: "read people", Err: errNoPeople,
			Hint: "declare people in postgres, search or redis"})
	}
}

// Into implements clone.Reader. Both sides are of one kind: copies between S3
// and Azure are Incompatible.
func (r *reader) Into(dst guard.Destination) (clone.Staged, error) {
	refuse := func(code report.Code, cause error) (clone.Staged, error) {
		return nil, &report.Error{Code: code, Store: r.Name(), Side: report.Destination, Op: "open the destination", Err: cause}
	}
	store, ok := dst.Store(r.Name())
	if !ok {
		return refuse(report.NotFound, errNoStore)
	}
	at, err := parseAddress(store)
	if err != nil {
		return nil, err
	}
	if at.backend != r.at.backend {
		return refuse(report.Incompatible, errTwoKinds)
	}
	d := newDoor(false)
	c, err := connect(at, store, dst.Session(), d)
	if err != nil {
		return nil, err
	}
	return &staged{
		name: r.Name(), src: r.c, dst: c, source: r.place, destination: place{store.Name, report.Destination, at.hostPort()},
		run: dst.Run(), stale: dst.Stale(), serving: dst.Marker().Serving != nil, spares: newSpares(),
	}, nil
}

// Close implements clone.Reader.
func (r *reader) Close() error {
	r.door.close()
	return nil
}

// close gives idle connections back.
func (d *door) close() {
	if t, ok := d.next.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}
