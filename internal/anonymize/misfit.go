package anonymize

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// This room is about values that their rule cannot read, or whose new value
// cannot be written: broken JSON under json, bytes that are no text under
// text, a date that is none under shift. The verb behind else: rules them.
// Where a rule has none they are recorded by place, and end the run when all
// has been read. The original never passes.

// errWire reports bytes that are not what the server said they would be. That
// is no matter of the value, and no rule takes its place.
var errWire = errors.New("value does not have the form of its type on the wire")

// errBinary reports a value of a text rule that is no text.
var errBinary = errors.New("neither UTF-8 nor text in another charset")

// errDeep reports a value whose parts lie in more others than is followed.
var errDeep = errors.New("more than 1,000 levels of nesting")

// ErrPacked is what an adapter's source of a body returns when it cannot be
// unpacked: Body takes it for one that its rule cannot read.
var ErrPacked = errors.New("packed in a way that is not read, broken, or too large")

// errLarge reports a value that is larger than its rule reads.
var errLarge = errors.New("larger than a rule reads")

// Misfit is values of one place that their rule could not read.
type Misfit struct {
	Store, Group, Path string
	Verb               string // of the rule
	Why                string // it could not: says nothing of the values
	Else               string // the verb that took its place; "" for none: the run must not end well
	Count              int64
}

// Place names the place in the words of messages: "postgres users.profile".
func (m Misfit) Place() string { return place{m.Store, m.Group, m.Path}.String() }

// misfits reports whether an error says that a value does not fit its rule.
func misfits(err error) bool {
	if err == nil || err == errWire || err == errTooMany || err == errDropColumn {
		return false
	}
	if _, placed := errors.AsType[*report.Error](err); placed {
		return false
	}
	_, refused := errors.AsType[*report.Refusal](err)
	return !refused
}

// elseRule compiles the rule of values that another one cannot read.
func (c *compiler) elseRule(r *ruleset.Rule, in scope) (*rule, error) {
	if r.Else == nil {
		return nil, nil
	}
	out, err := c.compileRule(r.Else, in)
	if err != nil {
		return nil, fmt.Errorf("else: %w", err)
	}
	return out, nil
}

// run applies a rule to a value as it stands on the wire, and the rule behind
// else to one that does not fit it.
func (a *Anonymizer) run(r *rule, raw []byte) (Clean, outcome, error) {
	counts, at := a.counts, len(a.arena)
	c, did, err := a.rewrite(r, raw)
	if err == nil || r.at.store == "" || !misfits(err) {
		return c, did, err
	}
	a.counts, a.arena = counts, a.arena[:at]
	if r.other != nil {
		c, did, failed := a.rewrite(r.other, raw)
		if !misfits(failed) {
			a.misfit(r, err, r.other.verb)
			return c, did, failed
		}
		a.counts, a.arena = counts, a.arena[:at]
	}
	a.misfit(r, err, "")
	return Clean{null: true}, unread, nil
}

// elementOr is text for an element of an array, with what run does around it.
func (a *Anonymizer) elementOr(r *rule, dst, v []byte) ([]byte, outcome, error) {
	counts, at := a.counts, len(dst)
	out, did, err := a.text(r, dst, v)
	if err == nil && did == changed {
		out, err = fitted(r, out, at)
	}
	if err == nil || !misfits(err) {
		return out, did, err
	}
	a.counts = counts
	if r.other != nil {
		out, did, failed := a.text(r.other, dst[:at], v)
		if !misfits(failed) {
			a.misfit(r, err, r.other.verb)
			return out, did, failed
		}
		a.counts = counts
	}
	a.misfit(r, err, "")
	return dst[:at], unread, nil
}

// visitMisfit decides about a scalar of a JSON value that does not fit its rule.
func (a *Anonymizer) visitMisfit(r *rule, l *layer, t *text.Token, err error) (text.Action, []byte, error) {
	if r.at.store == "" || !misfits(err) {
		return text.Keep, nil, err
	}
	if r.other != nil {
		action, b, failed := a.visitScalar(r.other, l, t)
		if !misfits(failed) {
			a.misfit(r, err, r.other.verb)
			return action, b, failed
		}
	}
	a.misfit(r, err, "")
	return text.SetNull, nil, nil
}

// misfit counts a value that does not fit its rule.
func (a *Anonymizer) misfit(r *rule, cause error, instead string) {
	a.unfit[Misfit{Store: r.at.store, Group: r.at.group, Path: r.at.path, Verb: r.verb, Why: reason(cause), Else: instead}]++
	a.counts.Changed++
}

// reason says why a value does not fit, in words of which there are few: those
// of other errors say where.
func reason(cause error) string {
	if foreign, ok := errors.AsType[foreignError](cause); ok {
		return string(foreign)
	}
	for _, known := range []error{errBinary, errDeep, errLong, errLarge, ErrPacked, text.ErrCompressed, packed.ErrSyntax, document.ErrMalformed} {
		if errors.Is(cause, known) {
			return known.Error()
		}
	}
	return errForm.Error()
}

// Misfits returns the values that did not fit their rules since it was called
// last, sorted, and forgets them.
func (a *Anonymizer) Misfits() []Misfit {
	out := make([]Misfit, 0, len(a.unfit))
	for m, n := range a.unfit {
		m.Count = n
		out = append(out, m)
	}
	clear(a.unfit)
	slices.SortFunc(out, func(a, b Misfit) int {
		return cmp.Or(cmp.Compare(a.Place(), b.Place()), cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Else, b.Else))
	})
	return out
}
