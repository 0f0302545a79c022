package person

import (
	"bytes"
	"slices"
	"strings"
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

func newSubscribers(people []Person) subscribers {
	var s subscribers
	for i := range people {
		for _, phone := range people[i].Real.Phones {
			for code := 1; code <= longestCode; code++ {
				if n, ok := subscriber([]byte(phone), code); ok {
					s = append(s, n)
				}
			}
		}
	}
	slices.Sort(s)
	return slices.Clip(slices.Compact(s))
}

// has reports whether a generated number, its code of three digits included,
// ends in a real one's subscriber.
func (s subscribers) has(generated []byte) bool {
	n, ok := subscriber(generated, longestCode)
	if !ok {
		return false
	}
	_, found := slices.BinarySearch(s, n)
	return found
}

// subscriber reads the digits behind a code, leading zeros aside.
func subscriber(digits []byte, code int) (uint64, bool) {
	rest := bytes.TrimLeft(digits[min(code, len(digits)):], "0")
	if len(rest) < fewestSubscriber {
		return 0, false
	}
	n := uint64(0)
	for _, c := range rest {
		n = 10*n + uint64(c-'0')
	}
	return n, true
}

// realPhones tells which generated numbers somebody really has: of those behind
// 999 the few that begin so, of others any.
type realPhones struct {
	people     []Person
	near, wide map[string]bool // wide is there when it is asked for
}

func (r *realPhones) has(generated string) bool {
	if strings.HasPrefix(generated, unassigned) {
		return r.near[generated]
	}
	if r.wide == nil {
		r.wide = r.all(func(string) bool { return true })
	}
	return r.wide[generated]
}

// all returns the known numbers of a kind.
func (r *realPhones) all(kind func(phone string) bool) map[string]bool {
	out := make(map[string]bool)
	for i := range r.people {
		for _, phone := range r.people[i].Real.Phones {
			if kind(phone) {
				out[phone] = true
			}
		}
	}
	return out
}

// AppendUnknownPhone appends the digits that stand for a number of nobody in
// the index, by its normal form.
func (x *Index) AppendUnknownPhone(dst []byte, prf *PRF, normal []byte) []byte {
	start := len(dst)
	dst = appendPhoneDigits(dst, prf.Draw([]byte("phone"), normal), len(normal))
	for count := byte(1); count < usualDraws && x.subscribers.has(dst[start:]); count++ {
		dst = appendPhoneDigits(dst[:start], prf.Draw([]byte("phone"), normal, []byte{count}), len(normal))
	}
	return dst
}
