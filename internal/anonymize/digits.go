package anonymize

import (
	"bytes"
	"strconv"
)

// maxPiece is how many digits are permuted at once.
const maxPiece = 36

// applyDigits replaces all digits of a value one to one; everything else
// stays where it is.
func applyDigits(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	if countDigits(v) == 0 {
		return dst, kept, nil
	}
	start := len(dst)
	dst = append(dst, v...)
	a.permute(dst[start:])
	return dst, changed, nil
}

// permute replaces the digits of v in place, longer strings of them in
// pieces.
func (a *Anonymizer) permute(v []byte) {
	digits := a.small[:0]
	for _, c := range v {
		if c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	a.small = digits
	for i := 0; i < len(digits); i += maxPiece {
		permuteDigits(a.format, digits[i:min(i+maxPiece, len(digits))])
	}
	for i, c := range v {
		if c >= '0' && c <= '9' {
			v[i], digits = digits[0], digits[1:]
		}
	}
}

// mostWalks bounds the search for a number that can stand in the place of
// another; int2 needs four steps on average, int4 nine, and a cycle that
// never comes back does not exist.
const mostWalks = 10_000

// applyNumberDigits replaces the digits of a number, of its mantissa where it
// has an exponent, by those of another number with as many digits, one to
// one: what is no such number is permuted again until one comes out.
func applyNumberDigits(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	start := len(dst)
	dst = append(dst, v...)
	mantissa := dst[start:]
	if e := bytes.IndexAny(mantissa, "eE"); e >= 0 {
		mantissa = mantissa[:e]
	}
	if countDigits(mantissa) == 0 || !proper(mantissa, a.width) { // -0, and what is no number
		return dst[:start], kept, nil
	}
	for range mostWalks {
		if a.permute(mantissa); proper(mantissa, a.width) {
			return dst, changed, nil
		}
	}
	return dst[:start], kept, errForm
}

// proper reports whether v is a decimal number without needless zeros in
// front, not −0, and, if width is not 0, an integer of so many bytes.
func proper(v []byte, width int) bool {
	negative := len(v) > 0 && v[0] == '-'
	if negative {
		v = v[1:]
	}
	if len(v) == 0 || len(v) > 1 && v[0] == '0' && v[1] != '.' {
		return false
	}
	if negative && len(bytes.Trim(v, "0.")) == 0 {
		return false
	}
	if width == 0 {
		return true
	}
	n, err := strconv.ParseUint(string(v), 10, 64)
	limit := uint64(1) << (8*width - 1)
	return err == nil && (n < limit || negative && n == limit)
}
