package person

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
)

// subscribers are what follows the country's code in every real number, as
// numbers, sorted. A generated number whose own digits after its code were one
// of them would read, without the code, as a real one: the proof cannot tell
// that coincidence from a leak, so it is drawn again.
type subscribers []uint64

// fewestSubscriber is the length from which such digits say enough alone.
const fewestSubscriber = 8

// longestCode is the longest country code, in digits; all shorter ones are
// tried too, since a real number does not say where its code ends.
const longestCode = 3

func newSubscribers(phones map[string]int32) subscribers {
	s := make(subscribers, 0, longestCode*len(phones))
	for phone := range phones {
		for code := 1; code <= longestCode; code++ {
			if n, ok := subscriber(phone, code); ok {
				s = append(s, n)
			}
		}
	}
	slices.Sort(s)
	return slices.Clip(slices.Compact(s))
}

// has reports whether a generated number, its code of three digits included,
// ends in a real one's subscriber.
func (s subscribers) has(generated string) bool {
	n, ok := subscriber(generated, longestCode)
	if !ok {
		return false
	}
	_, found := slices.BinarySearch(s, n)
	return found
}

// subscriber reads the digits behind a code, leading zeros aside.
func subscriber(digits string, code int) (uint64, bool) {
	rest := bytes.TrimLeft([]byte(digits[min(code, len(digits)):]), "0")
	if len(rest) < fewestSubscriber {
		return 0, false
	}
	n, err := strconv.ParseUint(string(rest), 10, 64)
	return n, err == nil
}

// UnknownPhone returns the digits that stand for a number of nobody in the
// index, by its normal form.
func (x *Index) UnknownPhone(prf *PRF, normal []byte) string {
	kind := []byte("phone")
	digits := PhoneDigits(prf.Draw(kind, normal), len(normal))
	var counter [binary.MaxVarintLen64]byte
	for count := uint64(1); count < usualDraws && x.subscribers.has(digits); count++ {
		digits = PhoneDigits(prf.Draw(kind, normal, binary.AppendUvarint(counter[:0], count)), len(normal))
	}
	return digits
}
