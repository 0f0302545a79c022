package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// sink writes records into the destination. It is the only file that does,
// and takes nothing but what the anonymiser made: an outgoing of Clean
// values, with a CleanBody or a Permit.
type sink struct {
	dst twoWay
	at  place
	in  *verify.Inspector // nil: nothing is looked at
}

// The first letter of a mark says what the body is, so that the proof knows
// what to read.
const (
	bodyKept    = "k" // the original's
	bodyText    = "t" // rewritten, text: it can change when people do, so it is made anew each time
	bodyBare    = "s" // the original's without its metadata
	bodyDrawn   = "r" // generated, and nothing to read in it
	markDivider = "-"
)

// upload says how a body is written.
type upload struct {
	group string // the pattern, for messages
	keep  bool   // the original's bytes
}

// put uploads a body under out's name, in one step: nothing is visible before
// all of it has been looked at. It returns the bytes written.
func (k *sink) put(ctx context.Context, out *outgoing, clean *anonymize.CleanBody, u upload) (int64, error) {
	b, err := readBody(clean)
	if errors.Is(err, errShort) {
		return 0, &report.Error{Code: report.Transient, Store: k.at.store, Side: report.Source, Op: "copy an object of " + u.group, Err: err}
	}
	if err != nil {
		return 0, err
	}
	text := isText(b.first)
	letter := bodyDrawn
	switch {
	case u.keep:
		letter = bodyKept
	case clean.Original():
		letter = bodyBare
	case text && !isDrawn(b.first):
		letter = bodyText
	}
	out.mark = letter + markDivider + out.mark
	if k.in != nil && text {
		b.look = newLooker(k.in, u.group, "body").add
		if b.whole && !b.look(b.first, true) {
			return 0, k.leak(u.group, "body")
		}
	}
	err = k.dst.put(ctx, out, b)
	switch {
	case errors.Is(err, errLeak):
		return 0, k.leak(u.group, "body")
	case errors.Is(err, errShort):
		return 0, &report.Error{Code: report.Transient, Store: k.at.store, Side: report.Source, Op: "copy an object of " + u.group, Err: errShort}
	}
	return b.sent, k.at.fail("write an object of "+u.group, err)
}

// isDrawn reports whether readable bytes are a document that stands for
// another, rather than text that was rewritten.
func isDrawn(head []byte) bool {
	return bytes.HasPrefix(head, []byte(`{\rtf`))
}

// pull lets the destination's server fetch the body that the permit names.
// errNoPull, errNotThis, errChanged and errGone pass as they are.
func (k *sink) pull(ctx context.Context, out *outgoing, permit anonymize.Permit, from link) error {
	if permit.Name() != from.name {
		panic("blob: a permit for another object")
	}
	digest := out.mark
	out.mark = bodyKept + markDivider + digest
	err := k.dst.pull(ctx, out, from)
	if err != nil {
		out.mark = digest
	}
	for _, known := range []error{errNoPull, errNotThis, errChanged, errGone} {
		if errors.Is(err, known) {
			return known
		}
	}
	return k.at.fail("copy an object on the server", err)
}

// check searches name, headers and metadata for people before anything of
// the object is written.
func (k *sink) check(group string, out *outgoing) error {
	if k.in == nil {
		return nil
	}
	if !k.in.Clean(group, "name", printable(string(out.name.Bytes()))) {
		return k.leak(group, "name")
	}
	if !k.in.Clean(group, "type", printable(string(out.typ.Bytes()))) {
		return k.leak(group, "content type")
	}
	for _, p := range out.pairs {
		key := string(p.key.Bytes())
		if !k.in.Clean(group, "metadata", printable(key)) || !k.in.Clean(group, "metadata", p.value.Bytes()) {
			return k.leak(group, "metadata")
		}
	}
	return nil
}

// leak refuses an object that would show somebody.
func (k *sink) leak(group, field string) error {
	return &report.Refusal{Code: report.Privacy, What: "write " + k.at.store,
		Why:  fmt.Sprintf("the %s of an object of %q holds a person of the source or an unknown address; it was not written", field, group),
		Hint: "give " + field + " of this pattern a rule that rewrites it: $name, $metadata, or $body"}
}
