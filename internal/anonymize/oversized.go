package anonymize

import "github.com/tenantcopy/tenantcopy/internal/anonymize/media"

// A rule holds its value in memory several times: as it came, as it is read,
// as it is written. So a value that is longer than MostRuled is not read by
// its rule at all. Rewriting it piece by piece would need its new length first,
// hence two passes over it, and a cut through what is encoded (JSON in JSON,
// base64) would hide names from the rule.

// MostRuled is the longest value of a row that a rule reads, in bytes. An
// adapter hands a longer one to Oversized.
const MostRuled = 16 << 20

// HeadRuled is how much of a longer value Oversized gets, in bytes.
const HeadRuled = media.HeadBytes

// Oversized passes a value of a row that is longer than MostRuled, of which
// head is the beginning. Rules that hardly look at their value (null, set, a
// stand-in for a file) do what they always do, and so does what else says if it
// reads no text; instead of any other, NULL is written, or an empty value where the column does not take NULL, and left is
// true: the report must say so. The original never passes. It panics on a kept
// span.
func (a *Anonymizer) Oversized(i int, head []byte) (c Clean, left bool, err error) {
	s := &a.row.steps[i]
	switch {
	case s.rule == nil:
		panic("anonymize: Oversized on a kept span")
	case s.rule.constant || s.rule.verb == "null" || s.rule.verb == "avatar" || s.rule.verb == "placeholder":
		c, err = a.Value(i, head)
		return c, false, err
	case s.rule.other != nil && !s.rule.other.text:
		c, _, err = a.rewrite(s.rule.other, head)
		if err != nil {
			return Clean{}, false, a.failed(s.rule, err)
		}
		a.misfit(s.rule, errLarge, s.rule.other.verb)
		return c, false, nil
	}
	c, _, err = a.run(s.instead, head)
	if err != nil {
		return Clean{}, true, a.failed(s.rule, err)
	}
	return c, true, nil
}

// Large passes the value of a string key that is too large to be read as a
// whole: its rule is a constant, or what else says of such a value, or the key
// is recorded. ok is false when there is nothing to write.
func (a *Anonymizer) Large() (c Clean, ok bool, err error) {
	r := a.key.value
	instead := r
	if !r.constant {
		instead = r.other
	}
	if instead == nil || instead.text {
		a.misfit(r, errLarge, "")
		return Clean{}, false, nil
	}
	c, did, err := a.rewrite(instead, []byte(errLarge.Error())) // anything but the value
	if err != nil {
		return Clean{}, false, a.failed(r, err)
	}
	if instead != r {
		a.misfit(r, errLarge, instead.verb)
	}
	return c, did != dropped && !c.null, nil
}
