package anonymize

import (
	"encoding/binary"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// permuteRounds is the number of Feistel rounds; ten, as in FF1.
const permuteRounds = 10

// permuteDigits replaces decimal digits, one string of digits of length n by
// another of length n, one to one under a key. It is an unbalanced Feistel
// network over the two halves with HMAC-SHA256 as its round function (the
// construction of NIST SP 800-38G, not its exact FF1). The digits are changed
// in place; at most maxPiece of them. A single digit is moved by a keyed
// shift.
func permuteDigits(prf *person.PRF, digits []byte) {
	n := len(digits)
	if n == 0 || n > maxPiece {
		return
	}
	if n == 1 {
		digits[0] = '0' + byte((uint64(digits[0]-'0')+prf.Draw([]byte("digit"))%10)%10)
		return
	}
	var left, right [maxPiece / 2]byte
	u := n / 2
	a, b := left[:u], right[:n-u]
	copy(a, digits)
	copy(b, digits[u:])
	for round := range byte(permuteRounds) {
		sum := prf.Sum([]byte{'d', byte(n), round}, b)
		addDigits(a, binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:]))
		a, b = b, a
	}
	copy(digits, a)
	copy(digits[len(a):], b)
}

// addDigits adds a number, of up to two 64-bit halves, to a digit string
// modulo 10^len.
func addDigits(digits []byte, low, high uint64) {
	carry := uint64(0)
	for i := len(digits) - 1; i >= 0; i-- {
		d := low % 10
		low /= 10
		if low == 0 {
			low, high = high, 0
		}
		sum := uint64(digits[i]-'0') + d + carry
		digits[i] = '0' + byte(sum%10)
		carry = sum / 10
	}
}
