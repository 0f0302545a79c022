package anonymize

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// This room reads dates, times and intervals as one writes them in a rules
// file, in the forms of ISO 8601 and of PostgreSQL: of any year, BC too, and
// the infinities.

const (
	day    = 86400 // seconds
	micros = 1_000_000

	mostYearDigits = 7 // PostgreSQL's dates end in 5874897
)

// parseDate reads a date as days since 2000-01-01; the infinities are the ends
// of an int32.
func parseDate(s string) (days int64, err error) {
	switch s {
	case "infinity":
		return math.MaxInt32, nil
	case "-infinity":
		return math.MinInt32, nil
	}
	plain, bc := strings.CutSuffix(s, " BC")
	date, rest, err := cutDate(plain, bc)
	if err != nil || rest != "" {
		return 0, errForm
	}
	days = daysOf(date)
	if days >= math.MaxInt32 || days <= math.MinInt32 {
		return 0, errForm
	}
	return days, nil
}

// cutDate reads the date at the start of a text, whose year is one before
// Christ if bc says so.
func cutDate[T string | []byte](s T, bc bool) (date time.Time, rest T, err error) {
	year, n := number(s, mostYearDigits)
	if n < 4 || len(s) < n+len("-01-02") || s[n] != '-' || s[n+3] != '-' || bc && year == 0 {
		return date, rest, errForm
	}
	month, monthDigits := number(s[n+1:], 2)
	inMonth, dayDigits := number(s[n+4:], 2)
	if bc {
		year = 1 - year
	}
	date = time.Date(year, time.Month(month), inMonth, 0, 0, 0, 0, time.UTC)
	if monthDigits < 2 || dayDigits < 2 || date.Day() != inMonth || int(date.Month()) != month {
		return date, rest, errForm
	}
	return date, s[n+len("-01-02"):], nil
}

// number reads the digits at the start of a text, so many at most, and says how
// many there are.
func number[T string | []byte](s T, most int) (value, n int) {
	for n < len(s) && n < most && s[n]-'0' <= 9 {
		value = value*10 + int(s[n]-'0')
		n++
	}
	return value, n
}

// daysOf returns the days from 2000-01-01 to a date.
func daysOf(date time.Time) int64 { return (date.Unix() - postgresEpoch.Unix()) / day }

// appendDate writes a date, and reports whether BC belongs behind it.
func appendDate(dst []byte, date time.Time) (out []byte, bc bool) {
	year := date.Year()
	if bc = year < 1; bc {
		year = 1 - year
	}
	for limit := 1000; limit > year && limit > 1; limit /= 10 {
		dst = append(dst, '0')
	}
	return date.AppendFormat(strconv.AppendInt(dst, int64(year), 10), "-01-02"), bc
}

// parseTimestamp reads a timestamp as microseconds since 2000-01-01 in UTC; the
// infinities are the ends of an int64.
func parseTimestamp(s string) (n int64, err error) {
	switch s {
	case "infinity":
		return math.MaxInt64, nil
	case "-infinity":
		return math.MinInt64, nil
	}
	plain, bc := strings.CutSuffix(s, " BC")
	date, rest, err := cutDate(plain, bc)
	if err != nil {
		return 0, err
	}
	clock, zone := int64(0), 0
	if rest != "" {
		if rest[0] != 'T' && rest[0] != ' ' {
			return 0, errForm
		}
		if clock, zone, _, err = parseClock(rest[1:]); err != nil {
			return 0, err
		}
	}
	days := daysOf(date)
	if days > math.MaxInt64/(day*micros)-1 || days < math.MinInt64/(day*micros)+1 {
		return 0, errForm
	}
	return days*day*micros + clock - int64(zone)*micros, nil
}

// parseClock reads a time of day as microseconds, with what its zone is ahead
// of UTC, in seconds, if it has one.
func parseClock(s string) (n int64, zone int, zoned bool, err error) {
	end := strings.LastIndexAny(s, "+-Z")
	if zoned = end >= 0; zoned {
		if zone, err = parseZone(s[end:]); err != nil {
			return 0, 0, false, err
		}
		s = s[:end]
	}
	if s == "24:00" || s == "24:00:00" {
		return day * micros, zone, zoned, nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			since := t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
			return since.Microseconds(), zone, zoned, nil
		}
	}
	return 0, 0, false, errForm
}

// parseZone reads Z, +01, +01:30 or +0130, in seconds.
func parseZone(s string) (seconds int, err error) {
	for _, layout := range []string{"Z07", "Z07:00", "Z0700", "Z07:00:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, seconds = t.Zone()
			return seconds, nil
		}
	}
	return 0, errForm
}

// span is PostgreSQL's interval.
type span struct {
	micros       int64
	days, months int32
}

// parseInterval reads what PostgreSQL writes: 1 year 2 mons -3 days 04:05:06.
// The units may be in full, weeks too.
func parseInterval(s string) (out span, err error) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return out, errForm
	}
	for len(words) > 0 {
		if strings.Contains(words[0], ":") {
			clock, negative := strings.CutPrefix(words[0], "-")
			n, _, zoned, err := parseClock(strings.TrimPrefix(clock, "+"))
			if err != nil || zoned {
				return out, errForm
			}
			if negative {
				n = -n
			}
			out.micros, words = out.micros+n, words[1:]
			continue
		}
		n, err := strconv.ParseInt(words[0], 10, 32)
		if err != nil || len(words) == 1 && n != 0 {
			return out, errForm
		}
		if len(words) == 1 {
			return out, nil
		}
		if !out.add(n, strings.TrimSuffix(words[1], "s")) {
			return out, errForm
		}
		words = words[2:]
	}
	return out, nil
}

// add adds n of a unit, and reports whether there is such a unit.
func (x *span) add(n int64, unit string) bool {
	switch unit {
	case "year":
		x.months += int32(n * 12)
	case "mon", "month":
		x.months += int32(n)
	case "week":
		x.days += int32(n * 7)
	case "day":
		x.days += int32(n)
	case "hour":
		x.micros += n * 3600 * micros
	case "min", "minute":
		x.micros += n * 60 * micros
	case "sec", "second":
		x.micros += n * micros
	default:
		return false
	}
	return true
}
