package anonymize

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// shift is the argument of a shift rule: by how many days at most, and whether
// by one amount for the whole tenant. The zero value is no shift.
type shift struct {
	days   int
	tenant bool
}

// shiftArg reads the argument: "30d", "30d tenant".
func shiftArg(r *ruleset.Rule) (s shift, err error) {
	number, whole := strings.CutSuffix(r.Arg, " tenant")
	s.days, err = strconv.Atoi(strings.TrimSuffix(number, "d"))
	if err != nil || s.days < 1 {
		return shift{}, fmt.Errorf("shift wants a number of days such as 30d, or 30d tenant")
	}
	s.tenant = whole
	return s, nil
}

// makeShift moves a date by up to so many days, never by none, the same for
// everything of one person; without a person, or if it says so, the same for
// the whole tenant. Text without a digit ("unknown") stays as it is, as text.
func makeShift(_ *compiler, r *ruleset.Rule) (apply, error) {
	s, err := shiftArg(r)
	if err != nil {
		return nil, err
	}
	return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
		by := a.shiftOf(s, who)
		if out, err := shiftEpoch(dst, v, by); err == nil {
			return out, changed, nil
		}
		if countDigits(v) == 0 {
			return a.freeText(dst, v, false)
		}
		return shiftDate(dst, v, by)
	}, nil
}

// week is what a tenant's dates move by: who worked on a Sunday still did.
const week = 7

// shiftOf draws by how many days the dates of a person move: −days … days,
// never 0. Those of a tenant move by whole weeks, if one is allowed.
func (a *Anonymizer) shiftOf(s shift, who int32) int {
	key, days, unit := []byte("tenant"), s.days, 1
	switch {
	case s.tenant && days >= week:
		days, unit = days/week, week
	case !s.tenant && who != nobody:
		key = []byte(a.people.At(who).ID)
	}
	by := int(a.shift.Draw(key)%uint64(2*days)) - days // −days … days−1
	if by >= 0 {
		by++
	}
	return by * unit
}

// shiftDate moves the date at the start of an ISO 8601 text, of any year; time
// and zone behind it stay as they are, as do blanks in front.
func shiftDate(dst, v []byte, days int) ([]byte, outcome, error) {
	t := bytes.TrimLeft(v, " \t\r\n")
	tail := bytes.TrimRight(t, " \t\r\n")
	plain, bc := bytes.CutSuffix(tail, []byte(" BC"))
	date, rest, err := cutDate(plain, bc)
	if err != nil || len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
		return dst, kept, errForm
	}
	dst = append(dst, v[:len(v)-len(t)]...)
	dst, bc = appendDate(dst, date.AddDate(0, 0, days))
	dst = append(dst, rest...)
	if bc {
		dst = append(dst, " BC"...)
	}
	return append(dst, t[len(tail):]...), changed, nil
}

// Seconds since 1970 from here on are dates of 1973 and later; from
// leastMillis on it must be milliseconds.
const (
	leastSeconds = 100_000_000
	leastMillis  = 100_000_000_000
)

// shiftEpoch moves a whole number of seconds or milliseconds since 1970.
func shiftEpoch(dst, v []byte, days int) ([]byte, error) {
	n, err := strconv.ParseInt(string(v), 10, 64)
	size := max(n, -n)
	if err != nil || size < leastSeconds || size > 1e15 {
		return dst, errForm
	}
	if day := int64(days) * 86400; size < leastMillis {
		n += day
	} else {
		n += day * 1000
	}
	return strconv.AppendInt(dst, n, 10), nil
}
