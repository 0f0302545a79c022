package anonymize

import (
	"bytes"
	"strconv"
)

// maxPiece is how many digits are permuted at once.
const maxPiece = 36

// applyDigits replaces all digits of a value one to one; everything else
// stays where it is. A text that is a number becomes what the number would: an
// id has one pseudonym in a column of integers, in text, and inside JSON.
func applyDigits(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	switch digits := countDigits(v); {
	case digits == 0:
		return dst, kept, nil
	case isDecimal(v):
		return a.numberDigits(dst, v, 0)
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
// another: int2 needs four steps on average where it has five digits, int4 nine
// where it has ten, the rest about one; and a cycle that never comes back does
// not exist.
const mostWalks = 10_000

// applyNumberDigits replaces the digits of a number, of its mantissa where it
// has an exponent, by those of another number with as many digits, one to
// one.
func applyNumberDigits(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	return a.numberDigits(dst, v, a.width)
}

// numberDigits is for numbers and for text that spells one. What comes out of
// the permutation is permuted again until it is of the same kind as v: a
// number with the same need of room, or else no proper number. That is one to
// one, and the same whatever the width of the column that v stands in, but for
// int2, which is too narrow for the numbers beside it.
func (a *Anonymizer) numberDigits(dst, v []byte, width int) ([]byte, outcome, error) {
	start := len(dst)
	dst = append(dst, v...)
	mantissa := dst[start:]
	if e := bytes.IndexAny(mantissa, "eE"); e >= 0 {
		mantissa = mantissa[:e]
	}
	want, whole := proper(mantissa)
	switch {
	case countDigits(mantissa) == 0:
		return dst[:start], kept, nil
	case !want:
		if whole { // 007: the zero in front stays, and so does what it is not
			a.permute(mantissa[bytes.IndexByte(mantissa, '0')+1:])
			return dst, changed, nil
		}
		return dst[:start], kept, nil // -0, and what is no number
	}
	room := bytesOf(mantissa, width)
	for range mostWalks {
		a.permute(mantissa)
		if ok, _ := proper(mantissa); ok && bytesOf(mantissa, width) == room {
			return dst, changed, nil
		}
	}
	return dst[:start], kept, errForm
}

// isDecimal reports whether v is digits with at most a sign in front and one
// point between them.
func isDecimal(v []byte) bool {
	v = bytes.TrimPrefix(v, []byte("-"))
	points := 0
	for i, c := range v {
		switch {
		case c == '.' && i > 0 && i < len(v)-1:
			points++
		case c < '0' || c > '9':
			return false
		}
	}
	return len(v) > 0 && points < 2
}

// proper reports whether v is a decimal number without needless zeros in front
// and not −0. If it is none, zero says that a needless zero in front is why.
func proper(v []byte) (ok, zero bool) {
	negative := len(v) > 0 && v[0] == '-'
	if negative {
		v = v[1:]
	}
	if len(v) == 0 {
		return false, false
	}
	if len(v) > 1 && v[0] == '0' && v[1] != '.' {
		return false, true
	}
	return !negative || len(bytes.Trim(v, "0.")) > 0, false
}

// bytesOf returns how many bytes the integer v needs: 4, 8, or 0 for more and
// for what is none; in a column of two bytes 2 if it fits.
func bytesOf(v []byte, width int) int {
	negative := v[0] == '-'
	if negative {
		v = v[1:]
	}
	n, err := strconv.ParseUint(string(v), 10, 64)
	for _, size := range [...]int{2, 4, 8} {
		limit := uint64(1) << (8*size - 1)
		if err == nil && (n < limit || negative && n == limit) && (size > 2 || width == 2) {
			return size
		}
	}
	return 0
}
