package anonymize

import "github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"

// makeDigits replaces digits one to one: all of them or, with luhn, those of
// numbers whose last one checks the others, as cards, IMEIs and many national
// numbers have it.
func makeDigits(c *compiler, r *ruleset.Rule) (apply, error) {
	if r.Arg == "luhn" {
		return plain(applyLuhn)(c, r)
	}
	return plain(applyDigits)(c, r)
}

// applyLuhn replaces the digits of a value so that a valid number becomes
// another valid one and any other stays invalid; both one to one, in the real
// layout.
func applyLuhn(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	valid := luhn(v) == 0
	if countDigits(v) < 2 { // nothing to check
		return applyDigits(a, dst, v, nobody)
	}
	start := len(dst)
	dst = append(dst, v...)
	out := dst[start:]
	if valid {
		last := len(out) - 1
		for out[last] < '0' || out[last] > '9' {
			last--
		}
		a.permute(out[:last])
		out[last] = '0'
		out[last] += byte((10 - luhn(out)) % 10)
		return dst, changed, nil
	}
	for range mostWalks { // nine of ten numbers are invalid
		if a.permute(out); luhn(out) != 0 {
			return dst, changed, nil
		}
	}
	return dst[:start], kept, errForm
}

// luhn returns what the digits of v sum up to, modulo 10, every second one from
// the right doubled: 0 for a valid number (ISO/IEC 7812-1).
func luhn(v []byte) int {
	sum, double := 0, false
	for i := len(v) - 1; i >= 0; i-- {
		if v[i] < '0' || v[i] > '9' {
			continue
		}
		d := int(v[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, double = sum+d, !double
	}
	return sum % 10
}
