package person

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"
)

// subscribers are real numbers as they may be written, whole and without the
// country's code, as numbers without zeros in front. A generated number of which
// a part were one of them would read, in groups, as a real one: the proof cannot
// tell that coincidence from a leak, so it is drawn again.
type subscribers struct {
	sorted []uint64
	filter []uint64 // a bit for each hash: hardly any part is a real number
	shift  uint
}

// Lengths in digits.
const (
	longestCode      = 3 // of a country; all shorter ones are tried too, since a real number does not say where its code ends
	fewestSubscriber = 8 // what follows the code says enough alone from here on
	fewestGroups     = 9 // groups within a longer number do from here on
)

func newSubscribers(people []Person) subscribers {
	var s subscribers
	for i := range people {
		for _, phone := range people[i].Real.Phones {
			for code := range longestCode + 1 {
				if rest := bytes.TrimLeft([]byte(phone)[min(code, len(phone)):], "0"); code == 0 || len(rest) >= fewestSubscriber {
					s.sorted = append(s.sorted, number(rest))
				}
			}
		}
	}
	slices.Sort(s.sorted)
	s.sorted = slices.Clip(slices.Compact(s.sorted))
	places := uint(10)
	for 1<<places < 16*len(s.sorted) && places < mostFilter {
		places++
	}
	s.filter, s.shift = make([]uint64, 1<<places/64), 64-places
	for _, n := range s.sorted {
		bit := splitmix.Scatter(n) >> s.shift
		s.filter[bit/64] |= 1 << (bit % 64)
	}
	return s
}

// number reads digits, of which there are fewer than 19.
func number(digits []byte) (n uint64) {
	for _, c := range digits {
		n = 10*n + uint64(c-'0')
	}
	return n
}

// has reports whether part of a generated number reads as a real one. Its
// groups may begin and end anywhere, as those of the number that it stands for do.
func (s *subscribers) has(generated []byte) bool {
	if len(s.sorted) == 0 {
		return false
	}
	for from := range generated {
		fewest := fewestGroups
		if from == 0 || from == longestCode || generated[from] == '0' { // it begins with a plus, or behind the code, or as one dials
			fewest = fewestSubscriber
		}
		n := uint64(0)
		for i, c := range generated[from:] {
			if n = 10*n + uint64(c-'0'); i+1 >= fewest && s.real(n) {
				return true
			}
		}
	}
	return false
}

func (s *subscribers) real(n uint64) bool {
	bit := splitmix.Scatter(n) >> s.shift
	if s.filter[bit/64]&(1<<(bit%64)) == 0 {
		return false
	}
	_, found := slices.BinarySearch(s.sorted, n)
	return found
}

// Subscriber reports whether digits, fewer than 19 and without zeros in front, may be somebody's number, whole or without
// its country's code: where it says no, nobody has it in any country.
func (x *Index) Subscriber(digits []byte) bool {
	return len(x.subscribers.sorted) > 0 && x.subscribers.real(number(digits))
}

// realPhones tells which generated numbers somebody really has: of those behind
// 999 and of those that countries set aside the few that are such, of others any.
type realPhones struct {
	people     []Person
	local      *localNumbers
	near, wide map[string]bool // wide is there when it is asked for
}

func (r *realPhones) has(generated string) bool {
	if r.isNear(generated) {
		return r.near[generated]
	}
	if r.wide == nil {
		r.wide = r.all(func(string) bool { return true })
	}
	return r.wide[generated]
}

func (r *realPhones) isNear(phone string) bool {
	return strings.HasPrefix(phone, unassigned) || r.local.holds(phone)
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
