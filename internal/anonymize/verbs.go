package anonymize

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/filler"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// removedPrefix begins what a secret is replaced by: it opens nothing, calls
// nothing, and stays unique under a unique key.
const removedPrefix = "removed-by-tenantcopy-"

// maker compiles one verb with its argument.
type maker func(c *compiler, r *ruleset.Rule) (apply, error)

// verb is what one verb does to a scalar.
type verb struct {
	make   maker
	number apply  // to a number, where that differs
	effect effect // on values that must stay apart; merges unless said otherwise
	fixed  bool   // what it writes hardly depends on the form of what was there
}

// verbs is what each verb of the ruleset's table does to one scalar. keep,
// drop, null, json, hash and list are the rule's own shape; avatar and
// placeholder are about bodies.
func verbs() map[string]verb {
	return map[string]verb{
		"set":             {make: makeSet},
		"text":            {make: makeText, effect: unproved},
		"scan":            {make: plain(applyScan), effect: unproved},
		"email":           {make: plain(applyEmail), effect: apart, fixed: true},
		"phone":           {make: plain(applyPhone), number: applyPhoneNumber},
		"name":            {make: plain(applyName), fixed: true},
		"person.name":     {make: plain(applyPersonName), fixed: true},
		"person.first":    {make: plain(applyPersonFirst), fixed: true},
		"person.last":     {make: plain(applyPersonLast), fixed: true},
		"person.email":    {make: plain(applyPersonEmail), effect: apart, fixed: true},
		"person.phone":    {make: plain(applyPersonPhone), number: applyPhoneNumber},
		"person.initials": {make: plain(applyPersonInitials)},
		"avatar":          {make: plain(applyAvatar)},
		"placeholder":     {make: plain(applyPlaceholder)},
		"company":         {make: plain(fill((*filler.Maker).Company)), fixed: true},
		"job":             {make: plain(fill((*filler.Maker).Job)), fixed: true},
		"address":         {make: plain(fill((*filler.Maker).Address)), fixed: true},
		"digits":          {make: makeDigits, number: applyNumberDigits, effect: apart},
		"uuid":            {make: plain(applyUUID), effect: apart},
		"iban":            {make: plain(applyIBAN), effect: apart},
		"ip":              {make: plain(applyIP)},
		"secret":          {make: plain(applySecret), effect: apart, fixed: true},
		"shift":           {make: makeShift},
		"noise":           {make: makeNoise},
		"bucket":          {make: makeBucket},
	}
}

// plain is for verbs without an argument. Blank values pass them unchanged:
// "" and "  " name nobody, and applications tell them from NULL.
func plain(fn apply) maker {
	return func(*compiler, *ruleset.Rule) (apply, error) {
		return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
			if len(bytes.TrimSpace(v)) == 0 {
				return dst, kept, nil
			}
			return fn(a, dst, v, who)
		}, nil
	}
}

// constant returns the value of a set rule.
func (c *compiler) constant(r *ruleset.Rule) string {
	if name, ok := r.Variable(); ok {
		return c.in.Vars[name]
	}
	return r.Arg
}

func makeSet(c *compiler, r *ruleset.Rule) (apply, error) {
	if name, ok := r.Variable(); ok {
		if _, given := c.in.Vars[name]; !given {
			return nil, fmt.Errorf("set needs the environment variable %s", name)
		}
	}
	return always(c.constant(r)), nil
}

// always writes a constant.
func always(constant string) apply {
	return func(_ *Anonymizer, dst, _ []byte, _ int32) ([]byte, outcome, error) {
		return append(dst, constant...), changed, nil
	}
}

func makeText(_ *compiler, r *ruleset.Rule) (apply, error) {
	html := r.Arg == "html"
	return func(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
		var read rewriting
		read = func(dst, v []byte) ([]byte, outcome, error) {
			if out, did, is, err := a.opened(dst, v, read); is {
				return out, did, err
			}
			if err := unreadable(v); err != nil {
				return dst, kept, err
			}
			return a.freeText(dst, v, html)
		}
		return a.inUTF8(dst, v, read)
	}, nil
}

// freeText rewrites mentions in a text. The people of the record are its
// context.
func (a *Anonymizer) freeText(dst, v []byte, html bool) ([]byte, outcome, error) {
	if !utf8.Valid(v) && packed.Find(v) == packed.None { // the engine looks through those
		return a.inUTF8(dst, v, func(dst, v []byte) ([]byte, outcome, error) {
			if !utf8.Valid(v) {
				return dst, kept, errBinary
			}
			return a.freeText(dst, v, html)
		})
	}
	if kind := letter(v); kind != media.Unknown {
		if out, ok := a.letter(kind, v); ok && bytes.Equal(out, v) {
			return dst, kept, nil
		} else if ok {
			return append(dst, out...), changed, nil
		}
	}
	start := len(dst)
	out := a.plan.engine.Rewrite(dst, v, a, text.Options{HTML: html, Context: a.named, Scratch: &a.texts}, nil)
	if bytes.Equal(out[start:], v) {
		return dst, kept, nil
	}
	return out, changed, nil
}

// applyScan treats a value as text, and one that is JSON, serialised or
// compressed as full of text.
func applyScan(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return a.inUTF8(dst, v, a.scan)
}

func (a *Anonymizer) scan(dst, v []byte) ([]byte, outcome, error) {
	if t := bytes.TrimSpace(v); len(t) > 1 && (t[0] == '{' || t[0] == '[') {
		if out, did, err := a.scanJSON(dst, v); err != errForm { // any other is about what is in it
			return out, did, err
		}
	}
	if out, did, is, err := a.scanPacked(dst, v); is {
		return out, did, err
	}
	return a.freeText(dst, v, bytes.IndexByte(v, '<') >= 0)
}

// applySecret neutralises a credential.
func applySecret(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return append(append(dst, removedPrefix...), person.Base32(a.format.Draw([]byte("secret"), v), 12)...), changed, nil
}
