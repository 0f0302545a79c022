package anonymize

import (
	"bytes"
	"errors"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room applies rules to values that are compressed or serialised: what json and scan do with JSON, they do with
// MessagePack, PHP's serialize() and sessions, and with any of them inside gzip or zlib.

// mostPacked is how many of these may lie in each other. Any program stops at two or three.
const mostPacked = 8

// foreignError names a serialisation that no rule reads.
type foreignError string

func (e foreignError) Error() string {
	return "value is " + string(e) + ", which no rule can read: say null, set, drop or keep"
}

// unreadable returns the error for a value of a form that no rule reads, nil for all others.
func unreadable(v []byte) error {
	if name := packed.Foreign(v); name != "" {
		return foreignError(name)
	}
	return nil
}

// rewriting is what is done to a value: it appends to dst as apply does.
type rewriting func(dst, v []byte) ([]byte, outcome, error)

// opened applies fn to what is compressed in a value; is is false if nothing is.
func (a *Anonymizer) opened(dst, v []byte, fn rewriting) (out []byte, did outcome, is bool, err error) {
	inner, how, is, err := text.Inflate(v)
	if err != nil || !is {
		return dst, kept, err != nil, err
	}
	if a.depth >= mostPacked {
		return dst, kept, true, text.ErrCompressed
	}
	a.depth++
	out, did, err = fn(nil, inner)
	a.depth--
	if err != nil || did != changed {
		return dst, did, true, err
	}
	return how.Deflate(dst, out), changed, true, nil
}

// packed rewrites by path a value that is not JSON.
func (a *Anonymizer) packed(j *jsonRule, dst, v []byte) ([]byte, outcome, error) {
	if out, did, is, err := a.opened(dst, v, func(dst, v []byte) ([]byte, outcome, error) { return a.json(j, dst, v) }); is {
		return out, did, err
	}
	f := packed.Find(v)
	if f == packed.None {
		if err := unreadable(v); err != nil {
			return dst, kept, err
		}
		return dst, kept, errForm
	}
	if a.depth >= mostPacked {
		return dst, kept, packed.ErrSyntax
	}
	if inner, ok := packed.Inner(v, f); ok && structured(inner) { // a cache serialises what is serialised already
		a.depth++
		out, did, err := a.json(j, nil, inner)
		a.depth--
		if err != nil || did != changed {
			return dst, did, err
		}
		return packed.Wrap(dst, v, out, f), changed, nil
	}
	l := a.layer(a.depth)
	l.rules, l.cache, l.changes = j, a.cacheOf(j), false
	a.depth++
	out, err := l.packer.Rewrite(dst, v, f, l.visit)
	a.depth--
	if err != nil || !l.changes {
		return dst, kept, err
	}
	return out, changed, nil
}

// structured reports a value that has an inside.
func structured(v []byte) bool {
	t := bytes.TrimLeft(v, " \t\r\n")
	return len(t) > 1 && (t[0] == '{' || t[0] == '[' || v[0] == 0x1f || v[0] == 'x') || packed.Find(v) != packed.None
}

// scanPacked treats as text every string of a value that is serialised or compressed; is is false for any other.
func (a *Anonymizer) scanPacked(dst, v []byte) (out []byte, did outcome, is bool, err error) {
	out, did, is, err = a.opened(dst, v, func(dst, v []byte) ([]byte, outcome, error) { return applyScan(a, dst, v, nobody) })
	switch {
	case is:
		return out, did, true, err
	case a.depth < maxDepth && packed.Find(v) != packed.None:
		out, did, err = a.packed(a.plan.scanAll, dst, v)
		return out, did, true, err
	}
	err = unreadable(v)
	return dst, kept, err != nil, err
}

// Unpack implements text.Unpacker.
func (a *Anonymizer) Unpack(dst, s []byte, inner func(dst, s []byte) []byte) ([]byte, bool) {
	f := packed.Find(s)
	if f == packed.None {
		return dst, false
	}
	var r packed.Rewriter
	out, err := r.Rewrite(dst, s, f, func(t *text.Token) (text.Action, []byte, error) {
		switch {
		case t.Type == text.Number && !t.Key:
			if b, did, err := applyKnownNumber(a, nil, t.Value, nobody); err == nil && did == changed {
				return text.SetRaw, b, nil
			}
		case t.Type == text.String:
			if b := inner(nil, t.Value); !bytes.Equal(b, t.Value) {
				return text.SetText, b, nil
			}
		}
		return text.Keep, nil, nil
	})
	return out, err == nil
}

// errFound ends a walk.
var errFound = errors.New("found")

// scalarAt returns the text of the first scalar at a path of a value of any kind that rules read.
func scalarAt(v []byte, path string) (found []byte, ok bool) {
	found, ok, err := text.Scalar(v, path)
	if err == nil {
		return found, ok
	}
	for range mostPacked {
		inner, _, is, _ := text.Inflate(v)
		f := packed.None
		if !is {
			f = packed.Find(v)
			inner, is = packed.Inner(v, f)
		}
		if !is {
			break
		}
		if found, ok, err = text.Scalar(inner, path); err == nil {
			return found, ok
		}
		v = inner
	}
	var r packed.Rewriter
	_, _ = r.Rewrite(nil, v, packed.Find(v), func(t *text.Token) (text.Action, []byte, error) {
		if !t.Key && t.Type <= text.Bool && string(t.Path) == path {
			found, ok = bytes.Clone(t.Value), true
			return text.Keep, nil, errFound
		}
		return text.Keep, nil, nil
	})
	return found, ok
}
