package anonymize

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// maxText is the largest body that is rewritten as text or JSON, in bytes:
// such a body is held in memory.
const maxText = 32 << 20

// Body makes the body of the object that was begun last: the original, as a
// stream, for a keep rule; a generated or rewritten one for any other. It
// reads no more of the original than the rule needs, and closes it, except
// for a keep rule, where the caller closes what source returned.
func (a *Anonymizer) Body(source func() (io.ReadCloser, error)) (CleanBody, error) {
	or := a.object
	if or.body.verb == "keep" {
		r, err := source()
		return CleanBody{r: r, size: a.raw.Size, typ: a.raw.Type}, err
	}
	body, err := source()
	switch {
	case errors.Is(err, ErrPacked):
		return a.fallback(or, or.body, nil, err)
	case err != nil:
		return CleanBody{}, err
	}
	defer body.Close()
	limit := int64(maxText) + 1
	generated := or.body.verb == "avatar" || or.body.verb == "placeholder"
	if generated {
		limit = media.HeadBytes
	}
	if !generated && a.raw.Size > maxText {
		return a.tooLarge(or, body)
	}
	all, err := io.ReadAll(io.LimitReader(body, limit))
	switch {
	case errors.Is(err, ErrPacked):
		return a.fallback(or, or.body, nil, err)
	case err != nil:
		return CleanBody{}, err
	case generated:
		return a.generated(or, all)
	case len(all) > maxText: // the listing said less
		return a.tooLarge(or, bytes.NewReader(all))
	}
	return a.rewritten(or, or.body, all)
}

// tooLarge is for a body that is not read to its end: what its rule's else says
// of it must not need that either.
func (a *Anonymizer) tooLarge(or *objectRule, body io.Reader) (CleanBody, error) {
	if or.body.other == nil || or.body.other.text {
		return a.unreadBody(or, errLarge)
	}
	head, err := io.ReadAll(io.LimitReader(body, media.HeadBytes))
	if err != nil {
		return CleanBody{}, err
	}
	return a.otherBody(or, head, errLarge)
}

// otherBody makes what else says of a body that does not fit its rule; a body
// that has no such rule, or does not fit that either, is recorded.
func (a *Anonymizer) otherBody(or *objectRule, all []byte, cause error) (CleanBody, error) {
	other := or.body.other
	if other == nil {
		return a.unreadBody(or, cause)
	}
	counts := a.counts
	var b CleanBody
	var err error
	switch {
	case other.verb == "drop":
		b = leftOut()
	case other.text:
		b, err = a.rewritten(or, other, all)
	default:
		b, err = a.generated(or, all[:min(len(all), media.HeadBytes)])
	}
	if misfits(err) {
		a.counts = counts
		return a.unreadBody(or, cause)
	}
	if err == nil {
		a.misfit(or.body, cause, other.verb)
	}
	return b, err
}

// unreadBody records a body that nothing can be made of.
func (a *Anonymizer) unreadBody(or *objectRule, cause error) (CleanBody, error) {
	a.misfit(or.body, cause, "")
	return leftOut(), nil
}

// leftOut is no body.
func leftOut() CleanBody { return CleanBody{r: bytes.NewReader(nil), left: true} }

// generated makes a body that holds nothing of the original.
func (a *Anonymizer) generated(or *objectRule, head []byte) (CleanBody, error) {
	var out bytes.Buffer
	kind := media.Sniff(head, a.raw.Name)
	if or.body.verb == "avatar" {
		h, err := media.ReadHeader(head)
		if err == nil {
			err = media.Avatar(&out, h, a.portrait(a.person(or.body), []byte(a.raw.Name)))
		}
		if err == nil {
			return a.body(out.Bytes(), true), nil
		}
		out.Reset() // no picture, or one too large to draw: a stand-in, never the original
	}
	if err := media.Placeholder(&out, kind, placeholderTitle); err != nil {
		return CleanBody{}, a.failed(or.body, err)
	}
	return a.body(out.Bytes(), true), nil
}

func (a *Anonymizer) body(b []byte, count bool) CleanBody {
	if count {
		a.counts.Changed++
	}
	return CleanBody{r: bytes.NewReader(b), size: int64(len(b)), typ: contentType(a.raw.Type)}
}

// rewritten passes a whole body through a text, scan, strip or json rule.
func (a *Anonymizer) rewritten(or *objectRule, r *rule, all []byte) (CleanBody, error) {
	kind := media.Sniff(all[:min(len(all), media.HeadBytes)], a.raw.Name)
	switch {
	case len(all) == 0:
		return a.body(nil, false), nil
	case r.verb == "strip":
		return a.stripped(or, all)
	case r.json != nil && document.Reads(kind):
		return a.byPath(or, all)
	case !document.Reads(kind):
		return a.fallback(or, r, all, errForm)
	case r != or.body: // it breaks its format
		kind = media.Text
	}
	if kind == media.Text && r.markup {
		kind = media.HTML
	}
	out, standIns, err := document.New(&finder{a: a, own: slices.Clone(a.named)}).Rewrite(kind, all)
	if err != nil {
		return a.fallback(or, r, all, err)
	}
	a.count(outcomeOf(all, out))
	b := a.body(out, false)
	b.standIns = standIns
	return b, nil
}

// stripped takes the metadata out of a body.
func (a *Anonymizer) stripped(or *objectRule, all []byte) (CleanBody, error) {
	out, err := media.Strip(all)
	if err != nil {
		return a.fallback(or, or.body, all, err)
	}
	b := a.body(out, true)
	b.original = true
	return b, nil
}

func outcomeOf(before, after []byte) outcome {
	if bytes.Equal(before, after) {
		return kept
	}
	return changed
}

// fallback makes what stands for a body that a rule cannot read: what else
// says, and where text, scan or strip has none a stand-in of the body's kind.
func (a *Anonymizer) fallback(or *objectRule, r *rule, all []byte, cause error) (CleanBody, error) {
	switch {
	case r != or.body: // it is what else says
		return CleanBody{}, cause
	case r.other != nil, r.json != nil:
		return a.otherBody(or, all, cause)
	}
	b, err := a.generated(or, all[:min(len(all), media.HeadBytes)])
	b.standIns = 1
	return b, err
}

// byPath passes a body of JSON through a json rule, in UTF-8 and back.
func (a *Anonymizer) byPath(or *objectRule, all []byte) (CleanBody, error) {
	counts, at := a.counts, len(a.arena)
	out, err := document.Recode(media.JSON, all, func(plain []byte) ([]byte, error) {
		c, _, err := a.rewrite(or.body, plain)
		return c.b, err
	})
	switch {
	case misfits(err):
		a.counts, a.arena = counts, a.arena[:at]
		return a.otherBody(or, all, err)
	case err != nil:
		return CleanBody{}, a.failed(or.body, err)
	}
	return a.body(bytes.Clone(out), false), nil
}
