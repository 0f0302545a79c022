package blob

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
)

var (
	_ doctor.Patient = (*prober)(nil)
	_ doctor.Patient = (*site)(nil)
)

// Questions says what a container can be asked. How much it holds, and how
// much more would fit, no container tells.
func (p *prober) Questions() doctor.Questions {
	return doctor.Questions{Missing: p.missing, Excess: p.excess, Now: p.now}
}

// Questions leaves out for a destination what only writing would tell.
func (s *site) Questions() doctor.Questions {
	return doctor.Questions{Now: s.now, Holder: s.holder}
}

// missing reads the first byte of the first object: the listing has been read
// by then.
func (p *prober) missing(ctx context.Context) (g doctor.Grants, err error) {
	const op = "read an object"
	listing := cursor{c: p.c, at: p.place}
	first, err := listing.next(ctx)
	if err != nil || first == nil {
		return doctor.Grants{Unsure: "no object is there to try to read"}, err
	}
	body, err := p.c.get(ctx, first, 0, 1)
	if errors.Is(err, errGone) || errors.Is(err, errChanged) { // in use, then; a listing is no snapshot
		return g, nil
	}
	if err != nil {
		return g, p.place.fail(op, err)
	}
	_, err = io.Copy(io.Discard, body)
	return g, p.place.fail(op, errors.Join(err, body.Close()))
}

// excess tells what the kind of credential says: whether an identity may write
// no container tells without being written to.
func (p *prober) excess(context.Context) (doctor.Grants, error) {
	const none = "no session of tenantcopy writes there, whatever the credential may; "
	if a, ok := p.c.(*azure); ok && a.key != nil {
		return doctor.Grants{Says: "the account's shared key may do everything in every container of the account", Hint: none + "an Entra identity with the role Storage Blob Data Reader is safer (credential: azure)"}, nil
	}
	return doctor.Grants{Unsure: "whether the identity may write, the server does not tell", Hint: none + "give it a role that reads alone"}, nil
}

// now is the Date of an answer, to the second.
func (p *prober) now(ctx context.Context) (time.Time, error) {
	const op = "read the server's clock"
	if _, err := p.c.state(ctx); err != nil {
		return time.Time{}, p.place.fail(op, err)
	}
	text := p.door.date.Load()
	if text == nil {
		return time.Time{}, p.place.fail(op, errUnknown)
	}
	t, err := http.ParseTime(*text)
	if err != nil {
		return time.Time{}, p.place.fail(op, errUnknown)
	}
	return t, nil
}

// holder says who has the twin's lock, as its object says.
func (s *site) holder(ctx context.Context, _ string, now time.Time) (string, error) {
	text, err := s.readLock(ctx)
	if answer, ok := errors.AsType[*serverError](reduce(err)); ok && answer.status == http.StatusNotFound {
		return "", nil // nor is there a container
	}
	if errors.Is(err, errGone) || err == nil && now.After(text.Expires) {
		return "", nil
	}
	return text.User + " (run " + text.Run + ")", s.place.fail("look at the lock", err)
}
